"""Routes about those who write: what a token may do, and who else is known."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.authority import needs
from ledger.api.caching import NEVER
from ledger.api.forms import json_response
from ledger.api.openapi import documented
from ledger.api.services import services_of
from ledger.domain.accounts import Account
from ledger.service import accounts

router = APIRouter(prefix="/api/v1", tags=["accounts"], default_response_class=Response)


@router.get(
    "/account",
    responses=documented(examples.ACCOUNT, "unauthorized"),
)
async def account(own: Annotated[Account, needs(None)]) -> Response:
    """What the token that asks may do, and where."""
    form = accounts.power(own)
    return json_response(form, headers={"Cache-Control": NEVER})


@router.get(
    "/accounts",
    responses=documented({"accounts": [examples.STANDING]}, "unauthorized", "forbidden"),
    dependencies=[needs("inspect")],
)
async def everybody(request: Request) -> Response:
    """Every account in force, with its tokens by id and when they were used last, to the hour.

    Grants themselves are public: entries `account.granted` and `account.revoked`.
    """
    services = services_of(request)
    now = services.clock()
    forms = [
        accounts.told(services.register, one, now=now)
        for one in accounts.standings(services.register)
    ]
    return json_response({"accounts": forms}, headers={"Cache-Control": NEVER})
