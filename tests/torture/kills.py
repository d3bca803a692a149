"""kill -9 at random moments: what was acknowledged before is found after, without anybody's help.

python -m tests.torture.kills --count 200            # at random moments of an ingest
python -m tests.torture.kills_chroma --count 100     # inside the time in which Chroma writes its index
python -m tests.torture.kills_repair --count 50      # during a repair
python -m tests.torture.kills_digest --count 50      # during a digest
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from typing import Any

import index.ingesting
from tests.torture.common import Child, Result, main, opened, place, warm
from tests.torture.killing import Home, Send, Window, judge, was_sent

ROUNDS = 10  # kills that one home lives through, one after the other
NEW = 24  # articles of one ingest
MOMENTS = {"articles": "between batches", "indexing": "while indexing", "done": "after the end"}


def ingest(home: Home, plan: list[tuple[int, int]], send: Send) -> None:
    """Add the planned articles in small batches, telling after each how many are stored."""
    index.ingesting.BATCH_PASSAGES = 8
    with opened(home.folder) as library:
        library.add((home.article(*planned) for planned in plan), progress=lambda what, done, total: send([what, done]))
        send(["done", len(plan)])


def run(count: int, seed: int) -> Result:
    """Kills at random moments of an ingest, from its first to its last."""
    warm()
    dice, result, window, trial = random.Random(seed), Result("kills"), Window(2.5, 0.2), -1
    moments: Counter[str] = Counter()
    with place() as folder:
        home = Home(folder / "home")
        while result.trials < count:
            trial += 1
            if trial % ROUNDS == 0:
                shutil.rmtree(home.folder, ignore_errors=True)
                home = Home(folder / "home")
            plan = home.plan(dice, range(trial * NEW, (trial + 1) * NEW))
            sent = window.kill(Child(lambda send, plan=plan, home=home: ingest(home, plan, send)), dice)
            moments[_moment(sent)] += 1
            home.note(plan, max((done for what, done in sent if what in ("articles", "done")), default=0))
            judge(result, home, f"kill {trial}")
            result.trials += not was_sent(sent, "done")  # a kill after the end is checked, but not counted
    result.figures["killed"] = dict(moments)
    return result


def _moment(sent: list[Any]) -> str:
    return MOMENTS.get(sent[-1][0] if sent else "", "before the first batch")


if __name__ == "__main__":
    main("kills", run, 200)
