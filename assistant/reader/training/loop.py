"""One stage of training: losses, schedule, average of weights, checkpoints."""

from __future__ import annotations

import copy
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from assistant.reader.network import EMBEDDING, Network, Scores
from assistant.reader.training.batches import UNKNOWN, Labelled, Row, labelled


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage is trained. Learning rates are peaks: linear warm-up, then a straight line down to `final`."""

    learning_rate: float
    head_learning_rate: float
    warmup: int  # steps
    final: float  # the last learning rate as a share of the peak
    average: float  # decay of the moving average of weights; 0 for none
    weights: dict[str, float]  # of the losses: span, sentence, answered, relevant, ranking, supported


def losses(scores: Scores, batch: Labelled) -> dict[str, Tensor]:
    """Cross-entropies of each head over the rows that carry its label."""
    return {
        "span": (_entropy(scores.span[..., 0], batch.start) + _entropy(scores.span[..., 1], batch.end)) / 2,
        "sentence": _entropy(scores.sentence, batch.sentence),
        "answered": _binary(scores.answered, batch.answered),
        "relevant": _binary(scores.relevance, batch.relevant),
        "ranking": _ranking(scores.relevance, batch),
        "supported": _binary(scores.supported, batch.supported),
    }


def train(
    network: Network, batches: list[list[Row]], stage: Stage, folder: Path, every: int, steps: int | None = None
) -> Network:
    """Train through these batches, going on from the checkpoint in `folder`; returns the averaged network.

    A checkpoint is written `every` so many steps. With `steps` it ends early, on the same schedule.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device).train()
    network.get_parameter(EMBEDDING).requires_grad_(False)
    optimizer = _optimizer(network, stage)
    average = copy.deepcopy(network)
    first = _resume(folder / "checkpoint.pt", network, average, optimizer)
    clock, tokens = time.monotonic(), 0
    told: dict[str, float] = {}
    last = min(len(batches), steps or len(batches))
    for step in range(first, last):
        _set_rate(optimizer, stage, step, len(batches))
        batch = labelled(batches[step])
        parts = _step(network, optimizer, batch, stage, device)
        _follow(average, network, min(stage.average, (1 + step) / (10 + step)))
        tokens += batch.tokens
        told = {k: 0.98 * told.get(k, v) + 0.02 * v for k, v in parts.items()}
        if (step + 1) % 10 == 0 or step + 1 == last:
            rate = tokens / (time.monotonic() - clock)
            shown = " ".join(f"{k} {v:.3f}" for k, v in told.items())
            print(f"{folder.name} {step + 1}/{last} {rate:.0f} tokens/s {shown}", file=sys.stderr, flush=True)  # noqa: T201
        if (step + 1) % every == 0 or step + 1 == last:
            _checkpoint(folder / "checkpoint.pt", step + 1, network, average, optimizer)
    return average


def _step(network: Network, optimizer: Any, batch: Labelled, stage: Stage, device: str) -> dict[str, float]:
    inputs = _moved(batch, device)
    with torch.autocast(device, dtype=torch.bfloat16):
        scores = network(inputs.batch)
    parts = losses(scores, inputs)
    total = torch.stack([parts[name] * stage.weights.get(name, 0.0) for name in parts]).sum()
    optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return {name: float(value.detach()) for name, value in parts.items()}


def _entropy(logits: Tensor, labels: Tensor) -> Tensor:
    if not bool((labels != UNKNOWN).any()):
        return logits.sum() * 0
    return fn.cross_entropy(logits, labels, ignore_index=UNKNOWN)


def _binary(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0
    return fn.binary_cross_entropy_with_logits(logits[known], labels[known].float())


def _ranking(relevance: Tensor, batch: Labelled) -> Tensor:
    """Listwise softmax inside each group: the logarithm of the share that its relevant texts get."""
    terms = []
    for number in range(int(batch.group.max()) + 1):
        here = (batch.group == number) & (batch.relevant != UNKNOWN)
        good = here & (batch.relevant == 1)
        if bool(good.any()) and int(here.sum()) > int(good.sum()):
            terms.append(relevance[here].logsumexp(0) - relevance[good].logsumexp(0))
    return torch.stack(terms).mean() if terms else relevance.sum() * 0


def _optimizer(network: Network, stage: Stage) -> torch.optim.AdamW:
    named = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in named if n.startswith("encoder.")], "peak": stage.learning_rate},
        {"params": [p for n, p in named if not n.startswith("encoder.")], "peak": stage.head_learning_rate},
    ]
    return torch.optim.AdamW(groups, lr=stage.learning_rate, weight_decay=0.01)


def _set_rate(optimizer: torch.optim.Optimizer, stage: Stage, step: int, steps: int) -> None:
    rise = min(1.0, (step + 1) / max(1, stage.warmup))
    fall = 1 - (1 - stage.final) * step / max(1, steps)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * min(rise, fall)


@torch.no_grad()
def _follow(average: Network, network: Network, decay: float) -> None:
    ours, theirs = [], []
    for (name, kept), (_, new) in zip(average.named_parameters(), network.named_parameters(), strict=True):
        if name != EMBEDDING:
            ours.append(kept.data)
            theirs.append(new.data)
    torch._foreach_lerp_(ours, theirs, 1 - decay)


def _moved(batch: Labelled, device: str) -> Labelled:
    if device == "cpu":
        return batch
    inner = type(batch.batch)(*(getattr(batch.batch, n).to(device) for n in batch.batch.__slots__))
    rest = [getattr(batch, n).to(device) for n in batch.__slots__ if n != "batch"]
    return Labelled(inner, *rest)


def _checkpoint(path: Path, step: int, network: Network, average: Network, optimizer: Any) -> None:
    state = {
        "step": step,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _resume(path: Path, network: Network, average: Network, optimizer: Any) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
