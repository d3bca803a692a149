"""Digests are kept: one JSON file a window, in the library's folder."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from assistant.digests.nouns import Page, Window

FOLDER = "digests"


def keep(home: Path, page: Page) -> Path | None:
    """Write the page as JSON, whole or not at all; None where the folder cannot be written to."""
    from pydantic import TypeAdapter

    target = _file(home, page.window)
    text = json.dumps(TypeAdapter(Page).dump_python(page, mode="json"), ensure_ascii=False, indent=1)
    fresh = target.with_suffix(f".{os.getpid()}.tmp")
    with suppress(OSError):
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
        fresh.replace(target)
        return target
    return None


def archived(home: Path, window: Window) -> Page | None:
    """The kept page of exactly this window; None when there is none that can be read."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Page).validate_python(json.loads(_file(home, window).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None


def _file(home: Path, window: Window) -> Path:
    span = f"{window.since:%Y%m%dT%H%M%z}-{window.until:%Y%m%dT%H%M%z}"
    return home / FOLDER / f"{span}.json"
