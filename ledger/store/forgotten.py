"""Contributions as the platforms that they came from know them: by a reference in the vault.

`forgotten` holds, for each reference that was erased, a digest keyed with a secret of the
register: enough to know a contribution again in a file that still has it, and not to record
anew what somebody asked to be forgotten. Nothing can be read from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

Connection = sqlite3.Connection
_CHUNK = 400


def referenced_in(db: Connection, process: str, references: Sequence[str]) -> set[str]:
    """Which of the references are public ones of contributions to a process."""
    found = set[str]()
    for start in range(0, len(references), _CHUNK):
        chunk = references[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        found.update(
            value
            for (value,) in db.execute(
                # CROSS: by the index of references first, never through all of a process.
                "SELECT o.value FROM opening o CROSS JOIN entry e ON e.seq = o.seq"
                f" WHERE o.path = '/body/reference' AND o.public AND o.value IN ({marks})"
                " AND e.process = ? AND e.kind = 'contribution.received'",
                (*chunk, process),
            )
        )
    return found


def references_at(
    db: Connection, erasures: Mapping[int, Iterable[str]]
) -> list[tuple[str, str]]:
    """The (process, reference) of each reference among texts that are about to be erased."""
    found = []
    for seq, paths in erasures.items():
        if "/body/reference" in paths:
            found += db.execute(
                "SELECT e.process, o.value FROM opening o JOIN entry e ON e.seq = o.seq"
                " WHERE o.seq = ? AND o.path = '/body/reference'",
                (seq,),
            ).fetchall()
    return found


def forget(db: Connection, digests: Iterable[bytes]) -> None:
    """Remembers that these were erased."""
    db.executemany(
        "INSERT INTO forgotten (digest) VALUES (?) ON CONFLICT DO NOTHING",
        [(digest,) for digest in digests],
    )


def forgotten(db: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Which of these were erased."""
    found = set[bytes]()
    for start in range(0, len(digests), _CHUNK):
        chunk = digests[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        rows = db.execute(f"SELECT digest FROM forgotten WHERE digest IN ({marks})", chunk)
        found.update(digest for (digest,) in rows)
    return found


def last_number(db: Connection, process: str) -> int:
    """The largest n of all ids `C<n>` in a process; 0 where there is none."""
    (number,) = db.execute(
        "SELECT MAX(CAST(substr(id, 2) AS INTEGER)) FROM thing"
        " WHERE process = ? AND id GLOB 'C[0-9]*' AND NOT substr(id, 2) GLOB '*[^0-9]*'",
        (process,),
    ).fetchone()
    return number or 0
