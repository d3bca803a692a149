"""How far a text supports a sentence, judged without the reader: a baseline over shared words. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

from assistant.verify.numbers import quantities
from assistant.verify.words import content
from index.passages import sentences

Support = Callable[[str, str], float]  # (sentence, passage text) -> probability that the text supports it


def shared_words(sentence: str, text: str) -> float:
    """The share of the sentence's words with meaning that the best stretch of three sentences has, rare ones more.

    From 0 to 1. A word counts by its length, a cheap stand-in for how rare it is.
    """
    ours = set(content(sentence))
    if not ours:
        return 1.0
    pieces = [text[start:end] for start, end in sentences(text)]
    stretches = [" ".join(pieces[max(0, n - 2) : n + 1]) for n in range(len(pieces))] or [""]
    weights = {word: math.log(2 + len(word)) for word in ours}
    numbers = len(quantities(sentence))
    best = max(sum(weights[w] for w in ours & set(content(piece))) for piece in stretches)
    return min(1.0, best / sum(weights.values()) * (1 + 0.02 * numbers))


def best_stretch(sentence: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the one to three neighbouring sentences in text[start:end] that back the sentence with fewest
    words.
    """
    places = sentences(text, start, end)
    ours = set(content(sentence))
    best, found = -1.0, (start, end)
    for first in range(len(places)):
        for last in range(first, min(first + 3, len(places))):
            piece = content(text[places[first][0] : places[last][1]])
            score = len(ours & set(piece)) - 0.6 * (last - first) - len(piece) / 200
            if score > best:
                best, found = score, (places[first][0], places[last][1])
    return found
