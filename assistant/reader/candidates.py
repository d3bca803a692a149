"""From search's hits to what the reader reads."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.reader.nouns import Candidate
from index.passages import sentences
from index.search import Hit

BEFORE = 350  # characters; a longer sentence before the passage is not read with it


def candidates_of(hits: Sequence[Hit]) -> list[Candidate]:
    """One Candidate for each hit; its text begins at `reading_start` of the hit's passage."""
    made = []
    for hit in hits:
        text, start = hit.article.text, hit.passage.start
        left = reading_start(text, start)
        end = left + len(text[left : hit.passage.end].rstrip())
        made.append(
            Candidate(
                hit.article.title, hit.article.date, text[left:end], start - left, end - left, hit.dense, hit.lexical
            )
        )
    return made


def reading_start(text: str, start: int) -> int:
    """Where reading begins: the sentence before the passage is read with it, since "he" may be named there."""
    before = sentences(text, max(0, start - 2 * BEFORE), start)
    if not before or start - before[-1][0] > BEFORE:
        return start
    return before[-1][0]
