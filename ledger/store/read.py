"""Reads what is stored. Every function takes a connection inside one snapshot.

`raw_*` hand rows over uninterpreted, in order: what audits them must be able to catch the
writer's faults.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ledger.domain.case import Received
from ledger.domain.events import REGISTER
from ledger.domain.lineage import Link
from ledger.errors import RefusedError, UncheckedError

Connection = sqlite3.Connection
NEVER = 2**62
"""Larger than every seq: reads without an upper bound."""


class Head(NamedTuple):
    """Where the register ends."""

    size: int
    leaf: bytes
    at: str


RawEntry = tuple[int, str, int, str, bytes]
"""A row of `entry`: seq, process, nth, kind, data."""


class RawOpening(NamedTuple):
    """A row of `opening`."""

    seq: int
    path: str
    public: int
    commitment: bytes
    key: bytes
    value: str


class ProcessHead(NamedTuple):
    """A row of `process`."""

    slug: str
    length: int
    last_seq: int
    illustrative: bool


def head(db: Connection) -> Head:
    """The end of the register.

    Raises:
        UncheckedError: `unreadable`: the head row is gone.
    """
    row = db.execute("SELECT size, leaf, at FROM head WHERE id = 0").fetchone()
    if row is None:
        raise UncheckedError("unreadable", "the head of the register is gone")
    return Head(*row)


def newest_checkpoint(db: Connection) -> bytes | None:
    """The signed checkpoint of the last commit; None before the first."""
    row = db.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return row[0] if row else None


def checkpoint_covering(db: Connection, size: int) -> bytes:
    """The oldest checkpoint of at least `size` entries.

    Raises:
        RefusedError: `unknown_size`.
    """
    row = db.execute(
        "SELECT note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1", (size,)
    ).fetchone()
    if row is None:
        raise RefusedError("unknown_size", f"the register has fewer than {size} entries")
    note: bytes = row[0]
    return note


def checkpoint_at(db: Connection, size: int) -> bytes:
    """The checkpoint of exactly `size` entries.

    Raises:
        RefusedError: `unknown_size`.
    """
    row = db.execute("SELECT note FROM checkpoint WHERE size = ?", (size,)).fetchone()
    if row is None:
        raise RefusedError("unknown_size", f"no checkpoint was signed at {size} entries")
    note: bytes = row[0]
    return note


def checkpoints(db: Connection, *, limit: int) -> list[tuple[int, bytes]]:
    """The newest checkpoints as (size, note), newest first."""
    return db.execute(
        "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT ?", (limit,)
    ).fetchall()


def entry(db: Connection, seq: int) -> bytes:
    """The bytes of one entry.

    Raises:
        RefusedError: `unknown_entry`.
    """
    row = db.execute("SELECT data FROM entry WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise RefusedError("unknown_entry", f"there is no entry {seq}")
    data: bytes = row[0]
    return data


def entries(db: Connection, start: int, stop: int) -> list[tuple[int, bytes]]:
    """The entries [start, stop) as (seq, bytes)."""
    return db.execute(
        "SELECT seq, data FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop)
    ).fetchall()


def entry_at(db: Connection, process: str, nth: int) -> tuple[int, bytes]:
    """The entry at one place of a process, as (seq, bytes).

    Raises:
        RefusedError: `unknown_entry`.
    """
    row = db.execute(
        "SELECT seq, data FROM entry WHERE process = ? AND nth = ?", (process, nth)
    ).fetchone()
    if row is None:
        raise RefusedError("unknown_entry", f"{process} has no entry {nth}")
    return row[0], row[1]


def story(db: Connection, process: str, *, size: int = NEVER) -> Iterator[bytes]:
    """The entries of a process but its contributions, by `nth`, among the first `size`."""
    for (data,) in db.execute(
        "SELECT data FROM entry WHERE process = ? AND kind <> 'contribution.received'"
        " AND seq < ? ORDER BY nth",
        (process, size),
    ):
        yield data


def of_kinds(
    db: Connection, process: str, kinds: Sequence[str], *, size: int = NEVER, start: int = 0
) -> Iterator[bytes]:
    """The entries of some kinds in a process, by `nth`, among the first `size`; contributions
    are none of them.

    Args:
        start: Only from this `seq` on.
    """
    marks = ", ".join("?" * len(kinds))
    for (data,) in db.execute(
        f"SELECT data FROM entry WHERE process = ? AND kind IN ({marks})"
        " AND kind <> 'contribution.received' AND seq < ? AND seq >= ? ORDER BY nth",
        (process, *kinds, size, start),
    ):
        yield data


def process_entries(
    db: Connection, process: str, *, after: int = -1, limit: int = -1, size: int = NEVER
) -> Iterator[tuple[int, bytes]]:
    """Entries of a process with `nth` > `after`, among the first `size`, as (seq, bytes)."""
    return db.execute(
        "SELECT seq, data FROM entry WHERE process = ? AND nth > ? AND seq < ?"
        " ORDER BY nth LIMIT ?",
        (process, after, size, limit),
    )


def last_of(db: Connection, process: str, *, size: int = NEVER) -> int:
    """The seq of the newest entry of a process among the first `size`; -1 if none."""
    row = db.execute(
        "SELECT seq FROM entry WHERE process = ? AND seq < ? ORDER BY nth DESC LIMIT 1",
        (process, size),
    ).fetchone()
    return row[0] if row else -1


def contributions(
    db: Connection, process: str, *, after: int = -1, limit: int = -1, size: int = NEVER
) -> list[bytes]:
    """Contributions of a process with `nth` > `after`, among the first `size` entries."""
    return [
        data
        for (data,) in db.execute(
            "SELECT data FROM entry WHERE process = ? AND nth > ? AND seq < ?"
            " AND kind = 'contribution.received' ORDER BY nth LIMIT ?",
            (process, after, size, limit),
        )
    ]


def newest_contribution(db: Connection, process: str, *, size: int = NEVER) -> bytes | None:
    """The contribution of a process recorded last among the first `size`; None without any."""
    row = db.execute(
        "SELECT data FROM entry WHERE process = ? AND kind = 'contribution.received'"
        " AND seq < ? ORDER BY nth DESC LIMIT 1",
        (process, size),
    ).fetchone()
    return row[0] if row else None


def received(db: Connection, process: str) -> tuple[Received, ...]:
    """How many contributions of each sort a process has received."""
    return tuple(
        Received(channel, type_ or None, theme or None, count, bool(illustrative))
        for channel, type_, theme, count, illustrative in db.execute(
            "SELECT channel, type, theme, count, illustrative FROM tally WHERE process = ?"
            " ORDER BY channel, type, theme",
            (process,),
        )
    )


def received_until(db: Connection, process: str, *, size: int) -> tuple[Received, ...]:
    """The same among the first `size` entries: counted from the entries, never held."""
    return tuple(
        Received(channel, type_, theme, count, bool(illustrative))
        for channel, type_, theme, illustrative, count in db.execute(
            "SELECT json_extract(said, '$.body.channel'), json_extract(said, '$.body.type'),"
            " json_extract(said, '$.body.theme'),"
            " coalesce(json_extract(said, '$.illustrative'), 0), count(*)"
            " FROM (SELECT CAST(data AS TEXT) AS said FROM entry WHERE process = ?"
            " AND seq < ? AND kind = 'contribution.received')"
            " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            (process, size),
        )
    )


def processes(db: Connection, *, size: int = NEVER) -> list[ProcessHead]:
    """Every process but the register itself, in the order they were opened.

    Args:
        size: Only those opened among the first `size` entries; each as it stands now.
    """
    # CROSS JOIN: of each process its first entry is looked up; SQLite would rather read every
    # entry there is.
    return [
        ProcessHead(slug, length, last_seq, bool(illustrative))
        for slug, length, last_seq, illustrative in db.execute(
            "SELECT p.slug, p.length, p.last_seq, p.illustrative"
            " FROM process p CROSS JOIN entry e WHERE e.process = p.slug AND e.nth = 0"
            " AND p.slug <> ? AND e.seq < ? ORDER BY e.seq",
            (REGISTER, size),
        )
    ]


def process(db: Connection, slug: str) -> ProcessHead:
    """Where a process stands.

    Raises:
        RefusedError: `unknown_process`.
    """
    row = db.execute(
        "SELECT slug, length, last_seq, illustrative FROM process WHERE slug = ?", (slug,)
    ).fetchone()
    if row is None:
        raise RefusedError("unknown_process", f"no process is called {slug}")
    return ProcessHead(row[0], row[1], row[2], bool(row[3]))


def adoptions(db: Connection) -> list[tuple[int, bytes]]:
    """Every adoption of a procedure as (seq, bytes of the entry), oldest first."""
    return db.execute(
        "SELECT seq, data FROM entry WHERE kind = 'procedure.adopted' ORDER BY seq"
    ).fetchall()


def erasures(db: Connection, process: str, *, start: int) -> list[bytes]:
    """The erasures recorded in a process from entry `start` of the register on."""
    return [
        data
        for (data,) in db.execute(
            "SELECT data FROM entry WHERE kind = 'text.erased' AND seq >= ? AND process = ?"
            " AND kind <> 'contribution.received' ORDER BY seq",
            (start, process),
        )
    ]


def corrections(db: Connection, *, after: int) -> Iterator[bytes]:
    """Every correction recorded after an entry, by seq."""
    for (data,) in db.execute(
        "SELECT data FROM entry WHERE kind = 'correction.made' AND seq > ?"
        " AND kind <> 'contribution.received' ORDER BY seq",
        (after,),
    ):
        yield data


def all_erasures(db: Connection, *, start: int) -> Iterator[bytes]:
    """The erasures of every process from entry `start` of the register on, by seq."""
    for (data,) in db.execute(
        "SELECT data FROM entry WHERE kind = 'text.erased' AND seq >= ?"
        " AND kind <> 'contribution.received' ORDER BY seq",
        (start,),
    ):
        yield data


def growths(db: Connection, process: str, *, limit: int) -> list[tuple[int, bytes]]:
    """The checkpoints at which a process grew, newest first, as (size, its newest entry).

    Args:
        limit: At most so many; each costs two short walks along an index.
    """
    found: list[tuple[int, bytes]] = []
    nth, size = NEVER, NEVER
    while len(found) < limit:
        row = db.execute(
            "SELECT seq, nth, data FROM entry WHERE process = ? AND nth < ? AND seq < ?"
            " ORDER BY nth DESC LIMIT 1",
            (process, nth, size),
        ).fetchone()
        if row is None:
            break
        seq, nth, data = row
        (covering, size) = db.execute(
            "SELECT (SELECT min(size) FROM checkpoint WHERE size > ?1),"
            " (SELECT coalesce(max(size), 0) FROM checkpoint WHERE size <= ?1)",
            (seq,),
        ).fetchone()
        found.append((covering, data))
    return found


def newest_adoption(db: Connection, name: str) -> int | None:
    """The seq of the newest adoption of a procedure, by its name."""
    row = db.execute(
        "SELECT seq FROM entry WHERE kind = 'procedure.adopted'"
        " AND json_extract(CAST(data AS TEXT), '$.body.name') = ?"
        " ORDER BY seq DESC LIMIT 1",
        (name,),
    ).fetchone()
    return row[0] if row else None


def thing(db: Connection, process: str, id_: str, *, size: int = NEVER) -> tuple[str, int]:
    """The sort of what bears an id, and the seq of the entry that declares it.

    Args:
        size: Only among the first `size` entries.

    Raises:
        RefusedError: `unknown_item`.
    """
    row = db.execute(
        "SELECT sort, seq FROM thing WHERE process = ? AND id = ? AND seq < ?",
        (process, id_, size),
    ).fetchone()
    if row is None:
        raise RefusedError("unknown_item", f"nothing is called {id_} in {process}")
    return row[0], row[1]


def things(db: Connection, process: str, ids: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """(id, sort, seq of the entry that declares it) of those ids that are borne, a few hundred
    at a time.
    """
    marks = ", ".join("?" * len(ids))
    return db.execute(
        f"SELECT id, sort, seq FROM thing WHERE process = ? AND id IN ({marks})",
        (process, *ids),
    )


def referenced(db: Connection, reference: str, *, after: int, limit: int) -> list[bytes]:
    """The contributions whose public reference this is, by seq from `after` on.

    One probe of `opening_reference`: what was erased or is restricted is not in it.
    """
    return [
        data
        for (data,) in db.execute(
            "SELECT e.data FROM opening o JOIN entry e ON e.seq = o.seq"
            " WHERE o.path = '/body/reference' AND o.public AND o.value = ? AND o.seq > ?"
            " AND e.kind = 'contribution.received' ORDER BY o.seq LIMIT ?",
            (reference, after, limit),
        )
    ]


def links_from(db: Connection, process: str, id_: str, *, size: int = NEVER) -> Iterator[Link]:
    """What a thing points at, as recorded; id "" for the process itself.

    Args:
        size: Only what the first `size` entries of the register say.
    """
    return _links(db, "process = ? AND source = ?", process, id_, size)


def links_to(db: Connection, process: str, id_: str, *, size: int = NEVER) -> Iterator[Link]:
    """What points at a thing, as recorded; id "" for the process itself."""
    return _links(db, "to_process = ? AND target = ?", process, id_, size)


def _links(db: Connection, which: str, process: str, id_: str, size: int) -> Iterator[Link]:
    for row in db.execute(
        "SELECT process, source, relation, to_process, target, seq FROM link"
        f" WHERE {which} AND seq < ? ORDER BY id",
        (process, id_, size),
    ):
        yield Link(*row)


def carried_elsewhere(db: Connection, process: str, *, size: int = NEVER) -> list[Link]:
    """What measures of other processes carry out here, as the first `size` entries say."""
    return [
        Link(*row)
        for row in db.execute(
            "SELECT process, source, relation, to_process, target, seq FROM link"
            " WHERE to_process = ? AND process <> to_process AND relation = 'carries_out'"
            " AND source <> '' AND seq < ? ORDER BY id",
            (process, size),
        )
    ]


def arisen(db: Connection, process: str, *, size: int = NEVER) -> list[str]:
    """The processes that say, among the first `size` entries, that they arose from this one."""
    return [
        slug
        for (slug,) in db.execute(
            "SELECT process FROM link WHERE to_process = ? AND target = ''"
            " AND relation = 'arises_from' AND seq < ? GROUP BY process ORDER BY min(seq)",
            (process, size),
        )
    ]


def last_news_for(db: Connection, process: str, *, size: int = NEVER) -> int:
    """The seq of the newest entry elsewhere that bears on a process; -1 if none.

    Another process may point at this one at any time, what arose from it is owed accounts
    here, and a key that is revoked leaves doubts about what it signed.

    Args:
        size: Only among the first `size` entries.
    """
    (link,) = db.execute(
        "SELECT coalesce(max(seq), -1) FROM link"
        " WHERE to_process = ? AND process <> to_process AND seq < ?",
        (process, size),
    ).fetchone()
    (revoked,) = db.execute(
        "SELECT coalesce(max(seq), -1) FROM entry WHERE kind = 'key.revoked'"
        " AND kind <> 'contribution.received' AND seq < ?",
        (size,),
    ).fetchone()
    news = [last_of(db, slug, size=size) for slug in arisen(db, process, size=size)]
    return int(max(link, revoked, *news, -1))


def last_news(db: Connection) -> dict[str, int]:
    """`last_news_for` of every process on which something elsewhere bears."""
    return dict(
        db.execute(
            "SELECT to_process, max(seq) FROM ("
            "SELECT to_process, seq FROM link WHERE process <> to_process UNION ALL"
            " SELECT l.to_process, p.last_seq FROM link l JOIN process p ON p.slug = l.process"
            " WHERE l.process <> l.to_process AND l.target = ''"
            " AND l.relation = 'arises_from') GROUP BY to_process"
        ).fetchall()
    )


def tile(db: Connection, level: int, number: int) -> bytes:
    """The data of a tile.

    Raises:
        RefusedError: `not_found`.
    """
    row = db.execute(
        "SELECT data FROM tile WHERE level = ? AND number = ?", (level, number)
    ).fetchone()
    if row is None:
        raise RefusedError("not_found", f"there is no tile {level}/{number}")
    data: bytes = row[0]
    return data


def tile_getter(db: Connection) -> Callable[[int, int], bytes]:
    """What `ledger.core.tiles` reads tiles through."""
    return lambda level, number: tile(db, level, number)


def public_texts(db: Connection, process: str, *, size: int = NEVER) -> dict[str, str]:
    """The words of a process by commitment (hex), without its contributions'."""
    return {
        commitment.hex(): value
        for commitment, value in db.execute(
            "SELECT o.commitment, o.value FROM entry e JOIN opening o ON o.seq = e.seq"
            " WHERE e.process = ? AND e.kind <> 'contribution.received' AND e.seq < ?"
            " AND o.public",
            (process, size),
        )
    }


