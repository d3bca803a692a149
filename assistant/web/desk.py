"""What the page and the interface work with: the assistant, its models as they load, example questions."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.web.questions import answered, interleaved, mentions_of, overview_of
from assistant.web.views import AnswerView, answer_view, years_of
from index.errors import BriefingError
from index.feedback import FeedbackTable
from index.filters import make_filter
from index.library import Library

State = Literal["loading", "ready", "failed"]

EXAMPLES, TRIED = 4, 12  # example questions that are shown, and that are asked to find them
FOLLOW_UPS, FOLLOW_UPS_TRIED = 3, 5
LOOKED_AT = 60  # articles, the newest, that example questions are made from
COUNTED = 5_000  # articles of chosen outlets whose years are looked up one by one

_log = logging.getLogger("briefing")


class Desk:
    """One a server. `start` loads the models behind the page that is already served."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.library: Library = assistant.library
        self.feedback = FeedbackTable(self.library.archive)
        self.models: State = "loading"
        self.problem = ""
        self._examples: list[str] = []
        self._examples_of = -1  # the generation that they are made of, when they are whole
        self._answering = 0  # people's questions at work; looking for examples waits for them
        self._making = threading.Lock()

    def start(self) -> None:
        """Load the models, then look for example questions, in a thread of its own."""
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def answers(self, question: str, **options: Any) -> Iterator[AnswerView]:
        """The answer as it grows; the last one is whole. Options as of `Assistant.answer`."""
        years = ""
        with self._at_work():
            for answer in self.assistant.stream(question, **options):
                years = years or self._years(answer)
                yield answer_view(answer, self.library.get, years)

    def answer(self, question: str, **options: Any) -> AnswerView:
        with self._at_work():
            answer = self.assistant.answer(question, **options)
            return answer_view(answer, self.library.get, self._years(answer))

    def examples(self) -> tuple[list[str], bool]:
        """Questions that the library answers, and whether these are all: they are found one after the other."""
        if not self.library.count():
            return [], True
        whole = self._examples_of == self.library.archive.generation()
        if not whole and not self._examples:
            self._examples = list(overview_of(self.library.articles(limit=1)))  # costs no model
        if not whole and self.models == "ready" and not self._making.locked():
            threading.Thread(target=self._make_examples, name="examples", daemon=True).start()
        return list(self._examples), whole

    def follow_ups(self, asked: str, article_ids: list[str], quotations: list[str]) -> list[str]:
        """Questions about the articles behind an answer, which the library answers too; not the one just asked."""
        articles = [self.library.get(article_id) for article_id in article_ids[:4]]
        fresh = ((q, where) for q, where in interleaved(articles) if q.casefold() != asked.casefold())
        known = set(quotations)

        def ask(question: str) -> Answer:
            """What says only the same again is no answer here."""
            answer = self.assistant.answer(question)
            return replace(answer, refused=answer.refused or {c.quotation for c in answer.citations} <= known)

        found = list(answered(fresh, ask, FOLLOW_UPS - 1, FOLLOW_UPS_TRIED, one_each=False))
        more = [next(mentions_of(quotations, asked), ""), *overview_of(articles)]
        return list(dict.fromkeys(q for q in [*found, *more] if q and q != asked))[:FOLLOW_UPS]

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._answering += 1
        try:
            yield
        finally:
            self._answering -= 1

    def _in_a_quiet_moment(self, question: str) -> Answer:
        while self._answering:
            time.sleep(0.2)
        return self.assistant.answer(question)

    def _warm(self) -> None:
        try:
            self.assistant.warm()
        except BriefingError as error:
            self.models, self.problem = "failed", str(error)
            return
        except Exception as error:
            _log.exception("the models could not be loaded")
            self.models, self.problem = "failed", f"The models could not be loaded ({type(error).__name__})."
            return
        self.models = "ready"
        self._make_examples()

    def _make_examples(self) -> None:
        if not self._making.acquire(blocking=False):
            return
        try:
            generation = self.library.archive.generation()
            newest = self.library.articles(limit=LOOKED_AT)
            self._examples = list(overview_of(newest[:1]))
            for question in answered(interleaved(newest), self._in_a_quiet_moment, EXAMPLES - 1, TRIED):
                self._examples.append(question)
            more = dict.fromkeys(question for question in overview_of(newest) if question not in self._examples)
            self._examples += list(more)[: EXAMPLES - len(self._examples)]
            self._examples_of = generation
        except Exception:  # examples are a courtesy: without them the page works as well
            _log.exception("no example questions could be made")
            self._examples_of = self.library.archive.generation()
        finally:
            self._making.release()

    def _years(self, answer: Answer) -> str:
        """The years of the articles that were searched."""
        searched = answer.filters
        where = make_filter(searched.since, searched.until, searched.sources)
        if searched.sources and searched.articles <= COUNTED:
            dates = {article.date: 1 for article in self.library.archive.articles(where) if article.date}
            return years_of(dates)
        return years_of(self.library.days(), searched.since, searched.until)


def samples() -> Path | None:
    """The folder with the sample articles, when Briefing runs from its repository."""
    folder = Path(__file__).parents[2] / "seeds"
    return folder if (folder / "NOTICE.md").is_file() else None
