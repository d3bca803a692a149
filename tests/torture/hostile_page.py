"""The poisoned articles in the served page, in Chromium: asked for, opened, listed, in the digest of their day.

Nothing runs, no other host is asked, and nothing is linked that is not an article's own address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.chain import Assistant
from assistant.web.app import application
from tests.browsing import CHROMIUM, LONG, ask, chromium, tab
from tests.serving import in_a_thread
from tests.torture.common import Result, main, marker, opened, place
from tests.torture.hostile import Copying, poisoned

FRESH = 10  # questions of one conversation

# What on the page would run, fetch or lead somewhere. Gradio's own scripts carry this response's nonce; the form that
# logs out is ours.
FOUND = """(root) => [...root.querySelectorAll('*:not(form.leave)')].flatMap((element) => {
  const name = element.localName;
  const found = ['object', 'embed', 'base', 'img', 'video', 'audio', 'form[action]', '[style*=url]', 'svg use',
    'meta[http-equiv=refresh]', 'iframe:not(.page)', 'svg image'].filter((bad) => element.matches(bad));
  if (name === 'script' && !element.nonce) found.push('script');
  for (const { name, value } of element.attributes) {
    if (name.startsWith('on')) found.push(`${name}=${value}`);
    if (['href', 'src', 'action', 'formaction', 'srcset', 'poster', 'data'].includes(name)) found.push(`link ${value}`);
  }
  return found.map((bad) => `${name}: ${bad}`);
})"""
OURS = ("link /api/digest/", "link #")  # files of the digest, places in its page


class Watched:
    """A page with everything that it does written down."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self.linked = 0  # links to an article's own address
        page.set_default_timeout(LONG)
        page.on("dialog", lambda dialog: (self.problems.append(f"ran: {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda _: self.problems.append("opened another window"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", lambda said: self.problems.append(f"said: {said.text}") if said.type == "error" else None)
        page.on("request", lambda request: self._asked(request.url, address))
        page.goto(address)

    def look(self, where: str, root: Any, urls: set[str]) -> None:
        """Look through what is shown."""
        for found in root.evaluate(FOUND):
            target = found.partition(": link ")[2]
            self.linked += target in urls
            if not (target in urls or found.partition(": ")[2].startswith(OURS)):
                self.problems.append(f"{where}: {found[:120]}")

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:", "about:")):
            self.problems.append(f"asked {url}")


def browse(page: Any, address: str, numbers: list[int], urls: set[str]) -> Watched:
    """Ask for each article and open it, then see the list and the digest."""
    watched = Watched(page, address)
    page.wait_for_selector("#question")
    for turn, number in enumerate(numbers):
        if turn % FRESH == 0:
            page.get_by_role("button", name="New conversation").click()
        ask(page, f"Why did the talks about {marker(number)} fail?")
        page.locator(".cite").last.hover()
        page.locator(".evidence .card button.link").first.click()
        page.wait_for_selector("dialog.reader h2")
        watched.look(f"article {number}", page.locator("body"), urls)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog.reader", state="detached")
    tab(page, "Articles")
    page.wait_for_selector(".line")
    watched.look("list", page.locator("#articles"), urls)
    tab(page, "Digest")
    page.locator(".day").first.click()
    page.wait_for_selector("iframe.there")
    watched.look("digest tab", page.locator("#digest"), urls)
    watched.look("digest", page.frame_locator("iframe.page").locator("body"), urls)
    return watched


@contextmanager
def site(folder: Path, numbers: list[int]) -> Iterator[tuple[str, set[str]]]:
    """These poisoned articles, served: the address, and the addresses that may be linked."""
    records = poisoned()
    for number in numbers:
        (folder / f"{number}.json").write_text(json.dumps(records[number]), "utf-8")
    with opened(folder / "home") as library:
        library.ingest([folder / f"{number}.json" for number in numbers])
        urls = {found.url for found in library.articles() if found.url.startswith(("http://", "https://"))}
        with in_a_thread(lambda: application(Assistant(library, judge=Copying()))) as address:
            yield address, urls


def run(count: int, seed: int) -> Result:
    result = Result("hostile content in the page")
    if CHROMIUM is None:
        result.skipped = "there is no Chromium"
        return result
    total = len(poisoned())
    numbers = [(seed - 1 + place_of * total // count) % total for place_of in range(min(count, total))]
    with place(2_000) as folder, site(folder, numbers) as (address, urls), chromium() as browser:
        watched = browse(browser.new_page(), address, numbers, urls)
    result.problems = watched.problems
    result.expect(watched.linked > 0, "no article's own address was linked: the page was not seen")
    result.trials = len(numbers)
    result.figures = {"articles asked for and opened": len(numbers), "links to their own addresses": watched.linked}
    return result


if __name__ == "__main__":
    main("hostile_page", run, 150)
