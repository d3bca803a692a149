"""Examples as batches of about equal length: tensors in, labels beside them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from assistant.reader.network import Batch, collate
from assistant.reader.tokens import Pair, header, pairs
from assistant.reader.training.example import Example
from index.passages import sentences

UNKNOWN = -100  # the label that no loss is taken for


@dataclass(frozen=True, slots=True)
class Row:
    """A tokenised example: `span` in tokens of the pair, (0, 0) for "no span"; UNKNOWN where there is no label."""

    pair: Pair
    span: tuple[int, int]
    sentence: int  # its number + 1; 0 for "none"
    answered: int
    relevant: int
    supported: int
    group: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A batch and its labels. `group` numbers the rows of one question alike, -1 for rows of no group."""

    batch: Batch
    start: Tensor
    end: Tensor
    sentence: Tensor
    answered: Tensor
    relevant: Tensor
    supported: Tensor
    group: Tensor

    @property
    def tokens(self) -> int:
        return int(self.batch.mask.sum())


def rows(examples: Sequence[Example], longest: int, rng: random.Random) -> list[Row]:
    """Tokenise; an example whose answer falls outside the window is left out."""
    cuts = [sentences(e.text) for e in examples]
    dates = [dt.date.fromisoformat(e.date) if e.date else None for e in examples]
    headers = [header(e.title, date) for e, date in zip(examples, dates, strict=True)]
    tokenised = pairs([e.question for e in examples], headers, [e.text for e in examples], cuts, longest)
    made = (_row(e, pair, rng) for e, pair in zip(examples, tokenised, strict=True))
    return [row for row in made if row]


def batched(made: Sequence[Row], tokens: int, rng: random.Random) -> list[list[Row]]:
    """Batches of at most `tokens` padded tokens, groups whole, lengths alike, in random order."""
    units = _units(made)
    rng.shuffle(units)
    units.sort(key=lambda unit: max(len(r.pair.ids) for r in unit) // 8)
    batches: list[list[Row]] = []
    held: list[Row] = []
    for unit in units:
        longest = max(len(r.pair.ids) for r in [*held, *unit])
        if held and longest * (len(held) + len(unit)) > tokens:
            batches.append(held)
            held = []
        held = held + unit
    batches.append(held)
    rng.shuffle(batches)
    return batches


def labelled(made: Sequence[Row]) -> Labelled:
    """One batch as tensors."""
    names = {name: n for n, name in enumerate(dict.fromkeys(r.group for r in made if r.group))}
    return Labelled(
        collate([r.pair for r in made]),
        torch.tensor([r.span[0] for r in made]),
        torch.tensor([r.span[1] for r in made]),
        torch.tensor([r.sentence for r in made]),
        torch.tensor([r.answered for r in made]),
        torch.tensor([r.relevant for r in made]),
        torch.tensor([r.supported for r in made]),
        torch.tensor([names.get(r.group, -1) for r in made]),
    )


def _units(made: Sequence[Row]) -> list[list[Row]]:
    """Single rows, and the rows of one group together."""
    alone = [[row] for row in made if not row.group]
    grouped = sorted((row for row in made if row.group), key=lambda row: row.group)
    return alone + [list(rows) for _, rows in groupby(grouped, key=lambda row: row.group)]


def _row(example: Example, pair: Pair, rng: random.Random) -> Row | None:
    answered = UNKNOWN if example.answered is None else example.answered
    relevant = UNKNOWN if example.relevant is None else example.relevant
    supported = UNKNOWN if example.supported is None else example.supported
    if not example.spans:
        span, sentence = ((0, 0), 0) if answered == 0 else ((UNKNOWN, UNKNOWN), UNKNOWN)
        return Row(pair, span, sentence, answered, relevant, supported, example.group)
    found = _tokens_of(pair, *rng.choice(example.spans))
    if found is None:
        return None
    span = (pair.text_at + found[0], pair.text_at + found[1]) if example.exact else (UNKNOWN, UNKNOWN)
    return Row(pair, span, pair.sentence_of[found[0]] + 1, answered, relevant, supported, example.group)


def _tokens_of(pair: Pair, start: int, end: int) -> tuple[int, int] | None:
    inside = [n for n, (left, right) in enumerate(pair.offsets) if left < end and right > start]
    if not inside or pair.offsets[inside[-1]][1] < end:
        return None
    return inside[0], inside[-1]


def epochs(examples: Sequence[Example], longest: int, tokens: int, count: int, seed: int) -> Iterator[list[Row]]:
    """The batches of all epochs in order; the same for the same seed."""
    for epoch in range(count):
        rng = random.Random(seed * 1000 + epoch)  # noqa: S311 - for training, not for secrets
        yield from batched(rows(examples, longest, rng), tokens, rng)
