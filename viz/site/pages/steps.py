"""The steps of the thread of one thing: what it rests upon, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.domain.case import Case
from ledger.domain.entry import Entry, references, split_reference
from viz.site.pages.reading import Reader, Ref, capital
from viz.site.pages.telling import Told, tell

SHOWN = 60
"""How many statements or links one step shows."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the thread."""

    stage: str
    name: str
    told: tuple[Told, ...] = ()
    refs: tuple[Ref, ...] = ()
    more: int = 0
    empty: str = ""
    """What to say where nothing is recorded."""


def steps_citing(
    reader: Reader, case: Case, process: str, id_: str, *, skip: frozenset[str]
) -> list[Step]:
    """What refers to a thing, by kind: its units, its answers, its measures."""
    found: dict[str, list[Entry]] = {}
    for entry in case.entries:
        if entry.kind in skip or entry.body is None:
            continue
        for _, reference in references(entry.kind, entry.raw):
            if split_reference(reference, process) == (process, id_):
                found.setdefault(entry.kind, []).append(entry)
                break
    steps = []
    for kind, entries in found.items():
        told = tuple(tell(reader, entry) for entry in entries[:SHOWN])
        name = f"many.event.{kind}" if len(entries) > 1 else f"event.{kind}"
        more = max(0, len(entries) - SHOWN)
        steps.append(Step(told[0].stage, capital(reader.language.word(name)), told, (), more))
    return steps


def step_of(
    reader: Reader,
    stage: str,
    code: str,
    entries: Iterable[Entry] = (),
    refs: Iterable[str] = (),
    empty: str = "",
    *,
    told_apart: Iterable[str] = (),
    masculine: bool = False,
) -> Step:
    """One step, made of statements and links.

    Args:
        code: What it is called: `step.…` in the catalogues.
        empty: The code of what to say where there is nothing.
        told_apart: Fields that a step of their own shows.
    """
    links = [reader.ref(reference) for reference in refs]
    listed = list(entries)
    apart = {capital(reader.language.word(f"field.{name}")) for name in told_apart}
    shown = tuple(_without(tell(reader, entry), apart) for entry in listed[:SHOWN])
    word = reader.language.word
    nothing = not links and not shown
    return Step(
        stage,
        capital(word(f"step.{code}", masculine=masculine)),
        shown,
        tuple(links[:SHOWN]),
        max(0, len(links) - SHOWN) + max(0, len(listed) - SHOWN),
        word(f"step.{empty}", masculine=masculine) if empty and nothing else "",
    )


def _without(told: Told, apart: set[str]) -> Told:
    """The same without the fields that a step of their own shows."""
    return replace(told, facts=tuple(f for f in told.facts if f.label not in apart))
