"""`filrouge policy`: the rules of the house, set in public."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.policies import POLICIES
from ledger.service import policies
from ledger.service.register import open_register

app = typer.Typer(no_args_is_help=True, help="The rules of the house, set in public.")


@app.command("set")
@needs("govern")
def set_policy(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(POLICIES)}.")],
    value: Annotated[str, typer.Argument(help="true, false or a number.")],
    data: Data = SETTINGS.data,
    account: As = REGISTRAR,
) -> None:
    """Set a policy: an entry, and in force from there on."""
    chosen = policies.value_of(value)
    seq = policies.set_policy(open_register(data), name, chosen, by=account, now=now())
    output.say(f"{name} is {value} from entry {seq} on.")


@app.command("list")
@needs("everybody")
def list_policies(data: Data = SETTINGS.data, as_json: Json = False) -> None:
    """Say which policies are in force."""
    found = asdict(policies.in_force(open_register(data)))
    lines = [
        f"{name}: {'not set' if found[name] is None else found[name]}" for name in POLICIES
    ]
    output.answer(as_json, {"policies": found}, "\n".join(lines))
