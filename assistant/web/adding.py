"""Articles come in through the page: files, an address, the samples. Each input gets a result in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from index.errors import BriefingError, InputError
from index.ingesting import Report
from index.library import Library
from index.urls import without_login


class Added(BaseModel):
    """What became of one input."""

    name: str
    result: Literal["added", "updated", "unchanged", "duplicate", "failed"]
    message: str = ""
    article_ids: list[str] = []


def add_files(library: Library, files: Sequence[tuple[str, bytes]], folder: Path) -> list[Added]:
    """Read uploaded (name, content) pairs by way of this folder, all in one run, so that the index is made once."""
    places: dict[str, Path] = {}
    for number, (name, content) in enumerate(files):
        place = folder / str(number) / _safe(name)
        place.parent.mkdir()
        place.write_bytes(content)
        places[str(place)] = place
    report = library.ingest([str(place) for place in places])
    return [_result(library, report, str(place), name) for place, (name, _) in zip(places, files, strict=True)]


def add_link(library: Library, address: str, follow: bool = False) -> list[Added]:
    """Read the page or the feed at a public address; never a file of this machine. Raises InputError."""
    address = without_login(address.strip())  # the answer repeats it, and a page may be looked at by others
    if not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        raise InputError("Give an address that begins with http:// or https://.")
    if follow:
        from index.feeds import discover
        from index.fetch import Fetcher

        try:
            feed = discover(address, Fetcher())
        except BriefingError as error:
            return [Added(name=address, result="failed", message=str(error))]
        library.intake.put_feed(feed)
        address = feed.url
    return [_summary(library.ingest([address]), address)]


def add_samples(library: Library, folder: Path | None) -> list[Added]:
    """Raises InputError where there are no samples."""
    if folder is None:
        raise InputError("The sample articles come with the repository; this installation does not have them.")
    return [_summary(library.ingest([folder]), "the sample articles")]


def _summary(report: Report, name: str) -> Added:
    """All of a report in one line."""
    found = [*report.added, *report.updated]
    reasons = "; ".join(dict.fromkeys(failure.reason for failure in report.failed))
    if not report.read:
        return Added(name=name, result="failed", message=reasons or "There are no articles in it.")
    counts = [(len(report.added), "added"), (len(report.updated), "updated"), (len(report.unchanged), "unchanged")]
    message = ", ".join(f"{count} {word}" for count, word in counts if count)
    if report.failed:
        message += f", {len(report.failed)} failed: {reasons}"
    result: Literal["added", "unchanged"] = "added" if found else "unchanged"
    return Added(name=name, result=result, message=message, article_ids=found)


def _result(library: Library, report: Report, place: str, name: str) -> Added:
    """What a report says of one file; a ZIP or a table holds several articles."""
    failed = [failure.reason for failure in report.failed if failure.origin.startswith(place)]
    twins = [twin for origin, twin in report.duplicates if origin.startswith(place)]
    by_kind = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
    mine = {kind: [i for i in ids if library.get(i).path.startswith(place)] for kind, ids in by_kind.items()}
    ids = [*mine["added"], *mine["updated"]]
    message = "; ".join(dict.fromkeys(failed))
    if len(ids) > 1:
        message = f"{len(ids)} articles. {message}".strip()
    if ids:
        return Added(name=name, result="added" if mine["added"] else "updated", message=message, article_ids=ids)
    if failed:
        return Added(name=name, result="failed", message=message)
    if twins:
        return Added(name=name, result="duplicate", message="Its text is in the library already.", article_ids=twins)
    if mine["unchanged"]:
        return Added(name=name, result="unchanged", message="It is in the library already.")
    return Added(name=name, result="duplicate", message="Its text is in the library already.")


def _safe(name: str) -> str:
    """A file name without folders, of plain length, that keeps its ending: it tells the kind."""
    plain = re.sub(r"[^\w.,()' -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ") or "article.txt"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if dot else plain[:100]
