"""What every module of the command shares: its settings, its common options, its clock."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ledger.core.canonical import loads
from ledger.errors import UncheckedError
from ledger.service import load
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
Drafts = Annotated[
    str,
    typer.Argument(help="A file of drafts, or a draft in JSON, or - for standard input."),
]
Size = Annotated[
    int | None,
    typer.Option(min=1, help="As it was when a checkpoint of so many entries was signed."),
]


def now() -> datetime:
    """The instant of a command."""
    return datetime.now(UTC)


def read_drafts(text: str) -> list[object]:
    """The drafts that an argument names or is.

    Raises:
        MalformedError: it is not JSON.
        UncheckedError: `unreadable`.
    """
    if text != "-" and "{" not in text and Path(text).suffix == ".jsonl":
        return load.read_drafts(Path(text))
    value = read_value(text)
    return [*value] if isinstance(value, list) else [value]


def read_value(text: str) -> object:
    """What is written in JSON in the file that an argument names, in itself, or in the input.

    Raises:
        MalformedError: it is not JSON.
        UncheckedError: `unreadable`.
    """
    if text == "-":
        data = sys.stdin.buffer.read()
    elif "{" in text:
        data = os.fsencode(text)
    else:
        try:
            data = Path(text).read_bytes()
        except OSError as error:
            raise UncheckedError("unreadable", f"{text}: {error.strerror}") from error
    return loads(data, max_depth=10)
