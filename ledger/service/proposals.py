"""Four eyes: what one account proposes, another confirms, and only then is it recorded.

A proposal is judged like a batch that is recorded, and judged again when it is confirmed: the
account that proposed it and the one that confirms it must both have the power. It stands in
the register under the account that confirms, which answers for it (docs/decisions/0013).
Until then it is no part of the register: it waits 30 days at most, and leaves no trace.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from ledger.core.canonical import check_text
from ledger.domain.accounts import REGISTRAR, Account
from ledger.domain.dates import format_at
from ledger.domain.draft import Draft, parse_draft
from ledger.domain.warned import Warn
from ledger.errors import MalformedError, RefusedError
from ledger.service.authority import Authority
from ledger.service.record import Append, record
from ledger.service.register import Register
from ledger.store import proposals, read
from ledger.store.append import Written

KEPT = timedelta(days=30)
MOST = 100
"""Proposals of one account that wait at once."""
MAX_NOTE = 1000
"""Characters of a note."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A batch that waits for a second account."""

    id: str
    account: str
    created: str
    expires: str
    note: str
    drafts: Sequence[Any]


def propose(
    register: Register,
    drafts: Sequence[object],
    *,
    account: str,
    append: Append,
    now: datetime,
    note: str = "",
    warn: Warn | None = None,
) -> Proposal:
    """Keeps a batch until another account confirms it.

    Args:
        append: Judges it as it would be recorded, and records nothing.
        note: For whoever confirms it, at most 1,000 characters; never recorded.
        warn: As `record` takes it.

    Raises:
        MalformedError: as `record`; `bad_request`: the note is too long; `bad_text`.
        RefusedError: as `record`; `forbidden`: it is not for this account to say;
            `too_many_requests`: so many of this account wait already.
    """
    if len(note) > MAX_NOTE:
        message = f"a note has at most {MAX_NOTE} characters"
        raise MalformedError("bad_request", message, where="/note")
    check_text(note, prose=True, where="/note")
    judge = _judge(register, account, now)
    record(
        register,
        drafts,
        account=account,
        append=append,
        authority=judge,
        warn=warn,
        rehearsal=True,
    )
    row = proposals.Row(
        secrets.token_hex(8),
        account,
        format_at(now),
        format_at(now + KEPT),
        note,
        orjson.dumps(drafts),
    )
    with register.database.writing() as db:
        proposals.drop_expired(db, format_at(now))
        if proposals.count(db, account) >= MOST:
            message = f"{MOST} proposals of {account} wait: have some confirmed, or drop them"
            raise RefusedError("too_many_requests", message)
        proposals.add(db, row)
    return _proposal(row)


def listed(register: Register, asker: Account, *, now: datetime) -> list[Proposal]:
    """The proposals that wait, oldest first: all of them, or an account's own."""
    with register.database.reading() as db:
        rows = proposals.waiting(db, format_at(now))
    return [_proposal(row) for row in rows if _sees(asker, row)]


def show(register: Register, id_: str, asker: Account, *, now: datetime) -> Proposal:
    """One proposal that waits.

    Raises:
        RefusedError: `unknown_proposal`: none waits, or it is not this account's to see.
    """
    row = _find(register, id_, now)
    if not _sees(asker, row):
        raise _unknown(id_)
    return _proposal(row)


def confirm(
    register: Register,
    id_: str,
    *,
    account: str,
    append: Append,
    now: datetime,
    warn: Warn | None = None,
) -> Written:
    """Records a proposal under the account that confirms it, once.

    Args:
        warn: As `record` takes it.

    Raises:
        RefusedError: `unknown_proposal`; `forbidden`: it is this account's own, or not in its
            power, or no longer in that of the account that proposed it; as `record`, if it
            makes no sense any more.
    """
    before = _recorded(register, id_)
    if before is not None:
        # Whoever asked did not hear the answer, or we crashed before the proposal was dropped.
        _forget(register, id_)
        return before
    row = _find(register, id_, now)
    if row.account == account:
        raise RefusedError("forbidden", "what an account proposed is confirmed by another")
    written = record(
        register,
        orjson.loads(row.drafts),
        account=account,
        append=append,
        key=proposals.CONFIRMED,
        owner=proposals.owner(id_),
        authority=_Both(_judge(register, row.account, now), _judge(register, account, now)),
        warn=warn,
    )
    # If we crash here, confirming again finds the first answer and drops the proposal.
    _forget(register, id_)
    return written


def drop(register: Register, id_: str, asker: Account, *, now: datetime) -> None:
    """Forgets a proposal, for whoever made it and for those who confirm.

    Raises:
        RefusedError: `unknown_proposal` or `forbidden`.
    """
    row = _find(register, id_, now)
    judge = _judge(register, asker.name, now)
    if row.account != asker.name and judge is not None:
        judge.begin()
        judge.check_act("confirm", (d["process"] for d in orjson.loads(row.drafts)))
    _forget(register, id_)


@dataclass(frozen=True, slots=True)
class _Both:
    """The judge of whoever proposed and of whoever confirms; None for the keeper."""

    proposer: Authority | None
    confirmer: Authority | None

    def begin(self) -> int:
        """The last entry that may have changed the power of either."""
        return min(judge.begin() for judge in (self.proposer, self.confirmer) if judge)

    def check(self, draft: Draft) -> None:
        """Checks one draft for both."""
        for judge in (self.proposer, self.confirmer):
            if judge:
                judge.check(draft)


def told(proposal: Proposal) -> dict[str, Any]:
    """A proposal in plain values, without its drafts: whose it is, and what it is about."""
    return {
        "id": proposal.id,
        "account": proposal.account,
        "created": proposal.created,
        "expires": proposal.expires,
        "note": proposal.note,
        "processes": list(dict.fromkeys(parse_draft(d).process for d in proposal.drafts)),
        "count": len(proposal.drafts),
    }


def _judge(register: Register, name: str, now: datetime) -> Authority | None:
    return None if name == REGISTRAR else Authority(register, name, now, four_eyes=True)


def _find(register: Register, id_: str, now: datetime) -> proposals.Row:
    with register.database.reading() as db:
        row = proposals.find(db, id_, format_at(now))
    if row is None:
        raise _unknown(id_)
    return row


def _recorded(register: Register, id_: str) -> Written | None:
    with register.database.reading() as db:
        found = proposals.recorded(db, id_)
        if found is None:
            return None
        return Written(*found, read.checkpoint_covering(db, found[1]), repeated=True)


def _forget(register: Register, id_: str) -> None:
    with register.database.writing() as db:
        proposals.drop(db, id_)
    # Its texts are in the write-ahead log too; while a reader holds it, a later one empties it.
    register.database.truncate_log()


def _sees(asker: Account, row: proposals.Row) -> bool:
    return row.account == asker.name or "inspect" in asker.acts


def _proposal(row: proposals.Row) -> Proposal:
    return Proposal(
        row.id, row.account, row.created, row.expires, row.note, orjson.loads(row.drafts)
    )


def _unknown(id_: str) -> RefusedError:
    return RefusedError("unknown_proposal", f"no proposal {id_} waits")
