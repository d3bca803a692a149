"""What the programs that kill share: a home with what it must hold, the moment of the kill, and the look afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.article import Article
from tests.torture.common import LARGEST_FILE, Child, Result, article, ask, is_found, opened, size_of

PATIENCE = 600.0  # seconds for a look: hundreds of searches, on a machine that may be busy
CHANGED = 4  # articles that an ingest brings in a new version
Send = Callable[[Any], None]


class Home:
    """One home and what it must hold: what was acknowledged, and what may have been stored unacknowledged."""

    def __init__(self, folder: Path, passages: int = 2) -> None:
        self.folder = folder
        self.passages = passages  # of each article
        self.versions: dict[int, set[int]] = {}  # number → versions that may be there; one when acknowledged
        self.known: set[int] = set()  # acknowledged, so that they must be there

    def plan(self, dice: random.Random, new: range) -> list[tuple[int, int]]:
        """(number, version) of the articles of the next ingest."""
        changed = dice.sample(sorted(self.known), min(CHANGED, len(self.known)))
        return [(n, max(self.versions[n]) + 1) for n in changed] + [(n, 0) for n in new]

    def article(self, number: int, version: int = 0) -> Article:
        return article(number, version, passages=self.passages)

    def stock(self, count: int) -> None:
        """Put so many articles in it, all acknowledged; in a process of its own."""
        ask(lambda send: _stocked(self, count, send))
        self.note([(number, 0) for number in range(count)], count)

    def note(self, plan: list[tuple[int, int]], acknowledged: int) -> None:
        for place_in_order, (number, version) in enumerate(plan):
            if place_in_order < acknowledged:
                self.versions[number] = {version}
                self.known.add(number)
            else:
                self.versions.setdefault(number, set()).add(version)

    def settle(self, held: dict[str, int]) -> None:
        """What is there after the kill is what is known from now on."""
        self.versions = {int(n): {version} for n, version in held.items()}
        self.known = set(self.versions)


def _stocked(home: Home, count: int, send: Send) -> None:
    with opened(home.folder) as library:
        library.add(home.article(number) for number in range(count))
        send(library.count())


class Window:
    """How long after its beginning a process is killed at the latest: so that few kills come too late."""

    def __init__(self, seconds: float, least: float) -> None:
        self.seconds = seconds
        self.least = least

    def kill(self, child: Child, dice: random.Random, last: str = "done") -> list[Any]:
        """Kill at a random moment; the [what, number] that it had sent. Shorter from now on when `last` was sent."""
        time.sleep(dice.uniform(0, self.seconds))
        child.kill()
        child.wait()
        sent = [item for item in child.rest() if isinstance(item, list)]
        self.seconds = min(20.0, max(self.least, self.seconds * (0.9 if was_sent(sent, last) else 1.05)))
        return sent


def was_sent(sent: list[Any], what: str) -> bool:
    return any(item[0] == what for item in sent)


def check(home: Home, send: Send) -> None:
    """Open, search (which repairs what needs it), verify; send what is wrong and what is there."""
    began = time.monotonic()
    with opened(home.folder) as library:
        library.search("harbour")
        healed = time.monotonic() - began
        health = library.verify()
        wrong = [*health.archive, *health.derived]
        held: dict[str, int] = {}
        for stored in library.articles():
            number, version = int(stored.url.rpartition("/")[2]), int(stored.title.rpartition(" ")[2])
            if str(number) in held:
                wrong.append(f"article {number} is there twice")
            held[str(number)] = version
            if version not in home.versions.get(number, set()):
                wrong.append(f"article {number} has version {version}, which was not expected")
            elif not is_found(library, home.article(number, version)):
                wrong.append(f"article {number} is stored and not found as it is")
        lost = [number for number in home.known if str(number) not in held]
        wrong += [f"acknowledged article {number} is gone" for number in lost]
        send({"wrong": wrong, "held": held, "healed": healed, "bytes": size_of(home.folder)})


def judge(result: Result, home: Home, trial: str) -> bool:
    """Check a home after a kill in a process of its own."""
    code, sent, _ = ask(lambda send: check(home, send), seconds=PATIENCE)
    if not result.expect(code == 0 and bool(sent) and "wrong" in sent[-1], f"{trial}: check ended with {code}: {sent}"):
        return False
    found = sent[-1]
    result.problems += [f"{trial}: {problem}" for problem in found["wrong"]]
    result.expect(found["healed"] < 60, f"{trial}: repaired in {found['healed']:.0f} s")
    result.expect(found["bytes"] < LARGEST_FILE / 4, f"{trial}: the home grew to {found['bytes']} bytes")
    result.figures["slowest repair, s"] = max(result.figures.get("slowest repair, s", 0), round(found["healed"], 1))
    result.figures["articles checked"] = result.figures.get("articles checked", 0) + len(found["held"])
    home.settle(found["held"])
    return not found["wrong"]
