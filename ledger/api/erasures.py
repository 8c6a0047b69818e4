"""The routes that destroy texts for a person's sake, and tell what is not finished yet."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from ledger.api import examples
from ledger.api.authority import needs
from ledger.api.caching import NEVER
from ledger.api.forms import json_response
from ledger.api.limits import read_body
from ledger.api.openapi import documented
from ledger.api.services import Services, services_of
from ledger.core.canonical import loads
from ledger.domain.accounts import Account
from ledger.domain.draft import Subject
from ledger.domain.entry import validated
from ledger.domain.values import Id, Many, Maybe, Model, On, Seq, Slug
from ledger.domain.words import Basis
from ledger.errors import MalformedError
from ledger.service import erasable, erase
from ledger.service.authority import authority_of
from ledger.service.erasable import Choice
from ledger.service.subjects import digest_of

router = APIRouter(prefix="/api/v1", tags=["erasures"], default_response_class=Response)
_LONGEST = 65_536
"""Bytes of a request."""
_Path = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Asked(Model):
    """Which texts to erase, and why: of one entry (`process` and `id`, or `seq`), or of one
    `subject`.
    """

    basis: Basis
    requested: Maybe[On] = None
    process: Maybe[Slug] = None
    id: Maybe[Id] = None
    seq: Maybe[Seq] = None
    paths: Maybe[Annotated[Many[_Path], Field(min_length=1)] | Literal["all"]] = None
    subject: Maybe[Subject] = None


@router.post(
    "/erasures",
    status_code=201,
    responses=documented(
        examples.ERASED,
        "not_json",
        "bad_request",
        "unauthorized",
        "forbidden",
        "unknown_entry",
        "unknown_item",
        "unknown_reference",
        "too_large",
        "busy",
        status=201,
        also={202: "Erased, and nobody reads the texts any more; the files are being cleaned."},
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": Asked.model_json_schema(),
                    "example": examples.ERASURE,
                }
            },
        },
    },
)
async def erase_texts(
    request: Request, account: Annotated[Account, needs("erase")]
) -> Response:
    """Destroy texts for a person's sake: all that are asked for, or none.

    `paths` are those of one entry, short as `author` or whole as `/body/author`, or `"all"`;
    what corrections put in their place goes too. `subject` has every text of a person erased,
    in every process. The answer names the entries and paths, never the words.
    """
    services = services_of(request)
    limits = services.limits
    body = await read_body(request, min(_LONGEST, limits.body), patience=limits.patience)
    pens: CapacityLimiter = request.app.state.pens
    return await to_thread.run_sync(_erase, services, body, account.name, limiter=pens)


def _erase(services: Services, body: bytes, account: str) -> Response:
    register, now = services.register, services.clock()
    try:
        asked = validated(Asked, loads(body), "")
    except MalformedError as error:
        code = error.code if error.code == "not_json" else "bad_request"
        raise MalformedError(code, error.message, where=error.where) from error
    erased = erase.erase_chosen(
        register,
        _choice(services, asked),
        erase.Act(asked.basis, asked.requested, account, now),
        append=services.writer.append,
        authority=authority_of(register, account, now=now),
    )
    services.live.wake()
    form = {
        "first": erased.written.first,
        "last": erased.written.stop - 1,
        "checkpoint": erased.written.checkpoint.decode(),
        "texts": [target.told() for target in erased.targets],
        "finished": erased.finished,
    }
    status = 201 if erased.finished else 202
    return json_response(form, status=status, headers={"Cache-Control": NEVER})


def _choice(services: Services, asked: Asked) -> Choice:
    register = services.register
    by_id = asked.process is not None and asked.id is not None
    half = (asked.process is None) != (asked.id is None)
    if half or [by_id, asked.seq is not None, asked.subject is not None].count(True) != 1:
        message = "name one entry by `process` and `id` or by `seq`, or a `subject`"
        raise MalformedError("bad_request", message)
    if (asked.subject is None) != (asked.paths is not None):
        raise MalformedError("bad_request", "`paths` go with an entry, not with a subject")
    if asked.subject is not None:
        return erasable.of_subject(digest_of(register, asked.subject))
    seq = asked.seq
    if asked.process is not None and asked.id is not None:
        seq = erasable.seq_of(register, asked.process, asked.id)
    assert seq is not None
    paths = asked.paths
    return erasable.of_entry(seq, None if paths is None or paths == "all" else list(paths))


@router.get(
    "/erasures",
    responses=documented(examples.PENDING, "unauthorized", "forbidden"),
    dependencies=[needs("inspect")],
)
async def pending(request: Request) -> Response:
    """The erasures that are public and whose last bytes are still being removed."""
    rows = erase.pending(services_of(request).register)
    form: dict[str, Any] = {"pending": [row._asdict() for row in rows]}
    return json_response(form, headers={"Cache-Control": NEVER})
