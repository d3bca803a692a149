"""Follow-ups, constraints in the question's words, several articles, disagreement: through the whole chain."""

import datetime as dt

import pytest

from assistant import Answer
from assistant.chain import Assistant
from assistant.decompose import plan_of
from assistant.followup import Turn, depends, standalone_question
from assistant.models import configured
from assistant.question import read_question
from assistant.settings import Settings
from index.library import Library
from tests.conftest import write_article
from tests.scripted_model import Script, serving

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def news(library: Library, tmp_path):
    """Two reports of one accident that differ, another accident, and an article of another outlet and month."""
    folder = tmp_path / "news"
    folder.mkdir()
    crane = "A crane fell into the Grand Mosque in Mecca in a storm on Friday, killing {} people. Rescuers came."
    write_article(folder / "crane.md", crane.format(107), "2015-09-12", "Gazette", "Crane falls in Mecca")
    write_article(folder / "crane2.md", crane.format(111), "2015-09-20", "Courier", "Crane deaths in Mecca rise")
    bus = "A bus fell from the Harbour Bridge in Porto on Sunday, killing 12 people. The driver survived."
    write_article(folder / "bus.md", bus, "2016-03-07", "Gazette", "Bus falls in Porto")
    trams = "The trams of Porto will be repainted in yellow before the summer festival, the mayor said."
    write_article(folder / "trams.md", trams, "2016-05-02", "Courier", "Yellow trams for Porto")
    library.ingest([folder])
    return library


@pytest.fixture
def assistant(news):
    return Assistant(news, judge=Nearest(), today=TODAY)


class Nearest:
    """A judge that takes the first sentence of the best hit."""

    def judge(self, question, hits):
        from assistant.extract import Evidence, Judgement
        from index.passages import sentences

        hit = hits[0]
        start, end = sentences(hit.article.text, hit.passage.start, hit.passage.end)[0]
        return Judgement((Evidence(hit.article, start, end, 1.0),), 0.9)


def dates(answer: Answer):
    return [str(c.date) for c in answer.citations]


# --- filters and hints --------------------------------------------------------------------------------------------


def test_a_filter_in_the_words_holds(assistant):
    answer = assistant.answer("What did the Courier report about Porto?")
    assert answer.filters.sources == ("Courier",)
    assert {c.source for c in answer.citations} == {"Courier"}
    assert [c.words for c in answer.filters.constraints] == ["the Courier"]


def test_a_removed_chip_counts_no_more(assistant):
    answer = assistant.answer("What did the Courier report about Porto?", ignore=["the Courier"])
    assert answer.filters.sources == ()
    assert answer.filters.constraints == ()


def test_an_overview_lists_what_was_reported(assistant):
    answer = assistant.answer("What did the Gazette report in March 2016?")
    assert dates(answer) == ["2016-03-07"]
    assert answer.text.startswith("A bus fell from the Harbour Bridge")


def test_a_filter_that_leaves_nothing_is_dropped_and_said(assistant):
    answer = assistant.answer("articles about Porto since May 2020")
    assert answer.notes[0].startswith("No article fits “since May 2020”")
    assert not answer.refused
    assert answer.filters.since is None


def test_a_given_filter_and_the_words_both_hold(assistant):
    answer = assistant.answer("What did the Gazette report about Porto?", since="2016-04-01")
    assert "No article fits" in answer.notes[0]
    assert {c.date for c in answer.citations} <= {dt.date(2016, 5, 2)}


def test_a_hint_lifts_but_excludes_nothing(assistant):
    answer = assistant.answer("Who was killed when something fell in March 2016?")
    assert answer.filters.articles == 4
    assert dates(answer)[0] == "2016-03-07"


def test_an_answer_with_constraints_survives_json(assistant):
    answer = assistant.answer("What did the Gazette report in March 2016?")
    assert Answer.from_dict(answer.to_dict()) == answer


# --- several articles and disagreement ----------------------------------------------------------------------------


def test_articles_that_mention_something_are_listed(assistant):
    answer = assistant.answer("Which articles mention Porto?")
    assert dates(answer) == ["2016-03-07", "2016-05-02"]


def test_a_comparison_cites_both_sides(assistant):
    answer = assistant.answer("Compare the crane in Mecca with the bus in Porto")
    assert {c.title for c in answer.citations} >= {"Bus falls in Porto"}
    assert len({c.article_id for c in answer.citations}) >= 2


def test_different_numbers_are_both_shown_with_their_dates(assistant):
    answer = assistant.answer("How many people did the crane kill in Mecca?")
    assert "107" in answer.text
    assert "111" in answer.text
    assert {str(c.date) for c in answer.citations} == {"2015-09-12", "2015-09-20"}
    [note] = [note for note in answer.notes if note.startswith("Reports differ")]
    assert "in a later report of 2015-09-20" in note
    assert note.index("107") < note.index("111")


