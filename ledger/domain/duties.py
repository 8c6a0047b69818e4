"""What is owed to citizens in one process, by whom, since when, and whether it came.

    owed = duties(case, procedures, today=date(2021, 12, 10))
    [d for d in owed if d.state == "past_due"]

A duty is never typed in: it follows from the entries, the grammar of the procedure in force
when it began, and a day. It is late only against a date that somebody announced, or against
`within` and the text that binds (`basis`); each of these is judged alone and for ever, and a
date announced later never lengthens `within`. Without either it is open and counts its days.

Days are counted as the smallest possible number: from the last day on which what began the
duty may have happened, to the first on which what ended it may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from ledger.domain.case import Case
from ledger.domain.dates import Period, delay
from ledger.domain.dating import of_dates, of_deferral
from ledger.domain.entry import Entry
from ledger.domain.matching import Index, last_day
from ledger.domain.obligations import of_rule
from ledger.domain.owing import Obligation, for_another, governing
from ledger.domain.procedure import Owed, Per, Procedure, What
from ledger.domain.promises import DONE, Promise, announced, judge, same
from ledger.domain.values import Titles

State = Literal["not_yet", "open", "met", "met_late", "past_due", "lifted"]


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is owed, once.

    What the procedure does not ask for and somebody announced nevertheless is a duty without
    `titles` and `procedure`, of which `id` is empty.
    """

    id: str
    titles: Titles | None
    procedure: int | None
    """The seq of the adoption whose grammar binds here."""
    per: Per
    subject: str
    """The unit, measure or (per link) process it is owed for; empty for the process itself,
    and while nothing it could be owed for is recorded."""
    roles: tuple[str, ...]
    owes: tuple[str, ...]
    """The owners who owe it, by name; empty when no owner has one of the roles."""
    what: What
    times: int
    done: int
    """How many of `times` are recorded."""
    state: State
    since: Period | None
    days: int | None
    """From `since` to what fulfilled it, or to today while it is owed."""
    days_exact: bool
    due: Period | None
    """The earlier of the newest announced date and of what `within` sets."""
    late: int | None
    """Days after the due day, in the states met_late and past_due."""
    late_exact: bool
    basis: str | None
    after: Entry | None
    """What began it; None while nothing did."""
    met_by: Entry | None
    bound: Promise | None
    """What came of the date that `within`, or the end of a period of `every`, sets."""
    promises: tuple[Promise, ...]
    """What came of each announced date, in recorded order."""
    lifted_by: Entry | None


def duties(
    case: Case,
    procedures: Mapping[int, Procedure],
    *,
    today: date,
    arisen: Mapping[str, Case] = MappingProxyType({}),
) -> tuple[Duty, ...]:
    """Everything owed in a process: in the order of the grammar, then of the register.

    Args:
        procedures: By the seq of their adoption, all that govern or governed the process.
        today: The civil day of the register's time zone on which it is judged.
        arisen: The processes that arose from this one, by slug, for what is owed per link;
            without them nothing is owed per link.
    """
    if case.opened is None:
        return ()
    index = Index(case)
    rules: dict[str, list[tuple[int, Owed]]] = {}
    for seq, procedure in governing(case, procedures).items():
        for rule in procedure.owed:
            rules.setdefault(rule.id, []).append((seq, rule))
    said = announced(index, [rule for versions in rules.values() for _, rule in versions])
    found: list[Obligation] = []
    for versions in rules.values():
        current = versions[-1][0] == case.procedures[-1][1]
        found += of_rule(index, versions, said, current=current, arisen=arisen, today=today)
    heard = {
        o.subject
        for o in found
        if (o.per == "measure" and same(o.what, DONE)) or (o.rule and of_deferral(o.rule))
    }
    found += of_dates(index, said, heard)
    return tuple(_judged(index, obligation, today) for obligation in found)


