"""Which sentences can stand on a page: whole, of ordinary length, no page furniture; and which lean on another one."""

from __future__ import annotations

import re
from enum import IntEnum

from assistant.digests.text import STOP_WORDS, figure_share, word_count, words

SHORTEST, LONGEST = 6, 45  # words of a sentence that can stand on a page
MOST_FIGURES = 0.25  # share of words; more is a row of a table
SURELY_A_SENTENCE = 20  # words; shorter runs may be captions or labels, and must show a verb


class Leans(IntEnum):
    """What a sentence needs before it to be understood."""

    NOT = 0
    ON_THE_ARTICLE = 1  # "The airline has …": some earlier sentence of its article
    ON_THE_SENTENCE_BEFORE = 2  # "He …", "However, …": the sentence just before it


_DANGLING = re.compile(
    r"""^["“‘'«(\[\s–—-]*(?:he|she|it|they|we|i|you|this|that|these|those|there|such|his|her|hers|its|their|theirs
    |our|my|him|them|one|another|both|some|others?|either|neither|but|and|or|so|yet|nor|also|however|moreover
    |furthermore|therefore|thus|hence|instead|nevertheless|nonetheless|otherwise|still|then|meanwhile|besides
    |additionally|consequently|similarly|likewise|indeed|afterwards?|later|earlier|in\ addition|as\ a\ result
    |for\ example|for\ instance|on\ the\ other\ hand|by\ contrast|in\ contrast|at\ the\ same\ time|in\ turn|who|which
    |after\ (?:that|all)|the\ (?:two|three|pair|latter|former|duo|trio|rest|same|problem)|(?:yes|no)(?=,)|plus|sure
    |again|to\ top|in\ (?:many|some)\ ways|in\ (?:that|this|other|short|all)|of\ (?:those|these|that|the\ two)
    |according\ to\ the\ \w+(?=,)
    |er|sie|es|dies\w*|diese\w*|il|elle|cela|ceci|c'est|él|ella|esto|он|она|они|это)\b
    |\b(?:too|however|though|either|instead|as\ well),?\.?$""",
    re.VERBOSE | re.IGNORECASE,
)
# "After the match, he …": the pronoun comes after an opening phrase without a name.
_DANGLING_LATER = re.compile(
    r"^[A-Z][a-z]+(?: (?:[a-z\d][\w’'-]*|[A-Z][a-z]+day)){0,7}, (?:he|she|it|they|we|this|that|these|those)\b"
    r"|^[A-Z][a-z]+day(?:\s[a-z]+){0,2}\s(?:he|she|it|they|we)\b"
    r"|^(?:In|On|At|After|Before|During|For|With|Under|From|As|Since|By|Despite|Through|Throughout)\s(?:[a-z]+\s){0,2}"
    r"(?:his|her|their|its|him|them|it)\b(?![^,]*,\s[A-Z])"
)
_POINTS_BACK = re.compile(
    r"\b(?:for|in|of|on|at|to|by|with|from|about|after|before|during|since|under|over|against|into)\s+"
    r"(?:(?:that|those|these)\s+(?!of\b|who\b|which\b|are\b|is\b|have\b|had\b|were\b|could\b|will\b)[a-z]+"
    r"|this\s+(?!year|week|month|morning|evening|afternoon|night|season|summer|winter|spring|fall|autumn|century|time)"
    r"[a-z]+)|\bthe\s+(?:latter|former)\b"
)
_WHOSE_SPEECH = re.compile(
    r"""^["“”'‘’]*\s*,?\s*(?:he|she|they|it)\s+(?:said|added|told|says|wrote)\b
    |\b(?:he|she|they)\s+(?:said|added|told|says|wrote|continued|explained|noted|asked)\b[.\s"”]*$
    |^["“][^"“”]*["”]\.?$
    |^(?:[\w.'’-]+\ ){1,4}(?:said|says|added|wrote)(?:\ (?:in|from|on|at|to|during|of|after|by)\b[^“”"]{0,60})?\.$""",
    re.VERBOSE | re.IGNORECASE,
)
# "The airline has", "Last year, the organisation responded": a thing that the article has named before.
_DEFINITE = re.compile(
    r"""^(?:[A-Z][^,.;]{2,40},?\s+t|T)he\s+(?!dollar|yen|pound|euro|sun|moon|pope|world|internet|public|number|rest)
    (?:[a-z]{3,}['’]s\b|[a-z][a-z-]+(?:\s+[a-z-]+)?\s+(?:is|are|was|were|has|have|had|will|would|could|can|may|might|must|should|said|says
    |did|does|do|also|left|took|came|went|won|lost|fell|rose|got|gave|held|met|sent|told|kept|began|became|saw|ran|led
    |[a-z]{2,}ed|[a-z]{3,}es)\b)""",
    re.VERBOSE,
)
_FURNITURE = re.compile(
    r"""\b(?:editor['’]s\ note|follow\ along|good\ (?:morning|evening)|welcome\ (?:back\ )?to|stay\ tuned|hit\ play
    |live\ (?:updates?|coverage|blog)|news\ to\ know|need\ to\ know|here(?:['’]s|\ is|\ are|\ were)|below\ (?:is|are)
    |this\ (?:story|article|report|video|photo|page|post|content)|podcast|click|read\ (?:more|also|next|our|the\ full)
    |read\ usa|see\ (?:also|more|the\ full)|sign\ up|sign\ in|log\ in|subscribe\w*|newsletters?
    |follow\ (?:us|him|her|them|me)|share\ this|all\ rights\ reserved|cookies?|advertisement
    |(?:photo|image|picture|video|credit)s?:|getty|copyright\ ©|©
    |contributed\ to\ this|editing\ by|reporting\ by|compiled\ by|written\ by|https?://|www\.|staff\ writer
    |is\ an?\ [^.]{0,60}\b(?:reporter|columnist|correspondent|editor)\b|reach(?:ed)?\ at|can\ be\ reached
    |terms\ of\ (?:use|service)|privacy\ policy|updated\ (?:at|on)\ \d|min(?:ute)?s?\ read
    |opinions?\ expressed|usa\ today\ network|tune\ in|watch\ live|check\ out|check\ back|download\ (?:the|our)
    |sources?:|support\ (?:local\ )?journalism|scroll\ down|stay\ up\ to\ date|correction:|clarification:
    |for\ subscribers)
    |(?:^|\s)@\w|\bfor\ (?:the\ )?(?:latest|more|full|all\ the)\b.{0,40}\b(?:news|updates?|coverage|information)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RUN_TOGETHER = re.compile(
    r"[a-z]{2,}[.?!]?[:.?!][A-Z][a-z]+[\s-]"
)  # "Free food:You can get": a link's label and the next text
_TOLD_TO_DO = re.compile(  # advice: "Keep windows closed."
    r"(?:Move|Keep|Avoid|Wear|Try|Remember|Consider|Stay|Don['’]t|Do not|Learn|Call|Visit|Find|Get|Make sure|Take a"
    r"|Look for|Tune|Join|Send|Email|Ask|Think|Enter|Choose|Use|Plan|Check|Bring|Be)\b"
)
_LABEL = re.compile(r"^(?:[\w.'’&-]+\s+){0,4}[\w.'’&-]*[^\W\d]\s?:")  # "Scott Bessent: a key adviser", "More: …"
_VERB = re.compile(
    r"""\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|do|does|did|said|says|say
    |[^\W\d_]{2,}ed|made|took|came|went|left|won|lost|fell|rose|got|gave|held|met|sent|told|kept|began|became|found
    |ist|sind|war|waren|hat|haben|wird|est|sont|était|ont|es|son|fue|ha|han)\b|[^\x00-\u024f]""",
    re.VERBOSE | re.IGNORECASE,
)
_BEGINS = re.compile(r"[“‘'\"«(\[¿¡]*[^\W_a-zß-öø-ÿа-яёα-ω]")  # a capital, a digit, or a letter without case
_ENDS = re.compile(r"""[.!…。！।؟]["”’»)\]']*$""")
# "I", "you" and "we" outside quotation marks: interviews, columns, letters. They may be shown, but not first.
_PERSONAL = re.compile(r"\b(?:I|I['’]m|I['’]ve|[Mm]e|[Mm]y|[Ww]e|[Oo]ur|us|[Yy]ou|[Yy]our)\b")
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_DATELINE = re.compile(
    r"[A-Z][A-Z.'’/ -]{2,30}(?:, [A-Z][\w. ]{1,20})?(?:,? [A-Z][a-z]+\.? \d{1,2})?(?: ?\([\w ]{2,20}\))?"
    r" ?[–—―−-]{1,2} ?(?=[\"“A-Z])"
)


