"""A removed article leaves no bytes of its text and vectors in any file, whoever reads or dies meanwhile."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import numpy as np

from index.article import Article
from tests.torture.common import Child, Result, article, ask, main, opened, place, warm
from tests.torture.killing import Send

MANY = 30


def secret(number: int) -> Article:
    url = f"https://news.example/secret{number}"
    words = f"zyxw{number}vut quokk{number}azz"
    text = f"The informant {words} lives in the lighthouse. " * 12
    return Article(url, text, f"Secret {words}", url=url, source=f"Outlet{number}hidden", authors=(f"Au{number}thor",))


def stock(home: Path, number: int, send: Send) -> None:
    """A home with the secret in an earlier version, too, and with a twin of it that is another's."""
    with opened(home) as library:
        library.add(article(n) for n in range(MANY))
        first = secret(number)
        library.add([Article(first.key, first.text + f"First zyxw{number}vut.", first.title, url=first.url)])
        library.add([first])
        vectors = library.vectors_of(first.id)
        send([row.astype(kind).tobytes().hex() for row in vectors for kind in (np.float16, np.float32)])


def remove(home: Path, number: int, send: Send) -> None:
    with opened(home) as library:
        send("open")
        library.remove(secret(number).id)
        send("done")


def read(home: Path, send: Send) -> None:
    """Another process that has the library open and searches all the time."""
    with opened(home) as library:
        while True:
            library.search("harbour informant")
            send("searched")
            time.sleep(0.01)


def settle(home: Path, send: Send) -> None:
    with opened(home) as library:
        library.search("harbour")
        send(library.verify().ok)


def left(home: Path, number: int, vectors: list[str]) -> list[str]:
    """Files that still hold something of it."""
    traces = [f"zyxw{number}vut", f"quokk{number}azz", f"Outlet{number}hidden", f"Au{number}thor"]
    wanted = [trace.encode() for trace in traces] + [trace.lower().encode() for trace in traces]
    wanted += [bytes.fromhex(vector) for vector in vectors]
    found = []
    for path in filter(Path.is_file, home.rglob("*")):
        content = path.read_bytes()
        found += [path.relative_to(home).as_posix()] if any(trace in content for trace in wanted) else []
    return found


def run(count: int, seed: int) -> Result:
    """A third each: undisturbed, while another process searches, and killed in the middle and found by a search."""
    warm()
    dice, result = random.Random(seed), Result("erasure")
    with place() as folder:
        for number in range(count):
            home = folder / "home"
            shutil.rmtree(home, ignore_errors=True)
            _, sent, _ = ask(lambda send: stock(home, number, send))  # noqa: B023
            if not result.expect(bool(sent) and len(left(home, number, sent[0])) > 0, f"{number}: nothing to erase"):
                continue
            reader = Child(lambda send: read(home, send)) if number % 3 == 1 else None  # noqa: B023
            if reader:
                reader.next()
            child = Child(lambda send: remove(home, number, send))  # noqa: B023
            child.next()
            if number % 3 == 2:
                time.sleep(dice.uniform(0, 1.0))
                child.kill()
            code = child.wait()
            done = "done" in child.rest()
            result.expect(code in (0, -9), f"{number}: ended with {code}")
            if number % 3 == 2:
                ask(lambda send: settle(home, send))  # noqa: B023
                code, _, _ = ask(lambda send: remove(home, number, send))  # noqa: B023
                result.figures["killed"] = result.figures.get("killed", 0) + (not done)
            found = left(home, number, sent[0])
            if reader:
                if found and found != []:
                    ask(lambda send: settle(home, send))  # noqa: B023
                    found = left(home, number, sent[0])
                reader.kill()
                reader.wait()
            result.expect(found == [], f"{number}: still in {found}")
            result.trials += 1
    return result


if __name__ == "__main__":
    main("erase", run, 30)
