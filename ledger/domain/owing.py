"""Who owes, what begins a duty and what ends it: the joints of `duties`.

Everything here looks at lists of entries by `seq`: within a process `seq` and `nth` order
alike, and what fulfils must be recorded after what it answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.domain.case import Case
from ledger.domain.dates import Period, add_duration, parse_duration
from ledger.domain.entry import Entry
from ledger.domain.events import Speaker
from ledger.domain.matching import Index, first_day, last_day, seq_of
from ledger.domain.procedure import Owed, Per, Procedure, What
from ledger.domain.promises import Said
from ledger.domain.words import ORGANS
from ledger.errors import MalformedError

MOST_PERIODS = 1000
"""Of one recurring duty: a grammar that asks for more is answered for the first of them."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes: the names of owners, which speakers speak for them, and which fulfil it."""

    names: tuple[str, ...]
    speaks: Callable[[Speaker], bool]
    fulfils: Callable[[Speaker], bool]


@dataclass(slots=True, kw_only=True)
class Obligation:
    """One duty before it is judged."""

    procedure: int | None
    rule: Owed | None
    per: Per
    subject: str
    owes: tuple[str, ...]
    roles: tuple[str, ...]
    what: What
    times: int = 1
    after: Entry | None = None
    begin: Period | None = None
    met: Sequence[Entry] = ()
    bound: Period | None = None
    cut: Entry | None = None
    """What ended a period of it before its time."""
    starts: frozenset[str | None] = frozenset()
    debtor: Debtor | None = None
    dates: list[Said] = field(default_factory=list)

    @property
    def met_by(self) -> Entry | None:
        """What fulfilled it, the last of `times`."""
        return self.met[-1] if len(self.met) == self.times else None


@dataclass(slots=True)
class Debt:
    """What one debtor owes for one item under one rule."""

    procedure: int
    rule: Owed
    item: str
    debtor: Debtor
    fulfilling: list[Entry]
    owed: list[Obligation]

    def obligation(
        self,
        *,
        after: Entry | None = None,
        begin: Period | None = None,
        met: Sequence[Entry] = (),
        bound: Period | None = None,
        cut: Entry | None = None,
        dates: Sequence[Said] = (),
    ) -> Obligation:
        """One obligation of this debt."""
        rule = self.rule
        return Obligation(
            procedure=self.procedure,
            rule=rule,
            per=rule.per,
            subject=self.item,
            owes=self.debtor.names,
            roles=rule.by,
            what=rule.what,
            times=max(1, rule.times or 1),
            after=after,
            begin=begin,
            met=met,
            bound=bound,
            cut=cut,
            debtor=self.debtor,
            dates=list(dates),
        )


def debtors(case: Case, by: Sequence[str]) -> list[Debtor]:
    """Each owner that has one of the roles owes; without one, the roles themselves do.

    An owner speaks under its own name. A speaker under another name speaks for the only owner
    of its role, its council, elected members and services for the only city; and for the only
    owner that owes.
    """
    owing = [owner for owner in case.opening.owners if owner.role in by]
    if len(owing) <= 1:
        names = tuple(owner.name for owner in owing)
        return [Debtor(names, lambda _: True, lambda speaker: speaker.role in by)]
    roles = [owner.role for owner in owing]
    known = {owner.name for owner in owing}

    def debtor(owner: Speaker) -> Debtor:
        def speaks(speaker: Speaker) -> bool:
            if speaker.name in known:
                return speaker.name == owner.name
            organ = speaker.role in ORGANS and speaker.role not in roles
            role = "city" if organ else speaker.role
            return role == owner.role and roles.count(role) == 1

        return Debtor((owner.name,), speaks, lambda s: s.role in by and speaks(s))

    return [debtor(owner) for owner in owing]


def for_another(
    case: Case, roles: Sequence[str], owes: Sequence[str], speaker: Speaker
) -> bool:
    """Whether a speaker speaks for another owner than these, of those who owe the same."""
    owing = debtors(case, roles)
    return any(d.speaks(speaker) for d in owing if not set(d.names) <= set(owes))


