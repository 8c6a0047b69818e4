"""Tokens as they are kept: by an id that is no secret, with a slow hash of the secret."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

Connection = sqlite3.Connection


class Token(NamedTuple):
    """A row of `token`."""

    id: str
    hash: str
    account: str
    created: str
    expires: str
    revoked: str | None
    used: str | None


_COLUMNS = ", ".join(Token._fields)


def add(db: Connection, token: Token) -> None:
    """Keeps a token."""
    marks = ", ".join("?" * len(token))
    db.execute(f"INSERT INTO token ({_COLUMNS}) VALUES ({marks})", token)


def find(db: Connection, id_: str) -> Token | None:
    """The token of that id, revoked or not."""
    row = db.execute(f"SELECT {_COLUMNS} FROM token WHERE id = ?", (id_,)).fetchone()
    return Token(*row) if row else None


def of(db: Connection, account: str) -> list[Token]:
    """The tokens of an account, oldest first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM token WHERE account = ? ORDER BY created, id", (account,)
    )
    return [Token(*row) for row in rows]


def touch(db: Connection, id_: str, at: str) -> None:
    """Remembers when a token was used."""
    db.execute("UPDATE token SET used = ? WHERE id = ?", (at, id_))


def revoke(db: Connection, account: str, at: str) -> int:
    """Revokes every token of an account; how many were not revoked yet."""
    return db.execute(
        "UPDATE token SET revoked = ? WHERE account = ? AND revoked IS NULL", (at, account)
    ).rowcount
