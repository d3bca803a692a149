"""Generated articles and files of every size, script, depth and number: none wedges the store."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from index.article import Article
from tests.torture.common import Result, article, ask, is_found, main, opened, place, warm
from tests.torture.killing import Send

BATCH = 25  # poisons between two looks at the store

ANY_TEXT = st.text(st.characters(), max_size=400)  # surrogates and controls included
HARD = st.sampled_from(
    ["\ud800", "\0", "\x1b[2J\x1b]0;x\a", "\u202e" * 50, "e" + "\u0301" * 5_000, "\U000e0041" * 500, "a" * 300_000,
     "漢" * 50_000, "word " * 60_000, "\n" * 100_000, "👩‍👩‍👧‍👦" * 3_000, "‮ﷺ" * 9_000, "<b>" * 20_000, "${x}{{7*7}}",
     "'; DROP TABLE articles;--",
     "../../../../etc/passwd", "\ufeff\ufffe\uffff", "1e309", "NaN", "AND OR NOT (\"title:* ^~", "\r\n\r\n.\r\n"]
)  # fmt: skip
TEXT = st.one_of(ANY_TEXT, HARD, st.tuples(ANY_TEXT, HARD, ANY_TEXT).map("".join))
NUMBER = st.one_of(st.integers(-(2**200), 2**200), st.floats(), st.booleans(), st.none())
JSON = st.recursive(
    st.one_of(TEXT, NUMBER),
    lambda inner: st.one_of(st.lists(inner, max_size=8), st.dictionaries(ANY_TEXT, inner)),
    max_leaves=30,
)
DEEP = st.integers(1, 20_000).map(lambda depth: "[" * depth + "]" * depth)
DAY = st.dates()
MOMENT = st.datetimes(timezones=st.just(dt.UTC))
ARTICLES = st.builds(
    Article,
    key=TEXT.map(lambda text: f"poison:{text}"),
    text=TEXT,
    title=TEXT,
    date=st.none() | DAY,
    published=st.none() | MOMENT,
    modified=st.none() | MOMENT,
    source=TEXT,
    url=TEXT,
    path=TEXT,
    authors=st.lists(TEXT, max_size=40).map(tuple),
    language=ANY_TEXT,
    section=TEXT,
)
FIELDS = ("title", "text", "body", "date", "published", "url", "source", "author", "authors", "language", "tags", "id")
RECORDS = st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, JSON, max_size=12)
WIDE = st.integers(1_000, 8_000).map(lambda n: {"text": "A story.", "title": "Wide", **{f"k{i}": i for i in range(n)}})
FILES = st.one_of(
    st.tuples(st.just("json"), (RECORDS | WIDE).map(json.dumps)),
    st.tuples(st.just("json"), DEEP),
    st.tuples(st.just("jsonl"), st.lists(RECORDS, max_size=5).map(lambda rows: "\n".join(map(json.dumps, rows)))),
    st.tuples(st.just("md"), st.tuples(JSON, TEXT).map(lambda pair: f"---\n{json.dumps(pair[0])}\n---\n\n{pair[1]}")),
    st.tuples(st.just("txt"), TEXT),
    st.tuples(st.just("csv"), st.lists(st.lists(TEXT, max_size=5).map(",".join), max_size=5).map("\n".join)),
)
POISON: st.SearchStrategy[Any] = st.one_of(ARTICLES, FILES)


def generated(count: int, seed: int) -> list[Any]:
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(POISON)
    def collect(poison: Any) -> None:
        found.append(poison)

    collect()
    return found[:count]


def feed(folder: Path, poisons: list[Any], first: int, send: Send) -> None:
    """Give all of them to the library, some by some, and look each time whether it still takes and finds news."""
    for number, poison in enumerate(poisons):
        if isinstance(poison, tuple):
            path = folder / f"{first + number}.{poison[0]}"
            path.write_text(poison[1], encoding="utf-8", errors="surrogatepass")
    with opened(folder / "home") as library:
        made = library.add(poison for poison in poisons if isinstance(poison, Article))
        read = library.ingest([path for path in folder.glob("*.*") if path.is_file()])
        for poison in poisons:
            library.search(poison.title if isinstance(poison, Article) else poison[1], limit=3)
        control = article(first)
        library.add([control])
        send({
            "found": is_found(library, control) and is_found(library, article(0)),
            "stored": len(made.added) + len(read.added),
            "refused": len(made.failed) + len(read.failed),
            "read": read.read,
        })  # fmt: skip
    for path in folder.glob("*.*"):
        path.unlink()


def last_look(home: Path, send: Send) -> None:
    """Sound, without a search before that could mend something."""
    with opened(home) as library:
        health = library.verify()
        send([*health.archive, *health.derived])


def run(count: int, seed: int) -> Result:
    result = Result("poison")
    poisons = generated(count, seed)
    warm()
    with place() as folder:
        ask(lambda send: feed(folder, [], 0, send))
        for first in range(0, len(poisons), BATCH):
            batch = poisons[first : first + BATCH]
            code, sent, _ = ask(lambda send: feed(folder, batch, first + 1, send), seconds=300)  # noqa: B023
            fine = code == 0 and bool(sent) and "found" in sent[-1]
            if result.expect(fine, f"poisons from {first}: ended with {code}: {str(sent)[-600:]}"):
                result.expect(sent[-1]["found"], f"poisons from {first}: a fine article is not found any more")
                for name in ("stored", "refused"):
                    result.figures[name] = result.figures.get(name, 0) + sent[-1][name]
            result.trials += len(batch)
        _, sent, _ = ask(lambda send: last_look(folder / "home", send))
        result.expect(sent == [[]], f"in the end: {sent}")
    return result


if __name__ == "__main__":
    main("poison", run, 1_000)
