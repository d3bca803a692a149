"""What a filter costs: the same searches with and without one, taking turns in one run.

The library is `--home`; one of 10,000 passages or more says something. Narrow filters are days with few articles,
wide ones cover most of the library.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from benchmarks.common import data, machine, rows, save

COMMAND = "python -m benchmarks.filters --home HOME"


def main() -> None:
    import index.search
    from index.filters import Filter
    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    on = machine()
    with Library.open(parser.parse_args().home) as library:
        lines = data("wikinews", "qa.jsonl").read_text(encoding="utf-8").splitlines()
        questions = [json.loads(line)["question"] for line in lines][:100]
        days = sorted(library.days())
        filters = {
            "none": Filter(),
            "one day": Filter(days[len(days) // 2], days[len(days) // 2]),
            "a tenth of the days": Filter(days[0], days[len(days) // 10]),
            "most days": Filter(days[len(days) // 10], None),
        }
        times: dict[str, list[float]] = {name: [] for name in (*filters, "most days, from the snapshot")}
        exact_below = index.search.EXACT_BELOW
        for question in questions:
            for name, where in filters.items():
                times[name].append(_seconds(library, question, where))
            index.search.EXACT_BELOW = 0  # as it would be in a library of more than 20,000 matching passages
            times["most days, from the snapshot"].append(_seconds(library, question, filters["most days"]))
            index.search.EXACT_BELOW = exact_below
        passages = library.archive.passage_count()
    base = statistics.median(times["none"])
    table = rows(
        ["filter", "search p50, ms", "against none"],
        *([name, statistics.median(found) * 1000, statistics.median(found) / base] for name, found in times.items()),
    )
    figures = {"passages": passages, "p50_seconds": {n: statistics.median(found) for n, found in times.items()}}
    save("filters", COMMAND, on, figures, f"{passages:,} passages\n\n{table}")


def _seconds(library: object, question: str, where: object) -> float:
    started = time.perf_counter()
    library.find(question, 24, where)  # type: ignore[attr-defined]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
