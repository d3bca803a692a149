"""Markdown: front matter in YAML or TOML, and the words of the page without its signs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import index.sources.fields as fields
from index.errors import SourceError
from index.sources.decode import decode
from index.sources.draft import MEGABYTE, Draft, Source

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LIMIT = 10 * MEGABYTE
_LONGEST_FRONT_MATTER = 64_000  # characters
_FRONT = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*(?:\n|\Z)", re.S | re.M)
_SIMPLE = re.compile(r"""^([A-Za-z][\w:-]*)[ \t]*[:=][ \t]*(.+?)[ \t]*$""", re.M)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<!--.*?-->", re.S)


def parse(source: Source) -> Iterator[Draft]:
    """The file's one article. Raises SourceError when it is too large or not text."""
    text = decode(source.read(LIMIT), source.charset).replace("\r\n", "\n")
    facts, body = split_front_matter(text)
    heading, words = plain(body)
    draft = fields.draft_of(facts, text=words)
    yield replace(draft, title=draft.title or heading, headline_first=not draft.title)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The facts between the "---" or "+++" lines at the top, every value as text, and what follows them."""
    match = _FRONT.match(text)
    if not match or len(match[2]) > _LONGEST_FRONT_MATTER:
        return {}, text
    facts = _facts(match[2], is_toml=match[1] == "+++")
    return (facts, text[match.end() :]) if facts else ({}, text)


def plain(markdown: str) -> tuple[str, str]:
    """(the first heading of level 1 if the text begins with it, the words), paragraphs separated by an empty line."""
    try:
        tokens = _parser().parse(markdown)
    except RecursionError:
        raise SourceError("Its Markdown is nested too deeply to be an article.") from None
    heading, marker = "", ""
    blocks: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "list_item_open" and token.info:
            marker = f"{token.info}{token.markup} "  # "1990. A good year" only looks like a list
        if not (words := _block_words(token)):
            continue
        if before is not None and before.type == "heading_open" and before.tag == "h1" and not blocks and not heading:
            heading = words
        else:
            blocks.append(marker + words)
            marker = ""
    return heading, "\n\n".join(blocks)


def _parser() -> MarkdownIt:
    """CommonMark and tables, without code: in news a grave accent is an apostrophe, and an indent is only an indent."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable(["backticks", "code"])


def _block_words(token: Token) -> str:
    if token.type == "inline":
        return "".join(map(_inline_words, token.children or [])).strip()
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    if token.type == "html_block":
        return _TAG.sub("", token.content).strip()
    return ""


def _inline_words(token: Token) -> str:
    """Words as they are read: links by their text, pictures not at all, tags left out."""
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return "" if _TAG.fullmatch(token.content) or token.type != "html_inline" else token.content


def _facts(front: str, is_toml: bool) -> dict[str, Any]:
    """The values as they are written: a parser that made dates of them would fail on the impossible ones.

    Front matter that its format does not allow, most often a title with a colon, is read line by line.
    """
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    try:
        loaded = tomllib.loads(front) if is_toml else YAMLHandler().load(front, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError, ValueError):
        loaded = {match[1]: match[2].strip("\"'") for match in _SIMPLE.finditer(front)}
    return loaded if isinstance(loaded, dict) else {}
