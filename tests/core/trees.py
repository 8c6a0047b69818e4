"""The definitions of RFC 6962, section 2.1, word by word: the oracle for the tree tests."""

from functools import cache
from hashlib import sha256


def leaf(index: int) -> bytes:
    """Return the leaf hash of the entry that says `index`."""
    return sha256(b"\x00" + str(index).encode()).digest()


@cache
def mth(start: int, stop: int) -> bytes:
    """Return MTH(D[start:stop]) of the entries 0, 1, 2 …"""
    if start == stop:
        return sha256(b"").digest()
    if stop - start == 1:
        return leaf(start)
    middle = start + split(stop - start)
    return sha256(b"\x01" + mth(start, middle) + mth(middle, stop)).digest()


def split(size: int) -> int:
    """Return the largest power of two below `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def path(index: int, start: int, stop: int) -> list[bytes]:
    """Return PATH(index, D[start:stop]) of section 2.1.1."""
    if stop - start == 1:
        return []
    k = split(stop - start)
    if index < k:
        return [*path(index, start, start + k), mth(start + k, stop)]
    return [*path(index - k, start + k, stop), mth(start, start + k)]


def subproof(old: int, start: int, stop: int, known: bool) -> list[bytes]:
    """Return SUBPROOF(old, D[start:stop], known) of section 2.1.2."""
    if old == stop - start:
        return [] if known else [mth(start, stop)]
    k = split(stop - start)
    if old <= k:
        return [*subproof(old, start, start + k, known), mth(start + k, stop)]
    return [*subproof(old - k, start + k, stop, False), mth(start, start + k)]


class Naive:
    """A `HashReader` that recomputes what it is asked for."""

    def read(self, level: int, index: int, /) -> bytes:
        """Return the hash of one complete subtree."""
        return mth(index << level, (index + 1) << level)
