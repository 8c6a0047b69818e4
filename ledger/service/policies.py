"""The policies of a register: what is in force, and setting one in public."""

from __future__ import annotations

from datetime import datetime

from ledger.domain.accounts import REGISTRAR
from ledger.domain.entry import load_entry
from ledger.domain.events import REGISTER
from ledger.domain.policies import KINDS, Policies, check_policy, fold_policies
from ledger.service.register import Register, house
from ledger.store import read
from ledger.store.append import Request
from ledger.store.engine import Connection

Value = bool | int


def policies_in(db: Connection) -> Policies:
    """The policies in force, as one snapshot has them."""
    rows = read.of_kinds(db, REGISTER, KINDS)
    return fold_policies(load_entry(data).body for data in rows)


def in_force(register: Register) -> Policies:
    """The policies in force now."""
    with register.database.reading() as db:
        return policies_in(db)


def set_policy(
    register: Register, name: str, value: Value | str, *, by: str = REGISTRAR, now: datetime
) -> int:
    """Sets a policy, in public.

    Returns:
        The seq of the entry.

    Raises:
        MalformedError: `bad_value`: it is not known, or has no such value.
    """
    check_policy(name, value)
    body = {"policy": name, "value": value}
    statement = house(register.opened, "policy.set", body, recorder=by, now=now)
    return register.append_one(Request(by, [statement]), now=now).first


def value_of(text: str) -> Value | str:
    """The value that a person typed: true, false, a number, or what is none of these."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else text
