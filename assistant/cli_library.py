"""The commands that look after the library: `articles`, `show`, `remove`, `verify`, `repair`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_common import AsJson, Home, ProgressBar, Since, Until, console, open_library, print_json

if TYPE_CHECKING:
    from index.health import Health


def articles(
    since: Since = None,
    until: Until = None,
    source: Annotated[str | None, typer.Option("--source", help="Only this outlet.", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", show_default=False)] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the articles, newest first.

    Example: briefing articles --since 2015-01-01 --source Wikinews
    """
    from assistant.terminal import plain

    found = open_library(home).articles(since=since, until=until, source=source, limit=limit)
    if as_json:
        print_json([{k: v for k, v in article.to_dict().items() if k != "text"} for article in found])
        return
    for article in found:
        day = article.date.isoformat() if article.date else "undated   "
        typer.echo(f"{article.id}  {day}  {plain(article.title) or 'Untitled article'}")
    if not found:
        typer.echo("No articles. Add some with `briefing ingest FOLDER`.", err=True)


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the first characters of it.")],
    versions: Annotated[bool, typer.Option("--versions", help="What changed in it, each time.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show one article, or what it was before.

    Example: briefing show 3f2a --versions
    """
    from assistant.cli_report import print_versions
    from assistant.terminal import print_article

    if versions:
        print_versions(open_library(home), article_id, as_json)
        return
    article = open_library(home).get(article_id)
    if as_json:
        print_json(article.to_dict())
    else:
        print_article(console(), article)


def remove(
    article_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of articles.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take articles out of the library: text, vectors and index entries.

    Example: briefing remove 3f2a9c0d11e2b7a4
    """
    from assistant.terminal import plain

    library = open_library(home)
    removed = library.remove_all(article_ids)
    if as_json:
        print_json([article.id for article in removed])
    else:
        for article in removed:
            typer.echo(f"Removed {article.id}  {plain(article.title) or 'Untitled article'}")


def verify(home: Home = None, as_json: AsJson = False) -> None:
    """Check the archive, and both search indexes against it.

    Example: briefing verify
    """
    _print_health(open_library(home).verify(), as_json)


def repair(
    reembed: Annotated[
        bool, typer.Option("--reembed", help="Embed everything again, by the configured model.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make both search indexes again from the archive.

    Example: briefing repair --reembed
    """
    library = open_library(home, any_embedder=reembed)
    with ProgressBar(quiet=as_json) as progress:
        health = library.repair(reembed=reembed, progress=progress)
    _print_health(health, as_json)


_HURT = "Restore a backup with `briefing restore FILE --replace`, or save what is whole with `briefing salvage FILE`."


def _print_health(health: Health, as_json: bool) -> None:
    if as_json:
        print_json(health.to_dict())
    else:
        typer.echo(f"{health.articles} articles, {health.passages} passages")
        for problem in (*health.archive, *health.derived):
            typer.echo(f"problem: {problem}")
        typer.echo("Sound." if health.ok else "Run `briefing repair`." if health.derived else _HURT)
    if not health.ok:
        raise typer.Exit(9 if health.archive else 4)
