"""What stands in one process: the newest that was said of a thing and still counts.

What is disowned stands no longer, and what is invented stands only of what is invented. Those
who speak are kept apart: where two authorities answer one unit, both answers stand, and
neither is picked. What stood before is not lost: it is in the lists of the case, oldest first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from ledger.domain import events
from ledger.domain.case import Case, Measure, Unit
from ledger.domain.entry import Entry

DIFFERING = "differing"
"""Stands for the verdict where those who answered one unit do not say the same."""
NO_TERMS = frozenset({"measure", "decision", "why"})
"""What an amendment says besides the terms it changes."""


def heard(case: Case, thing: Entry, said: Iterable[Entry]) -> list[Entry]:
    """What was said of a thing and still counts, in recorded order.

    Args:
        thing: The entry that declares it: of what is invented, what is invented counts.
    """
    invented = case.illustrative or thing.illustrative
    return [e for e in said if e.seq not in case.disowned and e.illustrative <= invented]


def answers(case: Case, unit: Unit) -> dict[str, list[Entry]]:
    """The answers to a unit that count, oldest first, by the authority that gives them."""
    found: dict[str, list[Entry]] = {}
    for entry in heard(case, unit.entry, unit.answers):
        found.setdefault(case.authority(entry.by), []).append(entry)
    return found


def verdict(case: Case, unit: Unit) -> str | None:
    """What a unit was answered: None while unanswered, `DIFFERING` where two disagree."""
    newest = {cast(str, said[-1].raw["verdict"]) for said in answers(case, unit).values()}
    return next(iter(newest), None) if len(newest) < 2 else DIFFERING


def withdrawal(case: Case, unit: Unit) -> Entry | None:
    """What withdrew a unit, if that counts."""
    told = [unit.withdrawn] if unit.withdrawn is not None else []
    return next(iter(heard(case, unit.entry, told)), None)


def successors(case: Case, unit: Unit) -> list[str]:
    """The units that replace a unit, by id: several where it was split."""
    told = [case.units[id_].entry for id_ in unit.replaced_by]
    return [cast(str, entry.id) for entry in heard(case, unit.entry, told)]


def report(case: Case, measure: Measure) -> Entry | None:
    """The newest report of a measure."""
    return next(iter(heard(case, measure.entry, measure.reports)[::-1]), None)


def state(case: Case, measure: Measure) -> str | None:
    """The newest reported state of a measure; None while nothing was reported."""
    newest = report(case, measure)
    return cast(str, newest.raw["state"]) if newest is not None else None


def amendments(case: Case, measure: Measure) -> list[Entry]:
    """The amendments of a measure that count, oldest first."""
    return heard(case, measure.entry, measure.amendments)


def amended_fields(amendment: Entry) -> list[str]:
    """The fields of a measure that an amendment changes, in the order of the form."""
    named = cast(Any, amendment.body).model_fields_set - NO_TERMS
    return [name for name in events.MeasureAdopted.model_fields if name in named]
