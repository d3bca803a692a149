"""Asking: from a question to a cited answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import assistant
from assistant import REFUSAL, Assistant
from assistant.extract import Evidence, Judgement
from index.errors import InputError
from index.library import Library
from index.search import Hit, HybridRetriever

QUESTION = "why did the August talks stall?"


class FirstSentence:
    """A small real judge: the first passage of every hit answers, as surely as it is told."""

    def __init__(self, confidence: float = 0.9, sentences: int = 1) -> None:
        self.confidence = confidence
        self.sentences = sentences

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        evidence = [
            Evidence(hit.article, hit.passage.start, hit.passage.start + len(hit.text.rstrip()), hit.score)
            for hit in hits[: self.sentences]
        ]
        return Judgement(tuple(evidence), self.confidence)


@pytest.fixture
def small(library: Library, folder: Path) -> Assistant:
    library.ingest([folder])
    return Assistant(library, judge=FirstSentence())


def test_the_seed_question_is_answered_with_its_sentence(seeds: Library) -> None:
    answer = assistant.answer(QUESTION, library=seeds)
    assert not answer.refused
    assert "unexpected breakthrough of the Defense Forces of Ukraine into the Kursk region" in answer.text
    assert answer.citations[0].date == dt.date(2024, 10, 30)
    for citation in (*answer.citations, *answer.related):
        assert seeds.get(citation.article_id).text[citation.start : citation.end] == citation.quotation


def test_something_else_is_refused_with_the_nearest_passages(seeds: Library) -> None:
    answer = assistant.answer("Which team won the 1998 ice hockey championship in Prague?", library=seeds)
    assert answer.refused
    assert answer.text == REFUSAL
    assert answer.citations == ()
    assert answer.related


def test_every_sentence_carries_its_number(library: Library, folder: Path) -> None:
    library.ingest([folder])
    answer = Assistant(library, judge=FirstSentence(sentences=2)).answer("harbour")
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.text == " ".join(f"{c.quotation} [{c.number}]" for c in answer.citations)


def test_what_was_searched_is_said(small: Assistant) -> None:
    answer = small.answer("harbour", since="2024-05-02", sources=["Gazette"])
    assert (answer.filters.articles, answer.filters.since) == (1, dt.date(2024, 5, 2))
    assert [citation.title for citation in answer.citations] == ["Museum"]
    assert answer.took > 0


def test_a_filter_that_leaves_nothing_refuses(small: Assistant) -> None:
    answer = small.answer("harbour", since="2031-01-01")
    assert answer.refused
    assert answer.related == ()


def test_an_empty_library_says_what_to_do(library: Library) -> None:
    answer = Assistant(library).answer("anything at all")
    assert answer.refused
    assert "briefing ingest" in answer.notes[0]


def test_low_confidence_refuses(library: Library, folder: Path) -> None:
    library.ingest([folder])
    answer = Assistant(library, judge=FirstSentence(confidence=0.2)).answer("harbour")
    assert (answer.refused, answer.confidence) == (True, 0.2)


@pytest.mark.parametrize("question", ["", "   ", "?!…", "\n\t\x00", "。、", "x" * 100_000])
def test_an_unusable_question_is_refused_plainly(small: Assistant, question: str) -> None:
    with pytest.raises(InputError, match="question"):
        small.answer(question)


@pytest.mark.parametrize("question", ["harbour \ud800?", "har\x1bbour [1] {x} <b>", "AND OR NOT (harbour", 'title:"'])
def test_odd_questions_are_still_questions(small: Assistant, question: str) -> None:
    assert small.answer(question).citations


def test_streaming_ends_with_the_whole_answer(library: Library, folder: Path) -> None:
    library.ingest([folder])
    helper = Assistant(library, judge=FirstSentence(sentences=3))
    parts = list(helper.stream("harbour"))
    whole = helper.answer("harbour")
    assert [len(part.citations) for part in parts] == [1, 2, 3]
    assert parts[-1].text == whole.text
    assert all(whole.text.startswith(part.text) for part in parts)


def test_asynchronous_answers(small: Assistant, seeds: Library) -> None:
    assert asyncio.run(small.aanswer("harbour")).citations
    assert asyncio.run(assistant.aanswer(QUESTION, library=seeds)).text.endswith("[1]")


def test_the_same_answer_from_many_threads(small: Assistant) -> None:
    expected = {q: small.answer(q).text for q in ("harbour strike", "museum painting", "river bridge")}
    wrong: list[str] = []

    def ask(question: str) -> None:
        wrong.extend(question for _ in range(5) if small.answer(question).text != expected[question])

    threads = [threading.Thread(target=ask, args=(question,)) for question in list(expected) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_default_library_is_the_one_of_the_settings(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIEFING_HOME", str(home))
    Library.open().ingest([folder])
    answer = assistant.answer("Who went on strike over fuel prices?")
    assert answer.filters.articles == 3
    assert (home / "archive.sqlite3").is_file()


def test_the_retriever_gives_langchain_documents_with_their_place(library: Library, folder: Path) -> None:
    library.ingest([folder])
    documents = HybridRetriever(library=library, limit=2).invoke("fishermen strike")
    best = documents[0]
    article = library.get(best.metadata["article_id"])
    assert article.text[best.metadata["start"] : best.metadata["end"]] == best.page_content
    assert best.metadata["date"] == "2024-05-02"
    assert len(documents) == 2


def test_an_assistant_searches_and_retrieves_in_the_readers_order(seeds: Library) -> None:
    question = "Why did the energy talks between Kyiv and Moscow stall?"
    reading = Assistant(seeds)
    hits = reading.search(question, limit=3, since="2024-01-01")
    assert len(hits) == 3
    assert "Kursk" in hits[0].text
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    documents = reading.retriever(limit=3).invoke(question)
    assert documents[0].page_content == reading.search(question, limit=1)[0].text
    plain = Assistant(seeds, judge=FirstSentence()).search(question, limit=3)
    assert [hit.passage.id for hit in plain] == [hit.passage.id for hit in seeds.search(question, limit=3)]


def test_a_reranked_retriever_gives_the_hits_in_the_new_order(library: Library, folder: Path) -> None:
    library.ingest([folder])
    plain = HybridRetriever(library=library, limit=2).invoke("fishermen strike")
    turned = HybridRetriever(library=library, limit=2, rerank=lambda _, hits: list(hits)[::-1])
    documents = turned.invoke("fishermen strike")
    assert documents[0].id not in {document.id for document in plain}
    assert len(documents) == 2
