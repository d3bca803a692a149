"""What makes two articles alike: sparse tf-idf rows and the features of every pair of articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.digests.text import name_words, numbers, terms
from index.article import Article
from index.passages import sentences

Matrix = NDArray[np.float32]
Square = NDArray[np.float64]

FEATURES = ("dense", "lead", "head", "names", "numbers", "years", "local_lead")
LEAD_CHARACTERS = 1_200
COARSE = 0.2  # average affinity above which articles are of one field: look-alike events meet there
_YEAR = re.compile(r"\b(?:19[5-9]\d|20[0-4]\d)\b")


def pair_features(articles: Sequence[Article], vectors: Matrix) -> dict[str, Square]:
    """Each of FEATURES as a symmetric (n, n) matrix. `vectors` (n, dimensions) are of unit length.

    The local feature weighs words by their rarity among the articles of the same field: what all reports on
    two look-alike events share says nothing about which event it is.
    """
    leads = [terms(f"{a.title}\n{a.text[:LEAD_CHARACTERS]}") for a in articles]
    named = [name_words(f"{a.title}.\n{a.text}" if a.title else a.text) for a in articles]
    found = {
        "dense": (vectors @ vectors.T).astype(np.float64),
        "lead": cosines(leads),
        "head": cosines([terms(_head(a)) for a in articles]),
        "names": cosines(named),
        "numbers": cosines([_figures(a.text) for a in articles]),
        "years": _agreement([sorted(set(_YEAR.findall(a.text))) for a in articles]),
    }
    fields = average_link(1.0 - (0.5 * found["dense"] + 0.3 * found["lead"] + 0.2 * found["names"]), 1.0 - COARSE)
    return found | {"local_lead": _local(leads, fields)}


def average_link(distance: Square, threshold: float) -> NDArray[np.int32]:
    """Cluster labels (n,) of average-link agglomeration, cut where the average distance exceeds the threshold."""
    if len(distance) < 2:
        return np.ones(len(distance), dtype=np.int32)
    from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]
    from scipy.spatial.distance import squareform  # type: ignore[import-untyped]

    # Rounded, so that the last bits of a sum cannot decide a tie differently on another machine.
    rounded = np.round(np.clip((distance + distance.T) / 2, 0.0, None), 6)
    np.fill_diagonal(rounded, 0.0)
    labels: NDArray[np.int32] = fcluster(linkage(squareform(rounded, checks=False), "average"), threshold, "distance")
    return labels


def cosines(bags: Sequence[Sequence[str]], smooth: bool = True) -> Square:
    """tf-idf cosines between bags of terms, (n, n)."""
    matrix = term_matrix(bags, smooth)
    product: Square = (matrix @ matrix.T).toarray()
    return product


def term_matrix(bags: Sequence[Sequence[str]], smooth: bool = True) -> Any:
    """Rows of unit length over the vocabulary, scipy csr (n, terms): (1 + log count) times idf.

    Smoothed idf, log((1 + n) / (1 + df)) + 1, keeps every term; the other, log((n + ½) / df), lets what all bags
    share count almost nothing.
    """
    matrix, document_frequency = _counts(bags)
    matrix.data = 1 + np.log(matrix.data)
    count = len(bags)
    idf = np.log((1 + count) / (1 + document_frequency)) + 1 if smooth else np.log((count + 0.5) / document_frequency)
    matrix = matrix.multiply(idf[None, :]).tocsr()
    lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    return matrix.multiply(1 / np.maximum(lengths, 1e-9)[:, None]).tocsr()


def shared_terms(bags: Sequence[Sequence[str]]) -> Any:
    """How many different terms each pair of bags shares, scipy coo (n, n)."""
    matrix, _ = _counts([sorted(set(bag)) for bag in bags])
    return (matrix @ matrix.T).tocoo()


def days_apart(articles: Sequence[Article]) -> Square:
    """Days between the publication dates of each pair, (n, n); 0 where one is unknown."""
    days = np.array([a.date.toordinal() if a.date else np.nan for a in articles], dtype=np.float64)
    apart: Square = np.nan_to_num(np.abs(days[:, None] - days[None, :]))
    return apart


def _counts(bags: Sequence[Sequence[str]]) -> tuple[Any, NDArray[np.float64]]:
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    vocabulary: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    counts: list[float] = []
    for row, bag in enumerate(bags):
        tally = Counter(bag)
        rows += [row] * len(tally)
        columns += [vocabulary.setdefault(term, len(vocabulary)) for term in tally]
        counts += tally.values()
    shape = (len(bags), max(len(vocabulary), 1))
    frequency = np.bincount(np.array(columns, dtype=np.intp), minlength=shape[1]).astype(np.float64)
    return csr_matrix((np.array(counts, dtype=np.float64), (rows, columns)), shape=shape), np.maximum(frequency, 1.0)


def _local(bags: Sequence[Sequence[str]], fields: NDArray[np.int32]) -> Square:
    found = np.zeros((len(bags), len(bags)))
    for field in np.unique(fields):
        members = np.flatnonzero(fields == field)
        found[np.ix_(members, members)] = cosines([bags[int(i)] for i in members], smooth=False)
    return found


def _head(article: Article) -> str:
    """The headline and the first sentence; the first two sentences where there is no headline."""
    spans = sentences(article.text[: 2 * LEAD_CHARACTERS])[: 1 if article.title else 2]
    return " ".join([article.title, *(article.text[start:end] for start, end in spans)])


def _figures(text: str) -> list[str]:
    return [re.sub(r"[^\d.]", "", number) for number in numbers(text)]


def _agreement(bags: Sequence[Sequence[str]]) -> Square:
    """1 where two bags share a term, -1 where both have terms but none in common, 0 where one is empty."""
    shared = shared_terms(bags).toarray() > 0
    filled = np.array([bool(bag) for bag in bags])
    both = filled[:, None] & filled[None, :]
    return np.where(shared, 1.0, np.where(both, -1.0, 0.0))
