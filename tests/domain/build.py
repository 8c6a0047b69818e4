"""Processes written in one line a step, for tests of the domain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.domain.case import Case, fold
from ledger.domain.duties import Duty, duties
from ledger.domain.entry import Entry
from ledger.domain.events import KINDS, Speaker
from ledger.domain.irregularities import Irregularity, irregularities
from ledger.domain.lineage import Links
from ledger.domain.procedure import Procedure

TEXT = {"open": "public", "sealed": "5e" * 32}
CITY = {"name": "Ville", "role": "city"}
COUNCIL = {"name": "Conseil", "role": "council"}
CITIZENS = {"name": "Atelier", "role": "citizens"}
PROCEDURE = 1
"""The seq under which the procedure of a built process was adopted."""
_SPEAKERS = {
    "opinion": CITIZENS,
    "unit": CITIZENS,
    "decision": COUNCIL,
    "measure": COUNCIL,
    "mandate": COUNCIL,
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "mandate.issued": {"questions": [TEXT]},
    "mandate.amended": {"why": TEXT},
    "unit.submitted": {"type": "recommendation", "opinion": None, "title": TEXT},
    "unit.withdrawn": {"why": TEXT},
    "answer.given": {"response": None, "verdict": "retained", "reason": TEXT},
    "decision.made": {"title": TEXT, "body": "Conseil", "declares": 0},
    "measure.adopted": {"decision": None, "title": TEXT, "carries_out": []},
    "measure.amended": {"decision": None},
    "body.installed": {"type": "panel", "name": "Panel"},
    "participation.opened": {"channels": ["website"]},
    "session.held": {"type": "workshop"},
    "document.published": {"title": TEXT},
    "opinion.delivered": {"declares": 0},
    "response.given": {"declares": 0},
    "correction.made": {"why": TEXT},
    "entry.disowned": {"why": TEXT},
    "procedure.changed": {"why": TEXT},
    "claim.recorded": {"nature": "announced"},
    "evaluation.published": {"object": TEXT},
}


class Process:
    """Grows by one entry a call, and judges what it holds."""

    def __init__(
        self,
        *,
        owners: tuple[dict[str, str], ...] = (CITY,),
        slug: str = "p",
        illustrative: bool = False,
        first: int = 100,
        **grammar: Any,
    ) -> None:
        self.slug, self.first = slug, first
        self.entries: list[Entry] = []
        self.procedures = {PROCEDURE: procedure(**grammar)}
        self.add(
            "process.opened",
            "2020-01-01",
            by=CITY,
            illustrative=illustrative,
            title="Processus",
            procedure=PROCEDURE,
            territory="Ville",
            owners=list(owners),
            level="consultation",
            origin="city",
        )

    def add(
        self,
        kind: str,
        on: str | None = None,
        *,
        by: dict[str, str] | None = None,
        illustrative: bool = False,
        at: datetime | None = None,
        **body: Any,
    ) -> Entry:
        """Records one entry, by its usual speaker and with the texts it must have."""
        nth = len(self.entries)
        raw = {**_DEFAULTS.get(kind, {}), **body}
        speaker = by or (
            CITY if kind == "unit.assessed" else _SPEAKERS.get(kind.partition(".")[0])
        )
        entry = Entry(
            seq=self.first + nth,
            nth=nth,
            process=self.slug,
            kind=kind,
            at=at or datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=nth),
            on=on,
            by=Speaker.model_validate(speaker or CITY),
            recorder="greffe",
            illustrative=illustrative or bool(self.entries and self.entries[0].illustrative),
            sources=(),
            body=KINDS[kind].model_validate(raw) if kind in KINDS else None,
            raw=raw,
        )
        self.entries.append(entry)
        return entry

    def case(self) -> Case:
        return fold(self.entries)

    def duties(self, today: str = "2026-01-01", **more: Any) -> tuple[Duty, ...]:
        return duties(self.case(), self.procedures, today=date.fromisoformat(today), **more)

    def duty(self, id_: str, subject: str = "", today: str = "2026-01-01") -> Duty:
        """The only duty of this name."""
        (found,) = [d for d in self.duties(today) if (d.id, d.subject) == (id_, subject)]
        return found

    def wrong(
        self, code: str, today: str = "2026-01-01", links: Links | None = None
    ) -> list[Irregularity]:
        """The irregularities of one code."""
        day = date.fromisoformat(today)
        owed = self.duties(today)
        found = irregularities(self.case(), self.procedures, owed, today=day, links=links)
        return [i for i in found if i.code == code]


def procedure(**grammar: Any) -> Procedure:
    """A procedure with only the rules that matter; duties may leave out their titles."""
    titles = {"en": "Test", "fr": "Essai"}
    owed = [{"titles": titles, "per": "process", "by": ["city"], **rule}
            for rule in grammar.pop("owed", ())]  # fmt: skip
    body = {
        "name": "essai",
        "version": "1",
        "titles": titles,
        "basis": "Pour l’essai.",
        "stages": ["opening"],
        "kinds": [{"kind": "process.opened", "by": [], "required": True}],
        "order": [],
        "owed": owed,
        **grammar,
    }
    return Procedure.model_validate(body)


def what(kind: str, state: str | None = None) -> dict[str, str]:
    return {"kind": kind} if state is None else {"kind": kind, "state": state}


RESPOND = {
    "id": "respond",
    "what": what("response.given"),
    "after": what("opinion.delivered"),
}
ANSWER = {
    "id": "answer_each",
    "what": what("answer.given"),
    "per": "unit",
    "after": what("opinion.delivered"),
}
REPORT = {
    "id": "report_each",
    "what": what("follow_up.reported"),
    "per": "measure",
    "after": what("measure.adopted"),
}
CARRY_OUT = {
    "id": "carry_out",
    "what": what("follow_up.reported", "done"),
    "per": "measure",
    "after": what("measure.adopted"),
}
