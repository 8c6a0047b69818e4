"""What may be destroyed: sealed texts.

Openings are inserted with their entry (`append`) and destroyed with the entry that says so;
here is what remains to be done for the bytes to be gone from the files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

Connection = sqlite3.Connection


class Erasing(NamedTuple):
    """A row of `erasing`: an erasure whose bytes may still be in the files."""

    seq: int
    entry: int
    at: str


def present(db: Connection, seq: int) -> set[str]:
    """The paths of an entry whose texts are still here."""
    return {path for (path,) in db.execute("SELECT path FROM opening WHERE seq = ?", (seq,))}


def words(db: Connection, seq: int, path: str) -> tuple[bytes, str] | None:
    """The key and value of a text that is still here."""
    row: tuple[bytes, str] | None = db.execute(
        "SELECT key, value FROM opening WHERE seq = ? AND path = ?", (seq, path)
    ).fetchone()
    return row


def of_subject(db: Connection, subject: bytes) -> Iterator[tuple[int, str]]:
    """(seq, path) of the texts that came with a subject, by its digest."""
    return db.execute(
        "SELECT seq, path FROM opening WHERE subject = ? ORDER BY seq, path", (subject,)
    )


def said(db: Connection, value: str) -> bool:
    """Whether a text that is still here has these very words."""
    (here,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM opening WHERE value = ?)", (value,)
    ).fetchone()
    return bool(here)


def erasing(db: Connection, *, limit: int = -1) -> list[Erasing]:
    """The erasures whose bytes may still be in the files, oldest first."""
    rows = db.execute("SELECT seq, entry, at FROM erasing ORDER BY seq LIMIT ?", (limit,))
    return [Erasing(*row) for row in rows]


def being_erased(db: Connection, seq: int) -> bool:
    """Whether an erasure of this entry, or in it, may still be in the files."""
    (here,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM erasing WHERE entry = ? OR seq = ?)", (seq, seq)
    ).fetchone()
    return bool(here)


def erased(db: Connection, upto: int) -> None:
    """The erasures recorded up to this seq have left the files."""
    db.execute("DELETE FROM erasing WHERE seq <= ?", (upto,))
