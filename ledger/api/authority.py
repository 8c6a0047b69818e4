"""Who asks, and whether they may: declared by a route where it is written, and so checked.

    async def write(request: Request, account: Annotated[Account, needs("record")]) -> Response:

or, where it does not matter which account it is, with `dependencies=[needs("record")]`.

What is declared is what is checked before the route runs and before its body is read; the
description of the API and `docs/powers.md` are made from the same declaration. Reading is for
everybody, so that a route that says nothing may only read: `check_declared` refuses any other.
"""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import Security
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.requests import Request
from starlette.routing import BaseRoute

from ledger.api.services import services_of
from ledger.domain.accounts import Account, check_may
from ledger.domain.powers import Act

READING = frozenset({"GET", "HEAD"})


class Token(SecurityBase):
    """Gives a route the account that a request's token speaks for.

    Args:
        act: What one of its roles must have; None for what every account may do.
    """

    def __init__(self, act: Act | None) -> None:
        self.model = HTTPBearer()
        self.scheme_name = "token"
        self.act = act

    async def __call__(self, request: Request) -> Account:
        """The account that asks.

        Raises:
            RefusedError: `unauthorized` or `forbidden`.
        """
        services = services_of(request)
        account = await to_thread.run_sync(
            lambda: services.accounts.authenticate(_bearer(request), now=services.clock())
        )
        # Tells the shield that the token was looked at, and was a good one.
        request.state.account = account.name
        if self.act is not None:
            check_may(account, self.act)
        return account


def needs(act: Act | None) -> Any:
    """Declares the act that a route needs; in its description, it is the scope of the token.

    Args:
        act: None for what every account may do.
    """
    return Security(Token(act), scopes=[act] if act else [])


def token_of(route: BaseRoute) -> Token | None:
    """What a route declares; None where it is for everybody."""
    return next(iter(_tokens(route)), None)


def check_declared(route: BaseRoute) -> None:
    """Checks that a route declares one act, or is for everybody and only reads.

    Raises:
        TypeError: it writes and does not say who may, or it says so twice: a fault of whoever
            wrote it.
    """
    methods = getattr(route, "methods", None) or set()
    declared = len(_tokens(route))
    if declared > 1 or (not declared and not methods <= READING):
        raise TypeError(f"{route} does not declare one act that it needs")


def _tokens(route: BaseRoute) -> list[Token]:
    if not isinstance(route, APIRoute):
        return []
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return [call for call in calls if isinstance(call, Token)]


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
