"""From what the user names (files, folders, patterns) to the files that may hold articles."""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import index.sources.kinds as kinds
from index.article import Failure
from index.sources.decode import is_binary
from index.sources.draft import MEGABYTE, Source, printable

LARGEST_INPUT = 50 * MEGABYTE  # from standard input


def sources(named: str | Path) -> Iterator[Source | Failure]:
    """The files behind one path, `file:` address or pattern, in sorted order; hidden ones only when named."""
    if str(named) == "-":
        yield _standard_input()
        return
    path = _path_of(named)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists() or path.is_symlink():
        yield _named_file(path)
    elif glob.has_magic(str(path)):
        yield from _matching(path)
    else:
        yield Failure(printable(str(named)), "There is no such file or folder. Check the spelling.")


def _standard_input() -> Source | Failure:
    """What is piped in; its digest is its identity."""
    data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        return Failure("standard input", f"It is larger than {LARGEST_INPUT // MEGABYTE} MB. Ingest it as a file.")
    return Source("standard input", f"stdin:{hashlib.sha256(data).hexdigest()[:16]}", data=data)


def _path_of(named: str | Path) -> Path:
    text = str(named)
    if text.lower().startswith("file:"):
        text = unquote(urlsplit(text).path)
    return Path(text).expanduser()


def _matching(pattern: Path) -> Iterator[Source | Failure]:
    matches = sorted(glob.glob(str(pattern), recursive=True))  # noqa: PTH207 - takes absolute patterns
    if not matches:
        yield Failure(printable(str(pattern)), "No file matches this pattern.")
    for match in matches:
        path = Path(match)
        if path.is_dir():
            if "**" not in str(pattern):
                yield from _in_folder(path)
        elif kinds.is_known(path.name) and not kinds.is_about_the_folder(path.name):
            yield _named_file(path)


def _named_file(path: Path) -> Source | Failure:
    if not path.exists():
        return Failure(printable(str(path)), "It is a link to a file that does not exist.")
    if not path.is_file():
        return Failure(printable(str(path)), "It is not a regular file.")
    resolved = path.resolve()
    return Source(origin=printable(str(path)), key=resolved.as_uri(), path=str(resolved))


def _in_folder(folder: Path) -> Iterator[Source | Failure]:
    """Files whose names can be those of articles; links to folders are not followed, so there are no circles."""
    errors: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not _skipped_folder(name, files))
        for name in sorted(files):
            if _may_be_article(Path(place) / name):
                yield _named_file(Path(place) / name)
    for error in errors:
        yield Failure(printable(str(error.filename)), "This folder cannot be read: check its permissions.")


def _may_be_article(path: Path) -> bool:
    """By its name; of a file without a suffix by its first bytes, since most such files are something else."""
    if path.name.startswith(".") or not kinds.is_known(path.name) or kinds.is_about_the_folder(path.name):
        return False
    if kinds.suffix_of(path.name) or not path.is_file():
        return True
    try:
        with path.open("rb") as stream:
            head = stream.read(kinds.HEAD)
    except OSError:
        return True  # the reader will say what is wrong
    kind = kinds.kind_of(path.name, head)
    return kind in ("pdf", "docx", "zip") or (bool(kind) and not is_binary(head))


def _skipped_folder(name: str, beside: list[str]) -> bool:
    """Hidden ones, "Page_files" beside "Page.html" (a saved page's pictures), and the insides of a library."""
    stem = name.removesuffix("_files")
    saved = stem != name and (f"{stem}.html" in beside or f"{stem}.htm" in beside)
    own = "archive.sqlite3" in beside and name in ("dense", "lexical")
    return saved or own or name.startswith(".") or name == "__MACOSX"
