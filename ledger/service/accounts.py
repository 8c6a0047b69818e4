"""Accounts and their tokens: who is known here, and what each may do.

The power of an account is what entries of the register grant, so that it is public and
cannot be changed in silence. A token only shows that somebody speaks for the account:

    fr_<id: 16 hex>_<secret: 43 characters, 256 random bits>

It is shown once. The register keeps the id in clear and the secret as an Argon2id hash.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ledger.domain import accounts
from ledger.domain.accounts import (
    KEEPER,
    REGISTRAR,
    Account,
    account_of,
    check_may,
    fold_accounts,
)
from ledger.domain.dates import format_at, parse_at
from ledger.domain.entry import load_entry
from ledger.domain.events import REGISTER, AccountGranted
from ledger.domain.policies import MAX_TOKEN_DAYS, Policies
from ledger.domain.powers import POWERS, ROLES, Act
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service.policies import in_force, policies_in
from ledger.service.register import Register, house
from ledger.store import read, tokens
from ledger.store.append import Request
from ledger.store.engine import Connection

TOKEN_DAYS = 365
"""How long a token lasts where neither its maker nor a policy says otherwise."""
_TOKEN = re.compile(r"fr_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
# A secret of 256 random bits needs no stretching; these are the least that OWASP asks of any
# password, so that the file of hashes is worth nothing even if the bits were not random.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_PROVED = 1024
"""Tokens whose secret was checked by this process, so that it is hashed once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account with its tokens, for those who watch over them."""

    account: Account
    tokens: Sequence[tokens.Token]


class Accounts:
    """Knows tokens again, for one register."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._salt = secrets.token_bytes(32)
        self._proved: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()

    def authenticate(self, token: str | None, *, now: datetime) -> Account:
        """Whom a token speaks for.

        Raises:
            RefusedError: `unauthorized`: no token, or one that is unknown, expired or revoked,
                or whose account is no longer granted anything.
        """
        parts = _TOKEN.fullmatch(token or "")
        if parts is None:
            raise RefusedError("unauthorized", "send `Authorization: Bearer <token>`")
        id_, secret = parts.groups()
        with self._register.database.reading() as db:
            row = tokens.find(db, id_)
            granted, policies = granted_in(db), policies_in(db)
        # Whoever guesses an id waits as long as whoever guesses a secret.
        if not self._holds(secret, row.hash if row else _nobodys_hash()) or row is None:
            raise RefusedError("unauthorized", "this token is unknown")
        if row.revoked is not None or _end(row, policies) <= now:
            raise RefusedError("unauthorized", "this token was revoked or has expired")
        account = _in_force(self._register, granted.get(row.account), now)
        if account is None:
            raise RefusedError("unauthorized", f"{row.account} is granted nothing any more")
        self._touch(row, now)
        return account

    def _holds(self, secret: str, hash_: str) -> bool:
        # Hashed under a salt of this process: looking it up tells nobody how much was right.
        mac = hmac.digest(self._salt, secret.encode(), "sha256")
        with self._lock:
            if self._proved.get(mac) == hash_:
                self._proved.move_to_end(mac)
                return True
        try:
            _HASHER.verify(hash_, secret)
        except (VerificationError, InvalidHashError):
            return False
        with self._lock:
            self._proved[mac] = hash_
            if len(self._proved) > _PROVED:
                self._proved.popitem(last=False)
        return True

    def _touch(self, row: tokens.Token, now: datetime) -> None:
        hour = format_at(now.replace(minute=0, second=0, microsecond=0))
        if row.used is None or row.used < hour:
            # Not worth a refusal: whoever holds the pen remembers it next time.
            with suppress(LedgerError), self._register.database.writing() as db:
                tokens.touch(db, row.id, hour)


def granted_in(db: Connection) -> dict[str, Account]:
    """The accounts in force, as one snapshot has them; expired ones among them."""
    rows = read.of_kinds(db, REGISTER, accounts.KINDS)
    return fold_accounts(load_entry(data).body for data in rows)


def acting(register: Register, name: str, act: Act | None, *, now: datetime) -> Account:
    """The account in whose name a command does something: it is held to its roles.

    Args:
        act: None for what every account may do.

    Raises:
        RefusedError: `unknown_account` or `forbidden`.
    """
    account = known(register, name, now=now)
    if act is not None:
        check_may(account, act)
    return account


def known(register: Register, name: str, *, now: datetime) -> Account:
    """An account in force; the keeper of the folder is one.

    Raises:
        RefusedError: `unknown_account`: never granted, revoked, or expired.
    """
    if name == REGISTRAR:
        return KEEPER
    with register.database.reading() as db:
        account = _in_force(register, granted_in(db).get(name), now)
    if account is None:
        raise RefusedError("unknown_account", f"no account {name} is in force: grant it first")
    return account


def standings(register: Register) -> list[Standing]:
    """Every account in force with its tokens, by name."""
    with register.database.reading() as db:
        return [
            Standing(account, tokens.of(db, name))
            for name, account in sorted(granted_in(db).items())
        ]


