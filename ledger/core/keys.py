"""Keys that sign notes, and their forms as text.

    key id        = SHA-256(name ‖ 0x0A ‖ kind ‖ public key)[:4]
    verifier key  = name+<key id in hex>+<base64 of kind ‖ public key>

A name with an id says which key signed, and how. Kinds: 0x01 Ed25519 over the text (here);
0x04 and 0x06 cosignatures (`ledger.core.cosignature`). Private keys are PKCS #8 files in PEM.

Source: C2SP signed-note, "Signatures"; for verifier keys C2SP pull request 119 and Go's
golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.errors import MalformedError, TamperedError

ED25519 = 0x01
ED25519_COSIGNATURE = 0x04
MLDSA44_COSIGNATURE = 0x06

PrivateKey: TypeAlias = Ed25519PrivateKey | MLDSA44PrivateKey


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under the name and kind it signs with.

    Raises:
        MalformedError: `bad_key_text`: the name is empty or holds a space, plus sign or control
            character; the kind is unknown, or the key not of its length.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name, code="bad_key_text")
        if len(self.public) != _LENGTHS.get(self.kind):
            message = f"kind {self.kind} with {len(self.public)} bytes is no key known here"
            raise MalformedError("bad_key_text", message)

    @property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, tell this key from others."""
        return sha256(f"{self.name}\n".encode() + self._material).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(self._material).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @property
    def _material(self) -> bytes:
        return bytes([self.kind]) + self.public


class Verifier(Protocol):
    """Checks the signatures of one key."""

    @property
    def key(self) -> VerifierKey:
        """The key whose lines it checks."""
        ...

    def check(self, text: str, sig: bytes) -> None:
        """Return if `sig` is this key's signature of `text`; else raise TamperedError."""
        ...


class Signer(Protocol):
    """Signs with one key."""

    @property
    def key(self) -> VerifierKey:
        """The key under which others check."""
        ...

    def sign(self, text: str, *, at: int) -> bytes:
        """Return the signature of `text`, made `at` so many seconds since 1970."""
        ...


@dataclass(frozen=True, slots=True)
class Ed25519Verifier:
    """Checks signatures of kind 0x01: Ed25519 over the text."""

    key: VerifierKey

    def check(self, text: str, sig: bytes) -> None:
        """Check one signature.

        Raises:
            TamperedError: `signature_differs`.

        Source: RFC 8032, section 5.1.7.
        """
        check_ed25519(self.key, text.encode(), sig)


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs the text with Ed25519, kind 0x01: the log's own signature."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> VerifierKey:
        """The key under which others check."""
        return VerifierKey(self.name, ED25519, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, *, at: int) -> bytes:
        """Return the 64 bytes; they say nothing of the time `at`.

        Source: RFC 8032, section 5.1.6.
        """
        return self.private.sign(text.encode())


def parse_key(text: str) -> VerifierKey:
    """Return the verifier key written in `text`.

    Raises:
        MalformedError: `bad_key_text`.

    Source: C2SP pull request 119, "Verifier keys".
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise MalformedError("bad_key_text", "a verifier key is name+id+base64")
    material = decode_base64(parts[2], code="bad_key_text")
    key = VerifierKey(parts[0], material[0] if material else 0, material[1:])
    if key.key_id.hex() != parts[1]:
        raise MalformedError("bad_key_text", f"the id of this key is {key.key_id.hex()}")
    return key


def load_private(pem: bytes) -> PrivateKey:
    """Return the private key of an unencrypted PKCS #8 PEM file.

    Raises:
        MalformedError: `bad_key_text`: no such file, or neither Ed25519 nor ML-DSA-44.

    Source: RFC 8410, section 7 (Ed25519); RFC 9881, section 6 (ML-DSA).
    """
    try:
        private = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = "this is not an unencrypted private key in PEM"
        raise MalformedError("bad_key_text", message) from error
    if not isinstance(private, PrivateKey):
        raise MalformedError("bad_key_text", "the key is neither Ed25519 nor ML-DSA-44")
    return private


def dump_private(private: PrivateKey) -> bytes:
    """Return the PKCS #8 PEM form of a private key, unencrypted."""
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def check_ed25519(key: VerifierKey, message: bytes, sig: bytes) -> None:
    """Check an Ed25519 signature of `message`, whatever the kind of `key`.

    Raises:
        TamperedError: `signature_differs`.
    """
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(sig, message)
    except InvalidSignature as error:
        raise differs(key) from error


def differs(key: VerifierKey) -> TamperedError:
    """Return the error that says that a signature does not match."""
    message = f"{key.name} did not sign this: text, time or signature was changed"
    return TamperedError("signature_differs", message)


def decode_base64(text: str, *, code: str) -> bytes:
    """Return the bytes of `text`, which must be their only base64 form.

    Raises:
        MalformedError: `code`.

    Source: RFC 4648, section 4, and 3.5 (canonical encoding).
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(code, f"not base64: {text[:40]!r}") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedError(code, f"not the canonical base64: {text[:40]!r}")
    return data


def check_name(name: str, *, code: str) -> None:
    """Check that `name` can name a key: not empty, no space, plus sign or control character.

    Raises:
        MalformedError: `code`.

    Source: C2SP signed-note, "Format".
    """
    if not name or _NOT_IN_NAMES(name) or any(char.isspace() for char in name):
        raise MalformedError(code, f"{name[:60]!r} cannot name a key")


_NOT_IN_NAMES = re.compile("[+\x00-\x20\ud800-\udfff]").search
_LENGTHS = {ED25519: 32, ED25519_COSIGNATURE: 32, MLDSA44_COSIGNATURE: 1312}
