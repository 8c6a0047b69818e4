"""Routes over the procedures: the rules that processes go by, as they were adopted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.caching import BRIEF, RELEASE, REVALIDATE, tag, unchanged
from ledger.api.forms import json_response, reference_form
from ledger.api.openapi import documented
from ledger.api.services import services_of
from ledger.domain.values import MAX_INT
from ledger.service.procedures import Adopted, adopted, find, versions

router = APIRouter(
    prefix="/api/v1/procedures", tags=["processes"], default_response_class=Response
)


@router.get("", responses=documented(examples.PROCEDURES))
def procedures(request: Request) -> Response:
    """The adopted procedures, oldest first: which steps there are, and what is owed by when."""
    found = adopted(services_of(request).register)
    etag = tag(RELEASE, [one.entry.seq for one in found])
    known = unchanged(request, etag)
    return known or json_response(
        {"procedures": [_form(one) for one in found]},
        headers={"ETag": etag, "Cache-Control": BRIEF},
    )


@router.get("/{name}", responses=documented(examples.PROCEDURE, "not_found"))
def procedure(
    request: Request,
    name: Annotated[
        str, Path(description="Its name; newer versions keep it.", examples=["atelier-citoyen"])
    ],
    seq: Annotated[
        int | None,
        Query(ge=0, le=MAX_INT, description="Of one adoption; the newest by default."),
    ] = None,
) -> Response:
    """One procedure, its adoptions, and the processes that go by the one shown."""
    services = services_of(request)
    found = adopted(services.register)
    shown = find(found, name, seq)
    views = services.queries.processes(services.today())
    following = [
        view.case.process for view in views if view.case.procedures[-1][1] == shown.entry.seq
    ]
    own = [one.entry.seq for one in versions(found)[name]]
    etag = tag(RELEASE, services.register.opened.origin, shown.entry.seq, own, following)
    return unchanged(request, etag) or json_response(
        {**_form(shown), "adoptions": own, "processes": following},
        headers={"ETag": etag, "Cache-Control": REVALIDATE},
    )


def _form(one: Adopted) -> dict[str, Any]:
    return {**reference_form(one.entry), "procedure": one.entry.raw}
