"""Checkpoints and receipts: what a log says of its tree, and what it hands to others.

A checkpoint is a signed note whose text is

    dialogue.example/registre                       origin: which log
    20852163                                        size: leaves in the tree
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    root, base64

and nothing more: extension lines are allowed by the standard and accepted from others, but
never written, since an ML-DSA-44 cosignature would not cover them.

A receipt is a checkpoint with the proof that one entry is in its tree. It verifies offline,
against the origin and keys that the reader already trusts:

    c2sp.org/tlog-proof@v1
    index 17
    <inclusion proof, one base64 digest on each line, from the leaf upwards>

    <checkpoint>

Times are arguments, in seconds since 1970; nothing here reads a clock.

Source: C2SP tlog-checkpoint, "Note text"; C2SP tlog-proof, "Format" and "Verifying a tlog
proof".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.core import merkle, note
from ledger.core.digest import EMPTY_ROOT, SIZE
from ledger.core.keys import Signer, Verifier, decode_base64
from ledger.core.note import Signature
from ledger.errors import MalformedError, TamperedError, UncheckedError

MAX_SIZE = 2**63 - 1
MAX_PROOF = 63
RECEIPT_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What somebody says a log's tree is; nobody has checked who says so.

    Raises:
        MalformedError: `bad_checkpoint`: an empty or broken origin or extension line, a size
            out of range, a root not of 32 bytes, or a wrong root for the empty tree.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(not line or "\n" in line for line in lines):
            raise MalformedError("bad_checkpoint", "origin and extensions are non-empty lines")
        if not 0 <= self.size <= MAX_SIZE:
            raise MalformedError("bad_checkpoint", f"{self.size} cannot be the size of a tree")
        if len(self.root) != SIZE:
            raise MalformedError("bad_checkpoint", f"a root has {SIZE} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedError("bad_checkpoint", "the empty tree has another root")


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """What the log itself has signed, and who witnessed it.

    Attributes:
        signatures: By the log's own keys; at least one.
        cosignatures: By the witnesses asked for; maybe none.
    """

    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...]
    cosignatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proof that one entry is in the tree of a checkpoint; nothing in it is checked yet.

    Attributes:
        index: The entry's `seq`.
        proof: Sibling digests from the leaf upwards.
        checkpoint: The signed note, verbatim.
        extra: Opaque, and never authenticated; None if absent.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def encode(checkpoint: Checkpoint) -> str:
    """Return the text that is signed, ending in a line feed.

    Source: C2SP tlog-checkpoint, "Note text".
    """
    root = base64.b64encode(checkpoint.root).decode()
    lines = (checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions)
    return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Checkpoint:
    """Return the checkpoint written in the text of a note.

    Raises:
        MalformedError: `bad_checkpoint`.

    Source: C2SP tlog-checkpoint, "Note text".
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise MalformedError("bad_checkpoint", "origin, size and root, a line each, are needed")
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin,
        _parse_number(size, "bad_checkpoint"),
        decode_base64(root, code="bad_checkpoint"),
        tuple(extensions),
    )


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer, at: int) -> bytes:
    """Return the checkpoint as a note signed by all `signers`, the log's Ed25519 key first.

    Args:
        at: Seconds since 1970, for cosigners.

    Raises:
        MalformedError: `bad_note`: the origin holds control characters, or no signers.

    Source: C2SP tlog-checkpoint, "Signatures".
    """
    return note.sign(encode(checkpoint), *signers, at=at)


