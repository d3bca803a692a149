"""The few words of our own that the page carries, the same in every format."""

from __future__ import annotations

import datetime as dt
import re

from assistant.digests.nouns import DigestSource, Page, Story, Window
from assistant.digests.text import visible

PROMISE = "Every sentence is copied from the source whose number follows it."
WRITTEN = "written by {}, each sentence checked against the sources whose numbers follow it; all else is copied"
UNDATED_SHOWN = 3  # titles of articles without a date; the rest are counted
_DAY_WORD = re.compile(r"\b([Yy]esterday|[Tt]omorrow|[Tt]oday|[Tt]onight)\b")
_STEPS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}


def title_of(window: Window, topic: str) -> str:
    """The title of the page."""
    if window.is_one_day:
        day = f"{window.last_day:%A, %-d %B %Y}"
    elif window.since.date() == window.last_day:
        day = f"{window.last_day:%A, %-d %B %Y}, {window.since:%H:%M} to {window.until:%H:%M}"
    else:
        day = f"{window.since:%-d %B} to {window.last_day:%-d %B %Y}"
        if window.since.year != window.last_day.year:
            day = f"{window.since:%-d %b %Y} to {window.last_day:%-d %b %Y}"
    return f"{visible(topic)} — {day}" if topic else day


def window_line(page: Page) -> str:
    """The window as exact instants."""
    window = page.window
    return f"{window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M} ({window.timezone})"


def masthead_line(page: Page) -> str:
    """The counts under the title."""
    seen = page.coverage
    return " · ".join(
        [
            count(seen.articles, "article"),
            count(seen.publishers, "publisher"),
            count(seen.stories, "story", "stories"),
            f"{page.reading_minutes} min read",
        ]
    )


def publishers_line(story: Story) -> str:
    """How many independent publishers report the story, and whether a model wrote it up."""
    return count(len(story.publishers), "publisher") + (" · rewritten" if story.written else "")


def story_line(story: Story) -> str:
    """How many publishers, and whether it is new."""
    return " · ".join(filter(None, [publishers_line(story), story.status]))


def source_line(source: DigestSource) -> str:
    """Outlet, title and date of a source."""
    title = visible(source.shown_title)
    date = source.date.isoformat() if source.date else ""
    return ", ".join(filter(None, [visible(source.source), f"“{title}”" if title else "", date]))


def coverage_line(page: Page) -> str:
    """What the page does not cover."""
    seen = page.coverage
    told = len(page.stories) + len(page.briefs)
    line = f"Covers {told} of {count(seen.stories, 'story', 'stories')}"
    if seen.left_out_stories:
        left_out = count(seen.left_out_stories, "story", "stories")
        line += f"; not covered: {left_out} in {count(seen.left_out_articles, 'article')}"
    promise = f"Stories marked “rewritten” were {WRITTEN.format(visible(page.model))}." if page.model else PROMISE
    return " ".join(filter(None, [f"{line}.", promise, visible(page.model_problem)]))


def undated_line(page: Page) -> str:
    """The articles without a date, which no window can hold; empty when there are none."""
    if not page.undated:
        return ""
    titles = [f"“{visible(source.shown_title)}”" for source in page.undated if source.title][:UNDATED_SHOWN]
    total = count(page.coverage.undated, "article")
    rest = page.coverage.undated - len(titles)
    named = "; ".join(titles) + (f" and {rest} more" if titles and rest else "")
    return f"{total} without a date, not summarised{': ' + named if named else ''}."


def day_note(text: str, date: dt.date | None, window: Window) -> str:
    """Which day "yesterday" is, counted from the article's date: "yesterday: 29 October 2024".

    Nothing for a sentence without such a word, and for the very day that the page is about.
    """
    word = _DAY_WORD.search(text)
    if not word or date is None:
        return ""
    day = date + dt.timedelta(days=_STEPS[word.group().lower()])
    if window.is_one_day and day == window.last_day:
        return ""
    return f"{word.group().lower()}: {day:%-d %B %Y}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
