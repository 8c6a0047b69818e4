"""The table of who may do what, read off the code: roles, routes, commands, kinds.

A route or command that does not declare what it needs makes this fail, and so `make golden` and
the tests. What is written here is asked of the running application in `tests/site` and of the
commands in `tests/cli`, as every role and as nobody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from fastapi import FastAPI
from starlette.routing import BaseRoute
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ledger.api.authority import check_declared, token_of
from ledger.cli.main import app as commands_app
from ledger.cli.powers import Who, who_may
from ledger.domain.accounts import REGISTRAR, Account
from ledger.domain.authority import MENDING, Place, check_statement
from ledger.domain.events import ANYWHERE_KINDS, KINDS, REGISTER_KINDS
from ledger.domain.powers import ACTS, POWERS, ROLES
from ledger.domain.procedure import Procedure, parse_procedure
from ledger.domain.words import AccountRole, Role
from ledger.errors import RefusedError
from ledger.service.record import OWN_ACTS
from ledger.service.register import create_register, shipped_procedures
from tests.world import NOW
from viz.site.app import create_app

FOR: Mapping[AccountRole, str] = {
    "recorder": "a service that writes down what bodies say, on their behalf",
    "confirmer": "who answers for the register: confirms what others propose, mends what others"
    " recorded",
    "elected": "the council and its members, for themselves",
    "panel": "the citizens’ panel, for itself",
    "instruction": "the services that examine and carry out, for themselves",
    "guarantor": "who watches over the rules of the game, for itself",
    "auditor": "who looks on: sees accounts and what is under way",
    "administrator": "who grants and revokes, sets policies, erases; speaks for nobody",
}
SHOWN = "atelier-citoyen"
"""The procedure that is shown kind by kind."""
ASKERS: tuple[str, ...] = ("nobody", *ROLES)


def routes(app: FastAPI) -> Iterator[tuple[str, str, Who]]:
    """Every method and path of an application, and what they need.

    Raises:
        TypeError: a route writes and does not say who may.
    """
    for route in _leaves(app.routes):
        check_declared(route)
        token = token_of(route)
        who: Who = "everybody" if token is None else token.act or "account"
        path = getattr(route, "path", "")
        for method in sorted((getattr(route, "methods", None) or {"GET"}) - {"HEAD"}):
            yield method, path, who


def commands(
    group: TyperGroup | None = None, path: str = ""
) -> Iterator[tuple[str, TyperCommand]]:
    """Every command with its whole name."""
    group = group or _group()
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{path}{name} ")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{path}{name}", command


def who_gives(command: TyperCommand) -> Who:
    """Who may give a command, as it declares.

    Raises:
        TypeError: it does not say; or it takes `--as` and says that this does not matter.
    """
    assert command.callback is not None
    who = who_may(command.callback)
    named = any(param.name == "account" for param in command.params)
    if named != (who in (*ACTS, "account")):
        raise TypeError(
            f"{command.name}: a command takes --as if it needs an act, and only then"
        )
    return who


def answer(who: Who, asker: str) -> str:
    """What a route answers to a role, or to nobody: `ok`, 401 or 403."""
    if who == "everybody":
        return "ok"
    if asker == "nobody":
        return "401"
    return "ok" if who == "account" or who in POWERS[asker] else "403"  # type: ignore[index]


def roles_block() -> str:
    """Every role, what it is for and its acts."""
    lines = [f"| Role | For | {' | '.join(f'`{act}`' for act in ACTS)} |", _rule(2, len(ACTS))]
    for role in ROLES:
        acts = " | ".join("yes" if act in POWERS[role] else "–" for act in ACTS)
        lines.append(f"| `{role}` | {FOR[role]} | {acts} |")
    return "\n".join([*lines, ""])


def routes_block() -> str:
    """Every route of the site and its API."""
    lines = [_head("Route"), _rule(2, len(ASKERS))]
    with tempfile.TemporaryDirectory() as folder:
        register = create_register(
            Path(folder) / "data",
            authority="Ville d’essai",
            origin="registre.example/essai",
            time_zone="Europe/Paris",
            reconstruction=False,
            now=NOW,
            procedures=[],
        )
        found = sorted(routes(create_app(register)), key=lambda row: (_room(row[1]), row[1]))
        register.close()
    for method, path, who in found:
        told = " | ".join(answer(who, asker) for asker in ASKERS)
        lines.append(f"| `{method} {path}` | {who} | {told} |")
    return "\n".join([*lines, ""])


def commands_block() -> str:
    """Every command."""
    askers = (REGISTRAR, *ROLES)
    lines = [_head("Command", askers), _rule(2, len(askers))]
    for name, command in commands():
        who = who_gives(command)
        if who in (*ACTS, "account"):
            told = ["ok", *(answer(who, role).replace("403", "no") for role in ROLES)]
        else:
            told = ["ok", *["–"] * len(ROLES)]
        lines.append(f"| `{name}` | {who} | {' | '.join(told)} |")
    return "\n".join([*lines, ""])


def kinds_block() -> str:
    """Every kind that is recorded as a draft, and the voices in which each role records it."""
    procedure = Procedure.model_validate(parse_procedure(shipped_procedures()[SHOWN]))
    place = Place("rue-aux-ecoles", None, procedure.kinds)
    lines = [_head("Kind", ROLES, second=None), _rule(1, len(ROLES))]
    for kind in KINDS:
        if kind in OWN_ACTS or kind in REGISTER_KINDS - ANYWHERE_KINDS:
            continue
        cells = " | ".join(_voices(role, kind, place) for role in ROLES)
        lines.append(f"| `{kind}` | {cells} |")
    return "\n".join([*lines, ""])


def _voices(role: AccountRole, kind: str, place: Place) -> str:
    account = Account("une", frozenset({role}))

    def may(speaker: str, mends: str | None) -> bool:
        try:
            check_statement(account, kind, speaker, place, mends=mends)
        except RefusedError:
            return False
        return True

    speakers = get_args(Role)
    own = [speaker for speaker in speakers if may(speaker, "une")]
    every = [speaker for speaker in speakers if may(speaker, "autre")]
    said = "any" if len(own) == len(speakers) else ", ".join(own) or "–"
    return f"{said} (own)" if kind in MENDING and own != every else said


def _leaves(found: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _leaves(inner.routes)
        else:
            yield route


def _group() -> TyperGroup:
    group = get_command(commands_app)
    assert isinstance(group, TyperGroup)
    return group


def _room(path: str) -> int:
    """Machines first, then pages in French, then in English."""
    if path.startswith(("/api/", "/checkpoint", "/entry", "/opening", "/tile", "/healthz")):
        return 0
    return 2 if path.startswith("/en") else 1


def _head(what: str, askers: tuple[str, ...] = ASKERS, *, second: str | None = "Needs") -> str:
    return "| " + " | ".join([what, *([second] if second else []), *askers]) + " |"


def _rule(words: int, marks: int) -> str:
    return "|" + "---|" * words + ":-:|" * marks
