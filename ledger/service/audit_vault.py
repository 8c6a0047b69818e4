"""Follows the vault beside the entries: what is sealed, what opens it, what was erased."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.core.sealed import Opening, check_opening, find_sealed
from ledger.domain.documents import FINGERPRINT
from ledger.errors import LedgerError, TamperedError
from ledger.store.distinct import Distinct
from ledger.store.read import RawOpening

_CHUNK = 4096


@dataclass(slots=True)
class Vault:
    """The openings of a register, met in the order of its entries."""

    openings: Iterator[RawOpening]
    checked: int = 0
    erased: int = 0
    _next: RawOpening | None = None
    _missing: dict[tuple[int, str], None] = field(default_factory=dict)
    _erased: set[tuple[int, str]] = field(default_factory=set)
    _clear: set[tuple[int, str]] = field(default_factory=set)
    """Fingerprints in clear: an erasure destroys the file, and they stay."""
    _seen: Distinct = field(default_factory=Distinct)
    _batch: list[bytes] = field(default_factory=list)
    _places: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = next(self.openings, None)

    def check(self, seq: int, entry: Mapping[str, Any]) -> None:
        """Checks the texts of one entry; entries come by seq.

        Raises:
            TamperedError: `commitment_differs` or `commitment_twice`.
        """
        here: dict[str, RawOpening] = {}
        while self._next is not None and self._next.seq <= seq:
            if self._next.seq < seq or self._next.path in here:
                raise _stray(self._next)
            here[self._next.path] = self._next
            self._next = next(self.openings, None)
        for path, public, sealed in find_sealed(entry):
            self._batch.append(bytes.fromhex(sealed))
            self._places.append((seq, path))
            row = here.pop(path, None)
            if row is None:
                self._missing[seq, path] = None
                continue
            where = f"seq {seq} {path}"
            if row.public != public or row.commitment != bytes.fromhex(sealed):
                raise TamperedError(
                    "commitment_differs", "the vault says something else", where=where
                )
            try:
                check_opening(Opening(path, row.value, row.key, public), row.commitment)
            except (LedgerError, TypeError, AttributeError) as error:
                raise TamperedError("commitment_differs", str(error), where=where) from error
            self.checked += 1
        for row in here.values():
            raise _stray(row)
        if entry["kind"] == "document.published":
            file = entry["body"].get("file")
            if isinstance(file, dict) and isinstance(file.get("sha256"), str):
                self._clear.add((seq, FINGERPRINT))
        if entry["kind"] == "text.erased":
            for path in entry["body"]["paths"]:
                self._erased.add((entry["body"]["entry"], path))
        if len(self._batch) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        repeated = self._seen.add(self._batch)
        if repeated is not None:
            seq, path = self._places[repeated]
            raise TamperedError(
                "commitment_twice", "this commitment stands twice", where=f"seq {seq} {path}"
            )
        self._batch.clear()
        self._places.clear()

    def close(self) -> None:
        """Lets go of what was seen, however far it came."""
        self._seen.close()

    def finish(self) -> None:
        """Checks what only the whole register shows.

        Raises:
            TamperedError: `commitment_twice`, `commitment_differs`, `opening_missing` or
                `erasure_undone`.
        """
        self._flush()
        if self._next is not None:
            raise _stray(self._next)
        for seq, path in self._missing:
            if (seq, path) not in self._erased:
                raise TamperedError(
                    "opening_missing", "gone without an erasure", where=f"seq {seq} {path}"
                )
        self.erased = len(self._missing)
        still_there = self._erased - self._missing.keys() - self._clear
        if still_there:
            seq, path = min(still_there)
            raise TamperedError(
                "erasure_undone", "erased in public, and still here", where=f"seq {seq} {path}"
            )


def _stray(row: RawOpening) -> TamperedError:
    return TamperedError(
        "commitment_differs", "it opens nothing", where=f"seq {row.seq} {row.path}"
    )
