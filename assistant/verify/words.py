"""Words made comparable: typography, case, diacritics, spelling and endings folded away. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″〝〞", '"'),
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
        "…": "...",
    }
)
_TOKEN = re.compile(r"[^\W_]+(?:['.][^\W_]+)*|[%$€£¥]")
_IRREGULAR = {
    "people": "person", "children": "child", "men": "man", "women": "woman", "died": "die", "dead": "die",
    "death": "die", "deaths": "die", "dying": "die", "killed": "die", "kill": "die", "killing": "die", "kills": "die",
    "kilometers": "kilometer", "won": "win", "winning": "win", "lost": "lose", "losing": "lose", "loss": "lose",
    "said": "say", "told": "tell", "began": "begin", "begun": "begin", "went": "go", "gone": "go", "took": "take",
    "taken": "take", "made": "make", "met": "meet", "found": "find", "held": "hold", "fell": "fall", "fallen": "fall",
    "rose": "rise", "risen": "rise", "grew": "grow", "grown": "grow", "left": "leave", "led": "lead",
    "built": "build", "sold": "sell", "bought": "buy", "sent": "send", "wrote": "write", "written": "write",
    "gave": "give", "given": "give", "came": "come", "saw": "see", "seen": "see", "broke": "break", "broken": "break",
    "paid": "pay", "spoke": "speak", "spoken": "speak", "better": "good", "worse": "bad", "larger": "large",
    "largest": "large", "biggest": "big", "years": "year", "was": "be", "were": "be", "is": "be", "are": "be",
    "been": "be", "has": "have", "had": "have", "did": "do", "does": "do", "shot": "shoot", "born": "bear",
    "metre": "meter", "metres": "meter", "kilometre": "kilometer", "kilometres": "kilometer", "centre": "center",
    "centres": "center", "defence": "defense", "labour": "labor", "programme": "program", "programmes": "program",
    "colour": "color", "percent": "%", "aluminium": "aluminum", "favour": "favor",
}  # fmt: skip
STOP = frozenset(
    str.split(
        "a an the and or but nor of in on at to for from by with as into onto over under about after before between "
        "during than then that this these those there here it its he him his she her hers they them their theirs we "
        "us our i me my you your who whom whose which what when where why how is are was were be been being am do "
        "does did done have has had having will would shall should can could may might must not no also so such only "
        "just very more most much many some any all both each other another own same too up out off down again "
        "further once if because while until against through across per via one s t re ve ll d m said say says "
        "according among along both"
    )
)


def folded(text: str) -> str:
    """The text with typographic variants made one and white space collapsed; letters and case stay."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY).split())


_ENDINGS = (
    ("ization", 4), ("ations", 4), ("ation", 4), ("ments", 4), ("ment", 4), ("ings", 4), ("ing", 3), ("ions", 4),
    ("ion", 4), ("ies", 3), ("ied", 3), ("ers", 4), ("ed", 3), ("er", 4), ("ly", 4), ("es", 4), ("s", 3), ("e", 3),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def plain(word: str) -> str:
    """Lower case without diacritics, dots or a possessive ending: "Ličen's" is "licen", "U.S." is "us"."""
    letters = unicodedata.normalize("NFKD", folded(word).casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"'s?$", "", letters).replace(".", "")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A rough common form of a word's inflections. Rough is enough: both sides of a comparison go through it."""
    word = plain(word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    word = re.sub(r"is(e|ed|es|ing|ation)$", r"iz\1", word) if len(word) > 6 else word
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def tokens(text: str) -> list[str]:
    """The words of a text, as written but for typography."""
    return _TOKEN.findall(folded(text))


def content(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem(word) for word in tokens(text) if plain(word) not in STOP]
