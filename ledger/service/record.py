"""Records what a clerk says: a batch of drafts, all or nothing."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import orjson

from ledger.domain.draft import Draft, Prepared, check_mended, parse_draft, prepare
from ledger.domain.entry import parse_entry
from ledger.domain.events import REGISTER_KINDS
from ledger.domain.pointer import sealed_at, value_at
from ledger.domain.warned import Warn, warnings
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service.files import promise
from ledger.service.keyring import Signers
from ledger.service.register import Register
from ledger.service.subjects import digest_of
from ledger.store import read
from ledger.store.append import Request, Written

MAX_BATCH = 20_000
OWN_ACTS = {
    **dict.fromkeys(REGISTER_KINDS, "the register's own affairs are recorded by its commands"),
    "register.opened": "a register is opened by `filrouge init`",
    "text.erased": "texts are erased by an act of its own, which destroys them",
    "procedure.adopted": "a procedure is adopted by `filrouge procedure adopt`",
}
"""Kinds that come with an effect beyond their entry, and so are not recorded as such."""
_TRIES = 5

Append = Callable[[Request], Written]
"""Hands a request to whoever holds the pen: the register itself, or the server's writer."""


class Judge(Protocol):
    """Says what may be recorded in whose name: `service.authority.Authority` is one."""

    def begin(self) -> int:
        """Begins a batch; the last entry that may have changed the power that is judged by."""

    def check(self, draft: Draft) -> None:
        """Checks one draft, in order; names in it are numbers already."""


def record(
    register: Register,
    drafts: Sequence[object],
    *,
    account: str,
    append: Append,
    key: str | None = None,
    owner: str = "",
    authority: Judge | None = None,
    warn: Warn | None = None,
    rehearsal: bool = False,
) -> Written:
    """Records a batch of drafts whole, or nothing of it.

    Args:
        drafts: Decoded JSON, 1 to 20,000 drafts in the order they are to be recorded.
        account: Who records: stands in each entry as `recorder`.
        authority: Judges each draft by what the account was granted; None for the keeper of the
            folder, who may record anything.
        key: An idempotency key: the same drafts under it are recorded once.
        owner: Whose key it is; the account's if empty.
        warn: Is told, when all of it is recorded, what there is to warn of.
        rehearsal: Refuses and warns just the same, and records nothing.

    Raises:
        MalformedError: a draft is bad; `where` begins with its place, `/drafts/3/…`.
        RefusedError: a draft makes no sense in the register, or the key was used before;
            `forbidden`: it is not for this account to say.
    """
    if not 1 <= len(drafts) <= MAX_BATCH:
        raise MalformedError("bad_draft", f"a batch has 1 to {MAX_BATCH} drafts")
    digest = b""
    if key is not None:
        digest = _digest(register, drafts)
    for attempt in range(_TRIES):
        try:
            resolved, request = _request(register, drafts, account, key, digest, authority)
            written = append(replace(request, account=owner or account, rehearsal=rehearsal))
        except RefusedError as error:
            if error.code != "head_moved" or attempt == _TRIES - 1:
                raise
            continue
        if warn is not None:
            for i, draft in enumerate(resolved):
                for one in warnings(draft):
                    warn(one._replace(where=f"/drafts/{i}{one.where}"))
        return written
    raise AssertionError("unreachable")


