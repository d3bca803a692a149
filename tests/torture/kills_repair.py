"""kill -9 during a repair of both indexes."""

from __future__ import annotations

import random
import shutil
import time

from tests.torture.common import Child, Result, article, ask, main, opened, place, warm
from tests.torture.kills import Home, Send, judge

MANY = 400


def stocked(home: Home, send: Send) -> None:
    with opened(home.folder) as library:
        library.add(article(number) for number in range(MANY))
        send(library.count())


def repair(home: Home, send: Send) -> None:
    with opened(home.folder) as library:
        send(["open", 0])
        library.repair(progress=lambda what, done, total: send([what, done]))
        send(["done", 0])


def run(count: int, seed: int) -> Result:
    warm()
    dice, result, during = random.Random(seed), Result("kills during a repair"), 0
    with place() as folder:
        home, length = Home(folder / "home"), 1.0
        ask(lambda send: stocked(home, send))
        home.note([(number, 0) for number in range(MANY)], MANY)
        for trial in range(count):
            if trial % 2:
                shutil.rmtree(home.folder / dice.choice(("dense", "lexical")), ignore_errors=True)
            child = Child(lambda send: repair(home, send))
            child.next()
            time.sleep(dice.uniform(0, length))
            child.kill()
            child.wait()
            done = any(item[0] == "done" for item in child.rest() if isinstance(item, list))
            during += not done
            length = min(20.0, max(0.1, length * (0.9 if done else 1.05)))
            judge(result, home, f"kill {trial}")
            result.trials += 1
    result.figures["killed before the end"] = during
    return result


if __name__ == "__main__":
    main("kills_repair", run, 50)
