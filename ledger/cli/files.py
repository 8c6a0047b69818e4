"""`filrouge attach` and `filrouge files`: the files that documents speak of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.errors import UncheckedError
from ledger.service import collect as collecting
from ledger.service import files
from ledger.service.register import open_register
from ledger.service.sniff import CSV

app = typer.Typer(no_args_is_help=True, help="The files that documents speak of.")


@needs("record")
def attach(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A document, as a file.")],
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
    as_json: Json = False,
) -> None:
    """Keep a file, and print what the draft of its document has to say of it."""
    opened, instant = open_register(data), now()
    hint = CSV if file.suffix.lower() == ".csv" else ""
    try:
        kept = files.attach(opened, file, now=instant, hint=hint, limit=SETTINGS.max_file)
    except OSError as error:
        raise UncheckedError("unreadable", f"{file.name}: {error.strerror}") from error
    form = {"bytes": kept.bytes, "media": kept.media, "sha256": kept.sha256}
    output.answer(True, {"file": form}, "")
    if not as_json:
        known = "kept" if kept.new else "here already"
        output.note(f"{known}; record its document within a day, or it is taken away.")


@app.command("list")
@needs("everybody")
def list_files(data: Data = SETTINGS.data, as_json: Json = False) -> None:
    """Say which files are here, and which documents speak of them."""
    found = list(collecting.listed(open_register(data)))
    rows = [
        {
            "sha256": row.file.sha256,
            "bytes": row.file.bytes,
            "sent": row.file.at.isoformat(timespec="seconds"),
            "documents": row.places,
        }
        for row in found
    ]
    lines = [
        f"{row.file.sha256}  {row.file.bytes:>11,}  {', '.join(row.places) or 'not recorded'}"
        for row in found
    ]
    output.answer(as_json, {"files": rows}, "\n".join(lines) or "No file is here.")


@app.command("collect")
@needs("govern")
def collect(
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken away.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take away files that no document speaks of after a day, and what stopped on its way."""
    opened, instant = open_register(data), now()
    found = collecting.collect(opened, now=instant, dry_run=dry_run)
    names = [file.sha256 for file in found.files]
    verb = "would be taken away" if dry_run else "taken away"
    output.answer(
        as_json,
        {"files": names, "incoming": found.incoming},
        "\n".join([*names, f"{len(names)} files {verb}, {found.incoming} on their way in."]),
    )
