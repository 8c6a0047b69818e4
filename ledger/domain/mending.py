"""How an entry reads now: its corrections applied, and what stood there before each of them.

    reads(case, entry)["body"]["title"]        # what a page shows
    [m.was for m in mends(case, entry)]        # what it showed before

A correction may be corrected in its turn, and may be disowned: then it mends nothing, and is
still told. What an amendment changes is no correction: `terms` tells what holds of a measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ledger.domain import standing
from ledger.domain.case import Case, Measure
from ledger.domain.entry import Entry
from ledger.domain.pointer import replaced, value_at


@dataclass(frozen=True, slots=True)
class Mend:
    """One place of an entry, and what a correction puts there."""

    correction: Entry
    path: str
    was: Any
    """What read there before: of a second correction, what the first had put there."""
    now: Any
    counts: bool
    """False if the correction was disowned."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a later decision changed of a measure."""

    entry: Entry
    was: Mapping[str, Any]
    """The fields it names, as they read before; those that were not there are missing."""
    now: Mapping[str, Any]


def reads(case: Case, entry: Entry) -> Mapping[str, Any]:
    """`on`, `body` and `sources` of an entry as they read now, in the form of entries."""
    whole = _whole(entry)
    for mend in _applied(case, entry, whole):
        if mend.counts:
            whole = replaced(whole, mend.path, mend.now)
    return cast(Mapping[str, Any], whole)


def mends(case: Case, entry: Entry) -> list[Mend]:
    """Every correction of an entry, place by place, in recorded order."""
    return list(_applied(case, entry, _whole(entry)))


def terms(case: Case, measure: Measure) -> Mapping[str, Any]:
    """What holds of a measure now: as it was adopted, with the amendments that count."""
    body = dict(reads(case, measure.entry)["body"])
    for amendment in amendments(case, measure):
        body |= amendment.now
    return body


def amendments(case: Case, measure: Measure) -> list[Amendment]:
    """The amendments of a measure that count, oldest first, each with what it changed."""
    body, found = dict(reads(case, measure.entry)["body"]), []
    for entry in standing.amendments(case, measure):
        read = reads(case, entry)["body"]
        now = {name: read[name] for name in standing.amended_fields(entry)}
        was = {name: body[name] for name in now if name in body}
        found.append(Amendment(entry, was, now))
        body |= now
    return found


def _whole(entry: Entry) -> Any:
    if not entry.sources:
        return {"on": entry.on, "body": entry.raw, "sources": []}
    sources = [source.model_dump(exclude_none=True) for source in entry.sources]
    return {"on": entry.on, "body": entry.raw, "sources": sources}


def _applied(case: Case, entry: Entry, whole: Any) -> Iterator[Mend]:
    for correction in case.corrections.get(entry.seq, ()):
        counts = correction.seq not in case.disowned
        for change in reads(case, correction)["body"]["changes"]:
            path, now = change["path"], change["value"]
            try:
                was = value_at(whole, path)
            except LookupError:
                continue  # what mends nothing is admitted by nobody
            yield Mend(correction, path, was, now, counts)
            if counts:
                whole = replaced(whole, path, now)
