"""From the data folder to training examples, by the recipes that a stage's configuration names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from assistant.reader.training import news, squad, statements
from assistant.reader.training.corpus import Corpus, articles_of
from assistant.reader.training.example import Example
from assistant.reader.training.needed import needed
from index.errors import InputError


def prepare(
    recipes: list[dict[str, Any]], data: Path, work: Path, weights: Path | None, rng: random.Random
) -> Iterator[Example]:
    """The examples of all recipes. `weights` is the reader of the stage before, for what it must judge.

    Raises InputError for an unknown recipe and for a file that is missing.
    """
    for recipe in recipes:
        match recipe["kind"]:
            case "squad":
                yield from _squad(recipe, data, rng)
            case "hand" | "later" | "quiz" | "claims" | "corrupted":
                yield from _news(recipe, data, rng)
            case other:
                raise InputError(f"Unknown kind of training data: {other}.")


def _squad(recipe: dict[str, Any], data: Path, rng: random.Random) -> Iterator[Example]:
    rows = squad.examples(needed(data / recipe["file"]), recipe.get("limit"), rng)
    yield from squad.with_unanswerable(rows, recipe["swap"], recipe["cut"], recipe["other"], rng)


def _news(recipe: dict[str, Any], data: Path, rng: random.Random) -> Iterator[Example]:
    corpus = _corpus(needed(data / recipe["articles"]))
    lines = slice(recipe.get("after"), recipe.get("first"))
    match recipe["kind"]:
        case "hand" | "later" as kind:
            how = {name: recipe[name] for name in ("mixed", "near") if name in recipe}
            made = list(news.by_hand(corpus, recipe["negatives"], rng, lines, later=kind == "later", **how))
        case "claims":
            made = list(statements.by_hand(corpus, lines))
        case "corrupted":
            made = list(statements.corrupted(corpus, recipe["limit"], rng))
        case _:
            made = list(news.quiz(needed(data / recipe["file"]), corpus, recipe["negatives"], rng))
    for _ in range(recipe.get("times", 1)):
        yield from made


@cache
def _corpus(path: Path) -> Corpus:
    return Corpus(articles_of(path), longest=40)
