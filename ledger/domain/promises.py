"""Announced dates: who said that something would be done by when, and what came of it.

Every announced date is judged alone and for ever: kept, kept late, missed. A newer date
replaces none of the older ones. Promises are made by `date.announced`, by the `due` of a
measure (its amendments included) and by the `until` of an answer that defers a unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from ledger.domain import events
from ledger.domain.dates import Period, parse_period
from ledger.domain.entry import Entry
from ledger.domain.matching import Index
from ledger.domain.procedure import Owed, What
from ledger.domain.values import Sealed

Outcome = Literal["pending", "kept", "kept_late", "missed", "lifted"]
DONE = What(kind="follow_up.reported", state="done")
_AMENDED = What(kind="measure.amended")


@dataclass(frozen=True, slots=True)
class Promise:
    """One date and what came of it.

    `lifted` is a date that had not passed when there was no longer anything to do.
    """

    due: Period
    """Of an imprecise date, its last day counts."""
    entry: Entry
    words: Sealed | None
    outcome: Outcome
    late: int | None
    """Days after the due day, the smallest possible; None while nothing is late."""
    late_exact: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One date as it was said, not judged yet."""

    due: Period
    entry: Entry
    words: Sealed | None = None
    about: frozenset[str] | None = None
    """Ids of this process and slugs; None when it was said of all that is owed."""


@dataclass(slots=True)
class Announced:
    """Every date of a process, by what it was said of."""

    of_duty: dict[str, list[Said]] = field(default_factory=dict)
    of_measure: dict[str, list[Said]] = field(default_factory=dict)
    of_unit: dict[str, list[Said]] = field(default_factory=dict)
    """Deferred units."""
    alone: list[tuple[What, Said]] = field(default_factory=list)
    """Said of what the procedure does not ask for."""
    unknown: list[Entry] = field(default_factory=list)
    """Naming a duty that the procedure does not have."""


def announced(index: Index, rules: Sequence[Owed]) -> Announced:
    """The dates that were said in a process, under the rules that govern or governed it."""
    found = Announced()
    ids = {rule.id for rule in rules}
    for entry in index.of_kind("date.announced"):
        body = cast(events.DateAnnounced, entry.body)
        about = frozenset(index.resolved(entry, "about")) if body.about is not None else None
        said = Said(parse_period(body.due), entry, body.words, about)
        if body.what is None:
            assert body.duty is not None
            if body.duty in ids:
                found.of_duty.setdefault(body.duty, []).append(said)
            else:
                found.unknown.append(entry)
        elif (rule := _rule_for(body.what, about, rules, index)) is not None:
            found.of_duty.setdefault(rule.id, []).append(said)
        else:
            found.alone.append((body.what, said))
    for id_ in index.measures():
        for entry in (index.items[id_], *index.concerning(_AMENDED, id_)):
            if "due" in entry.raw:
                said = Said(parse_period(entry.raw["due"]), entry)
                found.of_measure.setdefault(id_, []).append(said)
    for entry in index.of_kind("answer.given"):
        if "until" in entry.raw:
            for id_ in index.resolved(entry, "unit"):
                said = Said(parse_period(entry.raw["until"]), entry)
                found.of_unit.setdefault(id_, []).append(said)
    return found


def judge(
    due: Period,
    entry: Entry,
    words: Sealed | None,
    *,
    met_by: Entry | None,
    lifted_by: Entry | None,
    today: date,
) -> Promise:
    """What came of a date: late only where that is certain."""
    if met_by is not None:
        when = met_by.period
        if when is not None and due.last < when.first:
            days = (when.first - due.last).days
            return Promise(due, entry, words, "kept_late", days, when.exact)
        return Promise(due, entry, words, "kept", None, True)
    if lifted_by is not None:
        when = lifted_by.period
        if when is None or due.last >= when.first:
            return Promise(due, entry, words, "lifted", None, True)
    if today > due.last:
        return Promise(due, entry, words, "missed", (today - due.last).days, True)
    return Promise(due, entry, words, "pending", None, True)


def same(one: What, other: What) -> bool:
    """Whether two sorts of entries are the same."""
    return (one.kind, one.state, one.type) == (other.kind, other.state, other.type)


def _rule_for(
    what: What, about: frozenset[str] | None, rules: Iterable[Owed], index: Index
) -> Owed | None:
    """The rule that asks for the same: for the item it was said of, else for the process."""
    asking = [rule for rule in rules if same(rule.what, what)]
    kinds = {index.items[id_].kind for id_ in about or () if id_ in index.items}
    wanted = {"unit.submitted": "unit", "measure.adopted": "measure"}
    pers = {wanted[kind] for kind in kinds}
    fitting = [rule for rule in asking if rule.per in pers] if pers else asking
    return min(fitting, key=lambda rule: rule.per != "process", default=None)
