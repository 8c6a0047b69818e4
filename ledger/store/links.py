"""What points at what, as the index knows it."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.lineage import Link
from ledger.store import read
from ledger.store.engine import Connection


class StoredLinks:
    """Satisfies `ledger.domain.lineage.Links` in one snapshot."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def sources(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose source is this thing: what it points at."""
        return read.links_from(self._db, process, id_)

    def targets(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose target is this thing: what points at it."""
        return read.links_to(self._db, process, id_)
