"""What the city's board keeps of one process: one line, made from a case, its duties and a day.

    line = line_of(case, owed, procedures, today=date(2026, 11, 23))

A line is a few numbers and dates, never the entries: a thousand of them fit where one large
case does. It holds for every day from the one it was made on to `until`: only when a date
passes may something else be owed. How many days late, how soon, how silent: that is counted
when it is read, from the dates it holds.

Only judged entries count (`ledger.domain.matching.Index`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, cast, get_args

from ledger.domain import events
from ledger.domain.case import Case
from ledger.domain.dates import Period, add_duration, delay
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.matching import Index
from ledger.domain.procedure import Procedure, What
from ledger.domain.promises import Promise
from ledger.domain.standing import DIFFERING
from ledger.domain.values import Titles
from ledger.domain.words import Principle, Verdict
from ledger.domain.words import State as MeasureState

ANSWERED: Final = (*get_args(Verdict), DIFFERING)
OUTCOMES: Final = (*ANSWERED, "unanswered", "withdrawn", "replaced")
"""What became of a unit: its newest verdict, or that two authorities do not give the same, else
why it has none."""
STATES: Final = (*get_args(MeasureState), "none")
"""How a measure stands: its newest reported state, `none` without any news."""
PRINCIPLES: Final = get_args(Principle)
YEAR: Final = "P1Y"
"""Without news for so long, an open process is silent."""
SOON: Final = timedelta(days=90)
"""What is due within so many days is due soon."""
_REPORTED = What(kind="follow_up.reported")
_MENDING = frozenset({"correction.made", "text.erased", "entry.disowned"})
"""What mends the register is no news of the process."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed alike, by the same owners, since and by the same day."""

    id: str
    titles: Titles | None
    """None of what was announced and no procedure asks for."""
    what: What
    subjects: tuple[str, ...]
    """Units or measures; empty for the process itself."""
    count: int
    owes: tuple[str, ...]
    roles: tuple[str, ...]
    since: Period | None
    due: Period
    against: Literal["announced", "text"]
    done: int
    times: int
    """How many of how many are recorded."""
    seq: int
    """Of the entry that announced the day, or from which the text counts."""


@dataclass(frozen=True, slots=True)
class Delay:
    """How many units were answered after so many days, the smallest possible number."""

    days: int
    exact: bool
    units: int


class Owing(NamedTuple):
    """How many duties a process owes on a day, each unit or measure on its own."""

    past_due: int
    """The day has passed, and nothing is recorded here."""
    due_soon: int
    """Due today or within 90 days."""
    due_later: int
    open: int
    """Without any date."""


@dataclass(frozen=True, slots=True)
class Line:
    """One process on the board."""

    slug: str
    title: str
    form: str
    """The procedure in force, by its name."""
    titles: Titles
    territory: str
    opened: Period | None
    illustrative: bool
    closed: bool
    units: Mapping[tuple[str, str], int]
    """How many units of each (type, outcome)."""
    delays: tuple[Delay, ...]
    """From opinion to answer, shortest first."""
    undated: int
    """Answered units of which no number of days is known."""
    measures: Mapping[str, int]
    past: tuple[Due, ...]
    """Of which the due day has passed."""
    ahead: tuple[Due, ...]
    """Of which it has not."""
    open: int
    """Owed without any date."""
    news: Period | None
    """When something last happened, as far as dates are known."""
    principles: tuple[str, ...]
    """Those that a mandate in force declares."""
    day: date
    until: date
    """The line holds from `day` to `until`, both included."""

    @property
    def year(self) -> int | None:
        """The first year in which it may have been opened."""
        return self.opened.first.year if self.opened is not None else None

    def owing(self, today: date) -> Owing:
        """What is owed on a day for which the line holds."""
        soon = sum(due.count for due in self.ahead if due.due.last - today <= SOON)
        return Owing(
            sum(due.count for due in self.past),
            soon,
            sum(due.count for due in self.ahead) - soon,
            self.open,
        )

    def silent(self, today: date) -> bool:
        """Whether it is open and certainly nothing happened for a year.

        Where no date is known at all, nothing is said.
        """
        return (
            not self.closed
            and self.news is not None
            and add_duration(min(self.news.last, today), YEAR) < today
        )


