"""The digest as its reader meets it: cited sentences that stand in the articles, a window, one page."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.digests import Digest, digest_of
from assistant.digests.text import terms
from index.article import Article
from index.errors import InputError, NothingFound


def embed(texts: Sequence[str]) -> np.ndarray:
    """Hashed word counts: a small real embedding, the same on every machine."""
    rows = np.zeros((len(texts), 384), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for term in terms(text):
            row[zlib.crc32(term.encode()) % 384] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def article(
    key: str, text: str, title: str = "", day: int | None = 3, source: str = "Daily Example", **more: object
) -> Article:
    return Article(key=key, text=text, title=title, date=dt.date(2024, 5, day) if day else None, source=source, **more)


FIRE = "A fire in a Rotterdam warehouse killed 12 people on Thursday night, the fire service said."
ARTICLES = [
    article(
        "a",
        f"{FIRE} The warehouse stored chemicals for the port. Mayor Jan Smit promised an inquiry into the blaze.",
        "Fire in Rotterdam kills 12",
    ),
    article(
        "b",
        "A warehouse fire in Rotterdam has killed 15 people, officials in the port city said. "
        "Mayor Jan Smit said that the fire would be investigated.",
        "Rotterdam warehouse fire kills 15",
        source="Evening Sample",
    ),
    article(
        "c",
        "The central bank of Chile cut its main interest rate to 6 per cent on Friday. "
        "Inflation in Chile has fallen for five months in a row.",
        "Chile cuts interest rate",
    ),
    article(
        "d",
        "The old news of the first of May was about a parade in Lisbon with many people.",
        "Parade in Lisbon",
        day=1,
    ),
    article("e", "This text carries no date at all and cannot be placed in any window.", "Undated note", day=None),
]


def test_every_sentence_stands_in_its_article_and_its_source_is_listed():
    digest = digest_of(ARTICLES, embed)
    texts = {a.id: a.text for a in ARTICLES}
    shown = list(digest.all_sentences())
    assert len(shown) >= 3
    for sentence in shown:
        assert texts[sentence.article_id][sentence.start : sentence.end] == sentence.text
        number = digest.number_of(sentence.article_id)
        assert digest.sources[number - 1].article_id == sentence.article_id
        assert f"\\[{number}\\]" in digest.to_markdown()


def test_reports_of_one_event_become_one_story_of_two_publishers():
    first = digest_of(ARTICLES, embed).stories[0]
    assert {"Daily Example", "Evening Sample"} == set(first.publishers)
    assert "Rotterdam" in first.headline


def test_five_copies_of_one_report_are_one_source():
    text = f"{FIRE} The warehouse stored chemicals for the port. Mayor Jan Smit promised an inquiry into the blaze."
    copies = [article(str(n), text, "Fire in Rotterdam", source=f"Paper {n}") for n in range(5)]
    (story,) = digest_of(copies, embed).stories
    assert len(story.publishers) == 1
    assert len(story.article_ids) == 5


def test_the_newest_day_is_the_default_and_articles_without_a_date_stand_apart():
    digest = digest_of(ARTICLES, embed)
    assert digest.window.since.date() == dt.date(2024, 5, 3)
    assert digest.coverage.articles == 3
    assert [source.title for source in digest.undated] == ["Undated note"]
    assert "Undated note" in digest.to_markdown()


def test_the_window_is_half_open_in_the_readers_time_zone():
    late = article("late", FIRE, "Late report", published=dt.datetime(2024, 5, 3, 22, 30, tzinfo=dt.UTC))
    assert digest_of([late], embed, timezone="UTC").window.since.date() == dt.date(2024, 5, 3)
    assert digest_of([late], embed, timezone="Europe/Berlin").window.since.date() == dt.date(2024, 5, 4)
    with pytest.raises(NothingFound, match="2024-05-03"):
        digest_of([late], embed, since="2024-05-02T22:30", until="2024-05-03T22:30")
    assert digest_of([late], embed, since="2024-05-03T22:30", until="2024-05-04").coverage.articles == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"date": "yesterday-ish"}, "yesterday-ish"),
        ({"since": "2024-05-03", "until": "2024-05-01"}, "empty"),
        ({"date": "2024-05-03", "until": "2024-05-04"}, "either"),
    ],
)
def test_a_window_that_makes_no_sense_is_named(arguments, words):
    with pytest.raises(InputError, match=words):
        digest_of(ARTICLES, embed, **arguments)


def test_a_day_without_articles_says_which_days_there_are():
    with pytest.raises(NothingFound, match="from 2024-05-01 to 2024-05-03"):
        digest_of(ARTICLES, embed, date="2020-01-01")


def test_a_digest_goes_to_json_and_back():
    digest = digest_of(ARTICLES, embed)
    assert Digest.from_dict(json.loads(json.dumps(digest.to_dict()))) == digest


def test_the_order_of_the_articles_does_not_matter():
    assert digest_of(ARTICLES, embed) == digest_of(ARTICLES[::-1], embed)
