"""Cutting text: nothing is lost, offsets are right, sentences end where a reader says they end."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.passages import LONGEST_SENTENCE, passages, sentence_at, sentences

texts = st.text(alphabet=st.sampled_from("ab Z.!?…\n\"”)'é。1 "), max_size=400) | st.text(max_size=300)


@given(texts)
def test_passages_joined_are_the_text(text: str) -> None:
    pieces = passages(Article("k", text), target_words=10)
    assert "".join(text[p.start : p.end] for p in pieces) == text
    assert [p.ordinal for p in pieces] == list(range(len(pieces)))


@given(texts)
def test_sentences_are_in_order_trimmed_and_cover_every_visible_character(text: str) -> None:
    found = sentences(text)
    kept = "".join(text[start:end] for start, end in found)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() for start, end in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. A. B. Smith of Acme, Inc., met Gen. Lee.",
        "They still control about 600 square kilometers. km of territory... — the publication notes.",
        "He joined the U.S. Navy in 2003.",
        "Prices rose 3.5 percent to $1.20.",
        "It was built by the St. James's Co. Ltd. workers.",
        "Voters chose [George H. W.] Bush in 88.",
    ],
)
def test_no_sentence_ends_here(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four…", ["One.", "Two!", "Three?", "Four…"]),
        ("He left the U.S. The rest stayed.", ["He left the U.S.", "The rest stayed."]),
        ("“It is over.” He went home.", ["“It is over.”", "He went home."]),
        ("A headline\n\nThe text begins.", ["A headline", "The text begins."]),
        ("東京は晴れ。大阪は雨。", ["東京は晴れ。", "大阪は雨。"]),
        ("Élan vital. État de siège.", ["Élan vital.", "État de siège."]),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_passages_are_about_as_long_as_asked_and_end_at_sentences() -> None:
    text = " ".join(f"Sentence number {n} has exactly eight words here." for n in range(200))
    pieces = passages(Article("k", text), target_words=110)
    words = [len(text[p.start : p.end].split()) for p in pieces]
    assert all(90 <= count <= 130 for count in words)
    assert all(text[p.start : p.end].rstrip().endswith(".") for p in pieces)


@pytest.mark.parametrize("text", ["x" * 50_000, "word " * 20_000, "語" * 20_000])
def test_text_without_sentence_ends_is_cut_all_the_same(text: str) -> None:
    pieces = passages(Article("k", text))
    assert "".join(text[p.start : p.end] for p in pieces) == text
    assert max(p.end - p.start for p in pieces) <= 2 * LONGEST_SENTENCE


def test_the_sentence_at_a_position() -> None:
    text = "First one. Second one."
    assert text[slice(*sentence_at(text, 0))] == "First one."
    assert text[slice(*sentence_at(text, 12))] == "Second one."
