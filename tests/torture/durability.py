"""What synchronous=FULL costs an ingest: the same articles under NORMAL and FULL, by turns, on the disk itself."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import index.database
from tests.torture.common import Result, article, main, opened, warm

MANY = 300


def seconds(level: str) -> float:
    """Of one ingest into a new home, without the indexes."""
    writable = index.database._writable

    def at_level(path: Path) -> index.database.Connection:
        connection = writable(path)
        connection.execute(f"PRAGMA synchronous = {level}")
        return connection

    index.database._writable = at_level
    try:
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "home") as library:
            made = [article(number) for number in range(MANY)]
            library.embedder.embed([one.text for one in made])
            began = time.process_time(), time.perf_counter()
            with library._writing():
                run = library._run(None)
                for one in made:
                    run.take(one)
                run.finish()
            return time.perf_counter() - began[1]
    finally:
        index.database._writable = writable


def run(count: int, seed: int) -> Result:
    del seed
    warm()
    result = Result("synchronous FULL against NORMAL", trials=count)
    pairs = [(seconds("NORMAL"), seconds("FULL")) for _ in range(count)]
    for name, at in (("NORMAL", 0), ("FULL", 1)):
        result.figures[f"{name}, s for {MANY} articles"] = round(statistics.median(pair[at] for pair in pairs), 2)
    result.figures["median ratio"] = round(statistics.median(full / normal for normal, full in pairs), 2)
    return result


if __name__ == "__main__":
    main("durability", run, 9)
