"""Follow-up questions, and dates and outlets in the question's own words, over the sample articles.

    python -m benchmarks.dialogues

The second turn of each open dialogue is searched as it was asked, as the rules rewrote it, and in the wording that a
person wrote for it; a hit at 5 has the evidence among the first five passages. The filtered questions are searched
plain and with what `read_question` found in their words; a filter that drops the right article is counted as lost.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from assistant.chain import Assistant
from assistant.followup import Turn, standalone_question
from assistant.question import read_question
from assistant.retrieve import retrieve
from benchmarks.common import ROOT, data, machine, rows, save
from index import Library
from index.filters import make_filter
from index.search import Hit

TODAY = dt.date(2026, 11, 23)  # fixed, so that "last year" means the same in every run


def has_evidence(hits: list[Hit], turn: dict[str, Any]) -> bool:
    """Whether one of the passages has an answer or the beginning of an evidence sentence."""
    wanted = [*turn["answers"], *(evidence[:60] for evidence in turn["evidence"])]
    articles = turn["article"] if isinstance(turn["article"], list) else [turn["article"]]
    return any(Path(hit.article.path).name in articles and any(text in hit.text for text in wanted) for hit in hits)


def dialogues(library: Library) -> dict[str, Any]:
    """Hits@5 of the second turn in its three wordings."""
    assistant, results = Assistant(library), []
    for line in data("wikinews", "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        first, second = json.loads(line)["turns"]
        answer = assistant.answer(first["question"])
        history = [Turn(first["question"], "" if answer.refused else answer.text)]
        wordings = (second["question"], standalone_question(second["question"], history), second["standalone"])
        results.append([has_evidence(library.search(w, limit=5), second) for w in wordings])
    asked, rules, person = ([row[n] for row in results] for n in range(3))
    return {"dialogues": len(results), "as asked": sum(asked), "by rules": sum(rules), "by a person": sum(person)}


def filtered(library: Library) -> dict[str, Any]:
    """Hits@5 without and with the constraints read from the words, and filters that lost the right article."""
    plain = constrained = lost = total = 0
    for line in data("wikinews", "filtered.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        parsed = read_question(row["question"], TODAY, ["Wikinews"])
        wanted = set(row["articles"])
        found = retrieve(library, parsed, make_filter(None, None, None), 5).hits
        plain += has_evidence(library.search(row["question"], limit=5), row)
        constrained += has_evidence(list(found), row)
        where = make_filter(parsed.since, parsed.until, list(parsed.sources) or None)
        kept = {Path(article.path).name for article in library.articles(since=where.since, until=where.until)}
        lost += not wanted <= kept
        total += 1
    return {"questions": total, "plain": plain, "with constraints": constrained, "filters that lost the article": lost}


def main() -> None:
    """Both benchmarks over a fresh library of the sample articles."""
    on = machine()
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "home") as library:
        library.ingest([ROOT / "seeds"])
        turns, filters = dialogues(library), filtered(library)
    lines = [[name, value] for name, value in {**turns, **filters}.items()]
    save(
        "dialogues",
        "python -m benchmarks.dialogues",
        on,
        {"turns": turns, "filters": filters},
        rows(["what", "count"], *lines),
    )


if __name__ == "__main__":
    sys.exit(main())
