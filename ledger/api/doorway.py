"""What holds for every answer, pages and failures included: said once, at the door.

- Whoever reads may read from any site (CORS), without credentials; writing from another
  site's pages is not allowed.
- What is served is what its type says (`nosniff`), loads nothing, names no page that led to it
  and asks for no device. Pages say more of this themselves (`viz.site.headers`).
- Over https, browsers are told to come back over https alone; over http they are told nothing,
  since whoever is on the way could have written it.
- HEAD is GET without the body.
- What was not read of a request to its end is not waited for: the connection is closed.
- A failure becomes its answer here, within reach of all this, and is never shown to the server
  outside, whose log would hold the words of the exception.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.api.problem import failure

STREAM = "/api/v1/stream"
_READING = ("GET", "HEAD")
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, Last-Event-ID, Cache-Control",
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # Public data: any page may show a picture of ours.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_SECURE = {"Strict-Transport-Security": "max-age=31536000"}


class Doorway:
    """Pure ASGI: it holds nothing back, so that streams stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send)
        if scope["method"] == "OPTIONS" and _asks_before_reading(scope):
            preflight = Response(status_code=204, headers=_PREFLIGHT)
            await preflight(scope, visit.receive, visit.send)
            return
        try:
            await self._app(visit.scope, visit.receive, visit.send)
        except Exception as error:  # noqa: BLE001  the edge: whatever happened gets its answer
            answer = failure(Request(scope), error)
            if visit.begun:
                # Half an answer cannot be mended: the connection is broken off, and what the
                # server outside logs of it holds no word of the cause.
                raise BrokenOff from None
            await answer(scope, visit.receive, visit.send)


class BrokenOff(Exception):
    """An answer failed after it had begun."""


class _Visit:
    """One request and its answer, as they pass the door."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._reading = scope["method"] in _READING
        self._silent = scope["method"] == "HEAD" and scope["path"] != STREAM
        self._awaited = any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in scope["headers"]
        )
        self._always = _ALWAYS | (_SECURE if scope.get("scheme") == "https" else {})
        self.scope = {**scope, "method": "GET"} if self._silent else scope
        self.begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            self._awaited = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self._always.items():
                headers.setdefault(name, value)
            if self._reading:
                headers.setdefault("Access-Control-Allow-Origin", "*")
                headers.setdefault("Access-Control-Expose-Headers", "ETag, Link, Location")
            if self._awaited:
                headers["Connection"] = "close"
        elif self._silent:
            message = {**message, "body": b""}
        await self._send(message)


def _asks_before_reading(scope: Scope) -> bool:
    return any(
        name == b"access-control-request-method" and value.upper() in (b"GET", b"HEAD")
        for name, value in scope["headers"]
    )
