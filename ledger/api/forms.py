"""How what the service knows is written as JSON.

- An entry is written as it stands, each sealed text with its words beside the commitment:
  `{"open":"public","sealed":"<64 hex>","text":"…"}`; `text` is null where it was erased or is
  restricted.
- Where an entry is only referred to, it is `{"seq":…,"process":…,"nth":…,"kind":…,"on":…}`.
- Periods are written like `on`: a day, or two with a slash; instants as in entries; bytes in
  base64.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from ledger.domain import standing
from ledger.domain.case import Case, Measure, Texts, Unit
from ledger.domain.dates import Period, format_at
from ledger.domain.entry import Entry
from ledger.domain.mending import amendments, mends, reads, terms
from ledger.domain.pointer import sealed_at
from ledger.domain.words import STAGE_OF, STAGES
from ledger.service.view import View

BASE = "/api/v1"
_DECLARED = [
    "mandates",
    "bodies",
    "participations",
    "sessions",
    "documents",
    "opinions",
    "responses",
    "decisions",
    "ballots",
    "reviews",
    "evaluations",
    "promises",
    "claims",
    "links",
]
_STORY = [stage for stage in STAGES if stage not in ("register", "any")]


def json_response(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON; its keys in the order they were given."""
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


def plain(value: object, texts: Texts) -> Any:
    """Any value of the domain as JSON, with the words behind commitments."""
    match value:
        case Entry():
            return reference_form(value)
        case Period():
            return str(value.first) if value.exact else f"{value.first}/{value.last}"
        case datetime():
            return format_at(value)
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
        case BaseModel():
            return plain(value.model_dump(exclude_none=True, by_alias=True), texts)
        case Mapping():
            if sealed_at(value):
                return {**value, "text": texts.get(value["sealed"])}
            return {str(key): plain(member, texts) for key, member in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(member, texts) for member in value]
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name), texts) for f in fields(value)}
    return value


def reference_form(entry: Entry) -> dict[str, Any]:
    """An entry where it is only referred to."""
    return {
        "seq": entry.seq,
        "process": entry.process,
        "nth": entry.nth,
        "kind": entry.kind,
        "on": entry.on,
    }


def entry_form(entry: Entry, texts: Texts, case: Case | None = None) -> dict[str, Any]:
    """An entry with its words.

    Args:
        case: Its process, to say which later entries mend, erase or disown it.
    """
    form = {
        **reference_form(entry),
        "at": format_at(entry.at),
        "by": {"name": entry.by.name, "role": entry.by.role},
        "recorder": entry.recorder,
        "signed": entry.signed.model_dump() if entry.signed is not None else None,
        "illustrative": entry.illustrative,
        "body": plain(entry.raw, texts),
        "sources": plain(entry.sources, texts),
        "receipt": f"{BASE}/entries/{entry.seq}/receipt",
    }
    if case is not None:
        disowned = case.disowned.get(entry.seq)
        form["corrected_by"] = _seqs(case.corrections.get(entry.seq, ()))
        form["erased_by"] = _seqs(case.erased.get(entry.seq, ()))
        form["disowned_by"] = disowned.seq if disowned is not None else None
        mended = any(mend.counts for mend in mends(case, entry))
        form["corrected"] = plain(reads(case, entry), texts) if mended else None
    return form


def summary_form(view: View) -> dict[str, Any]:
    """One process in a list: how far it has come, and what stands out.

    Counted is what is real (in an invented process, everything) and not disowned; a unit that
    two authorities answered once, as `differing` where they do not say the same.
    """
    case, opening = view.case, view.case.opening
    duties = Counter(duty.state for duty in view.duties)
    return {
        "slug": case.process,
        "title": opening.title,
        "territory": opening.territory,
        "level": opening.level,
        "origin": opening.origin,
        "theme": opening.theme,
        "illustrative": case.illustrative,
        "owners": plain(opening.owners, view.texts),
        "procedure": _procedure_form(view),
        "opened": case.opened.on if case.opened is not None else None,
        "closed": case.closed.on if case.closed is not None else None,
        "stage": stage_of(case),
        "counts": {
            "contributions": case.contributions,
            "units": Counter(standing.verdict(case, u) or "unanswered" for u in _living(case)),
            "measures": Counter(
                standing.state(case, m) or "unreported"
                for m in case.measures.values()
                if case.counts(m.entry)
            ),
            "duties": duties,
            "irregularities": Counter(i.severity for i in view.irregularities),
        },
        "awaiting": duties["open"] + duties["past_due"],
        "last_seq": view.last_seq,
        "href": f"{BASE}/processes/{case.process}",
    }


