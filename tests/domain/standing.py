"""How one duty of the model stands: its state, its days, what came of its dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from tests.domain.facts import Days, Due, Fact, Rule, Story, fulfils


@dataclass
class Item:
    """One thing owed, once: what is compared with a `Duty`."""

    id: str
    subject: str
    owes: tuple[str, ...]
    procedure: int | None
    rule: Rule | None
    times: int
    after: Fact | None = None
    since: Days | None = None
    met: list[Fact] = field(default_factory=list)
    bound: Days | None = None
    cut: Fact | None = None
    started: list[Fact] = field(default_factory=list)
    dates: list[Due] = field(default_factory=list)

    @property
    def fulfilled(self) -> Fact | None:
        return self.met[-1] if len(self.met) >= self.times else None


class Seen(NamedTuple):
    """What a reader is told of one duty."""

    id: str
    subject: str
    owes: tuple[str, ...]
    procedure: int
    after: int
    done: int
    state: str
    days: int
    exact: bool
    due: str
    late: int
    late_exact: bool
    met_by: int
    lifted_by: int
    dates: tuple[tuple[int, str, int], ...]
    """Of each announced date: the entry, what came of it, days late."""
    bound: str


def seen(item: Item, story: Story, today: date) -> Seen:
    """How a duty stands on a day."""
    done, lifted = item.fulfilled, None
    if done is None:
        lifted = item.cut or _void(item, story)
    dates = [(due, *_came(due.days, done, lifted, today)) for due in item.dates]
    dates.sort(key=lambda d: d[0].said.seq)
    present = [(due.days, how, days_, exact) for due, how, days_, exact in dates[-1:]]
    bound = ""
    if item.bound is not None:
        came = _came(item.bound, done, lifted, today)
        bound = came[0]
        present.append((item.bound, *came))
    first = min(present, key=lambda p: p[0].last) if present else None
    state = "open" if item.after else "not_yet"
    if done is not None:
        state = "met_late" if first and first[1] == "kept_late" else "met"
    elif lifted is not None:
        state = "lifted"
    elif first and first[1] == "missed":
        state = "past_due"
    late = first if first and state in ("met_late", "past_due") else None
    count, exact = _count(item, done, today) if state != "lifted" else (-1, True)
    return Seen(
        id=item.id,
        subject=item.subject,
        owes=item.owes,
        procedure=-1 if item.procedure is None else item.procedure,
        after=item.after.seq if item.after else -1,
        done=len(item.met),
        state=state,
        days=count,
        exact=exact,
        due=f"{first[0].first}/{first[0].last}" if first else "",
        late=late[2] if late else -1,
        late_exact=late[3] if late else True,
        met_by=done.seq if done else -1,
        lifted_by=lifted.seq if lifted else -1,
        dates=tuple((due.said.seq, how, days_) for due, how, days_, _ in dates),
        bound=bound,
    )


def _came(
    due: Days, done: Fact | None, lifted: Fact | None, today: date
) -> tuple[str, int, bool]:
    """What came of a date, on the days that make it the least late."""
    if done is not None:
        if done.days and done.days.first > due.last:
            exact = done.days.first == done.days.last
            return "kept_late", (done.days.first - due.last).days, exact
        return "kept", -1, True
    if lifted is not None and (lifted.days is None or lifted.days.first <= due.last):
        return "lifted", -1, True
    if today > due.last:
        return "missed", (today - due.last).days, True
    return "pending", -1, True


def _count(item: Item, done: Fact | None, today: date) -> tuple[int, bool]:
    """The fewest days from what began it to what fulfilled it, or to today."""
    if item.after is None or (done is not None and done.days is None):
        return -1, True
    end = done.days if done and done.days else Days(today, today)
    since = item.since or Days(item.after.latest, item.after.latest)
    exact = item.since is not None and since.first == since.last and end.first == end.last
    return max(0, (end.first - since.last).days), exact


def _void(item: Item, story: Story) -> Fact | None:
    """What lifts it: a unit withdrawn or replaced, a measure abandoned, a newer answer."""
    kind = story.kinds.get(item.subject)
    if kind is None:
        return None
    if kind == "measure.adopted":
        adopted = story.declared(item.subject)
        reports = [
            f
            for f in story.concerning({"kind": "follow_up.reported"}, item.subject)
            if not item.rule
            or fulfils(story, item.rule["by"], item.owes, f)
            or (adopted and f.name == adopted.name)
        ]
        gone = reports and reports[-1].body["state"] == "abandoned"
        return reports[-1] if gone else None
    for f in story.such({"kind": "unit.withdrawn"}):
        own = story.declared(item.subject)
        mine = own is None or f.name == own.name or f.role == own.role
        if story.ids([f.body["unit"]]) == [item.subject] and mine:
            return f
    for f in story.such({"kind": "unit.submitted"}):
        if item.subject in story.ids(f.body.get("replaces") or ()):
            return f
    if item.rule and by_verdict(item.rule) and item.after:
        by = item.rule["by"]
        others = {o["name"] for o in story.owners if o["role"] in by} - set(item.owes)
        answers = story.concerning({"kind": "answer.given"}, item.subject)
        newest = [answer for answer in answers if answer.name not in others]
        if newest and newest[-1].body["verdict"] not in item.rule["only"]["verdict"]:
            return newest[-1]
    return None


def by_verdict(rule: Rule) -> bool:
    """Whether what begins a duty is an answer of a certain verdict."""
    return "verdict" in (rule.get("only") or {}) and rule["after"]["kind"] == "answer.given"
