"""Routes for auditors and load balancers, outside `/api/v1`: bytes as they stand.

`/checkpoint`, `/tile/…` and `/tile/entries/…` are a log as C2SP tlog-tiles serves it, so that
tools nobody here wrote can audit it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.caching import BRIEF, IMMUTABLE, MOVING, NEVER
from ledger.api.forms import json_response
from ledger.api.openapi import documented
from ledger.api.services import services_of
from ledger.core.digest import SIZE
from ledger.core.tiles import ENTRIES, parse_tile_path, tile_width
from ledger.domain.values import MAX_INT
from ledger.errors import RefusedError
from ledger.service import erase
from ledger.service.publish import bundle

router = APIRouter(default_response_class=Response)

Seq = Annotated[int, Path(ge=0, le=MAX_INT, description="Place in the register, from 0.")]


@router.get(
    "/checkpoint",
    tags=["log"],
    responses=documented(examples.NOTE, media={"text/plain": None}),
)
async def checkpoint(request: Request) -> Response:
    """The newest signed checkpoint, as a C2SP signed note."""
    return Response(
        services_of(request).queries.checkpoint(),
        headers={"Cache-Control": MOVING},
        media_type="text/plain; charset=utf-8",
    )


@router.get(
    "/entry/{seq}", tags=["log"], responses=documented(examples.RAW_ENTRY, "unknown_entry")
)
async def entry(request: Request, seq: Seq) -> Response:
    """The bytes of one entry, exactly as they were hashed."""
    data, _ = services_of(request).queries.entry(seq)
    return Response(data, headers={"Cache-Control": IMMUTABLE}, media_type="application/json")


@router.get(
    "/opening/{seq}", tags=["log"], responses=documented(examples.OPENING, "unknown_entry")
)
async def opening(request: Request, seq: Seq) -> Response:
    """The public texts of one entry that were not erased, each with the key that opens it.

    The commitment in the entry is SHA-256(0x02 ‖ key ‖ canonical [path, value]).
    """
    _, openings = services_of(request).queries.entry(seq)
    forms = [{"path": o.path, "value": o.value, "key": o.key.hex()} for o in openings]
    form = {"seq": seq, "openings": forms}
    return json_response(form, headers={"Cache-Control": BRIEF})


@router.get(
    "/tile/{path:path}",
    tags=["log"],
    responses=documented(
        None,
        "not_found",
        "bad_request",
        media={"application/octet-stream": "32 bytes for each hash, or entries by length"},
    ),
)
async def tile(
    request: Request,
    path: Annotated[
        str,
        Path(
            description="`<level>/<index>` or `entries/<index>`, perhaps with `.p/<width>`.",
            examples=["0/000.p/5"],
        ),
    ],
) -> Response:
    """A tile of the tree, or a bundle of entries (C2SP tlog-tiles).

    A tile that is not full yet is only served by its width: what is at an address never
    changes.
    """
    queries = services_of(request).queries
    address = parse_tile_path(f"tile/{path}")
    level = max(address.level, 0)
    if address.width > tile_width(level, address.index, queries.version()):
        raise RefusedError("not_found", "the register has not grown that far")
    if address.level == ENTRIES:
        data = bundle(queries, address.index, address.width)
    else:
        data = queries.tile(address.level, address.index)[: address.width * SIZE]
    headers = {"Cache-Control": IMMUTABLE}
    return Response(data, headers=headers, media_type="application/octet-stream")


@router.get("/healthz", tags=["server"], responses=documented(examples.HEALTH))
async def healthz(request: Request) -> Response:
    """Whether the server reads, writes and tells. 503 when it no longer writes."""
    services = services_of(request)
    writer = services.writer.health()
    good = writer.alive and services.live.alive
    form = {
        "status": "ok" if good else "degraded",
        "size": services.queries.version(),
        "writer": {
            "alive": writer.alive,
            "waiting": writer.waiting,
            "last_error": writer.last_error,
        },
        "listeners": services.live.listeners,
        "live": services.live.alive,
        "erasing": len(erase.pending(services.register)),
    }
    headers = {"Cache-Control": NEVER}
    return json_response(form, status=200 if writer.alive else 503, headers=headers)
