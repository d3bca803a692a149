"""The page as plain strings, lists and numbers: what the HTML and PDF templates show. Nothing here is markup."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from assistant.digests.chart import chart_svg, chart_text
from assistant.digests.nouns import Change, Conflict, DigestSentence, DigestSource, Page, Story, Written
from assistant.digests.text import visible
from assistant.digests.wording import (
    coverage_line,
    day_note,
    masthead_line,
    publishers_line,
    undated_line,
    window_line,
)

View = dict[str, Any]
_LONG_RUN = re.compile(r"[^\s\u200b]{24}(?=[^\s\u200b]{4})")
BREAK = "\u200b"


def view(page: Page) -> View:
    """Everything that a template needs, JSON-ready."""
    return {
        "title": visible(page.title),
        "topic": visible(page.topic),
        "language": page.language,
        "paper": page.paper,
        "window": window_line(page),
        "masthead": masthead_line(page),
        "bottom_line": _sentences(page, page.bottom_line),
        "stories": [_story(page, story) for story in page.stories],
        "briefs": [_story(page, story) for story in page.briefs],
        "numbers": [{"value": visible(n.value), **_sentence(page, n.sentence)} for n in page.numbers],
        "quotation": _quotation(page),
        "watch": [{"date": f"{w.date:%-d %B %Y}", **_sentence(page, w.sentence)} for w in page.watch],
        "sources": [_source(source) for source in page.sources],
        "coverage": coverage_line(page),
        "undated": undated_line(page),
        "chart": chart_svg(page.bars),
        "chart_text": chart_text(page.bars),
    }


def breakable(value: Any) -> Any:
    """The same view with places to break in runs of letters that no column could hold."""
    if isinstance(value, str):
        return _LONG_RUN.sub(lambda match: match.group() + BREAK, value)
    if isinstance(value, dict):
        return {key: item if key in {"url", "chart"} else breakable(item) for key, item in value.items()}
    return [breakable(item) for item in value] if isinstance(value, list) else value


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction belongs to a script written from right to left."""
    directions = (unicodedata.bidirectional(char) for char in text)
    return next((d for d in directions if d in {"L", "R", "AL"}), "L") != "L"


def _story(page: Page, story: Story) -> View:
    told = [*page.bottom_line, *(() if story.written else story.sentences)]
    return {
        "headline": visible(story.headline),
        "rtl": right_to_left(story.headline),
        "number": page.number_of(story.headline_article_id),
        "status": story.status,
        "publishers": publishers_line(story),
        "sentences": [_line(page, line) for line in story.lines],
        "changes": [_change(page, change, told) for change in story.changes],
        "conflicts": [_conflict(page, conflict) for conflict in story.conflicts],
        "background": _sentence(page, story.background) if story.background else None,
    }


def _change(page: Page, change: Change, told: Sequence[DigestSentence]) -> View:
    shown = _sentence(page, change.sentence)
    if change.kind == "number" and change.sentence in told:
        shown |= {"text": "", "note": ""}  # the story says it already; only the comparison is new
    before = page.number_of(change.before_sentence.article_id) if change.before_sentence else 0
    return {"what": visible(change.what), "before": visible(change.before), "before_number": before, **shown}


def _conflict(page: Page, conflict: Conflict) -> View:
    claims = [
        {"publisher": visible(c.publisher), "value": visible(c.value), "number": page.number_of(c.sentence.article_id)}
        for c in conflict.claims
    ]
    return {"quantity": visible(conflict.quantity), "claims": claims}


def _quotation(page: Page) -> View | None:
    said = page.quotation
    if said is None:
        return None
    number = page.number_of(said.sentence.article_id)
    return {
        "words": visible(said.words),
        "speaker": visible(said.speaker),
        "number": number,
        "rtl": right_to_left(said.words),
    }


def _sentences(page: Page, sentences: Sequence[DigestSentence]) -> list[View]:
    return [_sentence(page, sentence) for sentence in sentences]


def _sentence(page: Page, sentence: DigestSentence) -> View:
    return _line(page, Written(sentence.text, (sentence,)))


def _line(page: Page, line: Written) -> View:
    numbers = list(dict.fromkeys(page.number_of(sentence.article_id) for sentence in line.evidence))
    return {
        "text": visible(line.text),
        "number": numbers[0],
        "more": numbers[1:],
        "note": day_note(line.text, _date_of(page, line.evidence[0].article_id), page.window),
        "rtl": right_to_left(line.text),
    }


def _date_of(page: Page, article_id: str) -> dt.date | None:
    return next((source.date for source in page.sources if source.article_id == article_id), None)


def _source(source: DigestSource) -> View:
    return {
        "number": source.number,
        "outlet": visible(source.source),
        "title": visible(source.shown_title),
        "date": f"{source.date:%-d %b %Y}" if source.date else "",
        "url": source.url,
        "rtl": right_to_left(source.title),
    }
