"""Sentences that people have labelled: is this supported by that document? For calibration and measuring only."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.reader.training.needed import needed
from assistant.verify.support import shared_words
from index.article import Article
from index.passages import passages

CITED = 3  # passages of a long document that a drafted sentence would cite


@dataclass(frozen=True)
class Item:
    """One sentence and the document that should support it."""

    document: str
    claim: str
    supported: bool


def _lines(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(needed(data / "support" / name), "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _repaired(text: str) -> str:
    """One of the sets holds UTF-8 that was read as Latin-1 once too often, and numbers cut in two, as "3, 800"."""
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return re.sub(r"(?<=\d)([,.]) (?=\d)", r"\1", text)


def load(data: Path) -> dict[str, list[Item]]:
    """The sets by name. "Supported" is the majority of the votes, or wice's "supported"."""
    sets: dict[str, list[Item]] = {}
    for name in ("qags-cnndm", "qags-xsum"):
        sets[name] = [
            Item(_repaired(row["article"]), _repaired(sentence["sentence"]), sum(votes) * 2 > len(votes))
            for row in _lines(data, f"{name}.jsonl.gz")
            for sentence in row["summary_sentences"]
            for votes in [[vote["response"] == "yes" for vote in sentence["responses"]]]
        ]
    for name in ("wice-dev", "wice-test"):
        sets[name] = [
            Item("\n\n".join(row["evidence"]), row["claim"], row["label"] == "supported")
            for row in _lines(data, f"{name}.jsonl.gz")
        ]
    with gzip.open(needed(data / "support" / "summedits-news.json.gz"), "rt", encoding="utf-8") as file:
        sets["summedits-news"] = [Item(row["doc"], row["summary"], bool(row["label"])) for row in json.load(file)]
    return sets


def cited_passages(item: Item) -> list[str]:
    """The passages of the document that share most words with the claim, in their order."""
    pieces = passages(Article(key="document", text=item.document))
    texts = [item.document[piece.start : piece.end] for piece in pieces]
    best = sorted(range(len(texts)), key=lambda n: -shared_words(item.claim, texts[n]))[:CITED]
    return [texts[n] for n in sorted(best)]


def cited(item: Item) -> str:
    """They as one text."""
    return "\n\n".join(cited_passages(item))
