"""The register as a writer sees it: what is stored, and what the batch at hand adds to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ledger.core.canonical import decode
from ledger.domain.admission import Thing
from ledger.domain.draft import Prepared
from ledger.domain.entry import split_reference
from ledger.domain.events import DECLARED, REGISTER
from ledger.domain.keyring import KINDS, HeldKey, Keyring
from ledger.errors import RefusedError
from ledger.store import read

_CHUNK = 400


@dataclass(slots=True)
class _Layer:
    """What is known beside the database; None stands for what is known not to be."""

    processes: dict[str, tuple[int, bool] | None] = field(default_factory=dict)
    things: dict[tuple[str, str], Thing | None] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    data: dict[int, bytes] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    commitments: set[bytes] = field(default_factory=set)
    """Of signed statements alone: every other text is sealed here, with a fresh key."""

    def update(self, other: _Layer) -> None:
        """Puts another layer on top."""
        self.processes.update(other.processes)
        self.things.update(other.things)
        self.moved.update(other.moved)
        self.data.update(other.data)
        self.nonces |= other.nonces
        self.commitments |= other.commitments


class State:
    """Satisfies `ledger.domain.admission.Register` under the write lock.

    What one request adds is kept apart until the whole request is admitted: `keep` makes it
    part of what the next one sees, `forget` drops it.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known = _Layer()
        self._new = _Layer()
        self._ring: Keyring | None = None

    def prefetch(self, statements: Iterable[Prepared]) -> None:
        """Looks everything up at once that the statements will ask for."""
        wanted: dict[str, list[str]] = {}
        for statement in statements:
            pairs = [
                split_reference(reference, statement.process)
                for _, reference in statement.references
            ]
            if statement.kind in DECLARED:
                pairs.append((statement.process, statement.raw["id"]))
            for process, id_ in pairs:
                if (process, id_) not in self._known.things:
                    self._known.things[process, id_] = None
                    wanted.setdefault(process, []).append(id_)
        for process, ids in wanted.items():
            for start in range(0, len(ids), _CHUNK):
                self._fetch(process, ids[start : start + _CHUNK])

    def _fetch(self, process: str, ids: Sequence[str]) -> None:
        marks = ", ".join("?" * len(ids))
        for id_, sort, illustrative in self._db.execute(
            f"SELECT id, sort, illustrative FROM thing WHERE process = ? AND id IN ({marks})",
            (process, *ids),
        ):
            self._known.things[process, id_] = Thing(sort, bool(illustrative))

    def process(self, slug: str) -> bool | None:
        """Whether the process is illustrative; None where it does not exist."""
        found = self._process(slug)
        return found[1] if found else None

    def _process(self, slug: str) -> tuple[int, bool] | None:
        if slug in self._new.processes:
            return self._new.processes[slug]
        known = self._known.processes
        if slug not in known:
            row = self._db.execute(
                "SELECT length, illustrative FROM process WHERE slug = ?", (slug,)
            ).fetchone()
            known[slug] = (row[0], bool(row[1])) if row else None
        return known[slug]

    def thing(self, process: str, id_: str) -> Thing | None:
        """What bears this id."""
        key = process, id_
        if key in self._new.things:
            return self._new.things[key]
        known = self._known.things
        if key not in known:
            known[key] = None
            self._fetch(process, [id_])
        return known[key]

    def entry(self, seq: int) -> Mapping[str, Any] | None:
        """The decoded entry at a place of the register."""
        data = self._new.data.get(seq) or self._known.data.get(seq)
        if data is None:
            row = self._db.execute("SELECT data FROM entry WHERE seq = ?", (seq,)).fetchone()
            if row is None:
                return None
            data = row[0]
        return cast(Mapping[str, Any], decode(data))

    def entries(self, process: str, kinds: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The decoded entries of some kinds in a process, as recorded; no contributions."""
        for data in read.of_kinds(self._db, process, kinds):
            yield cast(Mapping[str, Any], decode(data))
        for data in (*self._known.data.values(), *self._new.data.values()):
            entry = cast(Mapping[str, Any], decode(data))
            if entry["process"] == process and entry["kind"] in kinds:
                yield entry

    def key(self, id_: str) -> HeldKey | None:
        """The key of that id."""
        if self._ring is None:
            self._ring = Keyring(self.entries(REGISTER, KINDS))
        return self._ring.keys.get(id_)

    def nonce(self, nonce: str) -> bool:
        """Whether a signed statement bears it."""
        if nonce in self._known.nonces or nonce in self._new.nonces:
            return True
        found = self._db.execute("SELECT 1 FROM signature WHERE nonce = ?", (nonce,))
        return found.fetchone() is not None

    def check_fresh(self, statement: Prepared) -> None:
        """Checks that no text of a signed statement was sealed with what sealed another.

        A commitment that stood twice would make the register fail its own verification, for
        ever: who seals elsewhere could have copied one.

        Raises:
            RefusedError: `nonce_used`.
        """
        for opening, commitment in zip(statement.openings, statement.commitments, strict=True):
            if (
                commitment in self._known.commitments
                or commitment in self._new.commitments
                or read.commitment_stands(self._db, commitment)
            ):
                message = "this text was recorded under the same key before: seal it anew"
                raise RefusedError("nonce_used", message, where=opening.path)

    def record(self, statement: Prepared, seq: int) -> int:
        """The statement's place in its process, which grows by it."""
        process = statement.process
        length, illustrative = self._process(process) or (0, statement.illustrative)
        self._new.processes[process] = length + 1, illustrative
        self._new.moved[process] = seq
        if statement.kind in DECLARED:
            thing = Thing(DECLARED[statement.kind], statement.illustrative)
            self._new.things[process, statement.raw["id"]] = thing
        if statement.signed is not None:
            self._new.nonces.add(statement.signed.nonce)
            self._new.commitments.update(statement.commitments)
        if statement.kind in KINDS:
            self._ring = None
        return length

    def hold(self, seq: int, data: bytes) -> None:
        """Keeps the bytes of an entry until they are inserted, for corrections in a batch."""
        self._new.data[seq] = data

    def keep(self) -> None:
        """The request was admitted."""
        self._known.update(self._new)
        self._new = _Layer()

    def forget(self) -> None:
        """The request was refused: what it added is gone."""
        self._new = _Layer()
        self._ring = None

    def moved(self) -> list[tuple[str, int, int, bool]]:
        """The process rows that change: slug, length, last seq, illustrative."""
        return [(slug, *self._row(slug, seq)) for slug, seq in self._known.moved.items()]

    def _row(self, slug: str, seq: int) -> tuple[int, int, bool]:
        found = self._process(slug)
        assert found is not None
        return found[0], seq, found[1]
