"""The contributions of a platform imported, beside plain loading of the same drafts."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bench import appending
from bench.figures import Figure, rate, seconds
from ledger.domain.warned import Warned
from ledger.service import load
from ledger.service.contributions import Form, import_rows
from ledger.service.register import Register
from ledger.service.rows import read_rows
from ledger.store.append import Request, Written

_COLUMNS = {
    "reference": "Id",
    "text": "Contenu",
    "theme": "Thème",
    "author": "Auteur",
    "on": "Le",
}


def run(folder: Path, entries: int = 40_000) -> list[Figure]:
    """Loads and imports as many contributions, then imports the same file again."""
    folder.mkdir(exist_ok=True)
    drafts = cast(list[dict[str, Any]], appending.drafts(1, entries + 1))
    export = folder / "export.csv"
    with export.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(_COLUMNS.values())
        for number, draft in enumerate(drafts):
            body = draft["body"]
            body["reference"] = f"CF-{number}"
            table.writerow(
                [body["reference"], body["text"], body["theme"], body["author"], draft["on"]]
            )
    loaded = appending.new_register(folder / "loaded")
    imported = appending.new_register(folder / "imported")
    form = Form(
        process=appending.DEBATE,
        channel="website",
        by=drafts[0]["by"],
        columns=_COLUMNS,
        authors="sealed",
    )

    warned: list[Warned] = []

    def bring(*, rehearsal: bool = False) -> None:
        import_rows(
            imported,
            read_rows(export, list(_COLUMNS.values())),
            form,
            name=export.name,
            account="mesure",
            append=lambda request: _append(imported, request),
            warn=warned.append,
            rehearsal=rehearsal,
        )

    plain = seconds(
        lambda: load.load(
            loaded, drafts, account="mesure", append=lambda request: _append(loaded, request)
        )
    )
    loaded.close()
    checked = seconds(lambda: bring(rehearsal=True))
    first = seconds(bring)
    again = seconds(bring)
    imported.close()
    return [
        Figure(
            f"{entries:,} contributions imported from a table, with warnings",
            rate(entries, first),
            f"plain load of the same drafts {rate(entries, plain)}",
            f"{plain / first:.0%}",
        ),
        Figure("the same, only checked", rate(entries, checked)),
        Figure("the same file again", rate(entries, again)),
    ]


def _append(register: Register, request: Request) -> Written:
    return register.append_one(request, now=datetime.now(UTC))
