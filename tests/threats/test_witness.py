"""A witness lies: it cosigns what it is shown, or nothing, or what the log never signed.

No server asks witnesses yet; what their cosignatures are worth is settled by the format.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import note
from ledger.core.checkpoint import VerifiedCheckpoint, open_checkpoint
from ledger.core.cosignature import CosignatureSigner, CosignatureVerifier
from ledger.errors import TamperedError, UncheckedError
from tests.threats.hand import Register
from tests.world import unit

ORIGIN = "registre.example/essai"
WITNESS = CosignatureSigner("temoin.example", Ed25519PrivateKey.generate())
AT = 1_790_000_000


def cosigned(checkpoint: bytes) -> bytes:
    """The checkpoint with the witness's line below those of the log."""
    text = note.parse(checkpoint).text
    line = note.sign(text, WITNESS, at=AT).partition(b"\n\n")[2]
    return checkpoint + line


def opened(register: Register, checkpoint: bytes) -> VerifiedCheckpoint:
    """As somebody opens it who knows the keys of the log and of the witness."""
    witness = CosignatureVerifier(WITNESS.key)
    return open_checkpoint(checkpoint, register.verifiers(), ORIGIN, witnesses=[witness])


def test_a_witness_alone_makes_no_checkpoint(register: Register) -> None:
    text = note.parse(register.checkpoint()).text
    with pytest.raises(UncheckedError, match="not signed by a known key"):
        opened(register, note.sign(text, WITNESS, at=AT))


def test_a_cosignature_of_something_else_is_refused(register: Register) -> None:
    before = cosigned(register.checkpoint())
    register.record([unit("R4")])
    stray = before.rpartition(b"\n\xe2\x80\x94 ")[2]
    with pytest.raises(TamperedError):
        opened(register, register.checkpoint() + b"\xe2\x80\x94 " + stray)


def test_a_witness_that_cosigns_two_histories_is_convicted_by_the_two(
    register: Register, tmp_path: Path
) -> None:
    other = register.fork(tmp_path / "forged")
    register.record([unit("R4", "Des fontaines")])
    other.record([unit("R4", "Des parkings")])
    shown = [opened(register, cosigned(each.checkpoint())) for each in (register, other)]
    # Whoever holds both shows who signed: no honest witness signs a second root of one size.
    assert shown[0].size == shown[1].size
    assert shown[0].root != shown[1].root
    for checkpoint in shown:
        assert [line.name for line in checkpoint.cosignatures] == ["temoin.example"]
