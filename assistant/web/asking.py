"""/api/ask and its kin: typed JSON, or server-sent events while the answer grows."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from assistant.chain import LONGEST_QUESTION
from assistant.followup import Turn
from assistant.web.desk import Desk
from assistant.web.gate import Gate
from assistant.web.metrics import Metrics
from assistant.web.views import AnswerView
from index.errors import BriefingError
from index.feedback import LONGEST_NOTE, Feedback

Word = Annotated[str, StringConstraints(max_length=400)]
Id = Annotated[str, StringConstraints(max_length=64)]

_log = logging.getLogger("briefing")


class Earlier(BaseModel):
    """An earlier question of the conversation, as it stood alone, and the answer's text; empty for a refusal."""

    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field("", max_length=20_000)


class Question(BaseModel):
    """What is asked, of which articles, after which conversation."""

    question: str = Field(max_length=LONGEST_QUESTION + 1, examples=["why did the August talks stall?"])
    since: dt.date | None = Field(None, description="first day, inclusive")
    until: dt.date | None = Field(None, description="last day, inclusive")
    sources: list[Word] = Field([], max_length=200, description="only these outlets")
    ignore: list[Word] = Field([], max_length=20, description="words of the question that are no filter")
    history: list[Earlier] = Field([], max_length=50)
    stream: bool = Field(False, description="answer by server-sent events: state, answer (growing), done, error")

    def options(self) -> dict[str, Any]:
        """For `Assistant.answer`."""
        turns = [Turn(turn.question, turn.answer) for turn in self.history]
        return {
            "since": self.since,
            "until": self.until,
            "sources": self.sources or None,
            "ignore": tuple(self.ignore),
            "history": tuple(turns),
        }


class About(BaseModel):
    """What was asked, and the articles behind the answer."""

    question: str = Field(max_length=LONGEST_QUESTION)
    article_ids: list[Id] = Field([], max_length=20)
    quotations: list[Annotated[str, StringConstraints(max_length=5_000)]] = Field([], max_length=20)


class Suggestions(BaseModel):
    """Questions that the library answers. Not `ready`: more may come; ask again."""

    questions: list[str]
    ready: bool = True


class Opinion(BaseModel):
    """Thumbs up or down on an answer. The same id again replaces the opinion."""

    id: Id
    verdict: Literal["up", "down"]
    reason: Annotated[str, StringConstraints(max_length=40)] = ""
    note: str = Field("", max_length=LONGEST_NOTE)
    question: str = Field(max_length=LONGEST_QUESTION)
    answer: str = Field("", max_length=20_000)
    confidence: float = 0.0
    model: Annotated[str, StringConstraints(max_length=200)] = ""
    article_ids: list[Id] = Field([], max_length=50)


def asking(desk: Desk, gate: Gate, metrics: Metrics) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api")
    for part in (_answers(desk, gate, metrics), _suggestions(desk, gate), _opinions(desk)):
        routes.include_router(part)
    return routes


def _answers(desk: Desk, gate: Gate, metrics: Metrics) -> APIRouter:
    routes = APIRouter(tags=["questions"])

    @routes.post("/ask", response_model=AnswerView, responses={503: {"description": "too many at once"}})
    async def ask(question: Question) -> Any:
        """Answer a question from the articles, or refuse."""
        try:
            gate.check()
        except BriefingError:
            metrics.question("turned away")
            raise
        if question.stream:
            events = _events(desk, gate, metrics, question)
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        started = time.perf_counter()
        async with gate.turn():
            answer = await run_in_threadpool(desk.answer, question.question, **question.options())
        metrics.question("refused" if answer.refused else "answered", time.perf_counter() - started)
        return answer

    return routes


def _suggestions(desk: Desk, gate: Gate) -> APIRouter:
    routes = APIRouter(tags=["questions"])

    @routes.get("/examples")
    def examples() -> Suggestions:
        """Example questions made from the articles of this library."""
        found, whole = desk.examples()
        return Suggestions(questions=found, ready=whole)

    @routes.post("/follow-ups")
    async def follow_ups(about: About) -> Suggestions:
        """What could be asked next."""
        if gate.crowded:  # answers come first
            return Suggestions(questions=[])
        async with gate.turn():
            found = await run_in_threadpool(desk.follow_ups, about.question, about.article_ids, about.quotations)
        return Suggestions(questions=found)

    return routes


def _opinions(desk: Desk) -> APIRouter:
    routes = APIRouter(tags=["questions"])

    @routes.post("/feedback", status_code=204)
    def feedback(opinion: Opinion) -> None:
        """Keep what somebody thinks of an answer; `briefing feedback` lists it."""
        desk.feedback.put(Feedback(**{**opinion.model_dump(), "article_ids": tuple(opinion.article_ids)}))

    @routes.delete("/feedback/{feedback_id}", status_code=204)
    def withdraw(feedback_id: Id) -> None:
        """Take an opinion back."""
        desk.feedback.remove(feedback_id)

    return routes


async def _events(desk: Desk, gate: Gate, metrics: Metrics, question: Question) -> AsyncIterator[str]:
    """The events of one answer. A reader that goes away stops the work at the next sentence."""
    started = time.perf_counter()
    outcome = "stopped"
    try:
        yield _event("state", {"state": "loading" if desk.models == "loading" else _waits(gate)})
        async with gate.turn():
            yield _event("state", {"state": "loading" if desk.models == "loading" else "reading"})
            growing: Iterator[AnswerView] = desk.answers(question.question, **question.options())
            async for answer in iterate_in_threadpool(growing):
                yield _event("answer", answer.model_dump(mode="json"))
                outcome = "refused" if answer.refused else "answered"
            yield _event("done", {})
        metrics.question(outcome, time.perf_counter() - started)
        outcome = ""
    except BriefingError as error:
        outcome = "failed"
        yield _event("error", {"detail": str(error)})
    except asyncio.CancelledError:
        raise
    except Exception as error:
        outcome = "failed"
        _log.exception("a question failed")
        yield _event("error", {"detail": f"Something went wrong inside Briefing ({type(error).__name__})."})
    finally:
        if outcome in {"stopped", "failed"}:
            metrics.question(outcome)


def _waits(gate: Gate) -> str:
    return "waiting" if gate.crowded else "reading"


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