def open_checkpoint(
    data: bytes,
    verifiers: Iterable[Verifier],
    origin: str,
    *,
    witnesses: Iterable[Verifier] = (),
) -> VerifiedCheckpoint:
    """Return the checkpoint in `data` if the log named `origin` has signed it.

    Args:
        verifiers: The log's own keys; one of them must have signed. To ask for all of them
            (Ed25519 and ML-DSA-44), count `signatures` in the result.
        witnesses: Keys of others; what they signed is checked, but they need not have.

    Raises:
        MalformedError: `bad_note`, `bad_checkpoint`, `bad_key_text` or `too_large`.
        TamperedError: `signature_differs`, for any known key; `checkpoint_differs`: the log's
            key has signed for another origin.
        UncheckedError: `no_key`: none of the log's keys has signed.

    Source: C2SP tlog-checkpoint, "Signatures"; C2SP tlog-proof, "Verifying a tlog proof",
    steps 2 and 3.
    """
    own = list(verifiers)
    opened = note.open_(data, [*own, *witnesses])
    keys = {(verifier.key.name, verifier.key.key_id) for verifier in own}
    signatures = tuple(s for s in opened.signatures if (s.name, s.key_id) in keys)
    if not signatures:
        raise UncheckedError("no_key", f"witnessed, but not signed by a known key of {origin}")
    checkpoint = parse(opened.text)
    if checkpoint.origin != origin:
        message = f"this is a checkpoint of {checkpoint.origin!r}, not of {origin!r}"
        raise TamperedError("checkpoint_differs", message)
    others = tuple(s for s in opened.signatures if (s.name, s.key_id) not in keys)
    return VerifiedCheckpoint(origin, checkpoint.size, checkpoint.root, signatures, others)


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the receipt as a file, by custom named `*.tlog-proof`.

    Source: C2SP tlog-proof, "Format".
    """
    lines = [RECEIPT_HEADER]
    if receipt.extra:
        lines.append(f"extra {base64.b64encode(receipt.extra).decode()}")
    lines.append(f"index {receipt.index}")
    lines.extend(base64.b64encode(sibling).decode() for sibling in receipt.proof)
    return "\n".join([*lines, "", ""]).encode() + receipt.checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Return the receipt written in `data`, unchecked, its checkpoint unread.

    Raises:
        MalformedError: `bad_proof`, or `too_large`.

    Source: C2SP tlog-proof, "Format".
    """
    if len(data) > 2 * note.MAX_BYTES:
        raise MalformedError("too_large", f"{len(data)} bytes are no receipt")
    head, gap, checkpoint = data.partition(b"\n\n")
    header, *lines = head.decode("ascii", errors="replace").split("\n")
    if header != RECEIPT_HEADER or not gap or not checkpoint:
        raise MalformedError("bad_proof", "this is not a receipt (tlog-proof@v1)")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0)[6:], code="bad_proof")
        if not extra:
            raise MalformedError("bad_proof", "a receipt without extra data omits the line")
    if not lines or not lines[0].startswith("index "):
        raise MalformedError("bad_proof", "the receipt does not say its index")
    index = _parse_number(lines[0][6:], "bad_proof")
    if len(lines) - 1 > MAX_PROOF:
        raise MalformedError("bad_proof", f"at most {MAX_PROOF} digests")
    proof = tuple(decode_base64(line, code="bad_proof") for line in lines[1:])
    if any(len(sibling) != SIZE for sibling in proof):
        raise MalformedError("bad_proof", f"a digest has {SIZE} bytes")
    return Receipt(index, proof, checkpoint, extra)


def check_receipt(
    receipt: Receipt,
    *,
    leaf: bytes,
    verifiers: Iterable[Verifier],
    origin: str,
    witnesses: Iterable[Verifier] = (),
) -> VerifiedCheckpoint:
    """Check that the entry with leaf hash `leaf` is recorded where the receipt says.

    Returns:
        The checkpoint that vouches for it; whether its cosignatures suffice is the caller's
        policy.

    Raises:
        MalformedError: as `open_checkpoint`; `bad_proof`.
        TamperedError: as `open_checkpoint`; `root_differs`: the entry is not there.
        UncheckedError: `no_key`.

    Source: C2SP tlog-proof, "Verifying a tlog proof".
    """
    opened = open_checkpoint(receipt.checkpoint, verifiers, origin, witnesses=witnesses)
    merkle.check_inclusion(
        receipt.proof, size=opened.size, root=opened.root, index=receipt.index, leaf=leaf
    )
    return opened


_NUMBER = re.compile("0|[1-9][0-9]{0,18}").fullmatch


def _parse_number(text: str, code: str) -> int:
    if not _NUMBER(text) or int(text) > MAX_SIZE:
        raise MalformedError(
            code, f"not a count in decimal without leading zeros: {text[:40]!r}"
        )
    return int(text)
