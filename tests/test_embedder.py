"""The default embedder: it gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedder import FEW, SentenceTransformerEmbedder, embed_by_length
from index.errors import ModelError
from index.minilm import MiniLM
from tests.conftest import ROOT

TEXTS = [
    "why did the August talks stall?",
    "Kyiv and Moscow have started preliminary negotiations. " * 30,
    "short",
    "Überraschung in Zürich, 東京 and العربية",
]


def test_the_packaged_model_needs_no_sentence_transformers() -> None:
    program = (
        "import sys; from index.embedder import SentenceTransformerEmbedder as E; "
        "print(E().embed(['a question'] * 99).shape, {'sentence_transformers', 'torch._dynamo'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "(99, 384) set()"


def test_the_packaged_model_gives_what_sentence_transformers_gives(packaged: SentenceTransformerEmbedder) -> None:
    folder = packaged._path
    assert folder is not None
    heavy = SentenceTransformerEmbedder(str(folder)).embed(TEXTS)
    for bfloat16 in (False, True):
        light = MiniLM(folder, bfloat16=bfloat16).embed(TEXTS)
        assert np.all(np.sum(light * heavy, axis=1) > 0.995)


def test_a_text_gets_its_vector_whatever_stands_beside_it(packaged: SentenceTransformerEmbedder) -> None:
    many = [f"text number {n} " * (1 + n % 9) for n in range(FEW + 1)]
    alone = np.vstack([packaged.embed([text]) for text in TEXTS])
    among = embed_by_length(packaged, many + TEXTS)[-len(TEXTS) :]
    assert np.all(np.sum(alone * among, axis=1) > 0.9999)


def test_vectors_have_unit_length_and_order_is_kept(packaged: SentenceTransformerEmbedder) -> None:
    vectors = packaged.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.argmax(vectors @ packaged.embed(["What made the negotiations in August fail?"])[0]) in {0, 1}
    assert packaged.embed([]).shape == (0, 384)


def test_progress_counts_every_text(packaged: SentenceTransformerEmbedder) -> None:
    steps: list[int] = []
    embed_by_length(packaged, ["one", "two", "three"] * 50, steps.append)
    assert sum(steps) == 150


def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="BRIEFING_EMBEDDER"):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["text"])


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_freed_memory_is_used_again_without_the_system() -> None:
    probe = """
import resource
import numpy as np
from index.memory import keep_freed_memory

assert keep_freed_memory()
np.ones(4_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(4_000_000)  # 32 MB, some 7,800 pages
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 10_000
