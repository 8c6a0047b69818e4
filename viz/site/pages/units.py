"""Units and measures as a page shows them: what was asked, what was answered, what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from ledger.domain import standing
from ledger.domain.case import Case, Measure, Unit
from ledger.domain.dates import parse_period
from ledger.domain.entry import Entry
from ledger.domain.standing import DIFFERING
from ledger.domain.words import Verdict
from viz.draw.theme import SIGNS
from viz.site.pages.declared import declared
from viz.site.pages.mended import Mended, mended_of
from viz.site.pages.reading import MASCULINE, Proof, Reader, Ref, Say, SourceLine, capital

PAGE = 100
"""How many units stand on one page."""
NO_SIGN = "·"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a unit."""

    verdict: str
    sign: str
    words: str
    by: str
    when: str
    reason: Say | None
    unreasoned: bool
    to: str | None
    until: str | None
    response: Ref | None
    sources: tuple[SourceLine, ...]
    proof: Proof
    flags: tuple[str, ...]
    earlier: tuple[Answer, ...] = ()
    """What the same speaker answered before, newest first."""
    turns: str = ""
    """How the verdict went: “first retained, then rejected”; that there were others if not."""


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure in a line."""

    id: str
    href: str
    title: Say | None
    state: str | None
    sign: str
    words: str
    reported: str
    due: str
    amount: str
    flags: tuple[str, ...]
    mended: Mended | None


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit with its answer and its measures."""

    id: str
    seq: int
    href: str
    noun: str
    title: Say | None
    text: Say | None
    theme: str
    verdict: str
    """`none` while unanswered."""
    sign: str
    words: str
    answers: tuple[Answer, ...]
    """The newest of each speaker."""
    measures: tuple[MeasureLine, ...]
    withdrawn: str | None
    replaced_by: tuple[Ref, ...]
    origin: str
    """What it was made of: “Brings R2 and R5 together”, “Comes out of R3”."""
    replaces: tuple[Ref, ...]
    flags: tuple[str, ...]
    proof: Proof
    masculine: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the list of units."""

    code: str
    words: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The units of a process, a page at a time."""

    heading: str
    total: int
    cards: tuple[UnitCard, ...]
    filters: tuple[Filter, ...]
    page: int
    pages: int
    verdict: str
    loose: tuple[MeasureLine, ...]
    """Measures that carry out no unit of this process."""
    loose_more: int
    declared: tuple[str, ...]
    """What was declared and is not transcribed here, in words."""
    nouns: str
    every: str
    """What shows all of them is called: « Toutes »."""


def units_of(reader: Reader, *, verdict: str = "", page: int = 1) -> UnitPage:
    """The units of a process with their answers and measures.

    Args:
        verdict: Only those whose newest verdict this is; `none` for the unanswered.
        page: From 1.
    """
    case = cast(Case, reader.case)
    language = reader.language
    units = list(case.units.values())
    stands = {unit.id: fate(case, unit) for unit in units}
    tally = Counter(stands.values())
    chosen = [u for u in units if not verdict or stands[u.id] == verdict]
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(1, page), pages)
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    masculine = agrees(units)
    order = [*Verdict.__args__, DIFFERING, "none", "replaced", "withdrawn"]  # type: ignore[attr-defined]
    filters = [
        Filter(
            code, _verdict(reader, code, masculine, tally[code]), tally[code], code == verdict
        )
        for code in order
        if tally[code]
    ]
    loose = [m for m in case.measures.values() if not _own_units(case, m)]
    types = {unit.body.type for unit in units}
    noun = f"unit.{types.pop()}" if len(types) == 1 else "kind.unit"
    heading = language.word(f"many.{noun}")
    return UnitPage(
        language.gettext("What is followed") if noun == "kind.unit" else capital(heading),
        len(units),
        tuple(card_of(reader, unit) for unit in shown),
        tuple(filters) if len(filters) > 1 else (),
        page,
        pages,
        verdict,
        tuple(measure_line(reader, measure) for measure in loose[:PAGE]),
        max(0, len(loose) - PAGE),
        tuple(declared(reader, case)),
        language.number(len(units))
        + " "
        + language.word(noun if len(units) == 1 else f"many.{noun}"),
        capital(language.word("filter.all", masculine=masculine)),
    )


def card_of(reader: Reader, unit: Unit) -> UnitCard:
    """One unit with its answer and its measures."""
    case = cast(Case, reader.case)
    entry, raw = unit.entry, reader.raw(unit.entry)
    masculine = raw["type"] in MASCULINE
    verdict = fate(case, unit)
    flags = list(reader.flags(entry))
    withdrawn, gone = None, standing.withdrawal(case, unit)
    if gone is not None:
        withdrawn = reader.language.when(reader.on(gone))
        if verdict != "withdrawn":
            flags.insert(0, "withdrawn")
    successors = standing.successors(case, unit)
    if successors and verdict != "replaced":
        flags.insert(0, "replaced")
    return UnitCard(
        unit.id,
        entry.seq,
        reader.item(unit.id),
        capital(reader.language.word(f"unit.{raw['type']}")),
        reader.title(entry),
        reader.say(raw.get("text"), entry),
        raw.get("theme", ""),
        verdict,
        sign_of(verdict),
        verdict_words(reader, unit),
        answers_of(reader, unit),
        tuple(measure_line(reader, case.measures[m]) for m in unit.measures),
        withdrawn,
        tuple(reader.ref(r) for r in successors),
        origin_of(reader, unit),
        tuple(reader.ref(r) for r in unit.body.replaces or ()),
        tuple(flags),
        reader.proof(entry),
        masculine,
    )


