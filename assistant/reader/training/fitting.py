"""Small convex fits in numpy: logistic regression and a softmax over alternatives. Weights come back by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Rows = Sequence[Mapping[str, float]]
Floats = NDArray[np.float64]


def logistic(
    rows: Rows, labels: Sequence[bool], penalty: float = 1.0, counts: Sequence[float] | None = None
) -> dict[str, float]:
    """Weights and "bias" of a logistic regression, by Newton's method; `penalty` is on standardised weights.

    `counts` says how much each row counts, 1 by default. No weight falls below zero, since each feature is made so
    that more is better: one that would is left out, for it tells how the examples were written.
    """
    weights = np.ones(len(labels)) if counts is None else np.array(counts, dtype=np.float64)
    layer = _logistic(rows, np.array(labels, dtype=np.float64), penalty, weights)
    wrong = {name for name, weight in layer.items() if weight < 0 and name != "bias"}
    if not wrong or len(wrong) == len(rows[0]):
        return layer
    fewer = [{name: value for name, value in row.items() if name not in wrong} for row in rows]
    return {**dict.fromkeys(wrong, 0.0), **logistic(fewer, labels, penalty, counts)}


def alike(labels: Sequence[bool]) -> list[float]:
    """Counts by which both labels weigh the same in all."""
    share = sum(labels) / len(labels)
    return [0.5 / share if label else 0.5 / (1 - share) for label in labels]


def _logistic(rows: Rows, target: Floats, penalty: float, counts: Floats) -> dict[str, float]:
    names, matrix, centre, scale = _standardised(rows)
    design = np.hstack([matrix, np.ones((len(matrix), 1))])
    ridge = np.diag([penalty] * len(names) + [1e-6])
    weights = np.zeros(len(names) + 1)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (counts * (chance - target)) + ridge @ weights
        bend = (design * (counts * chance * (1 - chance))[:, None]).T @ design + ridge
        weights = weights - np.linalg.solve(bend, slope)
    plain = weights[:-1] / scale
    return {**dict(zip(names, plain.tolist(), strict=True)), "bias": float(weights[-1] - plain @ centre)}


def softmax(
    groups: Sequence[tuple[Rows, Sequence[bool]]], penalty: float = 1.0, never_below: float | None = 0.0
) -> dict[str, float]:
    """Weights that give the right alternatives of each group the largest share, by gradient ascent.

    Groups without a right and a wrong alternative are left out. No weight falls below `never_below`, since each
    score is made so that more is better.
    """
    usable = [(rows, right) for rows, right in groups if any(right) and not all(right)]
    names, matrix, _, scale = _standardised([row for rows, _ in usable for row in rows])
    edges = np.cumsum([0] + [len(rows) for rows, _ in usable])
    right = np.concatenate([np.array(r, dtype=bool) for _, r in usable])
    weights = np.full(len(names), 0.5)
    for step in range(400):
        scores, slope = matrix @ weights, -penalty * weights
        for left, end in pairwise(edges):
            part, good = matrix[left:end], right[left:end]
            share = np.exp(scores[left:end] - scores[left:end].max())
            slope += (share * good / (share * good).sum()) @ part - (share / share.sum()) @ part
        weights = weights + 2.0 / (1 + step / 40) * slope / len(usable)
        if never_below is not None:
            weights = np.maximum(weights, never_below)
    return dict(zip(names, (weights / scale).tolist(), strict=True))


def balanced_accuracy(passed: Sequence[bool], labels: Sequence[bool]) -> float:
    """The mean of the shares of true ones that pass and of false ones that do not."""
    truth, made = np.array(labels, dtype=bool), np.array(passed, dtype=bool)
    return float((made[truth].mean() + (~made[~truth]).mean()) / 2)


def _standardised(rows: Rows) -> tuple[list[str], Floats, Floats, Floats]:
    names = list(rows[0])
    matrix = np.array([[row[name] for name in names] for row in rows], dtype=np.float64)
    centre, scale = matrix.mean(0), matrix.std(0)
    scale[scale < 1e-9] = 1.0
    return names, (matrix - centre) / scale, centre, scale
