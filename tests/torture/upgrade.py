"""A home of each released schema opens and keeps what it held; one of a newer schema is refused and left alone."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import numpy as np

from index.archive import MIGRATIONS, SCHEMA
from index.article import Article
from index.batches import embedded_text
from index.errors import LibraryTooNew
from index.home import ARCHIVE
from index.passages import passages
from tests.conftest import WordEmbedder
from tests.torture.common import Result, article, ask, is_found, main, opened, place, warm
from tests.torture.killing import Send

MANY = 12


def make(home: Path, version: int) -> None:
    """What Briefing left behind when its schema was of this version: written by hand, not by the present code."""
    home.mkdir(mode=0o755)  # as earlier versions made it
    connection = sqlite3.connect(home / ARCHIVE)
    connection.create_function("crc32", 1, zlib.crc32, deterministic=True)
    connection.executescript("PRAGMA journal_mode = WAL;")
    for script in MIGRATIONS[:version]:
        connection.executescript(script)
    embedder = WordEmbedder()
    connection.execute("INSERT INTO meta VALUES ('embedder', ?)", (embedder.fingerprint,))
    for number in range(MANY):
        _put(connection, article(number), number + 1, embedder, version)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(MANY),))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    (home / "lexical").mkdir()
    (home / "lexical" / "state.json").write_text('{"generation": 12, "dirty": false, "format": 1}', "utf-8")


def _put(connection: sqlite3.Connection, this: Article, generation: int, embedder: WordEmbedder, version: int) -> None:
    day = int(this.date.strftime("%Y%m%d")) if this.date else None
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, '', '[]', '', '', '2024-01-01', ?)",
        (this.id, this.key, this.content_hash, this.title, this.text, day, this.source, this.source.casefold(),
         this.url, generation),
    )  # fmt: skip
    for piece in passages(this):
        vector = embedder.embed([embedded_text(this, piece)])[0].astype(np.float16).tobytes()
        values = [this.id, piece.ordinal, piece.start, piece.end, vector]
        names = 'article_id, ordinal, start, "end", vector'
        if version >= 3:
            names, values = f"{names}, crc", [*values, zlib.crc32(vector)]
        connection.execute(f"INSERT INTO passages ({names}) VALUES ({','.join('?' * len(values))})", values)


def look(home: Path, send: Send) -> None:
    with opened(home) as library:
        send([n for n in range(MANY) if not is_found(library, article(n))])
        library.add([article(100)])
        send([is_found(library, article(100)), library.remove(article(3).id).title, library.count()])
        health = library.verify()
        send([*health.archive, *health.derived])
        send([path.name for path in home.rglob("*") if path.stat().st_mode & 0o077])


def refused(home: Path, send: Send) -> None:
    try:
        opened(home)
    except LibraryTooNew as error:
        send(str(error))


def run(count: int, seed: int) -> Result:
    del seed
    warm()
    result = Result("upgrade")
    with place() as folder:
        for version in range(1, SCHEMA + 1)[:count]:
            home = folder / f"schema{version}"
            make(home, version)
            _, sent, _ = ask(lambda send: look(home, send))  # noqa: B023
            expected = [[], [True, article(3).title, MANY], [], []]
            result.expect(sent == expected, f"schema {version}: {sent}")
            result.trials += 1
        home = folder / "newer"
        make(home, SCHEMA)
        with sqlite3.connect(home / ARCHIVE) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        connection.close()
        before = (home / ARCHIVE).read_bytes()
        _, sent, _ = ask(lambda send: refused(home, send))
        result.expect(len(sent) == 1 and "newer version" in sent[0], f"a newer schema: {sent}")
        result.expect((home / ARCHIVE).read_bytes() == before, "a newer schema: the file was changed")
        result.trials += 1
    return result


if __name__ == "__main__":
    main("upgrade", run, 100)
