"""Which kind of file it is: by its first bytes, and by its name where bytes cannot tell."""

from __future__ import annotations

import re

HEAD = 4_096  # bytes that are looked at

_BY_SUFFIX = {
    "txt": "text", "text": "text", "md": "markdown", "markdown": "markdown", "mdx": "markdown",
    "html": "html", "htm": "html", "xhtml": "html", "shtml": "html", "mhtml": "mhtml", "mht": "mhtml",
    "pdf": "pdf", "docx": "docx", "eml": "eml", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl",
    "csv": "csv", "tsv": "csv", "xml": "feed", "rss": "feed", "atom": "feed", "rdf": "feed", "opml": "opml",
    "zip": "zip",
}  # fmt: skip
_BY_MEDIA_TYPE = {
    "text/html": "html", "application/xhtml+xml": "html", "application/pdf": "pdf", "text/plain": "text",
    "text/markdown": "markdown", "application/json": "json", "application/feed+json": "json",
    "application/x-ndjson": "jsonl", "text/csv": "csv", "application/rss+xml": "feed",
    "application/atom+xml": "feed", "application/rdf+xml": "feed", "application/xml": "feed", "text/xml": "feed",
    "text/x-opml": "opml", "application/zip": "zip", "message/rfc822": "eml", "multipart/related": "mhtml",
}  # fmt: skip
_TEXTUAL = frozenset(("text", "markdown", "csv", "json", "jsonl", "eml"))
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.I)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
_OPML = re.compile(rb"<opml[\s>]", re.I)
_MHTML = re.compile(rb"^content-type:\s*multipart/related", re.I | re.M)
_MAIL = re.compile(rb"^(?:from|to|subject|date|received|return-path|message-id|mime-version):\s", re.I)
_NOT_ARTICLES = frozenset(
    ("readme", "notice", "license", "licence", "copying", "changelog", "contributing", "authors", "security")
)


def suffix_of(name: str) -> str:
    """ "html" of "page.HTML"; "" when the name has none."""
    stem, dot, suffix = name.lower().rpartition(".")
    return suffix if dot and stem else ""


def is_known(name: str) -> bool:
    """Whether files so named are read when they are met in a folder or an archive; a name without a suffix may be."""
    suffix = suffix_of(name)
    return not suffix or suffix in _BY_SUFFIX


def is_about_the_folder(name: str) -> bool:
    """README, NOTICE, LICENSE and their like speak of the files beside them and are no articles."""
    return name.lower().split(".")[0] in _NOT_ARTICLES


def kind_of(name: str, head: bytes, media_type: str = "") -> str:
    """The kind of a file with this name and these first bytes; "" when it is none that is read."""
    if head.startswith(b"%PDF-") or (b"%PDF-" in head[:1_024] and suffix_of(name) == "pdf"):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx" if suffix_of(name) == "docx" or b"word/" in head else "zip"
    named = _BY_SUFFIX.get(suffix_of(name)) or _BY_MEDIA_TYPE.get(media_type.partition(";")[0].strip().lower(), "")
    return _by_markup(head, named) or (_by_text(head) if not named and _is_nameless(name, media_type) else named)


def _is_nameless(name: str, media_type: str) -> bool:
    return not suffix_of(name) or bool(media_type)


def _by_markup(head: bytes, named: str) -> str:
    """HTML, feeds and mails under a wrong name; text that merely speaks of them begins otherwise."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and named not in ("mhtml", "markdown"):
        if _OPML.search(start):
            return "opml"
        if _FEED.search(start) and not _HTML.match(start):
            return "feed"
        if _HTML.search(start):
            return "html"
    if _MHTML.search(start[:2_000]) and named in ("", "mhtml", "eml", "html", "text"):
        return "mhtml"
    if named == "html" and start.startswith((b"{", b"[")):
        return "json"
    return ""


def _by_text(head: bytes) -> str:
    start = head.lstrip()
    if _MAIL.match(start):
        return "eml"
    if start.startswith(b"{"):
        return "jsonl" if b"}\n{" in start else "json"
    return "text" if start else ""
