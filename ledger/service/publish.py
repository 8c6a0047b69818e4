"""Writes the register as static files, the same bytes that the server answers with.

    OUT/checkpoint                     the newest, written last
    OUT/tile/<L>/<N>[.p/<W>]           hashes
    OUT/tile/entries/<N>[.p/<W>]       entries, each after its length in two bytes

Source: C2SP tlog-tiles, "Merkle Tree" and "Log entries".
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.core.digest import SIZE
from ledger.core.tiles import HEIGHT, WIDTH, entries_path, tile_path, tile_width
from ledger.service.query import Queries
from ledger.service.register import Register


def publish(register: Register, out: Path) -> int:
    """Brings the static files in `out` up to date; how many were written.

    Full tiles never change and are not written again. The checkpoint comes last: whoever
    reads it finds everything it speaks of.
    """
    queries = Queries(register)
    head = queries.head()
    written = 0
    for index in range(-(-head.size // WIDTH)):
        width = tile_width(0, index, head.size)
        path = out / entries_path(index, width)
        if not path.exists():
            written += _write(path, bundle(queries, index, width))
    level = 0
    while head.size >> HEIGHT * level:
        for index in range(-(-(head.size >> HEIGHT * level) // WIDTH)):
            width = tile_width(level, index, head.size)
            path = out / tile_path(level, index, width)
            if not path.exists():
                written += _write(path, queries.tile(level, index)[: width * SIZE])
        level += 1
    return written + _write(out / "checkpoint", head.note)


def bundle(queries: Queries, index: int, width: int) -> bytes:
    """The entries of one bundle, each after its length: big-endian, two bytes.

    Source: C2SP tlog-tiles, "Log entries".
    """
    rows = queries.entries(start=index * WIDTH, limit=width)
    return b"".join(len(data).to_bytes(2, "big") + data for _, data in rows)


def _write(path: Path, content: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
    return 1
