"""Reads what a client sends: no more than is allowed, and as JSON in the ledger's profile.

The body is refused by its declared length before a byte of it is read, and while it streams
in when no length, or a false one, was declared; a body that trickles in is not waited for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ledger.core.canonical import MAX_DEPTH, loads
from ledger.errors import MalformedError

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PACE = 64 * 1024
"""Bytes of a body that buy it one more second."""


async def read_body(request: Request, limit: int, *, patience: float) -> bytes:
    """The body of a request.

    Args:
        limit: The most bytes it may have.
        patience: Seconds that it may take, beside one for each 64 KiB that came in.

    Raises:
        MalformedError: `too_large`; `bad_request`: the client left before its end.
        HTTPException: 408: it came in too slowly.
    """
    check_length(request, limit, _too_large)
    chunks, size = [], 0
    async for chunk in pieces(request, patience=patience):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


async def pieces(request: Request, *, patience: float) -> AsyncIterator[bytes]:
    """The body of a request as it comes in, of whatever length; for the rest as `read_body`.

    Raises:
        MalformedError: `bad_request`: the client left before its end.
        HTTPException: 408: it came in too slowly.
    """
    stream, size = request.stream(), 0
    begun = asyncio.get_running_loop().time()
    while True:
        try:
            async with asyncio.timeout_at(begun + patience + size / _PACE):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except ClientDisconnect as error:
            raise MalformedError("bad_request", "the request ended before its body") from error
        except TimeoutError as error:
            raise HTTPException(408, "the body came in too slowly") from error
        size += len(piece)
        yield piece


def check_length(
    request: Request, limit: int, refusal: Callable[[int], MalformedError]
) -> None:
    """Checks the length that a request declares; one that declares none is counted.

    Raises:
        MalformedError: `too_large`.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 15 or int(declared) > limit):
        raise refusal(limit)


def parse_drafts(body: bytes) -> list[object]:
    """The drafts in the body of a request: `{"drafts": […]}`.

    Raises:
        MalformedError: as `loads`; `bad_request` for another form.
    """
    # A draft may be as deep as an entry, and stands in an array in an object.
    value = loads(body, max_depth=MAX_DEPTH + 2)
    if not isinstance(value, dict) or value.keys() != {"drafts"}:
        raise MalformedError("bad_request", 'send an object with one key: {"drafts": […]}')
    drafts = value["drafts"]
    if not isinstance(drafts, list):
        raise MalformedError("bad_request", "the drafts are an array", where="/drafts")
    return list(drafts)


def check_key(key: str | None) -> None:
    """Checks the form of an idempotency key.

    Raises:
        MalformedError: `bad_request`.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise MalformedError(
            "bad_request",
            "an idempotency key has 1 to 255 visible ASCII characters",
            where="header Idempotency-Key",
        )


def _too_large(limit: int) -> MalformedError:
    return MalformedError("too_large", f"a request has at most {limit} bytes")