def answers_of(reader: Reader, unit: Unit) -> tuple[Answer, ...]:
    """The answers that stand, one of each speaker, each with those it took the place of."""
    masculine = unit.body.type in MASCULINE
    found = []
    for said in standing.answers(cast(Case, reader.case), unit).values():
        told = [answer_of(reader, entry, masculine) for entry in said]
        earlier = tuple(told[-2::-1])
        found.append(replace(told[-1], earlier=earlier, turns=_turns(reader, told)))
    return tuple(found)


def _turns(reader: Reader, told: Sequence[Answer]) -> str:
    """“first retained, then rejected”; each verdict once where it was only said again."""
    said = [a.words for a, before in zip(told, (None, *told), strict=False)
            if before is None or a.verdict != before.verdict]  # fmt: skip
    said = [words[:1].lower() + words[1:] for words in said]
    language = reader.language
    if len(said) < 2:
        return language.number_of(
            "%(num)s earlier answer", "%(num)s earlier answers", len(told) - 1
        )
    turned = language.gettext("first %(verdict)s") % {"verdict": said[0]}
    for words in said[1:]:
        turned += language.gettext(", then %(verdict)s") % {"verdict": words}
    return turned


def origin_of(reader: Reader, unit: Unit) -> str:
    """What a unit took the place of: several that it brings together, or a part of one."""
    case, replaced = cast(Case, reader.case), unit.body.replaces or ()
    if not replaced:
        return ""
    code = "origin.merge"
    if len(replaced) == 1:
        old = case.units.get(replaced[0])
        split = old is not None and len(standing.successors(case, old)) > 1
        code = "origin.split" if split else "origin.place"
    masculine = unit.body.type in MASCULINE
    refs = reader.language.listing(replaced)
    return reader.language.word(code, masculine=masculine) % {"refs": refs}


def answer_of(reader: Reader, entry: Entry, masculine: bool) -> Answer:
    """One answer in words."""
    raw, language = reader.raw(entry), reader.language
    return Answer(
        raw["verdict"],
        sign_of(raw["verdict"]),
        capital(language.word(f"verdict.{raw['verdict']}", masculine=masculine)),
        entry.by.name,
        language.when(reader.on(entry)),
        reader.say(raw["reason"], entry),
        raw["reason"] is None,
        raw.get("to"),
        language.on(raw.get("until")) or None,
        reader.ref(raw["response"]) if raw.get("response") else None,
        tuple(reader.sources(entry)),
        reader.proof(entry),
        tuple(reader.flags(entry)),
    )


def measure_line(reader: Reader, measure: Measure) -> MeasureLine:
    """One measure in a line: what holds now, and how far it is."""
    language, now = reader.language, reader.terms(measure)
    case = cast(Case, reader.case)
    report, state = standing.report(case, measure), standing.state(case, measure)
    return MeasureLine(
        measure.id,
        reader.item(measure.id),
        reader.say(now["title"]),
        state,
        sign_of(state or "none"),
        capital(language.word(f"state.{state or 'none'}")),
        language.when(reader.on(report)) if report else "",
        _due(reader, measure.body.due, now.get("due")),
        language.money(now["amount"]) if "amount" in now else "",
        tuple(reader.flags(measure.entry)),
        mended_of(reader, measure.entry),
    )


def _due(reader: Reader, first: str | None, now: str | None) -> str:
    """When a measure is due; the first date stays visible when another took its place."""
    language = reader.language
    if not now or not first or first == now:
        return language.on(now)
    facts = {"first": language.on(first), "last": language.on(now)}
    before, after = parse_period(first), parse_period(now)
    if after.exact and before.last < after.first:
        return language.gettext("%(first)s, postponed to %(last)s") % facts
    return language.gettext("%(first)s, then %(last)s") % facts


def fate(case: Case, unit: Unit) -> str:
    """The verdict that stands; unanswered, whether an answer can still come."""
    verdict = standing.verdict(case, unit)
    if verdict is not None:
        return verdict
    if standing.successors(case, unit):
        return "replaced"
    return "none" if standing.withdrawal(case, unit) is None else "withdrawn"


def verdict_words(reader: Reader, unit: Unit) -> str:
    """How it stands with a unit: « Retenue en partie », « Remplacée par R14 et R15 »."""
    case, language = cast(Case, reader.case), reader.language
    code = fate(case, unit)
    masculine = unit.body.type in MASCULINE
    said = capital(_verdict(reader, code, masculine))
    if code != "replaced":
        return said
    by = language.listing(standing.successors(case, unit))
    return language.gettext("%(replaced)s by %(refs)s") % {"replaced": said, "refs": by}


def agrees(units: Sequence[Unit]) -> bool:
    """Whether French verdicts about these units are written in the masculine."""
    types = {unit.body.type for unit in units}
    return bool(types) and types <= MASCULINE


def sign_of(code: str) -> str:
    """The glyph beside the words of a verdict or state."""
    if code == DIFFERING:
        return "≠"
    return SIGNS[code].char if code in SIGNS else NO_SIGN


def _verdict(reader: Reader, code: str, masculine: bool, count: int = 1) -> str:
    if code == DIFFERING:
        return reader.language.gettext("answers that differ")
    many = "" if count == 1 else "many."
    if code in ("replaced", "withdrawn"):
        return reader.language.word(f"{many}flag.{code}", masculine=masculine)
    return reader.language.word(f"{many}verdict.{code}", masculine=masculine)


def _own_units(case: Case, measure: Measure) -> bool:
    return any(reference in case.units for reference in measure.body.carries_out)
