"""What changed in one process between two states of it: added, changed in meaning, owed.

    for change in changes(before, after):
        change.code, change.subject, change.entries      # due_moved, M1, (120, 131)

The two states are of one process: as two checkpoints know it, or one checkpoint on two days,
for a date may pass without an entry. Nothing here is typed in, and no text is needed. Whatever
was recorded in between is named by a change `added`; the others say what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.domain.case import Case
from ledger.domain.change import CODES, Change, State
from ledger.domain.changed_meaning import meanings
from ledger.domain.changed_owing import faults, owing
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact
from ledger.domain.irregularities import Irregularity


@dataclass(frozen=True, slots=True)
class Unopened:
    """A process before its first entry: everything is new to it."""

    case: Case
    duties: tuple[Duty, ...] = ()
    irregularities: tuple[Irregularity, ...] = ()


def changes(before: State | None, after: State) -> tuple[Change, ...]:
    """What is not as it was, in the order of `CODES`, then of the register.

    Args:
        before: None if the process was not open yet.
        after: As many entries as `before` and more, of the same process.
    """
    if before is None:
        before = Unopened(Case(after.case.process))
    found = [
        *_added(before.case, after.case),
        *meanings(before, after),
        *owing(before, after),
        *faults(before, after),
    ]
    rank = {code: place for place, code in enumerate(CODES)}
    found.sort(key=lambda c: (rank[c.code], c.entries, len(c.subject), c.subject))
    return tuple(found)


def _added(before: Case, after: Case) -> Iterator[Change]:
    """What was recorded in between, by kind; contributions are counted."""
    known = {entry.seq for entry in before.entries}
    kinds: dict[str, list[Entry]] = {}
    for entry in after.entries:
        if entry.seq not in known:
            kinds.setdefault(entry.kind, []).append(entry)
    for kind, entries in kinds.items():
        seqs = tuple(entry.seq for entry in entries)
        yield _recorded(kind, seqs, len(seqs), sum(e.illustrative for e in entries))
    count = sum(r.count for r in after.received) - sum(r.count for r in before.received)
    if count:
        yield _recorded(
            "contribution.received", (), count, _invented(after) - _invented(before)
        )


def _recorded(kind: str, seqs: tuple[int, ...], count: int, invented: int) -> Change:
    facts: dict[str, Fact] = {"kind": kind, "count": count, "illustrative": invented}
    return Change("added", "", seqs, facts)


def _invented(case: Case) -> int:
    return sum(r.count for r in case.received if r.illustrative)
