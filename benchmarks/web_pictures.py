"""The pictures of docs/web.md: `python -m benchmarks.web_pictures [--folder docs]`.

The page as it is served, over the sample articles, in Chromium. Look at them before they are kept.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT
from tests.serving import serving

DESK, PHONE = (1440, 900), (390, 844)
QUESTION = "How many pilgrims died in the Hajj stampede?"


class Camera:
    """Opens the page, and keeps what it looks like."""

    def __init__(self, browser: Any, address: str, folder: Path) -> None:
        self._browser, self._address, self._folder = browser, address, folder

    def take(self, name: str, size: tuple[int, int], scheme: str, show: Callable[[Any], None], path: str = "/") -> None:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(self._address + path)
        show(page)
        page.wait_for_timeout(400)
        page.screenshot(path=self._folder / f"web-{name}.png")
        context.close()


def asked(page: Any, question: str = QUESTION) -> None:
    page.wait_for_selector("#question")
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".actions")
    page.wait_for_selector(".follow, .loosen")


def pointed_at(page: Any) -> None:
    listed(page)
    page.locator(".cite").nth(1).hover()


def cited(page: Any) -> None:
    asked(page)
    page.locator(".cite").first.click()
    page.wait_for_selector(".card.chosen")


def refused(page: Any) -> None:
    asked(page, "Who won the chess championship in May 2015?")


def opened(page: Any) -> None:
    cited(page)
    page.locator(".card.chosen").get_by_role("button", name="Open article").click()
    page.wait_for_selector("dialog mark")


def welcomed(page: Any) -> None:
    page.wait_for_selector(".examples li:nth-child(4)")


def listed(page: Any) -> None:
    asked(page, "What did Wikinews report in September 2015?")


def digest(page: Any) -> None:
    page.get_by_role("tab", name="Digest", exact=True).click()
    for _ in range(40):
        if page.locator(".calendar select").input_value() == "2015-09":
            break
        page.get_by_role("button", name="Earlier month").click()
    page.get_by_role("button", name="12 September 2015").click()
    page.wait_for_selector("iframe.there")


def articles(page: Any) -> None:
    page.get_by_role("tab", name="Articles", exact=True).click()
    page.wait_for_selector(".line")


KEPT = (("ask", DESK, "light", pointed_at), ("dark", DESK, "dark", cited), ("digest", DESK, "light", digest))
MORE = (
    ("refusal", DESK, "light", refused),
    ("article", DESK, "light", opened),
    ("welcome", DESK, "light", welcomed),
    ("list", DESK, "light", listed),
    ("articles", DESK, "light", articles),
    ("wide", (2560, 1400), "light", cited),
    ("tablet", (1024, 768), "light", cited),
    ("phone-ask", PHONE, "dark", asked),
    ("phone-evidence", PHONE, "dark", cited),
    ("phone-welcome", PHONE, "light", welcomed),
    ("phone-digest", PHONE, "light", digest),
    ("phone-articles", PHONE, "light", articles),
    ("small", (360, 640), "light", asked),
    ("small-refusal", (360, 640), "light", refused),
)


def side_by_side(left: Path, right: Path, to: Path) -> None:
    """Two pictures of a phone as one."""
    from PIL import Image

    pictures = [Image.open(left).convert("RGB"), Image.open(right).convert("RGB")]
    width, height = pictures[0].size
    whole = Image.new("RGB", (2 * width + 16, height), (128, 128, 128))
    for place, picture in enumerate(pictures):
        whole.paste(picture, (place * (width + 16), 0))
    whole.save(to)


def main() -> None:
    from playwright.sync_api import sync_playwright

    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where all pictures go; otherwise the ones of docs/ are made anew")
    parser.add_argument("--only", default="", help="only these, with commas between them")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="briefing-pictures-"))
    folder = given.folder or home / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with Library.open(home / "home") as library:
        library.ingest([ROOT / "seeds"])
    with serving(home / "home", home) as server, sync_playwright() as playwright:
        server.wait_for_models()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        camera = Camera(browser, server.address, folder)
        for name, size, scheme, show in (*KEPT, *MORE):
            if not given.only or name in given.only.split(","):
                camera.take(name, size, scheme, show)
        browser.close()
    if not given.folder:
        for name, *_ in KEPT:
            shutil.copy(folder / f"web-{name}.png", ROOT / "docs")
        side_by_side(folder / "web-phone-ask.png", folder / "web-phone-evidence.png", ROOT / "docs" / "web-phone.png")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
