"""What a digest says of a story: events kept apart, conflicts, what changed, what is to come."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.digests import digest_of
from assistant.digests.amounts import amounts
from assistant.digests.conflicts import conflicts
from assistant.digests.extras import future_days
from assistant.digests.headline import headline
from assistant.digests.past import ListPast
from assistant.digests.publishers import independent
from assistant.digests.standalone import stands_alone
from assistant.digests.stories import clusters, near_duplicates
from index.article import Article
from tests.test_digest import article, embed

QUAKE = """A strong earthquake struck the coast of Chile near Iquique on Tuesday, the seismological centre said.
The quake in Iquique {toll}. Houses collapsed in the port and the road to Arica was blocked by rocks.
President Ana Rojas declared a state of emergency in Tarapaca. {more}"""

SAPPORO = """A strong earthquake struck Hokkaido in northern Japan on Tuesday, the weather agency in Tokyo said.
The quake in Sapporo injured 3 people. Trains between Sapporo and Hakodate were stopped for hours.
Prime Minister Ken Mori said that nuclear plants in Hokkaido were safe."""
SAPPORO_TRAINS = """Trains between Sapporo and Hakodate ran again after a strong earthquake in Hokkaido, Japan.
The weather agency in Tokyo counted 3 injured people in Sapporo. Prime Minister Ken Mori praised the rescue workers."""


def quake(key: str, toll: str, source: str, day: int = 3, more: str = "", title: str = "Quake hits Iquique") -> Article:
    return article(key, QUAKE.format(toll=toll, more=more).replace("\n", " "), title, day, source)


def test_look_alike_events_come_apart():
    reports = [
        quake("1", "killed 12 people", "Gazette"),
        quake("2", "killed 12 people and cut power lines", "Courier"),
        article("3", SAPPORO, "Quake shakes Hokkaido", source="Post"),
        article("4", SAPPORO_TRAINS, "Hokkaido trains run again after quake", source="Star"),
    ]
    vectors = ListPast(reports, embed, None).vectors(reports)
    assert clusters(reports, vectors) == [[0, 1], [2, 3]]


def test_a_cut_copy_of_a_report_is_a_near_duplicate_and_another_report_is_not():
    whole = quake("1", "killed 12 people", "Gazette", more="Schools stay closed until Friday.")
    cut = article("2", whole.text[: len(whole.text) * 2 // 3], "Quake", source="Courier")
    other = article("3", "The national team won the final in Lima by two goals to one on Tuesday night.", "Final")
    groups = near_duplicates([whole, cut, other])
    assert groups[0] == groups[1] != groups[2]


def test_an_agency_report_in_two_outlets_is_one_source():
    reports = [
        article("1", "SANTIAGO (Reuters) - Rescuers searched all night.", "A", source="Gazette"),
        article("2", "SANTIAGO (Reuters) - Power was back by noon, the utility said.", "B", source="Courier"),
        article("3", "Our reporter saw collapsed houses in the port.", "C", source="Post"),
    ]
    assert independent(reports, [0, 1, 2]) == ("Gazette", "Post")


def test_publishers_that_contradict_each_other_are_both_shown_with_their_sources():
    digest = digest_of([quake("1", "killed 12 people", "Gazette"), quake("2", "killed 15 people", "Courier")], embed)
    (story,) = digest.stories
    (conflict,) = story.conflicts
    assert {(claim.publisher, claim.value) for claim in conflict.claims} == {
        ("Gazette", "12 people"),
        ("Courier", "15 people"),
    }
    shown = digest.to_text()
    assert "Conflict: people killed" in shown
    for claim in conflict.claims:
        assert f"{claim.publisher} says {claim.value} [{digest.number_of(claim.sentence.article_id)}]" in " ".join(
            shown.split()
        )


@pytest.mark.parametrize(
    "other",
    [
        "killed at least 10 people",  # a lower bound that 12 satisfies
        "killed about 12 people",
        "killed twelve people",
        "injured 15 people",  # another quantity
        "recalled a quake that killed 15 people in 1995",  # another time
    ],
)
def test_numbers_that_can_both_be_true_are_no_conflict(other):
    assert conflicts([quake("1", "killed 12 people", "Gazette"), quake("2", other, "Courier")]) == ()


def test_one_publisher_does_not_contradict_itself():
    assert conflicts([quake("1", "killed 12 people", "Gazette"), quake("2", "killed 15 people", "Gazette")]) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The blaze killed 12 people.", [("12 people", "people killed")]),
        ("At least 107 pilgrims died.", [("At least 107 pilgrims", "people killed")]),
        ("More than 200 people were injured.", [("More than 200 people", "people injured")]),
        ("It paid $1.2 billion for the firm.", [("$1.2 billion", "$ paid")]),
        ("A 6.1-magnitude quake hit on 3 May 2013 at 10:30.", [("6.1", "magnitude")]),
        ("The 16-year-old won 31-24 on May 3, 2013.", []),
        ("Sixteen tons were lost.", [("Sixteen tons", "ton")]),
    ],
)
def test_numbers_are_read_with_what_they_count(text, expected):
    assert [(amount.written, amount.quantity) for amount in amounts(text)] == expected


def test_a_story_that_goes_on_names_what_changed_and_what_went_before():
    before = [
        quake("1", "killed 12 people", "Gazette", day=2),
        article("x", "The opera house in Lyon opened its season with a work by Verdi on Monday night.", "Opera", 2),
    ]
    after = [
        quake("3", "killed 19 people", "Gazette", more="Rescue dogs from Peru arrived in the town."),
        article("y", "A museum in Oslo showed paintings by Munch that had not been seen for decades.", "Munch in Oslo"),
    ]
    digest = digest_of([*before, *after], embed, date="2024-05-03")
    story = next(s for s in digest.stories if "Iquique" in s.headline)
    other = next(s for s in digest.stories if "Oslo" in s.headline)
    assert (story.status, other.status) == ("UPDATE", "NEW")
    assert story.continues == before[0].id
    change = story.changes[0]
    assert (change.kind, change.what, change.before) == ("number", "19 people", "12 people")
    assert digest.number_of(before[0].id) > 0, "the earlier value is cited too"
    assert "before: 12 people" in digest.to_text()


def test_an_old_day_does_not_look_into_its_future():
    day_two = [quake("1", "killed 12 people", "Gazette", day=2)]
    later = [quake("3", "killed 19 people", "Gazette", day=3), quake("4", "killed 30 people", "Courier", day=4)]
    alone = digest_of(day_two, embed, date="2024-05-02")
    with_future = digest_of([*day_two, *later], embed, date="2024-05-02")
    assert alone == with_future
    assert alone.stories[0].status == "", "nothing came before, so nothing is called new"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The court will rule on 12 May.", dt.date(2024, 5, 12)),
        ("The law takes effect on January 1, 2025.", dt.date(2025, 1, 1)),
        ("Talks are due to resume on Monday.", dt.date(2024, 5, 6)),
        ("The strike is set to begin tomorrow.", dt.date(2024, 5, 4)),
        ("The bridge fell on 12 April.", None),
        ("The treaty was signed on 12 May 2014.", None),
        ("The mayor will resign, a spokesman said on Friday.", None),
        ("Work will end on 31 June.", None),
        ("The plant will open on 2 May.", dt.date(2025, 5, 2)),
    ],
)
def test_days_to_watch_lie_ahead_of_the_article(text, expected):
    found = future_days(text, dt.date(2024, 5, 3), dt.date(2024, 5, 4))
    assert [day for day, _ in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The council closed the old bridge on Monday.", True),
        ("He closed the old bridge on Monday morning.", False),
        ("This was the third closure of the bridge.", False),
        ("However, the old bridge stayed open for trams.", False),
        ("“The bridge is safe, the engineer said on Monday.", False),
        ("Sign up for our newsletter about the bridge.", False),
        ("square kilometres of the district were flooded on Monday.", False),
        ("The old bridge over the river, Monday", False),
    ],
)
def test_only_sentences_that_need_no_other_are_shown(text, whole):
    assert stands_alone(text) is whole


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Fire in Rotterdam kills 12", "Fire in Rotterdam kills 12"),
        ("Fire in Rotterdam kills 12 | Daily Example", "Fire in Rotterdam kills 12"),
        (
            "Fire in the port of Rotterdam: what we know about the blaze that killed twelve people last night",
            "Fire in the port of Rotterdam",
        ),
    ],
)
def test_a_headline_has_at_most_twelve_words_of_a_title(title, expected):
    assert headline([article("a", "A fire broke out.", title)])[0] == expected


@pytest.mark.parametrize("text", ["...", "\u200b\u202e.", ". . ."])
def test_a_story_without_any_words_still_has_a_headline(text):
    assert headline([article("a", text, "\u200b")])[0]


def test_a_headline_of_three_hundred_letters_is_shortened_and_says_so():
    words, _ = headline([article("a", "A fire broke out.", "x" * 300)])
    assert len(words) < 200
    assert words.endswith("…")


def test_stories_are_ranked_by_independent_publishers_and_the_reasons_are_told():
    lone = article("z", "The opera house in Lyon opened its season with a work by Verdi on Monday night.", "Opera")
    reports = [
        quake("1", "killed 12 people", "Gazette"),
        article(
            "2",
            "Rescue teams dug through collapsed houses in Iquique after the earthquake off Chile. President Ana Rojas "
            "flew to Tarapaca, where 12 people were killed, and promised tents for the port.",
            "Rescuers dig in Iquique after quake",
            source="Courier",
        ),
    ]
    digest = digest_of([lone, *reports], embed)
    assert "Iquique" in digest.stories[0].headline
    reasons = {reason.name: reason for reason in digest.stories[0].reasons}
    assert reasons["publishers"].note == "2 independent"
    assert digest.stories[0].score == pytest.approx(sum(r.value * r.weight for r in reasons.values()), abs=1e-3)
