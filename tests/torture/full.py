"""A disk that fills up at ten sizes: no hang, a clear message, everything acknowledged still there, and it heals."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from index.errors import LibraryReadOnly
from tests.torture.common import Result, article, ask, is_found, main, mount, opened, unmount, warm
from tests.torture.killing import Send

KILOBYTES = (300, 500, 800, 1_200, 1_700, 2_300, 3_000, 3_800, 4_700, 5_700)
MANY = 700  # articles: more than the largest size holds
LARGER = 400_000  # kilobytes, when space returns
SECONDS = 5.0


def fill(home: Path, send: Send) -> None:
    """Add articles until the disk is full."""
    import index.ingesting

    index.ingesting.BATCH_PASSAGES = 16
    stored = 0

    def progress(what: str, done: int, _total: int | None) -> None:
        nonlocal stored
        if what == "articles":
            stored = done
        send(["at", stored, time.time()])

    try:
        with opened(home) as library:
            library.add((article(number) for number in range(MANY)), progress=progress)
        send(["fits", stored, time.time()])
    except LibraryReadOnly as error:
        send(["told", str(error), time.time()])


def search(home: Path, stored: int, send: Send) -> None:
    """Open, and find what was acknowledged, while the disk is still full."""
    with opened(home) as library:
        send([n for n in range(stored) if n % 7 == 0 and not is_found(library, article(n))])


def heal(home: Path, stored: int, send: Send) -> None:
    """After space has returned: everything acknowledged is there, and the rest comes."""
    with opened(home) as library:
        library.search("harbour")
        health = library.verify()
        send([*health.archive, *health.derived])
        send([n for n in range(stored) if not is_found(library, article(n))])
        library.add(article(number) for number in range(MANY))
        send([library.count(), library.verify().ok])


def trial(result: Result, folder: Path, size: int) -> None:
    home, name = folder / "home", f"{size} kB"
    code, sent, _ = ask(lambda send: fill(home, send), seconds=180)
    if not result.expect(code == 0 and bool(sent), f"{name}: ended with {code} (None is a hang): {sent[-1:]}"):
        return
    stored = max((item[1] for item in sent if item[0] == "at"), default=0)
    told = sent[-1]
    if result.expect(told[0] == "told" and "is full" in str(told[1]), f"{name}: {told}"):
        before = max((item[2] for item in sent[:-1]), default=told[2])
        waited = round(told[2] - before, 1)
        result.figures["slowest message, s"] = max(result.figures.get("slowest message, s", 0), waited)
        result.expect(waited < SECONDS, f"{name}: told after {waited} s")
    if stored:
        code, sent, _ = ask(lambda send: search(home, stored, send))
        result.expect(code == 0 and sent == [[]], f"{name}: searching the full disk: {code} {sent}")
    subprocess.run(["mount", "-o", f"remount,size={LARGER}k", str(folder)], check=True)
    code, sent, _ = ask(lambda send: heal(home, stored, send), seconds=300)
    result.expect(code == 0 and sent == [[], [], [MANY, True]], f"{name}: {stored} stored; healing: {code} {sent}")
    result.figures.setdefault("stored before the disk was full", []).append(stored)


def run(count: int, seed: int) -> Result:
    result = Result("disk full")
    warm()
    folder = Path(tempfile.mkdtemp(prefix="briefing-full-"))
    try:
        for size in KILOBYTES[:: max(1, len(KILOBYTES) // count)]:
            if not mount(folder, size):
                result.skipped = "small file systems can only be mounted by root"
                return result
            try:
                trial(result, folder, size)
            finally:
                unmount(folder)
            result.trials += 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return result


if __name__ == "__main__":
    main("full", run, 10)
