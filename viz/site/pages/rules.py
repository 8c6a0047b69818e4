"""The rules of one form of dialogue in words: who speaks, what is owed, what comes first.

Said of a procedure, adopted or not: the pages, the command and the pictures say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ledger.domain.dates import parse_duration
from ledger.domain.events import DECLARED
from ledger.domain.procedure import Only, Order, Owed, Procedure, What
from ledger.service.procedures import Adopted
from ledger.service.view import View
from viz.draw import grammar
from viz.draw.grammar_plan import stages_of
from viz.draw.grammar_plan import who as speakers
from viz.site.i18n import Language, Words
from viz.site.pages.reading import MASCULINE, capital


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: what it is called and who may take it."""

    name: str
    who: str
    required: bool


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One thing that is owed."""

    number: int
    title: str
    each: str
    """For what it is owed: “for each measure adopted”; empty for the process itself."""
    who: str
    after: str
    """What begins it."""
    what: str
    """What fulfils it."""
    when: str
    """The delay, or that none is set."""
    basis: str
    said: str
    """All of it but its basis, in one line."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A procedure in words."""

    name: str
    version: str
    title: str
    basis: tuple[str, ...]
    stages: tuple[tuple[str, tuple[StepLine, ...]], ...]
    duties: tuple[DutyLine, ...]
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One procedure in the list of those in force."""

    href: str
    title: str
    name: str
    version: str
    adopted: str
    duties: int
    bound: int
    """How many duties have a date that a text sets."""
    processes: int
    illustrative: int
    """How many of the processes are invented."""


@dataclass(frozen=True, slots=True)
class Version:
    """One adoption of a procedure."""

    seq: int
    version: str
    adopted: str
    href: str
    here: bool


def rules_of(procedure: Procedure, language: Language) -> Rules:
    """A procedure in the words of a language."""
    words = Words(language)
    return Rules(
        procedure.name,
        procedure.version,
        title_of(procedure, language),
        tuple(line for line in procedure.basis.split("\n") if line.strip()),
        tuple(
            (
                words[f"stage.{stage}"],
                tuple(
                    StepLine(
                        capital(words[f"event.{step.kind}"]),
                        speakers(step, words),
                        step.required,
                    )
                    for step in steps
                ),
            )
            for stage, steps in stages_of(procedure).items()
        ),
        tuple(_duty(n, rule, language) for n, rule in enumerate(procedure.owed, 1)),
        tuple(_order(rule, language) for rule in procedure.order),
    )


def title_of(procedure: Procedure, language: Language) -> str:
    """What a procedure is called."""
    return language.title(procedure.titles)


def rules_picture(procedure: Procedure, language: Language) -> tuple[Markup, Markup]:
    """The picture of a procedure, across and down."""
    words, told = Words(language), rules_of(procedure, language)
    said = [duty.said for duty in told.duties]
    description = language.gettext(
        "The steps stand under their stages; each dashed line leads from what begins a duty to "
        "what fulfils it."
    )
    across, down = (
        grammar.draw(
            procedure,
            words,
            title=told.title,
            said=said,
            description=description,
            orientation=orientation,
            prefix=prefix,
        )
        for orientation, prefix in ((_ACROSS, "r"), (_DOWN, "s"))
    )
    # Every word was escaped where it was drawn: see viz.draw.grammar.
    return Markup(across), Markup(down)


_ACROSS: grammar.Orientation = "across"
_DOWN: grammar.Orientation = "down"


def forms_of(
    versions: Iterable[Sequence[Adopted]], views: Sequence[View], language: Language
) -> list[Form]:
    """Each procedure by its newest adoption, with how many processes go by it."""
    used = [view.procedure.name for view in views]
    invented = [view.procedure.name for view in views if view.case.illustrative]
    return [
        Form(
            f"{language.prefix}/procedures/{one.procedure.name}",
            title_of(one.procedure, language),
            one.procedure.name,
            one.procedure.version,
            language.when(one.entry.on),
            len(one.procedure.owed),
            sum(bool(rule.within or rule.every) for rule in one.procedure.owed),
            used.count(one.procedure.name),
            invented.count(one.procedure.name),
        )
        for one in (adoptions[-1] for adoptions in versions)
    ]


def versions_of(
    adoptions: Sequence[Adopted], shown: Adopted, language: Language
) -> list[Version]:
    """Every adoption of one procedure, newest first."""
    newest = adoptions[-1]
    base = f"{language.prefix}/procedures/{newest.procedure.name}"
    return [
        Version(
            one.entry.seq,
            one.procedure.version,
            language.when(one.entry.on),
            base if one is newest else f"{base}?seq={one.entry.seq}",
            one is shown,
        )
        for one in reversed(adoptions)
    ]


def _duty(number: int, rule: Owed, language: Language) -> DutyLine:
    title = language.title(rule.titles)
    each, when = _each(rule, language), _when(rule, language)
    who, after = capital(_roles(rule.by, language)), _event(rule.after, language)
    begun = language.gettext("After: %(event)s") % {"event": after}
    said = (title, each, begun, who, when)
    return DutyLine(
        number,
        title,
        each,
        who,
        capital(after),
        capital(_event(rule.what, language)),
        when,
        rule.basis or "",
        ". ".join(part.rstrip(".") for part in said if part) + ".",
    )


def _roles(roles: Sequence[str], language: Language) -> str:
    return language.listing([language.word(f"role.{role}") for role in roles], "or")


def _event(what: What, language: Language) -> str:
    said = language.word(f"event.{what.kind}")
    told = [language.word(f"state.{what.state}")] if what.state else []
    if what.type:
        told.append(language.word(f"{DECLARED[what.kind]}.{what.type}"))
    return f"{said} ({', '.join(told)})" if told else said


def _each(rule: Owed, language: Language) -> str:
    _, only = language.gettext, rule.only
    types = only.type if only is not None and only.type is not None else ()
    if rule.per == "process":
        return ""
    if rule.per == "link":
        said = _("for each process that arose from this one")
    elif rule.per == "measure":
        said = _("for each measure adopted")
    elif types:
        named = language.listing([language.word(f"unit.{sort}") for sort in types], "or")
        said = _("for each %(things)s") % {"things": named}
    else:
        said = _("for each point submitted")
    return capital(", ".join((said, *_conditions(only, language))))


def _conditions(only: Only | None, language: Language) -> Iterable[str]:
    _ = language.gettext
    if only is None:
        return
    if only.verdict is not None:
        masculine = only.type is not None and MASCULINE.issuperset(only.type)
        verdicts = [
            language.word(f"verdict.{verdict}", masculine=masculine) for verdict in only.verdict
        ]
        yield _("if the answer is: %(verdicts)s") % {
            "verdicts": language.listing(verdicts, "or")
        }
    if only.eligible is not None:
        yield _("if found eligible") if only.eligible else _("if found not eligible")
    if only.elected is not None:
        yield _("if the ballot elects it") if only.elected else _("if the ballot leaves it out")


def _when(rule: Owed, language: Language) -> str:
    times = max(1, rule.times or 1)
    if rule.every is not None:
        said = language.ngettext(
            "Once in each period of %(duration)s",
            "%(num)s times in each period of %(duration)s",
            times,
        ) % {"num": language.number(times), "duration": duration(rule.every, language)}
        if rule.until is not None:
            said += language.gettext(", until: %(event)s") % {
                "event": _event(rule.until, language)
            }
        return f"{said}."
    if rule.within is not None:
        said = language.gettext("Within %(duration)s.") % {
            "duration": duration(rule.within, language)
        }
    else:
        said = language.gettext("No delay is set: open, never late.")
    if times > 1:
        count = language.number_of("Once.", "%(num)s times.", times)
        said = f"{count} {said}"
    return said


def duration(text: str, language: Language) -> str:
    """“6 months” for `P6M`."""
    count, unit = parse_duration(text)
    match unit:
        case "Y":
            return language.number_of("%(num)s year", "%(num)s years", count)
        case "M":
            return language.number_of("%(num)s month", "%(num)s months", count)
        case "W":
            return language.number_of("%(num)s week", "%(num)s weeks", count)
    return language.number_of("%(num)s day", "%(num)s days", count)


def _order(rule: Order, language: Language) -> str:
    _ = language.gettext
    said = _("%(first)s, then %(then)s") % {
        "first": _event(rule.first, language),
        "then": _event(rule.then, language),
    }
    each = {"unit": _("for each point submitted"), "measure": _("for each measure adopted")}
    return capital(f"{said} ({each[rule.per]})" if rule.per in each else said)
