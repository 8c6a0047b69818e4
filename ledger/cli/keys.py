"""`filrouge key`: the keys of councils, panels and guarantors that sign for themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, get_args

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now, read_value
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.dates import format_at
from ledger.domain.keyring import said
from ledger.domain.words import Role
from ledger.errors import RefusedError
from ledger.service import keyring
from ledger.service.keyring import StatementKey
from ledger.service.register import open_register

app = typer.Typer(no_args_is_help=True, help="Keys of those who sign their own statements.")

Origin = Annotated[
    str, typer.Option(help="The register it is for, like registre.ville.example/decisions.")
]


@app.command()
@needs("everybody")
def new(
    name: Annotated[str, typer.Option(help="Who will sign, as its statements name it.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(get_args(Role))}.")],
    origin: Origin,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The file for the key: kept by the signer.")
    ],
) -> None:
    """Make a key on the signer's side, and print the signed request that it be added."""
    pem, request = keyring.new_key(name, role, origin=origin)
    _write_new(out, pem)
    output.answer(True, request, "")
    output.note(f"The key is in {out}: nobody else may have it, and nobody can replace it.")
    output.note("Send what was printed to whoever keeps the register: `filrouge key add`.")


@app.command()
@needs("govern")
def add(
    request: Annotated[str, typer.Argument(help="The request in a file, or - for input.")],
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
) -> None:
    """Add a key to the register, as its holder asked for with `filrouge key new`."""
    asked = read_value(request)
    register, instant = open_register(data), now()
    written = keyring.add(register, asked, account=account, now=instant)
    (added,) = [key for key in keyring.listed(register) if key.held.added == written.first]
    output.say(f"Added as entry {written.first}: {_told(added)}.")
    output.note("Make sure of the id with its holder, by another way than this file came.")


@app.command()
@needs("govern")
def revoke(
    id_: Annotated[
        str, typer.Argument(metavar="KEY", help="Its id, or enough of its beginning.")
    ],
    since: Annotated[
        str,
        typer.Option("--from", metavar="DAY|INSTANT", help="Since when it is not trusted."),
    ],
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
) -> None:
    """Revoke a key: it signs nothing more, and what it signed since then is doubtful."""
    register, instant = open_register(data), now()
    written, doubtful = keyring.revoke(register, id_, since, account=account, now=instant)
    output.say(f"Revoked as entry {written.first}: {doubtful} signed statements are doubtful.")


@app.command("list")
@needs("everybody")
def list_keys(data: Data = SETTINGS.data, as_json: Json = False) -> None:
    """Say who signs with which key, since when, and which were revoked."""
    found = keyring.listed(open_register(data))
    rows = [keyring.told(key) for key in found]
    lines = [f"{_told(key)}  {key.statements} statements{_end(key)}" for key in found]
    output.answer(as_json, {"keys": rows}, "\n".join(lines) or "No statement key was added.")


def _told(key: StatementKey) -> str:
    assert key.held.holder is not None
    return f"{key.held.id}  {said(key.held.holder)}"


def _end(key: StatementKey) -> str:
    if key.revoked is None:
        return ""
    return f"  revoked {format_at(key.revoked)}, not trusted from {key.held.since}"


def _write_new(path: Path, pem: bytes) -> None:
    """Writes a private key that nobody else can read; never over another one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise RefusedError("key_exists", f"{path} is there already: name another") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
