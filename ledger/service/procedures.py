"""The procedures of a register: which are adopted, and how one more is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from ledger.domain.accounts import REGISTRAR
from ledger.domain.entry import Entry, load_entry
from ledger.domain.flaws import Flaw, errors
from ledger.domain.lint import lint_text
from ledger.domain.procedure import Procedure, parse_procedure
from ledger.errors import MalformedError, RefusedError
from ledger.service import register as registers
from ledger.service.register import Register
from ledger.store import read
from ledger.store.append import Written


@dataclass(frozen=True, slots=True)
class Adopted:
    """One adoption of a procedure."""

    entry: Entry
    procedure: Procedure


def adopted(register: Register) -> list[Adopted]:
    """Every adoption, oldest first."""
    with register.database.reading() as db:
        entries = [load_entry(data) for _, data in read.adoptions(db)]
    return [Adopted(entry, cast(Procedure, entry.body)) for entry in entries]


def versions(adoptions: Iterable[Adopted]) -> dict[str, list[Adopted]]:
    """The adoptions of each name, oldest first; names in the order they first came."""
    found: dict[str, list[Adopted]] = {}
    for one in adoptions:
        found.setdefault(one.procedure.name, []).append(one)
    return found


def find(adoptions: Sequence[Adopted], name: str, seq: int | None = None) -> Adopted:
    """The newest adoption of a name, or the one of this seq.

    Raises:
        RefusedError: `not_found`: nothing of that name was adopted, or not there.
    """
    own = [one for one in adoptions if one.procedure.name == name]
    found = [one for one in own if seq is None or one.entry.seq == seq]
    if not found:
        at = "" if seq is None else f" as entry {seq}"
        raise RefusedError("not_found", f"no procedure {name} was adopted{at}")
    return found[-1]


def adopt(register: Register, text: str, *, now: datetime, by: str = REGISTRAR) -> Written:
    """Adopts a procedure that a city wrote.

    Args:
        by: The account that records it.

    Raises:
        MalformedError: `bad_procedure`, with every flaw in its message: nothing is appended.
        RefusedError: `already_adopted`: the newest adoption of that name says just the same;
            `head_moved`: another one came meanwhile.
    """
    refuse_flaws(lint_text(text))
    body = parse_procedure(text)
    name = str(body["name"])
    newest = versions(adopted(register)).get(name, [None])[-1]
    if newest is not None and newest.entry.raw == body:
        message = f"{name} is adopted just so as entry {newest.entry.seq}: nothing to do"
        raise RefusedError("already_adopted", message)
    seq = newest.entry.seq if newest is not None else None
    return registers.adopt(register, text, now=now, newest=seq, by=by)


def refuse_flaws(flaws: Sequence[Flaw]) -> None:
    """Lets a procedure pass that has no error.

    Raises:
        MalformedError: `bad_procedure`, with every flaw in its message.
    """
    if errors(flaws):
        told = "\n".join(f"  {flaw}" for flaw in flaws)
        said = f"this is wrong with the procedure:\n{told}\nmend its errors first"
        raise MalformedError("bad_procedure", said)