def governing(case: Case, procedures: Mapping[int, Procedure]) -> dict[int, Procedure]:
    """The procedures that govern or governed a process, by seq; last what did so last."""
    newest_first = dict.fromkeys(seq for _, seq in reversed(case.procedures))
    return {seq: procedures[seq] for seq in reversed(newest_first) if seq in procedures}


def settle(
    index: Index,
    starts: Sequence[Entry],
    candidates: Sequence[Entry],
    times: int = 1,
    among: Sequence[Entry] = (),
) -> list[tuple[list[Entry], list[Entry]]]:
    """Which statements settle what was started, each time by the first `times` that follow.

    A candidate that refers to one of several starts (a response to its opinion) settles that
    one alone. What the same statement settles is one duty, begun with the first of its starts.

    Args:
        among: All that was started, where `starts` are only those under one grammar.

    Returns:
        For each duty its starts, and the statements that count, at most `times`.
    """
    if len(starts) == 1 and len(among) < 2:
        at = bisect_right(candidates, starts[0].seq, key=seq_of) if candidates else 0
        return [([starts[0]], list(candidates[at : at + times]))]
    ids = {start.id for start in among or starts if start.id is not None}
    free: list[Entry] = []
    bound: dict[str | None, list[Entry]] = {}
    if len(ids) < 2:
        free = list(candidates)
    else:
        for candidate in candidates:
            named = ids & index.names(candidate)
            for id_ in named:
                bound.setdefault(id_, []).append(candidate)
            if not named:
                free.append(candidate)
    groups: dict[int | None, tuple[list[Entry], list[Entry]]] = {}
    for start in starts:
        pool = free
        if start.id in bound:
            pool = sorted((*free, *bound[start.id]), key=seq_of)
        at = bisect_right(pool, start.seq, key=seq_of)
        met = pool[at : at + times]
        done = met[-1].seq if len(met) == times else None
        groups.setdefault(done, ([], met))[0].append(start)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class Turn:
    """One period of a duty that comes back."""

    start: Entry
    since: Period | None
    due: Period
    met: list[Entry]
    cut: Entry | None
    """What ended the period before its time: then it is never late."""


def turns(
    starts: Sequence[Entry],
    candidates: Sequence[Entry],
    ends: Sequence[Entry],
    every: str,
    times: int,
    today: date,
) -> Iterator[Turn]:
    """The consecutive periods from each start, until the next start or what ends the duty.

    An entry of imprecise date counts in each period in which it may have happened. What ends
    the duty counts from the last day on which it may have happened: a closing without a date
    does not undo the years before it was recorded.
    """
    for i, start in enumerate(starts):
        cuts = [*starts[i + 1 : i + 2], *(end for end in ends if end.seq > start.seq)]
        cut = min(cuts, key=last_day, default=None)
        following = [c for c in candidates if c.seq > start.seq]
        begin = last_day(start)
        for n in range(MOST_PERIODS):
            first, last = _after(begin, every, n), _after(begin, every, n + 1)
            if n and (first >= today or (cut is not None and first >= last_day(cut))):
                break
            inside = [
                c for c in following if first_day(c) <= last and (n == 0 or last_day(c) > first)
            ]
            since = start.period
            if n:
                since = Period(first + timedelta(days=1), first + timedelta(days=1))
            yield Turn(
                start,
                since,
                Period(last, last),
                inside[:times],
                # On its last day a period is whole: to begin anew on the anniversary forgives
                # nothing.
                cut if cut is not None and last_day(cut) < last else None,
            )


def deadline(begin: date, within: str) -> date:
    """The last day of `within`; the end of the calendar where it would lie beyond."""
    try:
        return add_duration(begin, within)
    except MalformedError:
        return date.max


def _after(begin: date, every: str, n: int) -> date:
    count, unit = parse_duration(every)
    if n == 0:
        return begin
    try:
        if unit in "WD":
            return begin + timedelta(days=count * n * (7 if unit == "W" else 1))
        return add_duration(begin, f"P{count * n}{unit}")
    except (MalformedError, OverflowError):
        return date.max
