"""The commands that keep a library safe: `backup`, `restore`, `export`, `salvage`."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli_common import AsJson, Home, open_library, print_json, say, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, readable by you only.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole library to one file, also while another command is writing to it.

    Example: briefing backup news-2024-10-30.backup
    """
    count = open_library(home, any_embedder=True).backup(file)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "articles": count, "bytes": size})
    else:
        typer.echo(f"Wrote {file}: {count} articles, {size / 1e6:,.1f} MB.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.", show_default=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the library holds now.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make the library what a backup holds; the search indexes are made from it.

    Example: briefing restore news-2024-10-30.backup
    """
    from index.backup import restore as restored
    from index.errors import WrongEmbedder

    count = restored(settings_of(home).home, file, replace=replace)
    try:
        open_library(home).repair()
    except WrongEmbedder as error:
        say(str(error))
    if as_json:
        print_json({"articles": count})
    else:
        typer.echo(f"Restored {count} articles.")


def export(
    file: Annotated[
        Path | None, typer.Argument(help="The file to write; standard output otherwise.", show_default=False)
    ] = None,
    vectors: Annotated[bool, typer.Option(help="Write the vectors too, so that reading it back is quick.")] = True,
    home: Home = None,
) -> None:
    """Write everything as JSON Lines: articles, earlier versions, feeds, vectors. `ingest` reads it back.

    Example: briefing export news.jsonl
    """
    library = open_library(home, any_embedder=True)
    lines = library.export(vectors=vectors)
    if file is None:
        for line in lines:
            typer.echo(line)
        return
    _write(file, lines)
    typer.echo(f"Wrote {file}: {library.count()} articles.", err=True)


def salvage(
    file: Annotated[Path, typer.Argument(help="The file to write, as JSON Lines.", show_default=False)],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Save what can still be read of a library whose archive is hurt; `ingest` reads the file.

    Only articles that are whole are saved. The library itself is not changed.

    Example: briefing salvage saved.jsonl
    """
    from index.errors import InputError, NothingFound
    from index.home import ARCHIVE
    from index.salvage import lines
    from index.salvage import salvage as salvaged

    folder = settings_of(home).home
    try:
        saved = salvaged(folder / ARCHIVE)
    except OSError as error:
        raise InputError(f"The archive in {folder} cannot be read: {error.strerror}.") from None
    if not saved.articles:
        raise NothingFound(f"There is no whole article left in {folder / ARCHIVE}. Restore a backup.")
    _write(file, lines(saved))
    if as_json:
        print_json({"file": str(file), "articles": len(saved.articles)})
    else:
        typer.echo(
            f"Saved {len(saved.articles)} whole articles to {file}. Move the folder {folder} away and run "
            f"`briefing ingest {file}`."
        )


def _write(file: Path, lines: Iterable[str]) -> None:
    """To a file of the owner's own, which is not there before it is whole. Raises InputError."""
    from index.errors import InputError

    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            for line in lines:
                stream.write(line + "\n")
        part.replace(file)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        with suppress(OSError):
            part.unlink()
