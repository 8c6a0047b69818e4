"""The description of the API for machines: examples, errors, forms, written once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ledger.api.problem import ALL_CODES, MEDIA_TYPE
from ledger.domain.draft import Draft

DESCRIPTION = """
A public register of how decisions were reached with citizens. Anyone may read, without a
token and from any site; writing needs a token.

- `seq` is an entry's place in the register, `nth` its place in its process; both begin at 0.
- Dates are as precise as they are known: `2021`, `2021-12`, `2021-12-10`, or two of them with
  a slash.
- Errors are `application/problem+json` (RFC 9457) with a stable `code`; every code is listed
  at `/api/v1/problems`.
- Answers about a process carry an ETag: ask again with `If-None-Match`.
- `/checkpoint`, `/tile/…` and `/entry/{seq}` are a transparency log (C2SP tlog-tiles).

The register is tamper-evident. It does not prove that what is recorded is true, nor that
nothing was left unrecorded outside it.
"""
TAGS = [
    {"name": "processes", "description": "Decisions in the making: their state and story."},
    {"name": "entries", "description": "What was recorded, one statement an entry."},
    {"name": "erasures", "description": "Texts destroyed for a person’s sake."},
    {"name": "proofs", "description": "What anybody can check without trusting the server."},
    {"name": "log", "description": "The register as a transparency log."},
    {"name": "accounts", "description": "Who may write, and what."},
    {"name": "proposals", "description": "What one account proposes and another confirms."},
    {"name": "server", "description": "Live events, health, error codes."},
]
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For a person."},
        "code": {"type": "string", "enum": sorted(ALL_CODES)},
        "where": {"type": "string", "description": "Which part of the input is meant."},
        "instance": {"type": "string", "format": "uri-reference"},
    },
}


def documented(
    example: object,
    *codes: str,
    status: int = 200,
    media: Mapping[str, str | None] | None = None,
    also: Mapping[int, str] | None = None,
) -> dict[int | str, dict[str, Any]]:
    """The answers of a route, for its description.

    Args:
        example: A good answer: of `application/json`, or of the media types that have none.
        codes: The errors that are likely; any other has the form of `default`.
        media: Other types of a good answer; each its own example, or None for `example`.
        also: Other good statuses.
    """
    content: dict[str, Any] = {}
    if example is not None and (media is None or None not in media.values()):
        content["application/json"] = {"schema": {"type": "object"}, "example": example}
    for type_, own in (media or {}).items():
        content[type_] = {
            "schema": {"type": "string"},
            "example": example if own is None else own,
        }
    answers: dict[int | str, dict[str, Any]] = {
        status: {"description": "Done.", "content": content}
    }
    for other, description in (also or {}).items():
        answers[other] = {"description": description, "content": content}
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(ALL_CODES[code].status, []).append(code)
    for refused, together in by_status.items():
        answers[refused] = {
            "description": " ".join(ALL_CODES[code].title for code in together),
            "content": {MEDIA_TYPE: {"schema": _REF, "examples": _examples(together)}},
        }
    answers["default"] = {
        "description": "Any other error.",
        "content": {MEDIA_TYPE: {"schema": _REF, "examples": _examples(["bad_request"])}},
    }
    return answers


def describe(app: FastAPI) -> None:
    """Makes `app.openapi()` describe the routes that want to be, with the forms they use."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            draft = Draft.model_json_schema(ref_template="#/components/schemas/{model}")
            parts = schema.setdefault("components", {})
            forms = parts.setdefault("schemas", {})
            forms.update({**draft.pop("$defs", {}), "Draft": draft, "Problem": _PROBLEM})
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


_REF = {"$ref": "#/components/schemas/Problem"}


def _examples(codes: list[str]) -> dict[str, Any]:
    return {
        code: {
            "value": {
                "type": f"/api/v1/problems/{code}",
                "title": ALL_CODES[code].title,
                "status": ALL_CODES[code].status,
                "detail": "What is wrong, and what would be right.",
                "code": code,
                "instance": "/api/v1/…",
            }
        }
        for code in codes
    }
