"""Verifies a register from its rows, trusting nothing but the keys it is given.

A pure function over iterators of raw rows: it must be able to catch the writer's faults. It
stops at the first bad object and names it. Everything is read once and in order; memory does
not grow with the register.

What it holds together: canonical bytes; the columns beside them; gapless `seq` and `nth`;
`at` never decreasing; the chain of leaf hashes; the tree, against the tiles and every signed
checkpoint; each sealed text against its commitment, none missing but those erased in public;
no commitment twice; each signature of a speaker; the files that documents speak of; the index
by which pages find things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ledger.core.canonical import decode
from ledger.core.checkpoint import VerifiedCheckpoint, open_checkpoint
from ledger.core.digest import ZERO, leaf_hash
from ledger.core.keys import Verifier
from ledger.domain.admission import admit
from ledger.domain.documents import Document
from ledger.domain.entry import VERSION, Entry, check_envelope, read_entry
from ledger.domain.events import KINDS, RegisterOpened
from ledger.errors import (
    LedgerError,
    MalformedError,
    RefusedError,
    TamperedError,
    UncheckedError,
)
from ledger.service.audit_files import audit_files
from ledger.service.audit_granted import Grants
from ledger.service.audit_index import Index
from ledger.service.audit_signed import Signatures
from ledger.service.audit_tree import Tree
from ledger.service.audit_vault import Vault
from ledger.service.files import folder_of
from ledger.service.register import remembered_checkpoint, trusted_keys, zone_of
from ledger.store import read
from ledger.store.documents import document, documents
from ledger.store.engine import Connection, Database
from ledger.store.past import Past
from ledger.store.read import Head, RawEntry, RawOpening

_CHUNK = 4096
Progress = Callable[[int], None]
"""Told how many entries have been verified."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What is verified beside chain, tree, tiles and checkpoints."""

    canonical: bool = True
    bodies: bool = True
    openings: bool = True
    index: bool = True
    structure: bool = True
    """Whether each entry could be admitted where it stands."""
    signatures: bool = True
    """Whether speakers signed what is said to be signed by them."""
    files: bool = True
    """Whether the files that entries speak of are here, and what they were."""


BARE = Checks(*[False] * 7)
"""Chain, tree, tiles and checkpoints alone."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A register as raw rows, each iterator in the order of its key."""

    entries: Iterator[RawEntry]
    openings: Iterator[RawOpening]
    checkpoints: Iterator[tuple[int, bytes]]
    tile: Callable[[int, int], bytes]
    tiles: int
    """How many are stored."""
    head: Head
    index: Index
    past: Past


@dataclass(slots=True)
class Audit:
    """What was verified, and what was found to be so."""

    entries: int = 0
    processes: int = 0
    openings: int = 0
    erased: int = 0
    unread: int = 0
    """Entries of kinds that this software does not know: chain and envelope hold."""
    checkpoints: int = 0
    kept: int = 0
    """Checkpoints from outside the database that it was held against."""
    valid: int = 0
    """Signed statements that nothing speaks against."""
    doubtful: int = 0
    """Signed statements recorded since the instant from which their key was revoked later."""
    ungranted: int = 0
    """Entries recorded by an account that held no grant at that time."""
    files: int = 0
    """Files that are here, each compared with its fingerprint."""
    file_bytes: int = 0
    root: bytes = b""


def verify(
    data: Path,
    *,
    keys: list[Verifier] | None = None,
    against: bytes | None = None,
    checks: Checks | None = None,
    progress: Progress = lambda _: None,
) -> Audit:
    """Verifies the register in a folder.

    Args:
        keys: The log's verifier keys from elsewhere; those beside the database by default.
        against: A checkpoint kept elsewhere, which this register must extend.

    Raises:
        TamperedError: the first bad object.
        UncheckedError: a key is missing, or a file cannot be read.
    """
    trusted = trusted_keys(data) if keys is None else list(dict.fromkeys(keys))
    database = Database(data / "ledger.db")
    try:
        with database.reading() as db:
            rows = Rows(
                read.raw_entries(db),
                read.raw_openings(db),
                read.raw_checkpoints(db),
                _tile_or_nothing(db),
                read.tile_count(db),
                read.head(db),
                Index(
                    read.raw_things(db),
                    read.raw_links(db),
                    read.raw_processes(db),
                    read.raw_tallies(db),
                    read.raw_signatures(db),
                ),
                Past(db),
            )
            kept = [c for c in (remembered_checkpoint(data), against) if c is not None]
            found = audit(rows, trusted, kept=kept, checks=checks, progress=progress)
            if checks is None or checks.files:
                files = audit_files(folder_of(data), documents(db), _fresh(database))
                found.files, found.file_bytes = files.count, files.bytes
        # Last, like every index: a lie in the entries themselves weighs more.
        if checks is None or checks.index:
            database.check_integrity()
        return found
    finally:
        database.close()


def _fresh(database: Database) -> Callable[[int], Document | None]:
    """What a document is by now: it may have been erased while its file was looked for."""

    def look(seq: int) -> Document | None:
        with database.reading() as db:
            return document(db, seq)

    return look


