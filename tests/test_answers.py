"""Answers as data and as Markdown."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import REFUSAL, Answer, Citation, ClaimCheck, Searched, Span, escape_markdown, is_web_address

citations = st.builds(
    Citation,
    number=st.integers(0, 99),
    article_id=st.text(max_size=16),
    title=st.text(max_size=50),
    source=st.text(max_size=20),
    date=st.none() | st.dates(),
    url=st.text(max_size=50),
    start=st.integers(0, 10_000),
    end=st.integers(0, 10_000),
    quotation=st.text(max_size=80),
    answer_span=st.none() | st.builds(Span, st.integers(0, 99), st.integers(0, 99)),
    also_in=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)
answers = st.builds(
    Answer,
    question=st.text(max_size=50),
    text=st.text(max_size=100),
    citations=st.lists(citations, max_size=3).map(tuple),
    refused=st.booleans(),
    related=st.lists(citations, max_size=2).map(tuple),
    confidence=st.floats(0, 1),
    filters=st.builds(Searched, st.integers(0, 99), st.none() | st.dates(), st.none() | st.dates(), st.just(("FT",))),
    checks=st.lists(st.builds(ClaimCheck, st.text(max_size=20), st.booleans(), st.just((1,))), max_size=2).map(tuple),
    notes=st.lists(st.text(max_size=20), max_size=2).map(tuple),
)


@given(answers)
def test_json_gives_the_same_answer_back(answer: Answer) -> None:
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def make(text: str, **values: object) -> Answer:
    place = {"title": "A title", "source": "Gazette", "date": dt.date(2024, 5, 1), "url": "", "start": 0, "end": 5}
    citation = Citation(**{"number": 1, "article_id": "a", "quotation": text, **place, **values})  # type: ignore[arg-type]
    return Answer("a question", f"{text} [1]", (citation,))


def test_markdown_shows_the_answer_and_its_sources() -> None:
    shown = make("Quiet words.", url="https://example.org/a").to_markdown()
    assert shown.startswith("Quiet words. [1]\n")
    assert "1. Gazette: A title (2024-05-01): “Quiet words.” <https://example.org/a>" in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](http://evil.example/p.png)",
        "[click](javascript:alert(1))",
        "<script>alert(1)</script>",
        "<https://evil.example>",
        "https://evil.example/beacon",
        "www.evil.example",
        "`code` **bold** _em_ | table | ~~gone~~",
        "# heading",
    ],
)
def test_article_text_is_never_markdown(hostile: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(make(hostile, title=hostile).to_markdown())
    for tag in ("<a ", "<img", "<script", "<code", "<strong", "<em", "<table", "<s>", "<h1"):
        assert tag not in html


def test_only_web_addresses_become_links() -> None:
    assert is_web_address("https://example.org/a?b=c")
    for url in ("javascript:alert(1)", "file:///etc/passwd", "https://a b", "http://a>b", "", "https://a\nb"):
        assert not is_web_address(url)
        assert f"<{url}>" not in make("Words.", url=url).to_markdown()


def test_a_refusal_offers_the_nearest_passages() -> None:
    nearest = make("Near miss.").citations
    shown = Answer("q", REFUSAL, refused=True, related=nearest).to_markdown()
    assert shown.startswith(REFUSAL)
    assert "“Near miss.”" in shown


def test_citation_numbers_stay_readable() -> None:
    assert escape_markdown("It rose [1] and fell [2].") == "It rose [1] and fell [2]."
