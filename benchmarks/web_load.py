"""Many people at once: `python -m benchmarks.web_load http://127.0.0.1:7860 --users 50 --seconds 60`.

Each question is asked once in quiet. Then each user asks one of them through the streaming interface, waits for the
whole answer, and asks again. An answer that belongs to another question, or differs from that in quiet, is noticed.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

QUESTIONS = (
    "why did the August talks stall?",
    "How many pilgrims died in the Hajj stampede?",
    "Who is Ahmed Mohamed?",
    "How many people were killed in the Mecca crane collapse?",
    "What did the Greek court rule?",
    "Who won the 1950 chess championship?",
    "What did Wikinews report in September 2015?",
)


@dataclass(frozen=True)
class Load:
    """What is simulated."""

    address: str
    users: int = 50
    seconds: float = 60.0
    questions: tuple[str, ...] = QUESTIONS


@dataclass
class Report:
    """What came of it. Times are seconds from the question to the whole answer."""

    times: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)  # seconds to the first event
    errors: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)  # answers that belong to another question
    busy: int = 0  # 503, a plain message; asked again

    @property
    def answered(self) -> int:
        return len(self.times)

    def at(self, share: float, times: list[float] | None = None) -> float:
        ordered = sorted(self.times if times is None else times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "answered": self.answered,
            "errors": len(self.errors),
            "crossed": len(self.crossed),
            "busy": self.busy,
            "p50": round(self.at(0.5), 2),
            "p95": round(self.at(0.95), 2),
            "first_event_p95": round(self.at(0.95, self.first), 2),
        }


def run_load(load: Load) -> Report:
    """Simulate it. Each user is a thread; the answers in flight at the end are waited for."""
    report, lock = Report(), threading.Lock()
    quiet = {question: ask_once(load.address, question) for question in load.questions}
    end = time.monotonic() + load.seconds
    users = [
        threading.Thread(target=_user, args=(load, quiet, number, end, report, lock)) for number in range(load.users)
    ]
    for user in users:
        user.start()
    for user in users:
        user.join()
    return report


def ask_once(address: str, question: str) -> str:
    """The whole answer's text."""
    return str(_ask(address, question)[0]["text"])


def _user(load: Load, quiet: dict[str, str], number: int, end: float, report: Report, lock: threading.Lock) -> None:
    chance = random.Random(number)
    while time.monotonic() < end:
        question = chance.choice(load.questions)
        started = time.monotonic()
        try:
            answer, first = _ask(load.address, question)
        except urllib.error.HTTPError as error:
            with lock:
                if error.code == 503:
                    report.busy += 1
                else:
                    report.errors.append(f"{error.code} {error.read()[:200]!r}")
            time.sleep(chance.uniform(0.5, 1.5))
            continue
        except (OSError, ValueError) as error:
            with lock:
                report.errors.append(repr(error))
            continue
        with lock:
            report.times.append(time.monotonic() - started)
            report.first.append(first)
            if (answer["question"], answer["text"]) != (question, quiet[question]):
                report.crossed.append(question)
        time.sleep(chance.uniform(0.0, 0.5))


def _ask(address: str, question: str) -> tuple[dict[str, Any], float]:
    """(the whole answer, seconds to the first event). Raises ValueError when the stream is cut short."""
    body = json.dumps({"question": question, "stream": True}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{address}/api/ask", body, {"Content-Type": "application/json"}
    )
    started, first, name, answer, done = time.monotonic(), 0.0, "", {}, False
    with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
        for line in response:
            first = first or time.monotonic() - started
            kind, _, data = line.decode().strip().partition(": ")
            name = data if kind == "event" else name
            if kind != "data":
                continue
            if name == "error":
                raise ValueError(data)
            answer = json.loads(data) if name == "answer" else answer
            done = done or name == "done"
    if not done:
        raise ValueError("the answer was cut short")
    return answer, first


def keep(report: Report, users: int, seconds: float, note: str) -> None:
    """Write the figures to benchmarks/results/web_load.*."""
    from benchmarks.common import machine, rows, save

    command = f"python -m benchmarks.web_load http://127.0.0.1:7860 --users {users} --seconds {seconds:g} --note NOTE"
    figures = {**report.to_dict(), "users": users, "seconds": seconds, "note": note}
    save("web_load", command, machine(), figures, rows(["figure", "value"], *map(list, figures.items())))


def main() -> None:
    """Print the report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--note", default="", help="what else the machine had to do; with it the result is saved")
    given = parser.parse_args()
    report = run_load(Load(given.address, given.users, given.seconds))
    print(json.dumps(report.to_dict(), indent=2))
    if given.note:
        keep(report, given.users, given.seconds, given.note)
    for problem in [*report.errors[:5], *report.crossed[:5]]:
        print(problem)


if __name__ == "__main__":
    main()
