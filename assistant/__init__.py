"""Briefing: cited answers and a daily digest over your own news articles.

from index import Library
from assistant import Assistant, answer, aanswer, stream, digest
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answers import REFUSAL, Answer, Citation, Span
    from assistant.chain import Assistant, aanswer, answer, stream
    from assistant.digests import Digest, digest
    from assistant.judging import ReaderJudge
    from assistant.settings import Settings

__all__ = [
    "REFUSAL",
    "Answer",
    "Assistant",
    "Citation",
    "Digest",
    "ReaderJudge",
    "Settings",
    "Span",
    "aanswer",
    "answer",
    "digest",
    "stream",
]

_HOMES = {
    "REFUSAL": "answers",
    "Answer": "answers",
    "Citation": "answers",
    "Span": "answers",
    "Assistant": "chain",
    "answer": "chain",
    "digest": "digests",
    "aanswer": "chain",
    "stream": "chain",
    "Digest": "digests",
    "ReaderJudge": "judging",
    "Settings": "settings",
}


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for: heavy imports wait until they are used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"assistant.{_HOMES[name]}"), name)
