"""Takes away files that no document speaks of: sent and never recorded, or erased.

Who sends a file has a day to record the document. An erased file goes at once: it is only here
because we crashed between the erasure and its destruction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.service.files import folder_of
from ledger.service.register import Register
from ledger.store.documents import documents
from ledger.store.engine import Connection
from ledger.store.files import Held

UNRECORDED = timedelta(hours=24)
"""How long a file waits for its document."""
INCOMING = timedelta(hours=1)
"""How long a file on its way in may stand still."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is here, and the documents that speak of it."""

    file: Held
    places: tuple[str, ...]
    """`process/id` of each, in the order they were recorded."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was taken away, or would be."""

    files: tuple[Held, ...]
    incoming: int
    """How many had stopped on their way in."""


def listed(register: Register) -> Iterator[Listed]:
    """Every file, by name."""
    with register.database.reading() as db:
        named = dict[str, list[str]]()
        for document in documents(db):
            if document.wanted is not None:
                named.setdefault(document.wanted, []).append(document.place)
    for file in folder_of(register.data).files():
        yield Listed(file, tuple(named.get(file.sha256, ())))


def collect(register: Register, *, now: datetime, dry_run: bool = False) -> Collected:
    """Takes away what nobody speaks of any more.

    Args:
        dry_run: Only says what would go.

    Raises:
        RefusedError: `busy`.
    """
    folder = folder_of(register.data)
    with register.database.reading() as db:
        candidates = _candidates(db, folder.files(), now)
    if dry_run:
        return Collected(tuple(candidates), 0)
    if candidates:
        # Once more under the lock: a document may have been recorded, or a file sent again.
        with register.database.writing() as db:
            found = (held for c in candidates if (held := folder.held(c.sha256)))
            candidates = _candidates(db, found, now)
            for file in candidates:
                folder.destroy(file.sha256)
    return Collected(tuple(candidates), folder.sweep(now - INCOMING))


def _candidates(db: Connection, files: Iterator[Held], now: datetime) -> list[Held]:
    spoken = list(documents(db))
    wanted = {d.wanted for d in spoken}
    erased = {d.sha256 for d in spoken if d.erased} - wanted
    return [f for f in files if f.sha256 not in wanted and _due(f, erased, now)]


def _due(file: Held, erased: set[str | None], now: datetime) -> bool:
    return file.sha256 in erased or file.at < now - UNRECORDED
