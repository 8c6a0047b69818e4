"""Reads what an argument names or is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger.core.canonical import loads
from ledger.errors import UncheckedError
from ledger.service import load

Drafts = Annotated[
    str,
    typer.Argument(help="A file of drafts, or a draft in JSON, or - for standard input."),
]


def read_drafts(text: str) -> list[object]:
    """The drafts that an argument names or is.

    Raises:
        MalformedError: they are not JSON in the ledger's profile.
        UncheckedError: `unreadable`.
    """
    path = Path(text)
    if text != "-" and "{" not in text and path.suffix == ".jsonl":
        return load.read_drafts(path)
    if text == "-":
        data = sys.stdin.buffer.read()
    elif "{" in text:
        data = os.fsencode(text)
    else:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UncheckedError("unreadable", f"{text}: {error.strerror}") from error
    value = loads(data, max_depth=10)
    return [*value] if isinstance(value, list) else [value]
