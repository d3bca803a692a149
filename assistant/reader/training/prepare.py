"""From the data folder to training examples, by the recipes that a stage's configuration names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from assistant.reader.training import declared, news, ranked, squad, statements
from assistant.reader.training.corpus import Corpus, articles_of
from assistant.reader.training.example import Example
from assistant.reader.training.needed import needed
from assistant.reader.training.texts import other_texts
from index.errors import InputError

_QUESTIONS = {"hand": news.QUESTIONS, "later": news.LATER, "others": news.OTHERS}
_STATEMENTS = {"claims": statements.CLAIMS, "other-claims": statements.OTHERS}
_BY_RULE = {"corrupted": statements.corrupted, "copied": statements.copied, "elsewhere": statements.elsewhere}


def prepare(
    recipes: list[dict[str, Any]], data: Path, work: Path, weights: Path | None, rng: random.Random
) -> Iterator[Example]:
    """The examples of all recipes. `weights` is the reader of the stage before, for what it must judge.

    Raises InputError for an unknown recipe and for a file that is missing.
    """
    for recipe in recipes:
        yield from _made(recipe, data, rng)


def _made(recipe: dict[str, Any], data: Path, rng: random.Random) -> Iterator[Example]:
    match recipe["kind"]:
        case "squad":
            yield from _squad(recipe, data, rng)
        case "searched":
            yield from ranked.examples(needed(data / recipe["file"]), rng)
        case "said":  # the examples of other recipes as statements
            inner = [example for other in recipe["of"] for example in _made(other, data, rng)]
            yield from declared.examples(inner, rng)
        case kind if kind in (*_QUESTIONS, *_STATEMENTS, *_BY_RULE, "quiz"):
            yield from _news(recipe, data, rng)
        case other:
            raise InputError(f"Unknown kind of training data: {other}.")


def _squad(recipe: dict[str, Any], data: Path, rng: random.Random) -> Iterator[Example]:
    rows = squad.examples(needed(data / recipe["file"]), recipe.get("limit"), rng)
    yield from squad.with_unanswerable(rows, recipe["swap"], recipe["cut"], recipe["other"], rng)


def _news(recipe: dict[str, Any], data: Path, rng: random.Random) -> Iterator[Example]:
    kind = recipe["kind"]
    corpus = _others(data) if kind.startswith("other") else _corpus(needed(data / recipe["articles"]))
    lines = slice(recipe.get("after"), recipe.get("first"))
    if kind in _QUESTIONS:
        how = {name: recipe[name] for name in ("mixed", "near") if name in recipe}
        made = list(news.by_hand(corpus, recipe["negatives"], rng, lines, _QUESTIONS[kind], **how))
    elif kind in _STATEMENTS:
        made = list(statements.by_hand(corpus, lines, _STATEMENTS[kind]))
    elif kind in _BY_RULE:
        made = list(_BY_RULE[kind](corpus, recipe["limit"], rng))
    else:
        made = list(news.quiz(needed(data / recipe["file"]), corpus, recipe["negatives"], rng))
    if recipe.get("bare"):  # as passages are cited: without headline and date
        made = [replace(example, title="", date="") for example in made]
    for _ in range(recipe.get("times", 1)):
        yield from made


@cache
def _corpus(path: Path) -> Corpus:
    return Corpus(articles_of(path), longest=40)


@cache
def _others(data: Path) -> Corpus:
    """The texts of the questions and statements that are not about the press."""
    named = {row.url for row in news.written(news.OTHERS)} | {row.url for row in statements.claims(statements.OTHERS)}
    return Corpus(other_texts(data, named), longest=40)
