"""The library: what goes in is found, what is removed is gone, and the derived indexes mend themselves."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from index import library as library_module
from index.errors import (
    InputError,
    LibraryBusy,
    LibraryDamaged,
    LibraryReadOnly,
    LibraryTooNew,
    NothingFound,
    WrongEmbedder,
)
from index.library import Library
from tests.conftest import ROOT, WordEmbedder, write_article


def titles(found: list[library_module.Hit]) -> list[str]:
    return [hit.article.title for hit in found]


def test_what_is_ingested_is_found_with_its_place(library: Library, folder: Path) -> None:
    report = library.ingest([folder])
    assert (len(report.added), report.failed) == (3, [])
    best = library.search("fishermen strike fuel")[0]
    assert best.article.title == "Harbour"
    assert best.article.text[best.passage.start : best.passage.end] == best.text
    assert library.verify().ok


def test_unchanged_articles_cost_no_embedding(library: Library, folder: Path, embedder: WordEmbedder) -> None:
    library.ingest([folder])
    before = embedder.embedded
    report = library.ingest([folder])
    assert len(report.unchanged) == 3
    assert (report.added, report.updated, report.passages) == ([], [], 0)
    assert embedder.embedded == before


def test_a_changed_article_replaces_the_old_one(library: Library, folder: Path) -> None:
    library.ingest([folder])
    write_article(folder / "bridge.md", "The bridge was closed again because of cracks.", "2024-05-03", "Gazette")
    report = library.ingest([folder])
    assert (len(report.updated), len(report.unchanged)) == (1, 2)
    assert library.count() == 3
    texts = [hit.text for hit in library.search("bridge")]
    assert any("cracks" in text for text in texts)
    assert not any("two years of work" in text for text in texts)
    assert library.verify().ok


def test_two_files_that_say_the_same_are_one_article(library: Library, folder: Path) -> None:
    shutil.copy(folder / "museum.md", folder / "copy of museum.md")
    report = library.ingest([folder])
    assert (len(report.added), len(report.duplicates)) == (3, 1)
    assert library.get(report.duplicates[0][1]).title == "Museum"


def test_filters_by_day_and_source(library: Library, folder: Path) -> None:
    library.ingest([folder])
    assert titles(library.search("harbour", since="2024-06-01")) == ["Museum"]
    assert titles(library.search("harbour", until="2024-05-02", sources=["COURIER"])) == ["Harbour"]
    assert library.search("harbour", since="2030-01-01") == []
    assert [a.title for a in library.articles(source="gazette")] == ["Museum", "Bridge"]
    assert [a.title for a in library.articles(since="2024-05-02", until="2024-05-02")] == ["Harbour"]


def test_a_filter_on_days_leaves_out_articles_without_a_date(library: Library, tmp_path: Path) -> None:
    write_article(tmp_path / "undated.md", "A harbour story that carries no date.")
    library.ingest([tmp_path / "undated.md"])
    assert len(library.search("harbour")) == 1
    assert library.search("harbour", since="0001-01-01") == []


@pytest.mark.parametrize("day", ["2024-02-30", "yesterday", ""])
def test_a_day_that_does_not_exist_is_refused(library: Library, day: str) -> None:
    with pytest.raises(InputError, match="is not a day"):
        library.search("harbour", since=day)


def test_days_the_wrong_way_round_are_refused(library: Library) -> None:
    with pytest.raises(InputError, match="wrong way round"):
        library.articles(since="2024-05-02", until="2024-05-01")


def test_a_removed_article_is_gone_from_every_file(library: Library, folder: Path, home: Path) -> None:
    write_article(folder / "secret.md", "The informant zyxwvut lives in the lighthouse.", "2024-05-05")
    library.ingest([folder])
    secret = library.search("informant lighthouse")[0].article
    vector = library.vectors_of(secret.id)[0].astype(np.float16).tobytes()
    assert library.remove(secret.id[:8]).id == secret.id
    assert all(hit.article.id != secret.id for hit in library.search("informant zyxwvut lighthouse"))
    assert library.verify().ok
    library.close()
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"zyxwvut" not in content, file
            assert vector not in content, file


def test_unknown_and_ambiguous_ids(library: Library, folder: Path) -> None:
    library.ingest([folder])
    with pytest.raises(NothingFound, match="no article 'nope'"):
        library.get("nope")
    with pytest.raises(NothingFound, match="no article ''"):
        library.remove("")


@pytest.mark.parametrize("lost", ["dense", "lexical"])
def test_a_deleted_index_comes_back_by_itself(
    lost: str, library: Library, folder: Path, home: Path, embedder: WordEmbedder
) -> None:
    library.ingest([folder])
    library.close()
    shutil.rmtree(home / lost)
    before = embedder.embedded
    with Library.open(home, embedder=embedder) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert again.verify().ok
    assert embedder.embedded == before + 1, "only the question was embedded"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("dense/manifest.json", "{"),
        ("dense/manifest.json", '{"folder": "../../elsewhere"}'),
        ("lexical/state.json", '{"generation": 99, "dirty": true, "format": 1}'),
        ("lexical/state.json", '{"generation": [], "folder": 7}'),
        ("lexical/*/meta.json", "not JSON"),
    ],
)
def test_a_hurt_or_half_written_index_comes_back_by_itself(
    file: str, content: str, library: Library, folder: Path, home: Path, embedder: WordEmbedder
) -> None:
    library.ingest([folder])
    library.close()
    next(home.glob(file)).write_text(content, encoding="utf-8")
    with Library.open(home, embedder=embedder) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert again.verify().ok


def test_a_hurt_chroma_folder_is_searched_exactly_and_rebuilt(
    library: Library, folder: Path, home: Path, embedder: WordEmbedder
) -> None:
    library.ingest([folder])
    library.close()
    snapshot = home / "dense" / json.loads((home / "dense" / "manifest.json").read_text())["folder"]
    (snapshot / "chroma.sqlite3").write_bytes(b"this is no database" * 100)
    with Library.open(home, embedder=embedder) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert again.search("painting museum")[0].article.title == "Museum"
        assert again.verify().ok


def test_an_open_library_finds_what_another_process_ingested(home: Path, folder: Path) -> None:
    with Library.open(home, embedder=WordEmbedder()) as reader, Library.open(home, embedder=WordEmbedder()) as writer:
        writer.ingest([folder / "museum.md"])
        assert titles(reader.search("painting museum")) == ["Museum"]
        writer.ingest([folder])
        assert "Harbour" in titles(reader.search("fishermen strike fuel"))
        writer.remove(writer.search("fishermen strike fuel")[0].article.id)
        assert "Harbour" not in titles(reader.search("fishermen strike fuel"))


def test_a_large_library_finds_new_articles_before_they_are_in_the_snapshot(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        write_article(folder / f"filler{n}.md", f"Filler story number {n} about topic{n}.", "2024-01-01", "Wire")
    library.ingest([folder])
    monkeypatch.setattr("index.derived.SMALL", 0)
    generation = library._dense.manifest().generation
    write_article(folder / "volcano.md", "A volcano erupted near the village.", "2024-07-01", "Gazette")
    write_article(folder / "filler3.md", "Filler story rewritten about marmalade.", "2024-01-01", "Wire")
    library.ingest([folder])
    assert library._dense.manifest().generation == generation, "too little changed for a new snapshot"
    assert library.search("volcano village")[0].article.title == "Volcano"
    assert library.search("volcano village", since="2024-07-01")[0].article.title == "Volcano"
    assert "marmalade" in library.search("filler marmalade")[0].text
    assert not any("topic3." in hit.text for hit in library.search("filler topic3", limit=40))
    assert library.verify().ok


@pytest.mark.parametrize("spare", [1.0, 1.5, 4.0])
def test_filters_find_the_same_in_the_snapshot_as_by_comparing_everything(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, spare: float
) -> None:
    for n in range(30):
        write_article(
            folder / f"filler{n}.md", f"Filler story number {n} about topic{n}.", f"2024-01-{n + 1:02}", "Wire"
        )
    library.ingest([folder])
    monkeypatch.setattr("index.search.POOL", 4)
    for question in ("harbour", "fishermen strike fuel", "filler topic7 topic9"):
        for where in ({"sources": ["Wire"]}, {"sources": ["Wire", "Gazette"]}, {"since": "2024-01-04"}):
            monkeypatch.setattr("index.nearest.SPARE", 1e6)
            exact = titles(library.search(question, limit=4, **where))
            monkeypatch.setattr("index.nearest.SPARE", spare)
            assert titles(library.search(question, limit=4, **where)) == exact
            assert len(exact) == 4


def test_a_second_writer_is_told_so(library: Library, folder: Path, home: Path) -> None:
    with FileLock(home / "lock"), pytest.raises(LibraryBusy, match="Another process is writing"):
        library.ingest([folder])
    assert library.count() == 0


def test_a_home_of_a_newer_version_is_refused(library: Library, home: Path, embedder: WordEmbedder) -> None:
    library.close()
    with sqlite3.connect(home / "archive.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(LibraryTooNew, match="newer version"):
        Library.open(home, embedder=embedder)


def test_another_embedder_is_refused_until_everything_is_embedded_again(
    library: Library, folder: Path, home: Path
) -> None:
    library.ingest([folder])
    library.close()
    other = WordEmbedder("other", dimension=32)
    with pytest.raises(WrongEmbedder, match="--reembed"):
        Library.open(home, embedder=other)
    with Library.open(home, embedder=other, any_embedder=True) as changed:
        assert changed.repair(reembed=True).ok
    with Library.open(home, embedder=other) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert again.vectors_of(again.articles()[0].id).shape[1] == 32


def test_a_file_that_is_no_archive_is_refused(home: Path, embedder: WordEmbedder) -> None:
    home.mkdir()
    (home / "archive.sqlite3").write_bytes(b"hello, I am a letter to my aunt, not a database." * 50)
    with pytest.raises(LibraryDamaged, match="cannot be read"):
        Library.open(home, embedder=embedder)


def test_verify_finds_what_is_wrong_and_repair_mends_it(library: Library, folder: Path) -> None:
    library.ingest([folder])
    library._lexical.update(library.archive)
    library.archive.remove(library.articles()[0].id)  # behind the indexes' backs
    assert not library.verify().ok
    assert library.repair().ok


def test_hits_carry_their_neighbours(library: Library, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} speaks of subject{n} " + "and so on " * 100 + "." for n in range(5))
    write_article(tmp_path / "long.md", text, "2024-01-01")
    library.ingest([tmp_path / "long.md"])
    hit = library.search("subject2")[0]
    assert hit.text in hit.context
    assert len(hit.context) > len(hit.text)
    assert "subject1" in hit.context


READ_ONLY = """
import sys
sys.path.insert(0, {root!r})
from index.library import Library
from index.errors import LibraryReadOnly
from tests.conftest import WordEmbedder
library = Library.open({home!r}, embedder=WordEmbedder())
print(library.search("fishermen strike fuel")[0].article.title)
try:
    library.ingest([{folder!r}])
