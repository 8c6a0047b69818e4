"""Reads which files the entries speak of. Every function takes a connection in one snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import orjson

from ledger.domain.documents import FINGERPRINT, Document, document_of

Connection = sqlite3.Connection

# The partial index `entry_kind` is used where its own condition is repeated.
_DOCUMENTS = (
    "SELECT e.data, o.value, o.public FROM entry e"
    " LEFT JOIN opening o ON o.seq = e.seq AND o.path = ?"
    " WHERE e.kind = 'document.published' AND e.kind <> 'contribution.received'"
)


def documents(db: Connection) -> Iterator[Document]:
    """Every document with a file, by seq; those that were erased too."""
    gone = _erased(db)
    for row in db.execute(f"{_DOCUMENTS} ORDER BY e.seq", (FINGERPRINT,)):
        found = _read(row, gone)
        if found is not None:
            yield found


def document(db: Connection, seq: int) -> Document | None:
    """The document that an entry publishes; None if it is none, or has no file."""
    row = db.execute(f"{_DOCUMENTS} AND e.seq = ?", (FINGERPRINT, seq)).fetchone()
    return _read(row, _erased(db)) if row is not None else None


def erased(db: Connection) -> set[str]:
    """The fingerprints in clear whose files were erased."""
    found = (document(db, seq) for seq in sorted(_erased(db)))
    return {d.sha256 for d in found if d is not None and d.sha256 is not None}


def _read(row: tuple[bytes, str | None, int | None], gone: set[int]) -> Document | None:
    data, value, public = row
    entry = orjson.loads(data)
    opened = (value, bool(public)) if value is not None else None
    return document_of(entry, opened, erased=entry["seq"] in gone)


def _erased(db: Connection) -> set[int]:
    """The entries whose fingerprint a `text.erased` names."""
    return {
        seq
        for (seq,) in db.execute(
            "SELECT json_extract(CAST(e.data AS TEXT), '$.body.entry')"
            " FROM entry e, json_each(CAST(e.data AS TEXT), '$.body.paths') p"
            " WHERE e.kind = 'text.erased' AND e.kind <> 'contribution.received'"
            " AND p.value = ?",
            (FINGERPRINT,),
        )
    }
