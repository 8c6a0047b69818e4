"""A small world for tests: a register in a folder, and drafts for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.service import accounts, load
from ledger.service.record import record
from ledger.service.register import Register, create_register
from ledger.store.append import Written

NOW = datetime(2026, 11, 2, 9, 0, 0, 123000, tzinfo=UTC)
CITY = {"name": "Ville d’essai", "role": "city"}
CITIZENS = {"name": "Atelier citoyen", "role": "citizens"}
SLUG = "cours-fraiches"
PROCEDURES = ("atelier-citoyen", "grand-debat", "projet-urbain-concerte")
"""What a register for tests adopts: its fourth entry is the first of a process."""


def new_register(
    folder: Path, *, now: datetime = NOW, procedures: Sequence[str] | None = PROCEDURES
) -> Register:
    """A register with three procedures, or others, and nothing else."""
    return create_register(
        folder,
        authority="Ville d’essai",
        origin="registre.example/essai",
        time_zone="Europe/Paris",
        reconstruction=False,
        now=now,
        procedures=procedures,
    )


def draft(
    kind: str,
    body: dict[str, Any],
    *,
    process: str = SLUG,
    on: str | None = "2026-11-01",
    by: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A draft of the test city."""
    return {
        "process": process,
        "kind": kind,
        "on": on,
        "by": by or CITY,
        "body": body,
        "sources": [{"title": "Procès-verbal", "url": "https://example.org/pv"}],
        **more,
    }


def opened(process: str = SLUG, title: str = "Des cours fraîches") -> dict[str, Any]:
    """The draft that opens a process."""
    body = {
        "title": title,
        "procedure": "atelier-citoyen",
        "territory": "Ville d’essai",
        "owners": [CITY],
        "level": "co_construction",
        "origin": "city",
    }
    return draft("process.opened", body, process=process)


def unit(id_: str, title: str = "Planter des arbres", **more: Any) -> dict[str, Any]:
    """The draft of a recommendation."""
    body = {"id": id_, "type": "recommendation", "opinion": None, "title": title, **more}
    return draft("unit.submitted", body, by=CITIZENS)


def contribution(id_: str, text: str = "Il fait trop chaud.") -> dict[str, Any]:
    """The draft of a contribution with two sealed fields."""
    body = {
        "id": id_,
        "channel": "website",
        "theme": "Ombre",
        "text": text,
        "author": "Anonyme",
    }
    more = {"author": "Une habitante"}
    return draft("contribution.received", body | more, by=CITIZENS) | {"sources": []}


def workshop() -> list[dict[str, Any]]:
    """A whole process, from mandate to droit de suite."""
    return [
        opened(),
        draft("mandate.issued", {"id": "MD1", "questions": ["Comment rafraîchir les cours ?"]}),
        contribution("C1"),
        contribution("C2", "Un préau, s’il vous plaît."),
        draft("opinion.delivered", {"id": "O1", "declares": 2}, by=CITIZENS),
        unit("R1", opinion="O1", draws_on=["C1"]),
        unit("R2", "Ouvrir les cours le samedi", opinion="O1"),
        draft("response.given", {"id": "A1", "declares": 2}),
        draft(
            "answer.given",
            {"unit": "R1", "response": "A1", "verdict": "retained", "reason": "Oui."},
        ),
        draft(
            "answer.given",
            {"unit": "R2", "response": "A1", "verdict": "rejected", "reason": "Trop cher."},
        ),
        draft(
            "decision.made", {"id": "DC1", "title": "Plan", "body": "Conseil", "declares": 1}
        ),
        draft(
            "measure.adopted",
            {"id": "M1", "decision": "DC1", "title": "Arbres", "carries_out": ["R1"]},
        ),
        draft("follow_up.reported", {"measure": "M1", "state": "under_way"}),
    ]


def token(
    register: Register,
    *roles: str,
    name: str = "dialogue-citoyen",
    now: datetime = NOW,
    **scope: Any,
) -> str:
    """A token of an account, granted in the roles named; a recorder if none is."""
    accounts.grant(register, name, roles=roles or ("recorder",), now=now, **scope)
    return accounts.create_token(register, name, now=now)


def put(
    register: Register, drafts: Sequence[object], *, now: datetime = NOW, **more: Any
) -> Written:
    """Records a batch straight."""
    return record(
        register,
        drafts,
        account="essai",
        append=lambda request: register.append_one(request, now=now),
        **more,
    )


def put_all(register: Register, drafts: Sequence[object], *, now: datetime = NOW) -> None:
    """Records drafts as a file would be loaded."""
    load.load(
        register,
        drafts,
        account="essai",
        append=lambda request: register.append_one(request, now=now),
    )
