"""Proposals as they are kept until they are confirmed, dropped or too old.

They are no part of the register: nothing of them is hashed, and a row that goes leaves no
trace (`secure_delete`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

Connection = sqlite3.Connection
CONFIRMED = "confirmed"
"""The idempotency key under which a proposal is recorded: once, whoever confirms it."""


class Row(NamedTuple):
    """A row of `proposal`."""

    id: str
    account: str
    created: str
    expires: str
    note: str
    drafts: bytes
    """A JSON array."""


_COLUMNS = ", ".join(Row._fields)


def owner(id_: str) -> str:
    """Whose idempotency key it is: no account can be called so."""
    return f"proposal/{id_}"


def add(db: Connection, row: Row) -> None:
    """Keeps a proposal."""
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO proposal ({_COLUMNS}) VALUES ({marks})", row)


def find(db: Connection, id_: str, now: str) -> Row | None:
    """The proposal of that id, unless it has expired."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM proposal WHERE id = ? AND expires > ?", (id_, now)
    ).fetchone()
    return Row(*row) if row else None


def waiting(db: Connection, now: str) -> list[Row]:
    """Those that have not expired, oldest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM proposal WHERE expires > ? ORDER BY created, id", (now,)
    )
    return [Row(*row) for row in rows]


def drop(db: Connection, id_: str) -> None:
    """Forgets a proposal."""
    db.execute("DELETE FROM proposal WHERE id = ?", (id_,))


def drop_all(db: Connection) -> None:
    """Forgets whatever waits."""
    db.execute("DELETE FROM proposal")


def drop_expired(db: Connection, now: str) -> None:
    """Forgets what has waited too long."""
    db.execute("DELETE FROM proposal WHERE expires <= ?", (now,))


def count(db: Connection, account: str) -> int:
    """How many of an account are kept."""
    (found,) = db.execute(
        "SELECT count(*) FROM proposal WHERE account = ?", (account,)
    ).fetchone()
    return int(found)


def drop_holding(db: Connection, keys: Iterable[bytes]) -> None:
    """Forgets those that hold the key of an opening: their speaker sealed that very text."""
    db.executemany(
        "DELETE FROM proposal WHERE instr(drafts, CAST(? AS BLOB))",
        [(key.hex(),) for key in keys],
    )


def recorded(db: Connection, id_: str) -> tuple[int, int] | None:
    """The entries [first, stop) that a proposal became; None if it was not confirmed."""
    row = db.execute(
        "SELECT first, stop FROM request WHERE account = ? AND key = ?", (owner(id_), CONFIRMED)
    ).fetchone()
    return (row[0], row[1]) if row else None
