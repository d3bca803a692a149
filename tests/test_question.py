import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import read_question
from assistant.timespans import find_timespans

TODAY = dt.date(2026, 11, 23)  # a Monday
OUTLETS = ["Wikinews", "Financial Times", "The Guardian", "BBC", "The New York Times", "Time", "The Sun"]


def days(text):
    return [(s.since and s.since.isoformat(), s.until and s.until.isoformat()) for s in find_timespans(text, TODAY)]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("in September 2015", "2015-09-01", "2015-09-30"),
        ("on 12 September 2015", "2015-09-12", "2015-09-12"),
        ("on Sept. 12, 2015", "2015-09-12", "2015-09-12"),
        ("on the 3rd of May 2015", "2015-05-03", "2015-05-03"),
        ("2015-09-12", "2015-09-12", "2015-09-12"),
        ("from 3 to 5 May 2015", "2015-05-03", "2015-05-05"),
        ("between June and August 2015", "2015-06-01", "2015-08-31"),
        ("between November and February 2015", "2014-11-01", "2015-02-28"),
        ("from 2010 to 2012", "2010-01-01", "2012-12-31"),
        ("2010-2012", "2010-01-01", "2012-12-31"),
        ("the 1990s", "1990-01-01", "1999-12-31"),
        ("in the third quarter of 2024", "2024-07-01", "2024-09-30"),
        ("in the summer of 2015", "2015-06-01", "2015-08-31"),
        ("late May 2015", "2015-05-16", "2015-05-31"),
        ("since 3 May", "2026-05-03", None),
        ("after 3 May 2015", "2015-05-04", None),
        ("from 2015 onwards", "2015-01-01", None),
        ("before 2010", None, "2009-12-31"),
        ("until May 2015", None, "2015-05-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("yesterday", "2026-11-22", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("last weekend", "2026-11-21", "2026-11-22"),
        ("in the last three days", "2026-11-21", "2026-11-23"),
        ("four days ago", "2026-11-19", "2026-11-19"),
        ("on Friday", "2026-11-20", "2026-11-20"),
        ("since last Monday", "2026-11-16", None),
        ("In may?", "2026-05-01", "2026-05-31"),
    ],
)
def test_dates_are_read(text, since, until):
    assert days(text) == [(since, until)]


@pytest.mark.parametrize(
    "text",
    [
        "What may happen next?",
        "the second march on Washington",
        "Who is Theresa May?",
        "What did April Jones say?",
        "since the election",
        "2000 people died",
        "a fund of $2015",
        "more than 1999 votes",
        "an august body",
        "on 30 February 2015",
        "Will the sun set at 8.15?",
        "the fall of Kabul",
        "20.15 in Paris",
    ],
)
def test_what_is_no_date_is_left_alone(text):
    assert days(text) == []


@given(st.text(alphabet=st.sampled_from("may 2015 March 3-,.’s since last week 99 the Q1 of"), max_size=60))
def test_any_text_gives_ordered_spans_inside_it(text):
    spans = find_timespans(text, TODAY)
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(s.since <= s.until for s in spans if s.since and s.until)


@pytest.mark.parametrize(
    ("question", "since", "until", "sources"),
    [
        ("What did Wikinews report in September 2015?", "2015-09-01", "2015-09-30", ("Wikinews",)),
        ("Before 2010, what did wikinews write about trams?", None, "2009-12-31", ("Wikinews",)),
        ("articles since 3 May", "2026-05-03", None, ()),
        ("Which articles since May mention Gaza?", "2026-05-01", None, ()),
        ("Since 3 May, which articles mention Gaza?", "2026-05-03", None, ()),
        ("last week's coverage of Gaza", "2026-11-16", "2026-11-22", ()),
        ("articles about the election published in 2015", "2015-01-01", "2015-12-31", ()),
        ("Any news from Kyiv yesterday?", "2026-11-22", "2026-11-22", ()),
        ("What happened last week?", "2026-11-16", "2026-11-22", ()),
        ("According to the Guardian, who won?", None, None, ("The Guardian",)),
        ("What has the NYT published about trams?", None, None, ("The New York Times",)),
        (
            "What did the FT and the Guardian report on Monday?",
            "2026-11-23",
            "2026-11-23",
            ("Financial Times", "The Guardian"),
        ),
        ("articles in Time before 2012", None, "2011-12-31", ("Time",)),
        ("articles after 3 May 2015 and before June 2015 on trams", "2015-05-04", "2015-05-31", ()),
    ],
)
def test_words_about_publication_become_filters(question, since, until, sources):
    parsed = read_question(question, TODAY, OUTLETS)
    assert (parsed.since and parsed.since.isoformat(), parsed.until and parsed.until.isoformat()) == (since, until)
    assert parsed.sources == sources


@pytest.mark.parametrize(
    "question",
    [
        "In January 2006, how many people lost their lives near Mecca?",
        "why did the August talks stall?",
        "Why did the BBC cut jobs in 2019?",
        "Which articles mention the crane collapse in 2015?",
        "Did the book published in 2015 win a prize?",
        "How did the toll change since 3 May?",
    ],
)
def test_words_about_events_become_hints(question):
    parsed = read_question(question, TODAY, OUTLETS)
    assert [c.kind for c in parsed.constraints] == ["hint"]
    assert parsed.since is parsed.until is None
    assert parsed.topic == question


@pytest.mark.parametrize(
    "question",
    [
        "What will happen in 2030?",
        "articles not from Wikinews",
        "At what time did the Sun rise?",
        "how many ft tall is it?",
        "What did the article “Summer in 2015” say?",
        "Why did the BBC move?",
        "What has happened since the election?",
    ],
)
def test_no_constraint_where_none_is_meant(question):
    assert read_question(question, TODAY, OUTLETS).constraints == ()


def test_the_topic_is_what_is_left_to_search_for():
    topic = read_question("Before 2010, which couple did Wikinews report facing trial?", TODAY, OUTLETS).topic
    assert topic == "which couple facing trial?"


def test_a_question_about_nothing_but_time_and_place_asks_for_an_overview():
    assert read_question("What did Wikinews report in September 2015?", TODAY, OUTLETS).overview
    assert not read_question("What did Wikinews report on trams in September 2015?", TODAY, OUTLETS).overview
    assert not read_question("What are trams?", TODAY, OUTLETS).overview


def test_a_chip_can_be_taken_away():
    parsed = read_question("What did Wikinews report on trams in September 2015?", TODAY, OUTLETS)
    date = parsed.constraints[1]
    assert parsed.text[date.start : date.end] == date.words == "in September 2015"
    left = parsed.without(date)
    assert left.since is None
    assert left.sources == ("Wikinews",)
    assert "2015" in left.topic


def test_an_event_may_be_reported_some_time_after_it():
    hint = read_question("Who died in January 2006?", TODAY).hints[0]
    assert hint.fits(dt.date(2006, 1, 12))
    assert hint.fits(dt.date(2006, 2, 20))
    assert not hint.fits(dt.date(2007, 1, 12))
    assert not hint.fits(None)


def test_a_month_without_its_year_may_be_any_years():
    hint = read_question("why did the August talks stall?", TODAY).hints[0]
    assert hint.fits(dt.date(2024, 8, 15))
    assert hint.fits(dt.date(2024, 9, 15))
    assert not hint.fits(dt.date(2024, 5, 15))
    wraps = read_question("why did the December talks stall?", TODAY).hints[0]
    assert wraps.fits(dt.date(2024, 1, 15))
