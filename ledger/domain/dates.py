"""Civil dates of stated precision, durations, instants, and the arithmetic of delays.

A *period* is written `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or `A/B` with both ends of that form:

    >>> parse_period("2020-12")
    Period(first=datetime.date(2020, 12, 1), last=datetime.date(2020, 12, 31))
    >>> parse_period("2015-09-01/2015-09").last
    datetime.date(2015, 9, 30)

A *duration* is `PnY`, `PnM`, `PnW` or `PnD`. Days are civil days: no times, no zones.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from ledger.errors import MalformedError

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_AT = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z",
    re.ASCII,
)
_DURATION = re.compile(r"P([1-9]\d{0,3})([YMWD])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """The civil days on which something may have happened, both ends included."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the period is a single day."""
        return self.first == self.last

    def before(self, other: Period) -> bool:
        """Whether this certainly lies before `other`: the two are disjoint."""
        return self.last < other.first


@lru_cache(maxsize=8192)
def parse_period(text: str) -> Period:
    """The period that `text` names.

    Raises:
        MalformedError: `bad_date`: another form, a day that does not exist, or A after B.
    """
    start, slash, end = text.partition("/")
    first = _ends(start)
    last = _ends(end) if slash else first
    if first.first > last.first or first.last > last.last:
        raise MalformedError("bad_date", f"{text!r} ends before it begins")
    return Period(first.first, last.last)


def _ends(text: str) -> Period:
    match = _DATE.fullmatch(text)
    if match is None:
        raise MalformedError(
            "bad_date", f"{text!r} is not a date: YYYY, YYYY-MM or YYYY-MM-DD, or two with /"
        )
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        if month is None:
            return Period(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return Period(date(year, month, day), date(year, month, day))
    except ValueError as error:
        raise MalformedError("bad_date", f"{text!r} is not a day that exists") from error


def add_duration(start: date, duration: str) -> date:
    """The last day of `duration` counted from `start`, the start day excluded.

    Months and years run to the same day, else to the month's end; holidays shift nothing.

    Raises:
        MalformedError: `bad_date`: not a duration, or the result lies after the year 9999.
    """
    count, unit = parse_duration(duration)
    try:
        if unit in "WD":
            return start + timedelta(days=count * (7 if unit == "W" else 1))
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "Y" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(start.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError) as error:
        raise MalformedError("bad_date", f"{start} + {duration} lies too far away") from error


def parse_duration(text: str) -> tuple[int, str]:
    """The count and unit (`Y`, `M`, `W` or `D`) of a duration.

    Raises:
        MalformedError: `bad_date`.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise MalformedError("bad_date", f"{text!r} is not a duration: PnY, PnM, PnW or PnD")
    return int(match[1]), match[2]


def format_at(at: datetime) -> str:
    """`at` as recorded: UTC, cut to milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_at(text: object) -> datetime:
    """The instant that a recorded `at` names.

    Raises:
        MalformedError: `bad_date`.
    """
    try:
        if not isinstance(text, str) or not _AT.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError("bad_date", f"{text!r} is not an instant", where="/at") from error


def delay(since: Period, until: Period) -> tuple[int, bool]:
    """The smallest possible number of days between two periods, and whether it is exact."""
    return max(0, (until.first - since.last).days), since.exact and until.exact
