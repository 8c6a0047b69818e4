"""What a model of the rules sees of a process: facts that are judged, and what they are about.

Written from the rules in prose, slow and obvious; it shares no code with `ledger.domain`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

Rule = Mapping[str, Any]
DONE = {"kind": "follow_up.reported", "state": "done"}


class Days(NamedTuple):
    """The first and the last day on which something may have happened."""

    first: date
    last: date


@dataclass(frozen=True)
class Fact:
    """One entry that is judged, by what it says."""

    seq: int
    kind: str
    days: Days | None
    latest: date
    """The last possible day: for an unknown date that of the recording, anywhere on Earth."""
    role: str
    name: str
    body: Mapping[str, Any]
    procedure: int
    """In force when it was recorded."""
    on: str | None = None
    """Its date as it is written."""

    @property
    def earliest(self) -> date:
        return self.days.first if self.days else date.min


@dataclass
class Due:
    """A date that was said."""

    days: Days
    said: Fact
    about: list[str]


# -- days ----------------------------------------------------------------------------------


def days(text: str | None) -> Days | None:
    """The days that a written date stands for."""
    if text is None:
        return None
    ends = [_days(part) for part in text.split("/")]
    return Days(ends[0].first, ends[-1].last)


def _days(text: str) -> Days:
    year, *rest = (int(part) for part in text.split("-"))
    first = date(year, *[*rest, 1, 1][:2])
    if not rest:
        return Days(first, date(year, 12, 31))
    return Days(first, first if rest[1:] else first.replace(day=monthrange(year, rest[0])[1]))


def after(day: date, duration: str, n: int = 1) -> date:
    """The same day `n` durations later, else the end of that month."""
    count, unit = int(duration[1:-1]) * n, duration[-1]
    if unit in "DW":
        return day + timedelta(days=count * (7 if unit == "W" else 1))
    year, month = day.year, day.month
    for _ in range(count * (12 if unit == "Y" else 1)):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# -- what is judged ------------------------------------------------------------------------


class Story:
    """The facts of one process: not invented, not disowned, with the days as corrected."""

    def __init__(self, entries: Sequence[Any]) -> None:
        self.slug = entries[0].process
        self.owners = entries[0].raw["owners"]
        invented = entries[0].illustrative
        real = [e for e in entries if e.illustrative <= invented]
        standing = [e for e in real if not _unsaid(e, real)]
        corrected = {
            e.raw["entry"]: change["value"]
            for e in standing
            if e.kind == "correction.made"
            for change in e.raw["changes"]
        }
        self.kinds = {
            e.raw["id"]: e.kind
            for e in entries
            if e.kind in ("unit.submitted", "measure.adopted")
        }
        """Of what is disowned too: what was promised for it is still lifted."""
        self.procedures: list[int] = []
        self.facts: list[Fact] = []
        opening = entries[0]
        for e in standing if opening in standing else [opening, *standing]:
            if e.kind in ("process.opened", "procedure.changed"):
                self.procedures.append(e.raw["procedure"])
            if e is opening and opening not in standing:
                continue
            on = days(corrected.get(e.seq, e.on))
            latest = on.last if on else (e.at + timedelta(hours=14)).date()
            self.facts.append(
                Fact(
                    e.seq,
                    e.kind,
                    on,
                    latest,
                    e.by.role,
                    e.by.name,
                    e.raw,
                    self.procedures[-1],
                    corrected.get(e.seq, e.on),
                )
            )

    def ids(self, references: Iterable[str]) -> list[str]:
        """References as ids of this process; whole processes as they are."""
        found = []
        for one in references:
            process, slash, id_ = one.partition("/")
            if not slash:
                found.append(one)
            elif process == self.slug:
                found.append(id_)
        return found

    def declared(self, id_: str) -> Fact | None:
        """The fact that declares a unit or measure."""
        kinds = ("unit.submitted", "measure.adopted")
        return next((f for f in self.facts if f.kind in kinds and f.body["id"] == id_), None)

    def all(self, kind: str) -> list[str]:
        return [f.body["id"] for f in self.facts if f.kind == kind]

    def names(self, fact: Fact) -> list[str]:
        """What a fact is about: units, measures, processes."""
        body, found = fact.body, []
        if fact.kind in ("unit.submitted", "measure.adopted"):
            found.append(body["id"])
        found += self.ids(
            [body[k] for k in ("unit", "measure") if isinstance(body.get(k), str)]
        )
        found += self.ids([*(body.get("carries_out") or ()), *(body.get("about") or ())])
        found += self.ids(option["unit"] for option in body.get("options") or ())
        if fact.kind == "process.linked":
            found.append(body["to"])
        return found

    def refers(self, fact: Fact) -> list[str]:
        """Every id that a fact points at."""
        keys = ("opinion", "response", "decision", "unit", "measure")
        one = [fact.body[k] for k in keys if isinstance(fact.body.get(k), str)]
        many = [x for k in ("about", "carries_out", "replaces") for x in fact.body.get(k) or ()]
        return self.ids([*one, *many])

    def declarers(self, item: str) -> list[int]:
        """The opinions, responses and decisions to which whatever names an item belongs."""
        own = {f.body.get("id"): f.seq for f in self.facts if "id" in f.body}
        keys = ("opinion", "response", "decision")
        return [
            own[id_]
            for f in self.facts
            if item in self.names(f) and f.kind in _PARTS
            for id_ in self.ids(f.body[k] for k in keys if isinstance(f.body.get(k), str))
            if id_ in own
        ]

    def such(self, what: Rule) -> list[Fact]:
        """The facts of a sort."""
        return [
            f
            for f in self.facts
            if f.kind == what["kind"]
            and what.get("state") in (None, f.body.get("state"))
            and what.get("type") in (None, f.body.get("type"))
        ]

    def concerning(self, what: Rule, item: str) -> list[Fact]:
        """The facts of a sort that concern an item; of the process, all."""
        if not item:
            return self.such(what)
        above = self.declarers(item)
        return [f for f in self.such(what) if item in self.names(f) or f.seq in above]

    def beginning(self, what: Rule, item: str) -> list[Fact]:
        """What begins something for an item: what names it, else its declarer, else the first
        that names nothing in particular.
        """
        if not item:
            return self.such(what)
        naming = [f for f in self.such(what) if item in self.names(f)]
        above = self.declarers(item)
        declaring = [f for f in self.such(what) if f.seq in above]
        plain = [
            f for f in self.such(what) if not any(self.declared(id_) for id_ in self.names(f))
        ]
        return naming or declaring or plain[:1]

    def newest(self, kind: str, unit: str, key: str) -> Any:
        """The newest value that is said of a unit."""
        said = [f.body[key] for f in self.concerning({"kind": kind}, unit) if key in f.body]
        return said[-1] if said else None

    def elected(self, unit: str) -> bool | None:
        ballots = self.concerning({"kind": "ballot.held"}, unit)
        for option in ballots[-1].body["options"] if ballots else ():
            if self.ids([option["unit"]]) == [unit]:
                return bool(option["elected"])
        return None


_PARTS = ("unit.submitted", "answer.given", "measure.adopted", "measure.amended")


def _unsaid(entry: Any, entries: Sequence[Any]) -> bool:
    """Whether a disowning that stands names an entry."""
    return any(
        e.kind == "entry.disowned" and e.raw["entry"] == entry.seq and not _unsaid(e, entries)
        for e in entries
        if e.seq > entry.seq
    )


# -- who owes ------------------------------------------------------------------------------


def debtors(story: Story, by: Sequence[str]) -> list[tuple[str, ...]]:
    """Each owner with one of the roles, else nobody by name."""
    names: list[tuple[str, ...]] = []
    names += [(owner["name"],) for owner in story.owners if owner["role"] in by]
    return names or [()]


def speaks(story: Story, by: Sequence[str], owes: tuple[str, ...], fact: Fact) -> bool:
    """Whether somebody speaks for a debtor: under its name, or as the only one of its role;
    the council, the elected and the services for the only city.
    """
    owing = [owner for owner in story.owners if owner["role"] in by]
    if len(owing) < 2:
        return True
    if fact.name in [owner["name"] for owner in owing]:
        return (fact.name,) == owes
    role, roles = fact.role, [owner["role"] for owner in owing]
    if role in ("council", "elected", "services") and role not in roles:
        role = "city"
    same = [owner["name"] for owner in owing if owner["role"] == role]
    return len(same) == 1 and tuple(same) == owes


def fulfils(story: Story, by: Sequence[str], owes: tuple[str, ...], fact: Fact) -> bool:
    """Whether a speaker fulfils for a debtor."""
    return fact.role in by and speaks(story, by, owes, fact)


def meant(story: Story, by: Sequence[str], owes: tuple[str, ...], fact: Fact) -> bool:
    """Whether something is of a debtor, or of none of them in particular."""
    return speaks(story, by, owes, fact) or not any(
        speaks(story, by, other, fact) for other in debtors(story, by)
    )
