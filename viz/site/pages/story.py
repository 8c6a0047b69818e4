"""The story of a process in words: the lines of `viz.draw.timeline`, told.

Facts arrive late and out of order. The story follows the dates of what happened; when it was
recorded stands beside every statement. What has no date stands at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ledger.domain.case import Case
from ledger.domain.entry import Entry
from viz.draw.timeline import Item, timeline
from viz.site.pages.reading import Reader, capital
from viz.site.pages.telling import Told, tell

LONG = 40
"""Lines from which a story is folded year by year."""
SHOWN = 24
"""How many statements of one line are told; the rest is counted and linked."""
_INVISIBLE = frozenset({"process.opened"})
_TERSE = frozenset({"mandate.issued"})
"""Kinds whose fields the page tells elsewhere."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story: a statement, with what it declares, or several like ones."""

    key: str
    year: str
    """In which it began; empty where that is unknown."""
    stage: str
    heading: str
    """“8 recommandations”, or what the one statement is."""
    when: str
    on: str
    by: str
    told: Told | None
    """The statement; None for a run of like ones."""
    under: tuple[Told, ...]
    """What it declares, or the members of a run."""
    counted: str
    """“8 recommandations”: what stands under it, in words."""
    more: int
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """One year of the story."""

    year: str
    events: tuple[Event, ...]
    folded: bool
    open: bool


def story_of(reader: Reader, case: Case, entries: Iterable[Entry] | None = None) -> list[Event]:
    """The story, first things first."""
    chosen = [e for e in entries or case.entries if e.kind not in _INVISIBLE]
    found = [_event(reader, item) for item in timeline(case, chosen, zone=reader.zone)]
    # The sort is stable and no certain before is undone: an interval stands under the year
    # in which it began, what has no date after everything else.
    return sorted(found, key=lambda event: (not event.year, event.year))


def chapters_of(story: Sequence[Event]) -> tuple[Chapter, ...]:
    """The story year by year; a long one is folded but for its last year."""
    years = [(year, tuple(events)) for year, events in groupby(story, key=lambda e: e.year)]
    folded = len(story) > LONG and len(years) > 1
    return tuple(
        Chapter(year, events, folded, place == len(years))
        for place, (year, events) in enumerate(years, 1)
    )


def _event(reader: Reader, item: Item) -> Event:
    language, entry = reader.language, item.entry
    on = reader.on(entry)
    under = [child.entry for child in item.children]
    counted = _counted(reader, under)
    told = None if item.run else tell(reader, entry)
    if told is not None and entry.kind in _TERSE:
        told = replace(told, facts=())
    return Event(
        f"e{entry.seq}",
        on[:4] if on else "",
        item.stage,
        capital(counted) if told is None else told.what,
        language.on(on) or language.gettext("Date unknown"),
        on or "",
        entry.by.name,
        told,
        tuple(tell(reader, e) for e in under[:SHOWN]),
        counted,
        max(0, len(under) - SHOWN),
        entry.illustrative,
    )


def _counted(reader: Reader, entries: list[Entry]) -> str:
    if not entries:
        return ""
    kind, types = entries[0].kind, {e.raw.get("type") for e in entries}
    code = f"event.{kind}"
    if kind == "unit.submitted":
        code = f"unit.{entries[0].raw['type']}" if len(types) == 1 else "kind.unit"
    count = len(entries)
    word = reader.language.word(code if count == 1 else f"many.{code}")
    return f"{reader.language.number(count)}\u00a0{word}"
