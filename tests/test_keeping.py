"""Backup, restore, export and salvage; and that files are their owner's alone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.article import Article
from index.backup import restore
from index.dense import probe
from index.errors import InputError, LibraryDamaged
from index.library import Library
from index.salvage import lines, salvage
from tests.conftest import ROOT, WordEmbedder, write_article
from tests.test_library import MORTAL


def everything(library: Library) -> list[object]:
    """What a library holds, without what tells two libraries apart."""
    return [json.loads(line) for line in library.export()][1:]


@pytest.fixture
def filled(library: Library, folder: Path) -> Library:
    library.ingest([folder])
    write_article(folder / "bridge.md", "The bridge was closed again because of cracks.", "2024-05-03", "Gazette")
    library.ingest([folder])
    return library


def test_a_backup_brings_everything_back(filled: Library, tmp_path: Path, embedder: WordEmbedder) -> None:
    assert filled.backup(tmp_path / "news.backup") == 3
    assert (tmp_path / "news.backup").stat().st_mode & 0o077 == 0
    assert restore(tmp_path / "other", tmp_path / "news.backup") == 3
    before = embedder.embedded
    with Library.open(tmp_path / "other", embedder=embedder) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert again.verify().ok
        assert everything(again) == everything(filled)
    assert embedder.embedded == before + 1, "only the question was embedded"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "home", "news.backup", "other"]


def test_a_restore_over_articles_must_be_meant(filled: Library, home: Path, tmp_path: Path) -> None:
    filled.backup(tmp_path / "news.backup")
    filled.remove(filled.articles()[0].id)
    with pytest.raises(InputError, match="holds 2 articles"):
        restore(home, tmp_path / "news.backup")
    restore(home, tmp_path / "news.backup", replace=True)
    assert len(filled.search("harbour fishermen painting bridge")) == 3, "an open library sees what was restored"
    assert filled.verify().ok


def test_what_is_no_backup_is_refused(filled: Library, home: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear aunt", encoding="utf-8")
    with pytest.raises(InputError, match="not a backup"):
        restore(home, tmp_path / "letter.txt", replace=True)
    with pytest.raises(InputError, match="not overwritten"):
        filled.backup(tmp_path / "letter.txt")
    with pytest.raises(InputError, match="cannot be read"):
        restore(home, tmp_path / "nothing.backup")
    sqlite3.connect(tmp_path / "empty.backup").executescript("CREATE TABLE x (y); PRAGMA user_version = 2;").close()
    with pytest.raises(InputError, match="not a backup"):
        restore(home, tmp_path / "empty.backup", replace=True)
    assert filled.count() == 3


def test_an_altered_backup_is_refused(filled: Library, home: Path, tmp_path: Path) -> None:
    filled.backup(tmp_path / "news.backup")
    content = (tmp_path / "news.backup").read_bytes()
    (tmp_path / "news.backup").write_bytes(content.replace(b"fuel prices", b"food prices"))
    with pytest.raises(InputError, match="not what was stored"):
        restore(home, tmp_path / "news.backup", replace=True)


def test_an_export_comes_back_without_embedding(filled: Library, tmp_path: Path, embedder: WordEmbedder) -> None:
    (tmp_path / "news.jsonl").write_text("\n".join(filled.export()), encoding="utf-8")
    with Library.open(tmp_path / "other", embedder=embedder) as other:
        report = other.ingest([tmp_path / "news.jsonl"])
        assert (len(report.added), report.failed, report.passages) == (3, [], 0)
        assert everything(other) == everything(filled)
        assert other.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert len(other.ingest([tmp_path / "news.jsonl"]).unchanged) == 3


def test_vectors_of_a_strangers_export_are_not_believed(
    filled: Library, tmp_path: Path, embedder: WordEmbedder
) -> None:
    records = [json.loads(line) for line in filled.export()]
    records[1]["vectors"], records[2]["vectors"] = records[2]["vectors"], records[1]["vectors"]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with Library.open(tmp_path / "other", embedder=embedder) as other:
        assert other.ingest([tmp_path / "news.jsonl"]).passages == 3
        assert everything(other) == everything(filled)


def test_an_export_that_was_cut_short_or_altered_says_so(
    filled: Library, tmp_path: Path, embedder: WordEmbedder
) -> None:
    made = list(filled.export())
    made[2] = '{"title": ["no article"], "versions": 7}'
    (tmp_path / "news.jsonl").write_text("\n".join(made[:-1]), encoding="utf-8")
    with Library.open(tmp_path / "other", embedder=embedder) as other:
        report = other.ingest([tmp_path / "news.jsonl"])
    assert len(report.added) == 2
    assert [failure.reason.split(":")[0] for failure in report.failed] == [
        "This line of the export cannot be read.",
        "The export was cut short",
    ]


def test_text_of_an_export_is_cleaned(filled: Library, tmp_path: Path, embedder: WordEmbedder) -> None:
    records = [json.loads(line) for line in filled.export()]
    records[1] |= {"title": "Title\x1b[31m\u202e", "url": "javascript:alert(1)", "text": "Some \x00text\x07 of it."}
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with Library.open(tmp_path / "other", embedder=embedder) as other:
        other.ingest([tmp_path / "news.jsonl"])
        article = next(article for article in other.articles() if "Title" in article.title)
    assert (article.title, article.text, article.url) == ("Title[31m", "Some text of it.", "")


def test_what_is_whole_in_a_hurt_archive_is_saved(
    library: Library, home: Path, tmp_path: Path, embedder: WordEmbedder
) -> None:
    for n in range(60):
        text = f"Story {n} tells of place{n}. " + f"It goes on and on about subject{n}. " * (150 if n % 7 == 0 else 3)
        write_article(tmp_path / f"story{n}.md", text, "2024-01-01", "Wire")
    library.ingest(sorted(tmp_path.glob("*.md")))
    before = {article.id: article for article in library.articles()}
    library.close()
    hurt = bytearray((home / "archive.sqlite3").read_bytes())
    for page in range(3, len(hurt) // 4_096, 5):
        hurt[page * 4_096 : page * 4_096 + 4_096] = bytes(4_096)
    (home / "archive.sqlite3").write_bytes(hurt)
    saved = salvage(home / "archive.sqlite3")
    assert 20 < len(saved.articles) < 60
    assert all(before[article_id] == article for article_id, article in saved.articles.items())
    (tmp_path / "saved.jsonl").write_text("\n".join(lines(saved)), encoding="utf-8")
    with Library.open(tmp_path / "new", embedder=embedder) as new:
        assert len(new.ingest([tmp_path / "saved.jsonl"]).added) == len(saved.articles)
        assert new.verify().ok


def test_an_archive_that_is_gone_is_not_taken_for_an_empty_one(filled: Library, home: Path) -> None:
    filled.close()
    (home / "archive.sqlite3").unlink()
    with pytest.raises(LibraryDamaged, match="missing"):
        Library.open(home, embedder=WordEmbedder())
    assert not (home / "archive.sqlite3").exists()


def test_an_altered_article_and_an_altered_vector_are_told(filled: Library, home: Path) -> None:
    filled.close()
    with sqlite3.connect(home / "archive.sqlite3") as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'fuel', 'food') WHERE title = 'Harbour'")
        connection.execute(
            "UPDATE passages SET vector = zeroblob(length(vector)) WHERE id = (SELECT max(id) FROM passages)"
        )
    with Library.open(home, embedder=WordEmbedder()) as again:
        told = " ".join(again.verify().archive)
    assert "is not what was stored" in told
    assert "vectors that are not" in told


def test_an_archive_that_went_back_is_told_until_it_is_accepted(
    filled: Library, home: Path, folder: Path, tmp_path: Path
) -> None:
    filled.backup(tmp_path / "old")
    write_article(folder / "late.md", "A late story about a comet.", "2024-07-01", "Gazette")
    filled.ingest([folder])
    filled.close()
    (tmp_path / "old").replace(home / "archive.sqlite3")  # somebody copies an older archive over it
    with Library.open(home, embedder=WordEmbedder()) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
        assert "older than its search indexes" in again.verify().archive[0]
        assert again.repair().ok


def test_the_files_of_a_home_are_their_owners_alone(tmp_path: Path, folder: Path) -> None:
    before = os.umask(0)
    try:
        with Library.open(tmp_path / "home", embedder=WordEmbedder()) as library:
            library.ingest([folder])
            library.remove(library.articles()[0].id)
            open_to_others = [
                path for path in (tmp_path / "home").rglob("*") if path.stat().st_mode & 0o077 and path.exists()
            ]
    finally:
        os.umask(before)
    assert open_to_others == []
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_nothing_of_a_removed_article_stays_while_the_library_is_open(
    library: Library, folder: Path, home: Path
) -> None:
    write_article(folder / "secret.md", "The informant zyxwvut lives in the lighthouse.", "2024-05-05")
    library.ingest([folder])
    write_article(folder / "secret.md", "The informant zyxwvut moved to the lighthouse.", "2024-05-05")
    library.ingest([folder])
    secret = next(article for article in library.articles() if "zyxwvut" in article.text)
    vector = library.vectors_of(secret.id)[0]
    library.remove(secret.id)
    for file in filter(Path.is_file, home.rglob("*")):
        content = file.read_bytes()
        assert b"zyxwvut" not in content, file
        assert vector.astype(np.float16).tobytes() not in content, file
        assert vector.astype(np.float32).tobytes() not in content, file


def test_a_batch_is_stored_whole_or_not_at_all(library: Library) -> None:
    text = "The harbour and the bridge. " * 20
    fine = Article("https://news.example/1", text, "Fine", url="https://news.example/1")
    broken = Article("https://news.example/2", "half \ud800 a character", "Broken", url="https://news.example/2")
    cut = Article("https://news.example/3", "with a \0 in it", "Cut", url="https://news.example/3")
    report = library.add([fine, broken, cut])
    assert (len(report.added), len(report.failed)) == (1, 2)
    assert library.verify().ok


LEFT_A_LOG = """
import os, sys
sys.path.insert(0, {root!r})
from index.library import Library
from tests.conftest import WordEmbedder
library = Library.open({home!r}, embedder=WordEmbedder())
if {writes}:
    library.ingest([{folder!r}])
    os.kill(os.getpid(), 9)
