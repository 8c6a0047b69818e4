"""What stands between the network and the routes: how often, how long, and for which host.

Refused here, before a route is looked for or a token checked:

| what | answer |
|---|---|
| an address (path and query) over 8 KiB, more than 100 headers, headers over 32 KiB | 413 |
| a `Host` that is none of the names of this site, where names are set | 400 |
| more requests than one client is allowed (`Rates`) | 429 with `Retry-After` |
| more open streams than one client is allowed | 429 |

A client is an address (of IPv6 the /64): the one that connects, or the one that a proxy on this
machine names (`filrouge serve --behind-proxy`). Writes are counted by token.

Why the defaults are what they are: an embed asks twice a minute (`embed.js`), and four times
where a site has it ask every 15 seconds. A class of 30 pupils behind one address, each with a
page of 10 embeds, makes 30 x 10 x 4 = 1,200 requests a minute, most of them answered 304; as
many again for the pages they open still fit into `reads`, 3,000 a minute.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.api.allowance import Allowances, Guesses, client_of
from ledger.api.problem import problem_of, tell
from ledger.api.services import Clock, Rates
from ledger.errors import LedgerError, MalformedError, RefusedError

STREAM = "/api/v1/stream"
MAX_ADDRESS = 8 * 1024
MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
_FREE = re.compile(r"/healthz|/static/.*|/favicon\.ico|/robots\.txt")
"""Kept by every cache, or asked by those who watch over the server."""
_HEAVY = re.compile(
    r"/api/v1/(?:processes|board(?:\.csv)?|contributions)"
    r"|/api/v1/processes/[^/]+/(?:graph|changes|items/[^/]+/lineage)"
    r"|(?:/en)?/(?:tableau|ma-contribution)"
    r"|(?:/en)?/p/[^/]+/(?:changes|[^/]+/voix)"
)
"""What folds many processes, searches the vault or draws."""
_PAST = frozenset({b"size", b"since"})
"""The past is folded anew for whoever asks first."""


class Shield:
    """Pure ASGI: it holds nothing back, so that streams stream."""

    def __init__(
        self, app: ASGIApp, *, rates: Rates, clock: Clock, hosts: tuple[str, ...] = ()
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._allowances = Allowances(rates, clock)
        self._guesses = Guesses(self._allowances)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_size(scope)
            free = bool(_FREE.fullmatch(scope["path"]))
            if not free:
                self._check_host(scope)
        except LedgerError as error:
            await _refuse(error, 0, scope, receive, send)
            return
        if free:
            await self._app(scope, receive, send)
            return
        who = client_of(scope["client"][0] if scope.get("client") else "")
        token = _credential(_header(scope, b"authorization"))
        wait = self._wait(scope, who, token)
        if wait:
            await _refuse(_too_many(wait), wait, scope, receive, send)
        elif token:
            await self._watched(who, token, scope, receive, send)
        elif scope["path"] == STREAM and scope["method"] == "GET":
            await self._counted(who, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _wait(self, scope: Scope, who: str, token: bytes) -> int:
        """The seconds that a client has to wait; 0 if it may go on."""
        if token and (wait := self._guesses.begin(who, token)):
            return wait
        wait = self._take(scope, who, token)
        if token and wait:
            self._guesses.end(who, token, wrong=None)
        return wait

    def _take(self, scope: Scope, who: str, token: bytes) -> int:
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            # Nobody's writes are counted against a token that was never sent.
            writer = self._guesses.name(token) if token else who
            return self._allowances.take("writes", writer)
        heavy = _HEAVY.fullmatch(scope["path"]) or _asks_past(scope["query_string"])
        return self._allowances.take("heavy" if heavy else "reads", who)

    async def _watched(
        self, who: str, token: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Lets a request through that shows a token, and notes whether it was good."""
        status = 0
        # Routes for everybody look at no token: what they answer says nothing of it.
        state = scope.setdefault("state", {})

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if scope["path"] == STREAM and scope["method"] == "GET":
                await self._counted(who, scope, receive, note)
            else:
                await self._app(scope, receive, note)
        finally:
            good = False if "account" in state else None
            self._guesses.end(who, token, wrong=True if status == 401 else good)

    async def _counted(self, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a stream through if its client has not too many open."""
        if not self._allowances.open_stream(who):
            error = RefusedError("too_many_requests", "too many streams are open from here")
            await _refuse(error, 30, scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._allowances.close_stream(who)

    def _check_host(self, scope: Scope) -> None:
        if not self._hosts:
            return
        name = _header(scope, b"host").decode("latin-1").lower()
        if name not in self._hosts:
            raise MalformedError("bad_request", "this is not a name of this site", where="Host")


def check_size(scope: Scope) -> None:
    """Checks that address and headers of a request are of a sane size.

    Raises:
        MalformedError: `too_large`.
    """
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    if len(path) + len(scope["query_string"]) > MAX_ADDRESS:
        raise MalformedError("too_large", f"an address has at most {MAX_ADDRESS} bytes")
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS:
        raise MalformedError("too_large", f"a request has at most {MAX_HEADERS} headers")
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES:
        raise MalformedError("too_large", f"headers have at most {MAX_HEADER_BYTES} bytes")


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _credential(header: bytes) -> bytes:
    """What is counted: the token, however its scheme is spelt."""
    scheme, _, token = header.partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else header


def _asks_past(query: bytes) -> bool:
    return any(name in _PAST for name, _ in parse_qsl(query, keep_blank_values=True))


def _too_many(wait: int) -> RefusedError:
    return RefusedError("too_many_requests", f"ask again in {wait} seconds")


async def _refuse(
    error: LedgerError, wait: int, scope: Scope, receive: Receive, send: Send
) -> None:
    request = Request(scope)
    problem = problem_of(error, request)
    if wait:
        problem = replace(problem, headers={**problem.headers, "Retry-After": str(wait)})
    await tell(request, problem)(scope, receive, send)
