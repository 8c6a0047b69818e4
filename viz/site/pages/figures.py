"""Who took part, in figures; and figures on which sources differ, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from ledger.domain import events
from ledger.domain.case import Case
from ledger.domain.entry import Entry
from viz.site.pages.counted import tally_label, topic, value_of
from viz.site.pages.reading import Proof, Reader, Ref, Say, SourceLine, capital


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and what it counts."""

    figure: str
    label: str
    share: int | None = None
    """Of the largest in its table, in percent; None where figures may overlap."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that one statement gives, or that the register counted."""

    title: str
    note: Say | None
    rows: tuple[Row, ...]
    sources: tuple[SourceLine, ...]
    proof: Proof | None
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says."""

    by: str
    role: str
    value: str
    state: str
    nature: str
    words: Say | None
    sources: tuple[SourceLine, ...]
    proof: Proof
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that was claimed, by one source or several."""

    title: str
    when: str
    about: tuple[Ref, ...]
    claims: tuple[Claim, ...]
    differ: bool


def tables_of(reader: Reader, case: Case) -> list[Table]:
    """Participants and contributions in figures."""
    found = [
        _table(reader, entry)
        for entry in case.entries
        if entry.kind in ("participants.recruited", "contributions.tallied")
    ]
    if case.received:
        found.append(_received(reader, case))
    return [table for table in found if table.rows]


def _table(reader: Reader, entry: Entry) -> Table:
    raw, language = reader.raw(entry), reader.language
    rows: list[Row] = []
    if entry.kind == "participants.recruited":
        title = language.gettext("Participants")
        if "total" in raw:
            rows.append(Row(language.count(raw["total"]), language.gettext("people in all")))
        if "candidates" in raw:
            rows.append(Row(language.count(raw["candidates"]), language.gettext("candidates")))
        rows += [Row(language.count(c["count"]), c["category"]) for c in raw.get("counts", ())]
        methods = ", ".join(language.word(f"recruitment.{m}") for m in raw["methods"])
        title = language.gettext("%(name)s: %(value)s") % {"name": title, "value": methods}
    else:
        title = language.gettext("Contributions as they were counted")
        if "participants" in raw:
            rows.append(
                Row(language.count(raw["participants"]), language.gettext("participants"))
            )
        rows += [
            Row(language.number(t["count"]), tally_label(reader, t)) for t in raw["tallies"]
        ]
    return Table(
        title,
        reader.say(raw.get("words"), entry),
        tuple(rows),
        tuple(reader.sources(entry)),
        reader.proof(entry),
        entry.illustrative,
    )


def _received(reader: Reader, case: Case) -> Table:
    """Contributions recorded one by one, by channel."""
    language = reader.language
    counted: Counter[str] = Counter()
    for sort in case.received:
        if sort.illustrative <= case.illustrative:
            counted[sort.channel] += sort.count
    most = max(counted.values(), default=1)
    rows = [
        Row(language.number(n), capital(language.word(f"channel.{c}")), round(100 * n / most))
        for c, n in counted.most_common()
    ]
    title = language.number_of(
        "%(num)s contribution recorded here, by channel",
        "%(num)s contributions recorded here, by channel",
        case.contributions,
    )
    return Table(title, None, tuple(rows), (), None, case.illustrative)


def topics_of(reader: Reader, claims: Iterable[Entry]) -> list[Topic]:
    """Claims by what they are about; those that differ first."""
    groups: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in claims:
        raw = reader.raw(entry)
        key = (tuple(raw["about"]), raw["topic"], reader.on(entry))
        groups.setdefault(key, []).append(entry)
    found = []
    for (about, code, on), entries in groups.items():
        bodies = [cast(events.ClaimRecorded, e.body) for e in entries]
        differ = len({(repr(b.value), b.state) for b in bodies}) > 1
        found.append(
            Topic(
                topic(reader, code),
                reader.language.on(on),
                tuple(reader.ref(reference) for reference in about),
                tuple(_claim(reader, entry) for entry in entries),
                differ,
            )
        )
    return sorted(found, key=lambda t: not t.differ)


def _claim(reader: Reader, entry: Entry) -> Claim:
    raw, word = reader.raw(entry), reader.language.word
    return Claim(
        entry.by.name,
        word(f"role.{entry.by.role}"),
        value_of(reader, raw["value"], raw["topic"]),
        word(f"state.{raw['state']}", masculine=True) if raw.get("state") else "",
        word(f"nature.{raw['nature']}"),
        reader.say(raw.get("words"), entry),
        tuple(reader.sources(entry)),
        reader.proof(entry),
        tuple(reader.flags(entry)),
    )
