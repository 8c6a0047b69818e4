"""Which announced date was said of which obligation.

A date is often said before anything is owed, sometimes of a thing that is not recorded yet,
sometimes of what no rule asks for. None is lost: a date that finds no obligation makes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.domain.entry import Entry
from ledger.domain.matching import Index, seq_of
from ledger.domain.owing import Debt, Debtor, Obligation, settle
from ledger.domain.procedure import Owed, Per, What
from ledger.domain.promises import DONE, Announced, Said, same


class Dates:
    """The dates said of one rule, and which of them found their duty."""

    def __init__(self, index: Index, rule: Owed, said: Announced) -> None:
        self._index = index
        self.heard: set[int] = set()
        self._all = said.of_duty.get(rule.id, [])
        self._due: dict[str, list[Said]] = {}
        if rule.per == "measure" and same(rule.what, DONE):
            self._due = said.of_measure
        elif of_deferral(rule):
            self._due = said.of_unit
        own = index.case.process
        self._general = [
            s for s in self._all if rule.per == "process" or not s.about or own in s.about
        ]
        self._special: dict[str, list[Said]] = {}
        for one in self._all if rule.per != "process" else ():
            for id_ in one.about or () if own not in (one.about or ()) else ():
                self._special.setdefault(id_, []).append(one)

    def __bool__(self) -> bool:
        return bool(self._all or self._due)

    def of(self, item: str) -> list[Said]:
        """The dates that concern an item, as recorded."""
        found = list(self._general)
        if self._special or self._due:
            entry = self._index.items.get(item)
            declared: list[str] = []
            if entry is not None:
                declared += self._index.resolved(entry, "opinion")
                declared += self._index.resolved(entry, "decision")
            for id_ in (item, *declared):
                found += self._special.get(id_, ())
            found += self._due.get(item, ())
            found = sorted({s.entry.seq: s for s in found}.values(), key=lambda s: s.entry.seq)
        return found

    def unheard(self) -> list[Said]:
        """The dates that concern nothing recorded yet."""
        return [s for s in self._all if s.entry.seq not in self.heard]


def attach(index: Index, debt: Debt, dates: Dates, owing: Sequence[Debtor]) -> None:
    """Puts each date beside the obligation it was said of, or makes it one of its own."""
    if not dates:
        return
    left: list[Said] = []
    # Of what comes back, a date says when the next one is, and belongs to no period.
    recurs = debt.rule.every is not None and any(o.after is not None for o in debt.owed)
    for said in dates.of(debt.item):
        if not concerns(said, debt.debtor, owing):
            continue
        if said.entry.kind != "date.announced" and debt.owed and not recurs:
            # The due day of the measure itself, or of the answer that put it off.
            begun = [o for o in debt.owed if o.after and o.after.seq <= said.entry.seq]
            (begun or debt.owed)[-1].dates.append(said)
            continue
        if said.entry.kind == "date.announced" and debt.item and _passed(said, debt):
            continue
        dates.heard.add(said.entry.seq)
        target = _target(said, debt) if not recurs else None
        if target is not None:
            target.dates.append(said)
        else:
            left.append(said)
    if left:
        debt.owed += promised(index, debt, left)


def of_deferral(rule: Owed) -> bool:
    """Whether a rule asks for a final answer to what was put off."""
    only = rule.only
    return (
        rule.per == "unit"
        and rule.what.kind == rule.after.kind == "answer.given"
        and only is not None
        and "deferred" in (only.verdict or ())
    )


def concerns(said: Said, debtor: Debtor, owing: Sequence[Debtor]) -> bool:
    """Whether a date was said for this debtor: an owner who owes speaks for itself alone."""
    by = said.entry.by
    return debtor.speaks(by) or not any(other.speaks(by) for other in owing)


def promised(index: Index, debt: Debt, said: Sequence[Said]) -> Iterator[Obligation]:
    """Obligations under a rule that nothing began but the dates themselves."""
    by_seq = {s.entry.seq: s for s in said}
    entries = [s.entry for s in said]
    times = 1 if debt.rule.every is not None else max(1, debt.rule.times or 1)
    for group, met in settle(index, entries, debt.fulfilling, times):
        made = debt.obligation(met=met, dates=[by_seq[entry.seq] for entry in group])
        made.times = times
        yield made


def of_dates(index: Index, said: Announced, heard: set[str]) -> Iterator[Obligation]:
    """What was promised without a rule that asks for it.

    Args:
        heard: Measures whose due dates, and units whose deferrals, stand beside a duty.
    """
    by_item: dict[tuple[str | None, ...], tuple[What, str, list[Said]]] = {}
    for what, one in said.alone:
        items = [id_ for id_ in sorted(one.about or ()) if id_ in index.items]
        for item in items or [""]:
            key = (what.kind, what.state, what.type, item)
            by_item.setdefault(key, (what, item, []))[-1].append(one)
    for what, item, dates in by_item.values():
        candidates = index.concerning(what, item)
        for series in _apart(dates):
            made = list(_from_dates(index, item, what, series, candidates))
            yield from made
            used = {entry.seq for obligation in made for entry in obligation.met}
            candidates = [entry for entry in candidates if entry.seq not in used]
    for item, dates in said.of_measure.items():
        if item not in heard:
            yield from _from_dates(index, item, DONE, dates, index.concerning(DONE, item))
    answered, adopted = What(kind="answer.given"), What(kind="measure.adopted")
    for item, dates in said.of_unit.items():
        if item in heard:
            continue
        # To put off again is not what was promised.
        final = [
            answer
            for answer in index.concerning(answered, item)
            if answer.raw["verdict"] != "deferred"
        ]
        found = sorted((*final, *index.concerning(adopted, item)), key=seq_of)
        yield from _from_dates(index, item, answered, dates, found)


def _passed(said: Said, debt: Debt) -> bool:
    """Whether a date said of all may have passed before anything was owed for this one.

    What was done before it was owed was done for that date: it stays kept.
    """
    if said.about or not debt.owed:
        return False
    first = min(o.after.seq if o.after is not None else 0 for o in debt.owed)
    if any(said.entry.seq < entry.seq < first for entry in debt.fulfilling):
        return False
    return all(o.begin is not None and said.due.last < o.begin.last for o in debt.owed)


def _target(said: Said, debt: Debt) -> Obligation | None:
    """The first obligation that was not fulfilled when the date was said."""
    seq, when = said.entry.seq, said.entry.period
    fitting = [o for o in debt.owed if said.about and o.starts & said.about] or debt.owed
    for obligation in fitting:
        met, after = obligation.met_by, obligation.after
        if met is not None and met.seq < seq:
            continue
        if after is not None and seq < after.seq:
            early = next((e for e in debt.fulfilling if e.seq > seq), None)
            if early is not None and early.seq < after.seq:
                return None  # it was kept before this one began
        return obligation
    for obligation in reversed(fitting):
        met = obligation.met_by
        assert met is not None
        if when is None or met.period is None or not met.period.before(when):
            return obligation  # said before it was fulfilled, and recorded after
    return None


def _apart(dates: Iterable[Said]) -> list[list[Said]]:
    """The dates of each thing: what one speaker says on one day is said of several things
    (six councils to be installed), and none of these dates puts off another.
    """
    apart: list[list[Said]] = []
    for said in dates:
        when, by = said.entry.on, said.entry.by
        told = (
            series
            for series in apart
            if when is None or all((s.entry.on, s.entry.by) != (when, by) for s in series)
        )
        series = next(told, None)
        if series is None:
            apart.append([said])
        else:
            series.append(said)
    return apart


def _from_dates(
    index: Index, item: str, what: What, said: Sequence[Said], candidates: Sequence[Entry]
) -> Iterator[Obligation]:
    """Obligations that somebody took on by naming a date."""
    by_seq = {s.entry.seq: s for s in said}
    entry = index.items.get(item)
    per: Per = "process"
    if entry is not None:
        per = "unit" if entry.kind == "unit.submitted" else "measure"
    for group, met in settle(index, [s.entry for s in said], candidates):
        speaker = group[0].by
        told = speaker.role in ("press", "registrar")  # who tells of a date does not owe it
        yield Obligation(
            procedure=None,
            rule=None,
            per=per,
            subject=item,
            owes=() if told else (speaker.name,),
            roles=() if told else (speaker.role,),
            what=what,
            after=group[0],
            begin=group[0].period,
            met=met,
            dates=[by_seq[e.seq] for e in group],
        )
