"""Mixed work for a long time: memory and open files stay flat, and an unchanged library gives unchanged answers.

python -m tests.torture.long --count 60        # minutes
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
import traceback
from collections import Counter
from typing import Any

import psutil

from assistant import digest
from assistant.chain import Assistant
from index.article import Article
from index.errors import LibraryBusy, NothingFound
from index.library import Library
from tests.conftest import SEEDS
from tests.torture.common import Result, article, main, place

CLIENTS = 4
SAMPLE = 5.0  # seconds
WARM_UP = 0.25  # of the time
GROWTH = 1.10
CLOSE = 0.01  # of a probability
QUESTIONS = (
    "why did the August talks stall?",
    "What caused the stampede?",
    "Who won the election?",
    "What did the interview with Chomsky say about the media?",
    "Which browser did Microsoft release?",
    "What happened to the crane in Mecca?",
)


class Work:
    """Four clients of one library in one process, as the web server has them."""

    def __init__(self, library: Library, seed: int) -> None:
        self.library = library
        self.assistant = Assistant(library)
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []
        self.numbers: set[int] = set()
        self._next = 0
        self._seed = seed
        self._lock = threading.Lock()

    def client(self, number: int, until: float) -> None:
        dice = random.Random(self._seed * 100 + number)
        kinds = (self.ask, self.ask, self.ask, self.ingest, self.remove, self.digest)
        while time.monotonic() < until:
            work = dice.choice(kinds)
            try:
                work(dice)
                self.done[work.__name__] += 1
            except (LibraryBusy, NothingFound):
                self.done["busy or nothing there"] += 1
            except Exception:
                self.note(traceback.format_exc()[-600:])
                if len(self.problems) > 20:
                    return

    def note(self, problem: str) -> None:
        """Keep a problem, and tell it at once: the end may be an hour away."""
        self.problems.append(problem)
        print(f"{time.strftime('%H:%M:%S')} problem: {problem}", file=sys.stderr, flush=True)

    def ask(self, dice: random.Random) -> None:
        question = dice.choice(QUESTIONS)
        before = self.state()
        first, second = self.answer(question), self.answer(question)
        if self.state() == before and not before[1].dirty and not _same(first, second):
            self.note(f"{question!r} was answered in two ways by an unchanged library")

    def state(self) -> tuple[int, Any, str]:
        """What answers depend on: the archive, and how far the indexes have followed it."""
        return (
            self.library.archive.generation(),
            self.library._lexical.state(),
            self.library._dense.manifest().folder,
        )

    def answer(self, question: str) -> dict[str, Any]:
        said = self.assistant.answer(question).to_dict()
        return {name: value for name, value in said.items() if name != "took"}

    def ingest(self, dice: random.Random) -> None:
        with self._lock:
            self._next += 1
            number = self._next if dice.random() < 0.7 or not self.numbers else dice.choice(sorted(self.numbers))
        made: list[Article] = [article(number, version=dice.randint(0, 9), passages=4)]
        self.library.add(made)
        with self._lock:
            self.numbers.add(number)

    def remove(self, dice: random.Random) -> None:
        with self._lock:
            if len(self.numbers) < 5:
                return
            number = dice.choice(sorted(self.numbers))
            self.numbers.discard(number)
        try:
            self.library.remove(article(number).id)
        except (LibraryBusy, NothingFound):
            with self._lock:
                self.numbers.add(number)
            raise

    def digest(self, dice: random.Random) -> None:
        digest(dice.choice(("2015-09-12", "2014-01-28", "2024-02-01")), library=self.library).to_markdown()


def run(minutes: int, seed: int) -> Result:
    result = Result("long run", trials=1)
    with place() as folder, Library.open(folder / "home") as library:
        library.ingest([SEEDS])
        work = Work(library, seed)
        before = [work.answer(question) for question in QUESTIONS]
        samples = _worked(work, minutes * 60)
        library.remove_all([found.id for found in library.articles() if "news.example" in found.url])
        after = [work.answer(question) for question in QUESTIONS]
        result.expect(all(map(_same, before, after)), "answers differ in the end")
        result.expect(library.verify().ok, "the library is not sound in the end")
    result.problems += work.problems
    judge(result, samples, work)
    result.figures["minutes"] = minutes
    return result


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """But for the last digits of the confidence: sums come in another order while others ask."""
    near = abs(first["confidence"] - second["confidence"]) < CLOSE
    return near and {**first, "confidence": 0} == {**second, "confidence": 0}


def _worked(work: Work, seconds: float) -> list[tuple[int, int, int]]:
    """Run the clients; (bytes resident, open files, threads) every few seconds."""
    until = time.monotonic() + seconds
    clients = [threading.Thread(target=work.client, args=(n, until)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    process, samples = psutil.Process(os.getpid()), []
    while any(client.is_alive() for client in clients):
        time.sleep(min(SAMPLE, seconds / 40))
        samples.append((process.memory_info().rss, process.num_fds(), process.num_threads()))
        if len(samples) % 60 == 0:
            print(f"{time.strftime('%H:%M:%S')} bytes, files, threads: {samples[-1]}", file=sys.stderr, flush=True)
    return samples


def judge(result: Result, samples: list[tuple[int, int, int]], work: Work) -> None:
    """Medians of the first and the last quarter after the warm-up."""
    rest = samples[int(len(samples) * WARM_UP) :]
    quarter = max(1, len(rest) // 4)
    for place_in, name, unit in ((0, "MB of memory", 1_000_000), (1, "open files", 1), (2, "threads", 1)):
        first = statistics.median(row[place_in] for row in rest[:quarter]) / unit
        last = statistics.median(row[place_in] for row in rest[-quarter:]) / unit
        result.figures[f"{name}, first and last quarter"] = [round(first), round(last)]
        allowed = first * GROWTH if place_in == 0 else first + 8
        result.expect(last <= allowed, f"{name} grew from {first:.0f} to {last:.0f}")
    result.figures["done"] = dict(work.done)


if __name__ == "__main__":
    main("long", run, 60)
