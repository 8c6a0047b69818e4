"""What holds of every life of a process: only entries and an instant decide, time mends
nothing, nothing true is refused, and nobody is accused without proof.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.canonical import encode
from ledger.domain.admission import admit
from ledger.domain.case import fold
from ledger.domain.duties import Duty, duties
from ledger.domain.entry import parse_entry
from ledger.domain.irregularities import Irregularity, irregularities
from tests.domain.build import (
    ANSWER,
    CITY,
    PROCEDURE,
    Process,
    what,
)  # fmt: skip
from tests.domain.lives import (
    BASIS,
    METROPOLIS,
    STEPS,
    TODAY,
    Told,
    decoded,
    play,
    wrong,
)  # fmt: skip

OWNERS = st.sampled_from([(CITY,), (CITY, METROPOLIS)])
LIVES = st.builds(play, STEPS, OWNERS)
LIVELY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
LATE = ("met_late", "past_due")


def again(value: Any) -> Any:
    """The same value, its objects built in the opposite order."""
    if isinstance(value, dict):
        return {key: again(value[key]) for key in reversed(value)}
    return [again(member) for member in value] if isinstance(value, list) else value


@LIVELY
@given(LIVES, TODAY)
def test_what_is_owed_and_amiss_depends_on_entries_and_day_alone(p: Process, today: date):
    reread = [parse_entry(encode(again(decoded(entry)))) for entry in p.entries]
    twice = [parse_entry(encode(decoded(entry))) for entry in reread]
    assert twice == reread == p.entries
    first = p.duties(str(today))
    for entries in (reread, twice, p.entries):
        case = fold(entries)
        found = duties(case, dict(reversed(p.procedures.items())), today=today)
        assert found == first
        amiss = irregularities(case, p.procedures, found, today=today)
        assert amiss == wrong(p, today)


def key(duty: Duty) -> tuple[object, ...]:
    """By which a duty is known again on another day."""
    begun = duty.after.seq if duty.after else None
    said = tuple(promise.entry.seq for promise in duty.promises)
    bound = duty.bound.due if duty.bound else None
    return (duty.id, duty.subject, duty.owes, duty.procedure, begun, duty.since, said, bound)


@LIVELY
@given(LIVES, TODAY, TODAY)
def test_time_alone_mends_nothing_and_undoes_nothing(p: Process, one: date, other: date):
    early, late = sorted((one, other))
    before, after = p.duties(str(early)), p.duties(str(late))
    assert not Counter(map(key, before)) - Counter(map(key, after))
    later = {key(duty): duty for duty in after}
    for duty in before:
        then = later[key(duty)]
        if duty.state in ("met", "met_late"):
            assert then == duty
        if duty.state == "lifted":  # what lifts it may be said to happen after a due day
            assert (then.state, then.lifted_by) == ("lifted", duty.lifted_by)
        if duty.state == "past_due":
            assert then.state == "past_due"
            assert (then.late or 0) - (duty.late or 0) == (late - early).days
        assert (then.days or 0) >= (duty.days or 0)
        for promise, now in zip(duty.promises, then.promises, strict=True):
            assert promise.outcome in (now.outcome, "pending")
            assert (now.late or 0) >= (promise.late or 0)


@LIVELY
@given(LIVES, TODAY)
def test_nobody_is_late_without_a_date_or_a_text_and_never_before_the_day_is_over(
    p: Process, today: date
):
    for duty in p.duties(str(today)):
        judged = (*duty.promises, *([duty.bound] if duty.bound else []))
        assert (duty.bound is None) == (duty.basis is None)
        for promise in judged:
            if promise.outcome == "missed":
                assert promise.due.last < today
            if promise.outcome == "kept_late":
                came = duty.met_by.period if duty.met_by else None
                assert came is not None
                assert promise.due.last < came.first
                assert promise.late == (came.first - promise.due.last).days
        if duty.state in LATE:
            outcome = {"met_late": "kept_late", "past_due": "missed"}[duty.state]
            blame = [x for x in judged if x.outcome == outcome and x.due == duty.due]
            assert blame
            assert duty.late == blame[0].late
        else:
            assert duty.late is None
    for found in wrong(p, today):
        if found.code in ("late", "past_due", "date_missed"):
            rested = {e.kind for e in p.entries if e.seq in found.entries}
            announced = {"date.announced", "measure.adopted", "measure.amended", "answer.given"}
            assert rested & announced or found.facts["against"] == "text"


@settings(LIVELY, max_examples=60)
@given(LIVES, TODAY)
def test_every_irregularity_is_proved_by_entries_and_goes_with_them(p: Process, today: date):
    seqs = {entry.seq for entry in p.entries}
    length = len(p.entries)
    for found in wrong(p, today):
        assert found.entries
        assert set(found.entries) <= seqs
        for seq in found.entries:
            p.add("entry.disowned", None, entry=seq)
        assert told(found) not in set(map(told, wrong(p, today)))
        del p.entries[length:]


def told(found: Irregularity) -> tuple[object, ...]:
    """An irregularity as a value that may stand in a set."""
    return (
        found.code,
        found.entries,
        found.subject,
        tuple(sorted(map(str, found.facts.items()))),
    )


# -- the ledger never refuses the truth ----------------------------------------------------


def reordered(p: Process, priorities: list[int]) -> Process:
    """The same statements in another order: nothing before what it refers to."""
    made = Process(owners=tuple(p.entries[0].raw["owners"]))
    made.procedures = p.procedures
    ids = {entry.id: entry.seq for entry in p.entries if entry.id}
    left = {
        entry.seq: (entry, {ids[ref] for _, ref in entry.references if ref in ids})
        for entry in p.entries[1:]
    }
    for entry, needs in left.values():
        if "entry" in entry.raw:
            needs.add(entry.raw["entry"])
    placed = {p.entries[0].seq: made.entries[0].seq}
    for n in range(len(left)):
        ready = [seq for seq, (_, needs) in left.items() if needs <= placed.keys()]
        seq = ready[priorities[n % len(priorities)] % len(ready)]
        entry, _ = left.pop(seq)
        raw = dict(entry.raw)
        if "entry" in raw:
            raw["entry"] = placed[raw["entry"]]
        by, invented = entry.by.model_dump(), entry.illustrative
        new = made.add(entry.kind, entry.on, by=by, illustrative=invented, **raw)
        placed[seq] = new.seq
    return made


@settings(LIVELY, max_examples=80)
@given(LIVES, st.lists(st.integers(0, 99), min_size=1, max_size=30), TODAY)
def test_in_whatever_order_the_truth_is_told_nothing_of_it_is_refused(
    p: Process, priorities: list[int], today: date
):
    p = reordered(p, priorities)
    adopted = {"seq": PROCEDURE, "process": "register", "kind": "procedure.adopted", "body": {}}
    before: list[dict[str, Any]] = [adopted]
    for entry in p.entries:
        admit(entry, Told(before), today=date(2026, 1, 1))
        before.append(decoded(entry))
    wrong(p, today)  # judged without an exception


# -- vague dates ---------------------------------------------------------------------------


@st.composite
def vague(draw: st.DrawFn) -> tuple[date, date]:
    """A few days around the end of a short month."""
    first = date(2021, 2, 24) + timedelta(days=draw(st.integers(0, 12)))
    return first, first + timedelta(days=draw(st.integers(0, 4)))


def written(days: tuple[date, date]) -> str:
    """Such days as they are recorded."""
    return "/".join(map(str, days))


def choices(*spans: tuple[date, date]) -> list[tuple[date, ...]]:
    """Every way in which it may have been."""
    exact = [
        [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for first, last in spans
    ]
    return list(product(*exact))


def answered(opinion: str, unit: str, answer: str, due: str, within: str) -> Duty:
    """The duty to answer one unit, with these dates."""
    p = Process(owed=[{**ANSWER, "within": within, "basis": BASIS}])
    p.add("opinion.delivered", opinion, id="O1")
    p.add("unit.submitted", unit, id="R1", opinion="O1")
    p.add("date.announced", "2021-02-20", due=due, duty="answer_each")
    p.add("answer.given", answer, unit="R1")
    return p.duty("answer_each", "R1")


@settings(LIVELY, max_examples=60)
@given(vague(), vague(), vague(), vague().map(written), st.sampled_from(["P1D", "P1W", "P1M"]))
def test_of_all_that_may_have_been_the_smallest_delay_is_told(
    opinion, unit, answer, due, within
):
    told = answered(written(opinion), written(unit), written(answer), due, within)
    exact = choices(opinion, unit, answer)
    all_ = [answered(str(o), str(u), str(a), due, within) for o, u, a in exact]
    assert told.days == min(duty.days or 0 for duty in all_)
    assert told.days_exact <= (len({duty.days for duty in all_}) == 1)
    for one, several in (
        (told.bound, [duty.bound for duty in all_]),
        # A date that may have passed before there was a unit was not surely said of it.
        (next(iter(told.promises), None), [next(iter(d.promises), None) for d in all_]),
    ):
        late = [x.late or 0 if x else 0 for x in several]
        assert (one.late or 0 if one else 0) == min(late)
        assert (one is not None and one.outcome == "kept_late") == all(late)
    if told.state == "met_late":
        assert all(duty.state == "met_late" for duty in all_)


@LIVELY
@given(st.lists(vague(), min_size=1, max_size=2), st.lists(vague(), min_size=1, max_size=2))
def test_a_step_is_out_of_order_only_if_it_is_in_all_that_may_have_been(firsts, thens):
    order = {"id": "x", "first": what("mandate.issued"), "then": what("opinion.delivered"),
             "per": "process"}  # fmt: skip

    def disorder(*days: str) -> bool:
        p = Process(order=[order])
        for n, on in enumerate(days):
            if n < len(firsts):
                p.add("mandate.issued", on, id=f"F{n}")
            else:
                p.add("opinion.delivered", on, id=f"O{n}")
        return bool(p.wrong("out_of_order"))

    certain = any(
        all(then < first for *first_, then in choices(*firsts, one) for first in first_)
        for one in thens
    )
    assert disorder(*map(written, [*firsts, *thens])) == certain
