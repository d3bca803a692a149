"""ZIP archives: each member is read as if it lay in a folder. Nothing is written anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

import index.sources.kinds as kinds
from index.article import Failure
from index.errors import SourceError
from index.sources.draft import MEGABYTE, Source

LARGEST_MEMBER = 50 * MEGABYTE
LARGEST_TOTAL = 1_000 * MEGABYTE
MOST_MEMBERS = 100_000


def members(source: Source) -> Iterator[Source | Failure]:
    """The members that may hold articles, in order; a Failure for those that are refused."""
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            items = sorted(archive.infolist(), key=lambda item: item.filename)
            if len(items) > MOST_MEMBERS:
                raise SourceError(f"It has {len(items):,} members; {MOST_MEMBERS:,} is the limit.")
            read = 0
            for item in items:
                if not item.is_dir() and _may_hold_articles(item.filename):
                    found = _member(archive, item, source)
                    read += len(found.data or b"") if isinstance(found, Source) else 0
                    yield found
                if read > LARGEST_TOTAL:
                    raise SourceError(
                        f"It inflates to more than {LARGEST_TOTAL // MEGABYTE:,} MB; the rest is not read."
                    )
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError("It is damaged, cut off, or not a ZIP archive.") from error


def _may_hold_articles(name: str) -> bool:
    path = PurePosixPath(name)
    outside = any(part.startswith(".") or part == "__MACOSX" or part.endswith("_files") for part in path.parts[:-1])
    hidden = path.name.startswith(".") or kinds.is_about_the_folder(path.name)
    return _leads_out(name) or not (outside or hidden or not kinds.is_known(path.name))


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name[:3]


def _member(archive: zipfile.ZipFile, item: zipfile.ZipInfo, source: Source) -> Source | Failure:
    origin = f"{source.origin}/{item.filename}"
    if _leads_out(item.filename):
        return Failure(origin, "Its name leads out of the archive; it is not read.")
    if item.flag_bits & 0x1:
        return Failure(origin, "It is protected by a password. Unpack the archive and ingest the folder.")
    if item.file_size > LARGEST_MEMBER:
        size = item.file_size / MEGABYTE
        return Failure(origin, f"It would inflate to {size:,.0f} MB; {LARGEST_MEMBER // MEGABYTE} MB is the limit.")
    try:
        with archive.open(item) as member:
            data = member.read(LARGEST_MEMBER + 1)  # whatever size the archive claims
    except Exception as error:  # zlib, lzma and bz2 raise their own kinds
        return Failure(origin, f"It cannot be unpacked ({type(error).__name__}): the archive is damaged.")
    if data.startswith(b"PK\x03\x04") and kinds.kind_of(item.filename, data[: kinds.HEAD]) == "zip":
        return Failure(origin, "An archive inside an archive is not opened. Unpack it and ingest the folder.")
    return Source(origin=origin, key=f"{source.key}#{quote(item.filename)}", path=source.path, data=data)
