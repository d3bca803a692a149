"""Training: unanswerable twins, crops, batches, losses that fall, runs that go on, layers that are found again."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from assistant.reader.train import main
from assistant.reader.training import fitting, squad, statements
from assistant.reader.training.corpus import Corpus
from assistant.reader.training.example import Example, read, write
from assistant.reader.training.news import written
from assistant.reader.training.unanswerable import swapped, without_answer
from index.article import Article

TEXT = (
    "The bridge in Lund was opened in 1998 by Queen Silvia. It cost 40 million crowns and took five years to build. "
    "The old ferry was sold to a museum in Ystad. Since then traffic has doubled, and the council plans a second lane. "
    "Boats pass below it at night, and fishermen complain of the noise."
)
WHEN = "When was the bridge in Lund opened?"


def example(question: str = WHEN, answer: str = "1998") -> Example:
    at = TEXT.index(answer)
    return Example(question, TEXT, "Bridges", "2020-01-02", ((at, at + len(answer)),), 1, 1, origin="test")


def test_a_swapped_question_asks_for_what_the_text_does_not_hold() -> None:
    made = [swapped(example("Who opened the bridge in Lund in 1998?", "Silvia"), ["Malmo"], random.Random(n))
            for n in range(20)]  # fmt: skip
    questions = {m.question for m in made if m}
    assert questions
    assert all("Malmo" in q or "1998" not in q or "Lund" not in q for q in questions)
    assert all(m.answered == 0 and not m.spans for m in made if m)


def test_a_text_without_its_answer_keeps_the_rest() -> None:
    made = without_answer(example())
    assert made is not None
    assert "1998" not in made.text
    assert "museum in Ystad" in made.text
    assert made.answered == 0


def test_a_text_of_one_sentence_has_no_such_twin() -> None:
    assert without_answer(Example("Who?", "Ann won the cup.", spans=((0, 3),))) is None


def test_a_cropped_text_keeps_its_answer(tmp_path: Path) -> None:
    long = " ".join(f"Sentence number {n} says nothing at all of any interest." for n in range(60))
    context = long + " The cup was won by Ann. " + long
    at = context.index("Ann")
    paragraph = {
        "context": context,
        "qas": [{"question": "Who won?", "answers": [{"text": "Ann", "answer_start": at}]}],
    }
    path = tmp_path / "squad.json.gz"
    with gzip.open(path, "wt") as file:
        json.dump({"data": [{"title": "Cups", "paragraphs": [paragraph]}]}, file)
    rows = [row for held in (False, True) for row in squad.examples(path, None, random.Random(1), held)]
    assert len(rows) == 1  # held out or not, never both
    [(start, end)] = rows[0].spans
    assert rows[0].text[start:end] == "Ann"
    assert len(rows[0].text.split()) < 150


def test_examples_survive_a_file(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl.gz"
    assert write([example()], path) == 1
    assert list(read(path)) == [example()]


def test_the_questions_written_by_hand_are_in_order() -> None:
    rows = written()
    assert len(rows) > 900
    assert sum(row.held_out for row in rows) > 200
    assert all(row.question and len(row.answer) < 200 for row in rows)


def test_the_statements_written_by_hand_are_in_order() -> None:
    rows = statements.claims()
    assert len(rows) > 1_000
    assert 0.3 < sum(row.supported for row in rows) / len(rows) < 0.5
    assert all(0 <= row.start < row.end for row in rows)
    assert not {row.url for row in rows if row.held_out} & {row.url for row in written(later=True) if not row.held_out}


def test_a_statement_is_compared_with_whole_sentences_around_its_place() -> None:
    at = TEXT.index("It cost")
    around = statements.around(TEXT, at, at + 20, least=1)
    assert around == "It cost 40 million crowns and took five years to build."
    assert statements.around(TEXT, at, at + 20, least=500) == TEXT


def test_corrupted_statements_differ_from_their_copies_in_a_detail() -> None:
    paragraph = " ".join([TEXT, "In Malmo, Anna Lind and the council of Trelleborg had not agreed by 2003."])
    corpus = Corpus([Article(f"http://x/{n}", f"{paragraph} It was number {n}.", "Bridges") for n in range(300)])
    made = list(statements.corrupted(corpus, 40, random.Random(2)))
    copies, wrong = made[::2], made[1::2]
    assert len(copies) == len(wrong) == 40
    assert all(c.supported == 1 and c.question in c.text for c in copies)
    assert all(w.supported == 0 and w.question not in w.text for w in wrong)


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A work folder with a stage whose data are prepared, and a configuration."""
    stage = tmp_path / "work" / "tiny"
    stage.mkdir(parents=True)
    rows = [example(), example("What did the bridge cost?", "40 million crowns"),
            Example("Who painted it?", TEXT, answered=0, origin="test")] * 4  # fmt: skip
    ranked = [
        Example(r.question, r.text, spans=r.spans, answered=r.answered, relevant=r.answered, group="g") for r in rows
    ]
    write([*rows, *ranked[:3]], stage / "examples.jsonl.gz")
    (tmp_path / "config.toml").write_text(
        """
        [model]
        seed = 3
        longest = 96
        [[stage]]
        name = "tiny"
        epochs = 3
        tokens = 600
        learning_rate = 2e-4
        head_learning_rate = 2e-3
        warmup = 1
        final = 0.5
        average = 0.5
        checkpoint = 2
        weights = { span = 1.0, sentence = 1.0, answered = 1.0, relevant = 1.0, ranking = 1.0 }
        data = []
        """
    )
    return tmp_path


