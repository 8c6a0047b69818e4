"""SHA-256 as this software uses it: first bytes keep leaves, nodes and texts apart.

    leaf        SHA-256(0x00 ‖ entry)
    node        SHA-256(0x01 ‖ left ‖ right)
    commitment  SHA-256(0x02 ‖ …)          see `ledger.core.sealed`

Without the first byte an inner node could be passed off as an entry of 64 bytes.

Source: RFC 6962, section 2.1.
"""

from __future__ import annotations

import re
from hashlib import sha256

from ledger.errors import MalformedError

SIZE = 32
"""Bytes in a digest."""

ZERO = bytes(SIZE)
"""`previous` of the first entry: there is nothing before it."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of an entry as a leaf of the tree.

    Source: RFC 6962, section 2.1.
    """
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two subtrees.

    Source: RFC 6962, section 2.1.
    """
    return sha256(b"\x01" + left + right).digest()


def parse_hex(text: str) -> bytes:
    """Return the 32 bytes that exactly 64 lower-case hexadecimal digits stand for.

    Raises:
        MalformedError: `bad_value`.
    """
    if not _HEX(text):
        raise MalformedError("bad_value", "a digest is 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


_HEX = re.compile("[0-9a-f]{64}").fullmatch
