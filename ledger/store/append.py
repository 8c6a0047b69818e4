"""The only writer. One transaction, one commit point.

Under the write lock a group of requests is appended one after the other: each statement is
admitted or its whole request refused, four values are spliced into bytes that were encoded
before, and rows, tiles and the signed checkpoint go in together. If we crash before COMMIT,
nothing happened; after it, everything did, and whoever was waiting may ask again with the
same idempotency key.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from ledger.core import merkle
from ledger.core.digest import leaf_hash
from ledger.core.tiles import Edge, TileReader
from ledger.domain import events
from ledger.domain.admission import admit
from ledger.domain.dates import format_at, parse_at
from ledger.domain.draft import Prepared
from ledger.domain.events import DECLARED
from ledger.domain.lineage import links_of
from ledger.errors import LedgerError, RefusedError, TamperedError
from ledger.store import proposals, read
from ledger.store.engine import Database
from ledger.store.state import State

MAX_BEHIND = timedelta(minutes=5)
KEEP_ANSWERS = timedelta(days=30)

Sign = Callable[[int, bytes, datetime], bytes]
"""Signs the checkpoint of (size, root) at an instant."""


def _nothing(_: sqlite3.Connection) -> None:
    """Nothing to look at again."""


@dataclass(frozen=True, slots=True)
class Request:
    """A batch that is appended whole or not at all."""

    account: str
    statements: Sequence[Prepared]
    adoptions: Mapping[str, int] = field(default_factory=dict)
    """For each procedure that a draft names, the adoption it was taken to mean."""
    key: str | None = None
    digest: bytes = b""
    """Keyed digest of the drafts; a key used again must come with the same one."""
    erasures: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """The openings that are destroyed in the same transaction, by seq and path."""
    recheck: Callable[[sqlite3.Connection], None] = _nothing
    """Looks again, under the lock, at what the request was made from. Its answer does not
    know of requests in the same group: who needs it goes alone."""
    rehearsal: bool = False
    """Whether it is only judged, at its place in the queue, and then dropped."""
    judged_at: int | None = None
    """The last entry of the register's own affairs when the account's power was looked up."""


@dataclass(frozen=True, slots=True)
class Written:
    """The entries [first, stop) that a request became, under which checkpoint; of a
    rehearsal, none.
    """

    first: int
    stop: int
    checkpoint: bytes
    repeated: bool = False
    """Whether nothing was written this time."""


@dataclass(slots=True)
class _Rows:
    """What one transaction inserts."""

    entries: list[tuple[object, ...]] = field(default_factory=list)
    openings: list[tuple[object, ...]] = field(default_factory=list)
    things: list[tuple[object, ...]] = field(default_factory=list)
    links: list[tuple[object, ...]] = field(default_factory=list)
    signatures: list[tuple[object, ...]] = field(default_factory=list)
    tallies: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def extend(self, other: _Rows) -> None:
        self.entries += other.entries
        self.openings += other.openings
        self.things += other.things
        self.links += other.links
        self.signatures += other.signatures
        self.tallies.update(other.tallies)


class Appender:
    """Appends to one database; keeps the right edge of the tree between commits.

    Args:
        sign: Signs each checkpoint; called under the lock.
        zone: The register's time zone: a civil day may not lie in the future there.
    """

    def __init__(self, database: Database, sign: Sign, zone: tzinfo) -> None:
        self._database = database
        self._sign = sign
        self._zone = zone
        self._edge = Edge()

    def append(
        self, requests: Sequence[Request], *, now: datetime
    ) -> list[Written | LedgerError]:
        """What became of each request, in order: one that is refused harms no other.

        Raises:
            RefusedError: `clock_behind`, `head_moved` or `busy`: nothing was written.
            TamperedError: what is stored contradicts itself: nothing was written.
        """
        with self._database.writing() as db:
            head = read.head(db)
            at = _at(now, head.at)
            before = self._edge_at(db, head.size)
            state = State(db)
            today = at.astimezone(self._zone).date()
            size, leaf, stamp = head.size, head.leaf, format_at(at)
            # Even a keyed digest of a text that was erased must not stay.
            db.execute("DELETE FROM request WHERE expires < ?", (stamp,))
            proposals.drop_expired(db, stamp)
            rows, leaves = _Rows(), list[bytes]()
            outcomes: list[Written | LedgerError] = []
            for request in requests:
                try:
                    repeated = _answered(db, request, at, head.size)
                    if repeated is not None:
                        outcomes.append(repeated)
                        continue
                    _check_adoptions(db, request)
                    request.recheck(db)
                    _check_power(db, request)
                    state.prefetch(request.statements)
                    batch, hashes = _Rows(), list[bytes]()
                    previous = leaf
                    for place, statement in enumerate(request.statements):
                        _admit(statement, state, today, place)
                        seq = size + len(hashes)
                        nth = state.record(statement, seq)
                        data = statement.fragments.splice(
                            at=stamp, nth=nth, previous=previous.hex(), seq=seq
                        )
                        state.hold(seq, data)
                        previous = leaf_hash(data)
                        hashes.append(previous)
                        _add(batch, statement, seq, nth, data)
                except LedgerError as error:
                    state.forget()
                    outcomes.append(error)
                    continue
                if request.rehearsal:
                    state.forget()
                    outcomes.append(Written(size, size, b"", repeated=True))
                    continue
                state.keep()
                rows.extend(batch)
                leaves += hashes
                stop = size + len(hashes)
                outcomes.append(Written(size, stop, b""))
                _remember(db, request, size, stop, at)
                size, leaf = stop, previous
            if not leaves:
                return outcomes
            edge, tiles = before.extend(leaves)
            _insert(db, rows, state)
            for request, outcome in zip(requests, outcomes, strict=True):
                if isinstance(outcome, Written) and not outcome.repeated:
                    _erase(db, request, outcome.first, stamp)
            db.executemany(
                "INSERT INTO tile (level, number, data) VALUES (?, ?, ?)"
                " ON CONFLICT (level, number) DO UPDATE SET data = excluded.data",
                [(tile.level, tile.index, tile.data) for tile in tiles],
            )
            root = edge.root()
            _verify(db, head.size, before.root(), size, root, leaf)
            note = self._sign(size, root, at)
            db.execute("INSERT INTO checkpoint (size, note) VALUES (?, ?)", (size, note))
            moved = db.execute(
                "UPDATE head SET size = ?, leaf = ?, at = ? WHERE id = 0 AND size = ?",
                (size, leaf, stamp, head.size),
            )
            if moved.rowcount != 1:
                raise RefusedError("head_moved", "the register grew under a held lock")
            # If we crash here, SQLite rolls the transaction back and nothing happened.
        self._edge = edge
        return [
            replace(outcome, checkpoint=note)
            if isinstance(outcome, Written) and not outcome.checkpoint
            else outcome
            for outcome in outcomes
        ]

    def _edge_at(self, db: sqlite3.Connection, size: int) -> Edge:
        # Another process may have written since: its tiles are read, never rebuilt.
        if self._edge.size != size:
            self._edge = Edge.restore(size, read.tile_getter(db))
        return self._edge


def _admit(statement: Prepared, state: State, today: date, place: int) -> None:
    try:
        admit(statement, state, today=today)
        if statement.signed is not None:
            state.check_fresh(statement)
    except RefusedError as error:
        where = f"/drafts/{place}{error.where}"
        raise RefusedError(error.code, error.message, where=where) from error


def _at(now: datetime, last: str) -> datetime:
    at = now.astimezone(UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    if last:
        before = parse_at(last)
        if at < before - MAX_BEHIND:
            raise RefusedError(
                "clock_behind", f"it is {format_at(at)} here; the last entry is of {last}"
            )
        at = max(at, before)
    return at


def _answered(
    db: sqlite3.Connection, request: Request, at: datetime, size: int
) -> Written | None:
    if request.key is None:
        return None
    row = db.execute(
        "SELECT digest, first, stop FROM request WHERE account = ? AND key = ?",
        (request.account, request.key),
    ).fetchone()
    if row is None:
        return None
    digest, first, stop = row
    if not hmac.compare_digest(digest, request.digest):
        raise RefusedError("key_reused", "this key came with another request before")
    # The same request may stand in this very group: its checkpoint is not signed yet.
    checkpoint = read.checkpoint_covering(db, stop) if stop <= size else b""
    return Written(first, stop, checkpoint, repeated=True)


def _remember(
    db: sqlite3.Connection, request: Request, first: int, stop: int, at: datetime
) -> None:
    if request.key is not None:
        db.execute(
            "INSERT INTO request (account, key, digest, first, stop, expires)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                request.account,
                request.key,
                request.digest,
                first,
                stop,
                format_at(at + KEEP_ANSWERS),
            ),
        )


def _check_adoptions(db: sqlite3.Connection, request: Request) -> None:
    for name, seq in request.adoptions.items():
        if read.newest_adoption(db, name) != seq:
            raise RefusedError("head_moved", f"the procedure {name} was adopted anew meanwhile")


def _check_power(db: sqlite3.Connection, request: Request) -> None:
    # A grant that was revoked while the request waited gives no power any more.
    if request.judged_at is not None and request.judged_at != read.last_of(db, events.REGISTER):
        raise RefusedError("head_moved", "accounts or procedures changed meanwhile")


def _add(rows: _Rows, statement: Prepared, seq: int, nth: int, data: bytes) -> None:
    kind, process = statement.kind, statement.process
    rows.entries.append((seq, process, nth, kind, data))
    for opening, commitment in zip(statement.openings, statement.commitments, strict=True):
        rows.openings.append(
            (
                seq,
                opening.path,
                opening.public,
                commitment,
                opening.key,
                opening.value,
                statement.subject,
            )
        )
    if kind in DECLARED:
        rows.things.append(
            (process, statement.raw["id"], DECLARED[kind], seq, statement.illustrative)
        )
    if statement.references or kind == "process.linked":
        for link in links_of(kind, process, seq, statement.raw):
            rows.links.append(
                (seq, link.process, link.source, link.relation, link.to_process, link.target)
            )
    if statement.signed is not None:
        rows.signatures.append((statement.signed.nonce, seq, statement.signed.key))
    body = statement.body
    if isinstance(body, events.ContributionReceived):
        sort = (
            process,
            body.channel,
            body.type or "",
            body.theme or "",
            statement.illustrative,
        )
        rows.tallies[sort] += 1


def _insert(db: sqlite3.Connection, rows: _Rows, state: State) -> None:
    for table, columns, values in (
        ("entry", "seq, process, nth, kind, data", rows.entries),
        ("opening", "seq, path, public, commitment, key, value, subject", rows.openings),
        ("thing", "process, id, sort, seq, illustrative", rows.things),
        ("link", "seq, process, source, relation, to_process, target", rows.links),
        ("signature", "nonce, seq, key", rows.signatures),
    ):
        marks = ", ".join("?" * (columns.count(",") + 1))
        db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
    db.executemany(
        "INSERT INTO tally (process, channel, type, theme, illustrative, count)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (process, channel, type, theme, illustrative)"
        " DO UPDATE SET count = count + excluded.count",
        [(*sort, count) for sort, count in rows.tallies.items()],
    )
    db.executemany(
        "INSERT INTO process (slug, length, last_seq, illustrative) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (slug) DO UPDATE SET length = excluded.length,"
        " last_seq = excluded.last_seq",
        state.moved(),
    )


def _erase(db: sqlite3.Connection, request: Request, first: int, stamp: str) -> None:
    if not request.erasures:
        return
    db.executemany(
        "DELETE FROM opening WHERE seq = ? AND path = ?",
        [(seq, path) for seq, paths in request.erasures.items() for path in paths],
    )
    # If we crash after COMMIT, these say that the files have not been looked at yet.
    db.executemany(
        "INSERT INTO erasing (seq, entry, at) VALUES (?, ?, ?)",
        [
            (seq, statement.raw["entry"], stamp)
            for seq, statement in enumerate(request.statements, first)
            if statement.kind == "text.erased"
        ],
    )


def _verify(
    db: sqlite3.Connection, old_size: int, old_root: bytes, size: int, root: bytes, leaf: bytes
) -> None:
    """Checks what is about to be signed from what is stored, not from what we remember.

    Raises:
        TamperedError: the new tree does not contain the old one, or not its last entry.
    """
    reader = TileReader(read.tile_getter(db), size)
    (data,) = db.execute("SELECT data FROM entry WHERE seq = ?", (size - 1,)).fetchone()
    if leaf_hash(data) != leaf:
        raise TamperedError("entry_differs", "an entry changed between writing and reading")
    merkle.check_inclusion(
        merkle.prove_inclusion(reader, index=size - 1, size=size),
        size=size,
        root=root,
        index=size - 1,
        leaf=leaf,
    )
    if old_size:
        merkle.check_consistency(
            merkle.prove_consistency(reader, old_size=old_size, new_size=size),
            old_size=old_size,
            old_root=old_root,
            new_size=size,
            new_root=root,
        )
