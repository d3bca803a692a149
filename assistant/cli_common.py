"""What the commands share: their common options, the library they open, and how they print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from index.library import Library
    from index.settings import Settings

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the library; BRIEFING_HOME otherwise.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Since = Annotated[str | None, typer.Option("--since", help="First day, as 2024-08-01.", show_default=False)]
Until = Annotated[str | None, typer.Option("--until", help="Last day, inclusive.", show_default=False)]
Sources = Annotated[
    list[str] | None, typer.Option("--source", help="Only this outlet; may be repeated.", show_default=False)
]


class Options:
    """What was given before the command's name."""

    home: Path | None = None
    debug = False


def say(message: str) -> None:
    """A message to the person, on standard error."""
    from assistant.terminal import plain

    typer.echo(f"briefing: {plain(message)}", err=True)


def say_out(line: str) -> None:
    """A line of output that may hold article text."""
    from assistant.terminal import plain

    typer.echo(plain(line))


def settings_of(home: Path | None, **values: Any) -> Settings:
    """The settings, with what the command line says on top. Raises InputError."""
    from index.settings import Settings

    return Settings.load(home=home or Options.home, **values)


def open_library(home: Path | None, *, any_embedder: bool = False) -> Library:
    """The library of this command. Raises what `Library.open` raises."""
    from index.library import Library

    return Library.open(settings=settings_of(home), any_embedder=any_embedder)


def console() -> Console:
    """Standard output; lines are not broken when a program reads them."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(value: Any) -> None:
    """Indented JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


class ProgressBar:
    """A progress bar on standard error; silent when that is not a terminal, or when asked."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total, rate="")
        task = self._tasks[what]
        self._bar.update(task, completed=done, total=total)
        if speed := self._bar.tasks[task].speed:
            self._bar.update(task, rate=f"{speed:,.0f}/s")
