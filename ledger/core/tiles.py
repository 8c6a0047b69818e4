"""The tree cut into tiles: files that never change once full, as tlog-tiles serves them.

A tile of level l holds up to 256 hashes of complete subtrees of 256**l leaves; a full one is
8,192 bytes, and its root is one hash of the level above. Its address is

    tile/<level>/<index>[.p/<width>]     hashes
    tile/entries/<index>[.p/<width>]     the entries themselves, each after its uint16 length

with the index in groups of three digits, all but the last after an `x`:

    >>> tile_path(0, 1234067)
    'tile/0/x001/x234/067'
    >>> tile_path(1, 0, width=17)
    'tile/1/000.p/17'

`Edge` extends the tiles as the tree grows, `TileReader` reads any complete subtree back.
A stored tile row always holds the newest, widest data: a narrower tile is its beginning.

Source: C2SP tlog-tiles, "Merkle Tree", "Partial Tiles" and "Log entries".
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

from ledger.core import merkle
from ledger.core.digest import SIZE
from ledger.errors import MalformedError, TamperedError

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes in a full tile."""

ENTRIES = -1
"""Stands for a level in the address of an entry bundle."""

GetTile = Callable[[int, int], bytes]
"""Tile data by (level, index); may be wider than asked for."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as the store keeps it: `data` replaces any narrower one at (level, index)."""

    level: int
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class TileAddress:
    """What a tile path names; `level` is `ENTRIES` for an entry bundle."""

    level: int
    index: int
    width: int


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile, relative to the log's prefix.

    Source: C2SP tlog-tiles, "Merkle Tree".
    """
    groups = f"{index % 1000:03d}"
    while index := index // 1000:
        groups = f"x{index % 1000:03d}/{groups}"
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if level == ENTRIES else level}/{groups}{partial}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Return the path of an entry bundle, relative to the log's prefix.

    Source: C2SP tlog-tiles, "Log entries".
    """
    return tile_path(ENTRIES, index, width)


def parse_tile_path(path: str) -> TileAddress:
    """Return what a path from `tile_path` or `entries_path` names.

    Raises:
        MalformedError: `bad_request`, for any other path.

    Source: C2SP tlog-tiles, "Merkle Tree".
    """
    found = _PATH(path)
    if found:
        level, groups, width = found.groups()
        index = int(groups.replace("x", "").replace("/", ""))
        number = ENTRIES if level == "entries" else int(level)
        hashes = int(width or WIDTH)
        # One spelling each: x000/067 and .p/256 are refused.
        if number < 64 and hashes <= WIDTH and tile_path(number, index, hashes) == path:
            return TileAddress(number, index, hashes)
    raise MalformedError("bad_request", "this is not the path of a tile", where=path[:80])


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile holds in a tree of `size` leaves: 0 to 256.

    Source: C2SP tlog-tiles, "Partial Tiles".
    """
    return min(max((size >> HEIGHT * level) - (index << HEIGHT), 0), WIDTH)


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of the tiles at one size: a value, so that a failed commit costs nothing.

    `partials` holds the unfinished tile of each level, `stacks` the roots of the complete
    subtrees in it, largest first; both follow from the size and the stored tiles.
    """

    size: int = 0
    partials: tuple[bytes, ...] = ()
    stacks: tuple[tuple[bytes, ...], ...] = ()

    @classmethod
    def restore(cls, size: int, tile: GetTile) -> Edge:
        """Return the edge at `size`, from at most one stored tile for each level.

        The caller compares its `root` with the checkpoint's before building on it.

        Raises:
            TamperedError: `tile_differs`: a tile holds fewer hashes than `size` demands.
        """
        partials, stacks, level = [], [], 0
        while size >> HEIGHT * level:
            index, width = divmod(size >> HEIGHT * level, WIDTH)
            data = _cut(tile(level, index), level, index, width) if width else b""
            partials.append(data)
            stacks.append(_fill(b"", (), _hashes(data)).stack)
            level += 1
        return cls(size, tuple(partials), tuple(stacks))

    def extend(self, leaves: Sequence[bytes]) -> tuple[Edge, list[Tile]]:
        """Return the edge after `leaves`, and every tile that is new or wider than before.

        Args:
            leaves: Leaf hashes, 32 bytes each.

        Raises:
            MalformedError: `bad_value`, for a leaf hash of another length.

        Source: C2SP tlog-tiles, "Merkle Tree".
        """
        if not set(map(len, leaves)) <= {SIZE}:
            raise MalformedError("bad_value", f"a leaf hash has {SIZE} bytes")
        partials, stacks = list(self.partials), list(self.stacks)
        changed: list[Tile] = []
        hashes, level, size = leaves, 0, self.size
        while hashes:
            if level == len(partials):
                partials.append(b"")
                stacks.append(())
            index = size >> HEIGHT * (level + 1)
            filled = _fill(partials[level], stacks[level], hashes)
            changed.extend(Tile(level, index + n, data) for n, data in enumerate(filled.full))
            if filled.partial:
                changed.append(Tile(level, index + len(filled.full), filled.partial))
            partials[level], stacks[level] = filled.partial, filled.stack
            hashes, level = filled.roots, level + 1
        return Edge(size + len(leaves), tuple(partials), tuple(stacks)), changed

    def root(self) -> bytes:
        """Return the root of the tree at this size, by at most 64 hashings.

        Source: RFC 6962, section 2.1.
        """
        return merkle.fold([node for stack in reversed(self.stacks) for node in stack])


