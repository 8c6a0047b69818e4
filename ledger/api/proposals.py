"""Four eyes over HTTP: propose a batch, look at what waits, confirm it or drop it."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.authority import needs
from ledger.api.caching import NEVER
from ledger.api.forms import BASE, json_response
from ledger.api.limits import read_body
from ledger.api.openapi import documented
from ledger.api.services import Services, services_of
from ledger.api.writing import warnings_form, written_response
from ledger.core.canonical import MAX_DEPTH, loads
from ledger.domain.accounts import Account
from ledger.domain.warned import Warned
from ledger.errors import MalformedError
from ledger.service import proposals

router = APIRouter(
    prefix="/api/v1/proposals", tags=["proposals"], default_response_class=Response
)
Id = Annotated[
    str,
    Path(description="A proposal.", pattern="^[0-9a-f]{16}$", examples=["9f2c01d7a4e85b36"]),
]
_HEADERS = {"Cache-Control": NEVER}


@router.post(
    "",
    status_code=201,
    responses=documented(
        {**examples.PROPOSED, "warnings": []},
        "not_json",
        "bad_request",
        "unauthorized",
        "forbidden",
        "unknown_process",
        "unknown_reference",
        "duplicate_id",
        "too_large",
        "unknown_kind",
        "bad_body",
        "bad_text",
        "busy",
        status=201,
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["drafts"],
                        "additionalProperties": False,
                        "properties": {
                            "drafts": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 20_000,
                                "items": {"$ref": "#/components/schemas/Draft"},
                            },
                            "note": {
                                "type": "string",
                                "maxLength": proposals.MAX_NOTE,
                                "description": "For whoever confirms; never recorded.",
                            },
                        },
                    },
                    "example": {"drafts": [examples.DRAFT], "note": examples.PROPOSED["note"]},
                }
            },
        },
    },
)
async def propose(request: Request, account: Annotated[Account, needs("record")]) -> Response:
    """Propose a batch of drafts, which another account confirms; nothing is recorded yet.

    It is judged just as if it were recorded. Until it is confirmed, its texts are in no
    register: not public, not hashed, and gone without a trace when it is dropped, or after 30
    days.
    """
    services = services_of(request)
    limits = services.limits
    body = await read_body(request, limits.body, patience=limits.patience)
    pens: CapacityLimiter = request.app.state.pens
    return await to_thread.run_sync(_propose, services, body, account.name, limiter=pens)


@router.get("", responses=documented({"proposals": [examples.PROPOSED]}, "unauthorized"))
def listed(request: Request, account: Annotated[Account, needs(None)]) -> Response:
    """The proposals that wait, oldest first: all of them for auditors, confirmers and
    administrators, for others their own.
    """
    services = services_of(request)
    found = proposals.listed(services.register, account, now=services.clock())
    return json_response({"proposals": [proposals.told(p) for p in found]}, headers=_HEADERS)


@router.get(
    "/{id}",
    responses=documented(examples.PROPOSAL, "unauthorized", "unknown_proposal"),
)
def show(request: Request, id: Id, account: Annotated[Account, needs(None)]) -> Response:
    """One proposal with its drafts, just as they were sent."""
    services = services_of(request)
    found = proposals.show(services.register, id, account, now=services.clock())
    form = {**proposals.told(found), "drafts": found.drafts}
    return json_response(form, headers=_HEADERS)


@router.post(
    "/{id}/confirm",
    status_code=201,
    responses=documented(
        examples.WRITTEN,
        "unauthorized",
        "forbidden",
        "unknown_proposal",
        "unknown_account",
        "duplicate_id",
        "busy",
        status=201,
        also={200: "It was confirmed before: the first answer."},
    ),
)
async def confirm(
    request: Request, id: Id, account: Annotated[Account, needs("confirm")]
) -> Response:
    """Confirm what another account proposed: it is recorded, once, under the account that
    confirms, and the proposal is gone.
    """
    pens: CapacityLimiter = request.app.state.pens
    services = services_of(request)
    return await to_thread.run_sync(_confirm, services, id, account.name, limiter=pens)


@router.delete(
    "/{id}",
    responses=documented(
        {"dropped": "9f2c01d7a4e85b36"}, "unauthorized", "forbidden", "unknown_proposal"
    ),
)
def drop(request: Request, id: Id, account: Annotated[Account, needs("record")]) -> Response:
    """Drop a proposal, as the account that made it or as a confirmer."""
    services = services_of(request)
    proposals.drop(services.register, id, account, now=services.clock())
    return json_response({"dropped": id}, headers=_HEADERS)


def _propose(services: Services, body: bytes, account: str) -> Response:
    drafts, note = _parsed(body)
    warned = list[Warned]()
    made = proposals.propose(
        services.register,
        drafts,
        account=account,
        note=note,
        append=services.writer.append,
        now=services.clock(),
        warn=warned.append,
    )
    form = {**proposals.told(made), "warnings": warnings_form(warned)}
    headers = {**_HEADERS, "Location": f"{BASE}/proposals/{made.id}"}
    return json_response(form, status=201, headers=headers)


def _confirm(services: Services, id_: str, account: str) -> Response:
    warned = list[Warned]()
    written = proposals.confirm(
        services.register,
        id_,
        account=account,
        append=services.writer.append,
        now=services.clock(),
        warn=warned.append,
    )
    return written_response(services, written, warnings_form(warned))


def _parsed(body: bytes) -> tuple[list[object], str]:
    # A draft may be as deep as an entry, and stands in an array in an object.
    value = loads(body, max_depth=MAX_DEPTH + 2)
    if not isinstance(value, dict) or not {"drafts"} <= value.keys() <= {"drafts", "note"}:
        raise MalformedError("bad_request", 'send {"drafts": […]}, maybe with a "note"')
    drafts, note = value["drafts"], value.get("note", "")
    if not isinstance(drafts, list) or not isinstance(note, str):
        raise MalformedError("bad_request", "the drafts are an array, the note is a string")
    return list(drafts), note
