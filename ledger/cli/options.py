"""What every module of the command shares: its settings, its common options, its clock."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ledger.service.settings import Settings

try:
    SETTINGS = Settings()
except ValidationError as error:
    for fault in error.errors():
        print(f"LEDGER_{str(fault['loc'][0]).upper()}: {fault['msg']}", file=sys.stderr)
    sys.exit(2)

Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="LEDGER_DATA", metavar="DIR", help="The folder of the register."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]
As = Annotated[
    str, typer.Option("--as", metavar="ACCOUNT", help="Who records: stands in each entry.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Only say what would be refused or warned of.")
]
Size = Annotated[
    int | None,
    typer.Option(min=1, help="As it was when a checkpoint of so many entries was signed."),
]


def now() -> datetime:
    """The instant of a command."""
    return datetime.now(UTC)
