"""What the page and the JSON interface show of an answer, an article, a library. Pure; text stays text."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Mapping

from pydantic import BaseModel, Field

from assistant.answers import Answer, Citation, is_web_address
from assistant.question import Constraint
from index.article import Article
from index.passages import passages

Fetch = Callable[[str], Article]  # the article with this id

SURE, LIKELY = 0.85, 0.6  # of the calibrated confidence; below LIKELY an answer is worth a second look


class Other(BaseModel):
    """Another article that carries the same text."""

    id: str
    title: str
    source: str
    date: dt.date | None


class Evidence(BaseModel):
    """A quotation in its paragraph: `before + quotation + after` stands in the article as it is."""

    number: int = Field(description="as in [1]; 0 for a related passage")
    article_id: str
    title: str
    source: str
    date: dt.date | None
    url: str = Field(description="http(s) address of the article, or empty")
    start: int = Field(description="article.text[start:end] is the quotation, in characters")
    end: int
    before: str
    quotation: str
    after: str
    answer_start: int = Field(description="the words that answer are quotation[answer_start:answer_end]")
    answer_end: int
    also_in: list[Other] = []


class Chip(BaseModel):
    """What some words of the question were taken for. `ignore` them to ask without."""

    words: str
    label: str
    strict: bool = Field(description="true: a filter; false: a hint that only makes some articles likelier")


class AnswerView(BaseModel):
    """An answer with all that is shown beside it. Sentences of `text` end with the numbers of their citations."""

    question: str
    text: str
    refused: bool
    citations: list[Evidence]
    related: list[Evidence]
    confidence: float = Field(description="probability, 0 to 1, that the articles answer the question")
    confidence_words: str
    searched: str = Field(description='as in "Searched 43 articles, 2006 to 2024"')
    articles: int
    chips: list[Chip]
    notes: list[str]
    standalone_question: str
    model: str = Field(description="empty: copied from the articles, no language model")
    took: float = Field(description="seconds")
    markdown: str = Field(description="the answer with its sources, for a document")


class ArticleLine(BaseModel):
    """One line of the list of articles."""

    id: str
    title: str
    source: str
    date: dt.date | None
    words: int


class ArticleView(ArticleLine):
    """A whole article."""

    text: str
    url: str
    authors: list[str]


def answer_view(answer: Answer, fetch: Fetch, years: str) -> AnswerView:
    """`years` are those of the articles that were searched, as "2006 to 2024"."""
    filters = answer.filters
    return AnswerView(
        question=answer.question,
        text=answer.text,
        refused=answer.refused,
        citations=[evidence(citation, fetch) for citation in answer.citations],
        related=[evidence(citation, fetch) for citation in _elsewhere(answer)],
        confidence=answer.confidence,
        confidence_words=confidence_words(answer),
        searched=searched_words(filters.articles, years),
        articles=filters.articles,
        chips=[chip(constraint) for constraint in filters.constraints],
        notes=list(answer.notes),
        standalone_question=answer.standalone_question,
        model=answer.model,
        took=answer.took,
        markdown=answer.to_markdown(),
    )


def evidence(citation: Citation, fetch: Fetch) -> Evidence:
    """The citation in the passages that hold it."""
    article = fetch(citation.article_id)
    around = [p for p in passages(article) if p.start < citation.end and p.end > citation.start]
    left = around[0].start if around else citation.start
    right = around[-1].end if around else citation.end
    span = citation.answer_span
    return Evidence(
        number=citation.number,
        article_id=citation.article_id,
        title=citation.title or "Untitled article",
        source=citation.source,
        date=citation.date,
        url=citation.url if is_web_address(citation.url) else "",
        start=citation.start,
        end=citation.end,
        before=article.text[left : citation.start],
        quotation=citation.quotation,
        after=article.text[citation.end : right],
        answer_start=span.start - citation.start if span else 0,
        answer_end=span.end - citation.start if span else 0,
        also_in=[other(fetch(twin)) for twin in citation.also_in],
    )


def other(article: Article) -> Other:
    return Other(id=article.id, title=article.title or "Untitled article", source=article.source, date=article.date)


def chip(constraint: Constraint) -> Chip:
    """How words of the question were read: "last autumn" stands for published September to November 2015."""
    if constraint.source:
        return Chip(words=constraint.words, label=f"outlet: {constraint.source}", strict=constraint.kind == "filter")
    if constraint.yearless and constraint.since:
        return Chip(words=constraint.words, label=f"preferred {constraint.since:%B}, any year", strict=False)
    verb = "published" if constraint.kind == "filter" else "preferred"
    return Chip(
        words=constraint.words,
        label=f"{verb} {span_words(constraint.since, constraint.until)}",
        strict=constraint.kind == "filter",
    )


def span_words(since: dt.date | None, until: dt.date | None) -> str:
    """A range of days, both ends inclusive, as people write it: "May 2015", "2015", "3 May 2015 to 9 May 2015"."""
    if since and until:
        return _whole(since, until) or f"{_day(since)} to {_day(until)}"
    return f"since {_day(since)}" if since else f"until {_day(until)}" if until else "at any time"


def _whole(since: dt.date, until: dt.date) -> str:
    """For one day, whole months or whole years; empty for anything else."""
    if since == until:
        return _day(since)
    if since.day != 1 or until.day != monthrange(until.year, until.month)[1]:
        return ""
    if (since.month, until.month) == (1, 12):
        return f"{since:%Y}" if since.year == until.year else f"{since:%Y} to {until:%Y}"
    if since.year == until.year:
        return f"{until:%B %Y}" if since.month == until.month else f"{since:%B} to {until:%B %Y}"
    return f"{since:%B %Y} to {until:%B %Y}"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def confidence_words(answer: Answer) -> str:
    """The confidence as people say it; a refusal speaks for itself."""
    if answer.refused:
        return ""
    if answer.confidence >= SURE:
        return "Well supported"
    return "Likely" if answer.confidence >= LIKELY else "Uncertain: read the passages"


def searched_words(count: int, years: str) -> str:
    if not count:
        return "No article fits the filters"
    span = f", {years}" if years else ""
    return f"Searched {count:,} article{'' if count == 1 else 's'}{span}"


def years_of(days: Mapping[dt.date, int], since: dt.date | None = None, until: dt.date | None = None) -> str:
    """ "2006 to 2024" of the days that lie in a range, both ends inclusive; empty when there are none."""
    inside = [day for day in days if (not since or day >= since) and (not until or day <= until)]
    if not inside:
        return ""
    first, last = min(inside).year, max(inside).year
    return str(first) if first == last else f"{first} to {last}"


def article_line(article: Article) -> ArticleLine:
    return ArticleLine(
        id=article.id,
        title=article.title or "Untitled article",
        source=article.source,
        date=article.date,
        words=len(article.text.split()),
    )


def article_view(article: Article) -> ArticleView:
    return ArticleView(
        **article_line(article).model_dump(),
        text=article.text,
        url=article.url if is_web_address(article.url) else "",
        authors=list(article.authors),
    )


def _elsewhere(answer: Answer) -> list[Citation]:
    """Related passages that are not cited already."""
    cited = {(citation.article_id, citation.start) for citation in answer.citations}
    return [citation for citation in answer.related if (citation.article_id, citation.start) not in cited]