def test_training_lowers_the_losses_and_writes_weights(prepared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = prepared / "work"
    assert main([str(prepared / "config.toml"), "--data", str(prepared), "--work", str(work)]) == 0
    import torch

    from assistant.reader import network as net
    from assistant.reader.training.batches import labelled, rows
    from assistant.reader.training.loop import losses

    trained, _ = net.load(work / "tiny" / "weights.safetensors")
    batch = labelled(rows(list(read(work / "tiny" / "examples.jsonl.gz")), 96, random.Random(1)))
    with torch.no_grad():
        before, after = losses(net.fresh()(batch.batch), batch), losses(trained(batch.batch), batch)
    assert float(after["span"]) < 0.7 * float(before["span"])
    assert float(after["sentence"]) < float(before["sentence"])
    assert "tokens/s" in capsys.readouterr().err


def test_an_interrupted_run_goes_on_where_it_was(prepared: Path) -> None:
    import torch

    work, config = prepared / "work", (prepared / "config.toml").read_text()
    stage = work / "tiny"
    run = [str(prepared / "config.toml"), "--data", str(prepared), "--work", str(work)]
    (prepared / "config.toml").write_text(config.replace("epochs = 3", "epochs = 3\n        steps = 2"))
    assert main(run) == 0
    (stage / "weights.safetensors").unlink()  # as if it had been stopped after the checkpoint
    (prepared / "config.toml").write_text(config)
    assert main(run) == 0
    went_on = torch.load(stage / "checkpoint.pt", weights_only=True)["network"]
    (stage / "checkpoint.pt").unlink()
    (stage / "weights.safetensors").unlink()
    assert main(run) == 0
    at_once = torch.load(stage / "checkpoint.pt", weights_only=True)["network"]
    assert all(torch.allclose(went_on[name], at_once[name], atol=1e-4) for name in at_once)


def test_missing_data_and_configuration_say_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.toml"), "--data", str(tmp_path)]) == 2
    assert "train.toml" in capsys.readouterr().err
    config = Path("assistant/reader/train.toml")
    assert main([str(config), "--data", str(tmp_path / "none"), "--work", str(tmp_path)]) == 2
    assert "README" in capsys.readouterr().err
    assert main([str(config), "--data", str(tmp_path), "--work", str(tmp_path / "work")]) == 2
    assert "squad2-dev-subset" in capsys.readouterr().err


def test_a_logistic_layer_is_found_again() -> None:
    rng = random.Random(5)
    rows = [{"signal": rng.gauss(0, 1), "noise": rng.gauss(0, 1)} for _ in range(800)]
    labels = [row["signal"] + 0.3 * rng.gauss(0, 1) > 0.2 for row in rows]
    layer = fitting.logistic(rows, labels)
    assert layer["signal"] > 10 * abs(layer["noise"])
    assert -layer["bias"] / layer["signal"] == pytest.approx(0.2, abs=0.1)
    rare = [row["signal"] + rng.gauss(0, 1) > 2 for row in rows]
    plain, balanced = (fitting.logistic(rows, rare, counts=counts) for counts in (None, fitting.alike(rare)))
    assert -balanced["bias"] / balanced["signal"] < -plain["bias"] / plain["signal"]
    assert fitting.best_threshold([0.1, 0.2, 0.8, 0.9], [False, False, True, True]) == pytest.approx(0.5, abs=0.2)


def test_a_ranking_layer_prefers_what_tells_right_from_wrong() -> None:
    rng = random.Random(6)
    groups = []
    for _ in range(100):
        right = [n == 0 for n in range(5)]
        groups.append(([{"good": rng.gauss(2.0 * r, 1), "noise": rng.gauss(0, 1)} for r in right], right))
    layer = fitting.softmax(groups)
    assert layer["good"] > 5 * layer["noise"] >= 0
