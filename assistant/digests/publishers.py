"""Who says it, independently: outlets by family, and five copies of one agency report as one source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from assistant.digests.text import visible
from index.article import Article

# "WASHINGTON (Reuters) -", "PARIS, May 3 (AFP)", "(AP) —": the dateline names the agency whose report it is.
_DATELINE = re.compile(
    r"^[^\n]{0,60}?\((Reuters|AP|Associated Press|AFP|UPI|Xinhua|dpa|DPA|PTI|ANI|IANS|TASS|Interfax|Kyodo|Yonhap"
    r"|ANSA|EFE|PA|CP|AAP|Bloomberg)\)"
)
_AGENCIES = {"ap": "Associated Press", "associated press": "Associated Press", "dpa": "dpa"}
_EDITION = re.compile(
    r"\s*(?:[-–|:,(]\s*)?(?:\b(?:online|news online|world service|international|us|uk|europe|asia|africa|edition"
    r"|rss|feed|top stories|world news|breaking)\b\)?\s*)+$",
    re.IGNORECASE,
)


def outlet(article: Article) -> str:
    """The name under which the page shows the publisher: its source, else its host, else "Unnamed source"."""
    return visible(article.source) or _host(article.url) or "Unnamed source"


def family(article: Article) -> str:
    """The same for all outlets of one house: the agency of the dateline, else the registered domain, else the name."""
    agency = _DATELINE.match(article.text)
    if agency:
        return _AGENCIES.get(agency.group(1).lower(), agency.group(1)).lower()
    name = _EDITION.sub("", outlet(article)) or outlet(article)
    return name.lower().removeprefix("the ").strip()


def independent(articles: Sequence[Article], duplicate_groups: Sequence[int]) -> tuple[str, ...]:
    """One outlet for each independent source of the articles, in their order.

    Two articles count once when they are of one family, or near-duplicates of one text.
    """
    seen: list[set[object]] = []
    shown: list[str] = []
    for article, group in zip(articles, duplicate_groups, strict=True):
        marks = {family(article), group}
        known = next((marks_of for marks_of in seen if marks_of & marks), None)
        if known is None:
            seen.append(marks)
            shown.append(outlet(article))
        else:
            known |= marks
    return tuple(shown)


def _host(url: str) -> str:
    host = urlsplit(url).hostname or "" if url.startswith(("http://", "https://")) else ""
    return host.removeprefix("www.")
