"""The page in Debian's Chromium: what people see and do, on a desk and on a phone; nothing foreign is asked for."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import Assistant
from assistant.extract import Judgement
from assistant.web.app import application
from index.article import Article
from index.library import Library
from index.search import Hit
from tests.browsing import (
    DESK,
    PHONE,
    SMALLEST,
    Open,
    ask,
    chromium,
    needs_chromium,
    overflow,
    serious,
    tab,
    visiting,
)
from tests.conftest import WordEmbedder
from tests.hostile import text_of
from tests.serving import in_a_thread
from tests.test_chain import FirstSentence

pytestmark = needs_chromium


class Doubting(FirstSentence):
    """Answers with the first sentence, except questions about chess."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Judgement:
        return Judgement((), 0.0) if "chess" in question else super().judge(question, hits)


class Canary(http.server.BaseHTTPRequestHandler):
    """Another server on this machine, which nobody should ever call."""

    called: list[str] = []  # noqa: RUF012 - one for all requests

    def do_GET(self) -> None:
        self.called.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, canary: str) -> Iterator[str]:
    """The app over three plain articles, a copy and a hostile one, served by a thread of this process."""
    text = (
        "The river bridge opened on Monday after two years of work. It cost forty million euros, which the county and "
        "the two towns share. Twelve thousand cars are expected to cross it every day, most on their way to the "
        "harbour. Shopkeepers of the old quarter fear that fewer people will stop there. The council answers that the "
        "square will be closed to lorries from the first of June and that trees will be planted along the quay."
    )
    articles = [
        Article("a", f"{text}\n\nThe mayor cut the ribbon.", "Bridge opens", _day(1), source="Gazette"),
        Article("b", f"{text}\n\nThe mayor cut the ribbon.", "Bridge open at last", _day(2), source="Courier"),
        Article("c", "Fishermen in the harbour went on strike over fuel prices.", "Strike", _day(3), source="Courier"),
        Article("x", text_of(canary), f'<img src="{canary}/title">', _day(9), source="<b>Evil</b>", url="javascript:1"),
    ]
    with Library.open(tmp_path_factory.mktemp("site") / "home", embedder=WordEmbedder()) as library:
        library.add(articles)
        with in_a_thread(lambda: application(Assistant(library, judge=Doubting()))) as address:
            yield address


def _day(number: int) -> Any:
    import datetime as dt

    return dt.date(2024, 5, number)


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Any]:
    assert site  # first: Playwright keeps an event loop running
    with chromium() as opened:
        yield opened


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Open]:
    """Opens pages of the site, and holds that its articles had nobody called."""
    with visiting(browser) as opens:
        yield lambda address=site, **options: opens(address, **options)
    assert Canary.called == []


def test_an_answer_its_hover_card_its_evidence_and_its_article(visit: Open) -> None:
    page = visit()
    assert page.evaluate("document.activeElement.id") == "question"
    ask(page, "What opened on Monday?")
    page.hover(".cite")
    card = page.locator("[role=tooltip]")
    assert "The river bridge opened on Monday" in card.inner_text()
    assert "May 2024" in card.inner_text()
    page.click(".cite")
    chosen = page.locator(".card.chosen")
    assert "The river bridge opened" in chosen.locator("mark").inner_text()
    assert "also in 1 other" in chosen.inner_text()
    chosen.get_by_role("button", name="Open article").click()
    page.wait_for_selector("dialog mark")
    assert "The mayor cut the ribbon" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert "Searched 4 articles, 2024" in page.locator(".under").inner_text()
    assert "Well supported" in page.locator(".under").inner_text()


def test_a_refusal_is_calm_and_offers_ways_on(visit: Open) -> None:
    page = visit()
    ask(page, "Who won at chess in May 2024?")
    assert "The articles do not answer this." in page.locator(".answer").inner_text()
    assert page.locator(".evidence details[open] .card").count() >= 1
    page.get_by_role("button", name="Search without").first.click()
    page.wait_for_selector(".actions")
    assert page.locator(".under .chip").count() == 0


def test_a_follow_up_is_offered_and_asked(visit: Open) -> None:
    page = visit()
    page.wait_for_selector(".examples button")
    ask(page, "What opened on Monday?")
    page.locator(".follow button").first.click()
    page.wait_for_selector(".exchange:nth-of-type(2) .actions")


def test_stop_a_full_queue_and_retry(visit: Open) -> None:
    page = visit()
    page.route("**/api/ask", lambda route: None)
    page.fill("#question", "What opened on Monday?")
    page.press("#question", "Enter")
    page.get_by_role("button", name="Stop").click()
    assert "Stopped" in page.locator("[role=alert]").inner_text()
    page.unroute("**/api/ask")
    page.route(
        "**/api/ask", lambda route: route.fulfill(status=200, body='event: error\ndata: {"detail": "Full."}\n\n')
    )
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("text=Full.")
    page.unroute("**/api/ask")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(".actions")


