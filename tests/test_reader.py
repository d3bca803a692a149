"""The reader: tokens and characters, scores, threads, pruning, weights that are missing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.reader import judge
from assistant.reader.model import WAVES, Reader
from assistant.reader.nouns import Candidate, Reading
from assistant.reader.tokens import header, pairs
from index.errors import ModelError
from index.passages import sentences

TEXTS = (
    "The ferry sank on Tuesday. Twelve people were saved by fishermen. The captain said that a wave broke the door.",
    "The mayor opened a library. It holds 40,000 books.",
    "Rain fell. " * 40,
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The packaged reader."""
    return Reader.load()


def candidates() -> list[Candidate]:
    return [
        Candidate("A headline", dt.date(2020, 5, 4), text, 0, len(text), dense=0.5 - n / 10, lexical=2.0 - n)
        for n, text in enumerate(TEXTS)
    ]


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_tokens_point_into_the_text(text: str) -> None:
    [pair] = pairs(["what happened?"], [""], [text], [sentences(text)], longest=128)
    assert len(pair.ids) <= 128
    assert len(pair.types) == len(pair.ids)
    assert all(0 <= start <= end <= len(text) for start, end in pair.offsets)
    assert pair.sentence_of == sorted(pair.sentence_of)


def test_the_header_names_the_day_in_words() -> None:
    assert header("Talks stall.", dt.date(2024, 8, 3)) == "Talks stall. 3 August 2024"
    assert header("", None) == ""


def test_the_answer_is_found_where_it_stands(reader: Reader) -> None:
    text = TEXTS[0]
    [reading] = reader.read("Who saved the twelve people?", candidates()[:1])
    assert "fishermen" in text[reading.start : reading.end]
    best = max(reading.sentences, key=lambda s: s.evidence + s.span)
    assert text[best.start : best.end] == "Twelve people were saved by fishermen."


def test_what_holds_the_answer_is_more_relevant(reader: Reader) -> None:
    ferry, library, rain = reader.read("How many books does the new library hold?", candidates())
    assert library.relevance > max(ferry.relevance, rain.relevance)
    assert library.answered > max(ferry.answered, rain.answered)


def test_the_company_of_other_candidates_changes_little(reader: Reader) -> None:
    alone = reader.read("Who saved the twelve people?", candidates()[:1])[0]
    among = reader.read("Who saved the twelve people?", candidates())[0]
    assert (alone.start, alone.end) == (among.start, among.end)
    assert alone.relevance == pytest.approx(among.relevance, abs=0.5)


def test_only_the_most_promising_are_read(reader: Reader) -> None:
    readings = reader.read("Who saved the twelve people?", candidates(), most=2)
    assert [reading.read for reading in readings] == [True, True, False]
    assert reader.read("Who?", []) == []


def test_reading_stops_when_the_question_is_settled(reader: Reader) -> None:
    many = [replace(candidates()[n % 3], dense=1 - n / 100, lexical=0.0) for n in range(20)]
    asked: list[int] = []

    def enough(readings: Sequence[Reading]) -> bool:
        asked.append(len(readings))
        return len(readings) > WAVES[0]

    readings = reader.read("Who saved the twelve people?", many, enough=enough)
    assert asked == [WAVES[0], sum(WAVES[:2])]
    assert [reading.read for reading in readings] == [n < sum(WAVES[:2]) for n in range(20)]


def test_reading_ends_when_one_passage_is_sure_or_many_hold_nothing() -> None:
    def readings(*answered: float) -> list[Reading]:
        return [Reading(0.0, logit, 0, 0, 0.0) for logit in answered]

    assert judge.settled(readings(-8.0, judge.SETTLED))
    assert not judge.settled(readings(-8.0, -8.0))
    assert judge.settled(readings(*[-8.0] * judge.HOPELESS_AFTER))
    assert not judge.settled(readings(*[-8.0] * judge.HOPELESS_AFTER, judge.HOPELESS))


def test_many_threads_get_what_one_gets(reader: Reader) -> None:
    questions = ["Who saved the twelve people?", "How many books does the new library hold?"] * 4
    expected = {q: reader.read(q, candidates()) for q in set(questions)}
    results: dict[int, list[Reading]] = {}
    threads = [
        threading.Thread(target=lambda n=n, q=q: results.update({n: reader.read(q, candidates())}))
        for n, q in enumerate(questions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, question in enumerate(questions):
        for got, wanted in zip(results[n], expected[question], strict=True):
            assert got.answered == pytest.approx(wanted.answered, abs=0.5)


def test_weights_that_are_missing_or_no_weights_say_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        Reader.load(tmp_path / "none.safetensors")
    (tmp_path / "odd.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match=r"odd\.safetensors"):
        Reader.load(tmp_path / "odd.safetensors")


def test_a_reader_that_fails_tells_every_caller(reader: Reader) -> None:
    broken = Reader(reader._network, reader.metadata)
    broken._network = None  # type: ignore[assignment]
    with pytest.raises(ModelError, match="The reader failed"):
        broken.read("Who?", candidates())


def test_the_packaged_weights_are_small_and_know_their_layers(reader: Reader) -> None:
    from assistant.reader.model import WEIGHTS

    assert WEIGHTS.stat().st_size < 45_000_000
    assert set(reader.layers) >= {"passage", "sentence", "answered", "threshold", "supported"}
    assert 0 < reader.layers["threshold"] < 1
