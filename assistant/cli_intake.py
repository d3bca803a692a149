"""The commands by which articles come in: `ingest` and `feeds ...`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_common import AsJson, Home, ProgressBar, open_library, print_json, say_out
from assistant.cli_report import print_failures, print_report

if TYPE_CHECKING:
    from index.fetch import Fetcher
    from index.ingesting import Report
    from index.intake import Feed
    from index.library import Library

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SHORTEST_WATCH = 10  # seconds

AllowPrivate = Annotated[bool, typer.Option("--allow-private", help="Also fetch from intranets and this machine.")]
Watch = Annotated[
    str | None, typer.Option("--watch", help="Go on, every 30m (s, m, h, d), until Ctrl-C.", show_default=False)
]


def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders, patterns, addresses; - is standard input.", show_default=False),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only list what could not be read so far.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Also read again what could not be read.")] = False,
    watch: Watch = None,
    allow_private: AllowPrivate = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Read articles into the library; unchanged ones cost nothing.

    Example: briefing ingest seeds/ article.pdf https://en.wikinews.org/wiki/Main_Page
    """
    from index.errors import InputError

    wait = seconds_of(watch) if watch else 0.0
    library = open_library(home)
    if failed:
        print_failures(library, as_json)
        return
    inputs, fetching = inputs_of(library, paths or [], retry), fetcher(allow_private)

    def read() -> Report:
        with ProgressBar(quiet=as_json) as progress:
            report = library.ingest(inputs, progress=progress, fetcher=fetching)
        if not (report.read or report.failed):
            raise InputError(f"There are no articles in {', '.join(inputs)}. `briefing ingest --help` tells more.")
        return report

    run_and_show(read, wait, as_json)


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


def run_and_show(run: Callable[[], Report], wait: float, as_json: bool) -> None:
    """Run once, or again after every `wait` seconds until Ctrl-C; show each report that has something to say."""
    from index.errors import LibraryBusy

    report = run()
    print_report(report, as_json)
    while wait:
        time.sleep(wait)
        with suppress(LibraryBusy):  # another process writes; the next round finds what it left
            report = run()
            if report.added or report.updated or report.failed:
                print_report(report, as_json)
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


feeds = typer.Typer(no_args_is_help=True, help="Follow feeds: RSS, Atom, JSON Feed.", rich_markup_mode=None)


@feeds.command("add")
def add_feeds(
    addresses: Annotated[list[str], typer.Argument(metavar="URL...", help="Feeds, sites with one, OPML files.")],
    allow_private: AllowPrivate = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Follow feeds; their articles come with the next `refresh`.

    Example: briefing feeds add https://en.wikinews.org subscriptions.opml
    """
    library = open_library(home)
    found = _found(addresses, fetcher(allow_private))
    for feed in found:
        library.intake.put_feed(feed)
        if not as_json:
            say_out(f"Following {feed.url}")
    if as_json:
        print_json([{"url": feed.url, "title": feed.title} for feed in found])


@feeds.command("remove")
def remove_feeds(
    addresses: Annotated[list[str], typer.Argument(metavar="URL...", help="As `feeds list` shows them.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Follow feeds no longer; their articles stay.

    Example: briefing feeds remove https://en.wikinews.org/feed
    """
    from index.errors import NothingFound

    library = open_library(home)
    for address in addresses:
        if not library.intake.remove_feed(address):
            raise NothingFound(f"{address} is not followed. `briefing feeds list` shows the addresses.")
    if as_json:
        print_json(addresses)


@feeds.command("list")
def list_feeds(
    opml: Annotated[bool, typer.Option("--opml", help="As OPML, for other feed readers.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the feeds, when they were last refreshed, and what was wrong.

    Example: briefing feeds list --opml > feeds.opml
    """
    _print_feeds(open_library(home).intake.feeds(), opml, as_json)


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
    library, fetching = open_library(home), fetcher(allow_private)
    run_and_show(lambda: library.refresh_feeds(fetcher=fetching), wait, as_json)


def _found(addresses: list[str], fetching: Fetcher) -> list[Feed]:
    """The feeds at these addresses and in these lists. Raises InputError."""
    from index.errors import InputError, SourceError
    from index.feeds import discover
    from index.intake import Feed
    from index.sources.draft import Source
    from index.sources.opml import feeds as feeds_in
    from index.urls import without_login

    found: list[Feed] = []
    for address in map(without_login, addresses):
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
        print_json([{name: value for name, value in asdict(feed).items() if name != "seen"} for feed in feeds])
    else:
        for feed in feeds:
            when = f"{feed.refreshed:%Y-%m-%d %H:%M}" if feed.refreshed else "never refreshed"
            problem = f"  ({plain(feed.problem)})" if feed.problem else ""
            typer.echo(f"{when}  {plain(feed.url)}  {plain(feed.title)}{problem}")
        if not feeds:
            typer.echo("No feeds. Add one with `briefing feeds add URL`.", err=True)
