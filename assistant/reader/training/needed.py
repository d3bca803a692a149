"""Training data that must be there."""

from __future__ import annotations

from pathlib import Path

from index.errors import InputError


def needed(path: Path) -> Path:
    """The path, when the file is there; raises InputError with what to do otherwise."""
    if not path.is_file():
        raise InputError(f"The training data {path} is missing; assistant/reader/README.md says what to put there.")
    return path
