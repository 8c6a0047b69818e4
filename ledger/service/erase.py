"""Destroys texts for a person's sake, and says so in public.

Values and keys go in the same transaction as the entries that name them; the commitments stay,
so that chain, tree and every proof verify as before. From that commit on nobody reads the texts
any more. Until the files hold no trace of them either (`service.traces`) the erasure is
pending: a row of `erasing`, written in that transaction, says so to whoever asks, and `finish`
tries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from ledger.domain.documents import FINGERPRINT
from ledger.domain.draft import Prepared, parse_draft, prepare
from ledger.domain.entry import load_entry
from ledger.errors import LedgerError, RefusedError
from ledger.service import erasable, files, traces
from ledger.service.authority import Authority
from ledger.service.erasable import Choice, Target
from ledger.service.record import Append, direct
from ledger.service.register import Register
from ledger.service.traces import Destroyed
from ledger.store import proposals, read, vault
from ledger.store.append import Request, Written
from ledger.store.engine import Connection
from ledger.store.vault import Erasing

_TRIES = 5
log = structlog.get_logger("ledger.erase")


@dataclass(frozen=True, slots=True)
class Act:
    """Who erases, why and when."""

    basis: str
    """The legal ground, one of `ledger.domain.words.Basis`."""
    requested: str | None
    """When it was asked for, a civil date."""
    account: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, where that is recorded, and whether its bytes have left the files."""

    written: Written
    targets: tuple[Target, ...]
    finished: bool


def erase(
    register: Register,
    seq: int,
    paths: Sequence[str] | None,
    *,
    basis: str,
    requested: str | None,
    account: str,
    now: datetime,
) -> Erased:
    """Destroys the texts at `paths` of one entry, and what corrections put in their place.

    Args:
        paths: As `erasable.of_entry` takes them; None for every text.

    Raises:
        LedgerError: as `erase_chosen`.
    """
    act = Act(basis, requested, account, now)
    return erase_chosen(register, erasable.of_entry(seq, paths), act)


def erase_chosen(
    register: Register,
    choose: Choice,
    act: Act,
    *,
    append: Append | None = None,
    authority: Authority | None = None,
) -> Erased:
    """Destroys the texts that a choice finds, all or none, in one transaction.

    Args:
        append: Who holds the pen; the register itself if None.
        authority: What the account may erase; None for whoever holds the folder.

    Raises:
        RefusedError: what `choose` says; `forbidden`; `head_moved`: what is found changes all
            the time.
        MalformedError: an unknown basis or a bad date.
    """
    append = append or direct(register, act.now)
    for attempt in range(_TRIES):
        try:
            return _erase(register, choose, act, append, authority)
        except RefusedError as error:
            if error.code != "head_moved" or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _erase(
    register: Register,
    choose: Choice,
    act: Act,
    append: Append,
    authority: Authority | None,
) -> Erased:
    judged_at = authority.begin() if authority else None
    with register.database.reading() as db:
        targets = choose(db)
        destroyed = [
            Destroyed(*words)
            for target in targets
            for path in target.paths
            if (words := vault.words(db, target.seq, path)) is not None
        ]
        doomed = [files.doomed(db, target.seq, target.paths) for target in targets]
    if authority:
        authority.check_act("erase", (target.process for target in targets))

    def recheck(db: Connection) -> None:
        # A correction that came meanwhile would keep the words alive.
        if choose(db) != targets:
            raise RefusedError("head_moved", "the texts to erase changed meanwhile")

    request = Request(
        act.account,
        [_statement(register, target, act) for target in targets],
        erasures={target.seq: target.paths for target in targets},
        recheck=recheck,
        judged_at=judged_at,
    )
    written = append(request)
    seqs = range(written.first, written.stop)
    return Erased(written, tuple(targets), _clean(register, seqs, destroyed, doomed))


def _statement(register: Register, target: Target, act: Act) -> Prepared:
    body: dict[str, object] = {
        "entry": target.seq,
        "paths": list(target.paths),
        "basis": act.basis,
    }
    if act.requested is not None:
        body["requested"] = act.requested
    draft: dict[str, object] = {
        "process": target.process,
        "kind": "text.erased",
        "on": act.now.astimezone(register.opened.zone).date().isoformat(),
        "by": {"name": register.opened.authority, "role": "registrar"},
        "body": body,
        "sources": [],
    }
    if target.illustrative:
        draft["illustrative"] = True
    return prepare(parse_draft(draft), recorder=act.account)


def finish(register: Register) -> bool:
    """Brings pending erasures to their end; False while something is in the way."""
    try:
        # Whose file was in the way: what a sealed fingerprint named, nobody knows any more.
        if any(FINGERPRINT in _paths(register, row.seq) for row in pending(register)):
            files.destroy_unnamed(register)
    except (LedgerError, OSError) as error:
        return _told(error)
    return _clean(register, range(0), [])


def _paths(register: Register, seq: int) -> Sequence[str]:
    with register.database.reading() as db:
        paths: Sequence[str] = load_entry(read.entry(db, seq)).raw["paths"]
    return paths


def pending(register: Register) -> list[Erasing]:
    """The erasures that are public and whose bytes may still be in the files, oldest first."""
    with register.database.reading() as db:
        return vault.erasing(db)


def is_pending(register: Register, seq: int) -> bool:
    """Whether texts of this entry, or those that it erases, may still be in the files."""
    with register.database.reading() as db:
        return vault.being_erased(db, seq)


def _clean(
    register: Register,
    seqs: range,
    destroyed: Sequence[Destroyed],
    doomed: Sequence[str | None] = (),
) -> bool:
    # It is committed and public: whoever asked is not told otherwise by what comes after.
    try:
        for name in doomed:
            files.destroy(register, name)
        if destroyed:
            with register.database.writing() as db:
                proposals.drop_holding(db, [text.key for text in destroyed])
        return traces.clean(register, seqs, destroyed)
    except (LedgerError, OSError) as error:
        return _told(error)


def _told(error: LedgerError | OSError) -> bool:
    code = error.code if isinstance(error, LedgerError) else "unreadable"
    log.error("erasure pending", code=code)
    return False
