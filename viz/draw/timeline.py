"""The story of a process in the order it happened: a model, no words, no HTML.

The register orders entries by when they were recorded; people read them by when they happened.
Where a date is imprecise nothing is invented: an entry stands before another only if it
certainly happened before; otherwise the order of recording decides.

One statement is one entry, and a page of 25 answers is no story: what an opinion, a response
or a decision declares on its own day stands under it, and runs of like statements (thirty
reports of one day) stand together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from typing import Final

from ledger.domain.case import Case
from ledger.domain.dates import Period
from ledger.domain.entry import Entry, split_reference
from ledger.domain.words import STAGE_OF
from viz.draw.said import flags

MUCH: Final = 31
"""Days between an event and its recording from which the page says when it was recorded."""
RUN: Final = 3
"""How many like statements in a row make a group."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the timeline."""

    entry: Entry
    stage: str
    period: Period | None
    """When it happened; None when unknown."""
    recorded: date | None
    """The civil day of recording, where it lies `much` days or more after the event."""
    flags: tuple[str, ...]
    """illustrative, disowned, corrected, erased."""
    corrections: tuple[Entry, ...] = ()
    children: tuple[Item, ...] = ()
    """What this one declares; or, in a run, all its members, this one first."""
    run: bool = False

    @property
    def size(self) -> int:
        """How many entries this line stands for."""
        return len(self.children) + (not self.run)


def timeline(
    case: Case,
    entries: Iterable[Entry] | None = None,
    *,
    zone: tzinfo = UTC,
    much: int = MUCH,
) -> list[Item]:
    """The story, first things first.

    Args:
        case: The fold, which knows what was mended, erased and disowned.
        entries: Which entries to tell; by default all that the case holds.
        zone: The register's, for civil days.
        much: In days.
    """
    chosen = list(case.entries if entries is None else entries)
    items = {e.seq: _item(case, e, zone, much) for e in chosen}
    parents = _parents(case, chosen)
    children: dict[int, list[Item]] = {}
    for entry in chosen:
        if entry.seq in parents:
            children.setdefault(parents[entry.seq], []).append(items[entry.seq])
    heads = _in_story_order([e for e in chosen if e.seq not in parents], zone)
    told = [replace(items[e.seq], children=tuple(children.get(e.seq, ()))) for e in heads]
    return _runs(told)


def _item(case: Case, entry: Entry, zone: tzinfo, much: int) -> Item:
    period = entry.period
    day = entry.at.astimezone(zone).date()
    late = period is not None and day - period.last >= timedelta(days=much)
    return Item(
        entry,
        STAGE_OF.get(entry.kind, "any"),
        period,
        day if late else None,
        flags(case, entry),
        tuple(case.corrections.get(entry.seq, ())),
    )


_DECLARER = {
    "unit.submitted": "opinion",
    "answer.given": "response",
    "measure.adopted": "decision",
}


def _parents(case: Case, entries: Sequence[Entry]) -> dict[int, int]:
    """The seq of the declarer under which each entry is told: of the same day, and told too."""
    told = {entry.seq for entry in entries}
    found = {}
    for entry in entries:
        reference = entry.raw.get(_DECLARER.get(entry.kind, ""))
        if not isinstance(reference, str):
            continue
        process, id_ = split_reference(reference, case.process)
        declarer = case.things.get(id_) if process == case.process else None
        if declarer and declarer.seq in told and declarer.on == entry.on:
            found[entry.seq] = declarer.seq
    return found


def _in_story_order(entries: Sequence[Entry], zone: tzinfo) -> list[Entry]:
    """The one order that respects every certain before, and else the recording."""
    spans = []
    for entry in entries:
        day = entry.at.astimezone(zone).date()
        spans.append(entry.period or Period(date.min, day))
    waiting = sorted(range(len(entries)), key=lambda i: (spans[i].first, entries[i].nth))
    ends = [(spans[i].last, i) for i in range(len(entries))]
    heapq.heapify(ends)
    ready: list[tuple[int, int]] = []
    done: set[int] = set()
    order: list[Entry] = []
    place = 0
    while ends:
        if ends[0][1] in done:
            heapq.heappop(ends)
            continue
        # Whatever begins before the earliest end has nothing left that must precede it.
        while place < len(waiting) and spans[waiting[place]].first <= ends[0][0]:
            heapq.heappush(ready, (entries[waiting[place]].nth, waiting[place]))
            place += 1
        _, i = heapq.heappop(ready)
        done.add(i)
        order.append(entries[i])
    return order


def _runs(items: Sequence[Item]) -> list[Item]:
    """Like statements in a row, by one speaker and of one date, as one line."""
    found: list[Item] = []
    start = 0
    while start < len(items):
        stop = start + 1
        while stop < len(items) and _alike(items[start], items[stop]):
            stop += 1
        if stop - start >= RUN:
            members = tuple(items[start:stop])
            found.append(replace(members[0], children=members, run=True))
        else:
            found.extend(items[start:stop])
        start = stop
    return found


def _alike(a: Item, b: Item) -> bool:
    return (
        a.entry.kind == b.entry.kind
        and a.entry.on == b.entry.on
        and a.entry.by == b.entry.by
        and a.entry.illustrative == b.entry.illustrative
        and not a.children
        and not b.children
    )