except LibraryReadOnly as error:
    print(error)
"""


# Root may write everywhere; without these two rights it is bound by permissions like anybody else.
MORTAL = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []


@pytest.mark.skipif(bool(MORTAL) and not shutil.which("setpriv"), reason="root needs setpriv (util-linux) for this")
def test_a_read_only_home_can_still_be_searched(library: Library, folder: Path, home: Path) -> None:
    library.ingest([folder])
    library.close()
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    program = READ_ONLY.format(root=str(ROOT), home=str(home), folder=str(folder))
    try:
        done = subprocess.run([*MORTAL, sys.executable, "-c", program], capture_output=True, text=True, check=False)
    finally:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert "Harbour" in done.stdout, done.stderr
    assert "cannot be written to" in done.stdout


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, embedder: WordEmbedder) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(LibraryReadOnly, match="cannot be made"):
        Library.open(tmp_path / "file" / "home", embedder=embedder)


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from index.library import Library
from tests.conftest import WordEmbedder
seen = 0
def progress(what, done, total):
    global seen
    seen += 1
    if (what, seen) == ({what!r}, {after}) or (what == {what!r} == "indexing"):
        os.kill(os.getpid(), signal.SIGKILL)
import index.library
index.ingesting.BATCH_PASSAGES = 3
Library.open({home!r}, embedder=WordEmbedder()).ingest([{folder!r}], progress=progress)
"""


