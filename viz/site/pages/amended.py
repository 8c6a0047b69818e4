"""A measure that later decisions changed: what holds now, and what each of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from ledger.domain.case import Case, Measure
from ledger.domain.entry import Entry
from ledger.domain.mending import amendments
from viz.site.pages.fields import Fact, fact
from viz.site.pages.reading import Proof, Reader, Ref, Say, capital

TERMS = (
    "title", "text", "due", "amount", "term", "programme", "target", "lead", "territory",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """One field of a measure, before and after an amendment."""

    label: str
    was: tuple[Say, ...]
    """Nothing where it had not been said."""
    now: tuple[Say, ...]


@dataclass(frozen=True, slots=True)
class Amended:
    """One amendment."""

    by: str
    when: str
    decision: Ref | None
    why: Say | None
    turns: tuple[Turn, ...]
    proof: Proof
    flags: tuple[str, ...]


def terms_of(reader: Reader, measure: Measure) -> tuple[Fact, ...]:
    """What holds of a measure now."""
    now = reader.terms(measure)
    told = [_fact(reader, measure.entry, name, now) for name in TERMS if name in now]
    return tuple(one for one in told if one is not None)


def amended_of(reader: Reader, measure: Measure) -> tuple[Amended, ...]:
    """Every amendment that counts, the newest first."""
    found = []
    for amendment in amendments(cast(Case, reader.case), measure):
        entry, raw = amendment.entry, reader.raw(amendment.entry)
        decision = raw.get("decision")
        found.append(
            Amended(
                entry.by.name,
                reader.language.when(reader.on(entry)),
                reader.ref(decision) if decision else None,
                reader.say(raw.get("why"), entry),
                tuple(
                    Turn(
                        capital(reader.language.word(f"field.{name}")),
                        _lines(reader, entry, name, amendment.was),
                        _lines(reader, entry, name, amendment.now),
                    )
                    for name in amendment.now
                ),
                reader.proof(entry),
                tuple(reader.flags(entry)),
            )
        )
    return tuple(found[::-1])


def _lines(
    reader: Reader, entry: Entry, name: str, terms: Mapping[str, Any]
) -> tuple[Say, ...]:
    told = _fact(reader, entry, name, terms) if name in terms else None
    return told.lines if told is not None else ()


def _fact(reader: Reader, entry: Entry, name: str, terms: Mapping[str, Any]) -> Fact | None:
    return fact(reader, entry, name, terms[name])