print([hit.article.title for hit in library.search("fishermen strike fuel")])
"""


@pytest.mark.skipif(bool(MORTAL) and not shutil.which("setpriv"), reason="root needs setpriv (util-linux) for this")
def test_a_read_only_home_shows_what_is_only_in_the_log_of_a_killed_writer(home: Path, folder: Path) -> None:
    def run(writes: bool) -> str:
        program = LEFT_A_LOG.format(root=str(ROOT), home=str(home), folder=str(folder), writes=writes)
        command = [*([] if writes else MORTAL), sys.executable, "-c", program]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    run(True)
    assert (home / "archive.sqlite3-wal").stat().st_size > 0
    (home / "archive.sqlite3-shm").unlink()
    for path in [*home.rglob("*"), home]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert "Harbour" in run(False)
    finally:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o700)


def test_a_snapshot_over_which_a_process_died_is_tried_in_another_process_first(filled: Library, home: Path) -> None:
    filled.close()
    snapshot = home / "dense" / json.loads((home / "dense" / "manifest.json").read_text())["folder"]
    (home / "dense" / f"{snapshot.name}.opening-4194300").touch()  # no process has this number
    with Library.open(home, embedder=WordEmbedder()) as again:
        assert again.search("fishermen strike fuel")[0].article.title == "Harbour"
    assert not list((home / "dense").glob("*.opening-*"))
    (snapshot / "chroma.sqlite3").write_bytes(b"nonsense" * 1_000)
    assert not probe(snapshot)


def test_a_question_with_half_a_character_is_answered(filled: Library) -> None:
    assert filled.search("fishermen strike \ud800 fuel")[0].article.title == "Harbour"


def test_a_digest_that_repeats_a_removed_article_goes_with_it(tmp_path: Path, folder: Path) -> None:
    from assistant import digest

    with Library.open(tmp_path / "home", embedder=WordEmbedder()) as library:
        library.ingest([folder])
        for day in ("2024-05-01", "2024-05-02"):
            digest(day, library=library)
        kept = list((tmp_path / "home" / "digests").iterdir())
        assert len(kept) == 2
        assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
        library.remove(next(found.id for found in library.articles() if found.title == "Harbour"))
        left = [path.read_text("utf-8") for path in (tmp_path / "home" / "digests").iterdir()]
    assert not any("Fishermen" in text for text in left)


def test_a_password_in_an_address_is_not_kept(library: Library, home: Path) -> None:
    report = library.ingest(["http://me:hunter2@127.0.0.1:1/"])
    assert "hunter2" not in str(report)
    assert all(b"hunter2" not in path.read_bytes() for path in home.rglob("*") if path.is_file())
