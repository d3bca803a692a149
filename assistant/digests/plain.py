"""The page as plain text of 76 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from assistant.digests.nouns import Page
from assistant.digests.view import View, view

WIDTH = 76


def to_text(page: Page) -> str:
    """Plain text; the numbers in brackets are those of the sources at its end."""
    return "\n".join(_lines(view(page))) + "\n"


def _lines(shown: View) -> Iterator[str]:
    yield from _wrapped(shown["title"].upper())
    yield from _wrapped(shown["masthead"])
    yield from _wrapped(shown["window"])
    yield "=" * WIDTH
    if shown["bottom_line"]:
        yield from _wrapped(f"BOTTOM LINE  {_said(shown['bottom_line'])}")
    for story in shown["stories"]:
        yield from _story(story)
    if shown["briefs"]:
        yield from _section("In brief")
        for story in shown["briefs"]:
            said = _said(story["sentences"]) or _cite(story["number"])
            yield from _wrapped(f"* {stopped(story['headline'])} {said}", 2)
    yield from _extras(shown)
    yield from _section("Sources")
    for source in shown["sources"]:
        parts = filter(None, [source["outlet"], source["title"], source["date"]])
        yield from _wrapped(f"[{source['number']}] {', '.join(parts)}", 4)
        if source["url"]:
            yield f"    {source['url']}"
    yield ""
    yield from _wrapped(" ".join(filter(None, [shown["coverage"], shown["undated"]])))


def _story(story: View) -> Iterator[str]:
    yield ""
    yield from _wrapped(story["headline"].upper())
    yield from _wrapped(" · ".join(filter(None, [story["status"], story["publishers"]])))
    yield from _wrapped(_said(story["sentences"]) or _cite(story["number"]))
    for change in story["changes"]:
        before = f"(before: {change['before']} {_cite(change['before_number'])})" if change["before"] else ""
        said = _one(change) if change["text"] else _cite(change["number"])
        lead = " ".join(filter(None, [change["what"], before]))
        yield from _wrapped("  Changed: " + (": " if said and lead else "").join([lead, said]), 2)
    for conflict in story["conflicts"]:
        sides = (f"{c['publisher']} says {c['value']} {_cite(c['number'])}" for c in conflict["claims"])
        yield from _wrapped(f"  Conflict: {conflict['quantity']}: {'; '.join(sides)}", 2)
    if story["background"]:
        yield from _wrapped(f"  Background: {_one(story['background'])}", 2)


def _extras(shown: View) -> Iterator[str]:
    if shown["numbers"]:
        yield from _section("Numbers of the day")
        for number in shown["numbers"]:
            yield from _wrapped(f"* {number['value']}: {_one(number)}", 2)
    if shown["quotation"]:
        said = shown["quotation"]
        yield ""
        yield from _wrapped(f"“{said['words']}” — {said['speaker']} {_cite(said['number'])}", 2)
    if shown["watch"]:
        yield from _section("To watch")
        for item in shown["watch"]:
            yield from _wrapped(f"* {item['date']}: {_one(item)}", 2)
    if shown["chart_text"]:
        yield ""
        yield from _wrapped(shown["chart_text"])


def stopped(headline: str) -> str:
    """The headline with a full stop, unless it ends with a mark of its own."""
    return headline if headline.endswith((".", "?", "!", "…", "。")) else f"{headline}."


def _section(name: str) -> Iterator[str]:
    yield ""
    yield name.upper()
    yield "-" * WIDTH


def _said(items: list[View]) -> str:
    return " ".join(_one(item) for item in items)


def _one(item: dict[str, Any]) -> str:
    note = f"({item['note']})" if item["note"] else ""
    cites = "".join(_cite(number) for number in (item["number"], *item["more"]))
    return " ".join(filter(None, [item["text"], note, cites]))


def _cite(number: int) -> str:
    return f"[{number}]" if number else ""


def _wrapped(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
