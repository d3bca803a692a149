"""Words with tantivy (BM25). The only file that imports it.

The index lies beside a small state file: the generation of the archive that it has seen, and a marker that is set
before each write and taken away after it. A marker that was left behind means that a writer died: rebuild.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.dense import write_json
from index.filters import Filter, day_number

FORMAT = 1
HEAP = 64_000_000  # bytes; tantivy wants at least 15 MB a thread
ANALYZER = "text"
LONGEST_QUERY = 64  # different words; the rest of a longer text adds nothing but time


@dataclass(frozen=True, slots=True)
class State:
    generation: int = -1
    dirty: bool = True
    format: int = FORMAT


class LexicalIndex:
    """BM25 over passages, headline and text. Searching is thread-safe; `update` is for the one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken = False  # a search failed: the library makes it again
        self._index: Any = None
        self._seen: State | None = None

    def state(self) -> State:
        try:
            state = State(**json.loads((self.folder / "state.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return State()
        usable = state.format == FORMAT and (self.folder / "meta.json").is_file() and not self.broken
        return state if usable else State()

    def search(self, query: str, limit: int, where: Filter | None = None) -> list[tuple[int, float]]:
        """Passage ids with their BM25 scores, best first. Any text is a query; none of it is syntax.

        An index that cannot be read gives nothing and sets `broken`.
        """
        words = _words(query)
        if not words or self.state().generation < 0:
            return []
        try:
            return self._search(words, limit, where)
        except (ValueError, OSError):  # what tantivy raises on hurt files
            self.broken = True
            return []

    def _search(self, words: Sequence[str], limit: int, where: Filter | None) -> list[tuple[int, float]]:
        index = self._reloaded()
        searcher = index.searcher()
        found = searcher.search(_query(index.schema, words, where), limit)
        return [(int(searcher.doc(address)["id"][0]), float(score)) for score, address in found.hits]

    def update(self, archive: Archive) -> None:
        """Bring the index up to the archive's generation; from nothing when it is dirty, missing or ahead."""
        state = self.state()
        if state.dirty or state.generation > archive.generation():
            self._rebuild(archive)
            return
        changes = archive.changes(state.generation)
        if changes.generation != state.generation:
            self._write(archive, changes.generation, changes.removed, changes.added)

    def forget(self) -> None:
        """Delete the index; it is made again from the archive."""
        self._index = self._seen = None
        self.broken = False
        shutil.rmtree(self.folder, ignore_errors=True)

    def ids(self) -> set[int]:
        """Every passage id that the index really holds."""
        import tantivy

        searcher = self._reloaded().searcher()
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs))
        return {int(searcher.doc(address)["id"][0]) for _, address in found.hits}

    def _rebuild(self, archive: Archive) -> None:
        self.forget()
        self.folder.mkdir(parents=True)
        generation = archive.generation()
        self._write(archive, generation, (), tuple(int(i) for i in archive.passage_ids()))

    def _write(self, archive: Archive, generation: int, removed: Iterable[int], added: Sequence[int]) -> None:
        import tantivy

        self._mark(State(self.state().generation, dirty=True))
        index = self._opened()
        writer = index.writer(heap_size=HEAP, num_threads=1)
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, article, text in archive.passage_texts(added):
            document = tantivy.Document()
            document.add_integer("id", passage_id)
            document.add_text("title", article.title)
            document.add_text("text", text)
            document.add_text("source", article.source.casefold())
            if article.date:
                document.add_integer("date", day_number(article.date))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._mark(State(generation, dirty=False))

    def _mark(self, state: State) -> None:
        write_json(self.folder / "state.json", asdict(state))

    def _opened(self) -> Any:
        if self._index is None:
            import tantivy

            index = tantivy.Index(_schema(), path=str(self.folder))
            index.register_tokenizer(ANALYZER, _analyzer())
            index.config_reader(reload_policy="manual")
            self._index = index
        return self._index

    def _reloaded(self) -> Any:
        state = self.state()
        index = self._opened()
        if state != self._seen:
            index.reload()
            self._seen = state
        return index


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True)
    builder.add_integer_field("date", indexed=True, fast=True)
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name=ANALYZER, index_option="freq")
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


def _analyzer() -> Any:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _words(query: str) -> list[str]:
    """Different words of the query as the index knows them, in order."""
    return list(dict.fromkeys(_analyzer().analyze(query[:20_000])))[:LONGEST_QUERY]


def _query(schema: Any, words: Sequence[str], where: Filter | None) -> Any:
    from tantivy import FieldType, Occur, Query

    terms = [
        (Occur.Should, Query.boost_query(Query.term_query(schema, field, word, "freq"), boost))
        for word in words
        for field, boost in (("text", 1.0), ("title", 0.5))
    ]
    clauses = [(Occur.Must, Query.boolean_query(terms))]
    if where and (where.since or where.until):
        low = day_number(where.since) if where.since else 0
        high = day_number(where.until) if where.until else 99_999_999
        days = Query.range_query(schema, "date", FieldType.Integer, low, high)
        clauses.append((Occur.Must, Query.const_score_query(days, 0.0)))
    if where and where.sources:
        names = Query.term_set_query(schema, "source", [source.casefold() for source in where.sources])
        clauses.append((Occur.Must, Query.const_score_query(names, 0.0)))
    return Query.boolean_query(clauses)
