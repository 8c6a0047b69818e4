"""What became of a unit, in a sentence; and what it drew on, by its first words."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.case import Measure, Unit
from ledger.domain.duties import Duty
from ledger.service.query import Item
from ledger.service.view import View
from viz.site.pages.reading import MASCULINE, Reader

NAMED = 60
"""How many contributions are called by their words."""
_WORDS = 70


def unit_answer(
    reader: Reader, unit: Unit, measures: list[Measure], waiting: Iterable[Duty]
) -> str:
    """What became of a unit, in one or two sentences."""
    language = reader.language
    gender = "masculine." if unit.body.type in MASCULINE else ""
    if unit.replaced_by:
        refs = ", ".join(unit.replaced_by)
        return language.word(f"{gender}became.replaced") % {"refs": refs}
    if unit.withdrawn is not None:
        when = language.when(reader.on(unit.withdrawn))
        return language.word(f"{gender}became.withdrawn") % {"when": when}
    if unit.answer is None:
        first = next((d for d in waiting if d.what.kind == "answer.given"), None)
        said = language.word(f"{gender}became.unanswered")
        if first is not None and first.days is not None:
            days = language.days(first.days, first.days_exact)
            if first.state == "past_due" and first.due is not None:
                due = language.period(first.due)
                return said + " " + language.word("became.past_due") % {"due": due}
            said += " " + language.word("became.dated" if first.due else "became.open") % {
                "days": days,
                "due": language.period(first.due) if first.due else "",
            }
        return said
    raw = reader.raw(unit.answer)
    facts = {
        "when": language.when(reader.on(unit.answer)),
        "to": raw.get("to", ""),
        "until": language.on(raw.get("until")),
    }
    code = raw["verdict"]
    if code == "passed_on" and not raw.get("to"):
        code = "passed_on.nowhere"
    if code == "deferred" and not raw.get("until"):
        code = "deferred.open"
    said = language.word(f"{gender}became.{code}") % facts
    if measures:
        said += " " + _carried(reader, measures, bool(gender))
    elif code in ("retained", "partly_retained"):
        said += " " + language.word(f"{gender}became.no_measure")
    return said


_MANY = ("", "many.")


def _carried(reader: Reader, measures: list[Measure], masculine: bool) -> str:
    language = reader.language
    said = language.ngettext(
        "%(num)s measure carries it out",
        "%(num)s measures carry it out",
        len(measures),
    ) % {"num": language.number(len(measures))}
    states: dict[str, int] = {}
    for measure in measures:
        states[measure.state or "none"] = states.get(measure.state or "none", 0) + 1
    if len(measures) == 1:
        told = language.word("state." + next(iter(states)))
    else:
        told = ", ".join(
            f"{language.number(n)}\u00a0{language.word(f'{_MANY[n > 1]}state.{state}')}"
            for state, n in states.items()
        )
    return language.gettext("%(name)s: %(value)s") % {"name": said, "value": told} + "."


def cited_by(view: View, id_: str) -> list[str]:
    """The contributions of this process that a unit draws on: those the fold does not hold."""
    unit = view.case.units.get(id_)
    refs = unit.draws_on[:NAMED] if unit is not None else []
    return [r for r in refs if "/" not in r and r not in view.case.things]


def first_words(item: Item) -> str:
    """“La cour de l’école du Lavoir a trois arbres pour…”"""
    raw = item.entry.raw
    for field in ("title", "text"):
        text = item.texts.get(raw[field]["sealed"]) if field in raw else None
        if text:
            words = " ".join(text.split())
            return words if len(words) <= _WORDS else words[:_WORDS].rpartition(" ")[0] + "…"
    return str(raw.get("theme", ""))
