"""Which sentences can stand alone on a page: whole, of ordinary length, nothing dangling, no page furniture."""

from __future__ import annotations

import re

from assistant.digests.text import STOP_WORDS, word_count, words

SHORTEST, LONGEST = 6, 45  # words of a sentence that can stand on a page
SURELY_A_SENTENCE = 20  # words; shorter runs may be captions or labels, and must show a verb

_DANGLING = re.compile(
    r"""^["“‘'«(\[\s–—-]*(?:he|she|it|they|we|i|you|this|that|these|those|there|such|his|her|hers|its|their|theirs
    |our|my|him|them|one|another|both|some|others?|either|neither|but|and|or|so|yet|nor|also|however|moreover
    |furthermore|therefore|thus|hence|instead|nevertheless|nonetheless|otherwise|still|then|meanwhile|besides
    |additionally|consequently|similarly|likewise|indeed|afterwards?|later|earlier|in\ addition|as\ a\ result
    |for\ example|for\ instance|on\ the\ other\ hand|by\ contrast|in\ contrast|at\ the\ same\ time|in\ turn
    |after\ that|the\ (?:two|three|pair|latter|former|duo|trio)
    |er|sie|es|dies\w*|diese\w*|il|elle|cela|ceci|c'est|él|ella|esto|он|она|они|это)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_WHOSE_SPEECH = re.compile(
    r"""^["“”'‘’]*\s*,?\s*(?:he|she|they|it)\s+(?:said|added|told|says|wrote)\b
    |\b(?:he|she|they)\s+(?:said|added|told|says|wrote|continued|explained)\b[.\s"”]*$""",
    re.VERBOSE | re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"""\b(?:editor['’]s\ note|follow\ along|good\ (?:morning|evening)|welcome\ to|stay\ tuned|live\ updates|hit\ play
    |this\ story\ has\ been|this\ article|podcast|click\ here|read\ more|sign\ up|subscribe|newsletter|follow\ us
    |share\ this|all\ rights\ reserved|cookies?|advertisement|photo:|image:|getty|copyright
    |contributed\ to\ this\ report|editing\ by|reporting\ by|https?://|www\.)""",
    re.VERBOSE | re.IGNORECASE,
)
_VERB = re.compile(
    r"""\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|do|does|did|said|says|say
    |[^\W\d_]{2,}ed|made|took|came|went|left|won|lost|fell|rose|got|gave|held|met|sent|told|kept|began|became|found
    |ist|sind|war|waren|hat|haben|wird|est|sont|était|ont|es|son|fue|ha|han)\b|[^\x00-\u024f]""",
    re.VERBOSE | re.IGNORECASE,
)
_BEGINS = re.compile(r"[“‘'\"«(\[¿¡]*[^\W_a-zß-öø-ÿа-яёα-ω]")  # a capital, a digit, or a letter without case
_ENDS = re.compile(r"""[.!…。！।؟]["”’»)\]']*$""")
# "I", "you" and "we" outside quotation marks: interviews, columns, letters. They may be shown, but not first.
_PERSONAL = re.compile(r"\b(?:I|I['’]m|I['’]ve|my|we|our|us|you|your)\b")
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_DATELINE = re.compile(
    r"[A-Z][A-Z.'’/ -]{2,30}(?:, [A-Z][\w. ]{1,20})?(?:,? [A-Z][a-z]+\.? \d{1,2})?(?: ?\([\w ]{2,20}\))?"
    r" ?[–—−-]{1,2} ?(?=[\"“A-Z])"
)


def stands_alone(text: str) -> bool:
    """True for a whole sentence of ordinary length that needs no sentence before it and is no page furniture."""
    length = word_count(text)
    return (
        SHORTEST <= length <= LONGEST
        and bool(_ENDS.search(text))
        and bool(_BEGINS.match(text))
        and not _DANGLING.search(text)
        and not _WHOSE_SPEECH.search(text)
        and not _FURNITURE.search(text)
        and _balanced(text)
        and (length >= SURELY_A_SENTENCE or bool(_VERB.search(text)))
        and any(word.lower() in STOP_WORDS or not word.isascii() for word in words(text))
    )


def is_personal(text: str) -> bool:
    """True when the writer speaks of "I", "we" or "you" outside quotation marks."""
    return bool(_PERSONAL.search(_QUOTED.sub("", text)))


def dateline_length(text: str) -> int:
    """Length of the "WASHINGTON (Reuters) – " in front of an article's first sentence; 0 when there is none."""
    match = _DATELINE.match(text)
    return match.end() if match else 0


def _balanced(text: str) -> bool:
    """Quotation marks and brackets that open also close, so that no half of a quotation is shown."""
    pairs = text.count("“") == text.count("”") and text.count("(") == text.count(")")
    return pairs and text.count('"') % 2 == 0 and not text.startswith("”")
