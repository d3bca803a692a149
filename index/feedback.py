"""What people thought of answers: thumbs up or down, with a reason. A table of its own in the archive's file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from index.archive import Archive
from index.errors import InputError

Verdict = Literal["up", "down"]
SCHEMA = 4  # the archive's, which brought the table
LONGEST_NOTE = 2_000  # characters
REASONS = ("wrong", "not what I asked", "missing something", "out of date", "hard to read", "other")


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion about one answer. `id` comes from the page, so that a changed mind replaces the first opinion."""

    id: str
    verdict: Verdict
    question: str
    answer: str  # as it was shown, with its markers
    reason: str = ""  # one of REASONS, or empty
    note: str = ""  # in the person's own words
    confidence: float = 0.0
    model: str = ""
    article_ids: tuple[str, ...] = ()  # the articles that the answer cites
    at: dt.datetime | None = None  # aware, UTC; set when it is stored

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "article_ids": list(self.article_ids), "at": self.at.isoformat() if self.at else None}


class FeedbackTable:
    """Reads and writes the opinions. Raises LibraryReadOnly when the library cannot be written to."""

    def __init__(self, archive: Archive) -> None:
        self._query = archive.query
        self._writing = archive.transaction

    def put(self, said: Feedback) -> None:
        """Store an opinion, or replace the one with this id. Raises InputError when it makes no sense."""
        if said.verdict not in ("up", "down") or (said.reason and said.reason not in REASONS):
            raise InputError(f"A verdict is up or down, and a reason one of: {', '.join(REASONS)}.")
        if not said.id or len(said.id) > 64 or max(len(said.note), len(said.question)) > LONGEST_NOTE:
            raise InputError(f"Feedback has an id of up to 64 characters and texts of up to {LONGEST_NOTE:,}.")
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        values = (
            said.id,
            now,
            said.verdict,
            said.reason,
            said.note,
            said.question,
            said.answer,
            said.confidence,
            said.model,
            json.dumps(said.article_ids),
        )
        with self._writing() as connection:
            connection.execute(f"INSERT OR REPLACE INTO feedback VALUES ({','.join('?' * len(values))})", values)

    def remove(self, feedback_id: str) -> bool:
        """Whether there was such an opinion."""
        with self._writing() as connection:
            return connection.execute("DELETE FROM feedback WHERE id = ?", (feedback_id,)).rowcount > 0

    def all(self, verdict: Verdict | None = None) -> list[Feedback]:
        """The newest first."""
        rows = self._query("SELECT * FROM feedback ORDER BY at DESC, id", since=SCHEMA)
        return [said for said in map(_feedback, rows) if verdict is None or said.verdict == verdict]


def _feedback(row: Sequence[Any]) -> Feedback:
    return Feedback(
        id=row[0],
        verdict=row[2],
        question=row[5],
        answer=row[6],
        reason=row[3],
        note=row[4],
        confidence=row[7],
        model=row[8],
        article_ids=tuple(json.loads(row[9])),
        at=dt.datetime.fromisoformat(row[1]),
    )
