"""Tokens: who may write over HTTP. A token is shown once; the register keeps its hash."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ledger.domain.dates import format_at
from ledger.domain.values import SLUG
from ledger.errors import MalformedError, RefusedError
from ledger.service.register import Register
from ledger.store import vault

PREFIX = "fr_"


@dataclass(frozen=True, slots=True)
class Account:
    """Who a valid token speaks for."""

    name: str


def create_token(register: Register, account: str, *, now: datetime) -> str:
    """A new token for an account; it cannot be shown again.

    Raises:
        MalformedError: `bad_value`: the account is no name like `dialogue-citoyen`.
    """
    if not re.fullmatch(SLUG, account) or len(account) > 80:
        raise MalformedError("bad_value", f"{account!r} is not a name like dialogue-citoyen")
    token = PREFIX + secrets.token_urlsafe(32)
    with register.database.writing() as db:
        vault.add_token(db, _hash(token), account, format_at(now))
    return token


def revoke_tokens(register: Register, account: str, *, now: datetime) -> int:
    """Revokes every token of an account, and says how many there were."""
    with register.database.writing() as db:
        return vault.revoke_tokens(db, account, format_at(now))


def authenticate(register: Register, token: str | None) -> Account:
    """Who a token speaks for.

    Raises:
        RefusedError: `unauthorized`: none, unknown or revoked.
    """
    if token is None or not token.startswith(PREFIX):
        raise RefusedError("unauthorized", "send `Authorization: Bearer <token>`")
    # A token is 256 random bits: its hash needs neither salt nor stretching, and looking the
    # hash up leaks nothing about other tokens.
    with register.database.reading() as db:
        account = vault.account_of(db, _hash(token))
    if account is None:
        raise RefusedError("unauthorized", "this token is unknown or was revoked")
    return Account(account)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
