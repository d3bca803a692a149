"""The page: one sheet, nothing cut, nothing of an article's takes effect, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import io
import random
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from pypdf import PdfReader

from assistant.digests import Digest, Options, digest_of
from assistant.digests.chart import bars_of, chart_svg, chart_text
from assistant.digests.window import window_of
from benchmarks.digest_windows import HOSTILE, LINKS, check
from index.article import Article
from tests.test_digest import ARTICLES, article, embed

SUBJECTS = """harbour council bridge train doctor museum school strike court market engine concert bakery forest
    satellite library airport island vineyard theatre""".split()
VERBS = "closed reopened bought praised sued visited repaired painted measured flooded".split()
SYLLABLES = "ka lo mi tur ven sa ri dop ne gul bar esh".split()


def made_up(count: int, seed: int = 1) -> list[Article]:
    """Articles of random whole sentences, each about people and places of its own."""
    chance = random.Random(seed)

    def name() -> str:
        return "".join(chance.sample(SYLLABLES, 3)).capitalize()

    made = []
    for number in range(count):
        people, town = [f"{name()} {name()}" for _ in range(4)], name()
        body = " ".join(
            f"{chance.choice(people)} {chance.choice(VERBS)} the {chance.choice(SUBJECTS)} near {town} with "
            f"{chance.randrange(2, 900)} {chance.choice(SUBJECTS)} workers, {name()} {name()} said."
            for _ in range(8)
        )
        title = f"The {chance.choice(SUBJECTS)} of {town}"
        made.append(article(f"{seed}-{number}", body, title, source=f"Paper {number % 7}"))
    return made


@pytest.mark.parametrize("count", [1, 40, 500])
def test_a_day_of_any_size_is_one_sheet(count):
    digest = digest_of(made_up(count), embed)
    reader = PdfReader(io.BytesIO(digest.pdf()))
    assert len(reader.pages) == 1
    assert digest.coverage.articles == count
    assert 1 <= len(digest.stories) <= 5
    assert sum(len(s.article_ids) for s in (*digest.stories, *digest.briefs, *digest.other_stories)) == count


@pytest.mark.parametrize("seed", range(4))
def test_hostile_articles_do_no_harm(seed):
    chance = random.Random(seed)
    hostile = [
        replace(
            a,
            title=chance.choice(HOSTILE),
            text=f"{chance.choice(HOSTILE)}. {a.text}",
            url=chance.choice(LINKS),
            source=chance.choice(HOSTILE),
        )
        for a in made_up(30, seed)
    ]
    assert check(hostile, Options(paper=chance.choice(["a4", "letter"])), "") == []


def test_real_articles_are_one_sheet_word_for_word(seeds):
    articles = seeds.articles(since="2013-01-01", until="2015-12-31")
    assert check(articles, Options(), "") == []


@pytest.mark.parametrize(
    "title",
    [
        "Президент подписал закон",
        "Η κυβέρνηση ανακοίνωσε μέτρα",
        "انفجار كبير في مرفأ بيروت",
        "ראש הממשלה הודיע",
        "北京宣布新措施",
        "日本銀行が決定",
    ],
)
def test_headlines_of_other_scripts_show_in_the_pdf(title):
    digest = digest_of([article("a", f"{ARTICLES[0].text}", title)], embed)
    fonts = PdfReader(io.BytesIO(digest.pdf())).pages[0]["/Resources"]["/Font"]
    text = PdfReader(io.BytesIO(digest.pdf())).pages[0].extract_text()
    assert len(fonts) >= 2
    assert any(letter in text for letter in title if letter.isalpha())
    assert "\ufffd" not in text


def test_the_pdf_is_tagged_titled_and_has_clickable_links():
    source = replace(ARTICLES[0], url="https://example.org/fire")
    reader = PdfReader(io.BytesIO(digest_of([source, ARTICLES[2]], embed).pdf()))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert str(catalog["/Lang"]).startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Friday, 3 May 2024"
    actions = [note.get_object()["/A"] for note in reader.pages[0]["/Annots"] if "/A" in note.get_object()]
    assert any(action.get("/URI") == "https://example.org/fire" for action in actions)
    assert len(reader.pages[0]["/Annots"]) > len(actions) or len(actions) > 1, "citations lead to their sources"


def test_a_crowded_page_says_what_it_left_out_and_keeps_the_first_story():
    wordy = [replace(a, title=f"{a.title} and {a.text[:150]}") for a in made_up(120, seed=5)]
    digest = digest_of(wordy, embed, options=Options(paper="letter"))
    assert digest.coverage.shed
    assert digest.stories[0].sentences
    assert digest.coverage.left_out_stories == len(digest.other_stories)
    assert f"not covered: {len(digest.other_stories)} stories" in digest.to_text().replace("\n", " ")


def test_a_digest_from_json_makes_the_same_pdf():
    digest = digest_of(ARTICLES, embed)
    assert Digest.from_dict(digest.to_dict()).pdf() == digest.pdf()


def test_html_has_no_script_and_fetches_nothing():
    html = digest_of(ARTICLES, embed).to_html()
    assert "<script" not in html
    assert "src=" not in html
    assert "default-src 'none'" in html


def test_the_mail_has_a_text_and_an_html_part_and_the_same_bytes_each_time():
    digest = digest_of(ARTICLES, embed)
    message = message_from_bytes(digest.to_eml(), policy=policy.default)
    parts = [part.get_content_type() for part in message.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    html = message.get_body(("html",)).get_content()
    assert "<style" not in html
    assert "style=" in html
    assert "12 people" in message.get_body(("plain",)).get_content()
    assert digest_of(ARTICLES[::-1], embed).to_eml() == digest.to_eml()


def test_the_chart_counts_articles_by_hour_and_says_so_in_words():
    hours = [8, 8, 9, 14, 14, 14]
    timed = [
        article(str(n), "A text.", published=dt.datetime(2024, 5, 3, hour, tzinfo=dt.UTC))
        for n, hour in enumerate(hours)
    ]
    window = window_of("2024-05-03", timezone="UTC")
    assert window is not None
    bars = bars_of(timed, window)
    assert {bar.label: bar.count for bar in bars if bar.count} == {"08:00": 2, "09:00": 1, "14:00": 3}
    assert chart_text(bars) == "Articles by hour. 08:00: 2, 09:00: 1, 14:00: 3."
    assert chart_svg(bars).count("<rect") == 24
    assert bars_of(timed[:2], window) == (), "too few for a picture"
