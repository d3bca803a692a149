"""What the trained reader adds to the choice of a digest's sentences."""

from __future__ import annotations

import pytest

from assistant.digests import Options, digest_of
from assistant.digests.relevance import READ, ReaderRelevance
from assistant.digests.select import candidates
from tests.test_digest import article, embed

PORT = article(
    "port",
    "The port of Valdoro was closed on Friday while engineers looked at its northern pier. "
    "Ferries to the islands were sent to the smaller harbour of Lisca instead. "
    "The pier had cracked because an anchor tore out two of its oldest piles on Thursday night. "
    "Shops along the promenade stayed open and reported a busy morning.",
    "Port of Valdoro closed",
)


@pytest.fixture(scope="module")
def relevance() -> ReaderRelevance:
    return ReaderRelevance()


def test_the_sentence_that_answers_the_topic_moves_up(relevance):
    topic = "Why did the northern pier crack?"
    answered = relevance([PORT], topic)
    assert max(answered, key=lambda place: answered[place])[1] == PORT.text.index(" Shops along")
    order = [c.sentence.text.split()[1] for c in candidates([PORT], topic, relevance)]
    assert order.index("pier") < order.index("to")  # "Ferries to …", which stands before it


def test_only_the_most_central_reports_are_read_and_the_others_stay_possible(relevance):
    reports = [article(str(n), f"{PORT.text} Report {n} was filed at noon.", PORT.title) for n in range(READ + 2)]
    assert {place[0] for place in relevance(reports, "")} == {report.id for report in reports[:READ]}
    assert {c.article_id for c in candidates(reports, "", relevance)} == {report.id for report in reports}


def test_a_story_that_cannot_be_read_is_told_all_the_same(relevance):
    endless = article("endless", "word " * 2_000, "One sentence without an end")
    assert relevance([endless], "") == {}
    assert digest_of([PORT, endless], embed, relevance=relevance).stories


def test_the_order_of_the_articles_changes_nothing(relevance):
    options = Options(topic="pier")
    day = [PORT, article("pier", f"{PORT.text} The pier reopens on Monday.", "Pier of Valdoro to reopen")]
    one, other = (
        digest_of(articles, embed, options=options, relevance=relevance).to_dict() for articles in (day, day[::-1])
    )
    assert one == other
