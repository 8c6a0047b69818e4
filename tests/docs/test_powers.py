"""The table of who may do what is that of the code, and nothing escapes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import pytest
import typer
from fastapi import APIRouter
from typer.core import TyperCommand
from typer.main import get_command

from ledger.api.app import ROUTERS
from ledger.api.authority import check_declared, needs
from ledger.cli import powers as declared
from ledger.cli.options import As
from ledger.domain.accounts import REGISTRAR, Account
from ledger.domain.powers import ACTS
from tests import golden
from tests.docs import powers, tables


def test_the_table_is_that_of_the_code() -> None:
    document = tables.POWERS.read_text(encoding="utf-8")
    assert tables.fill(document, golden.POWER_BLOCKS) == document, "run `make golden`"


def test_every_act_is_explained() -> None:
    document = tables.POWERS.read_text(encoding="utf-8")
    for act in ACTS:
        assert f"\n- `{act}`: " in document


def test_a_route_that_writes_declares_what_it_needs() -> None:
    router = APIRouter()

    @router.get("/")
    async def read() -> None:
        """Reads."""

    @router.delete("/declared")
    async def sign(account: Annotated[Account, needs("erase")]) -> None:
        """Writes, and says who may."""

    @router.post("/")
    async def write() -> None:
        """Writes, and does not say who may."""

    @router.post("/twice", dependencies=[needs("erase")])
    async def twice(account: Annotated[Account, needs("record")]) -> None:
        """Says two things of who may."""

    fine, guarded, *odd = router.routes
    check_declared(fine)
    check_declared(guarded)
    assert len(odd) == 2
    for route in odd:
        with pytest.raises(TypeError, match="does not declare one act"):
            check_declared(route)


def test_nothing_that_writes_goes_unguarded() -> None:
    for router in ROUTERS:
        for route in router.routes:
            check_declared(route)


def one(command: Callable[..., None]) -> TyperCommand:
    """A command alone in its application."""
    app = typer.Typer()
    app.command()(command)
    made = get_command(app)
    assert isinstance(made, TyperCommand)
    return made


def test_a_command_declares_who_may_give_it() -> None:
    def silent() -> None:
        """Says nothing."""

    @declared.needs("record")
    def nameless() -> None:
        """Needs an act, of nobody."""

    @declared.needs("everybody")
    def careless(account: As = REGISTRAR) -> None:
        """Takes an account that does not matter."""

    @declared.needs("record")
    def good(account: As = REGISTRAR) -> None:
        """Needs an act of an account."""

    with pytest.raises(TypeError, match="does not declare"):
        powers.who_gives(one(silent))
    for odd in (nameless, careless):
        with pytest.raises(TypeError, match="takes --as"):
            powers.who_gives(one(odd))
    assert powers.who_gives(one(good)) == "record"
