"""What an older copy of a register still holds of what was erased since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ledger.core.keys import Verifier
from ledger.domain.entry import load_entry
from ledger.domain.events import TextErased
from ledger.errors import UncheckedError
from ledger.service import audit
from ledger.service.register import trusted_keys
from ledger.store import read, vault
from ledger.store.engine import Database


class ErasedSince(NamedTuple):
    """A text that stands in the older copy, and the erasure that the newer one records."""

    process: str
    seq: int
    path: str
    erasure: int
    """The seq of the `text.erased`."""
    basis: str
    on: str | None


def erased_since(
    old: Path,
    newer: Path,
    *,
    keys: list[Verifier] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[ErasedSince]:
    """The texts of an older copy that were erased since, once the newer one extends it.

    Args:
        old: The folder of a copy that was verified.
        newer: Verified here, by the same keys and against the last checkpoint of `old`.

    Raises:
        TamperedError: the newer register does not verify, or is not what the older became.
        UncheckedError: a key is missing, or a file cannot be read.
    """
    trusted = trusted_keys(old) if keys is None else keys
    before, after = Database(old / "ledger.db"), Database(newer / "ledger.db")
    try:
        with before.reading() as then, after.reading() as now:
            note = read.newest_checkpoint(then)
            if note is None:
                raise UncheckedError("unreadable", f"{old} has no checkpoint")
            audit.verify(newer, keys=trusted, against=note, progress=progress)
            found = []
            for data in read.all_erasures(now, start=read.head(then).size):
                entry = load_entry(data)
                if isinstance(entry.body, TextErased):
                    here = vault.present(then, entry.body.entry)
                    found += [
                        ErasedSince(
                            entry.process,
                            entry.body.entry,
                            path,
                            entry.seq,
                            entry.body.basis,
                            entry.on,
                        )
                        for path in entry.body.paths
                        if path in here
                    ]
            return found
    finally:
        before.close()
        after.close()
