"""`filrouge import`: the contributions of a platform, from the file that it exports."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output, personal
from ledger.cli.options import SETTINGS, As, Check, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.warned import Warned
from ledger.service import contributions, register
from ledger.service.authority import authority_of
from ledger.service.rows import read_rows

_PAIR = re.compile(r"([a-z]+)=(.+)")


class Authors(StrEnum):
    """What becomes of the names of those who wrote."""

    SEALED = "sealed"
    DROPPED = "dropped"


@needs("record")
def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What the platform exports.")
    ],
    process: Annotated[str, typer.Option(help="Which process received them.")],
    channel: Annotated[str, typer.Option(help="How they came, like website.")],
    by: Annotated[
        str, typer.Option(metavar="NAME:ROLE", help="Who speaks, like Habitants:citizens.")
    ],
    authors: Annotated[
        Authors,
        typer.Option(help="Keep who wrote in the vault, for the city alone, or not at all."),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN,…",
            help="Which column says what: reference=Id,text=Contenu. Fields: "
            + ", ".join(contributions.FIELDS)
            + ".",
        ),
    ] = None,
    participation: Annotated[
        str | None, typer.Option(help="The id of the period that they belong to.")
    ] = None,
    illustrative: Annotated[bool, typer.Option(help="All of it is invented.")] = False,
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Record contributions from a .csv or .jsonl file; what is recorded is passed over."""
    name, _, role = by.rpartition(":")
    form = contributions.Form(
        process=process,
        channel=channel,
        by={"name": name, "role": role},
        columns=_columns(columns or ["reference=reference,text=text"]),
        authors=authors.value,
        participation=participation,
        illustrative=illustrative,
    )
    opened = register.open_register(data)
    warned: list[Warned] = []
    with output.progress("Importing", None) as advance:
        imported = contributions.import_rows(
            opened,
            read_rows(file, list(form.columns.values())),
            form,
            name=file.name,
            account=account,
            append=lambda request: opened.append_one(request, now=now()),
            authority=authority_of(opened, account, now=now()),
            progress=advance,
            warn=warned.append,
            rehearsal=check,
        )
    personal.show_loaded(as_json, imported, warned, check=check)


def _columns(pairs: list[str]) -> dict[str, str]:
    """The column of each field; a comma in the name of a column parts nothing."""
    found: dict[str, str] = {}
    for pair in (part for text in pairs for part in re.split(r",(?=[a-z]+=)", text)):
        match = _PAIR.fullmatch(pair)
        if match is None or match[1] in found:
            raise typer.BadParameter(f"{pair!r}: say FIELD=COLUMN, each field once")
        found[match[1]] = match[2]
    return found
