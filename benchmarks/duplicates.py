"""Near-duplicates: are copies found, and are different articles on the same event left apart?

Positive pairs: each of the 496 ECB+ articles against copies of it, made as desks make them: cut to between half and
nine tenths of its sentences, put in another order, under another headline, with some words changed; alone and together.
Negative pairs: all pairs of different articles of the same topic (two look-alike events a topic). Some of those are
agency copy themselves: a pair that shares a sentence of twelve words or more is counted apart, as "copied in part".
Found means as in the library: a shared band makes a candidate, the shared words and figures decide.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from itertools import combinations
from typing import Any

from benchmarks.common import data, machine, rows, save
from index import duplicates

COMMAND = "python -m benchmarks.duplicates"
LONG_SENTENCE = 12  # words; two desks do not write the same by chance
Sentences = list[str]


def articles() -> list[dict[str, Any]]:
    with gzip.open(data("stories", "ecbplus.jsonl.gz"), "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def cut(sentences: Sentences, rng: random.Random) -> Sentences:
    keep = max(1, round(len(sentences) * rng.uniform(0.5, 0.9)))
    return [sentences[i] for i in sorted(rng.sample(range(len(sentences)), keep))]


def reordered(sentences: Sentences, rng: random.Random) -> Sentences:
    return rng.sample(sentences, len(sentences))


def headline(sentences: Sentences, rng: random.Random) -> Sentences:
    return [f"What is known so far about case {rng.randrange(1_000)}: the latest", *sentences]


def edited(sentences: Sentences, rng: random.Random) -> Sentences:
    """Every fiftieth word is another one."""
    return [" ".join("changed" if rng.random() < 0.02 else word for word in text.split()) for text in sentences]


def everything(sentences: Sentences, rng: random.Random) -> Sentences:
    return headline(edited(reordered(cut(sentences, rng), rng), rng), rng)


COPIES = {"cut": cut, "reordered": reordered, "headline": headline, "edited": edited, "all together": everything}


def is_found(a: duplicates.Outline, b: duplicates.Outline) -> bool:
    shares_band = bool(set(duplicates.bands(a)) & set(duplicates.bands(b)))
    return shares_band and duplicates.is_near_duplicate(a, b)


def copied_in_part(a: Sentences, b: Sentences) -> bool:
    return bool(_long(a) & _long(b))


def _long(sentences: Sentences) -> set[str]:
    tidy = [" ".join(re.findall(r"\w+", text.lower())) for text in sentences]
    return {text for text in tidy if text.count(" ") >= LONG_SENTENCE - 1}


def recall(found: list[dict[str, Any]], seed: int = 1) -> dict[str, tuple[int, int]]:
    """For each kind of copy: (found, all). Texts too short to be compared are left out and counted by `main`."""
    rng = random.Random(seed)
    result = {}
    for name, change in COPIES.items():
        hits = total = 0
        for article in found:
            original = duplicates.outline("\n".join(article["sentences"]))
            copy = duplicates.outline("\n".join(change(article["sentences"], rng)))
            if min(len(original.shingles), len(copy.shingles)) < duplicates.FEWEST:
                continue
            total += 1
            hits += is_found(original, copy)
        result[name] = (hits, total)
    return result


def false_alarms(found: list[dict[str, Any]]) -> dict[str, int]:
    topics: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for article in found:
        topics[article["topic"]].append(article)
    outlines = {article["id"]: duplicates.outline("\n".join(article["sentences"])) for article in found}
    counts = dict.fromkeys(("different", "different_found", "copied_in_part", "copied_in_part_found"), 0)
    for members in topics.values():
        for a, b in combinations(members, 2):
            name = "copied_in_part" if copied_in_part(a["sentences"], b["sentences"]) else "different"
            counts[name] += 1
            counts[f"{name}_found"] += is_found(outlines[a["id"]], outlines[b["id"]])
    return counts


def main() -> None:
    on, found = machine(), articles()
    by_kind, counts = recall(found), false_alarms(found)
    hits, total = (sum(pair[n] for pair in by_kind.values()) for n in (0, 1))
    precision = hits / (hits + counts["different_found"])
    table = rows(
        ["pairs", "all", "called near-duplicates", "share"],
        *([f"copies: {name}", all_, hit, hit / all_] for name, (hit, all_) in by_kind.items()),
        ["copies, all kinds (recall)", total, hits, hits / total],
        ["different articles of one topic", counts["different"], counts["different_found"],
         counts["different_found"] / counts["different"]],
        ["articles that copy a sentence", counts["copied_in_part"], counts["copied_in_part_found"],
         counts["copied_in_part_found"] / counts["copied_in_part"]],
        ["precision, copies against different", "", "", precision],
    )  # fmt: skip
    figures = {"recall": hits / total, "precision": precision, "copies": by_kind, **counts}
    save("duplicates", COMMAND, on, figures, table)


if __name__ == "__main__":
    main()
