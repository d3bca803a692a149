"""Figures for Prometheus: requests, questions, how long they take, how many wait."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)  # seconds
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """A registry of its own, so that several apps in one process do not meet."""

    def __init__(self, articles: Callable[[], int], waiting: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "briefing_requests", "Responses by part of the site and status", ["part", "status"], registry=self._registry
        )
        self._questions = Counter(
            "briefing_questions", "Questions by what became of them", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "briefing_answer_seconds", "Seconds until the whole answer", buckets=BUCKETS, registry=self._registry
        )
        Gauge("briefing_articles", "Articles in the library", registry=self._registry).set_function(articles)
        Gauge("briefing_questions_in_progress", "Questions worked on or waiting", registry=self._registry).set_function(
            waiting
        )

    def saw(self, path: str, status: int) -> None:
        """A response went out. Paths are summed up by part, so that ids do not each become a series."""
        part = path.strip("/").split("/")
        name = "/".join(part[:2]) if part[0] in {"api", "gradio_api"} else part[0] or "page"
        self._requests.labels(name if status != 404 else "nothing", str(status)).inc()

    def question(self, outcome: str, seconds: float | None = None) -> None:
        """A question was answered, refused, failed, stopped, or found the queue full."""
        self._questions.labels(outcome).inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    def text(self) -> bytes:
        return bytes(generate_latest(self._registry))
