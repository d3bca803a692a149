"""kill -9 during a digest that is written to a file: the file is the old one or the new one, the library is whole."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.torture.common import Child, Result, article, ask, main, opened, place, warm
from tests.torture.kills import Home, Send, judge

MANY = 120


def stocked(home: Home, send: Send) -> None:
    with opened(home.folder) as library:
        library.add(article(number) for number in range(MANY))
        send(library.count())


def write_digest(home: Home, page: Path, send: Send) -> None:
    from assistant.digests import digest
    from assistant.digests.output import write

    with opened(home.folder) as library:
        send(["open", 0])
        made = digest("2024-01-05", library=library)
        send(["made", 0])
        write(page, made.to_html().encode())
        send(["done", 0])


def run(count: int, seed: int) -> Result:
    import assistant.digests.daily
    import assistant.digests.html  # noqa: F401

    warm()
    dice, result, during = random.Random(seed), Result("kills during a digest"), 0
    with place() as folder:
        home, page, length = Home(folder / "home"), folder / "page.html", 1.0
        ask(lambda send: stocked(home, send))
        home.note([(number, 0) for number in range(MANY)], MANY)
        for trial in range(count):
            child = Child(lambda send: write_digest(home, page, send))
            child.next()
            time.sleep(dice.uniform(0, length))
            child.kill()
            child.wait()
            done = any(item[0] == "done" for item in child.rest() if isinstance(item, list))
            during += not done
            length = min(20.0, max(0.05, length * (0.9 if done else 1.05)))
            if page.exists():
                whole = page.read_text("utf-8").rstrip().endswith("</html>")
                result.expect(whole, f"kill {trial}: the page is half written")
            judge(result, home, f"kill {trial}")
            result.trials += 1
    result.figures["killed before the end"] = during
    return result


if __name__ == "__main__":
    main("kills_digest", run, 50)
