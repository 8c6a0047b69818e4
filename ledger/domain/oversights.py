"""What was lost on the way: measures nobody spoke of again, units that vanished in a merge,
projects handed in before the rules of the game.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact, Finding
from ledger.domain.matching import Index, first_day, last_day, seq_of
from ledger.domain.procedure import What

_REPORT = What(kind="follow_up.reported")


def without_news(index: Index, duties: Sequence[Duty]) -> Iterator[Finding]:
    """Measures that accounts were given without, where the procedure asks for their news."""
    accounts = sorted(
        (*index.of_kind("review.held"), *index.of_kind("evaluation.published")), key=seq_of
    )
    asked = {
        duty.subject: duty.procedure
        for duty in duties
        if duty.what.kind == "follow_up.reported" and duty.procedure is not None
    }
    for id_ in index.measures():
        procedure, adopted = asked.get(id_), index.items[id_]
        if procedure is None or index.concerning(_REPORT, id_):
            continue
        told = [e for e in accounts if e.seq > adopted.seq and _of_all(index, e)]
        # Accounts that name the measure are news of it.
        if told and not any(id_ in index.names(entry) for entry in accounts):
            seqs = (adopted.seq, told[0].seq)
            yield Finding("measure_without_news", seqs, id_, {"procedure": procedure})


def lost_in_merges(index: Index, duties: Sequence[Duty]) -> Iterator[Finding]:
    """Units of which nothing is left that could, or has to, be answered."""
    asked = {
        (duty.id, duty.subject)
        for duty in duties
        if duty.what.kind == "answer.given" and duty.procedure is not None
    }
    for id_ in index.units():
        if index.verdict(id_):
            continue
        causes = _gone_with(index, id_, frozenset()) or _unasked(index, id_, asked)
        if causes:
            seqs = tuple(sorted({index.items[id_].seq, *(cause.seq for cause in causes)}))
            yield Finding("lost_in_merge", seqs, id_)


def _unasked(index: Index, unit: str, asked: set[tuple[str, str]]) -> Sequence[Entry]:
    """What replaced a unit that was to be answered, if none of it has to be."""
    owed = {duty for duty, subject in asked if subject == unit}
    successors, ahead = list[str](), list(index.case.units[unit].replaced_by)
    while ahead:
        id_ = ahead.pop()
        if id_ in index.items and id_ not in successors:
            successors.append(id_)
            ahead += index.case.units[id_].replaced_by
    if not owed or any((duty, id_) in asked for duty in owed for id_ in successors):
        return ()
    return [index.items[id_] for id_ in successors]


def _of_all(index: Index, accounts: Entry) -> bool:
    """Whether accounts were given of all that was decided."""
    about = index.resolved(accounts, "about")
    return not about or index.case.process in about


def _gone_with(index: Index, unit: str, seen: frozenset[str]) -> Sequence[Entry]:
    """What took back everything that replaced a unit; empty while something still stands."""
    causes: list[Entry] = []
    for id_ in index.case.units[unit].replaced_by:
        if id_ in seen or id_ not in index.items or index.verdict(id_):
            return ()
        withdrawn = index.entry(index.case.units[id_].withdrawn)
        further = [withdrawn] if withdrawn else _gone_with(index, id_, seen | {unit})
        if not further:
            return ()
        causes += [index.items[id_], *further]
    return causes


def late_criteria(index: Index) -> Iterator[Finding]:
    """Criteria are made known before projects come in: each time they were certainly not."""
    projects = [e for e in index.of_kind("unit.submitted") if e.raw["type"] == "project"]
    for entry in (*index.of_kind("mandate.issued"), *index.of_kind("mandate.amended")):
        if "criteria" not in entry.raw:
            continue
        early = [e for e in projects if e.on is not None and last_day(e) < first_day(entry)]
        if early:
            seqs = tuple(sorted({entry.seq, *(e.seq for e in early)}))
            facts: dict[str, Fact] = {"projects": len(early), "criteria_on": entry.on or ""}
            yield Finding("criteria_after_projects", seqs, "", facts)
