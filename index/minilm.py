"""The packaged all-MiniLM-L6-v2 as a plain torch module, for the few texts of a question.

Importing sentence-transformers costs 3 to 4 seconds of processor time, torch alone 1 (docs/decisions.md, "Cold
start"). Someone who asks one question on the command line should not wait for the difference. The weights and the
results are the same: a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class MiniLM:
    """Mean-pooled BERT encoder over the files of the packaged sentence-transformers folder. Not thread-safe."""

    dimension = 384

    def __init__(self, folder: Path, *, bfloat16: bool) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        from index.encoder import Encoder

        with torch.device("meta"):  # no time is spent on random weights
            encoder = Encoder()
        weights = load_file(str(folder / "model.safetensors"))
        encoder.load_state_dict({name: weights[name] for name in encoder.state_dict()}, assign=True)
        self._encoder: Any = encoder.to(torch.bfloat16 if bfloat16 else torch.float32).eval()
        self._torch: Any = torch
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(limits["max_seq_length"])
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32, shape (len(texts), dimension); rows of unit length up to the precision of the weights."""
        torch = self._torch
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = torch.tensor([encoding.ids for encoding in encodings])
        mask = torch.tensor([encoding.attention_mask for encoding in encodings], dtype=torch.bool)
        with torch.inference_mode():
            states = self._encoder(ids, torch.zeros_like(ids), mask)
            kept = mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * kept).sum(1) / kept.sum(1)
            unit = torch.nn.functional.normalize(pooled.float(), dim=1)
        return np.asarray(unit.numpy(), dtype=np.float32)
