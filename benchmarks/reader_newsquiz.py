"""A news quiz over press articles of a year that the reader never saw.

    python -m benchmarks.reader_newsquiz [QUESTIONS] [--home FOLDER]

Counted are questions whose right choice stands verbatim in one of their listed articles. QUESTIONS is how many of
them, spread evenly; all without it. The library holds the articles listed for the questions taken; with --home it is
kept, and used again by the next run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import common

YEAR = 2024
TOP = 10  # passages that may hold the right choice


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=int, nargs="?")
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(arguments.questions, arguments.home or Path(folder))


def _measure(wanted: int | None, home: Path) -> None:
    from assistant.judging import ReaderJudge
    from index.library import Library

    on = common.machine()
    questions, articles = _taken(wanted)
    with Library.open(home / "library") as library:
        if not (home / "articles").exists():
            _write(articles, home / "articles")
            library.ingest([home / "articles"])
        judge = ReaderJudge()
        judge.reader.read("warm", ())
        rows = [_ask(question, choice, library, judge) for question, choice in questions]
    names = ("dense", "fused", "reader", "answer")
    figures: dict[str, Any] = {name: sum(row[name] for row in rows) / len(rows) for name in names}
    times = sorted(row["seconds"] for row in rows)
    figures |= {"questions": len(rows), "articles": len(articles), "reading_p50": times[len(times) // 2],
                "reading_p95": times[int(len(times) * 0.95)]}  # fmt: skip
    command = f"python -m benchmarks.reader_newsquiz{f' {wanted}' if wanted else ''}"
    table = common.rows(["figure", "value"], *([name, value] for name, value in figures.items()))
    common.save("reader_newsquiz", command, on, figures, table)


def _ask(question: str, choice: re.Pattern[str], library: Any, judge: Any) -> dict[str, float]:
    """Whether the right choice is in the first TOP passages, three ways, and in what is answered."""
    wide = library.search(question, limit=100)
    hits = wide[:24]
    started = time.perf_counter()
    judgement = judge.judge(question, hits)
    took = time.perf_counter() - started
    shown = " ".join(e.article.text[e.start : e.end] for e in judgement.evidence)
    dense = sorted(wide, key=lambda hit: -hit.dense)
    return {
        "dense": any(choice.search(hit.text) for hit in dense[:TOP]),
        "fused": any(choice.search(hit.text) for hit in hits[:TOP]),
        "reader": any(choice.search(hits[n].text) for n in judgement.order[:TOP]),
        "answer": bool(choice.search(shown)),
        "seconds": took,
    }


def _taken(wanted: int | None) -> tuple[list[tuple[str, re.Pattern[str]]], dict[str, dict[str, Any]]]:
    """The questions with a pattern of their right choice, and the articles listed for them by URL."""
    known = {}
    with gzip.open(common.data("newsquiz", f"{YEAR}-articles.jsonl.gz"), "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            known[row["url"]] = row
    fit = []
    for line in common.data("newsquiz", f"{YEAR}-questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        right = re.compile(rf"(?<!\w){re.escape(row['choices'][row['answer']].strip())}(?!\w)", re.IGNORECASE)
        if any(url in known and right.search(known[url]["text"]) for url in row["articles"]):
            fit.append((row, right))
    step = max(1, len(fit) // wanted) if wanted else 1
    taken = fit[::step][:wanted]
    urls = {url for row, _ in taken for url in row["articles"]} if wanted else set(known)
    return [(row["question"], right) for row, right in taken], {u: known[u] for u in urls if u in known}


def _write(articles: dict[str, dict[str, Any]], folder: Path) -> None:
    folder.mkdir(parents=True)
    for n, row in enumerate(articles.values()):
        front = {"title": row["title"], "date": row["date"], "url": row["url"]}
        head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
        (folder / f"{n:05}.md").write_text(f"---\n{head}---\n\n{row['text']}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
