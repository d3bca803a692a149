"""SIGTERM while people wait: `python -m benchmarks.web_stop --users 50`.

Starts a server over the sample articles. Each user asks one question, every second one through the stream; when all of
them are in, the server gets the signal. Counted is who still gets the whole answer, who is told that the server stops,
and who gets neither; and how long the process lives on.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.web.gate import STOPPING
from benchmarks.web_load import QUESTIONS, ask_once
from tests.serving import Served, serving


@dataclass
class Ended:
    """What came of it."""

    whole: int = 0  # answers that are the same as in quiet
    told: int = 0  # who was told plainly that the server stops
    lost: list[str] = field(default_factory=list)  # anything else
    in_flight: int = 0  # when the signal was sent
    seconds: float = 0.0  # from the signal to the end of the process
    code: int = 0  # its exit code


def stop_under_load(server: Served, users: int, questions: tuple[str, ...] = QUESTIONS) -> Ended:
    """Ask with so many people, stop the server, and see what each of them gets."""
    quiet = {question: ask_once(server.address, question) for question in questions}
    ended, lock, before = Ended(), threading.Lock(), _counted(server)
    people = [
        threading.Thread(target=_person, args=(server, number, questions, quiet, ended, lock))
        for number in range(users)
    ]
    for person in people:
        person.start()
    while _counted(server) < before + users:
        time.sleep(0.02)
    ended.in_flight = int(_figure(server, "briefing_questions_in_progress"))
    server.process.terminate()
    started = time.monotonic()
    ended.code = server.process.wait()
    ended.seconds = round(time.monotonic() - started, 1)
    for person in people:
        person.join()
    return ended


def _counted(server: Served) -> int:
    """Questions that came in so far: answered, refused, worked on or waiting."""
    outcomes = ('total{outcome="answered"}', 'total{outcome="refused"}', "in_progress")
    return sum(int(_figure(server, f"briefing_questions_{name}")) for name in outcomes)


def _figure(server: Served, name: str) -> float:
    lines = server.get("/metrics").decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} ")), 0.0)


def _person(
    server: Served, number: int, questions: tuple[str, ...], quiet: dict[str, str], ended: Ended, lock: threading.Lock
) -> None:
    question = questions[number % len(questions)]
    try:
        text = (ask_once if number % 2 else _ask_plainly)(server.address, question)
    except urllib.error.HTTPError as error:
        text = json.loads(error.read())["detail"]
    except (OSError, ValueError) as error:
        text = str(error)
    with lock:
        if text == quiet[question]:
            ended.whole += 1
        elif STOPPING in text:
            ended.told += 1
        else:
            ended.lost.append(text[:200])


def _ask_plainly(address: str, question: str) -> str:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{address}/api/ask", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
        return str(json.load(response)["text"])


def main() -> None:
    """Print and keep the figures."""
    from benchmarks.common import ROOT, machine, rows, save
    from index.library import Library

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--note", default="", help="what else the machine had to do; with it the result is saved")
    given = parser.parse_args()
    on = machine()
    folder = Path(tempfile.mkdtemp(prefix="briefing-stop-"))
    with Library.open(folder / "home") as library:
        library.ingest([ROOT / "seeds"])
    with serving(folder / "home", folder) as server:
        server.wait_for_models()
        ended = stop_under_load(server, given.users)
    shutil.rmtree(folder)
    figures: dict[str, Any] = {**asdict(ended), "lost": len(ended.lost), "note": given.note}
    print(json.dumps({**figures, "first lost": ended.lost[:3]}, indent=2))
    if given.note:
        command = f"python -m benchmarks.web_stop --users {given.users} --note NOTE"
        save("web_stop", command, on, figures, rows(["figure", "value"], *map(list, figures.items())))


if __name__ == "__main__":
    main()
