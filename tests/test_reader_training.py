"""Training: unanswerable twins, crops, batches, losses that fall, runs that go on, layers that are found again."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.reader.train import main
from assistant.reader.training import calibrate, declared, fitting, ranked, squad, statements
from assistant.reader.training.cases import Asked, Case
from assistant.reader.training.corpus import Corpus
from assistant.reader.training.example import Example, read, write
from assistant.reader.training.news import LATER, OTHERS, written
from assistant.reader.training.texts import other_texts
from assistant.reader.training.unanswerable import swapped, without_answer
from index.article import Article

TEXT = (
    "The bridge in Lund was opened in 1998 by Queen Silvia. It cost 40 million crowns and took five years to build. "
    "The old ferry was sold to a museum in Ystad. Since then traffic has doubled, and the council plans a second lane. "
    "Boats pass below it at night, and fishermen complain of the noise."
)
KINDS = {"ecbplus", "squadshifts-new_wiki", "squadshifts-reddit", "squadshifts-amazon_reviews"}
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
    assert not {row.url for row in rows if row.held_out} & {row.url for row in written(LATER) if not row.held_out}


def test_questions_and_statements_about_other_texts_are_in_order() -> None:
    asked, said = written(OTHERS), statements.claims(statements.OTHERS)
    assert len(asked) > 1_000
    assert all(row.url.split("/")[0] in KINDS and row.question for row in asked)
    assert 0.4 < sum(row.supported for row in said) / len(said) < 0.6
    held = {row.url for row in asked if row.held_out}
    assert held
    assert not held & {row.url for row in said if not row.held_out}


def test_other_texts_are_found_by_their_address(tmp_path: Path) -> None:
    for folder in ("stories", "reader"):
        (tmp_path / folder).mkdir()
    with gzip.open(tmp_path / "stories" / "ecbplus.jsonl.gz", "wt") as file:
        file.write(json.dumps({"id": "1_2ecb", "sentences": ["A trial began.", "It rained."]}) + "\n")
    pages = [{"title": "The_Andes", "paragraphs": [{"context": f"Paragraph {n}."} for n in range(6)]}]
    for name, kept in (("new_wiki", pages), ("reddit", pages)):
        with gzip.open(tmp_path / "reader" / f"squadshifts-{name}.json.gz", "wt") as file:
            json.dump({"data": kept}, file)
    addresses = {"ecbplus/1_2ecb", "squadshifts-new_wiki/The_Andes/1", "squadshifts-reddit/5", "https://x.org/"}
    found = {article.url: article for article in other_texts(tmp_path, addresses)}
    assert {address: article.text for address, article in found.items()} == {
        "ecbplus/1_2ecb": "A trial began. It rained.",
        "squadshifts-new_wiki/The_Andes/1": "Paragraph 1.\n\nParagraph 2.\n\nParagraph 3.\n\nParagraph 4.",
        "squadshifts-reddit/5": "Paragraph 5.",
    }
    assert found["squadshifts-new_wiki/The_Andes/1"].title == "The Andes"


def test_a_searched_question_comes_with_and_without_its_sentence(tmp_path: Path) -> None:
    rows = [("glaciers are made of snow .", False), ("caves form when water -lrb- melt -rrb- runs .", True),
            ("they are cold , it 's said .", False)]  # fmt: skip
    path = tmp_path / "wikiqa.jsonl.gz"
    with gzip.open(path, "wt") as file:
        for sentence, answers in rows:
            file.write(json.dumps({"question": "how do caves form ?", "sentence": sentence, "answers": answers}) + "\n")
    good, cut = ranked.examples(path, random.Random(1))
    [(start, end)] = good.spans
    assert good.text[start:end].startswith("Caves form when water")
    assert (good.answered, good.exact) == (1, False)
    assert (cut.answered, cut.spans) == (0, ())
    assert cut.text == "Glaciers are made of snow. They are cold, it's said."
    assert list(read_back(tmp_path, good)) == [good]


def read_back(folder: Path, row: Example) -> Iterator[Example]:
    write([row], folder / "one.jsonl.gz")
    return read(folder / "one.jsonl.gz")


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("Who founded Acme?", "Jane Doe", "Jane Doe founded Acme."),
        ("When was Acme founded?", "1999", "Acme was founded in 1999."),
        ("What is the capital of France?", "Paris", "The capital of France is Paris."),
        ("How many people live in Lund?", "90,000", "90,000 people live in Lund."),
        ("In whose house did they meet?", "Ann's", "In whose house did they meet? Ann's."),
    ],
)
def test_a_question_becomes_a_statement(question: str, answer: str, said: str) -> None:
    assert said in {declared.statement(question, answer, random.Random(n)) for n in range(5)}


def test_of_each_answer_a_true_and_a_wrong_statement_is_made() -> None:
    true, wrong = declared.examples([example()], random.Random(4))
    assert (true.supported, wrong.supported) == (1, 0)
    assert "1998" in true.question
    assert "1998" not in wrong.question
    assert (true.answered, true.spans) == (None, ())


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


def test_copied_sentences_are_supported_where_they_stand() -> None:
    corpus = Corpus([Article(f"http://x/{n}", f"{TEXT} It was number {n}.", "Bridges") for n in range(30)])
    made = list(statements.copied(corpus, 20, random.Random(2)))
    assert len(made) == 20
    assert all(one.supported == 1 and one.question[:20] in one.text for one in made)


def test_a_statement_beside_another_place_is_not_supported_there(tmp_path: Path) -> None:
    filler = " ".join(f"Sentence number {n} says nothing at all of any interest." for n in range(40))
    article = Article("http://x/1", f"{TEXT} {filler}", "Bridges", url="http://x/1")
    rows = [
        {"url": "http://x/1", "claim": "Silvia opened a bridge.", "start": 0, "end": 54, "supported": True},
        {"url": "http://x/1", "claim": "Silvia closed it.", "start": 0, "end": 54, "supported": False},
    ]
    path = tmp_path / "claims.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    [made] = statements.elsewhere(Corpus([article]), 5, random.Random(1), path)
    assert (made.question, made.supported) == ("Silvia opened a bridge.", 0)
    assert "Silvia" not in made.text


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


def test_a_ranking_layer_prefers_what_tells_right_from_wrong() -> None:
    rng = random.Random(6)
    groups = []
    for _ in range(100):
        right = [n == 0 for n in range(5)]
        groups.append(([{"good": rng.gauss(2.0 * r, 1), "noise": rng.gauss(0, 1)} for r in right], right))
    layer = fitting.softmax(groups)
    assert layer["good"] > 5 * layer["noise"] >= 0


def test_kinds_of_questions_count_in_the_shares_that_people_ask_them_in() -> None:
    def case(answer: str, absent: bool = False) -> Case:
        return Case(Asked("", "Who?", "a.md", (answer,) if answer else (), (), absent), (), (), (), ())

    counts = calibrate._counts([case("Ann"), case(""), case(""), case("Ann", absent=True)])
    assert counts == pytest.approx([4 * 2 / 3, 4 / 12, 4 / 12, 4 / 6])
