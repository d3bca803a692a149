"""A drafted answer cut into sentences with their citation numbers and quotations. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.verify.words import STOP, folded
from index.passages import sentences

_MARKER = re.compile(r"\s*[\[【]\s*(?:passages?\s*)?(?P<numbers>\d+(?:\s*[,;&–-]\s*\d+)*)\s*[\]】]", re.IGNORECASE)
_LATE_MARKER = re.compile(
    rf"(?P<stop>[.!?…]+[\"”’»)]*)(?P<markers>(?:{_MARKER.pattern.replace('?P<numbers>', '?:')})+)"
)
_DECORATION = re.compile(r"^\s*(?:[-*•#>]+|\d{1,2}[.)])\s+|\*\*|__|`", re.MULTILINE)
_QUOTATION = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|\"([^\"]+)\"|(?<!\w)‘((?:[^’]|’(?=\w))+)’(?!\w)")
_LINK = re.compile(
    r"\b[a-z]{2,10}://\S+|\bwww\.\S+|\bmailto:\S+|\]\(\s*[^)\s]+\s*\)|\b[\w-]+(?:\.[\w-]+)+/\S*|\S+@\S+\.\w+", re.I
)
_TO_THE_READER = re.compile(
    r"^\W*(?:please\s+)?(?:click|visit|call|buy|subscribe|download|send|enter|reply|contact|sign up|log in|follow"
    r"|ignore"
    r"|disregard|forget|tell|print|repeat|respond|act|pretend|install|open|check out|go to"
    r"|don['’]t miss)\b(?!\s(?:was|is))"
    r"|\b(?:you (?:should|must|can now|need to|have to|may want)|your (?:password|account|card|computer|device"
    r"|system prompt))\b"
    r"|\b(?:system prompt|previous instructions|as an ai\b|language model)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence of a draft: its words without markers, and the passage numbers that it cites, counted from 1."""

    text: str
    cites: tuple[int, ...]

    @property
    def quotations(self) -> list[str]:
        """What stands in quotation marks, with the comma or stop that some put inside them taken off; no titles."""
        found = ["".join(match.groups(default="")).strip() for match in _QUOTATION.finditer(self.text)]
        return [re.sub(r"[.,;:]+$", "", quotation) for quotation in found if quotation and not _is_title(quotation)]

    @property
    def links(self) -> list[str]:
        """Addresses and Markdown links."""
        return [match.group().rstrip(".,;:!?") for match in _LINK.finditer(self.text)]

    @property
    def addresses_reader(self) -> bool:
        """Whether it tells the reader what to do. News does not; a poisoned article, or a model that obeys it, does."""
        return bool(_TO_THE_READER.search(_QUOTATION.sub(" ", self.text)))


def draft_sentences(draft: str) -> list[DraftSentence]:
    """Cut a draft into sentences. A marker behind the stop belongs to the sentence in front of it."""
    draft = _DECORATION.sub("", draft)
    draft = _LATE_MARKER.sub(lambda m: f"{m['markers'].rstrip()}{m['stop']} ", draft)
    found: list[DraftSentence] = []
    for piece in _pieces(draft):
        numbers = [n for match in _MARKER.finditer(piece) for n in _numbers(match["numbers"])]
        text = " ".join(_MARKER.sub("", piece).split())
        if re.search(r"\w", text):
            found.append(DraftSentence(text, tuple(dict.fromkeys(numbers))))
        elif numbers and found:
            found[-1] = DraftSentence(found[-1].text, tuple(dict.fromkeys((*found[-1].cites, *numbers))))
    return found


def _is_title(quotation: str) -> bool:
    """ "The Hunger Games: Part 2": each word with meaning is capitalised, so its words are checked as a name's."""
    words = [w for w in re.findall(r"[^\W\d_][\w'’-]*", quotation) if w.lower() not in STOP]
    return 0 < len(words) <= 8 and all(w[0].isupper() for w in words) and (len(words) > 1 or len(quotation) < 20)


def is_quoted(quotation: str, texts: list[str]) -> bool:
    """Whether a text has these very words. Typographic variants are equal, and the first letter's case at most."""
    words = folded(quotation).replace('"', "'")
    both = {words, words[:1].swapcase() + words[1:]}
    parts = [re.split(r"\s*\[?\.\.\.\]?\s*", variant) for variant in both]
    return any(_in_order(part, folded(text).replace('"', "'")) for part in parts for text in texts)


def _in_order(parts: list[str], text: str) -> bool:
    """The parts of a quotation with marked omissions stand in the text one after the other, as whole words."""
    position = 0
    for part in filter(None, parts):
        match = re.compile(rf"(?<!\w){re.escape(part)}(?!\w)").search(text, position)
        if not match:
            return False
        position = match.end()
    return position > 0


def _numbers(listed: str) -> list[int]:
    """ "1, 3-5" is 1, 3, 4, 5; a range of more than nine is read as its two ends."""
    result: list[int] = []
    for part in re.split(r"\s*[,;&]\s*", listed):
        ends = [int(n[:6]) for n in re.findall(r"\d+", part)]
        whole = len(ends) == 2 and 0 < ends[1] - ends[0] < 10
        result += range(ends[0], ends[1] + 1) if whole else ends
    return result


def _pieces(draft: str) -> list[str]:
    """Sentences, joined again where a quotation goes on over a stop."""
    result: list[str] = []
    for start, end in sentences(draft):
        piece = draft[start:end]
        if result and _is_open(result[-1]) and len(result[-1]) < 1_000:
            result[-1] += " " + piece
        else:
            result.append(piece)
    return result


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("“") > text.count("”")
