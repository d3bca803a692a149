"""What is printed on a terminal: article text without control characters, and never as markup."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.answers import Answer, Citation
from index.article import Article

if TYPE_CHECKING:
    from assistant.evaluate import Evaluation


def plain(text: str) -> str:
    """Text on one line without control, format and surrogate characters, so that it can steer no terminal."""
    tidy = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in text)
    return " ".join(tidy.split())


def print_answer(console: Console, answer: Answer) -> None:
    """The answer, its notes, then each citation with its quotation and place."""
    console.print(Text(plain(answer.text), style="yellow" if answer.refused else "bold"))
    for note in answer.notes:
        console.print(Text(plain(note), style="italic"))
    if answer.citations:
        console.print()
    for citation in answer.citations:
        _print_citation(console, f"[{citation.number}]", citation)
    if answer.refused and answer.related:
        console.print(Text("\nThe nearest passages:", style="dim"))
        for citation in answer.related:
            _print_citation(console, " · ", citation)


def print_checks(console: Console, answer: Answer) -> None:
    """Each drafted sentence, and why it was left out if it was."""
    if not answer.checks:
        console.print(Text("\nNo sentence was drafted by a language model.", style="dim"))
    for check in answer.checks:
        mark = "held" if check.supported else "left out"
        console.print(Text(f"\n{mark}: ", style="bold").append(plain(check.sentence), style="dim"))
        for problem in check.problems:
            console.print(Text(f"    {plain(problem)}"))


def print_article(console: Console, article: Article) -> None:
    """Headline, where it is from, and the text with its paragraphs."""
    console.print(Text(plain(article.title) or "Untitled article", style="bold"))
    facts = [article.source, article.date.isoformat() if article.date else "undated", article.url or article.path]
    console.print(Text(" · ".join(plain(fact) for fact in facts if fact), style="dim"))
    for paragraph in article.text.split("\n\n"):
        console.print()
        console.print(Text(plain(paragraph)))


def print_evaluation(console: Console, result: Evaluation) -> None:
    """The figures, how far the confidence can be trusted, and each question that went wrong."""
    figures = Table("measure", "figure", title=f"{result.questions} questions, {result.answerable} answerable")
    for name, value in (
        ("evidence is the first hit", result.hits_at_1),
        ("evidence in the first five hits", result.hits_at_5),
        ("quotation is evidence", result.quotation),
        ("overlap of the marked words (F1)", result.span_f1),
        ("answered against unanswered (AUC)", result.auc),
        ("balanced accuracy", result.balanced_accuracy),
        ("expected calibration error", result.calibration_error),
    ):
        figures.add_row(name, "-" if value is None else f"{value:.3f}")
    figures.add_row("seconds, median and 95th percentile", f"{result.seconds_median:.2f}, {result.seconds_p95:.2f}")
    console.print(figures)
    trust = Table("confidence from", "questions", "said", "answerable", title="How far to trust the confidence")
    for one in result.reliability:
        trust.add_row(f"{one.low:.1f}", str(one.count), f"{one.confidence:.2f}", f"{one.answerable:.2f}")
    console.print(trust)
    for outcome in result.outcomes:
        if outcome.failure:
            console.print(Text(f"{outcome.failure}: ", style="yellow").append(plain(outcome.question), style="bold"))
            if outcome.shown:
                console.print(Text(f"    {outcome.confidence:.2f} “{plain(outcome.shown)}”", style="dim"))


def _print_citation(console: Console, mark: str, citation: Citation) -> None:
    console.print(Text(f"{mark} ").append(plain(citation.label()), style="cyan"))
    console.print(Text(f"    “{plain(citation.quotation)}”", style="dim"))
    console.print(
        Text(f"    article {citation.article_id}, characters {citation.start} to {citation.end}", style="dim")
    )
    if citation.url:
        console.print(Text(f"    {plain(citation.url)}", style="dim"))
