"""Every contribution behind a thing: « 1 204 voix derrière cette mesure ».

The walk has no limit: it goes back through measures, units and what they replace, across
processes, to each contribution that any of them drew on, and counts it once however many did.
Its memory stays flat: beside the things it walks through, one bit for each entry of the
register says which contributions were heard. So they are listed in recorded order, too.

Contributions that were counted and not recorded one by one (`contributions.tallied`) cannot be
followed, and are none of these voices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from ledger.domain.lineage import FOLLOWED, Links, Thing

_AT_ONCE = 400
"""How many things are looked up together."""


class Things(Protocol):
    """Where it is known what bears an id."""

    def declared(self, process: str, ids: Iterable[str]) -> Iterable[tuple[str, str, int]]:
        """(id, sort, seq of the entry that declares it), in any order."""


class Marks:
    """A set of seqs, one bit each.

    >>> marks = Marks()
    >>> [marks.add(seq) for seq in (9, 70, 9)]
    [True, True, False]
    >>> list(marks.after(9)), len(marks)
    ([70], 2)
    """

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, seq: int) -> bool:
        place = seq >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (seq & 7) & 1)

    def add(self, seq: int) -> bool:
        """Marks a seq; whether it was not marked before."""
        if seq in self:
            return False
        place = seq >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1, 2 * len(self._bits)) - len(self._bits)))
        self._bits[place] |= 1 << (seq & 7)
        self._count += 1
        return True

    def after(self, seq: int) -> Iterator[int]:
        """The marked seqs larger than this one, ascending."""
        first = max(0, seq + 1)
        for place in range(first >> 3, len(self._bits)):
            if self._bits[place]:
                for bit in range(8):
                    found = place << 3 | bit
                    if found >= first and self._bits[place] >> bit & 1:
                        yield found


@dataclass(frozen=True, slots=True)
class Voices:
    """The contributions behind a thing."""

    counts: Mapping[str, int]
    """How many of each process, the nearest process first."""
    heard: Marks
    """The seqs of the entries that received them."""
    through: tuple[str, ...]
    """The processes that the walk went through, its own first."""

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.heard)

    def page(self, *, after: int, limit: int) -> tuple[list[int], int | None]:
        """The seqs of up to `limit` of them, and what to give as `after` for the next."""
        found = list(islice(self.heard.after(after), limit + 1))
        if len(found) <= limit:
            return found, None
        return found[:limit], found[limit - 1] if limit else after


def voices(links: Links, things: Things, process: str, id_: str) -> Voices:
    """Every contribution behind a thing, itself left out.

    Args:
        links: What points at what.
        things: Tells contributions from what they fed.
    """
    heard, counts = Marks(), dict[str, int]()
    seen: set[Thing] = {(process, id_)}
    waiting = deque([(process, id_)])
    through = {process: None}
    while waiting:
        for there, sort, seq in _ahead(links, things, waiting.popleft()):
            if there in seen:
                continue
            if sort != "contribution":
                seen.add(there)
                waiting.append(there)
                through[there[0]] = None
            elif heard.add(seq):
                counts[there[0]] = counts.get(there[0], 0) + 1
    return Voices(counts, heard, tuple(through))


def _ahead(links: Links, things: Things, here: Thing) -> Iterator[tuple[Thing, str, int]]:
    """What a thing came from, one step back; the same may come twice."""
    ends = (
        (link.to_process, link.target)
        for link in links.sources(*here)
        if link.relation in FOLLOWED and link.target
    )
    while batch := list(islice(ends, _AT_ONCE)):
        for process in dict(batch):
            ids = [id_ for there, id_ in batch if there == process]
            for id_, sort, seq in things.declared(process, ids):
                yield (process, id_), sort, seq
