"""kill -9 inside the time in which Chroma writes its index, where 29 of 40 stores were lost without snapshots."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import index.dense
from tests.torture.common import Child, Result, main, opened, place, warm
from tests.torture.killing import Home, Send, Window, judge, was_sent

MANY, PASSAGES = 70, 20  # together more than Chroma's threshold of 1,000, from which on it writes in its own time


def rebuild(home: Home, number: int, send: Send) -> None:
    """Add one article, which makes a new snapshot of all; tell when Chroma begins and ends."""
    fill = index.dense.DenseIndex._fill

    def told(self: Any, folder: Path, archive: Any) -> int:
        send(["began", 0])
        count = fill(self, folder, archive)
        send(["ended", 0])
        return count

    index.dense.DenseIndex._fill = told  # type: ignore[method-assign]
    with opened(home.folder) as library:
        library.add([home.article(number)], progress=lambda what, done, total: send([what, done]))
        send(["done", 1])


def run(count: int, seed: int) -> Result:
    warm()
    dice, result, window, inside = random.Random(seed), Result("kills inside Chroma's writing"), Window(1.0, 0.05), 0
    with place() as folder:
        Home(folder / "base", PASSAGES).stock(MANY)
        while inside < count and result.trials <= 3 * count:
            home, number = _copied(folder), 1_000 + result.trials
            child = Child(lambda send, home=home, number=number: rebuild(home, number, send))
            sent = _until(child, "began")
            begun = was_sent(sent, "began")
            sent += window.kill(child, dice, last="ended")
            inside += begun and not was_sent(sent, "ended")
            home.note([(number, 0)], int(was_sent(sent, "articles")))
            result.expect(begun, f"kill of {number}: Chroma did not begin: {sent[-1:]}")
            if judge(result, home, f"kill of {number}"):
                left = len(list(home.folder.glob("dense/v*/")))
                result.expect(left <= 2, f"kill of {number}: {left} snapshots are left")
            result.trials += 1
    result.figures["killed while Chroma wrote"] = inside
    return result


def _copied(folder: Path) -> Home:
    shutil.rmtree(folder / "home", ignore_errors=True)
    shutil.copytree(folder / "base", folder / "home")
    home = Home(folder / "home", PASSAGES)
    home.note([(number, 0) for number in range(MANY)], MANY)
    return home


def _until(child: Child, what: str) -> list[Any]:
    """What it sends up to this; all, when it ends without."""
    sent: list[Any] = []
    while not was_sent(sent, what) and (item := child.next()) is not None:
        sent += [item] if isinstance(item, list) else []
    return sent


if __name__ == "__main__":
    main("kills_chroma", run, 100)
