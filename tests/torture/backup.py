"""Backups and exports taken while another process writes: what comes back is what was there, and whole."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from index.backup import restore
from tests.torture.common import Child, Result, article, ask, main, opened, place, warm
from tests.torture.killing import Send

START = 40
EACH = 4  # backups of one home, which grows all the time


def write(home: Path, send: Send) -> None:
    """Add, change and remove articles until killed."""
    import index.ingesting

    index.ingesting.BATCH_PASSAGES = 6
    with opened(home) as library:
        library.add(article(number) for number in range(START))
        send("ready")
        for number in range(START, 100_000):
            library.add([article(number), article(number % START, version=number)])
            if number % 5 == 0:
                library.remove(article(number - 3).id)
            time.sleep(0.05)


def content(home: Path, send: Send) -> None:
    with opened(home) as library:
        library.search("harbour")
        health = library.verify()
        send([*health.archive, *health.derived])
        send([json.loads(line) for line in list(library.export())[1:]])


def save(home: Path, target: Path, send: Send) -> None:
    with opened(home) as library:
        began = time.monotonic()
        send(library.backup(target))
        send(time.monotonic() - began)


def bring_back(home: Path, backup: Path, send: Send) -> None:
    send(restore(home, backup))


def back_in(home: Path, export: Path, send: Send) -> None:
    with opened(home) as library:
        report = library.ingest([export])
        send([len(report.failed), report.passages])


def trial(result: Result, folder: Path, number: int) -> None:
    """Back up a home that is being written; restore it twice, export one, read the export into a third."""
    backup, export = folder / f"{number}.backup", folder / f"{number}.jsonl"
    code, sent, _ = ask(lambda send: save(folder / "home", backup, send))
    if not result.expect(code == 0 and len(sent) == 2, f"backup {number}: ended with {code}: {sent}"):
        return
    result.figures["slowest backup, s"] = max(result.figures.get("slowest backup, s", 0), round(sent[1], 1))
    homes = [folder / f"{number}-{name}" for name in "abc"]
    for home in homes[:2]:
        ask(lambda send: bring_back(home, backup, send))  # noqa: B023
    seen: list[Any] = [ask(lambda send: content(home, send))[1] for home in homes[:2]]  # noqa: B023
    if not result.expect(all(len(item) == 2 for item in seen), f"backup {number}: {str(seen)[:500]}"):
        return
    result.expect(seen[0] == seen[1] and seen[0][0] == [], f"backup {number}: two restores differ or are not sound")
    export.write_text("\n".join(['{"briefing_export":1,"embedder":"words:64"}', *map(json.dumps, seen[0][1])]), "utf-8")
    code, sent, _ = ask(lambda send: back_in(homes[2], export, send))
    result.expect(sent == [[0, 0]], f"export {number}: failed, embedded again: {sent}")
    third = ask(lambda send: content(homes[2], send))[1]
    result.expect(third == seen[0], f"export {number}: what came back differs")


def run(count: int, seed: int) -> Result:
    del seed
    warm()
    result = Result("backup and export")
    for first in range(0, count, EACH):
        with place() as folder:
            writer = Child(lambda send: write(folder / "home", send))
            writer.next()
            for number in range(first, min(count, first + EACH)):
                trial(result, folder, number)
                result.trials += 1
            writer.kill()
            writer.wait()
    return result


if __name__ == "__main__":
    main("backup", run, 20)
