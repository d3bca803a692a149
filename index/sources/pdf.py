"""PDF: pdfium gives the lines with their places and sizes; ours is to make paragraphs of them again."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from index.clean import ends_sentence
from index.errors import SourceError
from index.sources.draft import MEGABYTE, Draft, Source
from index.sources.text import draft_of_text

LIMIT = 100 * MEGABYTE
MOST_PAGES = 2_000
_ADDRESS = re.compile(r"https?://[^\s<>\"]{4,500}")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]", re.I)
_FILE_NAME = re.compile(
    r"(?:microsoft (?:word|powerpoint) - .*|.*\.(?:docx?|pdf|html?|indd|txt|tex)|untitled.*|document\d*)", re.I
)
_CUT = "\ufffe"  # what pdfium puts in place of a hyphen and the line end behind it
_HYPHEN = re.compile(r"(\w+)[-\u00ad\u2010]$")
_HYPHENATED = 0.03  # share of lines that end in a hyphen, from which a program has hyphenated the text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; coordinates and sizes in points, y upwards."""

    text: str
    page: int
    left: float
    right: float
    y: float
    size: float


def parse(source: Source) -> Iterator[Draft]:
    """The document's one article. Raises SourceError for encrypted and damaged files and for scans without text."""
    import pypdfium2

    data = source.read(LIMIT)
    try:
        with pypdfium2.PdfDocument(data) as document:
            if len(document) > MOST_PAGES:
                raise SourceError(f"It has {len(document):,} pages; {MOST_PAGES:,} is the limit.")
            lines = [line for number in range(len(document)) for line in _lines(document[number], number)]
            stated = document.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        raise SourceError(_reason(str(error))) from error
    if not any(character.isalpha() for line in lines for character in line.text):
        raise SourceError("It holds only pictures of pages (a scan). Run text recognition (OCR) over it first.")
    yield _draft(lines, stated)


def _reason(error: str) -> str:
    if "password" in error.lower():
        return "It is encrypted. Save a copy without a password and ingest that."
    return "It is damaged or cut off: no page of it can be read."


def _lines(page: Any, number: int) -> Iterator[Line]:
    """The lines of a page in reading order, as pdfium finds it."""
    import pypdfium2.raw as raw

    textpage = page.get_textpage()
    position = 0  # in UTF-16 units, which pdfium counts in
    pieces = re.split(f"(\r\n|[\r\n]|{_CUT})", textpage.get_text_range())
    for text, end in itertools.zip_longest(pieces[::2], pieces[1::2], fillvalue=""):
        width = len((text + end).encode("utf-16-le", "surrogatepass")) // 2
        if stripped := text.strip():
            skipped = len(text) - len(text.lstrip())
            first = raw.FPDFText_GetCharIndexFromTextIndex(textpage, position + skipped)
            last = raw.FPDFText_GetCharIndexFromTextIndex(textpage, position + skipped + len(stripped) - 1)
            left, bottom, _, _ = textpage.get_charbox(max(first, 0), loose=True)
            _, _, right, _ = textpage.get_charbox(max(last, first, 0), loose=True)
            size = raw.FPDFText_GetFontSize(textpage, max(first, 0))
            yield Line(stripped + "-" * (end == _CUT), number, left, right, bottom, size)
        position += width
    textpage.close()
    page.close()


def _draft(lines: list[Line], stated: dict[str, str]) -> Draft:
    body, edges = _without_edges(lines)
    title = stated.get("Title", "").strip()
    title = "" if _FILE_NAME.fullmatch(title) else title
    headline, body = _headline(body)
    draft = draft_of_text("\n\n".join(_paragraphs(body)))
    return replace(
        draft,
        title=draft.title or headline or title,
        url=draft.url or _address(edges),
        authors=draft.authors or tuple(filter(None, [stated.get("Author", "").strip()])),
    )