def told(register: Register, one: Standing, *, now: datetime) -> dict[str, Any]:
    """An account in plain values: what it may do, where, and the tokens that still open."""
    account, policies = one.account, in_force(register)
    alive = [t for t in one.tokens if t.revoked is None and _end(t, policies) > now]
    return {
        **power(account),
        "in_force": _in_force(register, account, now) is not None,
        "tokens": [
            {"id": t.id, "created": t.created, "expires": format_at(_end(t, policies))}
            for t in alive
        ],
        "used": max((t.used for t in one.tokens if t.used is not None), default=None),
    }


def power(account: Account) -> dict[str, Any]:
    """What an account may do, and where, in plain values."""
    return {
        "account": account.name,
        "roles": sorted(account.roles),
        "acts": sorted(account.acts),
        "processes": _sorted(account.processes),
        "territories": _sorted(account.territories),
        "until": account.until.isoformat() if account.until else None,
    }


def grant(
    register: Register,
    name: str,
    *,
    roles: Iterable[str],
    processes: Iterable[str] = (),
    territories: Iterable[str] = (),
    until: str | None = None,
    by: str = REGISTRAR,
    now: datetime,
) -> int:
    """Grants an account, in public; a later grant takes the place of an earlier one.

    Args:
        until: The last civil day, maybe a month or a year; for ever if None.
        by: The account that grants.

    Returns:
        The seq of the entry.

    Raises:
        MalformedError: `bad_account`: an unknown role, roles that no account may have
            together, or a last day that is over; `bad_body` or `bad_date`.
        RefusedError: `account_exists`: it has just that already.
    """
    chosen = sorted(set(roles))
    _check_roles(name, chosen)
    body: dict[str, object] = {"account": name, "roles": chosen}
    if places := sorted(set(processes)):
        body["processes"] = places
    if lands := sorted(set(territories)):
        body["territories"] = lands
    if until is not None:
        body["until"] = until
    statement = house(register.opened, "account.granted", body, recorder=by, now=now)
    granted = account_of(cast(AccountGranted, statement.body))
    if _in_force(register, granted, now) is None:
        raise MalformedError("bad_account", f"{until} is over already", where="/until")
    with register.database.reading() as db:
        before = granted_in(db).get(name)
    if before == granted:
        raise RefusedError("account_exists", f"{name} is granted just that already")
    if _in_force(register, before, now) is None:
        # Tokens of an account that was revoked, or has expired, do not come back to life.
        revoke_tokens(register, name, now=now)
    return register.append_one(Request(by, [statement]), now=now).first


def revoke(register: Register, name: str, *, by: str = REGISTRAR, now: datetime) -> int:
    """Revokes an account in public, and with it every token.

    Returns:
        The seq of the entry.

    Raises:
        RefusedError: `unknown_account`.
    """
    with register.database.reading() as db:
        if name not in granted_in(db):
            raise RefusedError("unknown_account", f"no account {name} is granted here")
    statement = house(
        register.opened, "account.revoked", {"account": name}, recorder=by, now=now
    )
    seq = register.append_one(Request(by, [statement]), now=now).first
    # If we crash here, the tokens are worth nothing all the same.
    revoke_tokens(register, name, now=now)
    return seq


def create_token(
    register: Register, name: str, *, now: datetime, days: int | None = None
) -> str:
    """A new token for an account in force; it cannot be shown again.

    Args:
        days: How long it lasts, at most 730 or what the policy `token_days` says; that, or 365,
            if None.

    Raises:
        RefusedError: `unknown_account`; `forbidden`: the keeper of the folder has no token.
        MalformedError: `bad_value`.
    """
    if name == REGISTRAR:
        raise RefusedError("forbidden", f"{REGISTRAR} is whoever holds the folder: no token")
    policy = in_force(register).token_days
    days, longest = policy or TOKEN_DAYS if days is None else days, policy or MAX_TOKEN_DAYS
    if not 1 <= days <= longest:
        raise MalformedError("bad_value", f"a token lasts 1 to {longest} days")
    known(register, name, now=now)
    id_, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    created, expires = format_at(now), format_at(now + timedelta(days=days))
    row = tokens.Token(id_, _HASHER.hash(secret), name, created, expires, None, None)
    with register.database.writing() as db:
        tokens.add(db, row)
    return f"fr_{id_}_{secret}"


def revoke_tokens(register: Register, name: str, *, now: datetime) -> int:
    """Revokes every token of an account, and says how many there were."""
    with register.database.writing() as db:
        return tokens.revoke(db, name, format_at(now))


def _end(row: tokens.Token, policies: Policies) -> datetime:
    """When a token ends: a policy that was set after it was made shortens it."""
    end = parse_at(row.expires)
    if policies.token_days is None:
        return end
    return min(end, parse_at(row.created) + timedelta(days=policies.token_days))


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


def _in_force(register: Register, account: Account | None, now: datetime) -> Account | None:
    day = now.astimezone(register.opened.zone).date()
    if account is None or (account.until is not None and account.until < day):
        return None
    return account


def _sorted(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _check_roles(name: str, roles: Sequence[str]) -> None:
    if name == REGISTRAR:
        raise MalformedError("bad_account", f"{REGISTRAR} is whoever holds the folder")
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        message = f"a role is one of {', '.join(ROLES)}"
        raise MalformedError("bad_account", message, where="/roles")
    acts = {act for role in ROLES if role in roles for act in POWERS[role]}
    if {"govern", "record"} <= acts:
        message = "who grants accounts records nothing: give these roles to two accounts"
        raise MalformedError("bad_account", message, where="/roles")
