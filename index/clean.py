"""Text in, cleaner text out: pure functions that only take away, so that a quotation is never something we wrote.

The words of the cleaned text are a subsequence of the words of the input: none is joined, split, changed or moved.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Container, Iterator

LONGEST_RESIDUE = 60  # words; a longer paragraph is content, whatever it begins with
SHORTEST_LINE = 3  # words of a line that is compared across articles

# Characters that nobody sees: controls, soft hyphens, bidi marks, zero-width signs, tags, lone surrogates,
# non-characters. White space among the controls is not in here: taking it away would join words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The zero-width joiner and non-joiner are spelling in Arabic and Indic scripts, and glue in emoji; elsewhere noise.
_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]+"
)
_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_BULLET = re.compile(r"(?:[-*•‣▪–—]|\d{1,2}[.)])\s")
_SENTENCE_END = re.compile(r"""[.!?…:;]["”’'»)\]]*$""")
_NARROWEST, _WIDEST = 40, 100  # columns between which a text counts as hard-wrapped

_SITES = r"""(?:facebook|twitter|x|whats\s?app|telegram|linkedin|reddit|pinterest|instagram|flipboard|e-?mail
    |messenger|print|copy(?:\s+link)?|link)"""
_WHOLE_LINE = re.compile(
    rf"""(?:
        (?:share|tweet|teilen|partager|compartir|condividi|поделиться|поділитися)(?:\s+(?:this|it|now|article|story|page|post|via|on|with|your|friends|to|in))*(?:[\s,/|]*{_SITES})*
        |{_SITES}(?:[\s,/|•·]+{_SITES})+
        |(?:read|learn|show|see|load)\s+(?:more|also|next|less|all|full\s+(?:story|article))
        |continue\s+reading|keep\s+reading|(?:story|article)\s+continues(?:\s+below)?(?:\s+(?:this\s+)?advertisement)?
        |(?:advertise(?:ment|ment\s+feature)|anzeige|publicité|реклама|sponsored(?:\s+content)?|promoted)
        |(?:skip|jump|go|back)\s+(?:to|past)\s+(?:the\s+)?(?:main\s+)?(?:content|navigation|menu|top|newsletter\s+promotion|footer)
        |(?:leave|post|add)\s+a\s+(?:comment|reply)|(?:no|\d+)\s+(?:comments?|shares?)|comments?
        |(?:loading|please\s+wait)
        |(?:accept|reject|allow|decline)(?:\s+(?:all|optional|necessary))?\s+cookies|cookie\s+(?:settings|policy|preferences)|manage\s+(?:cookies|preferences)
        |sign\s+(?:in|up|out)|log\s+(?:in|out)|subscribe(?:\s+now|\s+today)?|register(?:\s+now)?|my\s+account
        |save(?:\s+(?:this\s+)?(?:article|story|for\s+later))?|bookmark|listen\s+to\s+(?:this\s+)?(?:article|story)
        |\d+\s+min(?:ute)?s?\s+read|all\s+rights\s+reserved
        |(?:related|recommended|popular|trending)(?:\s+(?:articles?|stories|topics|content|posts|news))?|most\s+(?:read|popular|viewed)|more\s+(?:on|from)\s+this\s+(?:story|topic|author)
        |you\s+(?:may|might)\s+also\s+(?:like|be\s+interested\s+in)
    )[\s.:!…»›→>|]*""",
    re.IGNORECASE | re.VERBOSE,
)
_LINE_START = re.compile(
    r"""\W{0,3}(?:
        (?:read\s+(?:more|also|next|on)|also\s+read|see\s+also|related(?:\s+(?:article|story|coverage))?|recommended|don['’]t\s+miss|watch|listen|читайте\s+также|читайте\s+також|lire\s+aussi|lesen\s+sie\s+auch|lea\s+también)\s*[:：|»›→>]
        |(?:photo|photos|photograph|photography|image|picture|file\s+photo|ap\s+photo|foto|фото)(?:\s+(?:credits?|courtesy|source|caption))?\s*[:：|/,]
        |(?:photo|photograph|image|picture)\s+(?:by|courtesy\s+of|credits?|via)\s
        |image\s+(?:source|caption),
        |(?:sign\s+up|subscribe)\s+(?:here|now|today|for|to)\b[^.!?]*\b(?:newsletters?|e-?mails?|inbox|updates|alerts|briefings?|podcasts?|channel|feed)\b
        |(?:get|receive)\s[^.!?]*\b(?:newsletters?|to\s+your\s+inbox|in\s+your\s+inbox|by\s+e-?mail)\b
        |(?:join|follow|like|find)\s+us\s+(?:on|at)\b
        |(?:enter|type)\s+your\s+e-?mail(?:\s+address)?\b
        |(?:we|this\s+(?:web)?site|our\s+(?:web)?site|our\s+partners)\s+(?:and\s+our\s+partners\s+)?uses?\s+cookies\b
        |by\s+(?:continuing|clicking|signing\s+up|subscribing|using\s+this\s+site)\b[^.!?]*\b(?:you|agree|consent|accept)\b
        |(?:copyright|©|\(c\))\s*(?:©|\(c\))?\s*\d{4}\b
        |click\s+here\s+(?:to|for)\b
        |(?:download|get)\s+(?:our|the)\s+(?:free\s+)?(?:[\w’']+\s+){0,3}app\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# What a share button leaves behind the last sentence of a paragraph: "said one of the insiders. Share"
_TAIL = re.compile(
    r"""(?<=[.!?…"”’»)\]])\s+(?:(?:Share|SHARE|Tweet)(?:\s+(?:this|this\s+(?:article|story)))?|(?:Read|READ)\s+(?:more|More|MORE|also)|Advertisement|ADVERTISEMENT)\s*[.…»›→>]*$"""
)


def clean(text: str) -> str:
    """The article's text without what surrounds it on a page: NFC, paragraphs separated by one empty line.

    Invisible characters, share and cookie lines, newsletter and photo credits go; hard-wrapped lines become
    paragraphs again. Returns "" when nothing is left.
    """
    kept = (trimmed for block in paragraphs(visible(text)) if (trimmed := _without_residue(block)))
    return "\n\n".join(kept)


def clean_line(text: str) -> str:
    """A title, a name or a source: one line, NFC, without invisible characters."""
    return _SPACES.sub(" ", visible(text)).strip()


def visible(text: str) -> str:
    """NFC without characters that nobody sees; line ends become a newline."""
    if text.isascii():
        text = _INVISIBLE.sub("", text)
    else:
        text = unicodedata.normalize("NFC", _JOINER.sub("", _INVISIBLE.sub("", text)))
    return _LINE_END.sub("\n", text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line with single spaces; lines wrapped by a mail program are rejoined.

    A line is taken as wrapped when the next one's first word would not have fitted on it, if that holds for most
    lines of the text and its lines are 40 to 100 characters wide; or when the next one goes on in lower case.
    """
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line := _SPACES.sub(" ", line).strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    width = _wrapped_width(blocks)
    return [paragraph for block in blocks for paragraph in _rejoined(block, width)]


def line_keys(text: str) -> list[int]:
    """What the paragraphs of a cleaned text are compared by across articles: 48 bits for each that may be furniture."""
    return [key for paragraph in text.split("\n\n") if (key := _line_key(paragraph))]


def without_lines(text: str, keys: Container[int]) -> str:
    """The cleaned text without the paragraphs that have these keys; unchanged when nothing else would be left."""
    kept = [paragraph for paragraph in text.split("\n\n") if _line_key(paragraph) not in keys]
    return "\n\n".join(kept) or text


def _line_key(paragraph: str) -> int:
    """0 for a paragraph that is too short, a heading or a cell of a table, or too long to be furniture."""
    if not SHORTEST_LINE <= paragraph.count(" ") + 1 <= LONGEST_RESIDUE or len(paragraph) > LONGEST_RESIDUE * 12:
        return 0
    return int.from_bytes(hashlib.blake2b(paragraph.encode(), digest_size=6).digest(), "big")


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    return bool(_SENTENCE_END.search(line))


def is_residue(line: str) -> bool:
    """Whether a paragraph is a page's furniture: a share bar, a cookie notice, a photo credit."""
    if len(line) > LONGEST_RESIDUE * 12:  # spares the regular expressions and the split a long paragraph
        return False
    if _WHOLE_LINE.fullmatch(line):
        return True
    return bool(_LINE_START.match(line)) and line.count(" ") < LONGEST_RESIDUE


def _without_residue(paragraph: str) -> str:
    """The paragraph without a share button behind its last sentence; empty when it is residue altogether."""
    while (trimmed := _TAIL.sub("", paragraph)) != paragraph:
        paragraph = trimmed
    return "" if is_residue(paragraph) else paragraph


def _wrapped_width(blocks: list[list[str]]) -> int:
    """The column at which this text was wrapped by a program, or 0."""
    pairs = [pair for block in blocks for pair in itertools.pairwise(block)]
    if len(pairs) < 3:
        return 0
    width = max(len(line) for block in blocks if len(block) > 1 for line in block)
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    full = sum(_was_full(line, following, width) for line, following in pairs)
    return width if full >= 0.7 * len(pairs) else 0


def _was_full(line: str, following: str, width: int) -> bool:
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width


def _rejoined(block: list[str], width: int) -> Iterator[str]:
    """The paragraphs of a block of lines."""
    gathered: list[str] = []
    for line in block:
        if gathered and not _goes_on(gathered[-1], line, width):
            yield " ".join(gathered)
            gathered = []
        gathered.append(line)
    if gathered:
        yield " ".join(gathered)


def _goes_on(line: str, following: str, width: int) -> bool:
    if _BULLET.match(following):
        return False
    if width and _was_full(line, following, width):
        return True
    return following[0].islower() and not ends_sentence(line)
