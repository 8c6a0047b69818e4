"""Opens the database: SQLite in WAL, every commit durable, deleted bytes overwritten.

The sqlite3 driver would begin transactions late and by itself; here it never does. Writers
say `BEGIN IMMEDIATE` and so hold the one write lock from the start; readers stay in a
snapshot. Two processes may write the same file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from ledger.core.digest import ZERO
from ledger.errors import MalformedError, RefusedError, TamperedError, UncheckedError
from ledger.store.tables import SCHEMA_VERSION, TRIGGERS

Connection = sqlite3.Connection
APPLICATION_ID = 0x46494C52  # "FILR"
BUSY_SECONDS = 30
_PATIENCE = 500
"""Milliseconds."""
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -32000",
)


class Database:
    """One database file.

    Raises:
        UncheckedError: `no_register`, `unreadable` or `wrong_version`.
        TamperedError: `schema_differs`.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise UncheckedError("no_register", f"there is no register at {path.parent}")
        self.path = path
        self._engine = _engine(path)
        with self.reading() as connection:
            _check_version(connection, path.name)
            _check_schema(connection, self._engine)

    @classmethod
    def create(cls, path: Path) -> Database:
        """A new database with its tables and triggers, and nothing in it.

        Raises:
            RefusedError: `register_exists`.
        """
        if path.exists():
            raise RefusedError("register_exists", f"a register is already at {path.parent}")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Restricted texts are in it; the journals take their mode from it.
        path.touch(mode=0o600)
        engine = _engine(path)
        pooled = engine.raw_connection()
        try:
            cursor = pooled.cursor()
            for statement in _ddl(engine):
                cursor.execute(statement)
            cursor.execute(
                "INSERT INTO head (id, size, leaf, at) VALUES (0, 0, ?, '')", (ZERO,)
            )
            cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            # Last: a file without its version was never finished and is not opened.
            cursor.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        finally:
            pooled.close()
            engine.dispose()
        return cls(path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot: what is committed meanwhile is not seen."""
        with self._transaction("BEGIN") as cursor:
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Holds the write lock; commits at the end, or rolls back.

        Raises:
            RefusedError: `busy`: another writer held the lock for 30 seconds.
        """
        with self._transaction("BEGIN IMMEDIATE") as cursor:
            yield cursor

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            pooled = self._engine.raw_connection()
        except PoolTimeout as error:
            raise RefusedError("busy", "too many read the register at once") from error
        except (OperationalError, sqlite3.Error) as error:
            raise UncheckedError("unreadable", f"{self.path.name}: {error}") from error
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        try:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.IntegrityError:
            raise
        except OverflowError as error:  # an integer that no row can have
            raise MalformedError("bad_number", str(error)) from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _BUSY:
                raise RefusedError("busy", "another writer holds the register") from error
            if "decode" in str(error):
                raise TamperedError("entry_differs", "a text is no longer UTF-8") from error
            raise UncheckedError("unreadable", f"{self.path.name}: {error}") from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            pooled.close()

    def check_integrity(self) -> None:
        """Whether SQLite finds its own file whole, and its indexes true to the tables.

        Raises:
            TamperedError: `index_differs`.
        """
        with self.reading() as connection:
            rows = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if rows != [("ok",)]:
            raise TamperedError("index_differs", f"SQLite says: {rows[0][0]}")

    def truncate_log(self) -> bool:
        """Empties the write-ahead log into the file; False while a reader holds it.

        Readers of moments are waited for, half a second at most: writers wait meanwhile.
        """
        with self._alone() as connection:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return bool(row[0] == 0)

    def rewrite(self) -> bool:
        """Writes the file anew from what is in its tables, and nothing else; False if another
        writer is at work. The old pages are gone once the log is truncated.

        Raises:
            UncheckedError: `unreadable`: there is no room for the copy.
        """
        with self._alone() as connection:
            try:
                connection.execute("VACUUM")
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY:
                    return False
                raise UncheckedError("unreadable", f"{self.path.name}: {error}") from error
            return True

    def copy_to(self, path: Path) -> None:
        """Writes one snapshot into a new file: tables only, no page that was given up.

        Raises:
            UncheckedError: `unreadable`.
        """
        with self._alone() as connection:
            try:
                connection.execute("VACUUM INTO ?", (str(path),))
            except sqlite3.DatabaseError as error:
                raise UncheckedError("unreadable", f"{path.name}: {error}") from error

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction, which does not wait long for others."""
        pooled = self._engine.raw_connection()
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        try:
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
            yield connection
        finally:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            pooled.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # the folder may have any name
        connect_args={"timeout": BUSY_SECONDS, "cached_statements": 256},
        pool_size=8,
        max_overflow=24,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    return engine


def _ddl(engine: Engine) -> Iterator[str]:
    """The statements that make an empty database, in order."""
    for table in SQLModel.metadata.sorted_tables:
        yield str(CreateTable(table).compile(engine)).strip()
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(engine)).strip()
    yield from TRIGGERS


def _check_schema(connection: sqlite3.Connection, engine: Engine) -> None:
    """Whether tables, indexes and triggers are those that `create` made.

    A trigger that swallows rows, or a view in place of a table, shows pages and auditors what
    never was.
    """
    expected = sorted(_ddl(engine))
    found = sorted(
        sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema") if sql is not None
    )
    if found != expected:
        odd = next(iter(set(found) ^ set(expected)), "a statement twice")
        raise TamperedError("schema_differs", f"not as it was made: {odd[:80]!r}")


def _check_version(connection: sqlite3.Connection, name: str) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise UncheckedError("unreadable", f"{name} holds no register")
    if version != SCHEMA_VERSION:
        raise UncheckedError(
            "wrong_version",
            f"{name} has schema {version}; this software reads {SCHEMA_VERSION}",
        )
