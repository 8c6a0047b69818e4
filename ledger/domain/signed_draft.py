"""Drafts that their speaker signed: sealed on their side, recorded byte for byte.

    {"process": "cours-fraiches", "kind": "opinion.delivered", "on": "2026-11-01",
     "by": {"name": "Conseil citoyen", "role": "citizens"},
     "body": {"id": "O1", "declares": 2, "title": {"open": "public", "sealed": "<64 hex>"}},
     "sources": [],
     "signed": {"key": "<64 hex>", "nonce": "<32 hex>", "sig": "<base64>"},
     "openings": [{"path": "/body/title", "value": "…", "key": "<64 hex>"}]}

Every sealed text comes with exactly one opening, and every opening opens one. Procedures and
entries are numbers in it already: nothing that was signed is changed by recording.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import sealed
from ledger.core.sealed import Opening, check_opening
from ledger.core.statement import check_statement, sign_statement
from ledger.domain.draft import (
    Draft,
    Opened,
    Prepared,
    SentOpening,
    check_mended,
    check_words,
    finish,
    map_texts,
    seal_draft,
)
from ledger.domain.entry import validated
from ledger.domain.events import CorrectionMade
from ledger.domain.values import Sealed, Sealing
from ledger.errors import LedgerError, MalformedError, TamperedError

_NUMBERS = {
    "procedure": "give the number of its adoption: `filrouge procedure list` tells it",
    "entry": "give its number in the register: its page and `filrouge show PROCESS` tell it",
}


def sign_draft(
    draft: Draft,
    private: Ed25519PrivateKey,
    *,
    origin: str,
    nonce: str,
    new_key: Callable[[], bytes] = sealed.new_key,
) -> dict[str, Any]:
    """The signed draft that a plain one becomes, sealed; needs no register.

    Args:
        origin: Of the register that is to record it.
        nonce: 32 hexadecimal digits, new for each statement.

    Raises:
        MalformedError: as `prepare`; `bad_draft`: it is signed already, or names what a signed
            statement numbers.
    """
    if draft.signed is not None:
        raise MalformedError("bad_draft", "this draft is signed already", where="/signed")
    _check_numbers(draft)
    body, sources, openings = seal_draft(draft, new_key)
    finish(draft, body, sources, openings, recorder="signer")
    said = _said(draft, body, sources)
    return {
        **said,
        "signed": sign_statement(said, private, origin=origin, nonce=nonce),
        "openings": [
            {"path": one.path, "value": one.value, "key": one.key.hex()} for one, _ in openings
        ],
    }


def prepare_signed(draft: Draft, *, recorder: str, origin: str, public: bytes) -> Prepared:
    """Checks a signed draft and encodes it as it is.

    Args:
        recorder: The account that records it.
        origin: Of this register.
        public: The raw public key that `signed.key` names.

    Raises:
        MalformedError: `bad_signature`; `bad_draft`: openings and sealed texts do not match one
            another; else as `prepare`.
    """
    assert draft.signed is not None
    assert draft.openings is not None
    _check_numbers(draft)
    sent: dict[str, SentOpening] = {}
    keys: set[str] = set()
    for i, one in enumerate(draft.openings):
        if one.path in sent:
            raise _unfit(f"{one.path} has an opening already", i)
        if one.key in keys:
            # The key of a text that stays would let everybody guess at one that was erased.
            raise _unfit("each opening has a key of its own", i)
        sent[one.path] = one
        keys.add(one.key)
    openings: list[Opened] = []

    def take(value: Any, plan: Sealing, path: str) -> Any:
        if not isinstance(value, dict):
            if isinstance(value, str) and plan.open != "clear":
                message = "a signed statement is sealed by its signer: `filrouge sign`"
                raise MalformedError("bad_draft", message, where=path)
            return value
        text = validated(Sealed, value, path)
        one = sent.pop(path, None)
        if one is None:
            raise MalformedError("bad_draft", "no opening came for this text", where=path)
        check_words(one.value, plan, path)
        openings.append(_opened(one, text))
        return value

    body, sources = map_texts(draft, take)
    if sent:
        path = next(iter(sent))
        place = [one.path for one in draft.openings].index(path)
        raise _unfit(f"no sealed text is at {path}", place)
    prepared = finish(draft, body, sources, openings, recorder=recorder)
    if isinstance(prepared.body, CorrectionMade):
        words = {one.path: one.value for one in draft.openings}
        for i, change in enumerate(prepared.body.changes):
            path = f"/body/changes/{i}/value"
            if path in words:
                check_mended(change.path, words[path], path)
    _check_signature(draft, body, sources, origin, public)
    return prepared


def _opened(one: SentOpening, text: Sealed) -> Opened:
    opening = Opening(one.path, one.value, bytes.fromhex(one.key), text.open == "public")
    made = bytes.fromhex(text.sealed)
    try:
        check_opening(opening, made)
    except TamperedError as error:
        raise MalformedError("bad_draft", error.message, where=one.path) from error
    return opening, made


def _said(draft: Draft, body: dict[str, Any], sources: list[Any]) -> dict[str, Any]:
    """What is signed of a sealed draft, but for key and nonce."""
    said: dict[str, Any] = {
        "process": draft.process,
        "kind": draft.kind,
        "on": draft.on,
        "by": {"name": draft.by.name, "role": draft.by.role},
        "body": body,
        "sources": sources,
    }
    return {**said, "illustrative": True} if draft.illustrative else said


def _check_signature(
    draft: Draft, body: dict[str, Any], sources: list[Any], origin: str, public: bytes
) -> None:
    assert draft.signed is not None
    said = _said(draft, body, sources)
    try:
        check_statement(said, public, origin=origin, **draft.signed.model_dump())
    except LedgerError as error:
        message = f"{error.message}, for the register {origin}"
        raise MalformedError("bad_signature", message, where="/signed/sig") from error


def _check_numbers(draft: Draft) -> None:
    """Checks that nothing is named that recording would have to look up: it would change."""
    for field, hint in _NUMBERS.items():
        value = draft.body.get(field)
        if field in draft.body and type(value) is not int:
            message = f"a signed statement names it by number: {hint}"
            raise MalformedError("bad_draft", message, where=f"/body/{field}")


def _unfit(message: str, place: int) -> MalformedError:
    return MalformedError("bad_draft", message, where=f"/openings/{place}")
