"""The names under which exports, front matter and headers keep the same few facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import index.sources.markup as markup
from index.sources.draft import Draft

TITLE = ("title", "headline", "name", "webtitle", "subject", "article_title", "head")
TEXT = ("text", "body", "content", "articlebody", "article_body", "content_text", "fulltext", "full_text", "bodytext",
        "maintext", "main_text", "article", "story", "article_text", "plain_text")  # fmt: skip
HTML = ("content_html", "html", "body_html", "contenthtml")
TEASER = ("description", "summary", "abstract", "excerpt", "lead", "snippet", "standfirst")
PUBLISHED = ("published", "publishedat", "published_at", "datepublished", "date_published", "date_publish", "pubdate",
             "pub_date", "publish_date", "publication_date", "publicationdate", "webpublicationdate", "published_date",
             "publisheddate", "published_time", "article:published_time", "date", "datetime", "timestamp", "time",
             "created", "created_at", "datecreated", "issued")  # fmt: skip
MODIFIED = ("modified", "datemodified", "date_modified", "updated", "updatedat", "updated_at", "lastmod",
            "last_modified", "modified_at", "date_modify")  # fmt: skip
URL = ("url", "link", "canonical_url", "canonicalurl", "canonical", "weburl", "web_url", "permalink", "href",
       "article_url", "external_url", "source_url")  # fmt: skip
SOURCE = ("source", "publisher", "publication", "outlet", "site_name", "sitename", "sourcename", "source_name",
          "website", "newspaper", "provider", "source_domain")  # fmt: skip
AUTHORS = ("authors", "author", "byline", "creator", "dc:creator", "writer", "by", "article:author")
LANGUAGE = ("language", "lang", "inlanguage", "locale")
SECTION = ("section", "category", "articlesection", "sectionname", "section_name", "desk", "topic")
MEMBER = ("id", "guid", "uuid", "_id", "article_id", "uid")


def draft_of(record: Mapping[str, Any], text: str | None = None, many: bool = False) -> Draft:
    """The draft that a record with any of these names states; its own text unless one is given."""
    known = {str(name).strip().lower().replace(" ", "_").replace("-", "_"): value for name, value in record.items()}
    source, url = _words(_first(known, SOURCE)), _words(_first(known, URL))
    if source.startswith(("http://", "https://")):  # web clippers keep the address there
        source, url = "", url or source
    return Draft(
        text=_text(known) if text is None else text,
        title=markup.line(_words(_first(known, TITLE))),
        published=tuple(_words(known[name]) for name in PUBLISHED if known.get(name)),
        modified=tuple(_words(known[name]) for name in MODIFIED if known.get(name)),
        source=source,
        url=url,
        authors=tuple(name for name in _names(_first(known, AUTHORS)) if name),
        language=_words(_first(known, LANGUAGE)),
        section=_words(_first(known, SECTION)),
        member=_words(_first(known, MEMBER)),
        many=many,
    )


def has_text(names: Iterable[str]) -> bool:
    """Whether one of these columns can hold articles' texts."""
    known = {name.strip().lower().replace(" ", "_").replace("-", "_") for name in names}
    return not known.isdisjoint((*TEXT, *HTML, *TEASER))


def is_known(name: str) -> bool:
    """Whether this is a name under which one of the facts is kept."""
    groups = (TITLE, PUBLISHED, MODIFIED, URL, SOURCE, AUTHORS, LANGUAGE, SECTION)
    return any(name.strip().lower() in group for group in groups)


def _text(known: Mapping[str, Any]) -> str:
    """The whole text, else its HTML, else the teaser; each as plain text."""
    return markup.plain(_words(_first(known, TEXT) or _first(known, HTML) or _first(known, TEASER)))


def _first(known: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((known[name] for name in names if known.get(name)), None)


def _words(value: Any) -> str:
    """A value as text: of a list its paragraphs, of a record its name or text."""
    if isinstance(value, Mapping):
        return _words(
            next((value[name] for name in ("name", "title", "text", "value", "#text", "url") if name in value), "")
        )
    if isinstance(value, list | tuple):
        return "\n\n".join(_words(item) for item in value[:10_000] if not isinstance(item, list))
    return "" if value is None or isinstance(value, bool) else str(value)


def _names(value: Any) -> Iterable[str]:
    """Authors: a list, records with names, or one line such as "By Ann Lee and Bo Ek"."""
    if isinstance(value, list | tuple):
        for item in value[:50]:
            yield from _names(_words(item))
        return
    line = _words(value).strip().strip("[]").replace("[[", "").replace("]]", "")
    line = line[3:] if line.lower().startswith("by ") else line
    for name in line.replace(" and ", ";").replace(" & ", ";").replace("|", ";").split(";"):
        yield from (part.strip(" \"'") for part in ([name] if ", " not in name else name.split(", ")))
