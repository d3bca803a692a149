"""The retrieval chain, end to end, in LangChain Runnables: question → read → retrieve → answer → draft → check."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answers import REFUSAL, Answer, Citation, Searched
from assistant.disagree import with_differences
from assistant.extract import Judge, extractive_answer
from assistant.followup import Turn, standalone_question
from assistant.generate import drafted_answers
from assistant.judging import ReaderJudge
from assistant.models import ChatModel, configured
from assistant.question import read_question
from assistant.retrieve import Found, retrieve
from assistant.settings import Settings
from assistant.several import from_each, mentioning, overview
from assistant.verify.check import SUPPORTED_FROM
from assistant.verify.support import Support, shared_words
from index.errors import InputError
from index.filters import Filter, make_filter
from index.library import Library
from index.search import Hit, HybridRetriever

LONGEST_QUESTION = 2_000  # characters
HITS = 24  # passages that are read for one question

EMPTY_LIBRARY = "The library holds no articles yet. Add some with `briefing ingest FOLDER`."


@dataclass(frozen=True, slots=True)
class Request:
    """A question on its way through the chain. `question` is as asked, `standalone` as it is searched."""

    question: str
    where: Filter
    history: tuple[Turn, ...] = ()
    ignore: tuple[str, ...] = ()  # words of the question that were taken for a filter and should not be
    standalone: str = ""
    found: Found | None = None
    answer: Answer | None = None

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.found.hits if self.found else ()


class Assistant:
    """Answers questions from one library. Hold one open to keep the models warm; safe to use from several threads.

    With a `model` answers are drafted by it and checked; without one they are copied. `support` judges a drafted
    sentence by the text it cites; below `threshold` it is not shown. `today` is the day of "last week".
    """

    def __init__(
        self,
        library: Library,
        *,
        judge: Judge | None = None,
        model: ChatModel | None = None,
        support: Support = shared_words,
        threshold: float = SUPPORTED_FROM,
        today: dt.date | None = None,
    ) -> None:
        self.library = library
        self.judge = judge or ReaderJudge()
        self.model = model
        self.support, self.threshold = support, threshold
        self._today = today
        self.copying: Runnable[Request, Request] = (
            RunnableLambda(self._understand) | RunnableLambda(self._retrieve) | RunnableLambda(self._copy)
        )
        self.chain: Runnable[Request, Answer] = (
            self.copying | RunnableLambda(self._draft) | RunnableLambda(self._differ) | RunnableLambda(self._check)
        )

    def answer(self, question: str, **options: Any) -> Answer:
        """Answer from the articles. Raises InputError on an unusable question. Options:

        `since`, `until` (inclusive days), `sources` (outlets); `history`, the earlier Turns that a follow-up refers to;
        `ignore`, words of the question that must not count as a filter (a chip that the person removed).
        """
        started = time.perf_counter()
        result = self.chain.invoke(_request(question, **options))
        return replace(result, took=round(time.perf_counter() - started, 4))

    async def aanswer(self, question: str, **options: Any) -> Answer:
        """`answer` for asynchronous programs; the work is done in a thread."""
        return await asyncio.to_thread(self.answer, question, **options)

    def stream(self, question: str, **options: Any) -> Iterator[Answer]:
        """The answer as it grows, a sentence at a time, none before its check; the last one is the whole answer."""
        started = time.perf_counter()
        request = self.copying.invoke(_request(question, **options))
        last = request
        for answer in self._drafts(request):
            last = replace(request, answer=answer)
            if answer.model:
                yield self._check(last)
        whole = self._check(self._differ(last))
        whole = replace(whole, took=round(time.perf_counter() - started, 4))
        if not whole.model:
            for shown, match in enumerate(re.finditer(r"\[\d+\](?=\s|$)", whole.text[:-1]), start=1):
                yield replace(whole, text=whole.text[: match.end()], citations=whole.citations[:shown])
        yield whole

    def search(self, query: str, limit: int = 8, **where: Any) -> list[Hit]:
        """The passages that fit best, best first, in the reader's order. `where` as for `Library.search`."""
        hits = self.library.search(query, limit=max(limit, HITS), **where)
        return self._reordered(query, hits)[:limit]

    def retriever(self, limit: int = 8, where: Filter | None = None) -> HybridRetriever:
        """The library as a LangChain retriever whose documents come in the reader's order."""
        return HybridRetriever(library=self.library, limit=limit, where=where or Filter(), rerank=self._reordered)

    def _reordered(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        return self.judge.rerank(query, hits) if isinstance(self.judge, ReaderJudge) else list(hits)

    def warm(self) -> None:
        """Load the models, so that the first question does not wait for them."""
        self.library.embedder.embed(["warm"])
        if isinstance(self.judge, ReaderJudge):
            self.judge.reader.read("warm", ())

    def _understand(self, request: Request) -> Request:
        return replace(request, standalone=standalone_question(request.question, request.history, self.model))

    def _retrieve(self, request: Request) -> Request:
        today = self._today or dt.date.today()
        parsed = read_question(request.standalone, today, self.library.sources())
        for constraint in [c for c in parsed.constraints if c.words in request.ignore]:
            parsed = parsed.without(constraint)
        return replace(request, found=retrieve(self.library, parsed, request.where, HITS))

    def _copy(self, request: Request) -> Request:
        """The extractive answer, which is also what stands behind a model's draft."""
        answer = self._copied(request)
        notes = (*(request.found.notes if request.found else ()), *answer.notes)
        return replace(request, answer=replace(answer, question=request.question, notes=notes))

    def _copied(self, request: Request) -> Answer:
        found = request.found
        if found is None or not found.hits:
            notes = () if self.library.count() else (EMPTY_LIBRARY,)
            return Answer(request.question, REFUSAL, refused=True, notes=notes)
        if found.parsed.overview:
            articles = list(self.library.archive.articles(found.where, None))
            return overview(request.standalone, articles)
        if found.plan.kind == "list":
            return mentioning(request.standalone, found.plan.queries[0], found.hits)
        if len(found.plan.queries) > 1:
            return from_each(request.standalone, found.by_query, self.judge, found.plan.queries)
        return extractive_answer(request.standalone, found.hits, self.judge)

    def _draft(self, request: Request) -> Request:
        for answer in self._drafts(request):
            request = replace(request, answer=answer)
        return request

    def _drafts(self, request: Request) -> Iterator[Answer]:
        """The model's answer as it grows; nothing when there is no model or nothing to write about."""
        answer = request.answer
        if self.model is None or answer is None or not request.hits:
            return
        asked = replace(answer, standalone_question=request.standalone)
        yield from drafted_answers(request.hits, self.model, asked, support=self.support, threshold=self.threshold)

    def _differ(self, request: Request) -> Request:
        """A number on which another article differs is shown beside it."""
        answer = request.answer
        if answer is None or (request.found and request.found.parsed.overview):
            return request
        return replace(request, answer=with_differences(answer, request.hits))

    def _with_copies(self, answer: Answer) -> Answer:
        """Each citation with the other articles that carry its text: agency copy under other headlines."""
        shown = (*answer.citations, *answer.related)
        twins = self.library.intake.twins(sorted({citation.article_id for citation in shown}))
        if not twins:
            return answer
        citations = tuple(_also_in(citation, twins) for citation in answer.citations)
        return replace(answer, citations=citations, related=tuple(_also_in(item, twins) for item in answer.related))

    def _check(self, request: Request) -> Answer:
        """The promise, held by the machine: what is not verbatim at its place is not shown."""
        answer, found = request.answer, request.found
        if answer is None or found is None:  # the chain was put together wrongly
            raise AssertionError("no answer was made")
        texts = {hit.article.id: hit.article.text for hit in request.hits}
        for citation in (*answer.citations, *answer.related):
            text = texts.get(citation.article_id) or self.library.get(citation.article_id).text
            if text[citation.start : citation.end] != citation.quotation:
                raise AssertionError(f"quotation {citation.number} is not in article {citation.article_id}")
        answer = self._with_copies(answer)
        where = found.where
        searched = Searched(
            self.library.count(where), where.since, where.until, where.sources, found.parsed.constraints
        )
        return replace(answer, filters=searched, standalone_question=request.standalone)


def _request(
    question: str,
    *,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    sources: Sequence[str] | None = None,
    history: Sequence[Turn] = (),
    ignore: Sequence[str] = (),
) -> Request:
    where = make_filter(since, until, sources)
    return Request(clean_question(question), where, tuple(history), tuple(ignore))


def _also_in(citation: Citation, twins: dict[str, set[str]]) -> Citation:
    return replace(citation, also_in=tuple(sorted(twins.get(citation.article_id, ()))))


def clean_question(question: str) -> str:
    """White space and control characters tidied. Raises InputError when nothing is left to ask, or far too much."""
    if not isinstance(question, str):
        raise InputError(f"A question is a text, not a {type(question).__name__}.")
    text = "".join(c if c.isprintable() else " " for c in question.encode("utf-8", "ignore").decode("utf-8"))
    text = " ".join(text.split())
    if not re.search(r"\w", text):
        raise InputError("The question is empty. Ask something in words, such as “why did the August talks stall?”.")
    if len(text) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(text):,} characters; at most {LONGEST_QUESTION:,} are read. Ask it in fewer words."
        )
    return text


