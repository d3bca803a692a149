"""Answers as HTML: the message in the chat and the evidence beside it. Pure; everything from articles is inert."""

from __future__ import annotations

import re

from assistant.answers import Answer, Citation, is_web_address
from index.article import Article
from index.passages import passages

NOTHING_YET = '<p class="quiet">The passages behind each answer are shown here.</p>'


def inert(text: str) -> str:
    """Text that neither HTML, Markdown, LaTeX nor Gradio's templates read as anything but text.

    Every ASCII sign that is not a letter, a digit or plain punctuation becomes a character reference, also the colon
    and the point that would make a bare address a link.
    """
    tidy = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return re.sub(r"[^\w\s,;?()'’“”–—…%/+-]", lambda match: f"&#{ord(match.group())};", tidy).replace("_", "&#95;")


def message(answer: Answer) -> str:
    """The answer for the chat: inert text, its citation numbers as links to the evidence."""
    shown = [f"<p>{_linked(answer)}</p>"]
    shown += [f'<p class="note">{inert(note)}</p>' for note in answer.notes]
    searched = answer.filters
    if searched.articles:
        shown.append(f'<p class="note">Searched {searched.articles:,} articles.</p>')
    return "".join(shown)


def panel(answer: Answer, articles: dict[str, Article]) -> str:
    """The evidence: each citation with its quotation marked in its paragraph; then the nearest passages."""
    parts = [_card(citation, articles[citation.article_id]) for citation in answer.citations]
    cited = {citation.article_id for citation in answer.citations}
    others = [citation for citation in answer.related if citation.article_id not in cited]
    if others:
        cards = "".join(_card(citation, articles[citation.article_id]) for citation in others)
        state = " open" if answer.refused else ""
        parts.append(f"<details{state}><summary>Nearest passages</summary>{cards}</details>")
    return "".join(parts) or NOTHING_YET


def _linked(answer: Answer) -> str:
    by_number = {str(citation.number): citation for citation in answer.citations}
    pieces = re.split(r"\[(\d+)\]", answer.text)
    shown = []
    for position, piece in enumerate(pieces):
        if position % 2 == 0:
            shown.append(inert(piece))
        elif piece in by_number:
            hover = inert(f"{by_number[piece].label()}: {by_number[piece].quotation}")
            shown.append(f'<sup><a href="#s{piece}" class="cite" title="{hover}">[{piece}]</a></sup>')
        else:  # a number in brackets that the article itself has
            shown.append(inert(f"[{piece}]"))
    return " ".join(part.strip() for part in shown if part.strip())


def _card(citation: Citation, article: Article) -> str:
    number = f'<span class="number">{citation.number}</span> ' if citation.number else ""
    title = inert(citation.title) or "Untitled article"
    if is_web_address(citation.url):
        address = re.sub(r"[{}$]", lambda match: f"%{ord(match.group()):02X}", citation.url).replace("&", "&amp;")
        title = f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{title}</a>'
    day = citation.date.isoformat() if citation.date else "undated"
    facts = " · ".join(part for part in (inert(citation.source), day) if part)
    identity = f' id="s{citation.number}"' if citation.number else ""
    return (
        f'<article class="card"{identity}><h4>{number}{title}</h4><p class="facts">{facts}</p>'
        f"<blockquote>{_in_place(citation, article)}</blockquote></article>"
    )


def _in_place(citation: Citation, article: Article) -> str:
    """The passage that holds the quotation, the quotation marked in it and the answering words in bold."""
    text = article.text
    around = [p for p in passages(article) if p.start < citation.end and p.end > citation.start]
    start, end = around[0].start, around[-1].end
    quoted = inert(text[citation.start : citation.end])
    if span := citation.answer_span:
        before, words = text[citation.start : span.start], text[span.start : span.end]
        quoted = f"{inert(before)} <strong>{inert(words)}</strong> {inert(text[span.end : citation.end])}"
    if not citation.number:
        return quoted
    return f"{inert(text[start : citation.start])} <mark>{quoted}</mark> {inert(text[citation.end : end])}"
