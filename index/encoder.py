"""The encoder as plain torch modules: BERT (Devlin et al., 2019) in the size of MiniLM (Wang et al., 2020).

Importing transformers costs a second and more of a cold start. The parameters carry the same names as in the
packaged embedder's file, so that its weights load as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

VOCABULARY, POSITIONS, TYPES = 30_522, 512, 2
WIDTH, INNER, HEADS, LAYERS = 384, 1_536, 12, 6
EPSILON = 1e-12
PLAIN_FROM = 90  # tokens; in bfloat16


class _Linear(nn.Linear):
    def reset_parameters(self) -> None:
        """Weights are always loaded; random ones cost time, and on the "meta" device the import of torch's compiler."""


class _Embedding(nn.Embedding):
    def reset_parameters(self) -> None:
        """As above."""


class Encoder(nn.Module):
    """Token ids to vectors. Its weights are not set: load them."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": _Embedding(VOCABULARY, WIDTH),
                "position_embeddings": _Embedding(POSITIONS, WIDTH),
                "token_type_embeddings": _Embedding(TYPES, WIDTH),
                "LayerNorm": nn.LayerNorm(WIDTH, EPSILON),
            }
        )
        self._layers = [Layer() for _ in range(LAYERS)]
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(self._layers)})

    def packed(self, ids: Tensor, types: Tensor, lengths: Sequence[int]) -> Tensor:
        """Texts of these lengths one behind the other, none padded: (tokens,) to (tokens, WIDTH). For inference.

        Measured on a CPU, a quarter faster than a padded batch: attention with a mask has a slower kernel. And beside
        rounding, what a text gives does not depend on the others.
        """
        positions = torch.cat([torch.arange(length) for length in lengths])
        states = self._embedded(ids, types, positions)
        for layer in self._layers:
            states = layer.packed(states, lengths)
        return states

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """(pairs, tokens, WIDTH); `mask` is True where there is a token. For training."""
        states = self._embedded(ids, types, torch.arange(ids.shape[1], device=ids.device))
        hidden = None
        if not bool(mask.all()):
            hidden = torch.zeros(mask.shape, dtype=states.dtype, device=ids.device)
            hidden = hidden.masked_fill(~mask, -1e4)[:, None, None, :]
        for layer in self._layers:
            states = layer(states, hidden)
        return states

    def _embedded(self, ids: Tensor, types: Tensor, positions: Tensor) -> Tensor:
        part = self.embeddings
        states = part["word_embeddings"](ids) + part["position_embeddings"](positions)
        return part["LayerNorm"](states + part["token_type_embeddings"](types))  # type: ignore[no-any-return]


class Layer(nn.Module):
    """Self-attention and two linear layers, each with a residual and a layer norm behind."""

    def __init__(self) -> None:
        super().__init__()
        parts = {name: _Linear(WIDTH, WIDTH) for name in ("query", "key", "value")}
        self.attention = nn.ModuleDict({"self": nn.ModuleDict(parts), "output": _output(WIDTH)})
        self.intermediate = nn.ModuleDict({"dense": _Linear(WIDTH, INNER)})
        self.output = _output(INNER)

    def forward(self, states: Tensor, hidden: Tensor | None) -> Tensor:
        return self._behind(states, self._attend(states, hidden))

    def packed(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        """The same for texts one behind the other, each of which sees itself alone."""
        return self._behind(states, self._attend_each(states, lengths))

    def _behind(self, states: Tensor, mixed: Tensor) -> Tensor:
        after = self.attention["output"]
        states = after["LayerNorm"](states + after["dense"](mixed))  # type: ignore[index]
        inner = fn.gelu(self.intermediate["dense"](states))
        return self.output["LayerNorm"](states + self.output["dense"](inner))  # type: ignore[no-any-return]

    def _attend_each(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        parts = self.attention["self"]
        query, key, value = (
            parts[name](states).view(len(states), HEADS, -1).transpose(0, 1).split(list(lengths), dim=1)  # type: ignore[index]
            for name in ("query", "key", "value")
        )
        mixed = (_mixed(q, k, v) for q, k, v in zip(query, key, value, strict=True))
        return torch.cat([one.transpose(0, 1).reshape(-1, WIDTH) for one in mixed])

    def _attend(self, states: Tensor, hidden: Tensor | None) -> Tensor:
        pairs, tokens, _ = states.shape
        parts = self.attention["self"]
        query, key, value = (
            parts[name](states).view(pairs, tokens, HEADS, -1).transpose(1, 2)  # type: ignore[index]
            for name in ("query", "key", "value")
        )
        if torch.is_grad_enabled():  # measured on a CPU: the fused kernel's backward pass is four times slower
            shares = query @ key.transpose(2, 3) / math.sqrt(WIDTH / HEADS)
            shares = shares if hidden is None else shares + hidden
            mixed = fn.softmax(shares, dim=-1, dtype=torch.float32).to(query.dtype) @ value
        else:
            mixed = fn.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
        return mixed.transpose(1, 2).reshape(pairs, tokens, WIDTH)  # type: ignore[no-any-return]


def _mixed(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Attention of one text, (HEADS, tokens, width of a head) to the same.

    Measured on a CPU in bfloat16: from about 90 tokens plain products are a third faster than the fused kernel. In
    float32 they are slower.
    """
    if query.shape[1] < PLAIN_FROM or query.dtype != torch.bfloat16:
        return fn.scaled_dot_product_attention(query[None], key[None], value[None])[0]
    scores = torch.bmm((query / math.sqrt(WIDTH / HEADS)).contiguous(), key.transpose(1, 2).contiguous())
    return torch.bmm(fn.softmax(scores, dim=-1), value.contiguous())


def _output(width: int) -> nn.ModuleDict:
    return nn.ModuleDict({"dense": _Linear(width, WIDTH), "LayerNorm": nn.LayerNorm(WIDTH, EPSILON)})
