"""How long an answer takes: warm in one process (p50, p95), cold on the command line, and its peak memory.

The library is the sample articles; the questions are those of wikinews/qa.jsonl. Beside each time stands a unit of
work of the same machine in the same run (one question embedded), so that figures of noisy machines can be compared.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import ROOT, data, machine, rows, save

COMMAND = "python -m benchmarks.latency"
COLD_RUNS = 5


def main() -> None:
    from assistant.chain import Assistant
    from index.library import Library

    on = machine()
    lines = data("wikinews", "qa.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with Library.open(home) as library:
            library.ingest([ROOT / "seeds"])
        with Library.open(home) as library:
            helper = Assistant(library)
            helper.warm()
            helper.answer(questions[0])
            times = sorted(helper.answer(question).took for question in questions)
            unit = statistics.median(_embedding(library, question) for question in questions)
        cold = [_cold(home, questions[0]) for _ in range(COLD_RUNS)]
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    seconds = statistics.median(run[0] for run in cold)
    megabytes = max(run[1] for run in cold)
    figures = {
        "warm_p50": p50,
        "warm_p95": p95,
        "one_embedding": unit,
        "cold_seconds": seconds,
        "cold_runs": [run[0] for run in cold],
        "cold_peak_megabytes": megabytes,
        "questions": len(questions),
    }
    table = rows(
        ["what", "figure"],
        ["warm ask, p50", f"{p50 * 1000:.0f} ms ({p50 / unit:.1f} embeddings of one question)"],
        ["warm ask, p95", f"{p95 * 1000:.0f} ms ({p95 / unit:.1f})"],
        ["cold `briefing ask`, median", f"{seconds:.2f} s"],
        ["peak memory of `briefing ask`", f"{megabytes:.0f} MB"],
    )
    save("latency", COMMAND, on, figures, table)


def _embedding(library: object, question: str) -> float:
    started = time.perf_counter()
    library.embedder.embed([question])  # type: ignore[attr-defined]
    return time.perf_counter() - started


def _cold(home: Path, question: str) -> tuple[float, float]:
    """Wall seconds and peak megabytes of one `briefing ask` in a new process."""
    program = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "assistant", "--home", str(home), "ask", question]
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, check=True, cwd=ROOT)
    seconds = time.perf_counter() - started
    scale = 1_000_000 if sys.platform == "darwin" else 1_000  # bytes there, kilobytes elsewhere
    return seconds, int(done.stdout) / scale


if __name__ == "__main__":
    main()
