"""The index: articles in, passages found. `from index import Library`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.article import Article, Failure, Passage
    from index.errors import BriefingError
    from index.filters import Filter
    from index.health import Health
    from index.ingesting import Report
    from index.library import Library
    from index.search import Hit, HybridRetriever
    from index.settings import Settings

__all__ = [
    "Article",
    "BriefingError",
    "Failure",
    "Filter",
    "Health",
    "Hit",
    "HybridRetriever",
    "Library",
    "Passage",
    "Report",
    "Settings",
]

_HOMES = {
    "Article": "article",
    "Passage": "article",
    "Failure": "article",
    "BriefingError": "errors",
    "Filter": "filters",
    "Health": "health",
    "Library": "library",
    "Report": "ingesting",
    "Hit": "search",
    "HybridRetriever": "search",
    "Settings": "settings",
}


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for: `briefing --help` must not wait for numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'index' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"index.{_HOMES[name]}"), name)
