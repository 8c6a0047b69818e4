"""The register as it was before one of its entries: for judging again what was admitted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import orjson

from ledger.domain.admission import Thing
from ledger.domain.events import REGISTER
from ledger.domain.keyring import KINDS, HeldKey, Keyring
from ledger.store import read


class Past:
    """Satisfies `ledger.domain.admission.Register` at any `seq`, by the index.

    Whoever trusts it has compared the index with the entries, or does so beside it.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._processes: dict[str, tuple[int, bool]] = {}
        self._ring = Keyring()
        self._ring_size = 0
        self.seq = 0
        """Only what lies before this entry is there."""

    def process(self, slug: str) -> bool | None:
        """Whether the process is illustrative; None where it does not exist."""
        if slug not in self._processes:
            row = self._db.execute(
                "SELECT e.seq, p.illustrative FROM process p"
                " JOIN entry e ON e.process = p.slug AND e.nth = 0 WHERE p.slug = ?",
                (slug,),
            ).fetchone()
            if row is None:
                return None
            self._processes[slug] = row[0], bool(row[1])
        opened, illustrative = self._processes[slug]
        return illustrative if opened < self.seq else None

    def thing(self, process: str, id_: str) -> Thing | None:
        """What bears this id."""
        row = self._db.execute(
            "SELECT sort, illustrative, seq FROM thing WHERE process = ? AND id = ?",
            (process, id_),
        ).fetchone()
        if row is None or row[2] >= self.seq:
            return None
        return Thing(row[0], bool(row[1]))

    def key(self, id_: str) -> HeldKey | None:
        """The key of that id; `seq` may only have grown since this was asked last."""
        start, self._ring_size = self._ring_size, self.seq
        for data in read.of_kinds(self._db, REGISTER, KINDS, size=self.seq, start=start):
            self._ring.add(orjson.loads(data))
        return self._ring.keys.get(id_)

    def nonce(self, nonce: str) -> bool:
        """Whether a signed statement bears it."""
        row = self._db.execute("SELECT seq FROM signature WHERE nonce = ?", (nonce,)).fetchone()
        return row is not None and row[0] < self.seq

    def entry(self, seq: int) -> Mapping[str, Any] | None:
        """The decoded entry at a place of the register."""
        if seq >= self.seq:
            return None
        row = self._db.execute("SELECT data FROM entry WHERE seq = ?", (seq,)).fetchone()
        return cast(Mapping[str, Any], orjson.loads(row[0])) if row else None

    def entries(self, process: str, kinds: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The decoded entries of some kinds in a process, as recorded; no contributions."""
        for data in read.of_kinds(self._db, process, kinds, size=self.seq):
            yield cast(Mapping[str, Any], orjson.loads(data))
