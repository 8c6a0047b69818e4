"""The one route that writes: a batch of drafts, recorded whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.authority import needs
from ledger.api.caching import NEVER
from ledger.api.entries import inclusion_form
from ledger.api.forms import BASE, json_response
from ledger.api.limits import check_key, parse_drafts, read_body
from ledger.api.openapi import documented
from ledger.api.services import Services, services_of
from ledger.domain.accounts import Account
from ledger.domain.warned import Warned
from ledger.service.authority import Authority
from ledger.service.query import checkpoint_in
from ledger.service.record import record
from ledger.store.append import Written

router = APIRouter(prefix="/api/v1", tags=["entries"], default_response_class=Response)


@router.post(
    "/entries",
    status_code=201,
    responses=documented(
        examples.WRITTEN,
        "not_json",
        "bad_request",
        "unauthorized",
        "forbidden",
        "unknown_process",
        "unknown_reference",
        "duplicate_id",
        "key_reused",
        "too_large",
        "too_slow",
        "unknown_kind",
        "bad_body",
        "bad_text",
        "bad_signature",
        "unknown_key",
        "key_revoked",
        "nonce_used",
        "busy",
        "clock_behind",
        status=201,
        also={
            200: "The same batch was recorded before under this key: the first answer. Or, with"
            " `check`: nothing was recorded; `checked` counts the drafts that could be."
        },
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
                            }
                        },
                    },
                    "examples": {
                        "plain": {
                            "summary": "Plain words: they are sealed here.",
                            "value": {"drafts": [examples.DRAFT]},
                        },
                        "signed": {
                            "summary": "Sealed and signed by who speaks, with its openings.",
                            "value": {"drafts": [examples.SIGNED_DRAFT]},
                        },
                    },
                }
            },
        },
    },
)
async def write(
    request: Request,
    account: Annotated[Account, needs("record")],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Of your choice, new for each batch: sending the same batch again under"
            " it within 30 days records nothing and returns the first answer.",
        ),
    ] = None,
    check: Annotated[
        bool,
        Query(description="Refuse and warn just the same, and record nothing."),
    ] = False,
) -> Response:
    """Record a batch of drafts: all of it, or nothing.

    A draft that its speaker signed comes sealed, with its openings (`filrouge sign`), and is
    recorded as it is. Texts of others are sealed here: what a person composed goes into an
    erasable vault, the register keeps commitments. The answer says where the entries stand and
    under which checkpoint; for a single entry it holds the proof, for others ask for receipts.
    `warnings` say where a draft seems to name a private person, never in its words: what stands
    in clear cannot be erased.
    """
    services = services_of(request)
    check_key(key)
    limits = services.limits
    body = await read_body(request, limits.body, patience=limits.patience)
    pens: CapacityLimiter = request.app.state.pens
    return await to_thread.run_sync(
        _write, services, body, account.name, key, check, limiter=pens
    )


def _write(
    services: Services, body: bytes, account: str, key: str | None, check: bool
) -> Response:
    drafts, warned = parse_drafts(body), list[Warned]()
    written = record(
        services.register,
        drafts,
        account=account,
        append=services.writer.append,
        key=key,
        warn=warned.append,
        rehearsal=check,
        authority=Authority(services.register, account, services.clock()),
    )
    warnings = warnings_form(warned)
    if check:
        form = {"checked": len(drafts), "warnings": warnings}
        return json_response(form, status=200, headers={"Cache-Control": NEVER})
    return written_response(services, written, warnings)


def warnings_form(warned: Iterable[Warned]) -> list[dict[str, Any]]:
    """What there is to warn of, each with what to do."""
    return [one._asdict() | {"advice": one.advice} for one in warned]


def written_response(
    services: Services, written: Written, warnings: list[dict[str, Any]]
) -> Response:
    """Where entries stand that were just recorded, or before under the same key."""
    headers = {"Cache-Control": NEVER}
    services.live.wake()
    size = checkpoint_in(written.checkpoint).size
    rows = services.queries.entries(start=written.first, limit=written.stop - written.first)
    form: dict[str, Any] = {
        "first": written.first,
        "last": written.stop - 1,
        "size": size,
        "checkpoint": written.checkpoint.decode(),
        "entries": [_place(seq, data) for seq, data in rows],
        "warnings": warnings,
    }
    if len(rows) == 1:
        proof, signed = services.queries.inclusion(written.first, size)
        form["proof"] = inclusion_form(written.first, proof, signed)
        headers["Location"] = f"{BASE}/entries/{written.first}"
    return json_response(form, status=200 if written.repeated else 201, headers=headers)


def _place(seq: int, data: bytes) -> dict[str, Any]:
    entry = orjson.loads(data)
    return {
        "seq": seq,
        "process": entry["process"],
        "nth": entry["nth"],
        "kind": entry["kind"],
        "at": entry["at"],
    }
