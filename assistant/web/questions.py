"""Questions that an article answers, made from its own words by rule. They are asked before they are offered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from assistant.answers import Answer
from assistant.verify.names import names
from index.article import Article
from index.passages import sentences

Ask = Callable[[str], Answer]

LEAD = 2_500  # characters of an article that are looked at; news comes first
GOOD = 0.7  # confidence from which an answer recommends its question

_COUNTED = re.compile(
    r"^(?:at least|over|more than|nearly|almost|some|about|up to)?\s*(?:[\d,]+|hundreds|thousands|dozens)\s+"
    r"(?:of\s+)?(?P<who>(?:[a-z-]+ ){0,3}?)(?P<fate>dead|killed|injured|wounded|rescued|arrested|evacuated|missing)\s+"
    r"(?P<where>(?:in|off|after|at|near|by|on)\s.{4,60})$",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"(?<=in|at|by|ff|er) (?!the |an? )(?=.*\b(?:collapse|stampede|crash|fire|floods?|attacks?|explosion|blast"
    r"|earthquake|storm|shooting|strike|riots?|coast)$)"
)
_HEADLINE_SAYS = re.compile(
    r"^(?P<who>[A-Z][\w’'-]*(?: [\w’'-]+){0,3}?) "
    r"(?P<verb>says|claims|rules|announces|warns|urges|admits|denies|demands)\b"
)
_NAMED = r"[A-Z][a-zà-ÿ’'-]+(?: [A-Z]\.)?(?: [A-Z][a-zà-ÿ’'-]+){1,2}"
_DESCRIBED = re.compile(
    rf"(?P<name>{_NAMED}), "
    r"(?:the|a|an|who is|founder|president|director|head|author|chairman)\b[^,.;]{6,90}[,.;]"
)
_TITLED = re.compile(
    r"\b(?:president|founder|minister|professor|biologist|director|spokesman|spokeswoman|author|chairman|scientist)"
    rf" (?P<name>{_NAMED})"
)
_SAID = re.compile(rf"\b(?P<name>{_NAMED}) (?:said|told|announced|warned|argued|explained)\b")
_BASE = dict(
    pair.split(":")
    for pair in (
        "fell:fall collapsed:collapse stalled:stall failed:fail closed:close resigned:resign died:die rose:rise "
        "stopped:stop cancelled:cancel refused:refuse delayed:delay rejected:reject withdrew:withdraw lost:lose "
        "won:win left:leave moved:move began:begin banned:ban postponed:postpone declined:decline"
    ).split()
)
_WHY = re.compile(
    r"^(?P<who>The [a-z]+(?: [a-z]+)?|[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}) "
    rf"(?P<verb>{'|'.join(_BASE)})\b[^.]{{0,120}}\b(?:because|due to)\b"
)
_KINDS = ("How many", "Who is", "Why did", "What did the", "What")
_TITLE = re.compile(
    r"^(?:(?:Secretary|Minister|President|Professor|Administrator|Attorney|General|Education|Senator|Judge|Director) )+"
)
_NOT_NAMES = re.compile(
    r"\b(?:Wikinews|Church|University|House|Party|State|States|News|World|Street|Day|January|February|March|April|May|June"
    r"|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|The|This"
    r"|In|On|At|For|But|And|Mr|Dr|United|New|North|South|East|West|Saint|San|Republic|Kingdom|Ministry|City|Corporation"
    r"|Institute|Instituto|Company|Museum)\b"
)


def questions_of(article: Article) -> list[str]:
    """Questions in plain words, the most specific first. Not every one is answered: see `answered`."""
    found = [*_from_headline(article), *_from_text(article.text[:LEAD])]
    return list(dict.fromkeys(found))


def overview_of(articles: Iterable[Article]) -> Iterator[str]:
    """ "What did Wikinews report in September 2015?": always answered."""
    for article in articles:
        if article.date:
            who = f"What did {article.source} report" if article.source else "What was reported"
            yield f"{who} in {article.date:%B %Y}?"


def mentions_of(quotations: Iterable[str], asked: str) -> Iterator[str]:
    """ "Which articles mention Kursk?", of names that stand in a quotation and not in the question."""
    for quotation in quotations:
        for name in names(quotation):
            if name.start and len(name.text) > 3 and name.text.casefold() not in asked.casefold():
                yield f"Which articles mention {name.text}?"


def answered(
    candidates: Iterable[tuple[str, str]], ask: Ask, wanted: int, tries: int, *, one_each: bool = True
) -> Iterator[str]:
    """The first so many of the (question, article id) that the library answers, surely and out of that article.

    At most one an article with `one_each`, and at most `tries` are asked.
    """
    found: set[str] = set()
    used: set[str] = set()
    for question, article_id in candidates:
        if len(found) == wanted or not tries:
            break
        if (one_each and article_id in used) or question in found:
            continue
        tries -= 1
        if _recommends(ask(question), article_id):
            found.add(question)
            used.add(article_id)
            yield question


def interleaved(articles: Sequence[Article]) -> Iterator[tuple[str, str]]:
    """All questions of these articles with the article's id, those of the kinds that are answered most often first."""
    each = [(question, article.id) for article in articles for question in questions_of(article)]
    yield from sorted(each, key=lambda pair: _KINDS.index(next(k for k in _KINDS if pair[0].startswith(k))))


def _recommends(answer: Answer, article_id: str) -> bool:
    cited = {citation.article_id for citation in answer.citations}
    return not answer.refused and answer.confidence >= GOOD and article_id in cited


def _from_headline(article: Article) -> Iterator[str]:
    title = article.title.strip()
    if counted := _COUNTED.match(title):
        who = counted["who"].strip() or "people"
        fate = {"dead": "killed"}.get(counted["fate"].lower(), counted["fate"].lower())
        yield f"How many {who} were {fate} {_EVENT.sub(r' the ', counted['where'].rstrip('.'), count=1)}?"
    if says := _HEADLINE_SAYS.match(title):
        verb = says["verb"].replace("denies", "denys").removesuffix("s")
        yield f"What did {_subject(says['who'], article.text)} {verb}?"


def _from_text(text: str) -> Iterator[str]:
    for start, end in sentences(text):
        why = _WHY.match(text[start:end])
        if why:
            yield f"Why did {_subject(why['who'].strip(), text)} {_BASE[why['verb']]}?"
    for pattern, wording in ((_DESCRIBED, "Who is {}?"), (_TITLED, "Who is {}?"), (_SAID, "What did {} say?")):
        for match in pattern.finditer(text):
            name = _TITLE.sub("", match["name"])
            if " " in name and not _NOT_NAMES.search(name):
                yield wording.format(name)


def _subject(who: str, text: str) -> str:
    """A headline's subject inside a question: "Greek court" becomes "the Greek court", a person's name stays."""
    words = who.split()
    if words[0] == "The":
        return f"the {who[4:]}"
    last = words[-1]
    common = re.search(rf"\b{re.escape(last.lower())}\b", text) is not None and last.lower() != last.upper()
    if not common:
        return who
    first = words[0]
    if re.search(rf"\b{re.escape(first.lower())}\b", text):
        who = first.lower() + who[len(first) :]
    return who if who.startswith("the ") else f"the {who}"
