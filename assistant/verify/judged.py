"""The trained reader as the judge of drafted sentences: how likely does a text support one?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.reader import judge as layers
from assistant.reader.model import packaged
from assistant.reader.nouns import Candidate, Reading
from assistant.verify.support import shared_words
from assistant.verify.words import content
from index.passages import sentences

if TYPE_CHECKING:
    from assistant.reader.model import Reader

STRETCH = 3  # sentences read together
READ = 3  # stretches of a text that are read


class ReaderSupport:
    """A `Support` by a reader, loaded when it is first needed. Safe to use from several threads.

    The packaged one is no better than chance at this (assistant/reader/README.md), and so not the default anywhere;
    give one whose weights `assistant/reader/support.toml` trained.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._given = reader

    @property
    def reader(self) -> Reader:
        """The reader; raises ModelError when its weights cannot be loaded."""
        return self._given or packaged()

    def __call__(self, sentence: str, text: str) -> float:
        """The calibrated probability that the text supports the sentence."""
        pieces = stretches(sentence, text)
        if not pieces:
            return 0.0
        readings = self.reader.read(sentence, [Candidate("", None, piece, 0, len(piece)) for piece in pieces])
        return layers.probability(features(sentence, text, readings), self.reader.layers["supported"])


def stretches(sentence: str, text: str) -> list[str]:
    """The READ pieces of STRETCH neighbouring sentences that share most words with the sentence, best first."""
    if not (cuts := sentences(text)):
        return []
    places = [(cuts[n][0], cuts[min(n + STRETCH, len(cuts)) - 1][1]) for n in range(max(1, len(cuts) - STRETCH + 1))]
    ours = set(content(sentence))
    pieces = [text[start:end] for start, end in places]
    return sorted(pieces, key=lambda piece: -len(ours & set(content(piece))))[:READ]


def features(sentence: str, text: str, readings: list[Reading]) -> dict[str, float]:
    """What the "supported" layer sees: the reader's logits, and shares of words and of word pairs between 0 and 1."""
    ours, theirs = content(sentence), content(text)
    pairs, known = set(pairwise(ours)), set(pairwise(theirs))
    logits = [layers.clipped(reading.supported) for reading in readings]
    return {
        "best": max(logits),
        "nearest": logits[0],
        "words": shared_words(sentence, text),
        "known": sum(word in set(theirs) for word in ours) / max(1, len(ours)),
        "pairs": len(pairs & known) / max(1, len(pairs)),
    }
