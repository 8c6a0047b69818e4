"""Follows the index beside the entries: the rows by which pages find things.

A changed index changes no byte of the register, and still hides an answer from those who look
for it: so it is recomputed and compared, row by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.events import DECLARED, KINDS
from ledger.domain.lineage import links_of
from ledger.errors import TamperedError

Row = tuple[Any, ...]


@dataclass(slots=True)
class Index:
    """The rows of the index, met in the order of the entries."""

    things: Iterator[Row]
    """(seq, process, id, sort, illustrative), by seq."""
    links: Iterator[Row]
    """(seq, process, source, relation, to_process, target), as inserted."""
    processes: Iterator[Row]
    """(slug, length, last_seq, illustrative)."""
    tallies: Iterator[Row]
    """(process, channel, type, theme, illustrative, count)."""
    _heads: dict[str, Row] = field(default_factory=dict)
    _counts: Counter[Row] = field(default_factory=Counter)
    _fault: TamperedError | None = None
    """The first difference: told last, for a lie in the entries themselves weighs more."""

    def check(self, seq: int, entry: Mapping[str, Any]) -> None:
        """Checks the rows that one entry is found by; entries come by seq."""
        if self._fault:
            return
        process, kind, body = entry["process"], entry["kind"], entry["body"]
        invented = int(entry.get("illustrative", False))
        if kind in DECLARED:
            self._same(
                self.things, (seq, process, body["id"], DECLARED[kind], invented), f"seq {seq}"
            )
        for link in links_of(kind, process, seq, body) if kind in KINDS else ():
            to = link.to_process, link.target
            row = (seq, link.process, link.source, link.relation, *to)
            self._same(self.links, row, f"seq {seq}")
        first = self._heads.get(process)
        kept = first[3] if first else invented
        self._heads[process] = (process, entry["nth"] + 1, seq, kept)
        if kind == "contribution.received":
            sort = body["channel"], body.get("type", ""), body.get("theme", "")
            self._counts[(process, *sort, invented)] += 1

    def finish(self) -> None:
        """Checks what only the whole register shows.

        Raises:
            TamperedError: `index_differs`, at the first row that is not what it should be.
        """
        if self._fault:
            raise self._fault
        for rows in (self.things, self.links):
            if (extra := next(rows, None)) is not None:
                raise _differs(f"a row too many: {extra}", "")
        if sorted(self.processes) != sorted(self._heads.values()):
            raise _differs("a process is not where its entries are", "")
        counted = sorted((*sort, count) for sort, count in self._counts.items())
        if sorted(self.tallies) != counted:
            raise _differs("contributions are not as many as recorded", "")

    def _same(self, rows: Iterator[Row], expected: Row, where: str) -> None:
        stored = next(rows, None)
        if stored != expected and self._fault is None:
            self._fault = _differs(f"{stored} stands for {expected}", where)


def _differs(message: str, where: str) -> TamperedError:
    return TamperedError("index_differs", message, where=where)
