"""How long an answer takes: warm in one process (p50, p95), cold on the command line, and its peak memory.

The library is the sample articles; the questions are those of wikinews/qa.jsonl. The reader's part of a warm answer is
told apart from all the rest. Beside the times stands processor time, of all threads, which says more on a machine that
others use too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import ROOT, data, machine, rows, save

if TYPE_CHECKING:
    from assistant.chain import Assistant
    from assistant.extract import Judge, Judgement
    from index.search import Hit

COMMAND = "python -m benchmarks.latency"
COLD_RUNS = 5
Cost = tuple[float, float]  # seconds by the clock, and of the processor


class Timed:
    """The reader, with a clock."""

    def __init__(self, inner: Judge) -> None:
        self._inner = inner
        self.cost: Cost = (0.0, 0.0)

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        started = _now()
        try:
            return self._inner.judge(question, hits)
        finally:
            spent = _since(started)
            self.cost = self.cost[0] + spent[0], self.cost[1] + spent[1]


def main() -> None:
    from assistant.chain import Assistant
    from assistant.judging import ReaderJudge
    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1_000, help="at most so many")
    on = machine()
    lines = data("wikinews", "qa.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: parser.parse_args().questions]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with Library.open(home) as library:
            library.ingest([ROOT / "seeds"])
        with Library.open(home) as library:
            judge = Timed(ReaderJudge())
            helper = Assistant(library, judge=judge)
            for question in questions[:3]:
                helper.answer(question)
            costs = [_asked(helper, judge, question) for question in questions]
        cold = [_cold(home, questions[0]) for _ in range(COLD_RUNS)]
    parts = dict(zip(("whole", "reader", "rest"), zip(*costs, strict=True), strict=True))
    figures = {
        **{f"warm_{name}": _summary(list(part)) for name, part in parts.items()},
        "cold_seconds": statistics.median(run[0] for run in cold),
        "cold_processor_seconds": statistics.median(run[1] for run in cold),
        "cold_runs": [run[0] for run in cold],
        "cold_peak_megabytes": max(run[2] for run in cold),
        "questions": len(questions),
    }
    table = rows(
        ["what", "p50", "p95", "processor, p50"],
        *([f"warm ask: {name}", *map(_ms, _summary(list(part)).values())] for name, part in parts.items()),
        ["cold `briefing ask`", _s(figures["cold_seconds"]), "", _s(figures["cold_processor_seconds"])],
        ["its peak memory", f"{figures['cold_peak_megabytes']:.0f} MB", "", ""],
    )
    threads = os.environ.get("OMP_NUM_THREADS")
    command = " ".join([*([f"OMP_NUM_THREADS={threads}"] if threads else []), COMMAND, *sys.argv[1:]])
    save("latency", command, on, figures, f"{len(questions)} questions, load {on['load_before']:.0f}\n\n{table}")


def _asked(helper: Assistant, judge: Timed, question: str) -> tuple[Cost, Cost, Cost]:
    """What one answer costs: all of it, the reader, and the rest."""
    judge.cost = (0.0, 0.0)
    started = _now()
    helper.answer(question)
    whole = _since(started)
    return whole, judge.cost, (whole[0] - judge.cost[0], whole[1] - judge.cost[1])


def _summary(costs: list[Cost]) -> dict[str, float]:
    times = sorted(cost[0] for cost in costs)
    return {
        "p50": statistics.median(times),
        "p95": times[int(len(times) * 0.95)],
        "processor_p50": statistics.median(cost[1] for cost in costs),
    }


def _now() -> Cost:
    return time.perf_counter(), time.process_time()


def _since(started: Cost) -> Cost:
    now = _now()
    return now[0] - started[0], now[1] - started[1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _s(seconds: object) -> str:
    return f"{seconds:.2f} s"


def _cold(home: Path, question: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of one `briefing ask` in a new process."""
    program = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(used.ru_maxrss, used.ru_utime + used.ru_stime)"
    )
    command = [sys.executable, "-m", "assistant", "--home", str(home), "ask", question]
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, check=True, cwd=ROOT)
    seconds = time.perf_counter() - started
    size, computed = done.stdout.split()
    scale = 1_000_000 if sys.platform == "darwin" else 1_000  # bytes there, kilobytes elsewhere
    return seconds, float(computed), int(size) / scale


if __name__ == "__main__":
    main()
