"""What is owed before it is judged: each rule of the grammar, for each thing it concerns.

An obligation begins with an entry (`after`), or with a date that was announced while nothing
had begun yet, and ends with the entries that fulfil it. `duties` says what that amounts to on
a given day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from ledger.domain.case import Case
from ledger.domain.dates import Period
from ledger.domain.dating import Dates, attach, promised
from ledger.domain.entry import Entry
from ledger.domain.matching import Index, last_day
from ledger.domain.owing import Debt, Debtor, Obligation, deadline, debtors, settle, turns
from ledger.domain.procedure import Owed
from ledger.domain.promises import Announced


def of_rule(
    index: Index,
    versions: Sequence[tuple[int, Owed]],
    said: Announced,
    *,
    current: bool,
    arisen: Mapping[str, Case],
    today: date,
) -> Iterator[Obligation]:
    """What one rule of the grammar makes owed.

    Args:
        versions: The rule in each procedure that governed the process, with its seq.
        current: Whether the newest version is in force now.
        arisen: The processes that arose from this one.
    """
    debts: dict[tuple[str, tuple[str, ...]], Debt] = {}
    begun = False
    for seq, rule in versions:
        newest = (seq, rule) == versions[-1]
        owing = debtors(index.case, rule.by)
        for item in _items(index, rule, arisen):
            starts = _starts(index, rule, item, arisen)
            candidates = index.concerning(rule.what, item)
            for debtor in owing:
                debt = _debt(index, seq, rule, item, debtor, candidates)
                debt = debts.setdefault((item, debtor.names), debt)
                ours = [s for s in starts if _governed(index, s, seq, len(versions))]
                debt.owed += _begun(index, debt, rule, ours, today)
                # A duty that was fulfilled before it began is not announced as coming.
                if newest and current and not (starts or debt.owed or debt.fulfilling):
                    debt.owed.append(debt.make())
        begun = begun or bool(index.concerning(rule.after, ""))
    dates = Dates(index, versions[-1][1], said)
    for debt in debts.values():
        attach(index, debt, dates)
    yield from (o for debt in debts.values() for o in debt.owed)
    seq, rule = versions[-1]
    unheard = dates.unheard()
    for debtor in debtors(index.case, rule.by):
        debt = _debt(index, seq, rule, "", debtor, index.concerning(rule.what, ""))
        if unheard:
            yield from promised(index, debt, unheard)
        elif not debts and not begun and current and _unconditional(rule):
            yield debt.make()


def _items(index: Index, rule: Owed, arisen: Mapping[str, Case]) -> Iterable[str]:
    if rule.per == "process":
        return [""]
    if rule.per == "link":
        return arisen
    # An answer is judged one by one: a later one does not unmake what the first began.
    by_answer = rule.after.kind == "answer.given"
    ids = index.units() if rule.per == "unit" else index.measures()
    return (i for i in ids if index.passes(rule.only, i, verdict=not by_answer))


def _starts(index: Index, rule: Owed, item: str, arisen: Mapping[str, Case]) -> list[Entry]:
    if rule.per == "link":
        named = index.concerning(rule.after, item)
        return named or Index(arisen[item]).starts(rule.after, "")[:1]
    starts = index.starts(rule.after, item)
    if rule.after.kind == "answer.given" and rule.only is not None and rule.only.verdict:
        return [s for s in starts if s.raw["verdict"] in rule.only.verdict]
    return starts


def _governed(index: Index, start: Entry, seq: int, versions: int) -> bool:
    """Whether what begins a duty was recorded under the grammar adopted at `seq`."""
    case = index.case
    if (versions == 1 and len(case.procedures) == 1) or start.process != case.process:
        return True
    return case.procedure_at(start.nth) == seq


def _debt(
    index: Index,
    seq: int,
    rule: Owed,
    item: str,
    debtor: Debtor,
    candidates: Sequence[Entry],
) -> Debt:
    make = partial(
        Obligation,
        procedure=seq,
        rule=rule,
        per=rule.per,
        subject=item,
        owes=debtor.names,
        roles=rule.by,
        what=rule.what,
        times=max(1, rule.times or 1),
    )
    mine = [entry for entry in candidates if debtor.fulfils(entry.by)]
    return Debt(rule, item, debtor, make, mine, [])


def _begun(
    index: Index, debt: Debt, rule: Owed, starts: Sequence[Entry], today: date
) -> Iterator[Obligation]:
    if not starts:
        return
    times = max(1, rule.times or 1)
    if rule.every is not None:
        ends = index.concerning(rule.until, "") if rule.until is not None else []
        for turn in turns(starts, debt.fulfilling, ends, rule.every, times, today):
            yield debt.make(
                after=turn.start, begin=turn.since, met=turn.met, bound=turn.due, cut=turn.cut
            )
        return
    for group, met in settle(index, starts, debt.fulfilling, times):
        begin = _begin(index, group[0], debt.item)
        bound = None
        if rule.within is not None:
            last = deadline(begin.last if begin else last_day(group[0]), rule.within)
            bound = Period(last, last)
        yield debt.make(
            after=group[0],
            begin=begin,
            met=met,
            bound=bound,
            starts=frozenset(start.id for start in group),
        )


def _begin(index: Index, start: Entry, item: str) -> Period | None:
    """When a duty began: nothing is owed for a thing before it is there."""
    begin, own = start.period, index.items.get(item)
    if own is None or own.seq < start.seq or own.period is None:
        return begin
    return own.period if begin is None or begin.before(own.period) else begin


def _unconditional(rule: Owed) -> bool:
    only = rule.only
    return only is None or not (only.model_fields_set - {"type"})
