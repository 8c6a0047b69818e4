"""The route of the live stream (`text/event-stream`)."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ledger.api import examples
from ledger.api.live import Live
from ledger.api.openapi import documented
from ledger.api.services import services_of
from ledger.domain.values import MAX_INT

router = APIRouter(prefix="/api/v1", tags=["server"], default_response_class=Response)
_LAST_WORD = 1.0
"""Seconds that a listener has to take the end of its stream."""


@router.get(
    "/stream",
    responses=documented(examples.STREAM, "busy", media={"text/event-stream": None}),
)
async def stream(
    request: Request,
    process: Annotated[
        str | None, Query(max_length=80, description="Only entries of this process.")
    ] = None,
    after: Annotated[
        int | None,
        Query(ge=-1, le=MAX_INT, description="The last `seq` known; as Last-Event-ID, weaker."),
    ] = None,
    last: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> Response:
    """What is being recorded, as it happens: server-sent events of {seq, process, nth, kind}.

    The id of an event is its `seq`; a browser that lost the connection goes on from there.
    """
    live = services_of(request).live
    live.check_room()
    # What a browser sends by itself is never an error it could not recover from.
    known = int(last) if last and last.isdecimal() and len(last) < 17 else after
    return EventStream(live, known, process)


class EventStream(Response):
    """Sends a listener what it is told, until either side ends it."""

    media_type = "text/event-stream"

    def __init__(self, live: Live, after: int | None, process: str | None) -> None:
        self._live = live
        self._after = after
        self._process = process
        super().__init__(
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams."""
        listener = self._live.join(after=self._after, process=self._process)

        async def tell() -> None:
            async for chunk in self._live.chunks(listener):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})

        async def wait_until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        telling: asyncio.Task[None] | None = None
        gone = asyncio.ensure_future(wait_until_gone())
        try:
            await send(
                {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            )
            telling = listener.task = asyncio.ensure_future(tell())
            await asyncio.wait({telling, gone}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done() and not telling.cancelled() and not gone.done():
                telling.result()
                async with asyncio.timeout(_LAST_WORD):
                    await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            pass  # it no longer reads: the connection is closed without a last word
        finally:
            self._live.leave(listener)
            tasks = [task for task in (telling, gone) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
