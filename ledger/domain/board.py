"""The city's board: what the lines of many processes add up to on one day.

    board = gather(lines, today=date(2026, 11, 23), asked=Asked(territory="Centre"))

Real processes and invented ones never add up together: a board is of the ones or of the
others. Every number here is a sum over `board.lines` that anybody can do again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from ledger.domain.line import ANSWERED, PRINCIPLES, SOON, Delay, Due, Line, Owing
from ledger.domain.values import Titles

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which processes a board is of: all that is given must hold."""

    territory: str | None = None
    form: str | None = None
    """A procedure, by its name."""
    year: int | None = None
    """In which it was opened."""
    invented: bool = False
    size: int | None = None
    """Of the checkpoint at which the lines were made, only told again; None for today's."""


class Days(NamedTuple):
    """A number of days: exact, or at least so many."""

    days: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """How long answers took, in days from the opinion, each the smallest possible number.

    The median is the smallest of these numbers within which at least half of the units were
    answered: the middle one, of an even number the lower of the two in the middle. It is
    exact when every number up to it is; the worst, when all are.
    """

    units: int
    """Answered units of which a number of days is known."""
    undated: int
    """Answered units of which none is."""
    median: Days | None
    worst: Days | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Something owed by a day."""

    line: Line
    owed: Due
    days: int
    """After that day, or until it."""


@dataclass(frozen=True, slots=True)
class Share:
    """The processes of one territory, form or year."""

    value: str | int
    titles: Titles | None
    """Of a form."""
    processes: int
    past_due: int
    units: int
    answered: int
    median: Days | None
    silent: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader may ask for."""

    territories: tuple[str, ...]
    forms: Mapping[str, Titles]
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What some processes add up to."""

    today: date
    asked: Asked
    choices: Choices
    lines: tuple[Line, ...]
    past: tuple[Pending, ...]
    """Of which the day has passed and nothing is recorded here, the longest first."""
    soon: tuple[Pending, ...]
    """Due today or within 90 days, the next first."""
    owing: Owing
    units: Mapping[tuple[str, str], int]
    """By (type, outcome)."""
    waits: Waits
    delays: tuple[Delay, ...]
    measures: Mapping[str, int]
    silent: tuple[Line, ...]
    """Open, and certainly without news for a year; the longest first."""
    principles: Mapping[str, int]
    """How many processes declare each of the fourteen."""
    by_territory: tuple[Share, ...]
    by_form: tuple[Share, ...]
    by_year: tuple[Share, ...]

    @property
    def closed(self) -> int:
        """How many processes are closed."""
        return sum(line.closed for line in self.lines)


def gather(lines: Iterable[Line], *, today: date, asked: Asked | None = None) -> Board:
    """The board of the processes that were asked for, in the order of `lines`.

    Args:
        lines: Each made so that it holds on `today`.
    """
    asked = asked or Asked()
    half = [line for line in lines if line.illustrative == asked.invented]
    chosen = tuple(line for line in half if _fits(line, asked))
    ahead = [
        Pending(line, owed, (owed.due.last - today).days)
        for line in chosen
        for owed in line.ahead
    ]
    declared = Counter(code for line in chosen for code in line.principles)
    delays = [delay for line in chosen for delay in line.delays]
    return Board(
        today=today,
        asked=asked,
        choices=_choices(half),
        lines=chosen,
        past=_by_days(
            (
                Pending(line, owed, (today - owed.due.last).days)
                for line in chosen
                for owed in line.past
            ),
            longest=True,
        ),
        soon=_by_days((p for p in ahead if p.days <= SOON.days), longest=False),
        owing=Owing(*map(sum, zip(*(line.owing(today) for line in chosen), strict=True)))
        if chosen
        else Owing(0, 0, 0, 0),
        units=_summed(line.units for line in chosen),
        waits=waits_of(delays, sum(line.undated for line in chosen)),
        delays=tuple(delays),
        measures=_summed(line.measures for line in chosen),
        silent=tuple(sorted((line for line in chosen if line.silent(today)), key=_last_news)),
        principles={code: declared[code] for code in PRINCIPLES},
        by_territory=_shares(chosen, lambda line: line.territory, today),
        by_form=_shares(chosen, lambda line: line.form, today),
        by_year=_shares(chosen, lambda line: line.year, today),
    )


def waits_of(delays: Iterable[Delay], undated: int = 0) -> Waits:
    """The median and the worst of some delays."""
    ordered = sorted(delays, key=lambda delay: (delay.days, not delay.exact))
    units = sum(delay.units for delay in ordered)
    left, exact, median = (units + 1) // 2, True, None
    for delay in ordered:
        exact = exact and delay.exact
        if 0 < left <= delay.units:
            median = Days(delay.days, exact)
        left -= delay.units
    worst = Days(ordered[-1].days, exact) if ordered else None
    return Waits(units, undated, median, worst)


def answered(units: Mapping[tuple[str, str], int]) -> int:
    """How many units have a verdict."""
    return sum(count for (_, outcome), count in units.items() if outcome in ANSWERED)


def _fits(line: Line, asked: Asked) -> bool:
    return (
        asked.territory in (None, line.territory)
        and asked.form in (None, line.form)
        and asked.year in (None, line.year)
    )


def _choices(lines: Sequence[Line]) -> Choices:
    forms = {line.form: line.titles for line in lines}
    return Choices(
        tuple(sorted({line.territory for line in lines})),
        dict(sorted(forms.items())),
        tuple(sorted({line.year for line in lines if line.year is not None}, reverse=True)),
    )


def _by_days(pending: Iterable[Pending], *, longest: bool) -> tuple[Pending, ...]:
    return tuple(sorted(pending, key=lambda p: -p.days if longest else p.days))


def _last_news(line: Line) -> date:
    return line.news.last if line.news is not None else date.max


def _summed(counts: Iterable[Mapping[K, int]]) -> Mapping[K, int]:
    total: Counter[K] = Counter()
    for count in counts:
        total.update(count)
    return total


def _shares(
    lines: Iterable[Line], key: Callable[[Line], str | int | None], today: date
) -> tuple[Share, ...]:
    """The lines by a value, in its order; those without one left out."""
    groups: dict[str | int, list[Line]] = {}
    for line in lines:
        if (value := key(line)) is not None:
            groups.setdefault(value, []).append(line)
    return tuple(_share(value, groups[value], today) for value in sorted(groups, key=_order))


def _order(value: str | int) -> tuple[int, str]:
    return (-value, "") if isinstance(value, int) else (0, value)


def _share(value: str | int, lines: Sequence[Line], today: date) -> Share:
    units = _summed(line.units for line in lines)
    return Share(
        value=value,
        titles=lines[0].titles if value == lines[0].form else None,
        processes=len(lines),
        past_due=sum(line.owing(today).past_due for line in lines),
        units=sum(units.values()),
        answered=answered(units),
        median=waits_of(delay for line in lines for delay in line.delays).median,
        silent=sum(line.silent(today) for line in lines),
    )