_open: dict[str, Library] = {}
_open_lock = threading.Lock()


def default_library() -> Library:
    """The library of the settings, opened once a process: its model and indexes are loaded once."""
    settings = Settings.load()
    key = f"{settings.home}:{settings.embedder}"
    with _open_lock:
        if key not in _open:
            _open[key] = Library.open(settings=settings)
        return _open[key]


_assistants: dict[int, tuple[Library, Assistant]] = {}


def _assistant(library: Library | None) -> Assistant:
    """An assistant for the library with the configured model, kept while the same library is asked."""
    library = library or default_library()
    with _open_lock:
        known = _assistants.get(id(library))
        if known is None or known[0] is not library:
            _assistants.clear()
            _assistants[id(library)] = (library, Assistant(library, model=configured(Settings.load())))
        return _assistants[id(library)][1]


def answer(question: str, *, library: Library | None = None, **options: Any) -> Answer:
    """Answer a question from the library (default: the one in `Settings().home`), with cited passages.

    Options are those of `Assistant.answer`: `since` and `until` are days, inclusive, a `datetime.date` or
    "2024-08-01". The language model is the one that the settings name, none by default. Raises InputError and
    LibraryError.
    """
    return _assistant(library).answer(question, **options)


async def aanswer(question: str, *, library: Library | None = None, **options: Any) -> Answer:
    """`answer` for asynchronous programs."""
    return await asyncio.to_thread(answer, question, library=library, **options)


def stream(question: str, *, library: Library | None = None, **options: Any) -> Iterator[Answer]:
    """The answer as it grows, a sentence at a time; the last one is the whole answer."""
    return _assistant(library).stream(question, **options)
