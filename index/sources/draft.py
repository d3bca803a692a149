"""What is read before it is an article: where it comes from (Source) and what was found there (Draft)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from index import dates
from index.article import Article
from index.clean import clean, clean_line
from index.errors import SourceError
from index.urls import canonical, host, key_of

MEGABYTE = 1_000_000
LONGEST_ARTICLE = 2_000_000  # characters, a long book; the pages of one site, not an article, are longer
TITLE_WORDS = 12  # of the first sentence, when nothing names a title
_HEADLINE = 120  # characters; a longer first paragraph is no headline


@dataclass(slots=True)
class Meter:
    """How much of the local files has been read, for the person who waits. In bytes."""

    total: int = 0
    done: int = 0

    @property
    def fraction(self) -> float:
        """0 when nothing is known."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def add(self, size: int) -> None:
        """So many bytes more are done."""
        self.done += size


class _Metered(io.FileIO):
    """A file that counts what is read from it."""

    def __init__(self, path: str, meter: Meter) -> None:
        super().__init__(path, "rb")
        self._meter = meter

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer) or 0
        self._meter.done += size
        return size


@dataclass(frozen=True, slots=True)
class Source:
    """One file, page or member of an archive: its name for people, its identity, and its bytes."""

    origin: str
    key: str
    path: str = ""
    data: bytes | None = None  # None: read from the path
    url: str = ""
    media_type: str = ""
    charset: str = ""
    meter: Meter | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The file name, in lower case; its suffix tells the kind when the content does not."""
        return self.origin.rsplit("/", 1)[-1].lower()

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data) if self.data is not None else Path(self.path).stat().st_size

    def open(self) -> BinaryIO:
        """The bytes as a stream, for kinds that hold many articles."""
        if self.data is not None:
            return io.BytesIO(self.data)
        return cast(BinaryIO, io.BufferedReader(_Metered(self.path, self.meter or Meter())))

    def read(self, limit: int) -> bytes:
        """All bytes; raises SourceError when there are more than `limit`."""
        if self.size > limit:
            raise SourceError(
                f"It has {self.size / MEGABYTE:,.0f} MB; {limit // MEGABYTE} MB is the limit for its kind."
            )
        with self.open() as stream:
            return stream.read(limit + 1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file states about one article, as it stands there: nothing cleaned, nothing interpreted."""

    text: str
    title: str = ""
    published: tuple[object, ...] = ()  # candidates, the most trusted first
    guessed: str = ""  # a date found by rules of thumb, trusted less than a dateline
    modified: tuple[object, ...] = ()
    source: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    section: str = ""
    member: str = ""  # what tells it apart from others in the same file, when it has no address
    many: bool = False  # it comes from a file that can hold several
    headline_first: bool = field(default=False)  # an untitled text's short first paragraph is its headline


def article_from(draft: Draft, source: Source, note: Callable[[str, str], None] | None = None) -> Article:
    """Clean a draft. Raises SourceError when it holds no text, or too much for one article."""
    if len(draft.text) > LONGEST_ARTICLE:
        raise SourceError(
            f"It has {len(draft.text):,} characters; more than {LONGEST_ARTICLE:,} is not one article. Split it."
        )
    stated, text = dates.split_header(draft.text)
    cleaned = clean(text)
    dateline, text = dates.split_dateline(cleaned)
    when = dates.first((*draft.published, stated, dateline, draft.guessed))
    if dateline and dates.parse(dateline).date != when.date:
        text = cleaned  # not the article's own date: content
    if when.note and note:
        note(source.origin, when.note)
    title, text = _titled(clean_line(draft.title), text, draft.headline_first)
    if not any(character.isalnum() for character in text):
        raise SourceError("There is no text in it.")
    url = canonical(draft.url, base=source.url) or canonical(source.url)
    return Article(
        key=key_of(url) or _key_in_file(draft, source, text),
        text=text,
        title=title,
        date=when.date,
        published=when.instant,
        modified=dates.first(draft.modified).instant,
        source=clean_line(draft.source) or host(url),
        url=url,
        path=printable(source.path),
        authors=tuple(dict.fromkeys(name for author in draft.authors if (name := clean_line(author)))),
        language=_language(draft.language),
        section=clean_line(draft.section),
    )


def _titled(title: str, text: str, headline_first: bool) -> tuple[str, str]:
    """The title, and the text without it; a text without any is called by its first words."""
    first, _, rest = text.partition("\n\n")
    if not title and headline_first and rest and len(first) <= _HEADLINE and first[-1].isalnum():
        title = first
    if title and rest and _same(first, title):
        text = rest
    return title or _first_words(text), text


def _same(a: str, b: str) -> bool:
    return [*filter(str.isalnum, a.casefold())] == [*filter(str.isalnum, b.casefold())]


def _first_words(text: str) -> str:
    """The first sentence, cut after twelve words: what a person recognises an untitled article by."""
    from index.passages import sentences

    start, end = next(iter(sentences(text[:2_000])), (0, 0))
    words = text[start:end].split()
    cut = " ".join(words[:TITLE_WORDS])[:_HEADLINE]
    return cut if cut == text[start:end] else cut.rstrip(",;:–—-") + " …"


def _key_in_file(draft: Draft, source: Source, text: str) -> str:
    """The file's own key; of one among several, with its member's name or else a digest of its first words."""
    if not draft.many:
        return source.key
    member = draft.member or hashlib.sha256((draft.title or text[:500]).encode()).hexdigest()[:16]
    return f"{source.key}#{member}"


def printable(path: str) -> str:
    """A path that can be stored and shown even when its bytes are no UTF-8."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _language(stated: str) -> str:
    code = stated.strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else ""
