"""Articles of a window into stories: near-duplicates are found, then events by average-link clustering.

The distance is the probability, by a logistic model over the pair features, that two articles report different
events. The weights were fitted on the open half of ECB+ by `benchmarks/stories.py`, which also measures them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np

from assistant.digests.features import Matrix, Square, average_link, days_apart, pair_features, shared_terms
from assistant.digests.text import figure_share, words
from index.article import Article

Embed = Callable[[Sequence[str]], Matrix]

SHINGLE = 5
DUPLICATE_CONTAINMENT = 0.7
BLOCK = 1_500  # articles compared with one another; a longer window is cut into such stretches of time
# ECB+ carries no dates. Reports of one event seldom lie further apart than these days, so distance in time beyond
# them counts against it: set by hand, not fitted.
GRACE_DAYS, PER_DAY, AT_MOST = 3.0, 0.2, 3.0  # the last two in log-odds
LEAD_CHARACTERS = 1_200
# Two tables of quarterly results share nearly all their words; set by hand, since ECB+ has none.
TABLE, TABLES_APART = 0.2, 12.0  # share of figures among the words; log-odds


def mean_vectors(articles: Sequence[Article], embed: Embed, stored: Mapping[str, Matrix] | None = None) -> Matrix:
    """One unit vector an article, (n, dimensions): the mean of its stored passages, or else its lead, embedded."""
    if not articles:  # the day's articles were removed meanwhile
        return np.zeros((0, 1), np.float32)
    stored = stored or {}
    missing = [article for article in articles if not len(stored.get(article.id, ()))]
    fresh = dict(zip([a.id for a in missing], embed([_lead(a) for a in missing]), strict=True)) if missing else {}
    rows = [fresh[a.id] if a.id in fresh else np.asarray(stored[a.id], np.float32).mean(axis=0) for a in articles]
    matrix = np.vstack(rows).astype(np.float32)
    unit: Matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return unit


def near_duplicates(articles: Sequence[Article]) -> list[int]:
    """A group number for each article: those that share most of their five-word shingles share a number.

    The measure is the containment of the shorter in the longer, so that a cut agency report still counts as a copy.
    """
    bags = [_shingles(article) for article in articles]
    shared = shared_terms(bags)
    sizes = [max(len(bag), 1) for bag in bags]
    leaders = list(range(len(articles)))
    for i, j, both in sorted(zip(shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True)):
        if i < j and leaders[i] != leaders[j] and both / min(sizes[i], sizes[j]) >= DUPLICATE_CONTAINMENT:
            old, new = leaders[j], leaders[i]
            leaders = [new if leader == old else leader for leader in leaders]
    return leaders


def clusters(articles: Sequence[Article], vectors: Matrix) -> list[list[int]]:
    """Indices of the articles of each story; each article is in exactly one. In order of their first article."""
    order = sorted(
        range(len(articles)), key=lambda i: (articles[i].date is None, str(articles[i].date), articles[i].id)
    )
    found: list[list[int]] = []
    for left in range(0, len(order), BLOCK):
        block = order[left : left + BLOCK]
        members = [articles[i] for i in block]
        labels = average_link(1.0 - same_story(members, vectors[block]), 1.0 - model()["threshold"])
        groups: dict[int, list[int]] = {}
        for position, label in zip(block, labels.tolist(), strict=True):
            groups.setdefault(label, []).append(position)
        found += [sorted(group) for group in groups.values()]
    return sorted(found)


def same_story(articles: Sequence[Article], vectors: Matrix) -> Square:
    """The probability that each pair of articles reports one event, (n, n), symmetric."""
    features = pair_features(articles, vectors)
    weights = model()
    odds = sum(weights[name] * matrix for name, matrix in features.items()) + weights["bias"]
    late = np.minimum(PER_DAY * np.maximum(days_apart(articles) - GRACE_DAYS, 0.0), AT_MOST)
    tables = np.array([is_table(article) for article in articles], dtype=np.float64)
    probability: Square = 1.0 / (1.0 + np.exp(late + TABLES_APART * np.outer(tables, tables) - odds))
    return probability


def is_table(article: Article) -> bool:
    """Whether an article is a table of results, prices or scores rather than text."""
    return figure_share(article.text[:LEAD_CHARACTERS]) >= TABLE


@lru_cache(maxsize=1)
def model() -> Mapping[str, float]:
    """Weights by feature, with `bias` and `threshold`: the least average probability within a story."""
    weights: dict[str, float] = json.loads(files("assistant.digests").joinpath("story_model.json").read_text())[
        "weights"
    ]
    return weights


def _lead(article: Article) -> str:
    return f"{article.title}. {article.text[:LEAD_CHARACTERS]}" if article.title else article.text[:LEAD_CHARACTERS]


def _shingles(article: Article) -> list[str]:
    tokens = [word.lower() for word in words(article.text)]
    if len(tokens) < SHINGLE:
        return [" ".join(tokens)] if tokens else []
    return [" ".join(tokens[i : i + SHINGLE]) for i in range(len(tokens) - SHINGLE + 1)]
