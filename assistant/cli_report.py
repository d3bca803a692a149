"""What is printed about how articles came in: the report of an ingest, failures, and versions of an article."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import typer

from assistant.cli_common import print_json

if TYPE_CHECKING:
    from index.article import Article
    from index.ingesting import Report
    from index.library import Library


def print_report(report: Report, as_json: bool) -> None:
    """What an ingest did, for people or for programs."""
    if as_json:
        print_json(report.to_dict())
    else:
        _print_report(report)


def _print_report(report: Report) -> None:
    parts = [
        f"{len(items)} {name}"
        for name, items in (
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("duplicates", report.duplicates),
            ("near-duplicates", {new for new, _ in report.near_duplicates}),
            ("failed", report.failed),
        )
        if items or name == "added"
    ]
    typer.echo(", ".join(parts) + f" ({report.passages} passages embedded)")
    from assistant.terminal import plain

    for article_id, twin in report.near_duplicates:
        typer.echo(f"near-duplicate: {article_id} carries the same text as {twin}")
    for origin, text in report.notes:
        typer.echo(f"note: {plain(origin)}: {plain(text)}", err=True)
    for origin, twin in report.duplicates:
        typer.echo(f"duplicate: {plain(origin)} says the same as article {twin}")
    for failure in report.failed:
        typer.echo(f"failed: {plain(failure.origin)}: {plain(failure.reason)}", err=True)


def print_failures(library: Library, as_json: bool) -> None:
    """What could not be read so far."""
    from assistant.terminal import plain

    failures = library.intake.failures()
    if as_json:
        print_json([{"origin": item.origin, "reason": item.reason} for item in failures])
        return
    for item in failures:
        typer.echo(f"{plain(item.origin)}: {plain(item.reason)}")
    typer.echo("Try again with `briefing ingest --retry`." if failures else "Nothing failed.", err=True)


def print_versions(library: Library, article_id: str, as_json: bool) -> None:
    """What changed in an article, sentence by sentence, the newest change last."""
    from assistant.terminal import plain

    article = library.get(article_id)
    earlier = library.versions(article.id)
    if as_json:
        print_json([{"replaced": item.replaced.isoformat(), **item.article.to_dict()} for item in earlier])
        return
    typer.echo(f"{article.id}  {plain(article.title)}: {len(earlier) + 1} version{'s' if earlier else ''}")
    after = [version.article for version in earlier[1:]] + [article]
    for version, then in zip(earlier, after, strict=False):
        typer.echo(f"\nchanged {version.replaced:%Y-%m-%d %H:%M} UTC")
        for line in differences(version.article, then):
            typer.echo(plain(line))


def differences(old: Article, new: Article) -> list[str]:
    """Titles, dates and sentences that went ("- ...") and came ("+ ...")."""
    return [line for line in difflib.ndiff(_lines(old), _lines(new)) if line.startswith(("- ", "+ "))]


def _lines(article: Article) -> list[str]:
    from index.passages import sentences

    head = [f"{name}: {value}" for name in ("title", "date", "source", "url") if (value := getattr(article, name))]
    return head + [article.text[start:end] for start, end in sentences(article.text)]
