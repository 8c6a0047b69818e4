"""Signed statements: what a council, a panel or a guarantor says under its own key.

    message = "filrouge/statement/v1" ‖ 0A ‖ origin ‖ 0A ‖ canonical object
    object  = body, by, illustrative (if there), kind, on, process, sources of the entry,
              key and nonce of its `signed`
    sig     = Ed25519(message)
    key     = SHA-256(raw public key), in hex

The body is sealed already: the signer seals on their own side, so that an erasure leaves the
signature good. What the register adds (`at`, `nth`, `previous`, `recorder`, `seq`) is not
signed. The origin keeps a statement in its register, the process in its process, the nonce
keeps it from being recorded twice.

Source: docs/format.md, section 8; RFC 8032, sections 5.1.6 and 5.1.7.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ledger.core import canonical
from ledger.core.canonical import JSON
from ledger.core.keys import decode_base64
from ledger.errors import MalformedError, TamperedError

PREFIX = b"filrouge/statement/v1\n"
_PARTS = ("body", "by", "illustrative", "kind", "on", "process", "sources")


def key_id(public: bytes) -> str:
    """The id of a statement key: 64 hexadecimal digits."""
    return sha256(public).hexdigest()


def encode_statement(
    statement: Mapping[str, object], *, origin: str, key: str, nonce: str
) -> bytes:
    """The bytes that are signed.

    Args:
        statement: A decoded entry or sealed draft; what is not signed in it is passed over.
        origin: Of the register that it is meant for.
        key: The id of the key that signs.
        nonce: 32 hexadecimal digits, once in a register.

    Raises:
        MalformedError: a value is outside the canonical profile.
    """
    said = {part: statement[part] for part in _PARTS if part in statement}
    data = canonical.encode({**said, "key": key, "nonce": nonce})
    return PREFIX + origin.encode() + b"\n" + data


def sign_statement(
    statement: Mapping[str, object], private: Ed25519PrivateKey, *, origin: str, nonce: str
) -> dict[str, JSON]:
    """What goes into the statement as `signed`.

    Raises:
        MalformedError: as `encode_statement`.
    """
    key = key_id(private.public_key().public_bytes_raw())
    message = encode_statement(statement, origin=origin, key=key, nonce=nonce)
    sig = base64.b64encode(private.sign(message)).decode()
    return {"key": key, "nonce": nonce, "sig": sig}


def check_statement(
    statement: Mapping[str, object],
    public: bytes,
    *,
    origin: str,
    key: str,
    nonce: str,
    sig: str,
) -> None:
    """Check that the holder of `public` signed this statement for this register.

    Args:
        public: The raw public key, 32 bytes.
        sig: In base64.

    Raises:
        MalformedError: a value is outside the canonical profile, or `sig` is no base64.
        TamperedError: `signature_differs`: another key, or anything signed was changed.
    """
    message = encode_statement(statement, origin=origin, key=key, nonce=nonce)
    signature = decode_base64(sig, code="bad_signature")
    try:
        if key_id(public) != key:
            raise InvalidSignature
        _public(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise TamperedError(
            "signature_differs", f"key {key[:8]}… did not sign this statement as it stands here"
        ) from error


def check_public(public: bytes) -> None:
    """Check that raw bytes are a key that can sign statements.

    Raises:
        MalformedError: `bad_key_text`: not 32 bytes, or a point under which one signature
            would be good for many messages.
    """
    if len(public) != 32:
        raise MalformedError("bad_key_text", "a statement key is 32 bytes, Ed25519")
    if int.from_bytes(public, "little") % 2**255 in _SMALL:
        raise MalformedError("bad_key_text", "this point proves nothing: it is of small order")


@lru_cache(maxsize=1024)
def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


_P = 2**255 - 19
_ORDER_8 = (
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
)
_SMALL = frozenset({0, 1, _P - 1, _P, _P + 1, *_ORDER_8})
"""The y of every point of small order, in each spelling of 255 bits."""
