"""Chromium at the login, among the articles, with a newcomer, and with a sample of the poisoned articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.chain import Assistant
from assistant.web.app import application
from assistant.web.login import Login
from index.feedback import FeedbackTable
from index.library import Library
from tests.browsing import (
    DESK,
    LONG,
    PHONE,
    SMALLEST,
    ask,
    chromium,
    needs_chromium,
    overflow,
    serious,
    tab,
    visiting,
)
from tests.serving import in_a_thread, serving
from tests.test_chain import FirstSentence
from tests.torture import hostile_page

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


# The login


@pytest.fixture
def locked(library: Library, folder: Path) -> Iterator[str]:
    """The app over three articles, behind a login."""
    library.ingest([folder])
    login = Login("ann", "correct horse")
    with in_a_thread(lambda: application(Assistant(library, judge=FirstSentence()), login=login)) as address:
        yield address


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_people_log_in_by_keyboard(browser: Any, locked: str, size: tuple[int, int], scheme: str) -> None:
    with visiting(browser, expected=("401 (Unauthorized)",)) as opens:  # Chromium's own line about the wrong password
        page = opens(locked, size, scheme, until="input[name=username]")
        assert page.url.endswith("/login")
        assert page.evaluate("document.activeElement.name") == "username"
        assert serious(page) == []
        type_in(page, "ann", "guess")
        assert "not right" in page.locator("[role=alert]").inner_text()
        assert serious(page) == []
        type_in(page, "ann", "correct horse")
        page.wait_for_selector("#question")
        ask(page, "What opened on Monday?")
        page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        last, leave = (page.locator(part).bounding_box() for part in ("[role=tab]:last-of-type", ".leave"))
        assert last["x"] + last["width"] <= leave["x"]
        page.get_by_role("button", name="Log out").click()
        page.wait_for_selector("input[name=password]")


def test_the_login_fits_every_window_and_complains_of_nothing(browser: Any, locked: str) -> None:
    with visiting(browser) as opens:
        for size in (SMALLEST, (2560, 1400)):
            page = opens(locked, size, until="input[name=username]", path="/login")
            assert overflow(page) <= 0
            button = page.get_by_role("button", name="Log in").bounding_box()
            assert button["y"] + button["height"] < size[1]


def type_in(page: Any, user: str, password: str) -> None:
    """As somebody without a mouse does: the first field has the focus."""
    for text, key in ((user, "Tab"), (password, "Enter")):
        page.keyboard.type(text)
        page.keyboard.press(key)
    page.wait_for_selector("#question, [role=alert]")


# Articles


@pytest.fixture
def shelf(library: Library, folder: Path) -> Iterator[str]:
    """The app over three articles, without a login."""
    library.ingest([folder])
    with in_a_thread(lambda: application(Assistant(library, judge=FirstSentence()))) as address:
        yield address


DROP = """([zone, files]) => {
  const dropped = new DataTransfer();
  files.forEach(([name, text]) => dropped.items.add(new File([text], name, { type: 'text/plain' })));
  for (const kind of ['dragover', 'drop']) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));
  }
}"""


def titles(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".line .title").all_inner_texts()]


def test_articles_are_found_sorted_read_and_removed(browser: Any, shelf: str) -> None:
    with visiting(browser) as opens:
        page = opens(shelf)
        tab(page, "Articles")
        page.wait_for_selector(".line")
        assert titles(page) == ["Museum", "Harbour", "Bridge"]
        page.get_by_label("Order").select_option("title")
        page.wait_for_selector(".list li:first-child:has-text('Bridge')")
        assert titles(page) == ["Bridge", "Harbour", "Museum"]
        page.get_by_label("Find articles").fill("courier")
        page.wait_for_selector("text=1 article")
        assert titles(page) == ["Harbour"]
        page.locator(".line").click()
        page.wait_for_selector("dialog h2")
        page.get_by_role("button", name="Remove from the library").click()
        page.get_by_role("button", name="Remove it for good?").click()
        page.wait_for_selector("text=No article fits these words.")


def test_each_dropped_file_has_its_own_result(browser: Any, shelf: str) -> None:
    with visiting(browser) as opens:
        page = opens(shelf)
        tab(page, "Articles")
        files = [["ferry.txt", "The ferry sank in the storm."], ["empty.txt", ""]]
        page.evaluate(DROP, [page.wait_for_selector(".drop"), files])
        page.wait_for_selector(".results .added:has-text('ferry.txt')")
        page.wait_for_selector(".results .failed:has-text('empty.txt')")
        page.wait_for_selector(".line:has-text('ferry')")
        page.get_by_label("Address of an article or a feed").fill("http://127.0.0.1:1/secret")
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_selector(".results .failed:has-text('not fetched')")
        for width in (360, 1024, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) <= 0
            add, side = (page.locator(part).bounding_box() for part in (".link-form button", ".adding"))
            assert add["x"] + add["width"] <= side["x"] + side["width"]


# Conversations


def test_what_is_said_of_an_answer_is_kept_and_copied(browser: Any, shelf: str, library: Library) -> None:
    with visiting(browser) as opens:
        page = opens(shelf)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(page, "What opened on Monday?")
        page.get_by_role("button", name="Copy with citations").click()
        page.wait_for_selector("text=Copied with its sources.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "The river bridge opened on Monday" in copied
        assert "Sources:" in copied
        page.get_by_role("button", name="Bad answer").click()
        page.get_by_label("out of date").check()
        page.get_by_label("Anything else").fill("It was Tuesday.")
        page.get_by_role("button", name="Send").click()
        page.wait_for_selector("[aria-pressed=true][aria-label='Bad answer']")
    kept = FeedbackTable(library.archive).all("down")
    assert [(one.question, one.reason, one.note) for one in kept] == [
        ("What opened on Monday?", "out of date", "It was Tuesday.")
    ]


def test_a_conversation_that_was_left_is_opened_again(browser: Any, shelf: str) -> None:
    """One whole, and one that was left while it was being answered."""
    with visiting(browser) as opens:
        page = opens(shelf)
        ask(page, "What opened on Monday?")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export as JSON").click()
        assert '"What opened on Monday?"' in Path(download.value.path()).read_text(encoding="utf-8")
        page.get_by_role("button", name="New conversation").click()
        page.route("**/api/ask", lambda route: None)
        page.fill("#question", "Who went on strike?")
        page.press("#question", "Enter")
        page.wait_for_selector(".doing")
        page.locator(".rail-open", has_text="Monday").click()
        page.wait_for_selector(".answer:has-text('river bridge')")
        page.unroute("**/api/ask")
        page.locator(".rail-open", has_text="strike").click()
        page.get_by_role("button", name="Try again").click()
        page.wait_for_selector(".answer:has-text('Fishermen')")


def test_days_narrow_what_is_searched(browser: Any, shelf: str) -> None:
    with visiting(browser) as opens:
        page = opens(shelf)
        page.get_by_role("button", name="Days and outlets").click()
        page.get_by_label("Since").fill(dt.date(2024, 5, 2).isoformat())
        page.get_by_label("Until").fill(dt.date(2024, 5, 31).isoformat())
        page.keyboard.press("Escape")
        assert "since 2 May 2024" in page.locator(".chips.on").inner_text()
        ask(page, "What did the fishermen do?")
        assert "Searched 1 article, 2024" in page.locator(".under").inner_text()


# Hostile articles


def test_a_sample_of_the_poisoned_articles_is_only_text(browser: Any, tmp_path: Path) -> None:
    """All 150: `python -m tests.torture.hostile_page`."""
    numbers = list(range(0, 150, 10))
    with hostile_page.site(tmp_path, numbers) as (address, urls):
        page = browser.new_page()
        watched = hostile_page.browse(page, address, numbers, urls)
        page.close()
    assert watched.problems == []
    assert watched.linked > len(numbers)


# A newcomer


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_newcomers_whole_path(browser: Any, tmp_path: Path, size: tuple[int, int], scheme: str) -> None:
    """An empty home, the samples, a question, hover, click, article, digest, PDF; with the real models."""
    with serving(tmp_path / "home", tmp_path) as server, visiting(browser) as opens:
        page = opens(server.address, size, scheme)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        assert paint > 0
        page.get_by_role("button", name="Add the sample articles").click()
        page.wait_for_selector(".examples button", timeout=4 * LONG)
        server.wait_for_models()
        ask(page, "why did the August talks stall?")
        assert "Kursk region" in page.locator(".answer").inner_text()
        page.hover(".cite")
        assert "30 Oct 2024" in page.locator("[role=tooltip]").inner_text()
        page.click(".cite")
        page.locator(".card.chosen").get_by_role("button", name="Open article").click()
        page.wait_for_selector("dialog mark")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")  # on a phone the evidence lies over the page
        tab(page, "Digest")
        page.get_by_role("button", name="30 October 2024").click()
        page.wait_for_selector("iframe.there")
        for name, kind, first in (("PDF", "pdf", b"%PDF"), ("HTML", "html", b"<!DOCTYPE"), ("Markdown", "md", b"#")):
            with page.expect_download() as download:
                page.get_by_role("link", name=name, exact=True).click()
            assert download.value.suggested_filename == f"digest-2024-10-30.{kind}"
            assert page.request.get(download.value.url).body().startswith(first)
        tab(page, "Articles")
        page.set_input_files("#files", {"name": "ferry.txt", "mimeType": "text/plain", "buffer": b"The ferry sank."})
        page.wait_for_selector(".results .added")
        page.wait_for_selector(".line:has-text('ferry')")
