"""E-mail messages (.eml) and pages saved as one file (.mhtml), which have the form of a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import index.sources.markup as markup
from index.errors import SourceError
from index.sources.decode import decode
from index.sources.draft import MEGABYTE, Draft, Source
from index.sources.html import draft_of_page
from index.sources.text import draft_of_text

LIMIT = 25 * MEGABYTE
_MOST_PARTS = 1_000


def parse(source: Source) -> Iterator[Draft]:
    """The message's text, or the saved page's article. Raises SourceError when there is neither."""
    message = BytesParser(_class=EmailMessage, policy=policy.default.clone(max_line_length=None)).parsebytes(
        source.read(LIMIT)
    )
    location = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
    if message.get_content_type() == "multipart/related" and (page := _part(message, "text/html")):
        yield _saved_page(page, location or source.url)
    else:
        yield _mail(message)


def _saved_page(page: EmailMessage, location: str) -> Draft:
    return draft_of_page(_text(page), location or _header(page, "Content-Location"))


def _mail(message: EmailMessage) -> Draft:
    """The plain part, or the HTML one as text; the subject is the title, the date header the date."""
    if plain := _part(message, "text/plain"):
        draft = draft_of_text(_text(plain).strip())
    elif page := _part(message, "text/html"):
        draft = Draft(text=markup.plain(_text(page)))
    else:
        raise SourceError("There is no text in this message.")
    return replace(
        draft,
        title=draft.title or _header(message, "Subject"),
        published=(*draft.published, _header(message, "Date")),
        source=draft.source or _sender(message),
        url=draft.url or _header(message, "Archived-At").strip("<> ") or _header(message, "X-URL"),
        headline_first=False,
    )


def _part(message: EmailMessage, media_type: str) -> EmailMessage | None:
    """The first part of this type that is no attachment."""
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            raise SourceError(f"It has more than {_MOST_PARTS:,} parts.")
        if part.get_content_type() == media_type and part.get_content_disposition() != "attachment":
            return part
    return None


def _text(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    return decode(data if isinstance(data, bytes) else b"", str(part.get_content_charset() or ""))


def _header(message: EmailMessage, name: str) -> str:
    """A header's value; "" when it is missing or breaks the rules of mail."""
    try:
        return str(message.get(name) or "")
    except Exception:  # the standard library's header parser fails in many ways on hostile headers
        return ""


def _sender(message: EmailMessage) -> str:
    """The name in "From": the outlet for a newsletter or an alert."""
    from email.utils import parseaddr

    name, address = parseaddr(_header(message, "From"))
    return name or address.rpartition("@")[2]