def _without_edges(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """(the text, the headers and footers).

    The latter are, among the first and last two lines of each page, those that most pages share, page numbers,
    addresses with what continues them, and what is set clearly smaller than the text.
    """
    edges = [line for page in _pages(lines) for line in (*page[:2], *page[max(2, len(page) - 2) :])]
    pages = len({line.page for line in lines})
    counts = Counter(_shape(line.text) for line in edges)
    small = 0.85 * median(line.size for line in lines) if lines else 0.0
    furniture: dict[int, Line] = {}
    for before, line in zip([None, *edges], edges, strict=False):
        shared = pages > 1 and counts[_shape(line.text)] > pages / 2
        continued = before is not None and id(before) in furniture and _ADDRESS.fullmatch(before.text) is not None
        if shared or continued or line.size < small or _PAGE_NUMBER.fullmatch(line.text) or _ADDRESS.match(line.text):
            furniture[id(line)] = line
    return [line for line in lines if id(line) not in furniture], list(furniture.values())


def _address(edges: list[Line]) -> str:
    """The address that a browser prints on every page; a long one goes on in the next line."""
    for line, following in itertools.zip_longest(edges, edges[1:]):
        if match := _ADDRESS.search(line.text):
            ends = following is None or match.end() < len(line.text) or following.page != line.page
            rest = "" if ends or _ADDRESS.search(following.text) else following.text.split()[0]
            return match[0] + ("" if _PAGE_NUMBER.fullmatch(rest) else rest)
    return ""


def _pages(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines of each page, from top to bottom."""
    for number in sorted({line.page for line in lines}):
        yield sorted((line for line in lines if line.page == number), key=lambda line: -line.y)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _headline(lines: list[Line]) -> tuple[str, list[Line]]:
    """The lines at the top of the first page that are set clearly larger than the text, and the others."""
    if not lines:
        return "", lines
    body = median(line.size for line in lines)
    start = next((n for n, line in enumerate(lines[:6]) if line.size > 1.25 * body), None)
    if start is None:
        return "", lines
    size, end = lines[start].size, start
    while end < len(lines) and abs(lines[end].size - size) < 0.5 and lines[end].page == lines[start].page:
        end += 1
    if end - start > 5:
        return "", lines
    spelling, headline = _Spelling.of(lines), lines[start].text
    for line in lines[start + 1 : end]:
        headline = spelling.joined(headline, line.text)
    return headline, lines[:start] + lines[end:]


def _paragraphs(lines: list[Line]) -> Iterator[str]:
    if not lines:
        return
    pitch = _pitch(lines)
    width = sorted(line.right for line in lines)[int(len(lines) * 0.9)]
    spelling = _Spelling.of(lines)
    gathered = lines[0].text
    for before, line in itertools.pairwise(lines):
        if _begins_paragraph(before, line, pitch, width):
            yield gathered
            gathered = line.text
        else:
            gathered = spelling.joined(gathered, line.text)
    yield gathered


def _pitch(lines: list[Line]) -> float:
    """The distance from one line of a paragraph to the next: the smaller steps, of which most texts have plenty."""
    steps = sorted(
        a.y - b.y for a, b in itertools.pairwise(lines) if a.page == b.page and 0.8 * a.size < a.y - b.y < 4 * a.size
    )
    return steps[len(steps) // 6] if steps else 0.0


def _begins_paragraph(before: Line, line: Line, pitch: float, width: float) -> bool:
    if abs(before.size - line.size) > 0.1 * before.size:
        return True
    step = before.y - line.y
    if before.page != line.page or step < -pitch:  # a new page or column
        return ends_sentence(before.text) and before.right < width - 2 * before.size
    if step > 1.25 * pitch:
        return True
    if step > 1.8 * line.size and before.right < 0.75 * width:  # single lines, far apart
        return True
    indented = line.left > before.left + 0.8 * line.size and ends_sentence(before.text)
    return indented or (ends_sentence(before.text) and before.right < 0.75 * width)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What a document's own words tell about a hyphen at a line end: part of the word, or put there by a program?"""

    text: str
    words: frozenset[str]
    hyphenated: bool

    @classmethod
    def of(cls, lines: list[Line]) -> _Spelling:
        text = " ".join(line.text for line in lines)
        ends = sum(bool(_HYPHEN.search(line.text)) for line in lines)
        flush = Counter(round(line.right) for line in lines).most_common(1)[0][1]  # justified: many end at one place
        whole = re.sub(r"\w+- \w+", " ", text.lower())
        return cls(
            text, frozenset(re.findall(r"\w+", whole)), ends >= _HYPHENATED * len(lines) or flush > len(lines) / 3
        )

    def joined(self, text: str, line: str) -> str:
        """Two lines of a paragraph as one."""
        cut, following = _HYPHEN.search(text), re.match(r"\w+", line)
        if not cut or not following:
            return text + line if text.endswith("-") and not text.endswith(" -") else f"{text} {line}"
        return (text if self._belongs(cut[1], following[0]) else text[:-1]) + line

    def _belongs(self, left: str, right: str) -> bool:
        whole = (left + right).lower()
        if f"{left}-{right}" in self.text or not right[0].islower():
            return True
        if whole in self.words:
            return False
        return not self.hyphenated or (left.lower() in self.words and right.lower() in self.words)
