"""The local reader: reads search's candidates against a question and scores them. Loading it imports torch."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.reader.nouns import UNREAD, Candidate, Reading, Sentence
from assistant.reader.tokens import Pair, header, pairs
from index.errors import ModelError
from index.memory import keep_freed_memory
from index.passages import sentences

if TYPE_CHECKING:
    from assistant.reader.network import Network

WEIGHTS = Path(__file__).with_name("weights.safetensors")
LONGEST = 256  # tokens of a pair; the network was trained up to this length
MOST = 24  # candidates read for one question; the others keep search's order behind them
WAVES = (4, 4, 4, 6, 6)  # candidates read at a time; after each wave it is asked whether to read on
BATCH = 6  # pairs that go through the layers together
LONGEST_SPAN = 40  # tokens
PLAIN = Reading(UNREAD, UNREAD, 0, 0, UNREAD)


@dataclass(slots=True)
class _Job:
    """The pairs of one caller, waiting to be read."""

    rows: list[Pair]
    done: threading.Event = field(default_factory=threading.Event)
    scores: list[Any] = field(default_factory=list)
    error: BaseException | None = None


class Reader:
    """A loaded reader. Its methods may be called from several threads; questions that wait are read together."""

    def __init__(self, network: Network, metadata: dict[str, str]) -> None:
        self._network = network
        self.metadata = metadata
        self._waiting: list[_Job] = []
        self._queue, self._turn = threading.Lock(), threading.Lock()

    @classmethod
    def load(cls, path: Path | None = None) -> Reader:
        """The packaged reader, or the one in this safetensors file.

        bfloat16 on a processor that computes in it, else float32. Raises ModelError when there are no weights or
        they do not fit this version.
        """
        from assistant.reader import network as net

        path = path or WEIGHTS
        keep_freed_memory()
        try:
            network, metadata = net.load(path)
        except Exception as error:  # a missing, damaged or foreign file: each library raises its own
            raise ModelError(
                f"The reader's weights in {path} cannot be loaded ({error}); reinstall Briefing."
            ) from error
        return cls(net.lowered(network), metadata)

    @property
    def layers(self) -> dict[str, Any]:
        """The logistic layers and thresholds that are stored with the weights; see `judge`."""
        return dict(json.loads(self.metadata.get("layers", "{}")))

    def read(
        self,
        question: str,
        candidates: Sequence[Candidate],
        most: int = MOST,
        enough: Callable[[Sequence[Reading]], bool] | None = None,
    ) -> list[Reading]:
        """One Reading for each candidate, in their order.

        The candidates with the best scores of search are read first, in WAVES, until `most` are read or `enough`
        says of those read that reading on is not worth it; `Reading.read` is False for the others.
        """
        order = sorted(range(len(candidates)), key=lambda n: -cheap(candidates[n], candidates))[:most]
        readings = [PLAIN] * len(candidates)
        done = 0
        for wave in (*WAVES, max(0, len(order) - sum(WAVES))):
            part = order[done : done + wave]
            if not part or (done and enough and enough([readings[n] for n in order[:done]])):
                break
            for n, reading in zip(part, self._read(question, [candidates[n] for n in part]), strict=True):
                readings[n] = reading
            done += len(part)
        return readings

    def _read(self, question: str, chosen: Sequence[Candidate]) -> list[Reading]:
        cuts = [sentences(c.text) for c in chosen]
        rows = pairs([question] * len(chosen), [header(c.title, c.date) for c in chosen],
                     [c.text for c in chosen], cuts, LONGEST)  # fmt: skip
        return [_reading(*read) for read in zip(rows, cuts, self._scores(rows), strict=True)]

    def _scores(self, rows: list[Pair]) -> list[Any]:
        """Wait for a turn; whoever has it reads for all that wait."""
        job = _Job(rows)
        with self._queue:
            self._waiting.append(job)
        with self._turn:
            if not job.done.is_set():
                with self._queue:
                    jobs, self._waiting = self._waiting, []
                self._run(jobs)
        if job.error:
            raise ModelError(f"The reader failed: {job.error}") from job.error
        return job.scores

    def _run(self, jobs: list[_Job]) -> None:
        rows = [row for job in jobs for row in job.rows]
        try:
            scores = self._forward(rows)
            for job in jobs:
                job.scores, scores = scores[: len(job.rows)], scores[len(job.rows) :]
        except Exception as error:  # each waiting caller must hear of it
            for job in jobs:
                job.error = error
        finally:
            for job in jobs:
                job.done.set()

    def _forward(self, rows: list[Pair]) -> list[Any]:
        from assistant.reader import network as net

        parts = (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
        return [one for part in parts for one in net.score(self._network, part)]


@cache
def packaged() -> Reader:
    """The packaged reader, loaded once in a process."""
    return Reader.load()


def cheap(candidate: Candidate, candidates: Sequence[Candidate]) -> float:
    """Search's opinion of a candidate: cosine similarity plus BM25 as a share of the best of these candidates."""
    most = max((c.lexical for c in candidates), default=0.0)
    return candidate.dense + (0.5 * candidate.lexical / most if most > 0 else 0.0)


def _reading(row: Pair, cuts: list[tuple[int, int]], scores: Any) -> Reading:
    """Logits of one candidate as characters of its text."""
    first, last, score = _best_span(scores.start, scores.end)
    shares = _by_sentence(row, cuts, scores)
    if first < 0:
        return Reading(scores.relevance, scores.answered, 0, 0, UNREAD, shares, scores.supported)
    start, end = row.offsets[first][0], row.offsets[last][1]
    return Reading(scores.relevance, scores.answered, start, end, score - scores.none, shares, scores.supported)


def _best_span(start: list[float], end: list[float]) -> tuple[int, int, float]:
    best = (-1, -1, -math.inf)
    for first, opening in enumerate(start):
        window = end[first : first + LONGEST_SPAN]
        closing = max(window)
        if opening + closing > best[2]:
            best = (first, first + window.index(closing), opening + closing)
    return best


def _by_sentence(row: Pair, cuts: list[tuple[int, int]], scores: Any) -> tuple[Sentence, ...]:
    found = []
    for number, (start, end) in enumerate(cuts[: (row.sentence_of[-1] + 1) if row.sentence_of else 0]):
        inside = [n for n, s in enumerate(row.sentence_of) if s == number]
        if inside:
            mass = max(scores.start[n] for n in inside)
            found.append(Sentence(start, end, scores.sentence[number], mass - scores.none / 2))
    return tuple(found)