def line_of(
    case: Case,
    duties: Sequence[Duty],
    procedures: Mapping[int, Procedure],
    *,
    today: date,
    received: Entry | None = None,
) -> Line:
    """The line of one process.

    Args:
        duties: Of the same case and day.
        procedures: By the seq of their adoption; the one in force among them.
        received: The newest contribution, which the case does not hold: it is news too.
    """
    index = Index(case)
    opened = index.entry(case.opened) or case.opened
    assert opened is not None
    opening = cast(events.ProcessOpened, opened.body)
    procedure = procedures[case.procedures[-1][1]]
    outcomes = {unit: _outcome(index, unit) for unit in index.units()}
    answered = [unit for unit, outcome in outcomes.items() if outcome in ANSWERED]
    waits = [wait for unit in answered if (wait := _wait(index, unit)) is not None]
    dated = [duty for duty in duties if duty.state in ("open", "not_yet", "past_due")]
    return Line(
        slug=case.process,
        title=opening.title,
        form=procedure.name,
        titles=procedure.titles,
        territory=opening.territory,
        opened=opened.period,
        illustrative=case.illustrative,
        closed=case.closed is not None,
        units=Counter((index.items[u].raw["type"], outcome) for u, outcome in outcomes.items()),
        delays=tuple(Delay(*wait, n) for wait, n in sorted(Counter(waits).items())),
        undated=len(answered) - len(waits),
        measures=Counter(_state(index, measure) for measure in index.measures()),
        past=tuple(_alike(d for d in dated if d.state == "past_due")),
        ahead=tuple(_alike(d for d in dated if d.state != "past_due" and d.due is not None)),
        open=sum(duty.state == "open" and duty.due is None for duty in duties),
        news=_news(index, received),
        principles=tuple(_declared(index)),
        day=today,
        until=min(
            (p.due.last for d in duties for p in _dates(d) if p.due.last >= today),
            default=date.max,
        ),
    )


def _outcome(index: Index, unit: str) -> str:
    gone = index.gone(unit)
    if gone is not None:
        return "withdrawn" if gone.kind == "unit.withdrawn" else "replaced"
    verdicts = index.verdicts(unit)
    return DIFFERING if len(verdicts) > 1 else next(iter(verdicts), "unanswered")


def _wait(index: Index, unit: str) -> tuple[int, bool] | None:
    """Days from the opinion to the first answer; None where a date is unknown.

    They are counted from the opinion that the unit names, or from the unit where it names
    none or certainly came later.
    """
    own = index.items[unit]
    named = index.resolved(own, "opinion")
    opinion = index.entry(index.case.things.get(named[0])) if named else None
    since, told = own.period, opinion.period if opinion is not None else None
    if told is not None and (since is None or not told.before(since)):
        since = told
    until = index.concerning(What(kind="answer.given"), unit)[0].period
    return delay(since, until) if since is not None and until is not None else None


def _state(index: Index, measure: str) -> str:
    reports = index.concerning(_REPORTED, measure)
    return cast(str, reports[-1].raw["state"]) if reports else "none"


def _alike(duties: Iterable[Duty]) -> Iterator[Due]:
    """Duties with a date, those that are owed alike together, in their order."""
    groups: dict[tuple[object, ...], list[Duty]] = {}
    for duty in duties:
        what = (duty.what.kind, duty.what.state)
        key = (duty.id, *what, duty.owes, duty.roles, duty.since, duty.due, duty.done)
        groups.setdefault(key, []).append(duty)
    for group in groups.values():
        duty = group[0]
        assert duty.due is not None
        text = duty.bound is not None and duty.bound.due == duty.due
        promise = duty.bound if text else duty.promises[-1]
        assert promise is not None
        yield Due(
            id=duty.id,
            titles=duty.titles,
            what=duty.what,
            subjects=tuple(d.subject for d in group if d.subject),
            count=len(group),
            owes=duty.owes,
            roles=duty.roles,
            since=duty.since,
            due=duty.due,
            against="text" if text else "announced",
            done=duty.done,
            times=duty.times,
            seq=promise.entry.seq,
        )


def _dates(duty: Duty) -> Iterator[Promise]:
    """Every date that a duty was ever given: once it passes, another period may begin."""
    yield from duty.promises
    if duty.bound is not None:
        yield duty.bound


def _news(index: Index, received: Entry | None) -> Period | None:
    told = [entry for entry in index.judged if entry.kind not in _MENDING]
    if received is not None and index.case.counts(received):
        told.append(received)
    days = [entry.period for entry in told if entry.period is not None]
    return max(days, key=lambda period: (period.last, period.first), default=None)


def _declared(index: Index) -> Iterator[str]:
    """The principles of the mandates in force: what an amendment does not name stays."""
    said: dict[str, Sequence[Mapping[str, str]]] = {}
    for entry in index.judged:
        if entry.kind == "mandate.issued":
            said[entry.raw["id"]] = entry.raw.get("principles", ())
        elif entry.kind == "mandate.amended" and "principles" in entry.raw:
            for mandate in index.resolved(entry, "mandate"):
                if mandate in said:
                    said[mandate] = entry.raw["principles"]
    declared = {engagement["principle"] for told in said.values() for engagement in told}
    return (principle for principle in PRINCIPLES if principle in declared)
