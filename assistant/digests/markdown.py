"""The page as Markdown. All text of articles is escaped; only addresses that passed `safe_url` become links."""

from __future__ import annotations

import re

from assistant.digests.nouns import Change, Conflict, DigestSentence, Page, Story
from assistant.digests.text import visible
from assistant.digests.wording import coverage_line, masthead_line, source_line, story_line, window_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$^:=])")
_LIGHT = re.compile(r"([\\`*_\[\]<>|~&$#])")
_LINE_START = re.compile(r"^(\d+)([.)])|^([-+=:])")


def to_markdown(page: Page) -> str:
    """CommonMark; sentences carry the numbers of their sources."""
    blocks = [f"# {escape(page.title)}", f"*{escape(window_line(page))}*  \n{escape(masthead_line(page))}"]
    if page.bottom_line:
        blocks.append(f"**Bottom line.** {_cited(page, page.bottom_line)}")
    blocks += [block for story in page.stories for block in _story(page, story)]
    if page.briefs:
        blocks.append("## In brief")
        blocks.append("\n".join(f"- **{escape(story.headline)}** {_brief(page, story)}" for story in page.briefs))
    blocks += _extras(page)
    blocks.append("## Sources")
    blocks.append("\n".join(f"{source.number}. {_source(source_line(source), source.url)}" for source in page.sources))
    blocks.append(f"*{escape(coverage_line(page))}*")
    if page.undated:
        titles = "; ".join(escape(source.title or source.source) for source in page.undated)
        blocks.append(f"*Without a date, not summarised: {titles}*")
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Article text as Markdown that shows exactly these characters on one line."""
    plain = _LIGHT.sub(r"\\\1", visible(text))
    plain = re.sub(r"(?i)\b(https?|ftp|mailto|javascript|data)(?=:)", r"\1&#8203;", plain)
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", plain)


def _story(page: Page, story: Story) -> list[str]:
    body = _lines(page, story) or _number(page, story.headline_article_id)
    blocks = [f"## {escape(story.headline)}", f"*{escape(story_line(story))}*", body]
    blocks += [f"**Changed.** {_change(page, change)}" for change in story.changes]
    blocks += [f"**Conflict.** {_conflict(page, conflict)}" for conflict in story.conflicts]
    if story.background:
        blocks.append(f"**Background.** {_cited(page, [story.background])}")
    return blocks


def _brief(page: Page, story: Story) -> str:
    return _lines(page, story) or _number(page, story.headline_article_id)


def _lines(page: Page, story: Story) -> str:
    cited = ((line.text, dict.fromkeys(s.article_id for s in line.evidence)) for line in story.lines)
    return " ".join(f"{escape(text)} {''.join(_number(page, key) for key in keys)}" for text, keys in cited)


def _extras(page: Page) -> list[str]:
    blocks = []
    if page.numbers:
        blocks.append("## Numbers of the day")
        lines = (f"- **{escape(number.value)}** {_cited(page, [number.sentence])}" for number in page.numbers)
        blocks.append("\n".join(lines))
    if page.quotation:
        said = page.quotation
        number = _number(page, said.sentence.article_id)
        blocks.append(f"> “{escape(said.words)}”\n>\n> {escape(said.speaker)} {number}")
    if page.watch:
        blocks.append("## To watch")
        lines = (f"- **{watch.date:%-d %B %Y}** {_cited(page, [watch.sentence])}" for watch in page.watch)
        blocks.append("\n".join(lines))
    return blocks


def _change(page: Page, change: Change) -> str:
    before = f" (before: {escape(change.before)})" if change.before else ""
    lead = f"{escape(change.what)}{before}: " if change.what else ""
    return f"{lead}{_cited(page, [change.sentence])}"


def _conflict(page: Page, conflict: Conflict) -> str:
    sides = (
        f"{escape(claim.publisher)} says {escape(claim.value)} {_number(page, claim.sentence.article_id)}"
        for claim in conflict.claims
    )
    return f"{escape(conflict.quantity)}: {'; '.join(sides)}."


def _cited(page: Page, sentences: tuple[DigestSentence, ...] | list[DigestSentence]) -> str:
    return " ".join(f"{escape(s.text)} {_number(page, s.article_id)}" for s in sentences)


def _number(page: Page, article_id: str) -> str:
    number = page.number_of(article_id)
    return f"\\[{number}\\]" if number else ""


def _source(line: str, url: str) -> str:
    if not url:
        return escape(line)
    target = url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"[{escape(line)}](<{target}>)"
