"""Digest: the page with the verbs that people call on it, and `digest_of`, which makes one from articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from assistant.digests.features import Matrix
from assistant.digests.make import Means, Options, Rewrite, make
from assistant.digests.markdown import to_markdown
from assistant.digests.nouns import Page
from assistant.digests.past import ListPast
from assistant.digests.plain import to_text
from assistant.digests.select import Relevance
from assistant.digests.stories import Embed
from assistant.digests.window import Moment, newest_day, window_of
from index.article import Article


@dataclass(frozen=True, slots=True)
class Digest(Page):
    """One page about the articles of a window, frozen. Every sentence is `article.text[start:end]` of its article."""

    def to_markdown(self) -> str:
        """CommonMark, with the numbers of the sources after each sentence."""
        return to_markdown(self)

    def to_html(self) -> str:
        """A whole HTML document with a style sheet for print; no script, nothing to fetch."""
        from assistant.digests.html import to_html

        return to_html(self)

    def to_text(self) -> str:
        """Plain text, 76 columns wide."""
        return to_text(self)

    def to_eml(self) -> bytes:
        """An e-mail with a plain-text and an HTML part, as a file."""
        from assistant.digests.mail import to_eml

        return to_eml(self)

    def pdf(self) -> bytes:
        """One sheet of the digest's paper, tagged PDF/UA-1; the same digest gives the same bytes."""
        from assistant.digests.pdf import to_pdf

        return to_pdf(self)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `Digest.from_dict` gives the same digest back."""
        from pydantic import TypeAdapter

        plain: dict[str, Any] = TypeAdapter(Digest).dump_python(self, mode="json")
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Digest:
        """The digest that `to_dict` described. Raises pydantic.ValidationError for anything else."""
        from pydantic import TypeAdapter

        return TypeAdapter(Digest).validate_python(dict(data))

    @classmethod
    def of(cls, page: Page) -> Digest:
        """The page as a Digest."""
        return cls(**{field.name: getattr(page, field.name) for field in fields(page)})


def digest_of(
    articles: Sequence[Article],
    embed: Embed,
    *,
    date: Moment = None,
    since: Moment = None,
    until: Moment = None,
    timezone: str | None = None,
    stored: Mapping[str, Matrix] | None = None,
    options: Options | None = None,
    rewrite: Rewrite | None = None,
    relevance: Relevance | None = None,
) -> Digest:
    """The digest of these articles; of their newest day when no window is given. `rewrite`: see `Writer.rewrite`;
    `relevance`: see `ReaderRelevance`.

    Raises InputError for a window that makes no sense, NothingFound when no article lies in it.
    """
    from assistant.digests.pdf import count_pages

    window = window_of(date, since, until, timezone) or newest_day(articles, timezone)
    means = Means(embed, count_pages, relevance, rewrite)
    return Digest.of(make(articles, window, ListPast(articles, embed, stored), means, options))
