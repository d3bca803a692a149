"""Bytes to text, whatever encoding they are in."""

from __future__ import annotations

import codecs
import re

from index.errors import SourceError
from index.sources.guess import guess

SAMPLE = 50_000  # bytes; enough to guess an encoding, and charset-normalizer takes seconds for megabytes
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, declared: str = "") -> str:
    """The text in these bytes; raises SourceError for bytes that are not text. See `encoding_of`."""
    try:
        return data.decode("utf-8-sig") if b"\x00" not in data[:SAMPLE] else _decode(data, declared)
    except UnicodeDecodeError:
        return _decode(data, declared)


def encoding_of(sample: bytes, declared: str = "") -> str:
    """The encoding by byte order mark, else UTF-8 if it fits, else as declared, else by guessing.

    UTF-8 goes before a declared encoding, because bytes that are valid UTF-8 and not ASCII are hardly ever anything
    else, while declarations often lie. Raises SourceError for bytes that are not text.
    """
    sample = sample[:SAMPLE]
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if encoding := _without_mark(sample):
        return encoding
    if is_binary(sample):
        raise SourceError("It is not text: its bytes are those of a program, an image or another binary file.")
    broken = sample[:-3].decode("utf-8", "replace").count("\ufffd")  # the last character may be cut off
    if broken * 20 <= sum(byte > 127 for byte in sample):
        return "utf-8"  # with a few broken bytes at most
    return declared if _fits(sample, declared) else _guessed(sample)


def is_binary(data: bytes) -> bool:
    """Whether control characters that no text has are more than a rare accident."""
    sample = data[:SAMPLE]
    return b"\x00\x00" in sample or len(_CONTROLS.findall(sample)) > len(sample) / 200


def _decode(data: bytes, declared: str) -> str:
    encoding = encoding_of(data, declared)
    if not _fits(data, encoding) and encoding not in ("utf-8", "utf-8-sig"):  # the sample did not show all letters
        encoding = declared if _fits(data, declared) else encoding
    return data.decode(encoding, "replace")


def _without_mark(sample: bytes) -> str:
    """UTF-16 without a mark: nearly every second byte of Latin text is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(sample) >= 8 and odd > 0.2 * len(sample) and even < odd / 20:
        return "utf-16-le"
    return "utf-16-be" if len(sample) >= 8 and even > 0.2 * len(sample) and odd < even / 20 else ""


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return False
    return bool(encoding)


def _guessed(sample: bytes) -> str:
    """By the frequency of letters; where no language with one byte a letter has these, by charset-normalizer."""
    if encoding := guess(sample):
        return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best and best.encoding not in ("utf_8", "ascii") else "cp1252"
