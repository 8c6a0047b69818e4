"""Cosignatures: someone has seen this checkpoint, at this time, grow from those before.

In a signature line both kinds are a time of 8 bytes, big-endian seconds since 1970, and the
signature proper. What is signed:

    0x04  Ed25519    cosignature/v1\\ntime <seconds>\\n ‖ the checkpoint's text
    0x06  ML-DSA-44  "subtree/v1\\n\\0" ‖ len ‖ cosigner's name ‖ time ‖ len ‖ log's origin
                     ‖ start = 0 ‖ end = size ‖ root     (lengths 1 byte, numbers 8 bytes)

Witnesses sign so; the log adds an ML-DSA-44 cosignature of its own under its own name, because
a public decision outlives today's curves.

Source: C2SP tlog-cosignature, "Format", "Ed25519 signed message", "ML-DSA-44 signed message".
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from ledger.core import checkpoint, keys
from ledger.core.keys import PrivateKey, Verifier, VerifierKey
from ledger.core.note import Signature
from ledger.errors import MalformedError

MAX_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CosignatureVerifier:
    """Checks cosignatures of kind 0x04 or 0x06, as its key says."""

    key: VerifierKey

    def check(self, text: str, sig: bytes) -> None:
        """Check one cosignature of the checkpoint `text`.

        Raises:
            MalformedError: `bad_checkpoint`: the text is none, or (0x06) it has extension
                lines, which this kind would leave unsigned.
            TamperedError: `signature_differs`.

        Source: C2SP tlog-cosignature; FIPS 204, section 5.3 (with the empty context).
        """
        message = _message(self.key, text, sig[:8])
        if self.key.kind == keys.ED25519_COSIGNATURE:
            keys.check_ed25519(self.key, message, sig[8:])
            return
        try:
            MLDSA44PublicKey.from_public_bytes(self.key.public).verify(sig[8:], message)
        except InvalidSignature as error:
            raise keys.differs(self.key) from error


@dataclass(frozen=True, slots=True)
class CosignatureSigner:
    """Cosigns checkpoints: kind 0x06 with an ML-DSA-44 key, kind 0x04 with an Ed25519 key."""

    name: str
    private: PrivateKey

    @property
    def key(self) -> VerifierKey:
        """The key under which others check."""
        classical = isinstance(self.private, Ed25519PrivateKey)
        kind = keys.ED25519_COSIGNATURE if classical else keys.MLDSA44_COSIGNATURE
        return VerifierKey(self.name, kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, *, at: int) -> bytes:
        """Return time and signature of the checkpoint `text`.

        Args:
            at: Seconds since 1970.

        Raises:
            MalformedError: `bad_checkpoint`, as `CosignatureVerifier.check`; `bad_value`: a
                time out of range.

        Source: C2SP tlog-cosignature; FIPS 204, section 5.2 (with the empty context).
        """
        if not 0 <= at <= MAX_TIME:
            raise MalformedError("bad_value", f"{at} is not a time")
        time = at.to_bytes(8, "big")
        return time + self.private.sign(_message(self.key, text, time))


def parse_verifier(text: str) -> Verifier:
    """Return what checks the signatures of the verifier key `text`, of any of the three kinds.

    Raises:
        MalformedError: `bad_key_text`.
    """
    key = keys.parse_key(text)
    return keys.Ed25519Verifier(key) if key.kind == keys.ED25519 else CosignatureVerifier(key)


def signed_at(cosignature: Signature) -> int:
    """Return when a cosignature says it was made: seconds since 1970, 0 if it does not say.

    Only for a verified signature of kind 0x04 or 0x06.

    Source: C2SP tlog-cosignature, "Format".
    """
    return int.from_bytes(cosignature.sig[:8], "big")


def _message(key: VerifierKey, text: str, time: bytes) -> bytes:
    """Return the bytes that are signed."""
    seconds = int.from_bytes(time, "big")
    if seconds > MAX_TIME:
        raise keys.differs(key)
    signed = checkpoint.parse(text)
    if key.kind == keys.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n{text}".encode()
    if signed.extensions:
        message = "ML-DSA-44 cosignatures do not cover extension lines: refused"
        raise MalformedError("bad_checkpoint", message)
    numbers = (0).to_bytes(8, "big") + signed.size.to_bytes(8, "big")
    name, origin = _short(key.name), _short(signed.origin)
    return b"subtree/v1\n\x00" + name + time + origin + numbers + signed.root


def _short(text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise MalformedError("bad_checkpoint", "names and origins have at most 255 bytes")
    return bytes([len(data)]) + data
