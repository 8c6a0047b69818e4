"""Files that documents speak of: taken in before they are recorded, handed out as downloads.

Nothing here is shown in a browser's page: every file is an attachment, of the type that its
bytes are, and sandboxed should a browser show it all the same.
"""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from anyio import sleep, to_thread
from fastapi import APIRouter, Path, Request
from starlette.responses import Response, StreamingResponse

from ledger.api import examples
from ledger.api.authority import needs
from ledger.api.caching import BRIEF, NEVER
from ledger.api.forms import json_response
from ledger.api.limits import check_length, pieces
from ledger.api.openapi import documented
from ledger.api.services import Services, services_of
from ledger.domain.documents import Document
from ledger.errors import LedgerError
from ledger.service import files
from ledger.service.collect import collect
from ledger.service.sniff import EXTENSIONS

router = APIRouter(default_response_class=Response)

_DAY = 24 * 3600
_POLICY = "default-src 'none'; sandbox"
_ANY_BYTES = {"schema": {"type": "string", "format": "binary"}}

log = structlog.get_logger("ledger.api")


@router.post(
    "/api/v1/files",
    tags=["entries"],
    status_code=201,
    responses=documented(
        examples.FILE,
        "bad_request",
        "unauthorized",
        "forbidden",
        "too_large",
        "too_slow",
        "bad_file",
        "busy",
        status=201,
        also={200: "The same bytes are here already."},
    ),
    dependencies=[needs("record")],
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The bytes of the file, as they are; no form around them.",
            "content": {"application/octet-stream": _ANY_BYTES},
        },
    },
)
async def upload(request: Request) -> Response:
    """Send a file, before recording the document that speaks of it.

    The answer is what `file` in the draft has to say. What the file is, its bytes tell; the
    `Content-Type` only tells CSV from other text. A file that no document speaks of within a
    day is taken away.
    """
    services = services_of(request)
    limit = services.limits.file
    check_length(request, limit, files.too_large)
    arriving = await to_thread.run_sync(lambda: files.Upload(services.register, limit=limit))
    try:
        async for piece in pieces(request, patience=services.limits.patience):
            await to_thread.run_sync(arriving.write, piece)
        hint = request.headers.get("content-type", "")
        kept = await to_thread.run_sync(
            lambda: arriving.finish(hint=hint, now=services.clock()),
            limiter=request.app.state.pens,
        )
    finally:
        arriving.discard()
    form = {"sha256": kept.sha256, "bytes": kept.bytes, "media": kept.media}
    headers = {"Cache-Control": NEVER}
    return json_response(form, status=201 if kept.new else 200, headers=headers)


@router.get(
    "/document/{process}/{id}",
    tags=["processes"],
    responses=documented(
        None,
        "unknown_process",
        "unknown_item",
        "not_found",
        "file_differs",
        media={"application/octet-stream": "the bytes of the file"},
        also={304: "It is what you have."},
    ),
)
def download(
    request: Request,
    process: Annotated[str, Path(description="The process.", examples=[examples.SLUG])],
    id_: Annotated[str, Path(alias="id", description="A document.", examples=["D1"])],
) -> Response:
    """The file of a document, of the type that its bytes are (any of the types that are kept).

    One whose fingerprint is restricted is handed out to nobody; one that was erased is gone.
    The connection breaks off before the end if the bytes are not what was recorded.
    """
    document, file = files.fetch(services_of(request).register, process, id_)
    name = document.wanted or ""
    headers = {
        "ETag": f'"{name}"',
        # The longest that an erased file may linger.
        "Cache-Control": BRIEF,
        "Content-Disposition": disposition(document),
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        file.close()
        return Response(status_code=304, headers=headers)
    size = file.seek(0, 2)
    file.seek(0)
    headers["Content-Length"] = str(size)
    media = document.media if document.media in EXTENSIONS else "application/octet-stream"
    return StreamingResponse(files.pieces(file, name, size), headers=headers, media_type=media)


def disposition(document: Document) -> str:
    """How a browser is to save a file: under a name made of patterns, never of words."""
    name = f"{document.process}-{document.id}.{EXTENSIONS.get(document.media, 'bin')}"
    return f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"


def file_form(services: Services, process: str, id_: str) -> dict[str, Any] | None:
    """The file of a document in answers about it; null where it has none.

    Raises:
        RefusedError: `unknown_process` or `unknown_item`.
    """
    found = files.find(services.register, process, id_)
    if found is None:
        return None
    document, here = found
    return {
        "bytes": document.bytes,
        "media": document.media,
        "sha256": document.sha256 if document.public else None,
        "here": here,
        "address": address(document) if here and document.public else None,
    }


def address(document: Document) -> str:
    """Where a document's file is handed out."""
    return f"/document/{document.process}/{document.id}"


async def keep_tidy(services: Services, pause: float = _DAY) -> None:
    """Collects what nobody speaks of, at once and then every day; until it is cancelled."""
    while True:
        await to_thread.run_sync(_collect, services)
        await sleep(pause)


def _collect(services: Services) -> None:
    try:
        found = collect(services.register, now=services.clock())
    except (LedgerError, OSError) as error:
        log.error("files not collected", error=str(error))
        return
    if found.files or found.incoming:
        log.info("files collected", files=len(found.files), incoming=found.incoming)
