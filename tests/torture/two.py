"""Two processes at once: nothing is lost, the second waits or says so, and a web server sees what the first did."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from index.errors import LibraryBusy
from tests.conftest import ROOT
from tests.serving import Served, serving
from tests.torture.common import Child, Result, article, ask, is_found, main, marker, opened, place, warm
from tests.torture.killing import Send

EACH = 12  # articles of one process
FINDS = 20  # articles that a server has to find
PATIENT = 4.0  # seconds within which the second is told; its own patience is two, the machine may be busy


def ingest(home: Path, numbers: range, send: Send) -> None:
    """Add these articles; when another writes, note how long it took to be told, and try again."""
    with opened(home) as library:
        for _ in range(200):
            began = time.monotonic()
            try:
                report = library.add(article(number) for number in numbers)
            except LibraryBusy:
                send(["told", time.monotonic() - began])
                continue
            send(["done", len(report.added)])
            return


def check(home: Path, numbers: range, send: Send) -> None:
    with opened(home) as library:
        library.search("harbour")
        health = library.verify()
        send([n for n in numbers if not is_found(library, article(n))])
        send([*health.archive, *health.derived, library.count()])


def pairs(count: int, result: Result) -> None:
    """Each pair of processes adds to the same home, which is new every fifth time."""
    told: list[float] = []
    with place() as folder:
        for pair in range(count):
            home, first = folder / f"home{pair // 5}", pair * 2 * EACH
            halves = (range(first, first + EACH), range(first + EACH, first + 2 * EACH))
            children = [Child(lambda send, half=half: ingest(home, half, send)) for half in halves]  # noqa: B023
            codes = [child.wait(180) for child in children]
            sent = [item for child in children for item in child.rest()]
            told += [item[1] for item in sent if isinstance(item, list) and item[0] == "told"]
            result.expect(codes == [0, 0], f"pair {pair}: ended with {codes}: {sent}")
            begin = pair // 5 * 5 * 2 * EACH
            _, found, _ = ask(lambda send: check(home, range(begin, first + 2 * EACH), send))  # noqa: B023
            expected = [[], [first + 2 * EACH - begin]]
            result.expect(found == expected, f"pair {pair}: not found, problems, count: {found}")
            result.trials += 1
    result.figures["told that another writes"] = len(told)
    result.figures["slowest to be told, s"] = round(max(told, default=0), 1)
    result.expect(max(told, default=0) < PATIENT, f"a second writer was told after {max(told, default=0):.1f} s")


def serve(home: Path, finds: int, send: Send) -> None:
    """As a web server: one open library, asked by a thread all the time, until it has found each new article."""
    with opened(home) as library:
        wrong: list[Any] = []
        ended = threading.Event()

        def asked() -> None:
            while not ended.is_set():
                hits = library.search(marker(0), limit=1)
                if not hits or not hits[0].article.url.endswith("/0"):
                    wrong.append([hit.article.url for hit in hits])
                time.sleep(0.02)

        asker = threading.Thread(target=asked)
        asker.start()
        send("ready")
        for number in range(1, finds + 1):
            while not is_found(library, article(number)):
                time.sleep(0.05)
            send([number, time.time()])
        ended.set()
        asker.join()
        send({"wrong": wrong[:5]})


def feed(home: Path, number: int, send: Send) -> None:
    """As the command line: add one article and end; every third time make the indexes again, too."""
    with opened(home) as library:
        library.add([article(number)])
        send(time.time())
        if number % 3 == 0:
            library.repair()


def server(result: Result) -> None:
    with place() as folder:
        home = folder / "home"
        ask(lambda send: feed(home, 0, send))
        running = Child(lambda send: serve(home, FINDS, send))
        running.next()
        waits = []
        for number in range(1, FINDS + 1):
            _, added, _ = ask(lambda send: feed(home, number, send))  # noqa: B023
            found = running.next()
            if not result.expect(isinstance(found, list) and found[0] == number, f"server: {found}"):
                break
            waits.append(found[1] - added[0])
        last = running.rest()
        running.wait()
        result.expect(bool(last) and last[-1] == {"wrong": []}, f"server served wrong results: {last[-1:]}")
    result.figures["found by a server within 5 s"] = f"{sum(wait <= 5 for wait in waits)} of {FINDS}"
    result.figures["slowest, s"] = round(max(0.0, *waits, 0.0) if waits else 99, 1)
    result.expect(len(waits) == FINDS and max(waits) <= 5, f"a server found after {max(waits, default=99):.1f} s")


def web(result: Result) -> None:
    """The real server and the real command: the first question after each ingest has to be answered from it."""
    with place() as folder:
        home, found, slowest = folder / "home", 0, 0.0
        with serving(home, folder / "served") as chat:
            chat.wait_for_models()
            for number in range(FINDS):
                told = article(number)
                file = folder / f"{number}.md"
                text = f"The mayor of {marker(number).title()} opened the new bridge on Monday, the police said."
                file.write_text(f"---\ntitle: {told.title}\nurl: {told.url}\n---\n\n{text}\n", "utf-8")
                command = [sys.executable, "-m", "assistant", "--home", str(home), "ingest", str(file)]
                subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=True, timeout=300)
                began = time.monotonic()
                cited = _cited(chat, f"Who opened the new bridge of {marker(number).title()}?")
                slowest = max(slowest, time.monotonic() - began)
                found += result.expect(told.url in cited, f"the chat does not know {told.url}: {cited}")
    result.figures["ingested by the command, in the chat's next answer"] = f"{found} of {FINDS}"
    result.figures["slowest of these answers, s"] = round(slowest, 1)
    result.expect(slowest <= 5, f"the chat answered after {slowest:.1f} s")


def _cited(chat: Served, question: str) -> list[str]:
    """Addresses that the chat's answer to this cites or names as related."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{chat.address}/api/ask", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310 - of this machine
        said = json.load(response)
    return [one["url"] for one in (*said["citations"], *said["related"])]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}


def run(count: int, seed: int) -> Result:
    warm()
    random.seed(seed)
    result = Result("two at once")
    pairs(count, result)
    server(result)
    web(result)
    return result


if __name__ == "__main__":
    main("two", run, 50)
