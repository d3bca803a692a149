"""kill -9 at random moments: what was acknowledged before is found after, without anybody's help.

python -m tests.torture.kills --count 200            # at random moments of an ingest
python -m tests.torture.kills_chroma --count 100     # inside the time in which Chroma writes its index
python -m tests.torture.kills_repair --count 50      # during a repair
python -m tests.torture.kills_digest --count 50      # during a digest
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import index.ingesting
from index.article import Article
from tests.torture.common import LARGEST_FILE, Child, Result, article, ask, is_found, main, opened, place, size_of, warm

ROUNDS = 10  # kills that one home lives through, one after the other
NEW, CHANGED = 24, 4  # articles of one ingest
Send = Callable[[Any], None]


class Home:
    """One home and what it must hold: what was acknowledged, and what may have been stored unacknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.versions: dict[int, set[int]] = {}  # number → versions that may be there; one when acknowledged
        self.known: set[int] = set()  # acknowledged, so that they must be there

    def plan(self, dice: random.Random, base: int) -> list[tuple[int, int]]:
        """(number, version) of the articles of the next ingest."""
        changed = dice.sample(sorted(self.known), min(CHANGED, len(self.known)))
        return [(n, max(self.versions[n]) + 1) for n in changed] + [(base + n, 0) for n in range(NEW)]

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


def ingest(home: Path, plan: list[tuple[int, int]], send: Send) -> None:
    """Add the planned articles in small batches, telling after each how many are stored."""
    index.ingesting.BATCH_PASSAGES = 8
    with opened(home) as library:
        library.add(articles(plan), progress=lambda what, done, total: send([what, done]))
        send(["done", len(plan)])


def articles(plan: list[tuple[int, int]]) -> Iterator[Article]:
    return (article(number, version) for number, version in plan)


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
            elif not is_found(library, article(number, version)):
                wrong.append(f"article {number} is stored and not found as it is")
        lost = [number for number in home.known if str(number) not in held]
        wrong += [f"acknowledged article {number} is gone" for number in lost]
        send({"wrong": wrong, "held": held, "healed": healed, "bytes": size_of(home.folder)})


def judge(result: Result, home: Home, trial: str) -> bool:
    """Check a home after a kill in a process of its own."""
    code, sent, _ = ask(lambda send: check(home, send))
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


def run(count: int, seed: int) -> Result:
    """Kills at random moments of an ingest, from its first to its last."""
    warm()
    dice, result = random.Random(seed), Result("kills")
    moments: dict[str, int] = {}
    with place() as folder:
        home, length, base = Home(folder / "home"), 2.5, 0
        trial = -1
        while result.trials < count:
            trial += 1
            if trial % ROUNDS == 0:
                shutil.rmtree(home.folder, ignore_errors=True)
                home = Home(folder / "home")
            plan, base = home.plan(dice, base), base + NEW
            child = Child(lambda send, plan=plan, home=home: ingest(home.folder, plan, send))
            time.sleep(dice.uniform(0, length))
            child.kill()
            child.wait()
            sent = child.rest()
            length = min(20.0, max(0.2, length * (0.9 if _is_done(sent) else 1.05)))
            moments[_moment(sent)] = moments.get(_moment(sent), 0) + 1
            home.note(plan, max((done for what, done in _pairs(sent) if what in ("articles", "done")), default=0))
            judge(result, home, f"kill {trial}")
            result.trials += not _is_done(sent)  # a kill after the end is checked, but not counted
    result.figures["killed"] = moments
    return result


def _pairs(sent: list[Any]) -> list[Any]:
    return [item for item in sent if isinstance(item, list)]


def _is_done(sent: list[Any]) -> bool:
    return any(what == "done" for what, _ in _pairs(sent))


def _moment(sent: list[Any]) -> str:
    whats = [what for what, _ in _pairs(sent)]
    return {"articles": "between batches", "indexing": "while indexing", "done": "after the end"}.get(
        whats[-1] if whats else "", "before the first batch"
    )


if __name__ == "__main__":
    main("kills", run, 200)
