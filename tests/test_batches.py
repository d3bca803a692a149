"""An ingest embeds a batch while it reads and stores others, and loses nothing by that."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import index.ingesting
from index.article import Article
from index.embedder import Vectors
from index.errors import ModelError
from index.library import Library
from tests.conftest import WordEmbedder


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.ingesting, "BATCH_PASSAGES", 4)


def story(number: int, text: str = "") -> Article:
    return Article(
        key=f"test:{number}", title=f"Story {number}", text=text or f"Story {number} is about topic{number}."
    )


class Patient(WordEmbedder):
    """Embeds its first batch only after somebody has read on."""

    def __init__(self) -> None:
        super().__init__()
        self.read_on = threading.Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        assert self.read_on.wait(30), "the articles behind the batch are not read before it is embedded"
        return super().embed(texts)


class Failing(WordEmbedder):
    """Its model breaks when it meets a certain story."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any("topic9" in text for text in texts):
            raise ModelError("The model broke.")
        return super().embed(texts)


def test_reading_goes_on_while_a_batch_is_embedded(home: Path) -> None:
    embedder = Patient()

    def articles() -> Iterator[Article]:
        yield from map(story, range(5))
        embedder.read_on.set()
        yield from map(story, range(5, 11))

    with Library.open(home, embedder=embedder) as library:
        report = library.add(articles())
        assert len(report.added) == library.count() == report.passages == 11
        assert library.search("topic7")[0].article.title == "Story 7"
        assert library.verify().ok


def test_an_article_that_comes_again_while_it_is_embedded_is_an_update(library: Library) -> None:
    changed = [story(n, f"Story {n} was written again about other{n}.") for n in (1, 6)]
    report = library.add([*map(story, range(4)), changed[0], *map(story, range(4, 7)), changed[1]])
    assert (len(report.added), len(report.updated)) == (7, 2)
    assert {library.get(article.id).text for article in changed} == {article.text for article in changed}
    assert [len(library.versions(story(n).id)) for n in (1, 2, 6)] == [1, 0, 1]
    assert library.verify().ok


def test_a_model_that_breaks_is_told_and_the_batches_before_it_stay(home: Path) -> None:
    with Library.open(home, embedder=Failing()) as library:
        with pytest.raises(ModelError, match="broke"):
            library.add(map(story, range(12)))
        assert library.count() == 8
        assert library.search("topic3")[0].article.title == "Story 3"
        report = library.add(story(n) for n in range(12) if n != 9)
        assert (len(report.unchanged), len(report.added)) == (8, 3)
    assert not any(thread.name.startswith("briefing-embed") for thread in threading.enumerate())


def test_many_articles_keep_their_own_vectors(library: Library) -> None:
    library.add(story(n, f"Story {n} is about topic{n} " + "and more " * (n % 7) + ".") for n in range(40))
    for n in (0, 3, 17, 39):
        assert library.search(f"Story {n}. Story {n} is about topic{n}")[0].article.title == f"Story {n}"
