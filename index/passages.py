"""Text in, slices out: sentences and passages. Pure functions; nothing here changes a character of the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from index.article import Article, Passage

TARGET_WORDS = 110  # measured: see docs/decisions.md, "Passages"
LONGEST_SENTENCE = 1_200  # characters; text without any sentence end is cut here, at a space when there is one

# A sentence ends at a stop, with closing quotes and brackets, before white space and something that begins a
# sentence. A lower-case letter does not begin one: "600 square kilometers. km of territory" stays whole.
_STOP = re.compile(
    r"""[.!?…]+["”’'»)\]]*(?=\s)|[。！？؟।]+["”’」』)]*|\n\s*\n""",
    re.VERBOSE,
)
_OPENING = re.compile(r"""[\s"“‘'«(\[`–—-]*""")
_NOT_AN_END = re.compile(
    r"""(?:^|[\s("“‘'\[])(?:
        (?:Mr|Mrs|Ms|Mx|Dr|Prof|St|Sr|Jr|Gen|Sen|Rep|Gov|Lt|Col|Cpl|Sgt|Maj|Capt|Cmdr|Adm|Rev|Hon|Pres|Supt|Insp
           |Messrs|No|Nos|vs|cf|ca|approx|etc|al|Fig|Figs|Vol|pp|Mt|Ft|Ave|Blvd|Co|Corp|Ltd|Inc|Bros|[ap]\.m
           |Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)
        |[^\W\d_]                        # an initial: "John F. Kennedy"
        |(?:[A-Z]\.)+[A-Z]               # "U.S. Navy"; see _MAY_END for "in the U.S. The ..."
    )\.$""",
    re.VERBOSE,
)
# After "U.S.", "Inc." and their like a new sentence is told by its first word.
_SENTENCE_WORD = re.compile(
    r"""\s+["“‘'(\[]*(?:The|A|An|In|On|At|He|She|It|They|We|I|But|And|This|That|These|Those|There|However|Meanwhile
    |According|After|Before|When|While|As|For|If|Its|His|Her|Their|Some|Many|Most|No|Not|Other|Since|So|To)\b""",
    re.VERBOSE,
)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_MAY_END = re.compile(r"(?:[A-Z]\.){2,}$|\b(?:Co|Corp|Ltd|Inc|Bros|Jr|Sr|etc|[ap]\.m)\.$")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets of the sentences in text[start:end], without the white space around them, in order."""
    found = []
    for left, right in _cuts(text, start, len(text) if end is None else end):
        piece = text[left:right]
        if stripped := piece.strip():
            begin = left + piece.index(stripped[0])
            found.append((begin, begin + len(stripped)))
    return found


def passages(article: Article, target_words: int = TARGET_WORDS) -> list[Passage]:
    """Cut an article into contiguous passages of about `target_words` words, at sentence ends, without overlap."""
    edges = _passage_edges(article.text, target_words)
    return [Passage(article.id, n, left, right) for n, (left, right) in enumerate(edges)]


def sentence_at(text: str, position: int) -> tuple[int, int]:
    """The offsets of the sentence that holds this position; an empty slice at the end when there is none."""
    for left, right in sentences(text):
        if position < right:
            return left, right
    return len(text), len(text)


def _passage_edges(text: str, target_words: int) -> Iterator[tuple[int, int]]:
    """The sentence ends nearest to an even division, so that no scrap is left over as the last passage."""
    ends, totals = [], [0.0]
    for left, right in _cuts(text, 0, len(text)):
        ends.append(right)
        totals.append(totals[-1] + _weight(text[left:right]))
    pieces = max(1, round(totals[-1] / target_words))
    start = 0
    for n in range(1, pieces):
        ideal = totals[-1] * n / pieces
        after = bisect_left(totals, ideal)
        nearest = after if totals[after] - ideal < ideal - totals[after - 1] else after - 1
        if nearest and start < ends[nearest - 1] < len(text):
            yield start, ends[nearest - 1]
            start = ends[nearest - 1]
    if start < len(text):
        yield start, len(text)


def _weight(sentence: str) -> float:
    """Its length in words; scripts without spaces count by character, endless strings by length."""
    return max(len(_WORD.findall(sentence)), len(sentence) / 15)


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Contiguous slices of text[start:end], one a sentence, each with the white space that follows it."""
    left = start
    for match in _STOP.finditer(text, start, end):
        stop = match.end()
        if match.group()[0] in ".!?…" and not _ends_sentence(text, left, match):
            continue
        while stop < end and text[stop].isspace():
            stop += 1
        if stop > left:
            yield from _bounded(text, left, stop)
            left = stop
    if left < end:
        yield from _bounded(text, left, end)


def _ends_sentence(text: str, left: int, stop: re.Match[str]) -> bool:
    opening = _OPENING.match(text, stop.end())
    following = text[opening.end() : opening.end() + 1] if opening else ""
    if following.islower() and "\n\n" not in opening.group():  # type: ignore[union-attr]
        return False
    before = text[max(left, stop.start() - 20) : stop.start() + 1]
    if stop.group().rstrip(")]") != "." or not _NOT_AN_END.search(before):
        return True
    return bool(_MAY_END.search(before) and _SENTENCE_WORD.match(text, stop.end()))


def _bounded(text: str, left: int, right: int) -> Iterator[tuple[int, int]]:
    """Cut what has no sentence end for too long, after a space when there is one."""
    while right - left > LONGEST_SENTENCE:
        space = text.rfind(" ", left + LONGEST_SENTENCE // 2, left + LONGEST_SENTENCE)
        cut = space + 1 if space > 0 else left + LONGEST_SENTENCE
        yield left, cut
        left = cut
    yield left, right
