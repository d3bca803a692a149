"""Fragments of HTML, as feeds and exports carry them, to paragraphs of plain text."""

from __future__ import annotations

import html
import re

_BLOCKS = frozenset(
    """address article aside blockquote br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main
    nav ol p pre section table tbody td th thead tr ul""".split()
)
_OTHERS = """a abbr b body button cite code em figcaption font head html i iframe img input label link meta noscript
    object q s script small source span strong style sub sup svg template time title u var video"""
# Only HTML's own names: in a Reuters headline "<SRD>" is a company.
_NAMES = "|".join(sorted((*_BLOCKS, *_OTHERS.split()), key=len, reverse=True))
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*)?/?>|<!--.*?-->", re.S | re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d?);")
_UNREAD = frozenset(
    ("script", "style", "noscript", "template", "figcaption", "iframe", "object", "svg", "button", "form")
)


def has_markup(text: str) -> bool:
    """Whether a text is HTML, or plain text with entities, rather than words alone."""
    return ("<" in text and bool(_TAG.search(text))) or ("&" in text and bool(_ENTITY.search(text)))


def plain(text: str) -> str:
    """The words of a fragment; paragraphs separated by an empty line. Plain text comes back as it is."""
    if not has_markup(text):
        return text
    if not _TAG.search(text):
        return html.unescape(text)
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = lxml_html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError):
        return line(text)
    return _words(root)


def line(text: str) -> str:
    """A title without its tags and entities."""
    return html.unescape(_TAG.sub("", text)) if has_markup(text) else text


def _words(root: object) -> str:
    """Text in reading order with an empty line at each block's edge; without recursion, however deep the tree."""
    from lxml import etree

    parts: list[str] = []
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unread += tag in _UNREAD
        elif event == "end":
            unread -= tag in _UNREAD
        words = element.text if event == "start" else element.tail
        if tag in _BLOCKS:
            parts.append("\n\n")
        if words and not unread:
            parts.append(re.sub(r"\s+", " ", words))
    return re.sub(r"\s*\n\n\s*", "\n\n", "".join(parts)).strip()