def test_conversations_are_kept_renamed_edited_exported_and_deleted(visit: Open) -> None:
    page = visit()
    ask(page, "What opened on Monday?")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    exported = Path(download.value.path()).read_text(encoding="utf-8")
    assert "## What opened on Monday?" in exported
    assert "Sources:" in exported
    page.hover(".rail-list li")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").fill("About the bridge")
    page.keyboard.press("Enter")
    page.reload()
    page.wait_for_selector(".actions")
    assert page.locator(".rail-open").all_inner_texts() == ["About the bridge"]
    page.get_by_role("button", name="Edit the question").click()
    page.locator("textarea.edit").fill("Who went on strike?")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('strike')")
    page.wait_for_selector(".actions")
    assert page.locator(".exchange").count() == 1
    page.hover(".rail-list li")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    assert page.locator(".rail-open").count() == 0


def test_a_thumb_down_asks_why(visit: Open, site: str) -> None:
    page = visit()
    ask(page, "What opened on Monday?")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_label("out of date").check()
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector("[aria-pressed=true][aria-label='Bad answer']")


def test_filters_are_chips_that_can_be_removed(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="Days and outlets").click()
    page.get_by_role("checkbox", name="Courier").check()
    page.keyboard.press("Escape")
    ask(page, "What opened on Monday?")
    assert "Searched 2 articles" in page.locator(".under").inner_text()
    page.get_by_role("button", name="Remove the filter Courier").click()
    assert page.locator(".chips.on .chip").count() == 0


def test_everything_can_be_done_by_keyboard(visit: Open) -> None:
    page = visit()
    tab(page, "Articles")
    page.keyboard.press("Control+k")
    page.wait_for_function("document.activeElement.id === 'question'")
    page.keyboard.type("What opened on Monday?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".actions")
    page.focus(".cite")
    assert page.locator("[role=tooltip]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".card.chosen:focus")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Open article":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")


def test_two_people_do_not_see_each_others_conversations(visit: Open) -> None:
    first, second = visit(), visit()
    ask(first, "What opened on Monday?")
    ask(second, "Who went on strike?")
    second.reload()
    second.wait_for_selector(".actions")
    assert "strike" in second.locator(".log").inner_text()
    assert "Monday" not in second.locator(".asked").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_every_tab_is_accessible_and_fits(visit: Open, size: tuple[int, int], scheme: str) -> None:
    page = visit(size=size, scheme=scheme)
    ask(page, "What opened on Monday?")
    page.click(".cite")
    page.wait_for_selector(".card.chosen")
    assert serious(page) == []
    page.keyboard.press("Escape")
    tab(page, "Digest")
    page.locator(".day").first.click()
    page.wait_for_selector("iframe.there")
    assert serious(page) == []
    tab(page, "Articles")
    page.locator(".line").first.click()
    page.wait_for_selector("dialog h2")
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert serious(page) == []
    for width, height in (SMALLEST, (2560, 1400)):
        page.set_viewport_size({"width": width, "height": height})
        for name in ("Digest", "Articles", "Ask"):
            tab(page, name)
            assert overflow(page) <= 0


def test_on_a_phone_the_evidence_is_a_sheet(visit: Open) -> None:
    page = visit(size=PHONE)
    ask(page, "What opened on Monday?")
    assert not page.locator(".card").first.is_visible()
    page.get_by_role("button", name="1 source").click()
    page.wait_for_selector(".evidence.open .card")
    page.locator(".evidence").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Conversations").click()
    page.wait_for_selector(".rail.open")
    page.keyboard.press("Escape")
    page.wait_for_function("getComputedStyle(document.querySelector('.rail')).visibility === 'hidden'")


def test_a_hostile_article_is_only_text(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="Days and outlets").click()
    page.get_by_role("checkbox", name="<b>Evil</b>").check()
    ask(page, "What did the lighthouse keeper report?")
    assert "<img src=" in page.locator(".evidence").inner_text()
    page.hover(".cite")
    page.locator(".card button").first.click()
    page.wait_for_selector("dialog mark")
    assert "overlay" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy with citations").click()
    tab(page, "Digest")
    page.get_by_role("button", name="9 May 2024").click()
    page.wait_for_selector("iframe.there")
    tab(page, "Articles")
    page.wait_for_selector(".line")
    page.locator(".line").first.click()
    page.wait_for_selector("dialog h2")
    time.sleep(0.5)  # for what might still be on its way
    assert page.locator("#taken").count() == 0
    assert page.evaluate("document.querySelectorAll('img, video, audio, object, embed, marquee').length") == 0


def test_a_citation_of_the_digest_opens_the_article(visit: Open) -> None:
    page = visit()
    tab(page, "Digest")
    page.get_by_role("button", name="3 May 2024").click()
    page.wait_for_selector("iframe.there")
    page.frame_locator("iframe.page").locator("a.cite").first.click()
    page.wait_for_selector("dialog h2")
    assert "Fishermen" in page.locator("dialog").inner_text()
