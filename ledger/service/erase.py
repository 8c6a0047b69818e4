"""Destroys texts for a person's sake, and says so in public.

The value and its key go in the same transaction as the entry that names them; the commitment
stays, so that chain, tree and every proof verify as before. SQLite overwrites deleted bytes
(`secure_delete`), and the write-ahead log is truncated afterwards: while a reader still holds
it, the erasure is pending, and `finish` tries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.draft import parse_draft, prepare
from ledger.domain.entry import parse_entry
from ledger.errors import RefusedError
from ledger.service import files
from ledger.service.register import Register
from ledger.store import read, vault
from ledger.store.append import Request, Written


@dataclass(frozen=True, slots=True)
class Erased:
    """What was recorded, and whether the bytes are gone from the write-ahead log too."""

    written: Written
    finished: bool


def erase(
    register: Register,
    seq: int,
    paths: Sequence[str],
    *,
    basis: str,
    requested: str | None,
    account: str,
    now: datetime,
) -> Erased:
    """Destroys the texts at `paths` of one entry.

    Args:
        basis: The legal ground, one of `ledger.domain.words.Basis`.
        requested: When it was asked for, a civil date.

    Raises:
        RefusedError: `unknown_entry`; `unknown_reference`: no text is there, or no more.
        MalformedError: an unknown basis or a bad date.
    """
    with register.database.reading() as db:
        entry = parse_entry(read.entry(db, seq))
        here = vault.present(db, seq) | files.erasable(db, seq)
        doomed = files.doomed(db, seq, paths)
    for path in paths:
        if path not in here:
            raise RefusedError(
                "unknown_reference", f"entry {seq} has no text at {path}", where="/body/paths"
            )
    body: dict[str, object] = {"entry": seq, "paths": list(paths), "basis": basis}
    if requested is not None:
        body["requested"] = requested
    draft: dict[str, object] = {
        "process": entry.process,
        "kind": "text.erased",
        "on": now.astimezone(register.opened.zone).date().isoformat(),
        "by": {"name": register.opened.authority, "role": "registrar"},
        "body": body,
        "sources": [],
    }
    if entry.illustrative:
        draft["illustrative"] = True
    statement = prepare(parse_draft(draft), recorder=account)
    request = Request(account, [statement], erasures={seq: tuple(paths)})
    written = register.append_one(request, now=now)
    files.destroy(register, doomed)
    return Erased(written, finish(register))


def finish(register: Register) -> bool:
    """Truncates the write-ahead log; False while a reader still holds it."""
    return register.database.truncate_log()
