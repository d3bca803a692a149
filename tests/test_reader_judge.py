"""From readings to sentences, notes and a probability, with a small reader that knows what it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from assistant.extract import extractive_answer
from assistant.judging import ReaderJudge
from assistant.reader import judge
from assistant.reader.nouns import UNREAD, Candidate, Reading, Sentence
from assistant.reader.select import asks_when, sentences_of, yes_or_no
from index.article import Article, Passage
from index.passages import sentences
from index.search import Hit

LAYERS = {
    "passage": {"relevance": 1.0, "dense": 0.1},
    "sentence": {"passage": 1.0, "evidence": 1.0, "span": 0.5, "several": 2.0, "further": 0.0},
    "answered": {"best_answered": 1.0, "words": 1.0, "bias": -1.0},
    "threshold": 0.5,
}


class WordReader:
    """Reads by shared words: the sentence with most of the question's words holds the answer."""

    layers: dict[str, Any] = LAYERS

    def read(
        self, question: str, candidates: Sequence[Candidate], most: int = 24, enough: object = None
    ) -> list[Reading]:
        wanted = judge.words(question)
        return [self._read(wanted, candidate) for candidate in candidates]

    def _read(self, wanted: set[str], candidate: Candidate) -> Reading:
        cuts = sentences(candidate.text)
        shares = [judge.share(wanted, candidate.text[s:e]) for s, e in cuts]
        start, end = cuts[shares.index(max(shares))]
        marked = tuple(Sentence(s, e, 8 * x - 4, 8 * x - 4) for (s, e), x in zip(cuts, shares, strict=True))
        return Reading(8 * max(shares) - 4, 8 * max(shares) - 4, start, end, 8 * max(shares) - 4, marked)


def hit(text: str, day: dt.date | None = dt.date(2015, 5, 18), name: str = "a") -> Hit:
    article = Article(name, text, "Rescue off Aceh", day)
    return Hit(article, Passage(article.id, 0, 0, len(text)), 0.5, 0.5, 1.0, 0, len(text))


def ask(question: str, *hits: Hit) -> str:
    return extractive_answer(question, hits, ReaderJudge(WordReader())).text  # type: ignore[arg-type]


def test_the_sentence_is_quoted_and_the_span_marked_at_its_place() -> None:
    found = hit("Nothing happened at first. Fishermen rescued eight migrants. Then it rained.")
    answer = extractive_answer("Who rescued the migrants?", [found], ReaderJudge(WordReader()))  # type: ignore[arg-type]
    [citation] = answer.citations
    assert citation.quotation == "Fishermen rescued eight migrants."
    assert found.article.text[citation.start : citation.end] == citation.quotation
    assert citation.answer_span is not None
    assert citation.start <= citation.answer_span.start < citation.answer_span.end <= citation.end


def test_a_relative_date_is_resolved_beside_the_quotation_of_a_when_question() -> None:
    found = hit("The migrants were rescued yesterday. Others waited.")
    assert ask("When were the migrants rescued?", found).endswith("(2015-05-17)")
    assert "2015" not in ask("Who was rescued?", found)


def test_a_date_that_says_itself_is_not_repeated() -> None:
    assert ask("When were migrants rescued?", hit("The migrants were rescued on 3 May 2015.")).count("2015") == 1


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Did the council approve the bridge?", "The council approved the bridge on Monday.", "yes"),
        ("Did the council approve the bridge?", "The council did not approve the bridge.", "no"),
        ("Did the council approve the bridge?", "The council may approve the bridge in May.", ""),
        ("Did the council approve the bridge?", "The bridge is old.", ""),
        ("Was it the council or the mayor?", "It was the council and the mayor.", ""),
        ("Who approved the bridge?", "The council approved the bridge.", ""),
    ],
)
def test_yes_and_no_only_when_plain(question: str, sentence: str, expected: str) -> None:
    assert yes_or_no(question, sentence) == expected


def test_a_plain_no_stands_before_the_quotation() -> None:
    text = "The council did not approve the bridge."
    assert ask("Did the council approve the bridge?", hit(text)) == f"No: {text} [1]"


def test_several_sentences_only_when_several_things_are_asked() -> None:
    candidate = Candidate("", None, "Ann praised it. Ben praised it. Rain fell.", 0, 42, 0.5)
    marked = (Sentence(0, 15, 4.0, 4.0), Sentence(16, 31, 3.8, 3.8), Sentence(32, 42, -4.0, -4.0))
    reading = Reading(3.0, 3.0, 0, 3, 4.0, marked)
    one = sentences_of("Who praised it?", [candidate], [reading], [3.0], LAYERS["sentence"])  # type: ignore[arg-type]
    two = sentences_of("Who were for it?", [candidate], [reading], [3.0], LAYERS["sentence"])  # type: ignore[arg-type]
    assert [s.start for s in one] == [0]
    assert [s.start for s in two] == [0, 16]


def test_the_same_sentence_read_with_two_passages_is_shown_once() -> None:
    candidate = Candidate("", None, "Ann praised it.", 0, 15, 0.5)
    reading = Reading(3.0, 3.0, 0, 3, 4.0, (Sentence(0, 15, 4.0, 4.0),))
    pair = [candidate, candidate]
    chosen = sentences_of("Who are for it?", pair, [reading, reading], [3.0, 3.0], LAYERS["sentence"])  # type: ignore[arg-type]
    assert len(chosen) == 1


def test_hits_are_reordered_and_unread_ones_stay_behind() -> None:
    right, wrong = hit("Fishermen rescued eight migrants.", name="a"), hit("It rained in Oslo.", name="b")
    ranked = ReaderJudge(WordReader()).rerank("Who rescued migrants?", [wrong, right])  # type: ignore[arg-type]
    assert [h.article.key for h in ranked] == ["a", "b"]
    unread = Reading(UNREAD, UNREAD, 0, 0, UNREAD)
    scores = judge.passage_scores([Candidate("", None, "x", 0, 1, 0.9)] * 2, [unread, Reading(-9, -9, 0, 0, -9)],
                                  LAYERS["passage"])  # type: ignore[arg-type]  # fmt: skip
    assert scores[0] < scores[1]


def test_nothing_found_is_refused() -> None:
    assert ReaderJudge(WordReader()).judge("Who?", []).confidence == 0  # type: ignore[arg-type]
    answer = extractive_answer("Who won in Lima?", [hit("It rained.")], ReaderJudge(WordReader()))  # type: ignore[arg-type]
    assert answer.refused
    assert answer.related


def test_a_refusal_leaves_out_what_is_far_off_but_always_offers_the_nearest() -> None:
    near = hit("It rained in Lima.", name="a")
    far = replace(hit("It rained in Oslo.", name="b"), dense=0.1)
    for found in ([near, far], [far, replace(near, dense=0.2)]):
        answer = extractive_answer("Who won?", found, ReaderJudge(WordReader()))  # type: ignore[arg-type]
        assert answer.refused
        assert [citation.quotation for citation in answer.related] == ["It rained in Lima."]


def test_the_length_of_a_question_says_nothing() -> None:
    candidate = Candidate("Rescue", dt.date(2015, 5, 18), "Fishermen rescued eight migrants.", 0, 33, 0.5)
    reading = Reading(2.0, 2.0, 0, 9, 3.0, (Sentence(0, 33, 2.0, 2.0),))
    short = judge.features("who rescued migrants", [candidate], [reading], [1.0])
    padded = judge.features("who was it that had rescued all of the migrants", [candidate], [reading], [1.0])
    assert short == padded


def test_when_is_recognised() -> None:
    assert asks_when("On which day did it start?")
    assert not asks_when("Who started it?")