class TileCache:
    """The inner rows of tiles read lately; one for all readers and threads of a process.

    A tile of a given width never changes once committed, so nothing here goes stale; whoever
    reads inside a transaction that may fail takes a cache of its own. A full tile is 16 KiB.
    """

    def __init__(self, capacity: int = 512) -> None:
        self._capacity = capacity
        self._rows: OrderedDict[tuple[int, int, int], tuple[bytes, ...]] = OrderedDict()
        self._lock = Lock()

    def get(self, address: tuple[int, int, int]) -> tuple[bytes, ...] | None:
        """Return the rows of the tile at (level, index, width), if they are here."""
        with self._lock:
            rows = self._rows.get(address)
            if rows is not None:
                self._rows.move_to_end(address)
            return rows

    def put(self, address: tuple[int, int, int], rows: tuple[bytes, ...]) -> None:
        """Keep the rows of a tile, instead of the one used longest ago."""
        with self._lock:
            self._rows[address] = rows
            if len(self._rows) > self._capacity:
                self._rows.popitem(last=False)


class TileReader:
    """A `merkle.HashReader` over the tiles of a tree of one size; cheap to make."""

    def __init__(self, tile: GetTile, size: int, cache: TileCache | None = None) -> None:
        self._tile = tile
        self._size = size
        self._cache = TileCache() if cache is None else cache

    def read(self, level: int, index: int, /) -> bytes:
        """Return the hash of the 2**level leaves that start at leaf index * 2**level.

        Raises:
            MalformedError: `bad_proof`: these leaves are not all in the tree.
            TamperedError: `tile_differs`: a tile holds fewer hashes than the size demands.
        """
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            message = f"subtree {index} of 2**{level} leaves is not in a tree of {self._size}"
            raise MalformedError("bad_proof", message)
        tile_level, height = divmod(level, HEIGHT)
        tile_index, place = divmod(index, WIDTH >> height)
        row = self._rows_of(tile_level, tile_index)[height]
        return row[place * SIZE : (place + 1) * SIZE]

    def _rows_of(self, level: int, index: int) -> tuple[bytes, ...]:
        width = tile_width(level, index, self._size)
        rows = self._cache.get((level, index, width))
        if rows is None:
            rows = _rows(_cut(self._tile(level, index), level, index, width))
            self._cache.put((level, index, width), rows)
        return rows


_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
).fullmatch


class _Filled(NamedTuple):
    partial: bytes
    stack: tuple[bytes, ...]
    full: list[bytes]
    roots: list[bytes]


def _fill(partial: bytes, stack: Sequence[bytes], hashes: Sequence[bytes]) -> _Filled:
    """Append `hashes` to one level: the tiles that became full, their roots, and the rest.

    The loop of the bulk append: each hash is merged into the subtrees left of it as in binary
    counting, so that a full tile has its root at once and nothing is hashed twice.
    """
    data, nodes, width = bytearray(partial), list(stack), len(partial) // SIZE
    full, roots = [], []
    pop, push = nodes.pop, nodes.append
    for node in hashes:
        data += node
        carry = width
        while carry & 1:
            node = sha256(b"\x01" + pop() + node).digest()  # noqa: PLW2901
            carry >>= 1
        width += 1
        if width < WIDTH:
            push(node)
        else:
            full.append(bytes(data))
            roots.append(node)
            data.clear()
            width = 0
    return _Filled(bytes(data), tuple(nodes), full, roots)


def _rows(data: bytes) -> tuple[bytes, ...]:
    """Return the rows of a tile from its hashes upwards: subtrees of 1, 2, 4 … 128 of them."""
    rows = [data]
    for _ in range(1, HEIGHT):
        pairs = range(0, len(data) - 2 * SIZE + 1, 2 * SIZE)
        data = b"".join([sha256(b"\x01" + data[i : i + 64]).digest() for i in pairs])
        rows.append(data)
    return tuple(rows)


def _cut(data: bytes, level: int, index: int, width: int) -> bytes:
    if len(data) < width * SIZE:
        message = f"the tile holds {len(data) // SIZE} hashes; {width} are needed"
        raise TamperedError("tile_differs", message, where=tile_path(level, index, width))
    return data[: width * SIZE]


def _hashes(data: bytes) -> list[bytes]:
    return [data[i : i + SIZE] for i in range(0, len(data), SIZE)]
