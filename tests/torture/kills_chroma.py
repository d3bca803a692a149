"""kill -9 inside the time in which Chroma writes its index, where 29 of 40 stores were lost without snapshots."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

import index.dense
from tests.torture.common import Child, Result, article, ask, main, marker, opened, place, warm
from tests.torture.kills import Home, Send

MANY = 1_300  # passages: more than Chroma's threshold of 1,000, so that it writes its graph


def stocked(home: Path, send: Send) -> None:
    with opened(home) as library:
        library.add(article(number, passages=20) for number in range(70))
        send(library.archive.passage_count())


def rebuild(home: Path, number: int, send: Send) -> None:
    """Add one article, which makes a new snapshot of all; tell when Chroma begins and ends."""
    fill = index.dense.DenseIndex._fill

    def told(self: Any, folder: Path, archive: Any) -> int:
        send(["began", 0])
        count = fill(self, folder, archive)
        send(["ended", 0])
        return count

    index.dense.DenseIndex._fill = told  # type: ignore[method-assign]
    with opened(home) as library:
        library.add([article(number)], progress=lambda what, done, total: send([what, done]))
        send(["done", 1])


def run(count: int, seed: int) -> Result:
    warm()
    dice, result, inside = random.Random(seed), Result("kills inside Chroma's writing"), 0
    with place() as folder:
        _, sent, _ = ask(lambda send: stocked(folder / "base", send))
        result.figures["passages"] = sent[-1]
        window = 1.0
        trial = -1
        while inside < count and trial < 3 * count:
            trial += 1
            shutil.rmtree(folder / "home", ignore_errors=True)
            shutil.copytree(folder / "base", folder / "home")
            home = Home(folder / "home")
            home.note([(number, 0) for number in range(70)], 70)
            home.note([(1_000 + trial, 0)], 0)
            child = Child(lambda send, number=1_000 + trial: rebuild(folder / "home", number, send))
            seen: list[Any] = []
            while (item := child.next()) is not None:
                seen.append(item)
                if item[0] == "began":
                    break
            began = time.monotonic()
            time.sleep(dice.uniform(0, window))
            child.kill()
            child.wait()
            seen += child.rest()
            whats = [item[0] for item in seen if isinstance(item, list)]
            inside += "began" in whats and "ended" not in whats
            longer = "ended" not in whats
            window = min(10.0, max(0.05, window * (1.05 if longer else 0.93)))
            home.note([(1_000 + trial, 0)], int("articles" in whats))
            result.expect("began" in whats and time.monotonic() - began < 60, f"kill {trial}: {seen[-1:]}")
            _judge_large(result, home, trial)
            result.trials += 1
    result.figures["killed while Chroma wrote"] = inside
    return result


def _judge_large(result: Result, home: Home, trial: int) -> None:
    """The articles here have twenty passages; `judge` makes them with two, so sizes are checked by verify."""
    code, sent, _ = ask(lambda send: _check(home, send))
    found = sent[-1] if sent else {}
    if result.expect(code == 0 and "wrong" in found, f"kill {trial}: check ended with {code}: {sent}"):
        result.problems += [f"kill {trial}: {problem}" for problem in found["wrong"]]
        slowest = max(result.figures.get("slowest repair, s", 0), round(found["healed"], 1))
        result.figures["slowest repair, s"] = slowest
        result.expect(found["healed"] < 60, f"kill {trial}: repaired in {found['healed']:.0f} s")


def _check(home: Home, send: Send) -> None:
    began = time.monotonic()
    with opened(home.folder) as library:
        library.search("harbour")
        healed = time.monotonic() - began
        health = library.verify()
        wrong = [*health.archive, *health.derived]
        for number in sorted(home.known):
            hits = library.search(marker(number), limit=2)
            if not hits or not hits[0].article.url.endswith(f"/{number}"):
                wrong.append(f"acknowledged article {number} is not found")
        left = [path.name for path in (home.folder / "dense").iterdir() if path.is_dir()]
        if len(left) > 2:
            wrong.append(f"{len(left)} snapshots are left")
        send({"wrong": wrong, "healed": healed})


if __name__ == "__main__":
    main("kills_chroma", run, 100)
