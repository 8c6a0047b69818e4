"""What is newly owed, met, past due or lifted, and what newly does or does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ledger.domain.change import Change, State
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact
from ledger.domain.irregularities import Irregularity
from ledger.domain.promises import Promise

Key = tuple[object, ...]
_ENDED = frozenset({"met", "met_late", "lifted"})


def owing(before: State, after: State) -> Iterator[Change]:
    """Each duty whose state is another one than before."""
    was, now = _by_key(before.duties), _by_key(after.duties)
    for key, duty in now.items():
        old = was[key].state if key in was else "not_yet"
        code = _code(old, duty.state)
        if code:
            yield Change(code, duty.subject, _shown(duty), _facts(duty))
    for key, duty in was.items():
        if duty.state not in (*_ENDED, "not_yet") and key not in now:
            yield Change("duty_gone", duty.subject, _shown(duty), _facts(duty))


def _code(old: str, new: str) -> str:
    """What it is called that one state took the place of another; empty if nothing happened."""
    if old == new:
        return ""
    if new == "open":
        return {"not_yet": "duty_begun", "past_due": "duty_put_off"}.get(old, "duty_open_again")
    if new == "not_yet":
        return "duty_gone"
    return f"duty_{new}"


def _by_key(duties: Iterable[Duty]) -> dict[Key, Duty]:
    """Duties by what they are, and the how-manieth of their like: periods follow each other."""
    found: dict[Key, Duty] = {}
    seen: Counter[Key] = Counter()
    for duty in duties:
        like = (duty.id, duty.per, duty.subject, duty.owes, duty.what.kind, duty.what.state)
        found[*like, seen[like]] = duty
        seen[like] += 1
    return found


def _shown(duty: Duty) -> tuple[int, ...]:
    """The entries that show in which state a duty is."""
    shown: list[Entry | None] = [duty.after]
    if duty.state in ("met", "met_late"):
        shown = [duty.met_by]
    elif duty.state == "lifted":
        shown = [duty.lifted_by]
    if duty.state in ("met_late", "past_due") and (counting := _counting(duty)) is not None:
        shown.append(counting.entry)
    return tuple(sorted({entry.seq for entry in shown if entry is not None}))


def _counting(duty: Duty) -> Promise | None:
    """The date against which a duty is late."""
    dated = [*duty.promises[-1:], *([duty.bound] if duty.bound is not None else [])]
    return next((promise for promise in dated if promise.due == duty.due), None)


def _facts(duty: Duty) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"duty": duty.id, "what": duty.what.kind}
    if duty.what.state is not None:
        facts["state"] = duty.what.state
    if duty.procedure is not None:
        facts["procedure"] = duty.procedure
    if duty.owes:
        facts["owes"] = duty.owes
    if duty.due is not None:
        facts["due"] = duty.due.last
    if duty.late is not None:
        facts |= {"days": duty.late, "exact": duty.late_exact}
    return facts


def faults(before: State, after: State) -> Iterator[Change]:
    """The irregularities that appeared, and those that are gone."""
    was = {_fault(one): one for one in before.irregularities}
    now = {_fault(one): one for one in after.irregularities}
    for code, here, there in (
        ("irregularity_appeared", now, was),
        ("irregularity_gone", was, now),
    ):
        for key, one in here.items():
            if key not in there:
                facts = {"irregularity": one.code, "severity": one.severity, **one.facts}
                yield Change(code, one.subject, one.entries, facts)


def _fault(one: Irregularity) -> Key:
    """What makes an irregularity the same one: days go on counting, claims are added."""
    facts = one.facts
    return (
        one.code,
        one.subject,
        one.entries[:1],
        *(facts.get(name) for name in ("duty", "topic", "kind", "territory", "partition")),
    )
