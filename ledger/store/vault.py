"""What may be read by few, and what may be destroyed: tokens and sealed texts.

Openings are inserted with their entry (`append`) and destroyed with the entry that says so;
here is what remains to be done for the bytes to be gone from the files.
"""

from __future__ import annotations

import sqlite3

Connection = sqlite3.Connection


def add_token(db: Connection, hash_: bytes, account: str, at: str) -> None:
    """Keeps a token by its hash."""
    db.execute(
        "INSERT INTO token (hash, account, created) VALUES (?, ?, ?)", (hash_, account, at)
    )


def revoke_tokens(db: Connection, account: str, at: str) -> int:
    """Revokes every token of an account; how many."""
    return db.execute(
        "UPDATE token SET revoked = ? WHERE account = ? AND revoked IS NULL", (at, account)
    ).rowcount


def account_of(db: Connection, hash_: bytes) -> str | None:
    """The account of a token that was not revoked."""
    row = db.execute(
        "SELECT account FROM token WHERE hash = ? AND revoked IS NULL", (hash_,)
    ).fetchone()
    return row[0] if row else None


def present(db: Connection, seq: int) -> set[str]:
    """The paths of an entry whose texts are still here."""
    return {path for (path,) in db.execute("SELECT path FROM opening WHERE seq = ?", (seq,))}
