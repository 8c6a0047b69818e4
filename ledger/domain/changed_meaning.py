"""What reads otherwise than before: verdicts, states, terms, dates, words mended or erased.

A thing that was recorded in between is compared with what was first said of it: a measure
adopted and put off within the same span has a due date that moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ledger.domain import events, mending, standing
from ledger.domain.case import Case, Measure, Unit
from ledger.domain.change import Change, State
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact

_DATES = ("measure.adopted", "measure.amended")
"""Kinds whose date is told of the measure already."""


def meanings(before: State, after: State) -> Iterator[Change]:
    """Everything that changed in meaning, in no particular order."""
    was, now = before.case, after.case
    for unit in now.units.values():
        yield from _answers(was, now, unit)
        yield from _fate(was, now, unit)
    for measure in now.measures.values():
        yield from _state(was, now, measure)
        yield from _terms(was, now, measure)
    yield from _dates(before, after)
    yield from _mandates(was, now)
    yield from _mended(was, now)
    yield from _disowned(was, now)
    yield from _process(was, now)


def _answers(was: Case, now: Case, unit: Unit) -> Iterator[Change]:
    """Each speaker alone: none answers for another."""
    older = standing.answers(was, was.units[unit.id]) if unit.id in was.units else {}
    newer = standing.answers(now, unit)
    for name in dict.fromkeys((*older, *newer)):
        last = newer[name][-1] if name in newer else None
        first = older[name][-1] if name in older else None
        if first is None and last is not None and _verdict(newer[name][0]) != _verdict(last):
            first = newer[name][0]
        if first is not None and last is not None:
            if first.seq != last.seq:
                code = "verdict_changed"
                if _verdict(first) == _verdict(last):
                    code = "answered_again"
                yield _turn(code, unit.id, first, last, "verdict", by=name)
        elif last is not None:
            yield _turn("verdict_given", unit.id, None, last, "verdict", by=name)
        elif first is not None:
            yield _turn("verdict_unsaid", unit.id, first, None, "verdict", by=name)


def _fate(was: Case, now: Case, unit: Unit) -> Iterator[Change]:
    old = was.units.get(unit.id)
    gone = standing.withdrawal(now, unit)
    if gone is not None and (old is None or standing.withdrawal(was, old) is None):
        yield Change("withdrawn", unit.id, (gone.seq,), {"by": gone.by.name})
    known = standing.successors(was, old) if old is not None else []
    new = [id_ for id_ in standing.successors(now, unit) if id_ not in known]
    if new:
        seqs = tuple(now.units[id_].entry.seq for id_ in new)
        yield Change("replaced", unit.id, seqs, {"by": tuple(new)})


def _state(was: Case, now: Case, measure: Measure) -> Iterator[Change]:
    old = was.measures.get(measure.id)
    first = standing.report(was, old) if old is not None else None
    last = standing.report(now, measure)
    if first is not None and last is not None:
        if first.raw["state"] != last.raw["state"]:
            yield _turn("state_changed", measure.id, first, last, "state")
    elif last is not None:
        yield _turn("state_given", measure.id, None, last, "state")
    elif first is not None:
        yield _turn("state_unsaid", measure.id, first, None, "state")


def _terms(was: Case, now: Case, measure: Measure) -> Iterator[Change]:
    old = was.measures.get(measure.id)
    first = mending.terms(was, old) if old is not None else measure.entry.raw
    last = mending.terms(now, measure)
    for name in events.MeasureAmended.model_fields:
        if name in standing.NO_TERMS:
            continue
        said, says = first.get(name), last.get(name)
        if said == says:
            continue
        amending = [e.seq for e in standing.amendments(now, measure) if name in e.raw] or [
            measure.entry.seq
        ]
        facts: dict[str, Fact] = {"field": name}
        if isinstance(said, int | str):
            facts["from"] = said
        if isinstance(says, int | str):
            facts["to"] = says
        code = "term_changed"
        if name == "due":
            code = "due_set" if said is None else "due_moved"
        yield Change(code, measure.id, (amending[-1],), facts)


def _dates(before: State, after: State) -> Iterator[Change]:
    """Dates announced in between, of what is owed; those of measures are told as terms."""
    told = {p.entry.seq for duty in before.duties for p in duty.promises}
    seen: set[tuple[int, str, str]] = set()
    for duty in after.duties:
        dated = [p.entry for p in duty.promises if p.entry.kind not in _DATES]
        fresh = [entry for entry in dated if entry.seq not in told]
        for entry in fresh[-1:]:
            key = (entry.seq, duty.id, duty.subject)
            if key in seen:
                continue
            seen.add(key)
            place = dated.index(fresh[0])
            facts: dict[str, Fact] = {"duty": duty.id, "what": duty.what.kind}
            if duty.procedure is not None:
                facts["procedure"] = duty.procedure
            facts["to"] = _due(entry)
            code, seqs = "date_announced", [entry.seq]
            # A first date may have been announced in between as well, and moved since.
            if place or len(fresh) > 1:
                older = dated[place - 1] if place else fresh[0]
                facts["from"], code = _due(older), "date_moved"
                seqs.insert(0, older.seq)
            yield Change(code, duty.subject, tuple(seqs), facts)


def _mandates(was: Case, now: Case) -> Iterator[Change]:
    known = {entry.seq for entry in was.mandates}
    for entry in now.mandates:
        if entry.kind == "mandate.amended" and entry.seq not in known and now.counts(entry):
            body = cast(events.MandateAmended, entry.body)
            named = tuple(
                name
                for name in events.MandateAmended.model_fields
                if name in body.model_fields_set - {"mandate", "why"}
            )
            yield Change("mandate_amended", body.mandate, (entry.seq,), {"fields": named})


def _mended(was: Case, now: Case) -> Iterator[Change]:
    """Words corrected or erased, of entries recorded in between too."""
    for seq, corrections in now.corrections.items():
        for entry in _since(was.corrections.get(seq, []), corrections):
            if entry.seq not in now.disowned:
                paths = tuple(c.path for c in cast(events.CorrectionMade, entry.body).changes)
                facts: dict[str, Fact] = {"fields": paths, **_kind(now, seq)}
                yield Change("corrected", _subject(now, seq), (seq, entry.seq), facts)
    for seq, erasures in now.erased.items():
        for entry in _since(was.erased.get(seq, []), erasures):
            body = cast(events.TextErased, entry.body)
            facts = {"texts": len(body.paths), "basis": body.basis, **_kind(now, seq)}
            yield Change("erased", _subject(now, seq), (seq, entry.seq), facts)


def _disowned(was: Case, now: Case) -> Iterator[Change]:
    for seq, entry in now.disowned.items():
        if seq not in was.disowned:
            yield Change("disowned", _subject(now, seq), (seq, entry.seq), _kind(now, seq))
    for seq, entry in was.disowned.items():
        if seq not in now.disowned:
            again = now.disowned.get(entry.seq)
            seqs = (seq, *([again.seq] if again is not None else []))
            yield Change("counts_again", _subject(now, seq), seqs, _kind(now, seq))


def _process(was: Case, now: Case) -> Iterator[Change]:
    if now.closed is not None and (was.closed is None or was.closed.seq != now.closed.seq):
        facts: dict[str, Fact] = {"on": now.closed.on} if now.closed.on else {}
        yield Change("closed", "", (now.closed.seq,), facts)
    elif was.closed is not None and now.closed is None:
        yield Change("reopened", "", (was.closed.seq,), {})
    if not now.procedures:
        return
    old = was.procedures[-1] if was.procedures else now.procedures[0]
    nth, procedure = now.procedures[-1]
    if (nth, procedure) != old:
        changing = [e.seq for e in now.entries if e.nth == nth]
        yield Change(
            "procedure_changed", "", tuple(changing), {"from": old[1], "to": procedure}
        )


def _turn(
    code: str, subject: str, first: Entry | None, last: Entry | None, field: str, **more: str
) -> Change:
    """From one statement to the next: both are named where both are there."""
    facts: dict[str, Fact] = dict(more)
    if first is not None:
        facts["from"] = cast(str, first.raw[field])
    if last is not None:
        facts["to"] = cast(str, last.raw[field])
    seqs = tuple(entry.seq for entry in (first, last) if entry is not None)
    return Change(code, subject, seqs, facts)


def _verdict(entry: Entry) -> object:
    return entry.raw["verdict"]


def _due(entry: Entry) -> str:
    """The date that an entry announces, as it is written in it."""
    raw: Any = entry.raw
    return str(raw["until"] if entry.kind == "answer.given" else raw["due"])


def _since(known: list[Entry], now: list[Entry]) -> list[Entry]:
    seqs = {entry.seq for entry in known}
    return [entry for entry in now if entry.seq not in seqs]


def _entry(case: Case, seq: int) -> Entry | None:
    return next((entry for entry in case.entries if entry.seq == seq), None)


def _kind(case: Case, seq: int) -> dict[str, Fact]:
    """What sort of entry it is; those that the fold does not hold are contributions."""
    entry = _entry(case, seq)
    return {"kind": entry.kind if entry is not None else "contribution.received"}


def _subject(case: Case, seq: int) -> str:
    """The thing that an entry declares, else the one it speaks of."""
    entry = _entry(case, seq)
    if entry is None:
        return ""
    named = entry.id or entry.raw.get("unit") or entry.raw.get("measure") or ""
    return str(named) if "/" not in str(named) else ""
