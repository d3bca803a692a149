"""How long a digest takes, from articles that are in the library already: 20 and 500 articles, warm.

    python benchmarks/digest_speed.py DATA

DATA holds `scale/reuters-21578.jsonl.gz`. Beside each time stands a unit of work of the same machine in the same run:
one question embedded.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from assistant.digests import digest
from index.library import Library

SIZES = {"1987-03-01": 20, "1987-03-03": 500}
RUNS = 5


def main() -> None:
    """Ingest a made-up day of each size, with a day before it of the same size, and make its digest."""
    with gzip.open(Path(sys.argv[1]) / "scale" / "reuters-21578.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["text"]][: sum(SIZES.values()) + 520]
    with tempfile.TemporaryDirectory() as folder:
        _write(rows, Path(folder, "news"))
        with Library.open(Path(folder, "home")) as library:
            report = library.ingest([Path(folder, "news")])
            print(f"{len(report.added)} articles, {report.passages} passages")
            unit = statistics.median(
                _timed(lambda: library.embedder.embed(["why did the talks stall?"])) for _ in range(9)
            )
            for day, size in SIZES.items():
                make = partial(digest, day, library=library, timezone="UTC")
                found = make().coverage.articles
                times = [_timed(lambda make=make: make().pdf()) for _ in range(RUNS)]
                middle = statistics.median(times)
                print(f"{found} articles (of {size}): {middle:.2f} s, {middle / unit:.0f} embeddings of one question")


def _write(rows: list[dict], folder: Path) -> None:
    folder.mkdir()
    place = 0
    for day, size in SIZES.items():
        before = f"{day[:-1]}{int(day[-1]) - 1}" if not day.endswith("01") else "1987-02-28"
        for date, count in ((before, min(size, 500)), (day, size)):
            for row in rows[place : place + count]:
                head = f"---\ntitle: {json.dumps(row['title'])}\ndate: {date}\nsource: Reuters\n---\n\n"
                (folder / f"{row['id']}.md").write_text(head + row["text"], encoding="utf-8")
            place += count


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
