"""The keys that a register knows, folded from its own entries, and what they may sign.

A key is added once: by entry 0, or by a `key.added`. A statement key is Ed25519, has a holder
and is added by a statement that it signs itself, so that nobody adds the key of another. It
signs for its holder alone, until a `key.revoked` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from ledger.domain import events
from ledger.domain.entry import VERSION
from ledger.domain.events import Body, Signed, Speaker
from ledger.errors import RefusedError

Worth = Literal["valid", "doubtful", "void"]
"""What a revocation leaves of a signature that is good."""
KINDS = ("key.added", "key.revoked", "register.opened")
"""The kinds of entries that a keyring is made of."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A public key that the register knows."""

    id: str
    public: bytes
    holder: Speaker | None
    """Who signs statements with it; None for a key of the log."""
    added: int
    """The seq of the entry that added it."""
    revoked: int | None = None
    """The seq of the entry that first revoked it."""
    since: str | None = None
    """From when on it is not trusted; the earliest instant, if several were said."""


def worth(key: HeldKey, *, seq: int, at: str) -> Worth:
    """What a good signature under a key is worth, by when it was recorded.

    Args:
        seq: Of the entry that is signed.
        at: When it was recorded.
    """
    if key.revoked is not None and seq > key.revoked:
        return "void"
    return "doubtful" if key.since is not None and at >= key.since else "valid"


class Keyring:
    """The keys of a register, by id, as entries are added in their order."""

    def __init__(self, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self.keys: dict[str, HeldKey] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Takes in what a decoded entry says of keys; of a known form, of the `KINDS`."""
        if entry["v"] != VERSION:
            return
        body, seq = entry["body"], entry["seq"]
        match entry["kind"]:
            case "register.opened":
                for key in body["keys"]:
                    self._new(key, None, seq)
            case "key.added":
                of_statements = body["use"] == "statement" and "holder" in body
                holder = Speaker(**body["holder"]) if of_statements else None
                self._new(body["key"], holder, seq)
            case "key.revoked" if body["key"] in self.keys:
                known, since = self.keys[body["key"]], body["from"]
                self.keys[known.id] = replace(
                    known,
                    revoked=seq if known.revoked is None else known.revoked,
                    since=since if known.since is None else min(known.since, since),
                )

    def _new(self, key: Mapping[str, str], holder: Speaker | None, seq: int) -> None:
        held = HeldKey(key["id"], bytes.fromhex(key["public"]), holder, seq)
        self.keys.setdefault(held.id, held)


class Statement(Protocol):
    """What is judged here of a statement."""

    @property
    def by(self) -> Speaker:
        """Who speaks."""

    @property
    def body(self) -> Body | None:
        """Its content; None for a kind unknown here."""

    @property
    def signed(self) -> Signed | None:
        """The speaker's own signature."""


class Register(Protocol):
    """What the rules need to know of the register, the batch at hand included."""

    def key(self, id_: str) -> HeldKey | None:
        """The key of that id."""

    def nonce(self, nonce: str) -> bool:
        """Whether a signed statement bears it."""


def check_new(statement: Statement, register: Register) -> None:
    """Checks that a signed statement was not recorded before.

    Raises:
        RefusedError: `nonce_used`.
    """
    if statement.signed is not None and register.nonce(statement.signed.nonce):
        message = "this signed statement, or another with its nonce, was recorded before"
        raise RefusedError("nonce_used", message, where="/signed/nonce")


def admit_keys(statement: Statement, register: Register) -> None:
    """Checks what a statement says of keys, and that its own may sign it.

    Whether the signature is good is another question: it needs the bytes alone.

    Raises:
        RefusedError: `key_exists`, `unknown_key`, `bad_signature`: a key without proof that its
            holder has it; last of all `key_revoked`.
    """
    body, signed = statement.body, statement.signed
    match body:
        case events.KeyAdded():
            if register.key(body.key.id) is not None:
                message = f"key {body.key.id[:8]}… was added before"
                raise RefusedError("key_exists", message, where="/body/key/id")
            if body.use == "statement":
                _check_possession(body, statement)
        case events.KeyRevoked():
            if register.key(body.key) is None:
                raise _unknown(body.key, "/body/key")
    if signed is None:
        return
    if isinstance(body, events.KeyAdded) and body.use == "statement":
        return
    key = register.key(signed.key)
    if key is None or key.holder is None:
        raise _unknown(signed.key, "/signed/key")
    if key.holder != statement.by:
        message = (
            f"key {key.id[:8]}… is that of {said(key.holder)}, not of {said(statement.by)}"
        )
        raise RefusedError("unknown_key", message, where="/by")
    if key.revoked is not None:
        message = f"key {key.id[:8]}… was revoked by entry {key.revoked}"
        raise RefusedError("key_revoked", message, where="/signed/key")


def said(speaker: Speaker) -> str:
    """A body and its role, for a message."""
    return f"{speaker.name} ({speaker.role})"


def _check_possession(body: events.KeyAdded, statement: Statement) -> None:
    if body.key.algorithm != "ed25519":
        message = "statements are signed with Ed25519 keys"
        raise RefusedError("bad_signature", message, where="/body/key/algorithm")
    if statement.signed is None or statement.signed.key != body.key.id:
        message = "the key that is added signs this statement: its holder has it"
        raise RefusedError("bad_signature", message, where="/signed")
    if body.holder != statement.by:
        message = "the holder of the key is who speaks"
        raise RefusedError("bad_signature", message, where="/body/holder")


def _unknown(id_: str, where: str) -> RefusedError:
    message = f"no key {id_[:8]}… that may do this was added to the register"
    return RefusedError("unknown_key", message, where=where)
