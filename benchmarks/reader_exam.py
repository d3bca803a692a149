"""The reader on hand-written questions over the sample articles: python -m benchmarks.reader_exam [--save]

Nothing is trained, chosen or fitted on these questions. Plain search (dense and words fused, no reader) and the
similarity judge stand beside it in the same run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import common

COMMAND = "python -m benchmarks.reader_exam"


def main() -> None:
    from assistant.chain import Assistant
    from assistant.evaluate import Evaluation, evaluate, read_questions
    from assistant.extract import SimilarityJudge
    from index.library import Library

    on = common.machine()
    questions = read_questions(common.data("wikinews", "qa.jsonl"))
    seed = common.data("seeds", "000_6577022047d15943.txt")
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
        library.ingest([common.data("wikinews", "articles"), seed])
        results: dict[str, Evaluation] = {
            "reader": evaluate(questions, Assistant(library)),
            "similarity": evaluate(questions, Assistant(library, judge=SimilarityJudge(library.embedder))),
        }
    common.save("reader_exam", COMMAND, on, {k: v.to_dict() for k, v in results.items()}, _table(results))


def _table(results: dict[str, object]) -> str:
    names = ("hits_at_1", "hits_at_3", "hits_at_5", "hits_at_10", "mean_reciprocal_rank", "quotation", "span_f1", "auc",
             "balanced_accuracy", "calibration_error",
             "seconds_median", "seconds_p95")  # fmt: skip
    lines = ["| | " + " | ".join(results) + " |", "|---" * (len(results) + 1) + "|"]
    lines += [f"| {n} | " + " | ".join(f"{getattr(r, n):.3f}" for r in results.values()) + " |" for n in names]
    reader = results["reader"]
    lines += ["", "| confidence from | questions | said | answerable |", "|---|---|---|---|"]
    for one in reader.reliability:  # type: ignore[attr-defined]
        lines.append(f"| {one.low:.1f} | {one.count} | {one.confidence:.2f} | {one.answerable:.2f} |")
    lines += ["", "Failures:", ""]
    for o in reader.outcomes:  # type: ignore[attr-defined]
        if o.failure:
            lines.append(f"- {o.failure} ({o.confidence:.2f}): {o.question}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