def openings(db: Connection, seq: int) -> list[RawOpening]:
    """The openings of one entry that are still there, public or not."""
    return [
        RawOpening(*row)
        for row in db.execute(
            "SELECT seq, path, public, commitment, key, value FROM opening WHERE seq = ?"
            " ORDER BY path",
            (seq,),
        )
    ]


def raw_entries(db: Connection) -> Iterator[RawEntry]:
    """Rows of `entry` as they are, by seq."""
    return db.execute("SELECT seq, process, nth, kind, data FROM entry ORDER BY seq")


def raw_openings(db: Connection) -> Iterator[RawOpening]:
    """Rows of `opening` as they are, by seq."""
    for row in db.execute(
        "SELECT seq, path, public, commitment, key, value FROM opening ORDER BY seq, path"
    ):
        yield RawOpening(*row)


def tile_count(db: Connection) -> int:
    """How many tiles are stored."""
    return int(db.execute("SELECT count(*) FROM tile").fetchone()[0])


def raw_things(db: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of `thing`, by the entry that declares them."""
    return db.execute("SELECT seq, process, id, sort, illustrative FROM thing ORDER BY seq")


def raw_links(db: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of `link`, as they were inserted."""
    return db.execute(
        "SELECT seq, process, source, relation, to_process, target FROM link ORDER BY id"
    )


def raw_processes(db: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of `process`."""
    return db.execute("SELECT slug, length, last_seq, illustrative FROM process")


def raw_tallies(db: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of `tally`."""
    return db.execute("SELECT process, channel, type, theme, illustrative, count FROM tally")


def raw_signatures(db: Connection) -> Iterator[tuple[Any, ...]]:
    """Rows of `signature`, by the entry that is signed."""
    return db.execute("SELECT seq, nonce, key FROM signature ORDER BY seq, nonce")


def signed_by(db: Connection) -> dict[str, int]:
    """How many statements each key has signed, by its id."""
    return dict(db.execute("SELECT key, count(*) FROM signature GROUP BY key"))


def signed_since(db: Connection, key: str, at: str, *, size: int = NEVER) -> int:
    """How many statements a key has signed that were recorded from an instant on, among the
    first `size` entries.
    """
    (count,) = db.execute(
        "SELECT count(*) FROM signature s JOIN entry e ON e.seq = s.seq WHERE s.key = ?"
        " AND s.seq < ? AND json_extract(CAST(e.data AS TEXT), '$.at') >= ?",
        (key, size, at),
    ).fetchone()
    return int(count)


def commitment_stands(db: Connection, commitment: bytes) -> bool:
    """Whether a text of the register has this commitment, erased ones included."""
    here = db.execute("SELECT 1 FROM opening WHERE commitment = ? LIMIT 1", (commitment,))
    if here.fetchone() is not None:
        return True
    # Of what was erased only the entries tell, and those hold it in hexadecimal.
    gone = db.execute(
        "SELECT 1 FROM entry e JOIN entry named"
        " ON named.seq = json_extract(CAST(e.data AS TEXT), '$.body.entry')"
        " WHERE e.kind = 'text.erased' AND e.kind <> 'contribution.received'"
        " AND instr(named.data, CAST(? AS BLOB)) LIMIT 1",
        (commitment.hex(),),
    )
    return gone.fetchone() is not None


def raw_checkpoints(db: Connection) -> Iterator[tuple[int, bytes]]:
    """Rows of `checkpoint` as they are, by size."""
    return db.execute("SELECT size, note FROM checkpoint ORDER BY size")
