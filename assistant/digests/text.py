"""What can be read off a text without a model: words, names, numbers. Pure functions of strings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.passages import sentences

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0966-\u0dff"  # vowel signs are no \w by themselves
_LETTERS = rf"(?:[^\W_{_CJK}]|[{_MARKS}])+"
_WORD = re.compile(rf"[{_CJK}]|{_LETTERS}(?:['’.\-]{_LETTERS})*")
_CJK_LETTER = re.compile(f"[{_CJK}]")
_NAME_PART = r"[^\W\d_a-zß-öø-ÿа-яα-ω][\w’'.&\-]*"
_NAME = re.compile(rf"(?:{_NAME_PART})(?:\s+(?:(?:of|de|la|le|van|von|der|den|bin|al|del|du|di)\s+)?(?:{_NAME_PART}))*")
_NUMBER = re.compile(
    r"(?<![\w.,])[$€£¥]?\d+(?:[.,]\d+)*(?:\s?(?:%|per ?cent|million|billion|trillion|mln|bln|bn|m\b|k\b))?"
)
_FIGURE = re.compile(r"\d\S*")  # one match for each word with a digit in it
# Words that begin sentences, headlines or lists and are no names when they stand alone.
_STOP_TEXT = """
    a about above after again against all almost also although always am among an and another any are as at away
    back be became because been before being below between both but by came can cannot come could did do does doing
    don done down during each either else even ever every few first for former found from further get got had has
    have having he her here hers herself him himself his how however i if in including into is isn it its itself just
    last later latest least less let like made make many may me meanwhile might more most much must my myself near
    never new no nor not now of off often on once one only or other others our ours out over own part per perhaps
    rather said same say saying says second see seen several shall she should since so some still such take than that
    the their theirs them themselves then there these they thing this those though three through thus to today told
    tomorrow too toward two under until up upon us use used very via was way we well went were what when where
    whether which while who whom whose why will with within without would yes yesterday yet you your yours mr mrs ms
    dr according monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december der die das und ist ein eine den dem des im mit auf für von zu nicht
    sich auch bei aus nach wie el los las una por con para que del se su le les des une est dans pour sur qui par au
    aux du et il elle не на что как это по из от для его так"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
# Bidirectional overrides, zero-width marks and controls can make a title read as what it is not.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT_INVISIBLE = {"\u200c", "\u200d"}  # joiners that Persian, Hindi and emoji need


def words(text: str) -> list[str]:
    """The words as they are written; each CJK character counts as one."""
    return _WORD.findall(text)


def word_count(text: str) -> int:
    """Length in words; two CJK characters, or 15 characters of an endless string without spaces, count as one."""
    cjk = len(_CJK_LETTER.findall(text))
    return max(len(words(text)) - cjk // 2, len(text) // 15)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light English stem (plural and possessive endings), enough to let "talks" meet "talk"."""
    word = word.lower().replace("’", "'").removesuffix("'s").strip("'.-")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [
        stem(word) for word in words(text) if word.lower() not in STOP_WORDS and (len(word) > 1 or ord(word) > 0x2FF)
    ]


def names(text: str) -> list[str]:
    """Runs of capitalised words, in order, as written; a stop word at the front of a run is dropped."""
    found = []
    for match in _NAME.finditer(text):
        parts = match.group().strip(".’'-&").split()
        while parts and parts[0].lower().strip(".’'") in STOP_WORDS:
            parts = parts[1:]
        if parts and len(" ".join(parts)) > 1:
            found.append(" ".join(parts).removesuffix("’s").removesuffix("'s"))
    return found


def name_words(text: str) -> list[str]:
    """Stems of the capitalised words that are names: not those that only begin a sentence with a capital."""
    lower = {word for word in words(text) if word.islower()}
    found = []
    for start, end in sentences(text):
        for place, word in enumerate(words(text[start:end])):
            folded = word.lower()
            ordinary = folded in STOP_WORDS or (place == 0 and folded in lower)
            if word[0].isupper() and len(word) > 1 and not ordinary:
                found.append(stem(word))
    return found


def numbers(text: str) -> list[str]:
    """Numbers as written, with their currency, per cent sign or scale word."""
    return [match.group().rstrip(".,") for match in _NUMBER.finditer(text)]


def figure_share(text: str) -> float:
    """The share of a text's words that are figures: above a quarter it is a table, or reads like one."""
    return len(_FIGURE.findall(text)) / max(len(text.split()), 1)


def visible(text: str) -> str:
    """The text for showing: one line, no control characters and nothing that reorders or hides letters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or char in _KEPT_INVISIBLE or unicodedata.category(char) not in _INVISIBLE
    )
    return " ".join("".join(kept).split())
