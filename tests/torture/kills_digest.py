"""kill -9 during a digest that is written to a file: the file is the old one or the new one, the library is whole."""

from __future__ import annotations

import random
from pathlib import Path

from tests.torture.common import Child, Result, main, opened, place, warm
from tests.torture.killing import Home, Send, Window, judge, was_sent

MANY = 120


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
    dice, result, window, during = random.Random(seed), Result("kills during a digest"), Window(1.0, 0.05), 0
    with place() as folder:
        home, page = Home(folder / "home"), folder / "page.html"
        home.stock(MANY)
        for trial in range(count):
            child = Child(lambda send: write_digest(home, page, send))
            child.next()
            during += not was_sent(window.kill(child, dice), "done")
            if page.exists():
                whole = page.read_text("utf-8").rstrip().endswith("</html>")
                result.expect(whole, f"kill {trial}: the page is half written")
            judge(result, home, f"kill {trial}")
            result.trials += 1
    result.figures["killed before the end"] = during
    return result


if __name__ == "__main__":
    main("kills_digest", run, 50)
