"""Tells whether a value was seen before, for more values than memory should hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


class Distinct:
    """A set on disk: SQLite's private temporary file, gone when closed."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA cache_size = -32000")
        self._db.execute("CREATE TABLE seen (value BLOB PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def add(self, values: Sequence[bytes]) -> int | None:
        """Adds values up to the first that was seen before: its place, None if all are new."""
        before = self._db.total_changes
        try:
            self._db.executemany("INSERT INTO seen VALUES (?)", [(v,) for v in values])
        except sqlite3.IntegrityError:
            return self._db.total_changes - before
        return None

    def close(self) -> None:
        """Forgets everything."""
        self._db.close()
