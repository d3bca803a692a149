"""What a filter costs: the same searches with and without one, taking turns in one run.

The library is `--home`; one of 10,000 passages or more says something, such as the one that `benchmarks.share --home`
leaves. Every question has days of its own, so that nothing is kept from the filter before.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import time
from typing import TYPE_CHECKING

from benchmarks.common import data, machine, rows, save

if TYPE_CHECKING:
    from index.filters import Filter
    from index.library import Library

COMMAND = "python -m benchmarks.filters --home HOME"
QUESTIONS = 100


def main() -> None:
    from index.filters import Filter
    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    on = machine()
    times: dict[str, list[float]] = {}
    shares: dict[str, list[float]] = {}
    with Library.open(parser.parse_args().home) as library:
        lines = data("wikinews", "qa.jsonl").read_text(encoding="utf-8").splitlines()
        articles, passages = library.count(), library.archive.passage_count()
        library.find("warm", 24, Filter())
        for number, line in enumerate(lines[:QUESTIONS]):
            for name, where in _filters(library.days(), number).items():
                times.setdefault(name, []).append(_seconds(library, json.loads(line)["question"], where))
                shares.setdefault(name, []).append(library.count(where) / articles)
    medians = {name: statistics.median(found) for name, found in times.items()}
    table = rows(
        ["filter", "of the articles", "search p50, ms", "against none"],
        *(
            [name, f"{statistics.mean(shares[name]):.0%}", median * 1000, median / medians["none"]]
            for name, median in medians.items()
        ),
    )
    figures = {"passages": passages, "p50_seconds": medians, "p95_seconds": {n: _p95(t) for n, t in times.items()}}
    save("filters", COMMAND, on, figures, f"{passages:,} passages\n\n{table}")


def _filters(known: dict[dt.date, int], number: int) -> dict[str, Filter]:
    """Filters of several widths; `number` moves their edges by as many days."""
    from index.filters import Filter

    days = sorted(known)
    moved = number % max(1, len(days) // 20)
    first, middle = days[moved], len(days) // 2 + moved
    return {
        "none": Filter(),
        "one day": Filter(days[middle], days[middle]),
        "a tenth of the days": Filter(first, days[moved + len(days) // 10]),
        "half of the days": Filter(None, days[middle]),
        "most days": Filter(days[len(days) // 10 + moved], None),
    }


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _seconds(library: Library, question: str, where: Filter) -> float:
    started = time.perf_counter()
    library.find(question, 24, where)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
