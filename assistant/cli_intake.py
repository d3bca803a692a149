"""The commands by which articles come in: `ingest`, `feeds ...`, and what `show --versions` prints."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from index.article import Article
    from index.fetch import Fetcher
    from index.ingesting import Report
    from index.intake import Feed
    from index.library import Library

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the library; BRIEFING_HOME otherwise.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SHORTEST_WATCH = 10  # seconds

AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Also fetch from intranets and this machine.")]
Watch = Annotated[
    str | None, typer.Option("--watch", help="Go on, every 30m (s, m, h, d), until Ctrl-C.", show_default=False)
]


def cli() -> Any:
    """The command line itself, which imports this file."""
    from assistant import cli as module

    return module


def fetcher(allow_private: bool) -> Fetcher:
    """What fetches addresses for one command."""
    from index.fetch import Fetcher

    return Fetcher(allow_private=allow_private)


def inputs_of(library: Library, paths: list[str], retry: bool) -> list[str]:
    """What is to be read: the arguments, and with `retry` what failed before. Raises InputError for nothing."""
    from index.errors import InputError, NothingFound

    again = library.intake.failed_inputs() if retry else []
    if retry and not again and not paths:
        raise NothingFound("Nothing failed before, so there is nothing to try again.")
    if not paths and not again:
        raise InputError("Name files, folders or addresses to read, or use --failed or --retry.")
    return [*paths, *again]


def print_failures(library: Library, as_json: bool) -> None:
    """What could not be read so far."""
    from assistant.terminal import plain

    failures = library.intake.failures()
    if as_json:
        cli().print_json([{"origin": item.origin, "reason": item.reason} for item in failures])
        return
    for item in failures:
        typer.echo(f"{plain(item.origin)}: {plain(item.reason)}")
    typer.echo("Try again with `briefing ingest --retry`." if failures else "Nothing failed.", err=True)


def run_and_show(run: Callable[[], Report], wait: float, as_json: bool) -> None:
    """Run once, or again after every `wait` seconds until Ctrl-C; show each report that has something to say."""
    from index.errors import LibraryBusy

    report = run()
    cli().print_report(report, as_json)
    while wait:
        time.sleep(wait)
        with suppress(LibraryBusy):  # another process writes; the next round finds what it left
            report = run()
            if report.added or report.updated or report.failed:
                cli().print_report(report, as_json)
    if report.failed:
        raise typer.Exit(1 if report.read else 2)


def seconds_of(watch: str) -> float:
    """1800 of "30m". Raises InputError for what is no duration, or less than ten seconds."""
    from index.errors import InputError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", watch.strip().lower())
    seconds = float(match[1]) * UNITS[match[2] or "m"] if match else 0.0
    if seconds < SHORTEST_WATCH:
        raise InputError(f"{watch!r} is no time to wait. Write it as 30m, 2h or 1d; the shortest is {SHORTEST_WATCH}s.")
    return seconds


def print_versions(library: Library, article_id: str, as_json: bool) -> None:
    """What changed in an article, sentence by sentence, the newest change last."""
    from assistant.terminal import plain

    article = library.get(article_id)
    earlier = library.versions(article.id)
    if as_json:
        cli().print_json([{"replaced": item.replaced.isoformat(), **item.article.to_dict()} for item in earlier])
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


feeds = typer.Typer(no_args_is_help=True, help="Follow feeds: RSS, Atom, JSON Feed.", rich_markup_mode=None)


@feeds.command("add")
def add_feeds(
    addresses: Annotated[list[str], typer.Argument(metavar="URL...", help="Feeds, sites with one, OPML files.")],
    allow_private: AllowPrivate = False,
    home: Home = None,
) -> None:
    """Follow feeds; their articles come with the next `refresh`.

    Example: briefing feeds add https://en.wikinews.org subscriptions.opml
    """
    library = cli().open_library(home)
    for feed in _found(addresses, fetcher(allow_private)):
        library.intake.put_feed(feed)
        typer.echo(f"Following {feed.url}")


@feeds.command("remove")
def remove_feeds(
    addresses: Annotated[list[str], typer.Argument(metavar="URL...", help="As `feeds list` shows them.")],
    home: Home = None,
) -> None:
    """Follow feeds no longer; their articles stay.

    Example: briefing feeds remove https://en.wikinews.org/feed
    """
    from index.errors import NothingFound

    library = cli().open_library(home)
    for address in addresses:
        if not library.intake.remove_feed(address):
            raise NothingFound(f"{address} is not followed. `briefing feeds list` shows the addresses.")


@feeds.command("list")
def list_feeds(
    opml: Annotated[bool, typer.Option("--opml", help="As OPML, for other feed readers.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the feeds, when they were last refreshed, and what was wrong.

    Example: briefing feeds list --opml > feeds.opml
    """
    _print_feeds(cli().open_library(home).intake.feeds(), opml, as_json)


@feeds.command("refresh")
def refresh_feeds(
    watch: Watch = None,
    allow_private: AllowPrivate = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Read what is new in all feeds, and the pages behind teasers.

    Example: briefing feeds refresh --watch 30m
    """
    wait = seconds_of(watch) if watch else 0.0
    library, fetching = cli().open_library(home), fetcher(allow_private)
    run_and_show(lambda: library.refresh_feeds(fetcher=fetching), wait, as_json)


def _found(addresses: list[str], fetching: Fetcher) -> list[Feed]:
    """The feeds at these addresses and in these lists. Raises InputError."""
    from index.errors import InputError, SourceError
    from index.feeds import discover
    from index.intake import Feed
    from index.sources.draft import Source
    from index.sources.opml import feeds as feeds_in

    found: list[Feed] = []
    for address in addresses:
        if "://" in address:
            found.append(discover(address, fetching))
            continue
        try:
            found += [Feed(item.url, item.title) for item in feeds_in(Source(address, address, path=address))]
        except (SourceError, OSError) as error:
            raise InputError(f"{address} is no list of feeds: {error}") from None
    return found


def _print_feeds(feeds: list[Feed], opml: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from assistant.terminal import plain
    from index.sources.opml import Subscription, written

    if opml:
        typer.echo(written(Subscription(feed.url, feed.title) for feed in feeds), nl=False)
    elif as_json:
        cli().print_json([{name: value for name, value in asdict(feed).items() if name != "seen"} for feed in feeds])
    else:
        for feed in feeds:
            when = f"{feed.refreshed:%Y-%m-%d %H:%M}" if feed.refreshed else "never refreshed"
            problem = f"  ({plain(feed.problem)})" if feed.problem else ""
            typer.echo(f"{when}  {plain(feed.url)}  {plain(feed.title)}{problem}")
        if not feeds:
            typer.echo("No feeds. Add one with `briefing feeds add URL`.", err=True)
