"""Words with tantivy (BM25). The only file that imports it.

The index lies in a folder of its own beside a small state file: which folder, the generation of the archive that it
has seen, a seal over its files, and a marker that is set before each write and taken away after it. A marker that
was left behind means that a writer died, a seal that does not hold that a file was hurt: then the index is made again
in another folder, so that nobody ever reads one that is being made.
"""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.disk import ask_for, make_private, read_json, write_json
from index.filters import Filter, day_number
from index.seal import STOPS, seal, sealed

FORMAT = 2
HEAP = 64_000_000  # bytes; tantivy wants at least 15 MB a thread
ROOM = 2_000  # bytes of disk for a passage while it is written; 220 when it is merged, measured
ANALYZER = "text"
LONGEST_QUERY = 64  # different words; the rest of a longer text adds nothing but time


@dataclass(frozen=True, slots=True)
class State:
    generation: int = -1
    dirty: bool = True
    folder: str = ""
    library: str = ""  # whose archive it was made from
    seal: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT


class LexicalIndex:
    """BM25 over passages, headline and text. Searching is thread-safe; `update` is for the one writer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken = ""  # the folder of an index that could not be read: the library makes another
        self._lock = threading.Lock()
        self._opened: tuple[str, Any] | None = None  # folder, index
        self._seen: State | None = None  # up to which the opened index was read

    def state(self) -> State:
        """What is on disk now; an empty state when there is none that can be read."""
        try:
            state = State(**read_json(self.folder / "state.json"))
            usable = (
                state.format == FORMAT
                and state.folder != self.broken
                and state.folder.isalnum()
                and (self.folder / state.folder / "meta.json").is_file()
            )
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return State()
        return state if usable else State()

    def search(self, query: str, limit: int, where: Filter | None = None) -> list[tuple[int, float]]:
        """Passage ids with their BM25 scores, best first. Any text is a query; none of it is syntax.

        An index that cannot be read gives nothing and sets `broken`.
        """
        words, state = _words(query), self.state()
        if not words or not state.folder:
            return []
        try:
            return self._search(words, limit, where)
        except BaseException as error:  # what tantivy raises on hurt files, panics included
            if isinstance(error, STOPS):
                raise
            self.broken = state.folder
            return []

    def _search(self, words: Sequence[str], limit: int, where: Filter | None) -> list[tuple[int, float]]:
        index = self._reloaded()
        searcher = index.searcher()
        found = searcher.search(_query(index.schema, words, where), limit)
        return [(int(searcher.doc(address)["id"][0]), float(score)) for score, address in found.hits]

    def update(self, archive: Archive, *, anew: bool = False) -> None:
        """Bring the index up to the archive's generation; from nothing when it is dirty, missing, ahead, or `anew`.

        Raises LibraryReadOnly when the disk has no room.
        """
        state = self.state()
        if anew or state.dirty or state.library != archive.library or state.generation > archive.generation():
            self._rebuild(archive, state)
            return
        changes = archive.changes(state.generation)
        if changes.generation != state.generation:
            ask_for(self.folder, ROOM * (1_000 + len(changes.added)))
            self._write(archive, replace(state, generation=changes.generation), changes.removed, changes.added)

    def is_sound(self) -> bool:
        """Whether the index that there is can be read; sets `broken` when it cannot."""
        if (state := self.state()).folder:
            try:
                self._reloaded()
            except BaseException as error:
                if isinstance(error, STOPS):
                    raise
                self.broken = state.folder
                return False
        return True

    def forget(self) -> None:
        """Let go of what is open and of what was found broken."""
        with self._lock:
            self._opened = self._seen = None
        self.broken = ""

    def clean(self) -> None:
        """Delete every index but the present one."""
        self._clean({self.state().folder})

    def ids(self) -> set[int]:
        """Every passage id that the index really holds."""
        import tantivy

        searcher = self._reloaded().searcher()
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs))
        return {int(searcher.doc(address)["id"][0]) for _, address in found.hits}

    def _rebuild(self, archive: Archive, before: State) -> None:
        """In another folder, which takes the place of the present one when it is whole."""
        ask_for(self.folder.parent, ROOM * (1_000 + archive.passage_count()))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clean({before.folder})
        state = State(archive.generation(), folder=f"i{uuid.uuid4().hex[:12]}", library=archive.library)
        (self.folder / state.folder).mkdir(mode=0o700)
        self._write(archive, state, (), [int(i) for i in archive.passage_ids()], published=False)
        self._clean({state.folder, before.folder})  # readers may still open the one before
        self.broken = ""

    def _write(
        self, archive: Archive, state: State, removed: Iterable[int], added: Sequence[int], published: bool = True
    ) -> None:
        if published:  # what is sealed now is still right while the writer adds to it
            self._mark(replace(self.state(), dirty=True))
        writer = self._open(state.folder).writer(heap_size=HEAP, num_threads=1)
        for passage_id in removed:
            writer.delete_documents_by_term("id", passage_id)
        for passage_id, article, text in archive.passage_texts(added):
            writer.add_document(_document(passage_id, article, text))
        writer.commit()
        writer.wait_merging_threads()
        make_private(self.folder)
        self._mark(replace(state, dirty=False, seal=seal(self.folder / state.folder)))

    def _mark(self, state: State) -> None:
        write_json(self.folder / "state.json", asdict(state))

    def _clean(self, keep: set[str]) -> None:
        for path in self.folder.glob("*"):
            if path.is_dir() and path.name not in keep:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_file() and path.suffix not in {".json", ".new"}:  # of an earlier format
                path.unlink(missing_ok=True)

    def _open(self, folder: str) -> Any:
        import tantivy

        index = tantivy.Index(_schema(), path=str(self.folder / folder))
        index.register_tokenizer(ANALYZER, _analyzer())
        index.config_reader(reload_policy="manual")
        return index

    def _reloaded(self) -> Any:
        """The index as it is now. Raises what tantivy raises, or ValueError when the seal does not hold."""
        with self._lock:
            while (state := self.state()) != self._seen:
                try:
                    index = self._checked(state)
                    index.reload()
                except BaseException:
                    if self.state() == state:  # else a writer came between
                        raise
                    continue
                self._opened, self._seen = (state.folder, index), state
            if self._opened is None:
                raise ValueError("there is no word index")
            return self._opened[1]

    def _checked(self, state: State) -> Any:
        if not sealed(self.folder / state.folder, state.seal, partly=state.dirty):
            raise ValueError("the seal of the word index does not hold")
        return self._opened[1] if self._opened and self._opened[0] == state.folder else self._open(state.folder)


def _document(passage_id: int, article: Any, text: str) -> Any:
    import tantivy

    document = tantivy.Document()
    document.add_integer("id", passage_id)
    document.add_text("title", article.title)
    document.add_text("text", text)
    document.add_text("source", article.source.casefold())
    if article.date:
        document.add_integer("date", day_number(article.date))
    return document


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
