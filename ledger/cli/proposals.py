"""`filrouge propose` and `filrouge proposal`: four eyes on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import output, personal
from ledger.cli.options import SETTINGS, As, Data, Drafts, Json, now, read_drafts
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.warned import Warned
from ledger.service import proposals, record
from ledger.service.accounts import known
from ledger.service.register import open_register

app = typer.Typer(no_args_is_help=True, help="What one account proposes and another confirms.")
Id = Annotated[str, typer.Argument(metavar="ID", help="A proposal.")]


@needs("record")
def propose(
    drafts: Drafts,
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
    note: Annotated[str, typer.Option(help="For whoever confirms it; never recorded.")] = "",
    as_json: Json = False,
) -> None:
    """Propose a batch of drafts, which another account confirms; nothing is recorded yet."""
    read, warned = read_drafts(drafts), list[Warned]()
    register, instant = open_register(data), now()
    made = proposals.propose(
        register,
        read,
        account=account,
        note=note,
        append=record.direct(register, instant),
        now=instant,
        warn=warned.append,
    )
    said = f"Proposed as {made.id}; another account confirms it before {made.expires}."
    output.answer(as_json, proposals.told(made) | {"warnings": personal.forms(warned)}, said)
    if not as_json:
        personal.show_warned(warned)


@app.command("list")
@needs("account")
def list_proposals(
    data: Data = SETTINGS.data, account: As = REGISTRAR, as_json: Json = False
) -> None:
    """Say what waits: everything, or an account's own if it may not look into others'."""
    register, instant = open_register(data), now()
    asker = known(register, account, now=instant)
    rows = [proposals.told(p) for p in proposals.listed(register, asker, now=instant)]
    lines = [
        f"{row['id']} · {row['account']} · {row['count']} draft{'s' * (row['count'] != 1)} in"
        f" {', '.join(row['processes'])} · until {row['expires']} · {row['note']}"
        for row in rows
    ]
    output.answer(as_json, {"proposals": rows}, "\n".join(lines) or "Nothing waits.")


@app.command()
@needs("account")
def show(id_: Id, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:
    """Show a proposal with its drafts, in JSON."""
    register, instant = open_register(data), now()
    asker = known(register, account, now=instant)
    found = proposals.show(register, id_, asker, now=instant)
    output.answer(True, {**proposals.told(found), "drafts": found.drafts}, "")


@app.command()
@needs("confirm")
def confirm(
    id_: Id, data: Data = SETTINGS.data, account: As = REGISTRAR, as_json: Json = False
) -> None:
    """Record what another account proposed; it stands under the account that confirms."""
    warned: list[Warned] = []
    register, instant = open_register(data), now()
    written = proposals.confirm(
        register,
        id_,
        account=account,
        append=record.direct(register, instant),
        now=instant,
        warn=warned.append,
    )
    personal.show_recorded(as_json, written, written.stop - written.first, warned)


@app.command()
@needs("record")
def drop(id_: Id, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:
    """Drop a proposal: it leaves no trace."""
    register, instant = open_register(data), now()
    proposals.drop(register, id_, known(register, account, now=instant), now=instant)
    output.say(f"{id_} is dropped.")
