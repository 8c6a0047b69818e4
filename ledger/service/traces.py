"""Makes sure that what was destroyed is gone from the files, not only from the tables.

SQLite overwrites what is deleted (`secure_delete`), and the write-ahead log is emptied. Yet a
cell that was moved when its page was split or merged may have left a copy of itself in a part
of the old page that belongs to nothing. So, once the log is empty, we look: the file is read
once, in pieces, for the keys and the words that were destroyed. If one is found, the whole file
is written anew from its tables. Where nothing can be looked for (the server was stopped in
between, or there is too much of it), it is written anew at once.

The register is not written to meanwhile; reading goes on. What it costs was measured:
docs/decisions/0015-looking-for-traces.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ledger.service.register import Register
from ledger.store import vault
from ledger.store.engine import Database

MOST = 64
"""Needles that are looked for at once: beyond them, writing the file anew is quicker."""
_CHUNK = 1 << 20
_PIECE = 32
_STRIDE = 64
_IN_CELL = 4096
"""Bytes of a text that can stand in one cell; the rest has its own pages, which are zeroed."""


class Destroyed(NamedTuple):
    """One text that is no more: held in memory for as long as it is looked for."""

    key: bytes
    value: str


def clean(register: Register, seqs: range, destroyed: Sequence[Destroyed]) -> bool:
    """Brings the erasures that wait to their end; False while a reader is in the way.

    Args:
        seqs: The erasures whose destroyed texts are known; any other that waits has the file
            written anew.

    Raises:
        RefusedError: `busy`: others wrote all the time.
        UncheckedError: `unreadable`: the file cannot be read, or there is no room to write it.
    """
    database = register.database
    with database.reading() as db:
        waiting = vault.erasing(db)
    if not database.truncate_log():
        return False
    if not waiting:
        return True
    known = all(row.seq in seqs for row in waiting)
    if not known or _left_behind(database, destroyed):
        if not (database.rewrite() and database.truncate_log()):
            return False
        # What stands here now was written from the tables: words may, keys cannot.
        if found_in(database.path, {text.key for text in destroyed}):
            return False
    # If we crash here, the file is written anew once more, and nothing is lost by it.
    with database.writing() as db:
        vault.erased(db, waiting[-1].seq)
    return True


def _left_behind(database: Database, destroyed: Sequence[Destroyed]) -> bool:
    """Whether a trace of a destroyed text is in the files, or too many would be looked for."""
    keys = {text.key for text in destroyed}
    words = {piece: text.value for text in destroyed for piece in _pieces(text.value)}
    if len(keys) + len(words) > MOST:
        return True
    # Under the lock nothing moves from a page not yet read to one that was.
    with database.writing() as db:
        found = found_in(database.path, keys | words.keys())
        if not found.isdisjoint(keys):
            return True
        # Words that another text has too are no trace: “Anonyme” stays where others said it.
        return not all(vault.said(db, value) for value in {words[piece] for piece in found})


def _pieces(value: str) -> Iterator[bytes]:
    data = value.encode()
    yield data[:_PIECE]
    for start in range(_STRIDE, min(len(data), _IN_CELL) - _PIECE, _STRIDE):
        yield data[start : start + _PIECE]


def found_in(path: Path, needles: Collection[bytes]) -> set[bytes]:
    """Those of the needles that occur in a database file or its log; memory is bounded.

    Args:
        needles: Each at most 32 bytes.
    """
    found: set[bytes] = set()
    for file in (path, path.with_name(f"{path.name}-wal")):
        if not file.exists():
            continue
        with file.open("rb") as stream:
            tail = b""
            while chunk := stream.read(_CHUNK):
                data = tail + chunk
                found.update(needle for needle in needles if needle in data)
                tail = data[-_PIECE:]
    return found
