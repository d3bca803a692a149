"""What the programs share: places of limited size, child processes that can be killed, articles, and the record."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import faulthandler
import functools
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.article import Article
from index.library import Library
from tests.conftest import ROOT, WordEmbedder

LARGEST_FILE = 400_000_000  # bytes; a damaged Chroma store was seen to grow to 57 GB
HANGING = 60.0  # seconds
RECORD = ROOT / "docs" / "reliability.json"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"  # around the table in docs/reliability.md
WORDS = (
    "harbour bridge minister strike budget election river school hospital police storm railway court parliament "
    "company factory farmers museum airport island treaty border inflation vaccine satellite forest drought football"
).split()


@dataclass
class Result:
    """What one program found: how many trials, what went wrong, and its figures."""

    name: str
    trials: int = 0
    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    skipped: str = ""

    def expect(self, condition: bool, problem: str) -> bool:
        if not condition:
            self.problems.append(problem)
        return condition

    @property
    def ok(self) -> bool:
        return not self.problems

    def line(self) -> str:
        if self.skipped:
            return f"{self.name}: skipped, {self.skipped}"
        figures = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        return f"{self.name}: {self.trials} trials, {len(self.problems)} problems. {figures}"


def main(name: str, run: Callable[[int, int], Result], count: int) -> None:
    """The command line of one program: --count, --seed, --record."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.torture.{name}")
    parser.add_argument("--count", type=int, default=count, help=f"trials, {count} by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true", help=f"write the figures to {RECORD.name}")
    asked = parser.parse_args()
    began = time.monotonic()
    result = run(asked.count, asked.seed)
    print(result.line())
    for problem in result.problems[:20]:
        print("  problem:", problem)
    if asked.record:
        command = f"python -m tests.torture.{name} --count {asked.count} --seed {asked.seed}"
        record(result, command, time.monotonic() - began)
    sys.exit(0 if result.ok else 1)


