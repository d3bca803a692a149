"""Questions that need several articles, cut into the questions that each of them answers. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.question import Constraint, ParsedQuestion

Kind = Literal["single", "list", "change", "compare"]

_LIST = re.compile(
    r"^\W*(?:which|what|how many|list|show|find|name)\b[\w\s]{0,20}?\b(?:articles?|stories|reports?|pieces"
    r"|interviews)\b"
    r"|^\W*(?:in which|where)\b.*\b(?:mentioned|discussed|reported)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:chang(?:e|ed|ing)|evolv(?:e|ed)|develop(?:ed)?|ris(?:e|en)|rose|f[ae]ll(?:en)?|grow[n]?|grew|over time"
    r"|since then"
    r"|between .{3,40} and|from .{3,40} to)\b",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:compare[ds]?|comparison|differ(?:s|ed|ence|ences)?|versus|vs\.?|unlike|more .{2,40} than)\b", re.I
)
_SIDES = re.compile(
    r"\b(?:compare|between|difference between|of)\s+(?P<one>.{2,80}?)\s+(?:and|with|to|versus"
    r"|vs\.?)\s+(?P<other>.{2,80}?)\s*[?.]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The searches that a question needs. `queries` has one entry for a plain question."""

    kind: Kind
    queries: tuple[str, ...]

    @property
    def needs_several(self) -> bool:
        """Whether an answer from one article alone would leave a part of the question open."""
        return self.kind != "single"


def plan_of(question: ParsedQuestion) -> Plan:
    """How to search for this question: once, for a list, once for each time named, or once for each side."""
    text = question.topic or question.text
    if _LIST.search(question.text):
        return Plan("list", (_subject_of_list(text),))
    dated = [c for c in question.hints if c.since and c.until]
    if _COMPARE.search(text) and (sides := _SIDES.search(text)):
        rest = text[: sides.start("one")].rsplit(" between", 1)[0]
        rest = _COMPARE.sub(" ", rest)
        return Plan("compare", tuple(_tidy(f"{rest} {side}") for side in (sides["one"], sides["other"])))
    if _CHANGE.search(text) and re.match(r"\W*(?:how|what|by how|has|have|did)\b", text, re.IGNORECASE):
        return Plan("change", (text, *(_tidy(_without(text, dated, keep=c)) for c in dated if len(dated) > 1)))
    return Plan("single", (text,))


def _subject_of_list(text: str) -> str:
    """ "Which articles mention the Grand Mosque?" searches for "the Grand Mosque"."""
    match = re.search(
        r"\b(?:mention(?:s|ed|ing)?|about|on|discuss(?:es|ed|ing)?|cover(?:s|ed|ing)?|report(?:s|ed)?(?: on)?"
        r"|refer(?:s)? to"
        r"|deal(?:s)? with|name(?:s)?|of)\s+(?P<subject>.+?)\s*[?.]*$",
        text,
        re.IGNORECASE,
    )
    return match["subject"] if match else text


def _without(text: str, dated: list[Constraint], keep: Constraint) -> str:
    for other in dated:
        if other is not keep:
            text = text.replace(other.words, " ")
    return text


def _tidy(text: str) -> str:
    return re.sub(r"\s+(?=[?.,])", "", " ".join(text.split())).strip(" ,")