def test_other_events_are_no_disagreement(assistant):
    answer = assistant.answer("How many people died when the bus fell from the bridge in Porto?")
    assert not [note for note in answer.notes if note.startswith("Reports differ")]


@pytest.mark.parametrize(
    ("question", "kind", "searches"),
    [
        ("Who won?", "single", 1),
        ("Which articles mention Gaza?", "list", 1),
        ("How did the death toll change?", "change", 1),
        ("How did the death toll change between May 2015 and June 2016?", "change", 1),
        ("Compare the crane in Mecca with the bus in Porto", "compare", 2),
        ("What is the difference between the 2015 crane and the 2016 bus?", "compare", 2),
        ("What changed?", "change", 1),
    ],
)
def test_questions_are_cut_where_they_need_it(question, kind, searches):
    plan = plan_of(read_question(question, TODAY))
    assert (plan.kind, len(plan.queries)) == (kind, searches)


# --- follow-ups ---------------------------------------------------------------------------------------------------

CRANE = Turn("How many people did the crane kill in Mecca?", "A crane fell in Mecca, killing 107 people. [1]")
COOPER = Turn("Which Labour politician spoke of small boats?", "Home Secretary Yvette Cooper spoke of boats. [1]")


@pytest.mark.parametrize(
    ("question", "turn", "expected"),
    [
        ("And in 2016?", CRANE, "How many people did the crane kill in Mecca in 2016?"),
        ("why?", CRANE, "Why is it that a crane fell in Mecca, killing 107 people?"),
        ("Who said that?", CRANE, "Who said that a crane fell in Mecca, killing 107 people?"),
        ("What does she want?", COOPER, "What does Yvette Cooper want? (Labour politician spoke small boats)"),
        ("What is her plan?", COOPER, "What is Yvette Cooper's plan? (Labour politician spoke small boats)"),
        ("And in 2016?", Turn("Who won in 2015?"), "Who won in 2016?"),
        ("Why did Shimon Peres resign?", CRANE, "Why did Shimon Peres resign?"),
    ],
)
def test_follow_ups_are_made_to_stand_alone_by_rules(question, turn, expected):
    assert standalone_question(question, [turn]) == expected


@pytest.mark.parametrize("question", ["What did it cost?", "And the driver?", "How does the UN rate them?", "When?"])
def test_what_points_back_carries_the_topic(question):
    assert "Mecca" in standalone_question(question, [CRANE])


@pytest.mark.parametrize(
    "question",
    [
        "Why did the August talks stall?",
        "Is there a plan to reopen the bridge?",
        "Who said that the war is over?",
        "What is the storm that hit India?",
        "Why did Shimon Peres say he would go?",
    ],
)
def test_what_stands_alone_is_left_alone(question):
    assert not depends(question)
    assert standalone_question(question, [CRANE]) == question


def test_the_rewritten_question_is_told(assistant):
    answer = assistant.answer("And in 2016?", history=[CRANE])
    assert answer.question == "And in 2016?"
    assert answer.standalone_question == "How many people did the crane kill in Mecca in 2016?"


SAYS = {
    "good": Script(["How many people did ", "the crane wound in Mecca?"]),
    "adds a name": Script(["How many people did the crane wound in Medina?"]),
    "answers": Script(["The crane wounded 238 people."]),
    "fails": Script(["x"], status=[500] * 9),
    "goes on": Script(["How many? " * 500]),
}


@pytest.mark.parametrize("name", SAYS)
def test_a_models_wording_is_taken_only_when_it_adds_nothing(name):
    with serving(SAYS) as server:
        model = configured(Settings(model=f"openai:{name}", model_url=server.url, model_deadline=2))
        written = standalone_question("And how many did it wound?", [CRANE], model)
    by_rules = standalone_question("And how many did it wound?", [CRANE])
    assert written == ("How many people did the crane wound in Mecca?" if name == "good" else by_rules)


# --- the whole chain with a model ---------------------------------------------------------------------------------


def test_a_drafted_answer_goes_through_the_whole_chain(news):
    draft = "The bus fell from the Harbour Bridge in Porto and 12 people died [1]. It cost 40 million euros [1]."
    with serving({"m": Script([draft])}) as server:
        model = configured(Settings(model="openai:m", model_url=server.url))
        helper = Assistant(news, judge=Nearest(), model=model, today=TODAY)
        answers = list(helper.stream("How many people died when the bus fell in Porto?", sources=["Gazette"]))
    final = answers[-1]
    assert final.model == "openai:m"
    assert final.text == "The bus fell from the Harbour Bridge in Porto and 12 people died. [1]"
    assert [check.supported for check in final.checks] == [True, False]
    assert final.took > 0
    for citation in final.citations:
        assert news.get(citation.article_id).text[citation.start : citation.end] == citation.quotation


def test_an_answer_without_a_model_is_streamed_too(assistant):
    *partial, whole = assistant.stream("Which articles mention Porto?")
    assert [len(a.citations) for a in partial] == [1]
    assert len(whole.citations) == 2
