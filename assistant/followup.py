"""A follow-up question made to stand alone: by rules, or by the chat model when there is one and it behaves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import prompts
from assistant.generate import inert
from assistant.models import ChatModel, Message
from assistant.timespans import find_timespans
from assistant.verify.names import Known, Name, names
from assistant.verify.numbers import quantities
from assistant.verify.words import STOP, content, plain, tokens
from index.errors import ModelError
from index.passages import sentences

TURNS = 4  # earlier questions that a follow-up may refer to
LONGEST = 400  # characters of a rewritten question


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question, as it stood alone, and what was shown for it."""

    question: str
    answer: str = ""  # without its markers; empty for a refusal


def standalone_question(question: str, history: Sequence[Turn], model: ChatModel | None = None) -> str:
    """The question with what it leaves to the conversation put in; unchanged when it can be understood alone.

    The model's wording is taken only when it adds no name and no number that the conversation lacks.
    """
    history = [Turn(t.question, re.sub(r"\s*\[\d+\]", "", t.answer)) for t in history[-TURNS:]]
    if not history or not depends(question):
        return question
    if model is not None and (written := _by_model(question, history, model)):
        return written
    return _by_rules(question, history[-1])


_POINTING = re.compile(
    r"\b(?:he|she|him|her|his|hers|they|them|their|theirs|it|its|this|these|those|there|then|such|same|that|one|ones"
    r"|both|each|else|others?|latter|former|beforehand|afterwards?|instead|too|again|exactly)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"^\s*(?:and|but|so|or|then|also|what about|how about|what if)\b", re.IGNORECASE)
_THAT_CLAUSE = re.compile(
    r"\b(?:said?|says?|told|claims?|believes?|thinks?|announced|reported|means?|so)\s+that\b", re.I
)
_DUMMY = re.compile(r"\b(?:is|are|was|were|will|did|does|has|have|had)\s+there\b|\bthere\s+(?:is|are|was|were)\b", re.I)


def depends(question: str) -> bool:
    """Whether the question leaves something to what was said before: a pronoun, an "and", or next to no words."""
    if _GOES_ON.match(question) or len(tokens(question)) < 3 or not content(question):
        return True
    left = _DUMMY.sub(" ", _THAT_CLAUSE.sub(" ", question))
    return any(not _has_antecedent(left, match) for match in _POINTING.finditer(left))


_AFTER = re.compile(
    r"(?:\b(?:is|was|are|were|did|does|do|will|can|could|has|had|of|about|after|before|to|like|than|say|said|says|with|for|by"
    r"|from|why|how)|n['’]t)\s+$",
    re.IGNORECASE,
)


def _has_antecedent(question: str, pronoun: re.Match[str]) -> bool:
    """Whether a pronoun points at something in its own question: "Why did Peres say he would go?"."""
    word, before = pronoun.group().lower(), question[: pronoun.start()]
    if word == "that":  # "the storm that hit India"
        return not _AFTER.search(before) and bool(re.match(r"\s+\w", question[pronoun.end() :]))
    if word in ("him", "them", "us", "one", "ones", "there", "then", "this", "these", "such", "same"):
        return False  # "How does the UN rate them?": never the subject of the same clause
    return bool(names(before))


def _by_rules(question: str, last: Turn) -> str:
    """The previous question's and answer's entities put in for pronouns, or added in brackets."""
    return (
        _other_time(question, last)
        or _bare_word(question, last)
        or _named(question, last)
        or f"{_trimmed(question)}? ({_topic(last)})"
    )


def _other_time(question: str, last: Turn) -> str:
    """ "And in 2015?" is the previous question with its date exchanged."""
    day = dt.date(2400, 6, 15)
    spans = find_timespans(question, day)
    if not spans:
        return ""
    rest = question[: spans[0].start] + question[spans[-1].end :]
    if content(_GOES_ON.sub(" ", rest)):
        return ""
    words = question[spans[0].start : spans[-1].end]
    old = find_timespans(last.question, day)
    kept = last.question
    if old and re.match(r"[a-z]+\s", last.question[old[0].start : old[0].end]):  # "in 2014", not "the August talks"
        return kept[: old[0].start] + words + kept[old[0].end :]
    if old:
        kept = kept[: old[0].start].rstrip() + kept[old[0].end :]
    return f"{_trimmed(kept)} {words}?"


_BARE = re.compile(
    r"^\W*(?:(?:and|but|so)\s+)?(why|how|when|where|who|how come|how many|how much)(?:\s+(?:so|not|then|is that"
    r"|was that))?\W*$",
    re.I,
)
_WHO_SAID = re.compile(r"^\W*(?:and\s+)?who\s+(?:said|says|told|claimed|wrote|thinks)\s+(?:that|this|so|it)\W*$", re.I)


def _bare_word(question: str, last: Turn) -> str:
    """ "Why?", "When?" and "Who said that?" ask about the previous answer."""
    said = _first_sentence(last.answer)
    if _WHO_SAID.match(question):
        return f"Who said that {_lowered(said)}?" if said else f"Who said that? ({_topic(last)})"
    bare = _BARE.match(question)
    if not bare:
        return ""
    word = bare[1].capitalize()
    if said and len(said) < LONGEST / 2:
        return f"{word} is it that {_lowered(said)}?" if word == "Why" else f"{word}: {_lowered(said)}?"
    return f"{word}? ({_topic(last)})"


def _named(question: str, last: Turn) -> str:
    """A personal pronoun exchanged for the person that was asked about or found; the topic follows in brackets."""
    person = _person(last)
    if not person:
        return ""
    pronoun = re.search(r"\b(?:(his|her(?=\s+[a-z]))|he|she|him|her)\b", question, re.IGNORECASE)
    if not pronoun:
        return ""
    done = question[: pronoun.start()] + person + ("'s" if pronoun[1] else "") + question[pronoun.end() :]
    return f"{_trimmed(done)}? ({_topic(last, without=person)})"


def _person(last: Turn) -> str:
    """Who "he" or "she" is: the person that the answer names when the question asked for one, or the one asked
    about.
    """
    asked = [person for n in names(last.question) if (person := _as_person(n))]
    found = [
        person for n in names(last.answer) if (person := _as_person(n)) and plain(person) not in plain(last.question)
    ]
    candidates = found if _ASKS_WHO.match(last.question) else asked + found
    return candidates[0] if candidates else ""


_TITLE = re.compile(
    r"^.*\b(?:Secretary|Minister|President|Senator|Mayor|Professor|Judge|Administrator|Director|Governor|Chancellor|King"
    r"|Queen|Prince|Princess|General|Mr|Mrs|Ms|Dr|Sir)\.?\s+(?=[A-Z])"
)
_ASKS_WHO = re.compile(
    r"\W*(?:who\b|(?:which|what)\s+(?:\S+\s+){0,3}?\w*(?:boy|girl|man|woman|person|er|or|ian|ist|ent)\b)", re.IGNORECASE
)


_NOT_A_PERSON = re.compile(
    r"\b(?:Office|Party|House|Street|University|Museum|Center|Centre|Festival|City|County|Region|Ministry|Department"
    r"|Organi[sz]ation|Church|Council|Committee|Group|Company|Force|Army|Navy|States|Kingdom|Nations|News|Times|Post"
    r"|Space|World|National|International|Explorer|Countdown|Shuttle|Internet|Cyclone|Hurricane)\b"
)


def _as_person(name: Name) -> str:
    """The two or three words of a person's name without title, or an empty string for institutions and places."""
    words = re.sub(r"['’]s?$", "", _TITLE.sub("", name.text))
    fits = 2 <= len(words.split()) <= 3 and not _NOT_A_PERSON.search(words) and not re.search(r"\d", words)
    return words if fits else ""


def _topic(last: Turn, without: str = "") -> str:
    """What the conversation is about: the words of the previous question that carry meaning, as they stand there."""
    asked = re.sub(r"\((.*)\)\s*$", r"\1", last.question)
    kept = [
        w for w in re.findall(r"[\w'’.-]*\w", asked) if plain(w) not in STOP and plain(w) not in plain(without).split()
    ]
    found = [n.text for n in names(_first_sentence(last.answer)) if plain(n.text) not in plain(asked)]
    found = [name for name in found if not without or without not in name]
    words = list(dict.fromkeys([*kept[:12], *found[:2]]))
    return " ".join(words)


def _first_sentence(text: str) -> str:
    edges = sentences(text)
    return text[edges[0][0] : edges[0][1]].rstrip(".!?… ") if edges else ""


def _lowered(text: str) -> str:
    """The sentence without its capital, unless it begins with a name."""
    first = re.match(r"\w+", text)
    return text if first and any(n.start == 0 for n in names(text)) else text[:1].lower() + text[1:]


def _trimmed(question: str) -> str:
    return re.sub(r"^\s*(?:and|but|so)\s+(?=\w)", "", question.strip(), flags=re.IGNORECASE).rstrip(" ?.!")


def _by_model(question: str, history: Sequence[Turn], model: ChatModel) -> str:
    """The model's wording, or an empty string when it fails or adds something."""
    said = "\n".join(f"Question: {t.question}\nAnswer: {t.answer[:600] or 'none'}" for t in history)
    request = prompts.load("standalone-request").fill(
        conversation=inert(said), question=inert(question).removeprefix("> ")
    )
    messages = [Message("system", prompts.load("standalone").text), Message("user", request)]
    try:
        written = " ".join(model.complete(messages, LONGEST * 2).split()).strip('"“” ')
    except ModelError:
        return ""
    known = Known([question, said])
    theirs = quantities(f"{question} {said}")
    adds = any(not known.has(name) for name in names(written)) or any(
        not any(q.agrees(other) for other in theirs) for q in quantities(written)
    )
    shares = set(content(written)) & set(content(question)) or len(content(question)) < 2
    return written if shares and not adds and 0 < len(written) <= LONGEST and "?" in written else ""
