"""The route that finds contributions by the reference that their platform gave them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.api import examples_process as examples
from ledger.api.caching import NEVER
from ledger.api.forms import entry_form, json_response
from ledger.api.openapi import documented
from ledger.api.services import services_of
from ledger.domain.values import MAX_INT
from ledger.service.references import contributions_called, parse_reference

router = APIRouter(prefix="/api/v1/contributions", tags=["processes"])

UNSAID = {"Cache-Control": NEVER, "Referrer-Policy": "no-referrer"}
"""For answers whose address holds a reference: kept nowhere, told to nobody."""


@router.get(
    "",
    responses=documented(examples.REFERENCED, "bad_request"),
    response_class=Response,
)
def contributions(
    request: Request,
    reference: Annotated[
        str,
        Query(description="As the platform gave it: 1 to 200 characters.", examples=["CF-112"]),
    ],
    after: Annotated[int, Query(ge=-1, le=MAX_INT, description="Only a larger `seq`.")] = -1,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 100,
) -> Response:
    """The contributions that bear a reference, of any process: none, one or several.

    None is no proof that nothing was sent: contributions may have been counted and not recorded
    one by one, their reference erased, or kept from the public. All of these answer alike.
    """
    services = services_of(request)
    asked = parse_reference(reference)
    found = contributions_called(services.queries, asked, after=after, limit=limit + 1)
    today = services.today()
    forms = [
        entry_form(entry, texts, services.queries.process(entry.process, today).case)
        for entry, texts in found[:limit]
    ]
    following = found[limit - 1][0].seq if len(found) > limit else None
    return json_response({"contributions": forms, "next": following}, headers=UNSAID)
