"""Tells any statement in words: what it is called, what it says, its fields as facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.entry import Entry
from ledger.domain.words import STAGE_OF
from viz.site.pages.counted import topic, value_of
from viz.site.pages.fields import Fact, fact, listed, pair
from viz.site.pages.reading import MASCULINE, Proof, Reader, Ref, Say, SourceLine, capital


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as a page shows it."""

    seq: int
    kind: str
    what: str
    """What sort of statement it is, in words."""
    stage: str
    title: Say | None
    id: str | None
    href: str | None
    verdict: str | None
    state: str | None
    said: str
    """The verdict or state in words."""
    by: str
    role: str
    when: str
    on: str
    """The date bare, empty when unknown."""
    prose: tuple[Say, ...]
    facts: tuple[Fact, ...]
    concerns: tuple[Ref, ...]
    """The units, measures or other things that it speaks of."""
    sources: tuple[SourceLine, ...]
    proof: Proof
    flags: tuple[str, ...]

    @property
    def illustrative(self) -> bool:
        """Whether all of it is invented."""
        return "illustrative" in self.flags


PROSE = ("text", "summary", "words", "task", "reason", "findings", "why")
_TITLES = ("title", "name", "object", "label")
_CONCERNS = ("unit", "measure", "about", "mandate", "participation")
_TOLD = frozenset({("claim.recorded", "topic"), ("claim.recorded", "value")})
"""Fields that the title tells already."""
_HIDDEN = frozenset({"id", "verdict", "state", "type", *PROSE, *_TITLES, *_CONCERNS})


def tell(reader: Reader, entry: Entry) -> Told:
    """One entry in words."""
    language, raw = reader.language, reader.raw(entry)
    on = reader.on(entry)
    state = raw.get("state") if entry.kind == "follow_up.reported" else None
    title = reader.title(entry)
    refs = tuple(
        reader.ref(reference)
        for name in _CONCERNS
        for reference in listed(raw.get(name))
        if isinstance(reference, str)
    )
    if entry.kind == "claim.recorded":
        claimed = value_of(reader, raw["value"], raw["topic"])
        title = Say(pair(reader, topic(reader, raw["topic"]), claimed))
    if entry.kind == "contribution.received" and title is None and raw.get("theme"):
        title = Say(raw["theme"])
    prose = tuple(
        said
        for name in PROSE
        if isinstance(raw.get(name), str | Mapping) and (said := reader.say(raw[name], entry))
    )
    return Told(
        entry.seq,
        entry.kind,
        sort_of(reader, entry),
        STAGE_OF.get(entry.kind, "any"),
        title,
        entry.id,
        reader.item(entry.id) if entry.id else None,
        raw.get("verdict"),
        state,
        _said(reader, raw, state),
        entry.by.name,
        language.word(f"role.{entry.by.role}"),
        language.when(on),
        language.on(on),
        prose,
        tuple(facts(reader, entry)),
        refs,
        tuple(reader.sources(entry)),
        reader.proof(entry),
        tuple(reader.flags(entry)),
    )


def _said(reader: Reader, raw: Mapping[str, Any], state: str | None) -> str:
    """A verdict, agreeing with the unit that it judges, or a state."""
    if raw.get("verdict"):
        unit = reader.case.units.get(raw["unit"]) if reader.case else None
        masculine = unit is not None and unit.body.type in MASCULINE
        return capital(reader.language.word(f"verdict.{raw['verdict']}", masculine=masculine))
    return capital(reader.language.word(f"state.{state}")) if state else ""


def sort_of(reader: Reader, entry: Entry) -> str:
    """What an entry is, in words: `Audition`, `Recommandation`, `Compte rendu`."""
    language, raw = reader.language, entry.raw
    family = {
        "unit.submitted": "unit",
        "session.held": "session",
        "document.published": "document",
    }.get(entry.kind)
    if family and raw.get("type"):
        return capital(language.word(f"{family}.{raw['type']}"))
    return capital(language.word(f"event.{entry.kind}"))


def facts(reader: Reader, entry: Entry) -> list[Fact]:
    """The fields of an entry that are not its title, its prose or what it concerns."""
    found = []
    for name, value in reader.raw(entry).items():
        if name in _HIDDEN or (entry.kind, name) in _TOLD:
            continue
        told = fact(reader, entry, name, value)
        if told is not None:
            found.append(told)
    return found
