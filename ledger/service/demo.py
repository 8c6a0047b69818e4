"""The register of the demonstration: real processes of Nantes, and one invented city.

Made from `fixtures/`, which lies inside the package once installed and beside it in a checkout.
Making it again where it is changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import ledger
from ledger.domain.accounts import REGISTRAR
from ledger.service import accounts, erase, load
from ledger.service.register import Register, create_register, open_register
from ledger.store import read, vault

RECORDER = "reconstruction"
CITIES = ("nantes", "exemple")


def fixtures() -> Path:
    """The folder of the fixtures."""
    package = Path(ledger.__file__).parent
    inside = package / "_fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def files() -> list[Path]:
    """The files of drafts, in the order they are loaded."""
    return [path for city in CITIES for path in sorted(fixtures().glob(f"{city}/*.jsonl"))]


def open_demo(data: Path, clock: Callable[[], datetime]) -> Register:
    """The register in `data`, made if it is not there; its stories are told by `tell`."""
    if (data / "ledger.db").exists():
        return open_register(data)
    made = create_register(
        data,
        authority="Fil rouge, registre de démonstration",
        origin="filrouge.example/demonstration",
        time_zone="Europe/Paris",
        reconstruction=True,
        now=clock(),
    )
    accounts.grant(made, RECORDER, roles=["recorder"], now=clock())
    return made


def drafts() -> list[object]:
    """Every draft of the demonstration."""
    return [draft for path in files() for draft in load.check_file(path)]


def tell(
    register: Register,
    story: list[object],
    clock: Callable[[], datetime],
    *,
    progress: load.Progress = lambda _: None,
) -> None:
    """Records what is not recorded yet, and erases what the fixtures say was erased."""
    load.load(
        register,
        story,
        account=RECORDER,
        append=lambda request: register.append_one(request, now=clock()),
        progress=progress,
    )
    for erasure in json.loads((fixtures() / "exemple" / "erasures.json").read_bytes()):
        with register.database.reading() as db:
            _, seq = read.thing(db, erasure["process"], erasure["id"])
            here = vault.present(db, seq)
        if paths := [path for path in erasure["paths"] if path in here]:
            erase.erase(
                register,
                seq,
                paths,
                basis=erasure["basis"],
                requested=erasure["requested"],
                account=REGISTRAR,
                now=clock(),
            )
