"""`briefing chat` as a process of its own, over a copy of a library, for the tests that need the real thing."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT


@dataclass
class Served:
    """A running server."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=60) as response:  # noqa: S310
            return bytes(response.read())

    def wait_for_models(self, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while b'"ready"' not in self.get("/healthz"):
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.2)


@contextmanager
def serving(home: Path, folder: Path, *more: str, **environment: str) -> Iterator[Served]:
    """The command with these arguments, until the block ends; it must have stopped as asked."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    command = [sys.executable, "-m", "assistant", "--home", str(home), "chat", "--port", "0", *more]
    values: dict[str, Any] = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    with (
        log.open("w") as stream,
        subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=stream, env=values) as process,
    ):
        try:
            yield Served(_address(process, log), home, process, log)
        finally:
            process.terminate()
            assert process.wait(90) == 0


@contextmanager
def in_a_thread(make: Callable[[], Any]) -> Iterator[str]:
    """The app that this makes, served by a thread of this process: its address.

    Made in another thread too: Playwright may keep an event loop running in this one.
    """
    import uvicorn

    with ThreadPoolExecutor(1) as pool:
        app = pool.submit(make).result()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """As the server says it. It listens before anything heavy is loaded."""
    for _ in range(1_200):
        said = re.search(r"listens on http://[^:\s]+:(\d+)", log.read_text())
        assert process.poll() is None, log.read_text()
        if said:
            address = f"http://127.0.0.1:{said[1]}"
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=30).close()  # noqa: S310
                return address
            except OSError:
                pass
        time.sleep(0.1)
    raise AssertionError("the chat did not start: " + log.read_text())
