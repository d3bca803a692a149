"""kill -9 during a repair of both indexes."""

from __future__ import annotations

import random
import shutil

from tests.torture.common import Child, Result, main, opened, place, warm
from tests.torture.killing import Home, Send, Window, judge, was_sent

MANY = 400


def repair(home: Home, send: Send) -> None:
    with opened(home.folder) as library:
        send(["open", 0])
        library.repair(progress=lambda what, done, total: send([what, done]))
        send(["done", 0])


def run(count: int, seed: int) -> Result:
    warm()
    dice, result, window, during = random.Random(seed), Result("kills during a repair"), Window(1.0, 0.1), 0
    with place() as folder:
        home = Home(folder / "home")
        home.stock(MANY)
        for trial in range(count):
            if trial % 2:
                shutil.rmtree(home.folder / dice.choice(("dense", "lexical")), ignore_errors=True)
            child = Child(lambda send: repair(home, send))
            child.next()
            during += not was_sent(window.kill(child, dice), "done")
            judge(result, home, f"kill {trial}")
            result.trials += 1
    result.figures["killed before the end"] = during
    return result


if __name__ == "__main__":
    main("kills_repair", run, 50)
