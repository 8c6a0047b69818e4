"""What points at what, and what bears an id, as the index knows it."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.lineage import Link
from ledger.store import read
from ledger.store.engine import Connection


class StoredLinks:
    """Satisfies `ledger.domain.lineage.Links` in one snapshot.

    Args:
        size: Only what the first `size` entries of the register say.
    """

    def __init__(self, db: Connection, *, size: int = read.NEVER) -> None:
        self._db, self._size = db, size

    def sources(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose source is this thing: what it points at."""
        return read.links_from(self._db, process, id_, size=self._size)

    def targets(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose target is this thing: what points at it."""
        return read.links_to(self._db, process, id_, size=self._size)


class StoredThings:
    """Satisfies `ledger.domain.voices.Things` in one snapshot."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def declared(self, process: str, ids: Iterable[str]) -> Iterable[tuple[str, str, int]]:
        """(id, sort, seq of the entry that declares it)."""
        return read.things(self._db, process, list(ids))
