"""Word documents: paragraphs and tables in reading order; title, author and subject from the document's properties."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.errors import SourceError
from index.sources.draft import MEGABYTE, Draft, Source
from index.sources.text import draft_of_text

LIMIT = 50 * MEGABYTE
LARGEST_PART = 50 * MEGABYTE  # of XML, inflated
_GENERIC = ("", "word document", "document", "untitled")


def parse(source: Source) -> Iterator[Draft]:
    """The document's one article. Raises SourceError for an encrypted, damaged or inflated file."""
    import docx

    if source.size > LIMIT:
        raise SourceError(f"It is larger than {LIMIT // MEGABYTE} MB.")
    with source.open() as stream:
        _check(stream)
        stream.seek(0)
        try:
            document = docx.Document(stream)
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise SourceError("It is not a Word document that can be opened, or it is damaged.") from error
    styled, paragraphs = _paragraphs(document)
    draft = draft_of_text("\n\n".join(paragraphs))
    facts = document.core_properties
    title = "" if (facts.title or "").lower() in _GENERIC else facts.title
    yield replace(
        draft,
        title=draft.title or styled or title,
        authors=draft.authors or ((facts.author,) if facts.author not in ("", "python-docx") else ()),
        url=draft.url or (facts.identifier if "://" in (facts.identifier or "") else ""),
        language=draft.language or facts.language or "",
        section=draft.section or facts.category or "",
    )


def _check(stream: Any) -> None:
    """Refuse what would inflate beyond measure, before anything is inflated."""
    try:
        with zipfile.ZipFile(stream) as archive:
            largest = max((item.file_size for item in archive.infolist() if item.filename.endswith(".xml")), default=0)
    except zipfile.BadZipFile:
        raise SourceError("It is damaged, cut off, or protected by a password.") from None
    if largest > LARGEST_PART:
        raise SourceError(f"Its text would inflate to {largest / MEGABYTE:,.0f} MB.")


def _paragraphs(document: Any) -> tuple[str, list[str]]:
    """(the paragraph in the style "Title", if there is one, all others and the tables' rows)."""
    from docx.table import Table

    title, found = "", []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            found += [" ".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in block.rows]
        elif not title and block.style is not None and block.style.name == "Title":
            title = block.text.strip()
        else:
            found.append(block.text)
    return title, found
