"""The Merkle tree of RFC 6962: roots, proofs, and their checking.

    MTH({})   = SHA-256()
    MTH({d})  = leaf hash of d
    MTH(D[n]) = node hash of (MTH(D[0:k]), MTH(D[k:n])), k the largest power of two below n

Whoever proves reads hashes of complete subtrees through `HashReader`; whoever checks needs
nothing but the proof and a root from a checkpoint. Proofs are lists of 32-byte digests from
the leaf upwards. Leaves are leaf hashes throughout, never entries.

Source: RFC 6962, section 2.1; RFC 9162, section 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from ledger.core.digest import EMPTY_ROOT, SIZE, node_hash
from ledger.errors import MalformedError, TamperedError


class HashReader(Protocol):
    """Where proofs take their hashes from."""

    def read(self, level: int, index: int, /) -> bytes:
        """Return the hash of the 2**level leaves that start at leaf index * 2**level."""
        ...


def root(reader: HashReader, size: int) -> bytes:
    """Return the root of the first `size` leaves.

    Raises:
        MalformedError: `bad_proof`, for a negative size.

    Source: RFC 6962, section 2.1.
    """
    if size < 0:
        raise MalformedError("bad_proof", "a tree has no negative size")
    return _subtree(reader, 0, size) if size else EMPTY_ROOT


def prove_inclusion(reader: HashReader, *, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of the first `size` leaves.

    Raises:
        MalformedError: `bad_proof`: `index` lies outside the tree.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise MalformedError("bad_proof", f"there is no leaf {index} in a tree of {size}")
    proof, start, stop = [], 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_subtree(reader, middle, stop))
            stop = middle
        else:
            proof.append(_subtree(reader, start, middle))
            start = middle
    proof.reverse()
    return proof


def prove_consistency(reader: HashReader, *, old_size: int, new_size: int) -> list[bytes]:
    """Return the proof that the first `old_size` leaves are a prefix of the first `new_size`.

    Empty for equal sizes, and for `old_size` 0: everything extends the empty tree.

    Raises:
        MalformedError: `bad_proof`: the sizes are not 0 <= old_size <= new_size.

    Source: RFC 6962, section 2.1.2; C2SP tlog-witness, "add-checkpoint" (old size zero).
    """
    _check_sizes(old_size, new_size)
    proof: list[bytes] = []
    if old_size == 0:
        return proof
    start, stop = 0, new_size
    while stop != old_size:
        middle = start + _split(stop - start)
        if old_size <= middle:
            proof.append(_subtree(reader, middle, stop))
            stop = middle
        else:
            proof.append(_subtree(reader, start, middle))
            start = middle
    # With start 0 the subtree reached is the old tree, whose root the checker has already.
    if start:
        proof.append(_subtree(reader, start, stop))
    proof.reverse()
    return proof


def check_inclusion(
    proof: Sequence[bytes], *, size: int, root: bytes, index: int, leaf: bytes
) -> None:
    """Check that a tree of `size` entries with this `root` holds `leaf` at `index`.

    Args:
        proof: Sibling digests from the leaf upwards, at most ceil(log2(size)) of 32 bytes.
        size: From the same checkpoint as `root`: a root alone does not tell its size.
        root: Taken from a checkpoint that the caller has already verified.
        leaf: The leaf hash of the entry.

    Raises:
        MalformedError: `bad_proof`: `index` lies outside the tree, or the proof has the wrong
            length.
        TamperedError: `root_differs`: the proof is well formed and leads to another root.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise MalformedError("bad_proof", f"there is no leaf {index} in a tree of {size}")
    # Up to the node where the paths to `index` and to the last leaf part, siblings may lie on
    # either side; above it the path runs along the right edge, and siblings lie to the left.
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    _check_digests(proof, inner + border)
    node = leaf
    for level, sibling in enumerate(proof):
        if level >= inner or index >> level & 1:
            node = node_hash(sibling, node)
        else:
            node = node_hash(node, sibling)
    if node != root:
        raise TamperedError("root_differs", f"leaf {index} is not in this tree of {size}")


def check_consistency(
    proof: Sequence[bytes], *, old_size: int, old_root: bytes, new_size: int, new_root: bytes
) -> None:
    """Check that the tree with `new_root` begins with the tree that has `old_root`.

    An old tree of size 0 is accepted: its root must be that of the empty tree, its proof
    empty. For equal sizes the proof is empty and the roots are equal.

    Args:
        old_size: Like `new_size`, from the same verified checkpoint as its root.

    Raises:
        MalformedError: `bad_proof`: sizes out of order, or a proof of the wrong length.
        TamperedError: `root_differs`: the proof is well formed and leads to other roots.

    Source: RFC 9162, section 2.1.4.2; C2SP tlog-witness, "add-checkpoint" (old size zero).
    """
    _check_sizes(old_size, new_size)
    if old_size in (0, new_size):
        _check_digests(proof, 0)
        if old_root != (new_root if old_size else EMPTY_ROOT):
            raise TamperedError("root_differs", f"two roots for one tree of {old_size}")
        if new_size == 0 and new_root != EMPTY_ROOT:
            raise TamperedError("root_differs", "this is not the root of the empty tree")
        return
    # The path starts at the largest complete subtree that ends where the old tree ends.
    last = old_size - 1
    height = (old_size & -old_size).bit_length() - 1
    inner = (last ^ (new_size - 1)).bit_length() - height
    border = (last >> height + inner).bit_count()
    whole = old_size == 1 << height
    _check_digests(proof, inner + border + (not whole))
    old = new = old_root if whole else proof[0]
    for level, sibling in enumerate(proof if whole else proof[1:]):
        if level >= inner or last >> height + level & 1:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if old != old_root:
        raise TamperedError("root_differs", f"another root for the old tree of {old_size}")
    if new != new_root:
        raise TamperedError("root_differs", f"another root for the new tree of {new_size}")


class Frontier:
    """The right edge of a growing tree: enough for its root, in O(log size) memory."""

    __slots__ = ("_stack", "size")

    def __init__(self) -> None:
        self.size = 0
        # Roots of complete subtrees, largest first: one for each bit set in `size`.
        self._stack: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the next leaf hash."""
        stack, carry = self._stack, self.size
        while carry & 1:
            leaf = sha256(b"\x01" + stack.pop() + leaf).digest()
            carry >>= 1
        stack.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of all leaves appended so far.

        Source: RFC 6962, section 2.1.
        """
        return fold(self._stack)


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Return the root above complete subtrees given largest first, as RFC 6962 joins them."""
    if not subtrees:
        return EMPTY_ROOT
    node = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        node = node_hash(left, node)
    return node


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _subtree(reader: HashReader, start: int, stop: int) -> bytes:
    """Return MTH(D[start:stop]); `start` is a multiple of every power of two taken off."""
    parts = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        parts.append(reader.read(level, start >> level))
        start += 1 << level
    return fold(parts)


def _check_sizes(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size:
        message = f"a tree of {new_size} does not extend one of {old_size}"
        raise MalformedError("bad_proof", message)


def _check_digests(proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length:
        message = f"the proof has {len(proof)} digests; {length} are needed"
        raise MalformedError("bad_proof", message)
    if any(len(sibling) != SIZE for sibling in proof):
        raise MalformedError("bad_proof", f"a digest has {SIZE} bytes")
