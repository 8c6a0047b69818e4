"""What holds for every answer, pages included: said once, at the door.

- Whoever reads may read from any site (CORS), without credentials; writing from another
  site's pages is not allowed.
- What is served is what its type says (`nosniff`).
- HEAD is GET without the body.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM = "/api/v1/stream"
_READING = ("GET", "HEAD")
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID, Cache-Control",
    "Access-Control-Max-Age": "86400",
}


class Doorway:
    """Pure ASGI: it holds nothing back, so that streams stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        if method == "OPTIONS" and _asks_before_reading(scope):
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send)
            return
        silent = method == "HEAD" and scope["path"] != STREAM
        if silent:
            scope = {**scope, "method": "GET"}

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if method in _READING:
                    headers.setdefault("Access-Control-Allow-Origin", "*")
                    headers.setdefault("Access-Control-Expose-Headers", "ETag, Link, Location")
            elif silent:
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, tell)


def _asks_before_reading(scope: Scope) -> bool:
    return any(
        name == b"access-control-request-method" and value.upper() in (b"GET", b"HEAD")
        for name, value in scope["headers"]
    )