def _tile_or_nothing(db: Connection) -> Callable[[int, int], bytes]:
    def tile(level: int, index: int) -> bytes:
        try:
            data = read.tile(db, level, index)
        except LedgerError:
            return b""
        # SQLite keeps what it is given, of whatever type.
        return data if type(data) is bytes else b""

    return tile


def audit(
    rows: Rows,
    keys: list[Verifier],
    *,
    kept: Iterable[bytes] = (),
    checks: Checks | None = None,
    progress: Progress = lambda _: None,
) -> Audit:
    """Verifies a register from its rows.

    Args:
        keys: The log's verifier keys; trust begins here.
        kept: Checkpoints remembered elsewhere, which the register must hold or extend.

    Raises:
        TamperedError: the first bad object.
        UncheckedError: `no_key`: a remembered checkpoint is of keys that were not given.
    """
    auditor = _Auditor(rows, keys, kept, checks or Checks(), progress)
    try:
        return auditor.run()
    finally:
        auditor.close()


class _Auditor:
    def __init__(
        self,
        rows: Rows,
        keys: list[Verifier],
        kept: Iterable[bytes],
        checks: Checks,
        progress: Progress,
    ) -> None:
        if not keys:
            raise UncheckedError("no_key", "no verifier key is known")
        self._rows = rows
        self._keys = keys
        self._checks = checks
        self._progress = progress
        self._found = Audit()
        self._origin = keys[0].key.name
        opened = [self._remembered(note) for note in kept]
        self._found.kept = len(opened)
        self._kept = sorted((c for c in opened if c.size), key=lambda c: c.size)
        self._tree = Tree(rows.tile)
        self._leaf = ZERO
        self._at = ""
        self._zone = ZoneInfo("UTC")
        self._senseless: TamperedError | None = None
        self._length: dict[str, int] = {}
        self._texts = Vault(rows.openings) if checks.openings else None
        self._signatures = Signatures(self._origin) if checks.signatures else None
        self._grants = Grants()

    def close(self) -> None:
        if self._texts:
            self._texts.close()
        if self._signatures:
            self._signatures.close()

    def run(self) -> Audit:
        signed: VerifiedCheckpoint | None = None
        for size, data in self._rows.checkpoints:
            if type(size) is not int:
                raise TamperedError("checkpoint_differs", f"signed for {size!r} entries")
            signed = self._signed(size, data)
            self._advance(size)
            self._tree.compare(signed.root, f"checkpoint {size}")
            self._found.checkpoints += 1
        if signed is None:
            raise TamperedError("checkpoint_differs", "no checkpoint is stored")
        extra = next(self._rows.entries, None)
        if extra is not None:
            raise TamperedError(
                "checkpoint_differs",
                f"entry {extra[0]} lies beyond the last signed checkpoint",
                where=f"seq {extra[0]}",
            )
        if self._kept:
            raise TamperedError(
                "history_shortened",
                f"a checkpoint of {self._kept[-1].size} entries was signed before;"
                f" here are {self._tree.size}",
                where=f"seq {self._tree.size}",
            )
        self._tree.finish(self._rows.tiles)
        if self._rows.head != (self._tree.size, self._leaf, self._at):
            raise TamperedError("index_differs", "the head row is not at the last entry")
        if self._texts:
            self._texts.finish()
            self._found.openings = self._texts.checked
            self._found.erased = self._texts.erased
        if self._signatures:
            self._found.valid, self._found.doubtful = self._signatures.finish()
        if self._checks.index:
            self._rows.index.finish()
        if self._senseless:
            raise self._senseless
        if self._signatures:
            self._signatures.check_void()
        self._found.processes = len(self._length)
        self._found.ungranted = self._grants.ungranted
        self._found.root = self._tree.root()
        return self._found

    def _remembered(self, note: bytes) -> VerifiedCheckpoint:
        try:
            return open_checkpoint(note, self._keys, self._origin)
        except MalformedError as error:
            message = f"a remembered checkpoint cannot be read: {error}"
            raise UncheckedError("unreadable", message) from error

    def _signed(self, size: int, data: bytes) -> VerifiedCheckpoint:
        where = f"checkpoint {size}"
        try:
            opened = open_checkpoint(data, self._keys, self._origin)
        except (LedgerError, TypeError, AttributeError) as error:
            raise TamperedError("checkpoint_differs", str(error), where=where) from error
        if len(opened.signatures) < len(self._keys):
            raise TamperedError("checkpoint_differs", "a signature is missing", where=where)
        if opened.size != size:
            raise TamperedError("checkpoint_differs", f"it says {opened.size}", where=where)
        return opened

    def _advance(self, size: int) -> None:
        """Reads the entries up to `size`, stopping where a checkpoint was kept elsewhere."""
        while self._tree.size < size:
            stop = min(size, self._tree.size + _CHUNK)
            if self._kept and self._kept[0].size <= stop:
                stop = self._kept[0].size
            self._chunk(stop)
            while self._kept and self._kept[0].size == self._tree.size:
                kept = self._kept.pop(0)
                if self._tree.root() != kept.root:
                    self._tree.compare(kept.root, f"remembered checkpoint {kept.size}")
            self._progress(self._tree.size)

    def _chunk(self, stop: int) -> None:
        """Reads the entries up to `stop`: the hot loop, which only notices that all is well."""
        seq, previous, at, lengths = self._tree.size, self._leaf.hex(), self._at, self._length
        read_value: Callable[[bytes], Any] = decode if self._checks.canonical else orjson.loads
        look = self._checks != BARE
        leaves: list[bytes] = []
        for row in islice(self._rows.entries, stop - seq):
            place, process, nth, kind, data = row
            try:
                entry = read_value(data)
                if (
                    entry["previous"] != previous
                    or entry["seq"] != seq
                    or place != seq
                    or entry["nth"] != nth
                    or entry["process"] != process
                    or entry["kind"] != kind
                    or entry["at"] < at
                    or lengths.get(process, 0) != nth
                ):
                    raise self._fault(seq, previous, row, entry)
                if look or not seq:
                    self._look(seq, entry)
            except (TamperedError, UncheckedError):
                raise
            except (LedgerError, ValueError, TypeError, LookupError, AttributeError) as error:
                raise TamperedError(
                    "entry_differs", f"unreadable: {error}", where=f"seq {seq}"
                ) from error
            at, lengths[process] = entry["at"], nth + 1
            leaf = leaf_hash(data)
            leaves.append(leaf)
            previous, seq = leaf.hex(), seq + 1
        if seq < stop:
            raise TamperedError(
                "history_shortened",
                f"entry {seq} was signed for, and is not here",
                where=f"seq {seq}",
            )
        self._at, self._leaf = at, leaves[-1]
        self._tree.extend(leaves)
        self._found.entries = seq

    def _fault(
        self, seq: int, previous: str, row: RawEntry, entry: Mapping[str, Any]
    ) -> TamperedError:
        """What is wrong with an entry that is not as it should be."""
        where = f"seq {seq}"
        if row[0] != seq:
            return TamperedError("chain_broken", f"entry {seq} is missing", where=where)
        if entry["previous"] != previous:
            # The tiles tell which of the two neighbours was changed.
            if seq and self._tree.leaf(seq - 1).hex() not in ("", previous):
                return TamperedError(
                    "entry_differs", "not what was recorded", where=f"seq {seq - 1}"
                )
            return TamperedError(
                "chain_broken", "it does not follow the entry before", where=where
            )
        process, nth = entry["process"], entry["nth"]
        if (entry["seq"], process, nth, entry["kind"]) != row[:4]:
            return TamperedError(
                "entry_differs", "its row says something else than its bytes", where=where
            )
        if entry["at"] < self._at:
            return TamperedError("chain_broken", "earlier than one before", where=where)
        return TamperedError(
            "chain_broken", f"{process} goes on at {nth}, not where it was", where=where
        )

    def _look(self, seq: int, entry: Mapping[str, Any]) -> None:
        # A later version of the software wrote it: chain, tree and texts hold all the same.
        newer = seq > 0 and type(entry["v"]) is int and entry["v"] > VERSION
        unread = newer or entry["kind"] not in KINDS
        if unread:
            self._found.unread += 1
        if not newer and self._checks.canonical:
            check_envelope(entry)
        if not newer and (self._checks.bodies or not seq):
            self._body(seq, entry, f"seq {seq}")
        if self._signatures and not newer:
            self._signatures.check(seq, entry)
        if self._texts:
            self._texts.check(seq, entry)
        if self._checks.index:
            self._rows.index.check(seq, entry, unread=unread)

    def _body(self, seq: int, value: Mapping[str, Any], where: str) -> None:
        try:
            entry = read_entry(value)
        except LedgerError as error:
            raise TamperedError("entry_differs", str(error), where=where) from error
        if not seq:
            self._open(entry, where)
        self._grants.check(entry, self._zone)
        if self._checks.structure:
            self._admit(entry, where)

    def _open(self, entry: Entry, where: str) -> None:
        """What entry 0 says, held against what is known from elsewhere."""
        if not isinstance(entry.body, RegisterOpened) or entry.body.origin != self._origin:
            raise TamperedError(
                "entry_differs", f"it does not open the register {self._origin}", where=where
            )
        self._zone = zone_of(entry.body.time_zone)
        named = {key.public for key in entry.body.keys}
        if any(verifier.key.public.hex() not in named for verifier in self._keys):
            raise TamperedError("entry_differs", "it names other keys", where=where)

    def _admit(self, entry: Entry, where: str) -> None:
        past = self._rows.past
        past.seq = entry.seq
        try:
            admit(entry, past, today=entry.at.astimezone(self._zone).date())
        except (RefusedError, OverflowError) as error:
            # Nothing else is wrong with it then, and it is told with all others of its sort.
            if isinstance(error, RefusedError) and error.code == "key_revoked":
                return
            # Told last: it was judged by the index, and what it rests on may be the lie.
            self._senseless = self._senseless or TamperedError(
                "senseless", str(error), where=where
            )
