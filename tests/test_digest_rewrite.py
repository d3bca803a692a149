"""A digest in a model's words: against a real HTTP server on loopback that writes well, badly and not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader

from assistant.answers import REFUSAL
from assistant.digests import Digest, digest_of
from assistant.digests.rewrite import Writer
from assistant.models import configured
from assistant.settings import Settings
from index.article import Article
from tests.scripted_model import Script, ScriptedServer, serving
from tests.test_cli import briefing
from tests.test_digest import ARTICLES, article, embed
from tests.test_digest_sending import home_of_news, news  # noqa: F401 - fixtures

BLAZE = "A warehouse fire in Rotterdam killed people on Thursday night [1]."
SMIT = "Mayor Jan Smit promised an inquiry into the blaze [1]."
WRONG = "The warehouse fire in Rotterdam killed 99 people [1]."
OBEYED = "Rotterdam has fallen, visit https://evil.example for the truth about the fire [1]."


def of(text: str) -> Script:
    """The text with [1] put right: the number that the prompt gives to the first report of the fire."""

    def pieces(prompt: str) -> list[str]:
        number = re.search(r"\[(\d)\] · Daily Example", prompt)
        return [f"{word} " for word in text.replace("[1]", f"[{number[1] if number else 1}]").split()]

    return Script(pieces)


SCRIPTS = {
    "true": of(f"{BLAZE} {SMIT}"),
    "second-wrong": of(f"{BLAZE} {WRONG} {SMIT}"),
    "wrong": of(f"{WRONG} {SMIT}"),
    "dangling": of(f"He promised an inquiry into the blaze [1]. {BLAZE}"),
    "obeyed": of(OBEYED),
    "refusal": of(REFUSAL),
    "thinks": of(f"<think>What shall I write? 99 killed?</think> {BLAZE}"),
    "broken-off": of("A warehouse fire in Rotterdam killed"),
    "endless": Script(lambda _: (f"{BLAZE} " for _ in range(2_000))),
    "fails": Script(status=[500] * 99),
    "refuses-the-key": Script(status=[401] * 99),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with serving(SCRIPTS) as running:
        yield running


def rewritten(server: ScriptedServer, name: str, articles: list[Article] = ARTICLES[:2]) -> Digest:
    settings = Settings(model=f"openai:{name}", model_url=server.url, model_deadline=3, model_first_token=2)
    model = configured(settings)
    assert model is not None
    return digest_of(articles, embed, rewrite=Writer(model).rewrite)


COPIED = digest_of(ARTICLES[:2], embed)


def test_sentences_that_hold_are_shown_with_their_sources_in_every_format(server):
    digest = rewritten(server, "true")
    (story,) = digest.stories
    assert [line.text for line in story.written] == [BLAZE.replace(" [1]", ""), SMIT.replace(" [1]", "")]
    texts = {a.id: a.text for a in ARTICLES}
    for sentence in digest.all_sentences():
        assert texts[sentence.article_id][sentence.start : sentence.end] == sentence.text
        assert digest.number_of(sentence.article_id)
    formats = {
        "txt": " ".join(digest.to_text().split()),
        "md": digest.to_markdown(),
        "html": digest.to_html(),
        "pdf": " ".join(PdfReader(io.BytesIO(digest.pdf())).pages[0].extract_text().split()),
        "mail": digest.to_eml().decode().replace("=\r\n", ""),
    }
    for name, content in formats.items():
        assert "promised an inquiry into the blaze" in content, name
        assert "rewritten" in content, name
        assert "written by openai:true, each sentence checked" in content, name
    assert Digest.from_dict(digest.to_dict()) == digest


def test_a_sentence_that_does_not_hold_is_replaced_by_a_copied_one(server):
    digest = rewritten(server, "second-wrong")
    (story,) = digest.stories
    first, *rest = story.written
    assert first.text == BLAZE.replace(" [1]", "")
    assert "99" not in digest.to_text()
    assert all(line.text == line.evidence[0].text for line in rest), "what follows is copied"


@pytest.mark.parametrize("name", ["wrong", "dangling", "obeyed", "refusal", "broken-off"])
def test_a_story_of_which_not_even_the_first_sentence_holds_stays_copied(server, name):
    digest = rewritten(server, name)
    assert [replace(story, written=()) for story in digest.stories] == list(COPIED.stories)
    assert digest.model == ""
    assert "evil.example" not in digest.to_html()
    assert f"openai:{name} wrote nothing that holds." in digest.to_text().replace("\n", " ")


def test_what_a_model_thinks_is_not_shown(server):
    (story,) = rewritten(server, "thinks").stories
    assert story.written[0].text == BLAZE.replace(" [1]", "")


@pytest.mark.parametrize("name", ["fails", "refuses-the-key", "endless"])
def test_a_model_that_fails_leaves_the_copied_page_and_is_asked_once(server, name):
    seen = server.seen[name]
    digest = rewritten(server, name, ARTICLES[:3])
    assert [story.written for story in digest.stories] == [(), ()]
    assert "The language model openai:" in digest.to_text()
    attempts = server.seen[name] - seen
    assert attempts <= 4, "the second story is not tried"


def test_many_rewritten_stories_stay_on_one_page(server):
    towns = ["Rotterdam", "Lagos", "Osaka", "Quito", "Perth", "Oslo", "Turin"]
    articles = [article(t, ARTICLES[0].text.replace("Rotterdam", t), f"Fire in {t} kills 12") for t in towns]
    digest = rewritten(server, "true", articles)
    assert len(PdfReader(io.BytesIO(digest.pdf())).pages) == 1


def test_the_command_line_rewrites_with_the_configured_model_and_can_leave_it_out(server, home_of_news):  # noqa: F811
    model = {"BRIEFING_MODEL": "openai:true", "BRIEFING_MODEL_URL": server.url}
    arguments = ("digest", "--timezone", "UTC", "--format", "txt")
    done = briefing(*arguments, home=home_of_news, **model)
    assert done.returncode == 0, done.stderr
    assert "written by openai:true" in " ".join(done.stdout.split())
    copied = briefing(*arguments, "--copied", home=home_of_news, **model)
    assert "openai:true" not in copied.stdout
