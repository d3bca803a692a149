"""The packaged all-MiniLM-L6-v2 as a plain torch module.

Importing sentence-transformers costs 3 to 4 seconds of processor time, torch alone 1 (docs/decisions.md, "Cold
start"). Someone who asks one question on the command line should not wait for the difference. And texts that are not
padded are embedded a quarter faster. The weights and the results are the same: a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.memory import keep_freed_memory

BATCH = 16  # texts that go through the layers together; 8, 16, 32 and 64 are equally fast


class MiniLM:
    """Mean-pooled BERT encoder over the files of the packaged sentence-transformers folder. Thread-safe."""

    dimension = 384

    def __init__(self, folder: Path, *, bfloat16: bool) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        from index.encoder import Encoder

        keep_freed_memory()
        with torch.device("meta"):  # no time is spent on random weights
            encoder = Encoder()
        weights = load_file(str(folder / "model.safetensors"))
        encoder.load_state_dict({name: weights[name] for name in encoder.state_dict()}, assign=True)
        self._encoder: Any = encoder.to(torch.bfloat16 if bfloat16 else torch.float32).eval()
        self._torch: Any = torch
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(limits["max_seq_length"])
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32, shape (len(texts), dimension); rows of unit length up to the precision of the weights."""
        rows = [row for left in range(0, len(texts), BATCH) for row in self._pooled(texts[left : left + BATCH])]
        unit = self._torch.nn.functional.normalize(self._torch.stack(rows), dim=1)
        return np.asarray(unit.numpy(), dtype=np.float32)

    def _pooled(self, texts: Sequence[str]) -> list[Any]:
        """The mean of each text's token vectors, in float32."""
        torch = self._torch
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        ids = torch.tensor([token for one in encoded for token in one])
        lengths = [len(one) for one in encoded]
        with torch.inference_mode():
            states = self._encoder.packed(ids, torch.zeros_like(ids), lengths)
            return [part.float().mean(0) for part in states.split(lengths)]
