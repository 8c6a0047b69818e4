"""Who asks, and whether they may: said first in every route that is not for everybody."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request

from ledger.api.services import services_of
from ledger.domain.accounts import Account, check_may
from ledger.domain.powers import Act


async def authorized(request: Request, act: Act | None) -> Account:
    """The account that a request's token speaks for, if one of its roles has this act.

    Before the body: from whoever may not send one, none is read.

    Args:
        act: None for what every account may do.

    Raises:
        RefusedError: `unauthorized` or `forbidden`.
    """
    services = services_of(request)
    account = await to_thread.run_sync(
        lambda: services.accounts.authenticate(_bearer(request), now=services.clock())
    )
    request.state.account = account.name  # tells the shield that the token was a good one
    if act is not None:
        check_may(account, act)
    return account


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
