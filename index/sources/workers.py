"""Processes of their own for the kinds whose parsers a poisoned file can stall, crash or fill with memory.

A worker is this module run as a program: it reads sources as lines of JSON and answers with articles as lines of
JSON. JSON and not pickle, because a parser that a hostile file has taken over must not be able to run code here.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, cast

from index.article import Article, Failure
from index.sources.draft import Source
from index.sources.reader import read_source

SECONDS = 4  # of processor time for one file
SECONDS_IN_ALL = 15  # on the clock, for a file that waits instead of computing
MEMORY = 512 * 1024 * 1024  # bytes above what a worker has after loading its parsers
FILES_A_WORKER = 500  # then it is replaced, so that what parsers leak is bounded

Result = tuple[list[Article | Failure], list[tuple[str, str]]]


class Pool:
    """Workers that start when they are first needed; each thread here speaks with one of them."""

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="briefing-parse")
        self._mine = threading.local()
        self._all: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.stop()
        self._threads.shutdown()

    def submit(self, source: Source) -> Future[Result]:
        """Have this source read; the result holds its articles or its failure, and the notes."""
        return self._threads.submit(self._read, source)

    def _read(self, source: Source) -> Result:
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is None:
            worker = self._mine.worker = _Worker()
            self._all.append(worker)
        return worker.read(source)


class _Worker:
    """One worker process, started again after it was stopped or has crashed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._files = 0

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read(self, source: Source) -> Result:
        if self._process is None or self._files >= FILES_A_WORKER:
            self.stop()
            self._process, self._files = _start(), 0
        self._files += 1
        process = self._process
        watchdog = threading.Timer(SECONDS_IN_ALL, process.kill)
        watchdog.start()
        try:
            return _ask(process, source)
        except (OSError, ValueError):
            return [Failure(source.origin, self._reason(process, watchdog.is_alive()))], []
        finally:
            watchdog.cancel()

    def _reason(self, process: subprocess.Popen[str], in_time: bool) -> str:
        """Why the worker is gone; the next file gets a new one."""
        self.stop()
        if not in_time or process.returncode == -_SIGXCPU:
            return f"Reading it takes longer than {SECONDS} seconds; a file that needs so long is taken as hostile."
        return "Its reader crashed on it: it is damaged, or needs more memory than one file may use."


def _start() -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "index.sources.workers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def _ask(process: subprocess.Popen[str], source: Source) -> Result:
    """Raises OSError or ValueError when the worker has died or answers nonsense."""
    asked, answered = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
    data = base64.b64encode(source.data).decode() if source.data is not None else None
    asked.write(
        json.dumps({**dataclasses.asdict(dataclasses.replace(source, data=None, meter=None)), "data": data}) + "\n"
    )
    asked.flush()
    answer = json.loads(answered.readline())
    found = [Failure(**item) if "reason" in item else Article.from_dict(item) for item in answer["found"]]
    return found, [(origin, text) for origin, text in answer["notes"]]


_SIGXCPU = 24


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a parser prints must not be taken for an answer
    _load_parsers()
    _limit_memory()
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    _limit_time()
    data = base64.b64decode(asked["data"]) if asked["data"] is not None else None
    notes: list[tuple[str, str]] = []
    found = list(read_source(Source(**{**asked, "data": data}), lambda *note: notes.append(note)))
    items = [item.to_dict() if isinstance(item, Article) else dataclasses.asdict(item) for item in found]
    return {"found": items, "notes": notes}


def _load_parsers() -> None:
    """Before the limits, so that they count the file and not the parsers."""
    import dateparser  # noqa: F401
    import docx  # noqa: F401
    import feedparser  # noqa: F401
    import pypdfium2  # noqa: F401
    import trafilatura  # noqa: F401


def _limit_memory() -> None:
    """By the address space, which Linux enforces; other systems have the time limits only."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm") as statm:  # noqa: PTH123
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def _limit_time() -> None:
    """SECONDS of processor time from now; the system ends the process after them."""
    if sys.platform == "win32":
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + SECONDS, hard))


if __name__ == "__main__":
    main()
