"""`filrouge account` and `filrouge token`: who may write, granted and revoked in public."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.powers import ROLES
from ledger.service import accounts
from ledger.service.accounts import Standing
from ledger.service.register import open_register

app = typer.Typer(no_args_is_help=True, help="Who may write, and what.")
token_app = typer.Typer(no_args_is_help=True, help="The tokens by which accounts are known.")

Name = Annotated[str, typer.Argument(help="A service, never a person, like dialogue-citoyen.")]
Days = Annotated[
    int | None,
    typer.Option(help="How long its token lasts: 365, or what the policy `token_days` says."),
]


@app.command()
@needs("govern")
def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}.")],
    data: Data = SETTINGS.data,
    process: Annotated[
        list[str] | None, typer.Option(help="Only in this process; as often as needed.")
    ] = None,
    territory: Annotated[
        list[str] | None, typer.Option(help="Only in processes of this territory.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The last day, like 2027-12.")] = None,
    days: Days = None,
    account: As = REGISTRAR,
) -> None:
    """Grant an account, in public, and print its token, once."""
    register, instant = open_register(data), now()
    seq = accounts.grant(
        register,
        name,
        roles=role,
        processes=process or (),
        territories=territory or (),
        until=until,
        by=account,
        now=instant,
    )
    output.note(f"Granted as entry {seq}.")
    _show(accounts.create_token(register, name, now=instant, days=days))


@app.command("list")
@needs("inspect")
def list_accounts(
    data: Data = SETTINGS.data, account: As = REGISTRAR, as_json: Json = False
) -> None:
    """Say which accounts are in force, what they may do, and when they were used last."""
    register, instant = open_register(data), now()
    found = accounts.standings(register)
    rows = [accounts.told(register, one, now=instant) for one in found]
    lines = [_line(one, row) for one, row in zip(found, rows, strict=True)]
    output.answer(as_json, {"accounts": rows}, "\n".join(lines) or "No account is granted.")


@app.command()
@needs("govern")
def disable(name: Name, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:
    """Revoke an account, in public, and every token of it."""
    register, instant = open_register(data), now()
    seq = accounts.revoke(register, name, by=account, now=instant)
    output.say(f"{name} may do nothing any more: entry {seq}.")


@token_app.command("create")
@needs("govern")
def create(
    name: Name, data: Data = SETTINGS.data, days: Days = None, account: As = REGISTRAR
) -> None:
    """Create one more token of an account; it is shown once."""
    register, instant = open_register(data), now()
    _show(accounts.create_token(register, name, now=instant, days=days))


@token_app.command("revoke")
@needs("govern")
def revoke(name: Name, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:
    """Revoke every token of an account, which stays granted."""
    register, instant = open_register(data), now()
    count = accounts.revoke_tokens(register, name, now=instant)
    output.say(f"{count} tokens of {name} revoked.")


def _show(token: str) -> None:
    output.say(token)
    output.note("Shown this once. Send it as `Authorization: Bearer <token>`.")


def _line(one: Standing, row: dict[str, Any]) -> str:
    scope = [*(row.get("processes") or ()), *(row.get("territories") or ())]
    parts = [
        one.account.name,
        ", ".join(row["roles"]),
        f"in {', '.join(scope)}" if scope else "everywhere",
        f"until {row['until']}" if row["until"] else "",
        "expired" if not row["in_force"] else "",
        f"{len(row['tokens'])} token{'' if len(row['tokens']) == 1 else 's'}",
        f"used {row['used']}" if row["used"] else "never used",
    ]
    return " · ".join(part for part in parts if part)
