"""Signs that a sentence says the opposite of its source: negations and antonyms around the same words. Pure."""

from __future__ import annotations

import re

from assistant.verify.words import STOP, content, folded, plain, stem, tokens

_NEGATORS = frozenset(str.split("not no never none nobody nothing neither nor without cannot"))
# These deny something without a negator; "refused to go" supports "did not go".
_DENIALS = frozenset(
    stem(w)
    for w in str.split(
        "refuse deny reject fail lack exclude ban unlikely unable impossible avoid decline stop prevent cease prohibit "
        "forbid oppose dismiss cancel abandon unreachable unknown unclear absent zero hardly barely rarely seldom "
        "except "
        "unless first few little least unlike instead against longer"
    )
)
_ANTONYMS = [
    ("rise increase grow gain climb up more higher soar surge jump raise expand", "fall decrease drop decline reduce "
     "cut shrink lower fewer less slip plunge slump down reduction"),
    ("support back favour favor approve supportive supporter endorse praise welcome",
     "oppose critical opponent criticize reject condemn against denounce opposition critic"),
    ("accept agree admit confirm acknowledge allow approve permit grant legal",
     "reject deny refuse dispute forbid ban prohibit illegal decline dismiss block"),
    ("strengthen improve better recover healthy strong", "weaken worsen worse deteriorate sick weak"),
    ("guilty convict", "innocent acquit"),
    ("arrive enter join come", "leave depart quit exit withdraw"),
    ("buy purchase acquire", "sell"),
    ("hire appoint", "fire dismiss sack"),
    ("open", "close shut"),
    ("start begin launch", "end finish stop halt cease"),
    ("include", "exclude omit"),
    ("crowded full busy", "uncrowded empty deserted"),
    ("war", "peace"),
    ("majority most", "minority"),
    ("enough sufficient adequate", "deficient insufficient inadequate lacking shortage deficiency"),
    ("strict", "lenient"),
    ("always", "never"),
    ("alive survive", "dead die kill"),
    ("succeed success pass", "fail failure"),
    ("first earliest", "last final"),
    ("largest biggest highest most", "smallest lowest least"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("arrest detain jail imprison", "release free"),
    ("import", "export"),
    ("public", "private secret"),
    ("safe", "dangerous"),
    ("possible", "impossible"),
    ("likely", "unlikely"),
    ("keep remain continue still", "abandon stop longer"),
    ("male man boy husband father son brother", "female woman girl wife mother daughter sister"),
]  # fmt: skip
_SIDES = [(frozenset(map(stem, a.split())), frozenset(map(stem, b.split()))) for a, b in _ANTONYMS]


def clauses(text: str) -> list[str]:
    """Rough clauses: cut at semicolons, commas before a conjunction, and conjunctions that turn the sense."""
    text = re.sub(r"^(?:No|Yes|Well),\s", "", folded(text))
    return [
        c
        for c in re.split(
            r";|:|,\s(?=(?:and|but|which|who|while|whereas|although|though)\b)|\bbut\b|\bwhile\b|\bwhereas\b", text
        )
        if c.strip()
    ]


def contradiction(sentence: str, evidence: list[str]) -> str:
    """The words that turn the sentence against its evidence, or an empty string. `evidence` are the closest sentences.

    Each clause of the sentence is held against the clause of the evidence that shares most of its words.
    """
    theirs = [c for text in evidence for c in clauses(text)]
    for clause in clauses(sentence):
        stems = set(content(clause))
        if len(stems) < 2 or not theirs:
            continue
        near = max(theirs, key=lambda c: _shared(stems, c))
        if _shared(stems, near) < 1.5:  # two words, less a little for length
            continue
        if words := _negation(clause, near) or _antonym(clause, near):
            return words
    return ""


def _shared(stems: set[str], clause: str) -> float:
    others = content(clause)
    return len(stems & {*others, *(word.removeprefix("un") for word in others)}) - len(others) / 100


def negators(text: str) -> list[str]:
    """The negating words of the text, as written."""
    words = re.findall(r"[\w']+", folded(text))
    spared = re.sub(r"\b(?:not only|no doubt|no less|not just|nothing but|no longer than)\b", " ", folded(text).lower())
    left = re.findall(r"[\w']+", spared)
    return [w for w in words if (plain(w) in _NEGATORS or w.lower().endswith("n't")) and w.lower() in left]


def _denies(text: str, of: str) -> bool:
    """Whether the text denies something: by a negator, by a word such as "refuse", or by "un-" before a word of
    `of`.
    """
    stems = [stem(w) for w in tokens(text)]
    undone = {f"{prefix}{stem(w)}" for w in tokens(of) for prefix in ("un", "in", "im", "dis", "non")}
    theirs = {stem(w) for w in tokens(of)}  # "avoided" denies nothing when both speak of avoiding
    return bool(negators(text)) or any((word in _DENIALS and word not in theirs) or word in undone for word in stems)


def _negation(clause: str, near: str) -> str:
    """A hard negator on one side, with nothing that denies on the other."""
    ours, theirs = negators(clause), negators(near)
    if ours and not _denies(near, clause):
        return ours[0]
    if theirs and not _denies(clause, near) and _governs(near, clause):
        return theirs[0]
    return ""


def _governs(negated: str, clause: str) -> bool:
    """Whether what the negator in `negated` denies (the next two words with meaning) is said in the clause."""
    words = re.findall(r"[\w']+", folded(negated))
    stems = set(content(clause))
    for n, word in enumerate(words):
        if plain(word) in _NEGATORS or word.lower().endswith("n't"):
            after = [stem(w) for w in words[n + 1 :] if plain(w) not in STOP][:2]
            if after and stems & set(after):
                return True
    return False


def _antonym(clause: str, near: str) -> str:
    """The clause has one side of a pair where the evidence has only the other, and neither is negated."""
    ours = {stem(w): w for w in tokens(clause)}
    theirs = {stem(w) for w in tokens(near)}
    for one, other in _SIDES:
        for side, opposite in ((one, other), (other, one)):
            said = side & ours.keys()
            turned = said and opposite & theirs and not opposite & ours.keys() and not side & theirs
            if turned and bool(negators(clause)) == bool(negators(near)):
                return ours[min(said)]
    return _undone(ours, theirs)


def _undone(ours: dict[str, str], theirs: set[str]) -> str:
    """ "Crowded" against "uncrowded"."""
    for prefix in ("un", "in", "im", "dis", "non"):
        for word, written in ours.items():
            if len(word) > 4 and prefix + word in theirs and word not in theirs:
                return written
    return ""
