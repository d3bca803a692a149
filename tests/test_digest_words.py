"""Which words an editor would let through: nothing that dangles, no furniture, headlines that are whole."""

from __future__ import annotations

import datetime as dt

import pytest

from assistant.digests import digest_of
from assistant.digests.amounts import amounts
from assistant.digests.extras import future_days, quotation, watches
from assistant.digests.headline import headline, shorten
from assistant.digests.select import alone, candidates, choose
from assistant.digests.standalone import Leans, is_whole, leans
from tests.test_digest import article, embed


@pytest.mark.parametrize(
    "text",
    [
        "Here is the news to know Tuesday.",
        "For the latest news and updates on the conflict, read USA TODAY's live coverage for Friday.",
        "Free food:You can get a dozen doughnuts from the baker for two dollars today.",
        "What is the polar vortex?:In-depth look at how it can affect winter weather in the US.",
        "Jan Smit is a national trending news reporter at the Daily Example.",
        "Scott Bessent: a key economic adviser who has been seen as a top candidate.",
        "Move inside during peak pollen counts and keep windows closed.",
        "Share this article with friends who were not there on Monday.",
        "NOTE:1986 results reflect year 11 month period because the company changed its year.",
        "Shr 34 cts vs 1.19 dlrs, net 807,000 vs 2,858,000, revs 510.2 mln vs 479.7 mln.",
    ],
)
def test_furniture_labels_advice_and_rows_of_tables_are_no_sentences(text):
    assert not is_whole(text)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("The harbour council of Rotterdam closed the old bridge on Monday.", Leans.NOT),
        ("Because of rain, the match in Leeds was stopped after an hour.", Leans.NOT),
        ("In her speech Wednesday morning, she congratulated the winner of the vote.", Leans.ON_THE_SENTENCE_BEFORE),
        ("In his speech, Mayor Jan Smit promised an inquiry.", Leans.NOT),
        ("Wednesday morning he will head to the White House for a meeting.", Leans.ON_THE_SENTENCE_BEFORE),
        ("After all, there is no shortage of showers and comets.", Leans.ON_THE_SENTENCE_BEFORE),
        ("Yes, the day is a federal holiday.", Leans.ON_THE_SENTENCE_BEFORE),
        ("The writers did have a false start of their own, however.", Leans.ON_THE_SENTENCE_BEFORE),
        ("“Clearly not everybody is there, there are still schisms.”", Leans.ON_THE_SENTENCE_BEFORE),
        ("Biden said from Brownsville, in Texas.", Leans.ON_THE_SENTENCE_BEFORE),
        ("The airline has completed over 2,100 flights out of Wilmington.", Leans.ON_THE_ARTICLE),
        ("Last year the organization responded to 264 animals in distress.", Leans.ON_THE_ARTICLE),
        ("Early voting is scheduled to begin March 20 for that primary.", Leans.ON_THE_ARTICLE),
        ("The university's office shared conflicting information on Monday.", Leans.ON_THE_ARTICLE),
        ("The dollar fell against the yen in Tokyo.", Leans.NOT),
        ("Voters choose in primaries this year.", Leans.NOT),
    ],
)
def test_a_sentence_says_what_it_needs_before_it(text, needs):
    assert leans(text) == needs


def test_a_sentence_that_leans_comes_with_the_one_that_it_leans_on():
    text = (
        "Mayor Jan Smit of Rotterdam opened the harbour bridge in Rotterdam on Monday. "
        "He opened the harbour bridge in Rotterdam with Mayor Eva Bos of Antwerp. "
        "Trains stopped in Utrecht for an hour. "
    )
    pool = candidates([article("a", text, "Mayor opens harbour bridge in Rotterdam")])
    assert [c.leans for c in pool if c.sentence.text.startswith("He ")] == [Leans.ON_THE_SENTENCE_BEFORE]
    assert not any(c.sentence.text.startswith("He ") for c in alone(pool))
    assert not choose([c for c in pool if c.sentence.text.startswith("He ")], 1, 60)
    chosen = [sentence.text for sentence in choose(pool, 3, 60)]
    if any(sentence.startswith("He ") for sentence in chosen):
        assert chosen.index(next(s for s in chosen if s.startswith("He "))) > 0
        assert any(sentence.startswith("Mayor Jan") for sentence in chosen)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "Kamala Harris concession speech expected today: Time, what we ...",
            "Kamala Harris concession speech expected today",
        ),
        ("Louisiana loses chance at U.S. House speaker after Steve Scalise ...", None),
        ("日本銀行、金利を据え置く方針を決定", "日本銀行、金利を据え置く方針を決定"),
        ("प्रधानमंत्री ने नई योजना की घोषणा की", "प्रधानमंत्री ने नई योजना की घोषणा की"),
        (
            "According to insiders of British journalists, Kyiv and Moscow have already started some negotiations",
            "Kyiv and Moscow have already started some negotiations",
        ),
    ],
)
def test_a_headline_is_cut_where_a_reader_would(title, expected):
    words, _ = headline([article("a", "A fire broke out.", title)])
    assert words == (expected or words)
    assert "U.S …" not in words
    assert not words.endswith("U.S")


