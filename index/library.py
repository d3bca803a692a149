"""Library: one folder of articles that can be searched. What the rest of the world uses of the index."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index import duplicates, portable, sources
from index.archive import Archive
from index.article import Article, Failure
from index.derived import Derived
from index.disk import full as disk_full
from index.disk import is_full, told_when_full
from index.embedder import Embedder, SentenceTransformerEmbedder, Vectors
from index.errors import LibraryBusy, LibraryReadOnly, NothingFound, WrongEmbedder
from index.filters import Filter, make_filter
from index.health import Health, examine
from index.home import ARCHIVE, prepared
from index.ingesting import Ingest, Progress, Report
from index.intake import Intake, Version
from index.search import Hit, Searcher
from index.settings import Settings
from index.sources.draft import Meter
from index.urls import without_login

if TYPE_CHECKING:
    from index.fetch import Fetcher

PATIENCE = 2.0  # seconds that a second writer waits


class Library:
    """Articles on disk, and search over them. Open it with `Library.open`; safe to use from several threads."""

    def __init__(self, home: Path, embedder: Embedder, *, read_only: bool = False) -> None:
        self.home = home
        self.embedder = embedder
        self.archive = Archive(home / ARCHIVE, read_only=read_only)
        self._derived = Derived(self.archive, home, embedder.fingerprint)
        self._dense, self._lexical = self._derived.dense, self._derived.lexical
        self.intake = Intake(self.archive)
        self._searcher = Searcher(self.archive, self._dense, self._lexical, embedder, self.intake.twins)
        self._file_lock = FileLock(home / "lock", thread_local=False, mode=0o600)
        self._thread_lock = threading.RLock()

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        *,
        embedder: Embedder | None = None,
        settings: Settings | None = None,
        any_embedder: bool = False,
    ) -> Library:
        """Open the library in this folder (default: `Settings().home`); it is made when it is missing.

        Raises LibraryTooNew, LibraryDamaged, WrongEmbedder (not with `any_embedder`, which is for
        `repair(reembed=True)`), or LibraryReadOnly when it is missing and cannot be made.
        """
        settings = settings or Settings.load()
        folder = Path(home).expanduser().absolute() if home else settings.home
        read_only = prepared(folder)
        library = cls(folder, embedder or SentenceTransformerEmbedder(settings.embedder), read_only=read_only)
        try:
            if not any_embedder:
                library._check_embedder()
        except BaseException:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Give back files and memory. The library must not be used afterwards."""
        self._derived.close()
        self.archive.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def get(self, article_id: str) -> Article:
        """The article with this id, or with the only id that begins so. Raises NothingFound."""
        article = self.archive.get(article_id)
        if article is not None:
            return article
        found = self.archive.matching_ids(article_id) if article_id else []
        if len(found) == 1:
            return self.get(found[0])
        hint = f"{len(found)} ids begin so" if found else "`briefing articles` lists the ids"
        raise NothingFound(f"There is no article {article_id!r} in {self.home}: {hint}.")

    def articles(
        self,
        *,
        since: dt.date | str | None = None,
        until: dt.date | str | None = None,
        source: str | None = None,
        limit: int | None = None,
    ) -> list[Article]:
        """Newest first; `since` and `until` are inclusive."""
        where = make_filter(since, until, [source] if source else None)
        return list(self.archive.articles(where, limit))

    def count(self, where: Filter | None = None) -> int:
        return self.archive.count(where)

    def sources(self) -> dict[str, int]:
        """Outlets with their number of articles, the most frequent first."""
        return self.archive.sources()

    def days(self) -> dict[dt.date, int]:
        """Days that have articles, with their number, the newest first."""
        return self.archive.days()

    def versions(self, article_id: str) -> list[Version]:
        """What the article was before it changed, the oldest first; empty when it never has. Raises NothingFound."""
        return self.intake.versions(self.get(article_id).id)

    def also_in(self, article_id: str) -> list[Article]:
        """Near-duplicates: other articles with the same text, whole or in part, the newest last."""
        twins = self.intake.twins([article_id]).get(article_id, set())
        found = [article for twin in sorted(twins) if (article := self.archive.get(twin)) is not None]
        return sorted(found, key=lambda article: (article.date or dt.date.min, article.id))

    def export(self, *, vectors: bool = True) -> Iterator[str]:
        """Everything, as lines of JSON without their ends; `ingest` reads a file of them back (index/portable.py)."""
        return portable.lines(self.archive, self.intake, vectors=vectors)

    def backup(self, target: str | Path) -> int:
        """Write a consistent copy to one file, also while others write. How many articles. Raises InputError."""
        from index.backup import backup

        return backup(self.archive, Path(target).expanduser().absolute())

    def vectors_of(self, article_id: str) -> Vectors:
        """The article's passage vectors: float32, shape (passages, dimension), rows of unit length."""
        return self.archive.vectors_of(article_id)

    def search(
        self,
        query: str,
        *,
        limit: int = 8,
        since: dt.date | str | None = None,
        until: dt.date | str | None = None,
        sources: Sequence[str] | None = None,
    ) -> list[Hit]:
        """The passages that fit the query best, best first. Days are inclusive, sources by name."""
        return self.find(query, limit, make_filter(since, until, sources))

    def find(self, query: str, limit: int, where: Filter) -> list[Hit]:
        """`search` with a ready filter."""
        query = query.encode("utf-8", "replace").decode("utf-8")  # lone surrogates break the parts that follow
        if not self.archive.generation():
            return []
        self._refresh()
        hits = self._searcher.search(query, limit, where)
        if (self._dense.broken or self._lexical.broken) and self._refresh():
            hits = self._searcher.search(query, limit, where)
        return hits

    # Writing

    def ingest(
        self, inputs: Iterable[str | Path], *, progress: Progress | None = None, fetcher: Fetcher | None = None
    ) -> Report:
        """Read files, folders, addresses into the library. Unchanged articles cost nothing, changed ones are replaced.

        What cannot be read is listed in the report with its reason; the rest goes on. An article is stored whole or
        not at all, so an interrupted run is simply repeated. Raises LibraryBusy, LibraryReadOnly, WrongEmbedder.
        """
        given = [inputs] if isinstance(inputs, str | Path) else list(inputs)
        named = [without_login(item) if isinstance(item, str) else item for item in given]
        notes: list[tuple[str, str]] = []
        meter = Meter()
        exports = [item for item in named if portable.is_export(item)]
        others = [item for item in named if item not in exports]
        read = sources.read(others, lambda *note: notes.append(note), fetcher=fetcher, meter=meter)
        carried = (item for export in exports for item in portable.read(export, self.embedder.fingerprint))
        report = self._take(read, carried, progress, meter)
        report.notes += notes
        with self._writing():
            self.intake.settle(map(str, named), report.failed)
        return report

    def add(
        self,
        articles: Iterable[Article | Failure],
        *,
        progress: Progress | None = None,
        meter: Meter | None = None,
    ) -> Report:
        """`ingest` for a program that has made the articles itself; they must be clean (see `index.clean`)."""
        return self._take(articles, (), progress, meter)

    def _take(
        self,
        articles: Iterable[Article | Failure],
        carried: Iterable[portable.Item],
        progress: Progress | None,
        meter: Meter | None,
    ) -> Report:
        with self._writing():
            self._claim_embedder()
            with self._run(progress, meter) as run:
                for article in articles:
                    run.take(article)
                for item in carried:
                    run.take_carried(item)
                run.finish()
            self._derived.update(progress)
        return run.report

    def refresh_feeds(self, *, progress: Progress | None = None, fetcher: Fetcher | None = None) -> Report:
        """Read what is new in the feeds that are followed. The library is locked only while articles are stored."""
        from index import feeds
        from index.fetch import Fetcher

        with self._run(progress) as run:
            for news in feeds.refresh(self.intake.feeds(), fetcher or Fetcher(), self._holds, run.note):
                with self._writing():
                    self._claim_embedder()
                    for item in news.found:
                        run.take(item)
                    run.finish()
                    self.intake.put_feed(news.feed)
        with self._writing():
            self._derived.update(progress)
        return run.report

    def remove(self, article_id: str) -> Article:
        """Take one article out; nothing of its text and vectors stays in any file. Raises NothingFound."""
        return self.remove_all([article_id])[0]

    def remove_all(self, article_ids: Iterable[str]) -> list[Article]:
        """`remove` for several at the price of one: the indexes are made again once. Raises NothingFound before any."""
        articles = [self.get(article_id) for article_id in article_ids]
        with self._writing():
            with self.archive.transaction():
                for article in articles:
                    self.archive.remove(article.id)
                    self.intake.forget(article.id, duplicates.bands(duplicates.outline(article.text)))
                self._derived.mark_erasing()
            self._derived.update()
        return articles

    def repair(self, *, reembed: bool = False, progress: Progress | None = None) -> Health:
        """Make both search indexes again from the archive; with `reembed` the vectors too, by the present model.

        Searches go on meanwhile, in the indexes that there were.
        """
        with self._writing():
            if reembed:
                self._reembed(progress or _silent)
            self._derived.update(progress, anew=True)
            self._derived.accept_loss()
        return self.verify()

    def verify(self) -> Health:
        """Compare the archive with its own sums and both indexes with the archive, id by id and vector by vector."""
        return examine(self.archive, self._derived)

    def _holds(self, article_id: str) -> bool:
        return self.archive.hash_of(article_id) is not None

    def _run(self, progress: Progress | None, meter: Meter | None = None) -> Ingest:
        return Ingest(self.archive, self.intake, self.embedder, self._lexical, progress or _silent, meter)

    def _refresh(self) -> bool:
        """Before a search: mend what is behind, unless another is writing: it mends it. Whether it did."""
        if not self.archive.read_only and self._derived.behind():
            with suppress(LibraryBusy, LibraryReadOnly, OSError), self._writing(patience=0.0):
                self._derived.update()
                return True
        return False

    # The model

    def _check_embedder(self) -> None:
        known = self.archive.meta("embedder")
        if known and known != self.embedder.fingerprint:
            raise WrongEmbedder(
                f"The library {self.home} was embedded by {known.split(':')[0]!r}, but {self.embedder.name!r} is "
                "configured. Set BRIEFING_EMBEDDER back, or run `briefing repair --reembed` to embed everything again."
            )

    def _claim_embedder(self) -> None:
        self._check_embedder()
        if not self.archive.meta("embedder"):
            self.archive.set_meta("embedder", self.embedder.fingerprint)

    def _reembed(self, progress: Progress) -> None:
        self.archive.set_meta("embedder", "a change of model that was not finished")
        with self._run(progress) as run:
            for article in list(self.archive.articles()):
                run.add(article, known=True)
            run.flush()
        self.archive.set_meta("embedder", self.embedder.fingerprint)

    # One writer

    @contextmanager
    def _writing(self, patience: float = PATIENCE) -> Iterator[None]:
        if self.archive.read_only:
            if is_full(self.home):
                raise disk_full(self.home)
            raise LibraryReadOnly(
                f"The library {self.home} cannot be written to. Check the permissions of the folder; "
                "searching and asking still work."
            )
        if not self._thread_lock.acquire(timeout=patience):
            raise self._busy()
        try:
            with told_when_full(self.home), self._file_lock.acquire(timeout=patience):
                yield
        except Timeout:
            raise self._busy() from None
        finally:
            self._thread_lock.release()

    def _busy(self) -> LibraryBusy:
        return LibraryBusy(
            f"Another process is writing to the library {self.home}. Wait until it has finished and try again."
        )


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """No progress is shown."""