def _digest(register: Register, drafts: Sequence[object]) -> bytes:
    mac = hmac.new(register.requests_key, digestmod="sha256")
    for draft in drafts:
        # Not `encode`: a draft holds texts that its entry will not, and may be longer than one.
        try:
            data = orjson.dumps(draft, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as error:
            raise MalformedError("bad_value", str(error)) from error
        mac.update(len(data).to_bytes(8, "big") + data)
    return mac.digest()


@dataclass(slots=True)
class _Names:
    """What names in drafts mean: looked up once a batch."""

    register: Register
    adoptions: dict[str, int] = field(default_factory=dict)
    signers: Signers = field(init=False)

    def __post_init__(self) -> None:
        self.signers = Signers(self.register)

    def procedure(self, name: str) -> int:
        if name not in self.adoptions:
            with self.register.database.reading() as db:
                seq = read.newest_adoption(db, name)
            if seq is None:
                raise RefusedError(
                    "unknown_procedure",
                    f"no procedure {name} was adopted",
                    where="/body/procedure",
                )
            self.adoptions[name] = seq
        return self.adoptions[name]

    def entry(self, process: str, nth: int) -> int:
        with self.register.database.reading() as db:
            try:
                return read.entry_at(db, process, nth)[0]
            except RefusedError as error:
                raise RefusedError(
                    "unknown_reference", error.message, where="/body/entry"
                ) from error

    def original(self, seq: int) -> dict[str, Any]:
        with self.register.database.reading() as db:
            try:
                entry = parse_entry(read.entry(db, seq))
            except RefusedError as error:
                raise RefusedError(
                    "unknown_reference", error.message, where="/body/entry"
                ) from error
        return {
            "body": entry.raw,
            "sources": [s.model_dump(exclude_none=True) for s in entry.sources],
            "on": entry.on,
        }


def _request(
    register: Register,
    drafts: Sequence[object],
    account: str,
    key: str | None,
    digest: bytes,
    authority: Judge | None,
) -> tuple[list[Draft], Request]:
    names = _Names(register)
    judged_at = authority.begin() if authority else None
    resolved, statements = [], []
    for i, value in enumerate(drafts):
        try:
            draft = _resolve(parse_draft(value), names)
            if authority:
                authority.check(draft)
            prepared = _prepared(draft, names, account)
            if draft.subject is not None:
                prepared = prepared._replace(subject=digest_of(register, draft.subject))
            statements.append(prepared)
            resolved.append(draft)
        except LedgerError as error:
            raise type(error)(
                error.code, error.message, where=f"/drafts/{i}{error.where}"
            ) from error
    request = Request(
        account,
        statements,
        names.adoptions,
        key,
        digest,
        recheck=promise(register, statements),
        judged_at=judged_at,
    )
    return resolved, request


def _prepared(draft: Draft, names: _Names, account: str) -> Prepared:
    if draft.signed is None:
        return prepare(draft, recorder=account)
    return names.signers.prepared(draft, recorder=account)


def _resolve(draft: Draft, names: _Names) -> Draft:
    """Replaces names of procedures and places in the process by sequence numbers."""
    if draft.kind in OWN_ACTS:
        raise MalformedError("bad_draft", OWN_ACTS[draft.kind], where="/kind")
    if draft.signed is not None:
        return draft  # nothing of what was signed is changed
    body = draft.body
    if isinstance(name := body.get("procedure"), str):
        body = {**body, "procedure": names.procedure(name)}
    entry = body.get("entry")
    if isinstance(entry, dict) and entry.keys() == {"nth"} and type(entry["nth"]) is int:
        body = {**body, "entry": names.entry(draft.process, entry["nth"])}
    changes, seq = body.get("changes"), body.get("entry")
    if draft.kind == "correction.made" and isinstance(changes, list) and type(seq) is int:
        original = names.original(seq)
        body = {**body, "changes": [_like(change, original) for change in changes]}
    return draft.model_copy(update={"body": body}) if body is not draft.body else draft


def _like(change: Any, original: dict[str, Any]) -> Any:
    """A correction's value, to be sealed as what it mends was."""
    if not isinstance(change, dict):
        return change
    value = change.get("value")
    words = value.get("text") if isinstance(value, dict) else value
    if not isinstance(words, str):
        return change
    try:
        old = value_at(original, str(change.get("path")))
    except LookupError:
        return change
    if not sealed_at(old):
        return change
    check_mended(change["path"], words, "/body/changes")
    if isinstance(value, dict):
        return change
    return {**change, "value": {"open": old["open"], "text": words}}


def direct(register: Register, now: datetime) -> Append:
    """Appends straight to the register: for commands, which are alone in their process."""
    return lambda request: register.append_one(request, now=now)