def test_a_whole_title_is_preferred_to_one_that_was_cut():
    cut = article("a", "A fire broke out.", "Fire in the port of ...")
    whole = article("b", "A fire broke out.", "Fire in the port of Rotterdam")
    assert headline([cut, whole]) == ("Fire in the port of Rotterdam", whole.id)
    assert shorten("x" * 300).endswith("…")


def test_the_headline_of_a_story_is_that_of_the_article_it_begins_with():
    digest = digest_of(
        [article("a", "A fire in Rotterdam killed 12 people on Thursday night, the police said.", "A")], embed
    )
    (story,) = digest.stories
    assert story.headline_article_id in {sentence.article_id for sentence in digest.all_sentences()}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The inauguration will be held on Monday, Jan. 20, 2025, at the Capitol.", dt.date(2025, 1, 20)),
        ("Dave Raymond will be honoured Nov. 23 in Dover.", dt.date(2024, 11, 23)),
    ],
)
def test_a_date_counts_before_its_weekday_and_months_may_be_short(text, day):
    found = future_days(text, dt.date(2024, 11, 6), dt.date(2024, 11, 7))
    assert [found_day for found_day, _ in found] == [day]


def test_a_day_to_watch_says_of_whom_it_speaks():
    bare = article("a", "Final terms will be fixed on 15 May. The final terms were good.", "Bond")
    full = article("b", "Final terms of the bond of Rotterdam will be fixed on 15 May.", "Bond")
    after = dt.date(2024, 5, 4)
    assert watches([[bare]], [], after) == ()
    assert [watch.date for watch in watches([[full]], [], after)] == [dt.date(2024, 5, 15)]


def test_a_quotation_is_no_piece_of_a_sentence():
    piece = article(
        "a", "Minister Eva Bos spoke. “massacres taking place and entire families wiped out,” Eva Bos said."
    )
    assert quotation([[piece]], []) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Paris 2024 organizers would not comment on the shift.", []),
        ("The rules help the Detroit Three encourage new cars.", []),
        ("Only 16 of the state's 55 delegates will be awarded.", ["55 delegates"]),
        ("A 99% partial eclipse was seen in Utica.", ["99%"]),
    ],
)
def test_a_number_counts_what_stands_beside_it(text, written):
    assert [amount.written for amount in amounts(text) if amount.written != "16"] == written


def test_one_series_does_not_fill_the_page_and_letters_and_tables_come_last():
    texts = {
        "law": "Ann Lee argued forty cases in the high court of Dover and won most of them for the poor.",
        "sports": "Bob Ray trained three swimmers who brought medals home from Paris in summer.",
        "health": "Cy Dunn opened clinics where doulas and nurses help mothers in remote villages.",
    }
    series = [article(kind, text, f"Most influential people in Kent {kind} in 2024") for kind, text in texts.items()]
    letters = article("l", "The governor of Ohio wasted our money on a trip to Texas again last week.", "Trip: Letters")
    table = article(
        "t", "Shr 34 cts vs 12 cts Net 807,000 vs 2,858 Revs 510 vs 479 Avg 12 vs 13 Q1 4 vs 5.", "Acme 4th qtr net"
    )
    opera = article("o", "The opera house in Lyon opened its season with a work by Verdi on Monday night.", "Opera")
    digest = digest_of([*series, letters, table, opera], embed)
    order = [story.headline for story in digest.stories + digest.briefs]
    assert "Opera" in order[:2]
    assert order.index("Opera") < order.index("Trip: Letters") < order.index("Acme 4th qtr net")
    reasons = {reason.name for story in digest.stories + digest.briefs for reason in story.reasons}
    assert {"opinion", "tables", "repetition"} <= reasons


def test_tables_of_different_firms_are_no_story():
    shapes = {"Acme": "4th qtr net", "Birch": "4th qtr loss", "Cedar": "1st qtr net"}
    tables = [
        article(
            firm,
            f"{firm} Corp: Shr {n}4 cts vs {n}2 cts Net {n}07,000 vs {n},858 Revs 5{n}0 vs 4{n}9 Avg shrs 1{n} vs 2{n}",
            f"{firm} Corp {shape}",
        )
        for n, (firm, shape) in enumerate(shapes.items(), 1)
    ]
    assert digest_of(tables, embed).coverage.stories == 3
