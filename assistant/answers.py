"""The nouns of an answer: Span, Citation, ClaimCheck, Answer. Frozen; JSON in and out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.question import Constraint

REFUSAL = "The articles do not answer this."  # the one sentence for it: prompt, code, pages and tests share it


@dataclass(frozen=True, slots=True)
class Span:
    """A slice of an article's text: `article.text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation with its place: `library.get(article_id).text[start:end] == quotation`, always."""

    number: int  # as in "[1]"; 0 for a related passage, which no sentence refers to
    article_id: str
    title: str
    source: str
    date: dt.date | None
    url: str
    start: int
    end: int
    quotation: str
    answer_span: Span | None = None  # the few words inside it that answer, as offsets into the article
    also_in: tuple[str, ...] = ()  # ids of other articles that carry the same text

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Citation:
        day, span = data.get("date"), data.get("answer_span")
        return cls(
            **{
                **data,
                "date": dt.date.fromisoformat(day) if day else None,
                "answer_span": Span(**span) if span else None,
                "also_in": tuple(data.get("also_in", ())),
            }
        )

    def label(self) -> str:
        """Outlet, headline and day, as far as they are known: "Wikinews: Crane falls in Mecca (2015-09-12)"."""
        name = ": ".join(part for part in (self.source, self.title) if part) or "Untitled article"
        return f"{name} ({self.date.isoformat()})" if self.date else name


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What was found when a drafted sentence was compared with the passages it cites."""

    sentence: str
    supported: bool
    citations: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()
    support: float | None = None  # probability that the cited text supports it, when a reader judged


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for an answer: "43 articles, 2006 to 2024"."""

    articles: int = 0
    since: dt.date | None = None
    until: dt.date | None = None
    sources: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()  # what the question's own words asked for; each can be taken away

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Searched:
        since, until = data.get("since"), data.get("until")
        return cls(
            data.get("articles", 0),
            dt.date.fromisoformat(since) if since else None,
            dt.date.fromisoformat(until) if until else None,
            tuple(data.get("sources", ())),
            tuple(Constraint.from_dict(item) for item in data.get("constraints", ())),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question. Every sentence of `text` ends with the numbers of its citations, as "[1]".

    When the articles do not answer, `refused` is True, `text` is the refusal and `related` holds the nearest
    passages. `confidence` is the probability, 0 to 1, that the question is answered by the articles.
    """

    question: str
    text: str
    citations: tuple[Citation, ...] = ()
    refused: bool = False
    related: tuple[Citation, ...] = ()
    confidence: float = 0.0
    filters: Searched = field(default_factory=Searched)
    standalone_question: str = ""
    checks: tuple[ClaimCheck, ...] = ()
    model: str = ""  # empty: copied from the articles, no language model
    notes: tuple[str, ...] = ()  # plain sentences about how the answer came about
    took: float = 0.0  # seconds

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: dates are ISO 8601 strings, tuples lists. `Answer.from_dict` gives an equal Answer."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)  # noqa: S101 - for the type checker
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        return cls(
            **{
                **data,
                "citations": tuple(Citation.from_dict(item) for item in data.get("citations", ())),
                "related": tuple(Citation.from_dict(item) for item in data.get("related", ())),
                "filters": Searched.from_dict(data.get("filters", {})),
                "checks": tuple(
                    ClaimCheck(**{**item, "citations": tuple(item["citations"]), "problems": tuple(item["problems"])})
                    for item in data.get("checks", ())
                ),
                "notes": tuple(data.get("notes", ())),
            }
        )

    def to_markdown(self) -> str:
        """The answer with its sources below, for a document; all article text is escaped."""
        lines = [escape_markdown(self.text), ""]
        lines += [f"> {escape_markdown(note)}" for note in self.notes]
        if self.citations:
            lines += ["", "Sources:", ""]
            lines += [_source_line(citation) for citation in self.citations]
        if self.refused and self.related:
            lines += ["", "The nearest passages:", ""]
            lines += [_source_line(citation) for citation in self.related]
        return "\n".join(lines).strip() + "\n"


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is, on one line; "[1]" and the like stay readable."""
    escaped = re.sub(r"([\\`*_{}<>#|~$])|\[(?!\d+\])|(?<!\d)\]|(?<=\S)!(?=\[)", r"\\\g<0>", " ".join(text.split()))
    escaped = re.sub(r"^([-+]|\d+[.)])(?=\s)", r"\\\1", escaped)
    return re.sub(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])", "\\1\u2060", escaped)


def _source_line(citation: Citation) -> str:
    mark = f"{citation.number}." if citation.number else "-"
    quotation = escape_markdown(citation.quotation)
    link = f" <{citation.url}>" if is_web_address(citation.url) else ""
    return f"{mark} {escape_markdown(citation.label())}: “{quotation}”{link}"


def is_web_address(url: str) -> bool:
    """Whether this may be shown as a link: http or https, and nothing in it that ends an address early."""
    return re.fullmatch(r"https?://[^\s<>\"'`\\]+", url) is not None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
