"""Examples from WikiQA (Yang et al., 2015): what people typed into a search engine, and which sentence answers."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from assistant.reader.training.example import Example

_TIGHT = re.compile(r" (?=[.,;:!?)\]%]|'s\b|n't\b|'(?:re|ve|ll|d|m)\b|'')|(?<=[(\[$`]) ")


def examples(path: Path, rng: random.Random) -> Iterator[Example]:
    """Each question with the sentences of its page, and with those alone that do not answer it.

    Which piece of the sentence is the answer is not known.
    """
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for asked, group in groupby(rows, key=lambda row: str(row["question"])):
        sentences = [(_plain(row["sentence"]), bool(row["answers"])) for row in group]
        question = _plain(asked).rstrip(" ?") + rng.choice(("", "?"))
        right = [n for n, (_, answers) in enumerate(sentences) if answers]
        others = [text for text, answers in sentences if not answers]
        if right:
            text = " ".join(text for text, _ in sentences)
            start = len(" ".join(text for text, _ in sentences[: right[0]])) + (right[0] > 0)
            place = (start, start + len(sentences[right[0]][0]))
            yield Example(question, text, spans=(place,), exact=False, answered=1, relevant=1, origin="wikiqa")
        if len(others) > 1:
            yield Example(question, " ".join(others), answered=0, origin="wikiqa-cut")


def _plain(tokens: Any) -> str:
    """The text without the blanks that a tokeniser put in; it begins with a capital, so that it is a sentence."""
    text = _TIGHT.sub("", " ".join(str(tokens).split())).replace("``", "“").replace("''", "”")
    return text[:1].upper() + text[1:]
