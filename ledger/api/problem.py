"""Every error as `application/problem+json`, made from the one table in `ledger.errors`.

    {"type":"/api/v1/problems/unknown_reference","title":"The statement refers to …",
     "status":409,"detail":"nothing is called R99","code":"unknown_reference",
     "where":"/drafts/3/body/unit","instance":"/api/v1/entries#/drafts/3/body/unit"}

`code` is for machines, `detail` for people, `where` says which part of the input is meant. An
unforeseen failure says nothing of itself but the id under which it was logged, and the log
nothing but where it happened.

Source: RFC 9457, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.errors import CODES, Code, LedgerError, MalformedError, RefusedError
from ledger.service.tracing import origin_of

MEDIA_TYPE = "application/problem+json"
MACHINES = ("/api/", "/checkpoint", "/entry/", "/opening/", "/tile/", "/healthz")
"""Paths that are always answered in this form; elsewhere pages may say it their way."""
HTTP_CODES = {
    "method_not_allowed": Code(405, "This address takes other methods."),
    "too_slow": Code(408, "The request took too long to come in."),
    "failure": Code(500, "The server failed."),
}
"""What can only go wrong over HTTP."""
ALL_CODES = CODES | HTTP_CODES

log = structlog.get_logger("ledger.api")


@dataclass(frozen=True, slots=True)
class Problem:
    """One error, ready to be told."""

    status: int
    code: str
    title: str
    detail: str
    where: str
    instance: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, Any]:
        """The members of the problem document."""
        members = {
            "type": f"/api/v1/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "instance": self.instance,
        }
        return {**members, "where": self.where} if self.where else members

    def response(self) -> Response:
        """The problem as an answer to a machine."""
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(
            orjson.dumps(self.members()),
            self.status,
            {**headers, **self.headers},
            media_type=MEDIA_TYPE,
        )


Page = Callable[[Request, Problem], Response]
"""Tells a problem to a person: set as `app.state.problem_page` by whoever adds pages."""


def problem_of(error: LedgerError, request: Request) -> Problem:
    """The problem that an error of the tree is to whoever asked."""
    path = _address(request)
    return Problem(
        error.status,
        error.code,
        error.title,
        error.message,
        error.where,
        f"{path}#{error.where}" if error.where.startswith("/") else path,
        _headers(error.status),
    )


def tell(request: Request, problem: Problem) -> Response:
    """A problem as whoever asked can read it: a page for people, where pages were added."""
    page: Page | None = getattr(request.app.state, "problem_page", None)
    if page is None or request.scope["path"].startswith(MACHINES):
        return problem.response()
    return page(request, problem)


def failure(request: Request, error: Exception) -> Response:
    """The answer to an unforeseen failure, which is logged under an id.

    Neither says what the exception says: its words may be those that somebody sent.
    """
    id_ = str(uuid4())
    log.error("request failed", id=id_, path=request.scope["path"], **origin_of(error))
    detail = f"Something went wrong here; it was logged under {id_}."
    status, title = HTTP_CODES["failure"]
    return tell(request, Problem(status, "failure", title, detail, "", f"urn:uuid:{id_}"))


def install_problems(app: FastAPI) -> None:
    """Makes every error of `app` a problem, or a page where pages were added."""

    async def ledger_error(request: Request, error: Exception) -> Response:
        error = cast(LedgerError, error)
        if error.status == 500:
            path = request.scope["path"]
            log.error("tampered", code=error.code, message=str(error), path=path)
        return tell(request, problem_of(error, request))

    async def bad_parameter(request: Request, error: Exception) -> Response:
        return tell(request, problem_of(_bad_parameter(error), request))

    async def http_error(request: Request, error: Exception) -> Response:
        error = cast(HTTPException, error)
        if error.status_code == 404:
            return tell(request, problem_of(RefusedError("not_found", _NOTHING), request))
        status, path = error.status_code, _address(request)
        code = _CODE_OF.get(status, "bad_request")
        headers = {**_headers(status), **(error.headers or {})}
        title = ALL_CODES[code].title
        return tell(request, Problem(status, code, title, error.detail, "", path, headers))

    app.add_exception_handler(LedgerError, ledger_error)
    app.add_exception_handler(RequestValidationError, bad_parameter)
    app.add_exception_handler(HTTPException, http_error)


_CODE_OF = {405: "method_not_allowed", 408: "too_slow"}
_NOTHING = "There is nothing at this address."


def _address(request: Request) -> str:
    """The path that was asked for, as a reference that may stand in a link."""
    return quote(request.scope["path"], errors="replace")


def _bad_parameter(error: Exception) -> MalformedError:
    fault = cast(RequestValidationError, error).errors()[0]
    place, *rest = (str(part) for part in fault["loc"])
    where = f"{place} parameter {'/'.join(rest)}" if rest else place
    return MalformedError("bad_request", fault["msg"], where=where)


def _headers(status: int) -> dict[str, str]:
    match status:
        case 401:
            return {"WWW-Authenticate": 'Bearer realm="filrouge"'}
        case 408 | 413:
            # The rest of the request is not read: nothing can follow it on this connection.
            return {"Connection": "close"}
        case 503:
            return {"Retry-After": "2"}
    return {}
