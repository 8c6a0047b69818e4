"""Who may give a command: declared where the command is written, and so checked.

    @app.command()
    @needs("govern")
    def disable(name: Name, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:

A command that writes is given in the name of an account, `--as`, which is held to its roles as
it would be over HTTP. Whoever can read the folder could of course do all of it by other means:
this keeps accounts apart, not a hostile user of the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from ledger.cli.options import now
from ledger.domain.accounts import REGISTRAR
from ledger.domain.powers import ACTS, Act
from ledger.service.accounts import acting
from ledger.service.register import open_register

Who = Act | Literal["account", "everybody", "keeper"]
"""An act that the account has to have; or any account in force; or whoever may read the folder;
or whoever holds its keys, in nobody else's name.
"""
Command = TypeVar("Command", bound=Callable[..., None])


def needs(who: Who) -> Callable[[Command], Command]:
    """Declares who may give a command; one with `--as` takes `data` and `account`."""

    def declare(command: Command) -> Command:
        @wraps(command)
        def checked(*args: Any, **options: Any) -> None:
            if "account" in options and options["account"] != REGISTRAR:
                register = open_register(options["data"])
                try:
                    act = who if who in ACTS else None
                    acting(register, options["account"], act, now=now())
                finally:
                    register.close()
            command(*args, **options)

        checked.__dict__["who"] = who
        return cast(Command, checked)

    return declare


def who_may(command: Callable[..., Any]) -> Who:
    """Who may give a command.

    Raises:
        TypeError: it does not say: a fault of whoever wrote it.
    """
    who: Who | None = command.__dict__.get("who")
    if who is None:
        raise TypeError(f"{command.__name__} does not declare who may give it")
    return who