def record(result: Result, command: str, seconds: float) -> None:
    """Put the figures beside docs/reliability.md."""
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {}
    known[result.name] = {
        "command": command,
        "day": dt.date.today().isoformat(),
        "minutes": round(seconds / 60, 1),
        "trials": result.trials,
        "problems": result.problems,
        "figures": result.figures,
        **({"skipped": result.skipped} if result.skipped else {}),
    }
    RECORD.write_text(json.dumps(dict(sorted(known.items())), indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_table()


def write_table() -> None:
    """The record as a table of docs/reliability.md, between its two marks."""
    rows = ["| program | trials | problems | figures | command, minutes |", "| --- | --- | --- | --- | --- |"]
    for name, row in json.loads(RECORD.read_text("utf-8")).items():
        figures = "; ".join(f"{key}: {_plain(value)}" for key, value in row["figures"].items())
        said = row.get("skipped") or len(row["problems"])
        rows.append(f"| {name} | {row['trials']} | {said} | {figures} | `{row['command']}`, {row['minutes']} |")
    page = RECORD.with_suffix(".md")
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{chr(10).join(rows)}\n{END}{rest.partition(END)[2]}", "utf-8")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{number} {name}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# Places


@contextlib.contextmanager
def place(megabytes: int = 600) -> Iterator[Path]:
    """A folder that cannot grow beyond this: a tmpfs of its own for root, else a folder under RLIMIT_FSIZE only."""
    folder = Path(tempfile.mkdtemp(prefix="briefing-torture-"))
    mounted = mount(folder, megabytes * 1_024)
    try:
        yield folder
    finally:
        if mounted:
            unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


def mount(folder: Path, kilobytes: int) -> bool:
    """Whether a tmpfs of this size could be mounted there."""
    if os.getuid() != 0 or not shutil.which("mount"):
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "none", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmount(folder: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def size_of(folder: Path) -> int:
    """Bytes on disk below the folder."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


# Processes


class Child:
    """A forked process that runs a function, sends lines, and can be killed. Chroma must not be open before."""

    def __init__(self, work: Callable[[Callable[[Any], None]], Any]) -> None:
        reading, writing = os.pipe()
        self.began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _serve(work, os.fdopen(writing, "w", buffering=1, encoding="utf-8"))
        os.close(writing)
        self._lines = os.fdopen(reading, encoding="utf-8")

    def next(self) -> Any:
        """What it sends next; None when it has ended."""
        line = self._lines.readline()
        return json.loads(line) if line.endswith("\n") else None

    def rest(self) -> list[Any]:
        """All that it has sent; waits until it has ended."""
        found = []
        while (item := self.next()) is not None:
            found.append(item)
        self._lines.close()
        return found

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = 120.0) -> int | None:
        """Its exit code, negative for a signal; None when it hung and had to be killed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        self.kill()
        os.waitpid(self.pid, 0)
        return None


def _serve(work: Callable[[Callable[[Any], None]], Any], out: Any) -> None:
    code = 1
    faulthandler.dump_traceback_later(HANGING)  # a child that hangs says where, before it is killed
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        work(lambda item: (out.write(json.dumps(item) + "\n"), out.flush()))
        code = 0
    except BaseException:
        out.write(json.dumps({"error": traceback.format_exc()}) + "\n")
    finally:
        out.flush()
        os._exit(code)


def ask(work: Callable[[Callable[[Any], None]], Any], seconds: float = 120.0) -> tuple[int | None, list[Any], float]:
    """Run a function in a child: its exit code (None when it hung), what it sent, and the seconds that it took."""
    child = Child(work)
    watch = threading.Timer(seconds, child.kill)
    watch.start()
    sent = child.rest()  # first: a child that sends much waits until it is read
    hung = not watch.is_alive()
    watch.cancel()
    code = child.wait()
    return None if hung else code, sent, time.monotonic() - child.began


def warm() -> None:
    """Load what every child needs, once, before the first fork; nothing is opened."""
    import chromadb
    import chromadb.api.rust
    import tantivy  # noqa: F401

    import index.dense
    import index.lexical
    import index.sources.walk  # noqa: F401

    assert chromadb


# Articles


def marker(number: int) -> str:
    """A word of this article alone; the tests' embedder looks at five letters."""
    return "q" + "".join("bcdfghjkmp"[int(digit)] for digit in f"{number % 10_000:04d}") + "ville"


def article(number: int, version: int = 0, passages: int = 2) -> Article:
    """One of endlessly many articles, each with a word of its own; the same every time."""
    dice = random.Random(f"{number}/{version}")
    paragraphs = [
        " ".join(
            f"The {dice.choice(WORDS)} and the {dice.choice(WORDS)} met {marker(number)} near the {dice.choice(WORDS)} "
            f"on day {dice.randint(1, 999)}."
            for _ in range(10)
        )
        for _ in range(passages)
    ]
    url = f"https://news.example/{number}"
    day = dt.date(2024, 1, 1) + dt.timedelta(days=number % 300)
    title = f"{marker(number).title()} story, version {version}"
    source = f"Outlet {number % 5}"
    return Article(key=url, url=url, title=title, date=day, source=source, text="\n\n".join(paragraphs))


class CachedEmbedder(WordEmbedder):
    """The tests' embedder, which meets few different words here."""

    def __init__(self) -> None:
        super().__init__()
        self._words = functools.cache(super()._vector)

    def _vector(self, text: str) -> Any:
        return sum(map(self._words, text.split()), self._words(""))


def opened(home: Path) -> Library:
    return Library.open(home, embedder=CachedEmbedder())


def is_found(library: Library, expected: Article) -> bool:
    """Whether a search finds this article, as it is, through its words and with its vector."""
    hits = library.search(marker(int(expected.url.rpartition("/")[2])), limit=3)
    mine = [hit for hit in hits if hit.article.key == expected.key]
    if not mine or mine[0].article.content_hash != expected.content_hash:
        return False
    vectors = library.vectors_of(expected.id)
    return len(vectors) > 0 and bool(abs((vectors**2).sum(axis=1) - 1).max() < 0.01)
