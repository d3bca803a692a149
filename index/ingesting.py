"""One run of ingest: articles in batches to vectors and into the archive, with a report of what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from index import duplicates
from index.archive import Archive
from index.article import Article, Failure, is_storable
from index.batches import Embedding, Waiting
from index.clean import line_keys, without_lines
from index.embedder import Embedder, Vectors
from index.intake import Intake
from index.lexical import LexicalIndex
from index.passages import passages as cut
from index.portable import Carried, Item, Repeated
from index.sources.draft import Meter

BATCH_PASSAGES = 512  # embedded together, so that texts of similar length meet
LEXICAL_EVERY = 5_000  # passages; a commit costs more than the passages in it
REPEATED_IN = 3  # a line that so many articles of one outlet share belongs to its pages, not to the stories ...
REPEATED_SHARE = 0.01  # ... if they are so many of its articles; measured: docs/ingest.md, "Repeated lines"

Progress = Callable[[str, int, int | None], None]  # what is being done, how many are done, of how many if known


@dataclass(slots=True)
class Report:
    """What an ingest did, by article id; failures by input. Nothing that was read is left out."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)  # (where it was met, the id that it equals)
    near_duplicates: list[tuple[str, str]] = field(default_factory=list)  # (a new article, the one that it copies)
    failed: list[Failure] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # (where, what was read with a doubt)
    passages: int = 0  # embedded in this run

    @property
    def read(self) -> int:
        return len(self.added) + len(self.updated) + len(self.unchanged) + len(self.duplicates)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Ingest:
    """Gathers articles into batches, embeds and stores them, and keeps the report.

    A batch is embedded while the one before it is stored and the next one is read. Use it as a context: leaving it
    stops what is still being embedded.
    """

    def __init__(
        self,
        archive: Archive,
        intake: Intake,
        embedder: Embedder,
        lexical: LexicalIndex,
        progress: Progress,
        meter: Meter | None = None,
    ) -> None:
        self.report = Report()
        self._archive = archive
        self._intake = intake
        self._lexical = lexical
        self._progress = progress
        self._meter = meter or Meter()
        self._waiting: dict[str, Waiting] = {}
        self._pending = 0  # passages in the batch
        self._embedding = Embedding(embedder)
        self._unindexed = 0  # passages that the word index has not seen
        self._hashes: dict[str, str] = {}  # content hash → id, of this run
        self._furniture = intake.furniture()
        self._touched: set[tuple[str, int]] = set()  # (outlet, line) of this run

    def __enter__(self) -> Ingest:
        return self

    def __exit__(self, *_: object) -> None:
        self._embedding.stop()

    def take(self, item: Article | Failure, vectors: Vectors | None = None) -> bool:
        """Put what was read where it belongs: into a batch, or only into the report. Whether it is to be stored."""
        if isinstance(item, Article) and not is_storable(item):
            item = Failure(item.path or item.url or item.key, "It holds characters that cannot be stored.")
        if isinstance(item, Failure):
            self.report.failed.append(item)
            return False
        if item.id in self._waiting or item.id in self._embedding:  # named twice, or met as a page and in a feed
            self.flush()
        item = self._without_furniture(item)
        known = self._archive.hash_of(item.id)
        if known == item.content_hash:
            self._keep(item)
        elif twin := self._twin(item):
            self.report.duplicates.append((item.path or item.url, twin))
        else:
            self._hashes[item.content_hash] = item.id
            self.add(item, known=known is not None, vectors=vectors)
            return True
        return False

    def take_carried(self, item: Item) -> None:
        """What an export holds: an article with its history, a feed, lines that repeat, or a failure."""
        if isinstance(item, Failure):
            self.take(item)
        elif isinstance(item, Carried):
            if self.take(item.article, item.vectors) and item.versions:
                self._intake.put_versions(item.article.id, item.versions)
        elif isinstance(item, Repeated):
            self._intake.put_furniture(item.lines)
        elif item.url not in {feed.url for feed in self._intake.feeds()}:
            self._intake.put_feed(item)

    def note(self, origin: str, text: str) -> None:
        """What was read with a doubt goes into the report."""
        self.report.notes.append((origin, text))

    def add(self, article: Article, *, known: bool, told: bool = True, vectors: Vectors | None = None) -> None:
        """Embed and store this article, together with others; `known` ones replace what is stored."""
        pieces = cut(article)
        if vectors is not None and len(vectors) != len(pieces):
            vectors = None  # cut by other rules
        self._waiting[article.id] = Waiting(article, pieces, known, told, vectors)
        self._pending += len(pieces)
        if self._pending >= BATCH_PASSAGES:
            self._begin()

    def flush(self) -> None:
        """Store everything that was taken so far."""
        self._begin()
        self._settle()

    def _begin(self) -> None:
        """Have the batch embedded, and store the one before it meanwhile."""
        batch = list(self._waiting.values())
        self._waiting, self._pending = {}, 0
        self._settle(batch)

    def _settle(self, following: Sequence[Waiting] = ()) -> None:
        """Store the batch that was being embedded, all of it or nothing, with what is known of it."""
        done = self._embedding.exchange(following)
        if done is None:
            return
        batch, vectors, made = done
        with self._archive.transaction():
            self._store(batch, vectors)
        for item in batch:
            if item.told:
                (self.report.updated if item.known else self.report.added).append(item.article.id)
        self.report.passages += made
        self._unindexed += len(vectors)
        self._show()
        if self._unindexed >= LEXICAL_EVERY:
            self._lexical.update(self._archive)
            self._unindexed = 0

    def _store(self, batch: Sequence[Waiting], vectors: Vectors) -> None:
        left = 0
        for item in batch:
            if item.known:
                self._forget_before(item)
            self._archive.put(item.article, item.pieces, vectors[left : left + len(item.pieces)])
            left += len(item.pieces)
        self._compare([item.article for item in batch])

    def finish(self) -> None:
        """Store what is still waiting."""
        self.flush()
        self._drop_repeated()
        self._archive.sync()

    def _forget_before(self, item: Waiting) -> None:
        before = self._archive.get(item.article.id)
        if before is None or before.content_hash == item.article.content_hash:
            return
        if item.told:
            self._intake.keep_version(before)
        self._intake.drop_traces(before.id, duplicates.bands(duplicates.outline(before.text)))

    def _keep(self, article: Article) -> None:
        self.report.unchanged.append(article.id)
        self._show()

    def _show(self) -> None:
        """How many articles there will be is told by how much of the files has been read for those there are."""
        read, fraction = self.report.read, self._meter.fraction
        self._progress("articles", read, round(read / fraction) if fraction else None)

    def _twin(self, article: Article) -> str | None:
        """The id of another article that says exactly the same, headline, date and source included."""
        return self._hashes.get(article.content_hash) or self._archive.id_with_hash(
            article.content_hash, other_than=article.id
        )

    # Near-duplicates

    def _compare(self, articles: Sequence[Article]) -> None:
        """Find what these articles copy, among those before them, and let later ones find them."""
        outlines = {article.id: duplicates.outline(article.text) for article in articles}
        bands = {article_id: duplicates.bands(outline) for article_id, outline in outlines.items()}
        holders: dict[int, list[str]] = {}  # of this batch
        pairs = []
        for this, numbers in bands.items():
            near = {other for band in numbers for other in holders.get(band, ())}
            for other in (*sorted(near), *self._intake.candidates(this, numbers)):
                if other not in outlines and (stored := self._archive.get(other)) is not None:
                    outlines[other] = duplicates.outline(stored.text)
                if other in outlines and duplicates.is_near_duplicate(outlines[this], outlines[other]):
                    pairs.append((this, other))
            for band in numbers:
                holders.setdefault(band, []).append(this)
        lines = [(article.id, article.source.casefold(), line_keys(article.text)) for article in articles]
        self._intake.put_traces(bands.items(), pairs, lines)
        self._touched.update((source, key) for _, source, keys in lines if source for key in keys)
        self.report.near_duplicates += pairs

    # Repeated lines

    def _without_furniture(self, article: Article) -> Article:
        known = self._furniture.get(article.source.casefold())
        return replace(article, text=without_lines(article.text, known)) if known else article

    def _drop_repeated(self) -> None:
        """Take lines out that enough articles of their outlet share, from these articles and from all later ones."""
        articles = {name.casefold(): count for name, count in self._archive.sources().items()}
        found: dict[str, set[int]] = {}
        changed: dict[str, set[int]] = {}
        for source, key, holders in self._intake.repeated(self._touched, REPEATED_IN):
            if self._independent(holders) >= max(REPEATED_IN, REPEATED_SHARE * articles.get(source, 0)):
                found.setdefault(source, set()).add(key)
                for holder in holders:
                    changed.setdefault(holder, set()).add(key)
        self._touched.clear()
        if not found:
            return
        self._intake.put_furniture(found)
        self._furniture = self._intake.furniture()
        for article_id, keys in sorted(changed.items()):
            if (article := self._archive.get(article_id)) is not None:
                self.add(replace(article, text=without_lines(article.text, keys)), known=True, told=False)
        self.flush()

    def _independent(self, article_ids: Sequence[str]) -> int:
        """How many of these articles are left when near-duplicates count once."""
        twins = self._intake.twins(article_ids)
        return sum(all(other >= this for other in twins.get(this, set()) & set(article_ids)) for this in article_ids)
