"""Follows the index beside the entries: the rows by which pages find things.

A changed index changes no byte of the register, and still hides an answer from those who look
for it: so it is recomputed and compared, row by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.events import DECLARED
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
    signatures: Iterator[Row]
    """(seq, nonce, key), by seq."""
    _heads: dict[str, Row] = field(default_factory=dict)
    _counts: Counter[Row] = field(default_factory=Counter)
    _unread: set[int] = field(default_factory=set)
    _fault: TamperedError | None = None
    """The first difference: told last, for a lie in the entries themselves weighs more."""

    def check(self, seq: int, entry: Mapping[str, Any], *, unread: bool = False) -> None:
        """Checks the rows that one entry is found by; entries come by seq.

        Args:
            unread: Of a kind or version unknown here: whoever wrote it knows its rows.
        """
        if self._fault:
            return
        if unread:
            self._unread.add(seq)
        process, kind, body = entry["process"], entry["kind"], entry["body"]
        invented = int(entry.get("illustrative", False))
        if kind in DECLARED and not unread:
            self._same(
                self.things, (seq, process, body["id"], DECLARED[kind], invented), f"seq {seq}"
            )
        for link in links_of(kind, process, seq, body) if not unread else ():
            to = link.to_process, link.target
            row = (seq, link.process, link.source, link.relation, *to)
            self._same(self.links, row, f"seq {seq}")
        if "signed" in entry and not unread:
            signed = entry["signed"]
            self._same(self.signatures, (seq, signed["nonce"], signed["key"]), f"seq {seq}")
        first = self._heads.get(process)
        kept = first[3] if first else invented
        self._heads[process] = (process, entry["nth"] + 1, seq, kept)
        if kind == "contribution.received" and not unread:
            sort = body["channel"], body.get("type", ""), body.get("theme", "")
            self._counts[(process, *sort, invented)] += 1

    def finish(self) -> None:
        """Checks what only the whole register shows.

        Raises:
            TamperedError: `index_differs`, at the first row that is not what it should be.
        """
        if self._fault:
            raise self._fault
        for rows in (self.things, self.links, self.signatures):
            if (extra := self._next(rows)) is not None:
                raise _differs(f"a row too many: {extra}", "")
        if sorted(self.processes, key=repr) != sorted(self._heads.values(), key=repr):
            raise _differs("a process is not where its entries are", "")
        counted = sorted(((*sort, count) for sort, count in self._counts.items()), key=repr)
        if sorted(self.tallies, key=repr) != counted:
            raise _differs("contributions are not as many as recorded", "")

    def _next(self, rows: Iterator[Row]) -> Row | None:
        return next((row for row in rows if row[0] not in self._unread), None)

    def _same(self, rows: Iterator[Row], expected: Row, where: str) -> None:
        stored = self._next(rows)
        if stored != expected and self._fault is None:
            self._fault = _differs(f"{stored} stands for {expected}", where)


def _differs(message: str, where: str) -> TamperedError:
    return TamperedError("index_differs", message, where=where)
