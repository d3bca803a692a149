"""Near-duplicates: agency copy under other headlines. MinHash finds candidates, their shared words decide.

Broder 1997, "On the resemblance and containment of documents": texts as sets of shingles of three words; the share of
equal minima under random hash functions estimates their resemblance. Bands of minima (Leskovec, Rajaraman, Ullman,
"Mining of Massive Datasets", 3.4) make candidates a look-up instead of a comparison with everything.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3  # words
BANDS, ROWS = 42, 3  # finds a pair of resemblance .4 with probability .94, .5 with .996
FEWEST = 30  # shingles; shorter texts are notices that resemble each other by their form
SHARED = 0.6  # of the shorter text's shingles; measured in benchmarks/duplicates.py
FIGURES = 0.5  # of the numbers of the text that has fewer: daily reports say the same of other figures

Hashes = NDArray[np.uint64]
_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"\d+(?:[.,/]\d+)*")


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a text is compared: hashes of its shingles and of its words with digits, each ascending."""

    shingles: Hashes
    figures: Hashes


def outline(text: str) -> Outline:
    """Case and punctuation do not matter."""
    text = text.lower()
    words = np.array(list(map(zlib.crc32, map(str.encode, _WORD.findall(text)))), dtype=np.uint64)
    figures = list(map(zlib.crc32, map(str.encode, _FIGURE.findall(text))))
    size = max(0, len(words) - SHINGLE + 1)
    hashed = np.zeros(size, dtype=np.uint64)
    for place, factor in enumerate(_odd(SHINGLE, seed=1)):
        hashed += words[place : place + size] * factor
    return Outline(np.unique(_mixed(hashed)), np.unique(np.array(figures, dtype=np.uint64)))


def bands(of: Outline) -> list[int]:
    """What this text is looked up by: BANDS numbers of 48 bits; none when it is too short to be compared."""
    found = of.shingles
    if len(found) < FEWEST:
        return []
    minima = ((found[:, None] * _factors()[None, :]) >> np.uint64(32)).min(axis=0).reshape(BANDS, ROWS)
    keys = (minima * _odd(ROWS, seed=2)).sum(axis=1, dtype=np.uint64) + np.arange(BANDS, dtype=np.uint64)
    return [int(key) >> 16 for key in _mixed(keys)]


def shared(a: Hashes, b: Hashes) -> float:
    """The share of the smaller set that the other has too; 1 when one is empty."""
    smaller = min(len(a), len(b))
    return len(np.intersect1d(a, b, assume_unique=True)) / smaller if smaller else 1.0


def is_near_duplicate(a: Outline, b: Outline) -> bool:
    """Whether one says what the other says, in its words and figures: copied, cut, or put in another order."""
    if min(len(a.shingles), len(b.shingles)) < FEWEST:
        return False
    if shared(a.shingles, b.shingles) < SHARED:
        return False
    fewer = min(len(a.figures), len(b.figures))
    missing = fewer - len(np.intersect1d(a.figures, b.figures, assume_unique=True))
    return missing <= max(1, (1 - FIGURES) * fewer)


def _mixed(values: Hashes) -> Hashes:
    """The finalizer of MurmurHash3: every bit of the input moves every bit of the output."""
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)):
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(33))


def _odd(count: int, seed: int) -> Hashes:
    """Odd factors for multiplicative hashing, the same on every machine."""
    return _mixed(np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed * 1_000)) | np.uint64(1)


@cache
def _factors() -> Hashes:
    return _odd(BANDS * ROWS, seed=3)