def view_form(view: View) -> dict[str, Any]:
    """One process whole, contributions counted."""
    case, texts = view.case, view.texts
    form = {
        **summary_form(view),
        "today": view.today.isoformat(),
        "opening": entry_form(case.opened, texts, case) if case.opened is not None else None,
        "neighbours": plain(view.neighbours, texts),
        "received": plain(case.received, texts),
    }
    for name in _DECLARED:
        kept = getattr(case, name)
        entries = kept.values() if isinstance(kept, Mapping) else kept
        form[name] = [entry_form(entry, texts, case) for entry in entries]
    form["units"] = [unit_form(unit, view) for unit in case.units.values()]
    form["measures"] = [measure_form(m, view) for m in case.measures.values()]
    form["duties"] = [plain(duty, texts) for duty in view.duties]
    form["irregularities"] = [plain(i, texts) for i in view.irregularities]
    return form


def unit_form(unit: Unit, view: View) -> dict[str, Any]:
    """A unit and everything that was said of it."""
    case, texts = view.case, view.texts
    withdrawn = standing.withdrawal(case, unit)
    return {
        "id": unit.id,
        "verdict": standing.verdict(case, unit),
        "standing": [
            {"by": name, "verdict": said[-1].raw["verdict"], "seq": said[-1].seq}
            for name, said in standing.answers(case, unit).items()
        ],
        "submitted": entry_form(unit.entry, texts, case),
        "draws_on": unit.draws_on,
        "replaces": unit.body.replaces or (),
        "replaced_by": standing.successors(case, unit),
        "withdrawn": entry_form(withdrawn, texts, case) if withdrawn is not None else None,
        "assessments": [entry_form(e, texts, case) for e in unit.assessments],
        "answers": [entry_form(e, texts, case) for e in unit.answers],
        "transmissions": [entry_form(e, texts, case) for e in unit.transmissions],
        "measures": unit.measures,
    }


def measure_form(measure: Measure, view: View) -> dict[str, Any]:
    """A measure and everything that was said of it; `current` is what holds now, `history`
    what each amendment changed.
    """
    case, texts = view.case, view.texts
    return {
        "id": measure.id,
        "state": standing.state(case, measure),
        "adopted": entry_form(measure.entry, texts, case),
        "current": plain(terms(case, measure), texts),
        "history": [
            {"seq": a.entry.seq, "was": plain(a.was, texts), "now": plain(a.now, texts)}
            for a in amendments(case, measure)
        ],
        "amendments": [entry_form(e, texts, case) for e in measure.amendments],
        "reports": [entry_form(e, texts, case) for e in measure.reports],
        "labels": [entry_form(e, texts, case) for e in measure.labels],
    }


def stage_of(case: Case) -> str:
    """The furthest stage that a process has reached."""
    reached = {STAGE_OF.get(e.kind) for e in case.entries if case.counts(e)}
    if case.contributions:
        reached.add("participation")
    return next((stage for stage in reversed(_STORY) if stage in reached), _STORY[0])


def _living(case: Case) -> list[Unit]:
    return [
        unit
        for unit in case.units.values()
        if case.counts(unit.entry)
        and standing.withdrawal(case, unit) is None
        and not standing.successors(case, unit)
    ]


def _procedure_form(view: View) -> dict[str, Any]:
    procedure = view.procedure
    return {
        "seq": view.case.procedures[-1][1],
        "name": procedure.name,
        "version": procedure.version,
        "titles": {"fr": procedure.titles.fr, "en": procedure.titles.en},
    }


def _seqs(entries: Iterable[Entry]) -> list[int]:
    return [entry.seq for entry in entries]
