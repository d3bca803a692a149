"""The tables of the archive, one script for each version of the schema."""

from __future__ import annotations

# One script a schema version; a home of version n runs the scripts from n on. Never edit one that was released.
MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('generation', '0');
    CREATE TABLE articles (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        date INTEGER, published TEXT, modified TEXT, source TEXT NOT NULL, source_folded TEXT NOT NULL,
        url TEXT NOT NULL, path TEXT NOT NULL, authors TEXT NOT NULL, language TEXT NOT NULL, section TEXT NOT NULL,
        added TEXT NOT NULL, generation INTEGER NOT NULL
    );
    CREATE INDEX articles_date ON articles (date);
    CREATE INDEX articles_source ON articles (source_folded, date);
    CREATE INDEX articles_generation ON articles (generation);
    CREATE INDEX articles_hash ON articles (hash);
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, vector BLOB NOT NULL
    );
    CREATE INDEX passages_article ON passages (article_id, ordinal);
    CREATE TABLE removed (passage_id INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
    CREATE INDEX removed_generation ON removed (generation);
    """,
    """
    CREATE TABLE failures (
        origin TEXT PRIMARY KEY, target TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    );
    CREATE TABLE feeds (
        url TEXT PRIMARY KEY, title TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, refreshed TEXT,
        problem TEXT NOT NULL, seen TEXT NOT NULL
    );
    CREATE TABLE versions (article_id TEXT NOT NULL, replaced TEXT NOT NULL, article TEXT NOT NULL);
    CREATE INDEX versions_article ON versions (article_id);
    CREATE TABLE bands (band INTEGER NOT NULL, article_id TEXT NOT NULL, PRIMARY KEY (band, article_id)) WITHOUT ROWID;
    CREATE TABLE near (
        article_id TEXT NOT NULL, twin_id TEXT NOT NULL, PRIMARY KEY (article_id, twin_id)
    ) WITHOUT ROWID;
    CREATE INDEX near_twin ON near (twin_id);
    CREATE TABLE lines (
        source TEXT NOT NULL, line INTEGER NOT NULL, article_id TEXT NOT NULL, PRIMARY KEY (source, line, article_id)
    ) WITHOUT ROWID;
    CREATE INDEX lines_article ON lines (article_id);
    CREATE TABLE furniture (source TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (source, line)) WITHOUT ROWID;
    """,  # these belong to index/intake.py
    """
    ALTER TABLE passages ADD COLUMN crc INTEGER;
    UPDATE passages SET crc = crc32(vector);
    INSERT OR IGNORE INTO meta VALUES ('library', lower(hex(randomblob(8))));
    """,
    """
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY, at TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, confidence REAL NOT NULL, model TEXT NOT NULL,
        article_ids TEXT NOT NULL
    ) WITHOUT ROWID;
    """,  # belongs to index/feedback.py
)
SCHEMA = len(MIGRATIONS)
