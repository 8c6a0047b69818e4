"""What became of a unit, in a sentence; and what it drew on, by its first words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from ledger.domain import standing
from ledger.domain.case import Case, Measure, Unit
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
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
    case = cast(Case, reader.case)
    successors = standing.successors(case, unit)
    if successors:
        refs = ", ".join(successors)
        return language.word(f"{gender}became.replaced") % {"refs": refs}
    withdrawn = standing.withdrawal(case, unit)
    if withdrawn is not None:
        when = language.when(reader.on(withdrawn))
        return language.word(f"{gender}became.withdrawn") % {"when": when}
    answers = standing.answers(case, unit)
    if not answers:
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
    if len(answers) > 1 and standing.verdict(case, unit) == standing.DIFFERING:
        return _differing(reader, unit, answers, measures)
    spoken = max((said for said in answers.values()), key=lambda said: said[-1].seq)
    raw = reader.raw(spoken[-1])
    facts = {
        "when": language.when(reader.on(spoken[-1])),
        "to": raw.get("to", ""),
        "until": language.on(raw.get("until")),
    }
    code = raw["verdict"]
    if code == "passed_on" and not raw.get("to"):
        code = "passed_on.nowhere"
    if code == "deferred" and not raw.get("until"):
        code = "deferred.open"
    said = language.word(f"{gender}became.{code}") % facts
    said += _before(reader, unit, spoken)
    if measures:
        said += " " + _carried(reader, measures, bool(gender))
    elif unit.id in reader.carried:
        elsewhere = language.listing(reader.carried[unit.id])
        told = language.gettext("Carried out in another process: %(refs)s.")
        said += " " + told % {"refs": elsewhere}
    elif code in ("retained", "partly_retained"):
        said += " " + language.word(f"{gender}became.no_measure")
    return said


def _before(reader: Reader, unit: Unit, spoken: list[Entry]) -> str:
    """What had been answered first, where that was something else."""
    first, last = spoken[0], spoken[-1]
    if first.raw["verdict"] == last.raw["verdict"]:
        return ""
    language, masculine = reader.language, unit.body.type in MASCULINE
    return " " + language.gettext("First answer, %(when)s: %(verdict)s.") % {
        "when": language.when(reader.on(first)) or language.gettext("Date unknown"),
        "verdict": language.word(f"verdict.{first.raw['verdict']}", masculine=masculine),
    }


def _differing(
    reader: Reader, unit: Unit, answers: Mapping[str, list[Entry]], measures: list[Measure]
) -> str:
    """Who says what, in the order in which they first spoke; none is picked."""
    language, masculine = reader.language, unit.body.type in MASCULINE
    told = [
        language.gettext("%(name)s: %(value)s")
        % {
            "name": name,
            "value": language.word(f"verdict.{said[-1].raw['verdict']}", masculine=masculine),
        }
        for name, said in answers.items()
    ]
    between = "\u00a0; " if language.code == "fr" else "; "
    sentence = language.gettext("The answers differ. %(said)s.") % {"said": between.join(told)}
    return " ".join((sentence, *([_carried(reader, measures, masculine)] if measures else [])))


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
        state = standing.state(cast(Case, reader.case), measure) or "none"
        states[state] = states.get(state, 0) + 1
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
