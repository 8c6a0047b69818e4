"""Follows the tree beside the entries: the tiles that were stored, the roots once signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ledger.core.digest import SIZE
from ledger.core.tiles import HEIGHT, WIDTH, Edge, tile_path
from ledger.errors import TamperedError


@dataclass(slots=True)
class Tree:
    """The tree of the entries read so far, compared with its tiles as they fill."""

    tile: Callable[[int, int], bytes]
    """Stored tiles by level and index; empty where there is none."""
    edge: Edge = field(default_factory=Edge)
    _suspect: tuple[int, int] | None = None
    """Level and index of the first hash that its tile tells otherwise."""

    @property
    def size(self) -> int:
        """How many entries were read."""
        return self.edge.size

    def root(self) -> bytes:
        """The root of what was read."""
        return self.edge.root()

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Takes more leaf hashes in, and compares the tiles that are full now."""
        self.edge, tiles = self.edge.extend(leaves)
        for tile in tiles:
            if len(tile.data) == WIDTH * SIZE:
                self._look(tile.level, tile.index, tile.data)

    def leaf(self, seq: int) -> bytes:
        """The leaf hash of an entry as its tile tells it; empty where it does not."""
        place = seq % WIDTH * SIZE
        return self.tile(0, seq // WIDTH)[place : place + SIZE]

    def compare(self, root: bytes, where: str) -> None:
        """Checks that what was read so far is what was signed.

        Raises:
            TamperedError: `tile_differs` if the entries are those that were signed,
                `entry_differs` at the first that is not, else `checkpoint_differs`.
        """
        if self.root() == root:
            if self._suspect is None:
                return
            level, index = self._suspect
            path = tile_path(level, index >> HEIGHT)
            raise TamperedError("tile_differs", "not the hashes of its entries", where=path)
        self._look(0, self.size >> HEIGHT, self.edge.partials[0])
        if self._suspect is not None and self._suspect[0] == 0:
            seq = self._suspect[1]
            raise TamperedError("entry_differs", "not what was recorded", where=f"seq {seq}")
        raise TamperedError(
            "checkpoint_differs", "the entries lead to another root", where=where
        )

    def finish(self, stored: int) -> None:
        """Checks the growing right edge, known only at the end, and that no tile is too many.

        Args:
            stored: How many tiles there are.

        Raises:
            TamperedError: `tile_differs`.
        """
        for level, data in enumerate(self.edge.partials):
            index = self.size >> HEIGHT * (level + 1)
            if data and self.tile(level, index) != data:
                raise TamperedError(
                    "tile_differs",
                    "not the hashes of its entries",
                    where=tile_path(level, index, len(data) // SIZE),
                )
        size, expected = self.size, 0
        while size:
            expected += -(-size // WIDTH)
            size >>= HEIGHT
        if stored != expected:
            raise TamperedError("tile_differs", f"{stored} tiles, not {expected}")

    def _look(self, level: int, index: int, data: bytes) -> None:
        stored = self.tile(level, index)
        if len(data) < WIDTH * SIZE:
            stored = stored[: len(data)]  # it may have grown since the checkpoint at hand
        if stored == data or self._suspect is not None:
            return
        pieces = range(0, len(data), SIZE)
        differs = (i for i in pieces if stored[i : i + SIZE] != data[i : i + SIZE])
        self._suspect = level, index * WIDTH + next(differs, 0) // SIZE