def stands_alone(text: str) -> bool:
    """True for a whole sentence of ordinary length that needs no sentence before it and is no page furniture."""
    return is_whole(text) and leans(text, first=True) == Leans.NOT


def is_whole(text: str) -> bool:
    """True for a whole sentence of ordinary length that is no page furniture, whether or not it leans on another."""
    length = word_count(text)
    return (
        SHORTEST <= length <= LONGEST
        and bool(_ENDS.search(text))
        and bool(_BEGINS.match(text))
        and not _FURNITURE.search(text)
        and not _RUN_TOGETHER.search(text)
        and not _LABEL.match(text)
        and not _TOLD_TO_DO.match(text)
        and _balanced(text)
        and figure_share(text) <= MOST_FIGURES
        and (length >= SURELY_A_SENTENCE or bool(_VERB.search(text)))
        and any(word.lower() in STOP_WORDS or not word.isascii() for word in words(text))
    )


def leans(text: str, first: bool = False) -> Leans:
    """What the sentence needs before it. The `first` sentence of an article may name things as if they were known."""
    if any(pattern.search(text) for pattern in (_DANGLING, _DANGLING_LATER, _WHOSE_SPEECH)):
        return Leans.ON_THE_SENTENCE_BEFORE
    if not first and (_DEFINITE.search(text) or _POINTS_BACK.search(text)):
        return Leans.ON_THE_ARTICLE
    return Leans.NOT


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