@pytest.mark.parametrize(("what", "after"), [("articles", 1), ("articles", 4), ("indexing", 0)])
def test_a_killed_ingest_goes_on_where_it_was(
    what: str, after: int, home: Path, folder: Path, embedder: WordEmbedder
) -> None:
    for n in range(12):
        write_article(folder / f"filler{n}.md", f"Filler story number {n} about topic{n}.", "2024-01-01", "Wire")
    program = KILLED.format(root=str(ROOT), home=str(home), folder=str(folder), what=what, after=after)
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    with Library.open(home, embedder=embedder) as library:
        stored = library.count()
        assert stored > 0
        assert len({hit.article.id for hit in library.search("story harbour bridge", limit=50)}) == stored
        assert library.verify().ok
        report = library.ingest([folder])
        assert len(report.unchanged) == stored
        assert library.count() == 15
        assert library.verify().ok


def test_closing_lets_a_read_in_another_thread_end(library: Library, folder: Path) -> None:
    library.ingest([folder])
    database = library.archive._database
    slow = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300000) SELECT hex(x) FROM c"
    begun, found = threading.Event(), []

    def read() -> None:
        rows = database.each(slow)
        next(rows)
        begun.set()
        found.append(1 + sum(1 for _ in rows))

    reader = threading.Thread(target=read)
    reader.start()
    begun.wait()
    library.close()
    reader.join()
    assert found == [300_000]
