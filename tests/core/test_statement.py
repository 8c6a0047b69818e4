from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ledger.core.statement import (
    check_public,
    check_statement,
    encode_statement,
    key_id,
    sign_statement,
)
from ledger.errors import MalformedError, TamperedError

ORIGIN = "registre.example/vecteurs"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
NONCE = "000102030405060708090a0b0c0d0e0f"
STATEMENT: dict[str, Any] = {
    "body": {"id": "O1", "declares": 2},
    "by": {"name": "Conseil citoyen", "role": "citizens"},
    "kind": "opinion.delivered",
    "on": "2026-11-01",
    "process": "cours-fraiches",
    "sources": [],
}
SIG = "VWpRRrk9Idqh+sbfGQDWcuD4U9XfQ1lBEszEDd2AiNuvnkjk/So2UwiSYHoDrqpa0lAkJWYeo3HnsR52MBTBDg=="
MESSAGE = (
    "filrouge/statement/v1\nregistre.example/vecteurs\n"
    '{"body":{"declares":2,"id":"O1"},"by":{"name":"Conseil citoyen","role":"citizens"},'
    f'"key":"{sha256(PUBLIC).hexdigest()}","kind":"opinion.delivered","nonce":"{NONCE}",'
    '"on":"2026-11-01","process":"cours-fraiches","sources":[]}'
)


def check(statement: dict[str, Any], public: bytes = PUBLIC, **signed: str) -> None:
    said = {"origin": ORIGIN, "key": key_id(PUBLIC), "nonce": NONCE, "sig": SIG}
    check_statement(statement, public, **{**said, **signed})


def test_the_bytes_that_are_signed_are_those_of_the_document():
    made = encode_statement(STATEMENT, origin=ORIGIN, key=key_id(PUBLIC), nonce=NONCE)
    assert made == MESSAGE.encode()


def test_a_known_statement_has_a_known_signature():
    signed = sign_statement(STATEMENT, PRIVATE, origin=ORIGIN, nonce=NONCE)
    assert signed == {"key": sha256(PUBLIC).hexdigest(), "nonce": NONCE, "sig": SIG}
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(base64.b64decode(SIG), MESSAGE.encode())
    check(STATEMENT)


def test_what_the_register_adds_is_not_signed():
    added = {"at": "2026-11-02T09:00:00.123Z", "nth": 3, "previous": "0" * 64, "seq": 9, "v": 1}
    check({**STATEMENT, **added, "recorder": "essai", "signed": {"key": "x"}})


@pytest.mark.parametrize(
    "lie",
    [
        {"body": {"id": "O1", "declares": 3}},
        {"by": {"name": "Conseil citoyen", "role": "jury"}},
        {"by": {"name": "Conseil", "role": "citizens"}},
        {"illustrative": True},
        {"kind": "response.given"},
        {"on": None},
        {"process": "autre"},
        {"sources": [{"title": {"open": "public", "sealed": "0" * 64}}]},
    ],
    ids=str,
)
def test_every_part_of_a_statement_is_signed(lie: dict[str, Any]):
    with pytest.raises(TamperedError) as caught:
        check({**STATEMENT, **lie})
    assert caught.value.code == "signature_differs"


OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "registre.example/autre"},
        {"nonce": "f" * 32},
        {"key": "0" * 64},
        {"public": OTHER},
        {"public": OTHER, "key": sha256(OTHER).hexdigest()},
        {"sig": base64.b64encode(bytes(64)).decode()},
    ],
    ids="-".join,
)
def test_a_signature_is_good_for_one_register_one_nonce_and_one_key(lie: dict[str, Any]):
    with pytest.raises(TamperedError):
        check(STATEMENT, **lie)


def test_a_key_signs_under_its_own_id_alone():
    """Whoever has one key could name another, that somebody else holds."""
    message = encode_statement(STATEMENT, origin=ORIGIN, key="0" * 64, nonce=NONCE)
    with pytest.raises(TamperedError):
        check(STATEMENT, key="0" * 64, sig=base64.b64encode(PRIVATE.sign(message)).decode())


def test_an_invented_statement_is_signed_as_such():
    invented = {**STATEMENT, "illustrative": True}
    signed = sign_statement(invented, PRIVATE, origin=ORIGIN, nonce=NONCE)
    check(invented, sig=str(signed["sig"]))
    with pytest.raises(TamperedError):
        check(STATEMENT, sig=str(signed["sig"]))


def test_a_signature_has_one_spelling():
    scalar = int.from_bytes(base64.b64decode(SIG)[32:], "little")
    order = 2**252 + 27742317777372353535851937790883648493
    again = base64.b64decode(SIG)[:32] + (scalar + order).to_bytes(32, "little")
    with pytest.raises(TamperedError):
        check(STATEMENT, sig=base64.b64encode(again).decode())
    with pytest.raises(MalformedError):
        check(STATEMENT, sig=SIG.rstrip("="))


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), bytes(31), b"\xff" * 32])
def test_keys_under_which_a_signature_proves_nothing_are_none(raw: bytes):
    """Under the first two, one signature is good for many messages."""
    if raw == b"\xff" * 32:
        with pytest.raises(TamperedError):
            check(STATEMENT, raw, key=key_id(raw))
    else:
        with pytest.raises(MalformedError) as caught:
            check_public(raw)
        assert caught.value.code == "bad_key_text"


def test_an_ordinary_key_may_sign():
    check_public(PUBLIC)
