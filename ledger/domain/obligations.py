"""What is owed before it is judged: each rule of the grammar, for each thing it concerns.

An obligation begins with an entry (`after`), or with a date that was announced while nothing
had begun yet, and ends with the entries that fulfil it. `duties` says what that amounts to on
a given day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ledger.domain.case import Case
from ledger.domain.dates import Period
from ledger.domain.dating import Dates, attach, concerns, promised
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
    owing, begun = debtors(index.case, versions[-1][1].by), False
    for n, (seq, rule) in enumerate(versions, 1):
        # What was fulfilled before it began is not announced as coming, nor what only some
        # answers would begin.
        coming = n == len(versions) and current and not _by_verdict(rule)
        sole = len(versions) == len(index.case.procedures) == 1
        for item in _items(index, rule, arisen):
            starts = _starts(index, rule, item, arisen)
            ours = starts if sole else [s for s in starts if _governed(index, s, seq)]
            candidates = _settling(index, rule, item)
            every = owing if n == len(versions) else debtors(index.case, rule.by)
            ours_owing = _owing(index, rule, item, every)
            for debtor in ours_owing:
                debt = _debt(seq, rule, item, debtor, candidates)
                if (before := debts.get((item, debtor.names))) is not None:
                    debt.owed = before.owed
                debts[item, debtor.names] = debt
                if begun_by := _own(rule, ours, debtor, ours_owing):
                    debt.owed += _begun(index, debt, begun_by, starts, today)
                elif coming and not (starts or debt.owed or debt.fulfilling):
                    debt.owed.append(debt.obligation())
        begun = begun or bool(index.concerning(rule.after, ""))
    dates = Dates(index, versions[-1][1], said)
    for debt in debts.values():
        # What was said of a duty stays said of it when others come to owe.
        newest = debt.rule is versions[-1][1]
        attach(index, debt, dates, owing if newest else debtors(index.case, debt.rule.by))
    yield from (o for debt in debts.values() for o in debt.owed)
    seq, rule = versions[-1]
    left, nobody = dates.unheard(), not debts and not begun and current
    for debtor in owing if left or (nobody and _unconditional(rule)) else ():
        debt = _debt(seq, rule, "", debtor, _settling(index, rule, ""))
        mine = [s for s in left if concerns(s, debtor, owing)]
        if mine:
            yield from promised(index, debt, mine)
        elif not left:
            yield debt.obligation()


def _items(index: Index, rule: Owed, arisen: Mapping[str, Case]) -> Iterable[str]:
    if rule.per == "process":
        return [""]
    if rule.per == "link":
        return arisen
    # An answer is judged one by one: a later one does not unmake what the first began.
    verdict = not _by_verdict(rule)
    ids = index.units() if rule.per == "unit" else index.measures()
    return (i for i in ids if index.passes(rule.only, i, verdict=verdict))


def _starts(index: Index, rule: Owed, item: str, arisen: Mapping[str, Case]) -> Sequence[Entry]:
    if rule.per == "link":
        named = index.concerning(rule.after, item)
        return named or Index(arisen[item]).starts(rule.after, "")[:1]
    starts = index.starts(rule.after, item)
    if _by_verdict(rule):
        assert rule.only is not None
        return [s for s in starts if s.raw["verdict"] in (rule.only.verdict or ())]
    return starts


def _settling(index: Index, rule: Owed, item: str) -> Sequence[Entry]:
    """What may fulfil a rule for an item: to put off again is no answer to what was put off."""
    found = index.concerning(rule.what, item)
    if _by_verdict(rule) and rule.what.kind == "answer.given":
        assert rule.only is not None
        return [e for e in found if e.raw["verdict"] not in (rule.only.verdict or ())]
    return found


def _owing(index: Index, rule: Owed, item: str, owing: Sequence[Debtor]) -> Sequence[Debtor]:
    """Who owes for an item: of a measure, who adopted it."""
    if rule.per != "measure" or len(owing) == 1:
        return owing
    adopted = index.items[item].by
    return [debtor for debtor in owing if debtor.speaks(adopted)] or owing


def _own(
    rule: Owed, starts: Sequence[Entry], debtor: Debtor, owing: Sequence[Debtor]
) -> Sequence[Entry]:
    """What begins a duty for one debtor: of two authorities, each owes after its own answer,
    and for a measure that none of them adopted, after what it said itself.
    """
    if len(owing) == 1 or not (rule.per == "measure" or _by_verdict(rule)):
        return starts
    return [
        start
        for start in starts
        if debtor.speaks(start.by) or not any(other.speaks(start.by) for other in owing)
    ]


def _by_verdict(rule: Owed) -> bool:
    """Whether what begins a duty is an answer of a certain verdict."""
    asked = rule.only is not None and rule.only.verdict is not None
    return asked and rule.after.kind == "answer.given"


def _governed(index: Index, start: Entry, seq: int) -> bool:
    """Whether what begins a duty was recorded under the grammar adopted at `seq`."""
    case, nth = index.case, start.nth
    if start.process != case.process:  # then what stood here when it was recorded there
        nth = max((e.nth for e in case.entries if e.seq < start.seq), default=0)
    return case.procedure_at(nth) == seq


def _debt(seq: int, rule: Owed, item: str, debtor: Debtor, candidates: Sequence[Entry]) -> Debt:
    mine = [entry for entry in candidates if debtor.fulfils(entry.by)]
    return Debt(seq, rule, item, debtor, mine, [])


def _begun(
    index: Index, debt: Debt, starts: Sequence[Entry], among: Sequence[Entry], today: date
) -> Iterator[Obligation]:
    rule = debt.rule
    times = max(1, rule.times or 1)
    if rule.every is not None:
        ends = index.concerning(rule.until, "") if rule.until is not None else []
        there = {e.seq: e for e in (_began(index, s, debt.item) for s in starts)}
        for turn in turns([*there.values()], debt.fulfilling, ends, rule.every, times, today):
            yield debt.obligation(
                after=turn.start, begin=turn.since, met=turn.met, bound=turn.due, cut=turn.cut
            )
        return
    for group, met in settle(index, starts, debt.fulfilling, times, among):
        after = _began(index, group[0], debt.item)
        bound = None
        if rule.within is not None:
            last = deadline(last_day(after), rule.within)
            bound = Period(last, last)
        opened = debt.obligation(after=after, begin=after.period, met=met, bound=bound)
        if len(group) > 1 or group[0].id is not None:
            opened.starts = frozenset(start.id for start in group)
        yield opened


def _began(index: Index, start: Entry, item: str) -> Entry:
    """What began a duty: nothing is owed for a thing before it is there.

    A thing without a date came with what began its duty; else what may be the later counts.
    """
    own = index.items.get(item)
    if own is None or own.seq < start.seq or own.period is None:
        return start
    return own if last_day(start) < last_day(own) else start


def _unconditional(rule: Owed) -> bool:
    """Whether a rule surely concerns something, though nothing of it is recorded yet."""
    only = rule.only
    if rule.per == "link":
        return False
    return only is None or not (only.model_fields_set - {"type"})
