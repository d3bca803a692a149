"""Dates as articles state them; what is none gives none and says why."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dates

TODAY = dt.date(2024, 11, 1)
OCTOBER = dt.date(2024, 10, 30)


@pytest.mark.parametrize(
    "written",
    ["2024-10-30", "20241030", "2024/10/30", "30 October 2024", "30 Oct. 2024", "October 30, 2024",
     "October 30th, 2024",
     "Wednesday, October 30, 2024", "Wed 30 Oct 2024 14:00", "30/10/2024", "30.10.2024", "10/30/2024",
     "2024-10-30 14:00",
     "30. Oktober 2024", "30 октября 2024 г.", "le 30 octobre 2024", "2024-10-30T14:00:00", OCTOBER]
)  # fmt: skip
def test_a_day_without_a_time_zone_is_a_day_and_no_instant(written):
    assert dates.parse(written, TODAY) == dates.When(OCTOBER)


@pytest.mark.parametrize(
    "written",
    ["2024-10-30T23:30:00-05:00", "Wed, 30 Oct 2024 23:30:00 -0500", "October 30, 2024 11:30 p.m. EST",
     "20241030T233000-0500", "2024-10-30 23:30:00.000 -05:00"]
)  # fmt: skip
def test_the_day_is_that_of_the_place_and_the_instant_is_utc(written):
    when = dates.parse(written, TODAY)
    assert when.date == OCTOBER
    assert when.instant == dt.datetime(2024, 10, 31, 4, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("written", ["1730246400", "1730246400000", 1730246400, 1730246400.0])
def test_seconds_since_1970(written):
    assert dates.parse(written, TODAY).instant == dt.datetime(2024, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "written",
    ["2024-02-30", "2024-13-01", "0000-00-00", "yesterday", "2999-01-01", "1970-01-01T00:00:00Z", "05/06/2015",
     "1453-05-29",
     "2024-10", "three days ago", "9" * 200, "October 32, 2024", "not a date", "2024-10-30T25:00:00Z"]
)  # fmt: skip
def test_what_is_no_date_gives_none_and_a_note(written):
    when = dates.parse(written, TODAY)
    assert when.date is None
    assert when.instant is None
    assert when.note


@pytest.mark.parametrize("nothing", ["", None, "   "])
def test_nothing_written_is_nothing_to_note(nothing):
    assert dates.parse(nothing) == dates.When()


@settings(deadline=None)  # the first text loads the words of all languages
@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text):
    assert isinstance(dates.parse(text), dates.When)


@given(st.datetimes(dt.datetime(1600, 1, 2), dt.datetime(2024, 1, 1), timezones=st.timezones()))
def test_iso_dates_come_back(moment):
    moment = moment.replace(second=30 if moment.utcoffset() and moment.utcoffset().seconds % 60 else moment.second)
    when = dates.parse(moment.isoformat(), TODAY)
    assert when.date == moment.date()
    assert when.instant is None or abs(when.instant - moment) < dt.timedelta(minutes=1) or moment.timestamp() == 0


def test_the_first_that_is_a_date_is_trusted():
    when = dates.first(["2024-02-30", "", "2024-10-30", "2023-01-01"], TODAY)
    assert when.date == OCTOBER
    assert "2024-02-30" in when.note


def test_the_header_of_the_sample_export_is_told_from_the_text():
    assert dates.split_header(" date 2024-10-30 According to insiders") == ("2024-10-30", "According to insiders")
    assert dates.split_header("A date 2024-10-30 was named.") == ("", "A date 2024-10-30 was named.")


@pytest.mark.parametrize(
    "line", ["Monday, May 18, 2015", "18 May 2015", "Published: 2015-05-18", "May 18, 2015 at 3:04 pm"]
)
def test_a_first_paragraph_that_is_only_a_date_is_told_from_the_text(line):
    found, rest = dates.split_dateline(f"{line}\n\nThe talks stalled.")
    assert dates.parse(found).date == dt.date(2015, 5, 18)
    assert rest == "The talks stalled."


@pytest.mark.parametrize(
    "text", ["May 18, 2015 was a Monday.\n\nIt rained.", "May 18, 2015", "The talks.\n\nMay 18, 2015"]
)
def test_a_date_inside_the_text_is_content(text):
    assert dates.split_dateline(text) == ("", text)
