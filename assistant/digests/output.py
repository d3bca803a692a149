"""A digest in the format that was asked for, as bytes, and where it goes."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.digests.digest import Digest
from index.errors import InputError

FORMATS = ("md", "html", "pdf", "json", "txt", "eml")
_SUFFIXES = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".pdf": "pdf", ".json": "json"}
_SUFFIXES |= {".txt": "txt", ".text": "txt", ".eml": "eml"}
BINARY = frozenset({"pdf", "eml"})


def format_of(name: str | None, out: Path | None) -> str:
    """The format that was named, or that the file's ending means; Markdown otherwise. Raises InputError."""
    if name is None:
        return _SUFFIXES.get(out.suffix.lower(), "md") if out else "md"
    if name.lower() not in FORMATS:
        raise InputError(f"There is no format “{name}”. Choose one of: {', '.join(FORMATS)}.")
    return name.lower()


def rendered(digest: Digest, name: str) -> bytes:
    """The whole digest in one of FORMATS; the same digest gives the same bytes."""
    if name == "pdf":
        return digest.pdf()
    if name == "eml":
        return digest.to_eml()
    if name == "json":
        return (json.dumps(digest.to_dict(), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
    text = {"md": digest.to_markdown, "html": digest.to_html, "txt": digest.to_text}[name]()
    return text.encode("utf-8", "replace")


def target_of(out: Path, digest: Digest) -> Path:
    """The file to write; "{date}" in its name becomes the last day of the window."""
    return Path(str(out).replace("{date}", digest.window.last_day.isoformat())).expanduser()


def write(out: Path, content: bytes) -> None:
    """Write the file whole or not at all. Raises InputError when that cannot be done."""
    fresh = out.with_name(f".{out.name}.tmp")
    try:
        fresh.write_bytes(content)
        fresh.replace(out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise InputError(f"{out} cannot be written: {error.strerror}. Choose another file with --out.") from None