def _judged(index: Index, owed: Obligation, today: date) -> Duty:
    met_by, rule = owed.met_by, owed.rule
    lifted_by = _lift(index, owed) if met_by is None else None
    bound = None
    if owed.bound is not None and owed.after is not None:
        bound = judge(
            owed.bound, owed.after, None, met_by=met_by, lifted_by=lifted_by, today=today
        )
    promises: tuple[Promise, ...] = ()
    first = bound
    if owed.dates:
        promises = tuple(
            judge(s.due, s.entry, s.words, met_by=met_by, lifted_by=lifted_by, today=today)
            for s in sorted(owed.dates, key=lambda s: s.entry.seq)
        )
        newest = promises[-1]
        first = bound if bound and bound.due.last < newest.due.last else newest
    state = _state(owed, met_by, lifted_by, first)
    since = owed.begin if owed.after is not None else None
    days, exact = _days(owed, met_by, today) if state != "lifted" else (None, True)
    late = first if state in ("met_late", "past_due") else None
    return Duty(
        id=rule.id if rule is not None else "",
        titles=rule.titles if rule is not None else None,
        procedure=owed.procedure,
        per=owed.per,
        subject=owed.subject,
        roles=owed.roles,
        owes=owed.owes,
        what=owed.what,
        times=owed.times,
        done=len(owed.met),
        state=state,
        since=since,
        days=days,
        days_exact=exact,
        due=first.due if first is not None else None,
        late=late.late if late is not None else None,
        late_exact=late.late_exact if late is not None else True,
        basis=rule.basis if rule is not None and owed.bound is not None else None,
        after=owed.after,
        met_by=met_by,
        bound=bound,
        promises=promises,
        lifted_by=lifted_by,
    )


def _state(
    owed: Obligation, met_by: Entry | None, lifted_by: Entry | None, first: Promise | None
) -> State:
    """The present state; the earliest present date is missed if any is."""
    if met_by is not None:
        return "met_late" if first is not None and first.outcome == "kept_late" else "met"
    if lifted_by is not None:
        return "lifted"
    if first is not None and first.outcome == "missed":
        return "past_due"
    return "open" if owed.after is not None else "not_yet"


def _days(owed: Obligation, met_by: Entry | None, today: date) -> tuple[int | None, bool]:
    if owed.after is None:
        return None, True
    until = Period(today, today) if met_by is None else met_by.period
    if until is None:
        return None, True
    if owed.begin is None:
        last = last_day(owed.after)
        return delay(Period(last, last), until)[0], False
    return delay(owed.begin, until)


def _lift(index: Index, obligation: Obligation) -> Entry | None:
    """What makes an obligation void: it is shown, and others may owe in its place."""
    if obligation.cut is not None:
        return obligation.cut
    item = obligation.subject
    if item in index.case.units:
        return index.gone(item) or _overruled(index, obligation)
    if item in index.case.measures:
        reports = [
            report
            for report in index.concerning(What(kind="follow_up.reported"), item)
            if _may_abandon(index, obligation, report)
        ]
        return reports[-1] if reports and reports[-1].raw["state"] == "abandoned" else None
    return None


def _may_abandon(index: Index, obligation: Obligation, report: Entry) -> bool:
    """Whether a report is of who owes the measure or adopted it: nobody else gives it up."""
    debtor, adopted = obligation.debtor, index.items[obligation.subject]
    return debtor is None or debtor.fulfils(report.by) or report.by.name == adopted.by.name


def _overruled(index: Index, obligation: Obligation) -> Entry | None:
    """The newer answer, where a duty followed from an answer that no longer stands."""
    rule, after = obligation.rule, obligation.after
    if rule is None or after is None or after.kind != "answer.given":
        return None
    roles, owes = obligation.roles, obligation.owes
    answers = index.concerning(What(kind="answer.given"), obligation.subject)
    theirs = (a for a in reversed(answers) if not for_another(index.case, roles, owes, a.by))
    newest = next(theirs, None)
    if rule.only is None or rule.only.verdict is None or newest is None:
        return None
    return newest if newest.raw["verdict"] not in rule.only.verdict else None
