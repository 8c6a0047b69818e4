"""What does not hold, in sentences: made from the codes and facts of `irregularities`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.domain.duties import Duty
from ledger.domain.irregularities import Irregularity
from ledger.domain.procedure import Procedure
from ledger.domain.promises import Promise
from viz.site.pages.counted import topic
from viz.site.pages.owed import begun
from viz.site.pages.reading import Reader, Ref, capital

SHOWN = 12
_MONEY = frozenset({"envelope_exceeded", "envelopes_differ_from_total"})
_KINDS = frozenset({"what", "first", "then", "kind"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold."""

    code: str
    severity: str
    severity_words: str
    sentence: str
    subject: Ref | None
    entries: tuple[tuple[int, str], ...]
    """(seq, address) of the entries that show it."""
    more: int


def faults_of(
    reader: Reader,
    found: Iterable[Irregularity],
    procedures: Mapping[int, Procedure],
    duties: Sequence[Duty],
) -> list[Fault]:
    """Every irregularity in words, the gravest first."""
    return [_fault(reader, one, procedures, duties) for one in found]


def _fault(
    reader: Reader,
    one: Irregularity,
    procedures: Mapping[int, Procedure],
    duties: Sequence[Duty],
) -> Fault:
    word, code = reader.language.word, one.code
    facts = {name: _fact(reader, one.code, name, value) for name, value in one.facts.items()}
    broken = _broken(one, duties)
    if broken is not None:
        duty, promise = broken
        facts["due"] = reader.language.period(promise.due)
        if code == "date_missed" and duty.state == "lifted":
            code = "date_missed.lifted"
        if code == "past_due" and begun(duty):
            code = "past_due.part"
            facts |= {"done": str(duty.done), "times": str(duty.times)}
        if code == "past_due" and duty.what.state is not None:
            code = "past_due.done"
    facts.setdefault("name", _name(reader, one.facts, procedures))
    if isinstance(days := one.facts.get("days"), int):
        facts["days"] = reader.language.days(days, bool(one.facts.get("exact", True)))
    seqs = list(one.entries)
    return Fault(
        one.code,
        one.severity,
        capital(word(f"severity.{one.severity}")),
        capital(word(f"irregularity.{code}") % _Facts(facts)),
        reader.ref(one.subject) if one.subject else None,
        tuple((seq, reader.entry(seq)) for seq in seqs[:SHOWN]),
        max(0, len(seqs) - SHOWN),
    )


def _broken(one: Irregularity, duties: Sequence[Duty]) -> tuple[Duty, Promise] | None:
    """What an irregularity says was owed, and the date of it as it was announced."""
    due = one.facts.get("due")
    for duty in duties if due is not None else ():
        if (duty.subject, duty.id) != (one.subject, one.facts.get("duty")):
            continue
        for promise in (*duty.promises, *([duty.bound] if duty.bound else [])):
            if promise.due.last == due and promise.entry.seq in one.entries:
                return duty, promise
    return None


class _Facts(dict[str, str]):
    """Facts as words; a fact that the irregularity does not bring is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


def _name(reader: Reader, facts: Mapping[str, Any], procedures: Mapping[int, Procedure]) -> str:
    """What is owed, as the procedure that binds calls it."""
    procedure = procedures.get(facts.get("procedure", -1))
    for owed in procedure.owed if procedure is not None else ():
        if owed.id == facts.get("duty"):
            return reader.language.title(owed.titles)
    code = f"awaited.{facts.get('what')}"
    if not reader.language.knows(code):
        code = f"event.{facts.get('what')}"
    return reader.language.word(code)


def _fact(reader: Reader, code: str, name: str, value: Any) -> str:
    language = reader.language
    if isinstance(value, bool):
        return language.word(f"answer.{'yes' if value else 'no'}")
    if isinstance(value, int):
        return language.money(value) if code in _MONEY else language.number(value)
    if isinstance(value, date):
        return language.when(value.isoformat())
    if isinstance(value, tuple):
        return ", ".join(_fact(reader, code, name, one) for one in value)
    if name in _KINDS:
        return language.word(f"event.{value}")
    if name in ("first_on", "then_on", "criteria_on"):
        return language.when(value) if value else language.gettext("Date unknown")
    if name == "topic":
        return topic(reader, value)
    if name in ("role", "roles"):
        return language.word(f"role.{value}")
    return str(value)
