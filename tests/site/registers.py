"""Registers for the tests of the pages."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ledger.service import demo
from ledger.service.load import load
from ledger.service.register import Register, create_register


def new_register(folder: Path) -> Register:
    return create_register(
        folder / "data",
        authority="Nantes Métropole",
        origin="filrouge.test/nantes",
        time_zone="Europe/Paris",
        reconstruction=True,
        now=datetime.now(UTC),
    )


def record(register: Register, drafts: Iterable[object]) -> None:
    load(
        register,
        drafts,
        account="registrar",
        append=lambda request: register.append_one(request, now=datetime.now(UTC)),
    )


def fixtures_into(register: Register) -> None:
    demo.tell(register, demo.drafts(), lambda: datetime.now(UTC))


def opened(process: str, title: str = "Une démarche", **body: object) -> dict[str, object]:
    return draft(
        process,
        "process.opened",
        title=title,
        procedure="atelier-citoyen",
        territory="Nantes",
        owners=[{"name": "Nantes Métropole", "role": "city"}],
        level="consultation",
        origin="city",
        **body,  # type: ignore[arg-type]
    )


def draft(process: str, kind: str, role: str = "city", **body: object) -> dict[str, object]:
    names = {"city": "Nantes Métropole", "citizens": "Atelier citoyen"}
    return {
        "process": process,
        "kind": kind,
        "on": "2024-01-15",
        "by": {"name": names[role], "role": role},
        "body": body,
        "sources": [{"title": "Une source"}],
    }


def unit(process: str, id_: str, title: str, **more: object) -> dict[str, object]:
    body = {"id": id_, "type": "recommendation", "opinion": None, "title": title, **more}
    return {**draft(process, "unit.submitted", "citizens"), "body": body}


def answer(process: str, id_: str, verdict: str, reason: str | None) -> dict[str, object]:
    return draft(
        process, "answer.given", unit=id_, response=None, verdict=verdict, reason=reason
    )
