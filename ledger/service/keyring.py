"""The keys of those who sign their own statements: made, added, revoked, listed, used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import keys
from ledger.core.statement import check_public, check_statement, key_id
from ledger.domain.accounts import REGISTRAR
from ledger.domain.dates import format_at, parse_at, parse_period
from ledger.domain.draft import Draft, Prepared, parse_draft
from ledger.domain.entry import load_entry
from ledger.domain.events import REGISTER
from ledger.domain.keyring import KINDS, HeldKey, Keyring, Worth, worth
from ledger.domain.signed_draft import prepare_signed, sign_draft
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service.register import Register, house
from ledger.store import read
from ledger.store.append import Request, Written
from ledger.store.engine import Connection


@dataclass(frozen=True, slots=True)
class StatementKey:
    """A key with which some body signs, as the register knows it."""

    held: HeldKey
    added: datetime
    revoked: datetime | None
    statements: int
    """How many it has signed, the one that added it included."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What is to be said of the signature of one entry."""

    key: str
    held: HeldKey | None
    worth: Worth | None
    """None where it does not match, or its key is not known."""


class Signers:
    """Prepares signed drafts by the keys of one register, looked up once a batch."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._ring: Keyring | None = None

    def prepared(self, draft: Draft, *, recorder: str) -> Prepared:
        """A signed draft, ready to be appended if the register still agrees.

        Raises:
            MalformedError: as `prepare_signed`.
            RefusedError: `unknown_key`.
        """
        assert draft.signed is not None
        if self._ring is None:
            with self._register.database.reading() as db:
                self._ring = keyring(db)
        # An id is the digest of its key: under the lock it cannot be another one.
        held = self._ring.keys.get(draft.signed.key)
        if held is None or held.holder is None:
            message = f"no key {draft.signed.key[:8]}… was added: `filrouge key add` does"
            raise RefusedError("unknown_key", message, where="/signed/key")
        origin = self._register.opened.origin
        return prepare_signed(draft, recorder=recorder, origin=origin, public=held.public)


def new_key(name: str, role: str, *, origin: str) -> tuple[bytes, dict[str, Any]]:
    """A fresh key in PEM, and the signed request that it be added; needs no register.

    Args:
        name: The body that will sign with it, as its statements will name it.
        role: Its role, like `citizens`.

    Raises:
        MalformedError: a name or role out of form.
    """
    private = Ed25519PrivateKey.generate()
    # No date: the day on the signer's computer may not have begun where the register is.
    return keys.dump_private(private), request_of(private, name, role, origin=origin)


def request_of(
    private: Ed25519PrivateKey, name: str, role: str, *, origin: str, on: str | None = None
) -> dict[str, Any]:
    """The request that a key be added, signed by it.

    Raises:
        MalformedError: a name, role or date out of form.
    """
    public = private.public_key().public_bytes_raw()
    holder = {"name": name, "role": role}
    key = {"algorithm": "ed25519", "id": key_id(public), "public": public.hex()}
    draft: dict[str, Any] = {
        "process": REGISTER,
        "kind": "key.added",
        "on": on,
        "by": holder,
        "body": {"key": key, "use": "statement", "holder": holder},
        "sources": [],
    }
    return sign(draft, private, origin=origin)


def sign(draft: object, private: Ed25519PrivateKey, *, origin: str) -> dict[str, Any]:
    """A plain draft sealed and signed under a fresh nonce; needs no register.

    Raises:
        MalformedError: as `parse_draft` and `sign_draft`.
    """
    nonce = secrets.token_hex(16)
    return sign_draft(parse_draft(draft), private, origin=origin, nonce=nonce)


def add(
    register: Register, request: object, *, account: str = REGISTRAR, now: datetime
) -> Written:
    """Adds a statement key as its holder asked for.

    Raises:
        MalformedError: `bad_draft`: no request for that; `bad_signature`; `bad_key_text`.
        RefusedError: `key_exists`.
    """
    draft = parse_draft(request)
    if (
        draft.kind != "key.added"
        or draft.signed is None
        or draft.body.get("use") != "statement"
    ):
        message = "this is not the request that `filrouge key new` makes"
        raise MalformedError("bad_draft", message)
    key = draft.body.get("key")
    said = key.get("public") if isinstance(key, dict) else None
    try:
        public = bytes.fromhex(said) if isinstance(said, str) else b""
    except ValueError:
        public = b""
    check_public(public)
    statement = prepare_signed(
        draft, recorder=account, origin=register.opened.origin, public=public
    )
    return register.append_one(Request(account, [statement]), now=now)


def revoke(
    register: Register,
    id_: str,
    since: str,
    *,
    account: str = REGISTRAR,
    now: datetime,
) -> tuple[Written, int]:
    """Revokes a statement key from an instant on; it signs nothing more.

    Args:
        id_: Its id, or enough of its beginning to be the only one.
        since: An instant, or a civil date of the register, from its beginning on.

    Returns:
        Where it stands, and how many statements it makes doubtful.

    Raises:
        MalformedError: `bad_date`.
        RefusedError: `unknown_key`; `not_yet`: the instant is still to come.
    """
    held = find(register, id_).held
    instant = _instant(register, since)
    if instant > now:
        raise RefusedError("not_yet", "a key is revoked from an instant that has come")
    body = {"key": held.id, "from": format_at(instant)}
    statement = house(register.opened, "key.revoked", body, recorder=account, now=now)
    written = register.append_one(Request(account, [statement]), now=now)
    with register.database.reading() as db:
        return written, read.signed_since(db, held.id, format_at(instant), size=written.first)


def listed(register: Register) -> list[StatementKey]:
    """Every statement key, in the order they were added."""
    with register.database.reading() as db:
        counts = read.signed_by(db)
        return [
            StatementKey(
                held,
                load_entry(read.entry(db, held.added)).at,
                None if held.revoked is None else load_entry(read.entry(db, held.revoked)).at,
                counts.get(held.id, 0),
            )
            for held in keyring(db).keys.values()
            if held.holder is not None
        ]


def told(key: StatementKey) -> dict[str, Any]:
    """A key in plain values."""
    held = key.held
    assert held.holder is not None
    return {
        "id": held.id,
        "public": held.public.hex(),
        "holder": held.holder.model_dump(),
        "state": "valid" if held.revoked is None else "revoked",
        "added": {"seq": held.added, "at": format_at(key.added)},
        "revoked": None
        if key.revoked is None
        else {"seq": held.revoked, "at": format_at(key.revoked), "from": held.since},
        "statements": key.statements,
    }


def find(register: Register, id_: str) -> StatementKey:
    """The statement key of that id.

    Args:
        id_: The id, or enough of its beginning to be the only one.

    Raises:
        RefusedError: `unknown_key`.
    """
    found = [key for key in listed(register) if id_ and key.held.id.startswith(id_)]
    if len(found) != 1:
        many = "several keys begin" if found else "no statement key begins"
        raise RefusedError("unknown_key", f"{many} with {id_!r}: `filrouge key list`")
    return found[0]


def signature_of(register: Register, data: bytes, *, size: int) -> Signature | None:
    """The signature of one entry, checked; None where its speaker did not sign.

    Args:
        data: The bytes of the entry.
        size: How much of the register is known.
    """
    value = orjson.loads(data)
    if "signed" not in value:
        return None
    with register.database.reading() as db:
        held = keyring(db, size=size).keys.get(value["signed"]["key"])
    if held is None or held.holder is None:
        return Signature(value["signed"]["key"], None, None)
    try:
        check_statement(value, held.public, origin=register.opened.origin, **value["signed"])
    except LedgerError:
        return Signature(held.id, held, None)
    return Signature(held.id, held, worth(held, seq=value["seq"], at=value["at"]))


def keyring(db: Connection, *, size: int = read.NEVER) -> Keyring:
    """The keys that the first `size` entries know."""
    rows = read.of_kinds(db, REGISTER, KINDS, size=size)
    return Keyring(orjson.loads(data) for data in rows)


def _instant(register: Register, text: str) -> datetime:
    if "T" in text:
        return parse_at(text)
    period = parse_period(text)
    if not period.exact:
        raise MalformedError("bad_date", "give a day or an instant")
    return datetime.combine(period.first, time(), register.opened.zone)
