"""Two checkpoints of one process side by side, and the checkpoints one may choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.change import Change
from ledger.domain.entry import load_entry
from ledger.service.view import View
from ledger.store import read
from ledger.store.engine import Connection

MOST = 300
"""How many checkpoints of a process are offered, the newest."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A checkpoint at which a process grew."""

    size: int
    at: datetime
    """When its newest entry in it was recorded."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One process as two checkpoints know it, and what is not the same."""

    since: int
    before: View | None
    """None where the process was not open yet: everything is new."""
    after: View
    changes: tuple[Change, ...]


def growths(db: Connection, slug: str, *, size: int) -> list[Growth]:
    """The checkpoints of at most `size` entries at which a process grew, newest first."""
    return [
        Growth(covering, load_entry(data).at)
        for covering, data in read.growths(db, slug, limit=MOST)
        if covering <= size
    ]
