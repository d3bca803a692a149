"""Chromium for the tests: pages that are watched, so that nothing foreign is asked for and nothing complains."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="Chromium is not installed: `apt-get install chromium`, then `python -m pytest tests/test_web_*.py`",
)
LONG = 60_000  # milliseconds, for a machine that has much else to do
DESK, PHONE, SMALLEST = (1440, 900), (390, 844), (360, 640)

Open = Callable[..., Any]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser. Playwright keeps an event loop running meanwhile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visiting(browser: Any, expected: tuple[str, ...] = ()) -> Iterator[Open]:
    """Opens pages; at the end holds that no other host was asked and nothing was said on the console.

    `expected` are parts of what may be said there.
    """
    contexts, complaints, asked = [], [], []

    def opens(
        address: str, size: tuple[int, int] = DESK, scheme: str = "light", until: str = "#question", path: str = ""
    ) -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(LONG)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append((address, request.url)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        page.wait_for_selector(until)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert [url for address, url in asked if not url.startswith((address, "data:", "blob:", "about:"))] == []
    assert [said for said in complaints if not any(part in said for part in expected)] == []


def ask(page: Any, question: str) -> None:
    """Ask, and wait until the answer is whole."""
    before = page.locator(".exchange").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(f".exchange:nth-of-type({before + 1}) .actions")


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def serious(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {[node['html'][:160] for node in item['nodes']][:3]}"
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]


def overflow(page: Any) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
