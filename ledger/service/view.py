"""One process as a reader is shown it: its case, its words, what is owed, what is amiss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import cast

import orjson

from ledger.domain import events
from ledger.domain.case import Case, Texts, fold
from ledger.domain.dates import format_at
from ledger.domain.duties import Duty, duties
from ledger.domain.entry import load_entry
from ledger.domain.irregularities import Irregularity, irregularities
from ledger.domain.keyring import Worth, worth
from ledger.domain.pointer import sealed_at, value_at
from ledger.domain.procedure import Procedure
from ledger.service.keyring import keyring
from ledger.store import read
from ledger.store.engine import Connection
from ledger.store.links import StoredLinks


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another process that this one is linked with."""

    relation: str
    """`arises_from` or `feeds`, said by this process, or `gave_rise_to` or `fed_by`."""
    process: str
    title: str


@dataclass(frozen=True, slots=True)
class View:
    """One process as it is known at one size of the register, judged on one day."""

    case: Case
    texts: Texts
    procedures: Mapping[int, Procedure]
    duties: tuple[Duty, ...]
    irregularities: tuple[Irregularity, ...]
    neighbours: tuple[Neighbour, ...]
    today: date
    size: int
    """Of the register, when this was read."""
    last_seq: int
    """Of the newest entry of this process in it."""
    stamp: int
    """The newest entry, here or elsewhere, that has a say in this."""
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The measures of other processes (`process/ID`) that carry out a unit, by its id."""
    erased_since: frozenset[str] = frozenset()
    """In a view of the past: the commitments (hex) whose words were erased after it."""
    signatures: Mapping[int, Worth] = field(default_factory=dict)
    """What the signature of each signed statement is worth, by its seq."""

    @property
    def procedure(self) -> Procedure:
        """The procedure in force."""
        return self.procedures[self.case.procedures[-1][1]]


def view_of(
    db: Connection, case: Case, *, today: date, size: int, last_seq: int, news: int
) -> View:
    """A case with its words, judged.

    Args:
        today: The civil day on which duties are judged.
        size: Of the register; what was recorded later is left out, words, links and all.
        last_seq: Of the newest entry of the process, contributions included.
        news: Of the newest entry elsewhere that bears on it.
    """
    links = StoredLinks(db, size=size)
    procedures = {
        seq: cast(Procedure, load_entry(read.entry(db, seq)).body) for _, seq in case.procedures
    }
    arisen = arisen_from(db, case, procedures, size=size)
    owed = duties(case, procedures, today=today, arisen=arisen)
    return View(
        case=case,
        texts=read.public_texts(db, case.process, size=size),
        procedures=procedures,
        duties=owed,
        irregularities=irregularities(case, procedures, owed, today=today, links=links),
        neighbours=tuple(_neighbours(db, case, size)),
        today=today,
        size=size,
        last_seq=last_seq,
        stamp=max(last_seq, news),
        carried=_carried(db, case, size),
        erased_since=frozenset(_erased_since(db, case.process, size)),
        signatures=_signatures(db, case, size),
    )


def _signatures(db: Connection, case: Case, size: int) -> Mapping[int, Worth]:
    signed = [(e, e.signed.key) for e in case.entries if e.signed is not None]
    keys = keyring(db, size=size).keys if signed else {}
    return {
        entry.seq: worth(keys[key], seq=entry.seq, at=format_at(entry.at))
        for entry, key in signed
        if key in keys
    }


def _carried(db: Connection, case: Case, size: int) -> Mapping[str, tuple[str, ...]]:
    """Of units that were answered and that no measure of their own process carries out."""
    found: dict[str, list[str]] = {}
    for link in read.carried_elsewhere(db, case.process, size=size):
        unit = case.units.get(link.target)
        if unit is not None and unit.answers and not unit.measures:
            found.setdefault(link.target, []).append(f"{link.process}/{link.source}")
    return {id_: tuple(measures) for id_, measures in found.items()}


def arisen_from(
    db: Connection, case: Case, procedures: Mapping[int, Procedure], *, size: int = read.NEVER
) -> Mapping[str, Case]:
    """The processes that arose from one, where a procedure of it owes them something."""
    rules = [rule for procedure in procedures.values() for rule in procedure.owed]
    found: dict[str, Case] = {}
    if not any(rule.per == "link" for rule in rules):
        return found
    for slug in read.arisen(db, case.process, size=size):
        other = fold(map(load_entry, read.story(db, slug, size=size)))
        said = [
            entry
            for entry in other.links
            if entry.raw["to"] == case.process
            and entry.raw["relation"] == "arises_from"
            and other.counts(entry)
        ]
        if said and other.illustrative <= case.illustrative:
            found[slug] = other
    return found


_INVERSE = {"arises_from": "gave_rise_to", "feeds": "fed_by"}


def _neighbours(db: Connection, case: Case, size: int) -> Iterable[Neighbour]:
    for entry in case.links:
        if case.counts(entry):
            body = cast(events.ProcessLinked, entry.body)
            yield Neighbour(body.relation, body.to, _known_as(db, body.to, size).title)
    for link in read.links_to(db, case.process, "", size=size):
        if link.relation in _INVERSE:
            other = _known_as(db, link.process, size)
            if link.seq not in other.disowned:
                yield Neighbour(_INVERSE[link.relation], link.process, other.title)


def _known_as(db: Connection, slug: str, size: int) -> Case:
    """As much of another process as its title, and what it took back, ask for."""
    kinds = ("process.opened", "correction.made", "entry.disowned")
    return fold(map(load_entry, read.of_kinds(db, slug, kinds, size=size)))


def _erased_since(db: Connection, slug: str, size: int) -> Iterable[str]:
    """What was forgotten later: an erased text is gone from the past as well."""
    for data in read.erasures(db, slug, start=size):
        erasure = cast(events.TextErased, load_entry(data).body)
        original = orjson.loads(read.entry(db, erasure.entry))
        for path in erasure.paths:
            with suppress(LookupError):
                if sealed_at(value := value_at(original, path)):
                    yield value["sealed"]
