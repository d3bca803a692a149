"""`briefing eval`: figures that are right on cases small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.evaluate import Outcome, Question, auc, evaluate, f1, holds, read_questions, summary
from assistant.extract import Evidence, Judgement
from index.errors import InputError
from index.passages import sentences
from index.search import Hit
from tests.test_cli import briefing, seeded  # noqa: F401 - a fixture


def outcome(answerable: bool, confidence: float, rank: int = 1, quoted: bool = True) -> Outcome:
    return Outcome("1", "Who?", answerable, rank, quoted, 1.0, confidence, confidence < 0.5, 0.1, "Ann.")


def test_the_figures_of_four_questions() -> None:
    result = summary([outcome(True, 0.9), outcome(True, 0.4, rank=3), outcome(False, 0.6), outcome(False, 0.1)])
    assert result.hits_at_1 == 0.5
    assert result.hits_at_5 == 1.0
    assert result.auc == 0.75
    assert result.balanced_accuracy == 0.5
    assert result.calibration_error == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)
    assert [o.failure for o in result.outcomes] == ["", "refused", "answered", ""]
    assert sum(b.count for b in result.reliability) == 4


def test_figures_without_questions_to_stand_on_are_none() -> None:
    result = summary([outcome(True, 0.9)])
    assert result.auc is None
    assert result.balanced_accuracy is None
    assert result.calibration_error is None


def test_overlap_of_words() -> None:
    assert f1("the Saudi Interior Ministry", ["Saudi interior ministry"]) == 1.0
    assert f1("over 60,000 guards", ["60,000"]) == pytest.approx(0.5)
    assert f1("nothing", ["something"]) == 0.0
    assert auc([0.5], [0.5]) == 0.5
    assert holds("It rained. Ann won the cup in May. Then it snowed.", ["Ann won the cup in May."])
    assert not holds("It rained.", ["Ann won the cup in May."])


def test_a_file_of_questions_is_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "Who won?", "answers": ["Ann"]}\n\n{"question": "Who lost?"}\n')
    assert [q.answerable for q in read_questions(path)] == [True, False]
    path.write_text('{"question": "Who won?"}\n{"answers": []}\n')
    with pytest.raises(InputError, match="Line 2"):
        read_questions(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
    path.write_text("\n")
    with pytest.raises(InputError, match="no questions"):
        read_questions(path)


class LastSentence:
    """A small real judge: the last sentence of the first hit answers, with a certainty that its number gives."""

    def judge(self, question: str, hits: list[Hit]) -> Judgement:
        article = hits[0].article
        start, end = sentences(article.text)[-1]
        return Judgement((Evidence(article, start, end, 1.0),), 0.8, order=tuple(range(len(hits))))


class OneArticle:
    """As much of an Assistant as an evaluation needs."""

    judge = LastSentence()

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = hits
        self.library = self

    def search(self, question: str, limit: int) -> list[Hit]:
        return self.hits[:limit]

    def warm(self) -> None:
        """Nothing to load."""


def test_a_question_is_followed_from_the_search_to_the_sentence() -> None:
    from tests.test_reader_judge import hit

    hits = [hit("It rained. Ann won the cup."), hit("Ben lost.", name="b")]
    questions = [Question("1", "Who won?", "", ("Ann",), ("Ann won the cup.",)), Question("2", "Who sold it?")]
    result = evaluate(questions, OneArticle(hits))  # type: ignore[arg-type]
    first, second = result.outcomes
    assert (first.rank, first.quoted, first.shown) == (1, True, "Ann won the cup.")
    assert first.f1 == pytest.approx(0.5)
    assert second.failure == "answered"


def test_the_command_prints_figures_and_failures(seeded: Path, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "questions.jsonl"
    rows = [
        {"question": "why did the August talks stall?", "article": "000_6577022047d15943.txt",
         "evidence": ["this did not happen due to the unexpected breakthrough"], "answers": ["breakthrough"]},
        {"question": "Who won the chess championship of Peru?"},
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(row) for row in rows))
    done = briefing("eval", str(path), home=seeded)
    assert done.returncode == 0, done.stderr
    assert "2 questions, 1 answerable" in done.stdout
    as_json = json.loads(briefing("eval", str(path), "--json", home=seeded).stdout)
    assert as_json["hits_at_5"] == 1.0
    assert briefing("eval", str(tmp_path / "none.jsonl"), home=seeded).returncode == 2
