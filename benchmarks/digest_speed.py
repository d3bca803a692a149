"""How long a digest takes, from articles that are in the library already: 20 and 500 articles, warm.

    python -m benchmarks.digest_speed

The articles are those of Reuters, with a day before of the same size. Beside each time stands a unit of work of the
same machine in the same run: one question embedded.
"""

from __future__ import annotations

import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from assistant.digests import digest
from benchmarks.common import data, machine, rows, save
from index.library import Library

SIZES = {"1987-03-01": 20, "1987-03-03": 500}
RUNS = 5


def main() -> None:
    """Ingest a made-up day of each size, with a day before it of the same size, and make its digest."""
    on = machine()
    with gzip.open(data("scale", "reuters-21578.jsonl.gz"), "rt", encoding="utf-8") as lines:
        wires = [json.loads(line) for line in lines]
    wires = [wire for wire in wires if wire["text"]][: sum(SIZES.values()) + 520]
    with tempfile.TemporaryDirectory() as folder:
        _write(wires, Path(folder, "news"))
        with Library.open(Path(folder, "home")) as library:
            report = library.ingest([Path(folder, "news")])
            made = {day: _measured(day, library) for day in SIZES}
    header = ["articles", "digest with PDF, s", "fastest, s", "processor time, s", "embeddings of one question"]
    lines_of = [[m["articles"], m["median"], m["fastest"], m["processor"], m["ratio"]] for m in made.values()]
    what = f"A library of {len(report.added)} articles; median of {RUNS} runs, on a machine that other work kept busy."
    save("digest_speed", "python -m benchmarks.digest_speed", on, made, f"{what}\n\n{rows(header, *lines_of)}")


def _measured(day: str, library: Library) -> dict[str, Any]:
    question = partial(library.embedder.embed, ["why did the talks stall?"])
    make = partial(digest, day, library=library, timezone="UTC", model=None)
    articles = make().coverage.articles  # warms what is read once a process
    units, times, processor = [], [], []
    for _ in range(RUNS):
        units.append(_timed(question))
        began = time.process_time()
        times.append(_timed(lambda: make().pdf()))
        processor.append(time.process_time() - began)
    median, unit = statistics.median(times), statistics.median(units)
    return {
        "articles": articles,
        "median": median,
        "fastest": min(times),
        "processor": statistics.median(processor),
        "ratio": median / unit,
    }


def _write(wires: list[dict[str, Any]], folder: Path) -> None:
    folder.mkdir()
    place = 0
    for day, size in SIZES.items():
        before = f"{day[:-1]}{int(day[-1]) - 1}" if not day.endswith("01") else "1987-02-28"
        for date, count in ((before, min(size, 500)), (day, size)):
            for row in wires[place : place + count]:
                head = f"---\ntitle: {json.dumps(row['title'])}\ndate: {date}\nsource: Reuters\n---\n\n"
                (folder / f"{row['id']}.md").write_text(head + row["text"], encoding="utf-8")
            place += count


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
