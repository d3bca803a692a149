"""One SQLite file in WAL mode: a connection for each thread, transactions that nest, and errors in plain words."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index import disk
from index.errors import BriefingError, LibraryBusy, LibraryDamaged, LibraryReadOnly, LibraryTooNew

PATIENCE = 10.0  # seconds that SQLite waits for another process
READERS_PATIENCE = 500  # milliseconds that erasing the log waits for readers
Connection = sqlite3.Connection


class Database:
    """Reads are safe from any thread; the caller sees to it that one writes at a time.

    Every committed transaction is on the disk when `writing` ends (synchronous=FULL), so it outlives the process
    and the power.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._migrations = migrations
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._lock = threading.Lock()
        self._prepare()

    def close(self) -> None:
        """Close this thread's connection and let go of the others: each is closed when its thread has done its read.

        SQLite frees a statement that another thread is stepping through, and the process ends there.
        """
        own: Connection | None = getattr(self._local, "connection", None)
        self._local = threading.local()
        with self._lock:
            self._connections.clear()
        if own is not None:
            with suppress(sqlite3.Error):
                own.close()

    def version(self) -> int:
        """Of the schema."""
        return int(self.one("PRAGMA user_version")[0])

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        with self._plain_errors():
            return self.connection().execute(sql, values).fetchone()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._plain_errors():
            return self.connection().execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Rows as they are read, for results that may be large."""
        with self._plain_errors():
            yield from self.connection().execute(sql, values)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads of one and the same generation."""
        if self.connection().in_transaction:
            yield
            return
        connection = self.connection()
        with self._plain_errors():
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are stored together or not at all; inside another `writing`, together with it.

        Raises LibraryReadOnly, also when the disk is full.
        """
        if self.read_only:
            raise LibraryReadOnly(f"The library {self.path.parent} is read-only. Check the permissions of the folder.")
        connection = self.connection()
        if connection.in_transaction:
            yield connection
            return
        with self._plain_errors():
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def checkpoint(self, *, erase: bool = False) -> bool:
        """Move the log into the file; with `erase` nothing of it is left. Whether it could be done now."""
        if self.read_only:
            return False
        self.one(f"PRAGMA busy_timeout = {READERS_PATIENCE if erase else int(PATIENCE * 1_000)}")
        try:
            row = self.one(f"PRAGMA wal_checkpoint({'TRUNCATE' if erase else 'PASSIVE'})")
        finally:
            self.one(f"PRAGMA busy_timeout = {int(PATIENCE * 1_000)}")
        return not row[0]

    def copy_to(self, target: Path) -> None:
        """A consistent copy in one file, also while another process writes."""
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            with self._plain_errors():
                self.connection().backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        finally:
            copy.close()

    def copy_from(self, source: Path) -> None:
        """Become what that file holds, all at once: other processes see the old content or the new."""
        copy = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            with self._plain_errors():
                copy.backup(self.connection())
        finally:
            copy.close()

    def connection(self) -> Connection:
        """This thread's."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._opened()
            with self._lock:
                self._connections.append(connection)
        return connection

    # Opening

    def _prepare(self) -> None:
        known = len(self._migrations)
        version = self.version()
        if version > known:
            raise LibraryTooNew(
                f"The library {self.path.parent} was written by a newer version of Briefing "
                f"(schema {version}, this one knows {known}). Update Briefing to open it; nothing was changed."
            )
        if version < known and not self.read_only:
            self.migrate(version)

    def migrate(self, version: int) -> None:
        """Run the scripts that a file of this version has not seen."""
        for number, script in enumerate(self._migrations[version:], start=version + 1):
            try:
                self.connection().executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")
            except sqlite3.Error as error:
                with suppress(sqlite3.Error):
                    self.connection().execute("ROLLBACK")
                if self.version() < number:  # else another process was faster
                    raise self._plain(error) from error

    def _opened(self) -> Connection:
        try:
            if not self.read_only:
                return _writable(self.path)
        except sqlite3.Error as error:
            if self._connections or not self.path.is_file() or not disk.is_full(self.path.parent):
                raise self._plain(error) from error
            self.read_only = True  # a full disk has no room for what writers share; reading needs none
        try:
            return _readable(self.path)
        except sqlite3.Error as error:
            raise self._plain(error) from error

    # Errors

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a mistake of ours, or a library that was closed
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def _plain(self, error: sqlite3.Error) -> BriefingError:
        name, home = getattr(error, "sqlite_errorname", None) or "", self.path.parent
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return LibraryBusy(f"Another process is writing to the library {home}. Try again when it has finished.")
        if name.startswith("SQLITE_READONLY"):
            return LibraryReadOnly(f"The library {home} cannot be written to: {error}. Check its permissions.")
        if name == "SQLITE_FULL" or (name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and disk.is_full(home)):
            return disk.full(home)
        return LibraryDamaged(
            f"The archive {self.path} cannot be read: {error}. Restore a backup (`briefing restore FILE`), or save "
            "what can still be read (`briefing salvage FILE`)."
        )


def compact(path: Path) -> None:
    """Leave no free pages in a file that no one has open."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _writable(path: Path) -> Connection:
    path.touch(mode=0o600)  # SQLite gives its other files the rights of this one
    connection = _connected(f"{path.as_uri()}?mode=rw")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what is removed leaves no bytes behind
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _readable(path: Path) -> Connection:
    """Of a file in a folder that cannot be written to: with the writer's own files if there are any, else alone.

    SQLite wants to write an index of its log even to read it. Without locks ("unix-none") and alone ("EXCLUSIVE") it
    keeps that in memory; "immutable" would leave out what is only in the log.
    """
    ways = (("mode=ro", ""), ("mode=ro&vfs=unix-none", "PRAGMA locking_mode = EXCLUSIVE"), ("immutable=1", ""))
    for query, pragma in ways:
        connection = _connected(f"{path.as_uri()}?{query}")
        try:
            if pragma:
                connection.execute(pragma)
            connection.execute("SELECT count(*) FROM sqlite_master")
            return connection
        except sqlite3.Error:
            connection.close()
            if query == ways[-1][0]:
                raise
    raise AssertionError("unreachable")


def _connected(address: str) -> Connection:
    connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.create_function("crc32", 1, _crc32, deterministic=True)
    return connection


def _crc32(content: Any) -> int | None:
    return None if content is None else zlib.crc32(content if isinstance(content, bytes) else str(content).encode())
