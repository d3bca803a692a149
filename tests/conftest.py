"""What all tests share: no network beyond this machine, a small embedder, libraries."""

from __future__ import annotations

import hashlib
import ipaddress
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embedder import SentenceTransformerEmbedder, Vectors
from index.library import Library

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook sees every connection of the process, whichever library makes it."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if not _is_this_machine(host):
        raise RuntimeError(f"a test tried to reach {host!r}: tests use this machine only")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host in {"localhost", "0.0.0.0", ""}


sys.addaudithook(_refuse_network)


class WordEmbedder:
    """A small real embedder: each word (its first five letters) has a fixed direction, a text is their sum."""

    def __init__(self, name: str = "words", dimension: int = 64) -> None:
        self.name = name
        self.fingerprint = f"{name}:{dimension}"
        self.dimension = dimension
        self.embedded = 0  # texts so far

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        rows = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)

    def _vector(self, text: str) -> Any:
        total = np.full(self.dimension, 1e-3)
        for word in text.casefold().split():
            seed = int.from_bytes(hashlib.sha256(word.strip(".,?!:;“”\"'")[:5].encode("utf-8", "replace")).digest()[:4])
            total += np.random.default_rng(seed).normal(size=self.dimension)
        return total


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def library(home: Path, embedder: WordEmbedder) -> Iterator[Library]:
    with Library.open(home, embedder=embedder) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small articles on different days, from two outlets."""
    made = tmp_path / "articles"
    made.mkdir()
    write_article(
        made / "bridge.md", "The river bridge opened on Monday after two years of work.", "2024-05-01", "Gazette"
    )
    write_article(
        made / "harbour.md", "Fishermen in the harbour went on strike over fuel prices.", "2024-05-02", "Courier"
    )
    write_article(made / "museum.md", "The museum bought a painting of the old harbour.", "2024-06-10", "Gazette")
    return made


def write_article(path: Path, text: str, date: str = "", source: str = "", title: str = "") -> Path:
    head = [f"title: {title or path.stem.title()}"]
    head += [f"date: {date}"] if date else []
    head += [f"source: {source}"] if source else []
    path.write_text("---\n" + "\n".join(head) + f"\n---\n\n{text}\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def packaged() -> SentenceTransformerEmbedder:
    """The embedder that people have by default, loaded once for all tests."""
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory, packaged: SentenceTransformerEmbedder) -> Iterator[Library]:
    """The sample articles under the default embedder. Read only: tests that change a library make their own."""
    with Library.open(tmp_path_factory.mktemp("seeds") / "home", embedder=packaged) as opened:
        report = opened.ingest([SEEDS])
        assert len(report.added) == 43, report
        yield opened
