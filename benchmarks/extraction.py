"""The 42 Wikinews articles in every form in which articles arrive, read back: words kept, noise leaked, facts right.

The forms are made by tests/renderings.py: pages with menus, share bars, advertisements, newsletter boxes, comments;
printed PDF with headers and footers; Word, mail, feeds and exports. They are ours, so they show what is lost on the
way, not how trafilatura does on pages of the wild (its own table of 990 pages does that).
"""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import machine, rows, save
from index.article import Article, Failure
from index.sources import read
from tests.renderings import MANY, NOISE, ONE_EACH, Story, stories

COMMAND = "python -m benchmarks.extraction"


def measure(found: list[Article | Failure], expected: list[Story]) -> dict[str, Any]:
    """Shares of all words and articles; `noise` counts the noise lines that came through, `extra` the words."""
    kept = words = extra = noise = dates = titles = urls = 0
    for story, article in zip(expected, found, strict=True):
        words += len(story.words)
        if isinstance(article, Failure):
            continue
        shown = article.text.split()
        matcher = difflib.SequenceMatcher(None, story.words, shown, autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        kept, extra = kept + same, extra + len(shown) - same
        noise += sum(line in article.text for line in NOISE)
        dates += article.date == story.date
        titles += article.title == story.title
        urls += article.url == story.url
    count = len(expected)
    return {
        "words_kept": kept / words, "extra_words": extra, "noise_lines": noise,
        "dates": dates / count, "titles": titles / count, "urls": urls / count,
    }  # fmt: skip


def main() -> None:
    on, expected = machine(), stories()
    figures: dict[str, dict[str, Any]] = {}
    for name in (*ONE_EACH, *MANY):
        with tempfile.TemporaryDirectory() as folder:
            if name in MANY:
                (Path(folder) / name).write_bytes(MANY[name](expected))
            else:
                for number, story in enumerate(expected):
                    (Path(folder) / f"{number:02}-{name}").write_bytes(ONE_EACH[name](story))
            figures[name] = measure(list(read([folder])), expected)
    header = ["form", "words kept", "extra words", "noise lines", "dates right", "titles right", "addresses right"]
    table = rows(header, *([name, *[_shown(value) for value in row.values()]] for name, row in figures.items()))
    save("extraction", COMMAND, on, figures, table)


def _shown(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
