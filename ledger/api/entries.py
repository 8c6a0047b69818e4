"""Routes over the register as a whole: entries, receipts, proofs, checkpoints, keys."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from ledger.api import examples
from ledger.api.caching import BRIEF, IMMUTABLE, MOVING
from ledger.api.forms import entry_form, json_response, plain
from ledger.api.openapi import documented
from ledger.api.problem import ALL_CODES
from ledger.api.services import services_of
from ledger.core.checkpoint import Receipt, encode_receipt
from ledger.domain.entry import parse_entry
from ledger.domain.events import RegisterOpened
from ledger.domain.values import MAX_INT
from ledger.errors import Code, RefusedError
from ledger.service import keyring
from ledger.service.query import checkpoint_in
from ledger.service.register import trusted_keys

router = APIRouter(prefix="/api/v1", default_response_class=Response)

Seq = Annotated[
    int, Path(ge=0, le=MAX_INT, description="Place in the register, from 0.", examples=[0])
]
Size = Annotated[
    int | None,
    Query(ge=1, le=MAX_INT, description="Of a signed checkpoint; the newest by default."),
]


@router.get("/entries", tags=["entries"], responses=documented(examples.ENTRIES))
async def entries(
    request: Request,
    start: Annotated[int, Query(ge=0, le=MAX_INT, description="The first `seq`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many.")] = 100,
) -> Response:
    """Entries as they were hashed, by `seq`; what is sealed stays sealed.

    `entry` is spliced in byte for byte: its canonical form is also at `/entry/{seq}`.
    """
    rows = services_of(request).queries.entries(start=start, limit=limit)
    listed = b",".join(b'{"seq":%d,"entry":%b}' % row for row in rows)
    following = b"%d" % (start + limit) if len(rows) == limit else b"null"
    cache = IMMUTABLE if len(rows) == limit else MOVING
    return Response(
        b'{"entries":[%b],"next":%b}' % (listed, following),
        headers={"Cache-Control": cache},
        media_type="application/json",
    )


@router.get(
    "/entries/{seq}", tags=["entries"], responses=documented(examples.ENTRY, "unknown_entry")
)
async def entry(request: Request, seq: Seq) -> Response:
    """One entry with its words, as far as they are public and were not erased."""
    found, texts = services_of(request).queries.read_entry(seq)
    return json_response(entry_form(found, texts), headers={"Cache-Control": BRIEF})


@router.get(
    "/entries/{seq}/receipt",
    tags=["proofs"],
    responses=documented(examples.RECEIPT, "unknown_size", media={"text/plain": None}),
)
async def receipt(request: Request, seq: Seq, size: Size = None) -> Response:
    """The receipt of an entry (C2SP tlog-proof): checks offline, with the log's keys alone."""
    proof, signed = services_of(request).queries.inclusion(seq, size)
    headers = {
        "Cache-Control": MOVING if size is None else IMMUTABLE,
        "Content-Disposition": f'attachment; filename="entry-{seq}.tlog-proof"',
    }
    body = encode_receipt(Receipt(seq, tuple(proof), signed))
    return Response(body, headers=headers, media_type="text/plain; charset=utf-8")


@router.get(
    "/proofs/inclusion",
    tags=["proofs"],
    responses=documented(examples.INCLUSION, "unknown_size", "bad_proof"),
)
async def inclusion(
    request: Request,
    seq: Annotated[int, Query(ge=0, le=MAX_INT, description="The entry.")],
    size: Size = None,
) -> Response:
    """The proof that an entry is in the tree of a checkpoint; digests from the leaf upwards."""
    proof, signed = services_of(request).queries.inclusion(seq, size)
    return json_response(
        inclusion_form(seq, proof, signed),
        headers={"Cache-Control": MOVING if size is None else IMMUTABLE},
    )


@router.get(
    "/proofs/consistency",
    tags=["proofs"],
    responses=documented(examples.CONSISTENCY, "unknown_size", "bad_proof"),
)
async def consistency(
    request: Request,
    from_: Annotated[
        int, Query(alias="from", ge=1, le=MAX_INT, description="The smaller size.")
    ],
    to: Size = None,
) -> Response:
    """The proof that one tree grew from another: that nothing in it was changed."""
    proof, signed = services_of(request).queries.consistency(from_, to)
    form = {
        "from": from_,
        "to": checkpoint_in(signed).size,
        "proof": plain(proof, {}),
        "checkpoint": signed.decode(),
    }
    return json_response(form, headers={"Cache-Control": MOVING if to is None else IMMUTABLE})


@router.get(
    "/checkpoint",
    tags=["proofs"],
    responses=documented(examples.CHECKPOINT, "unknown_size"),
)
async def checkpoint(request: Request, size: Size = None) -> Response:
    """Where the register stands, and the checkpoint that says so, signed."""
    queries = services_of(request).queries
    signed = queries.checkpoint(size)
    said = checkpoint_in(signed)
    at = parse_entry(queries.entry(said.size - 1)[0]).at
    form = {
        "origin": said.origin,
        "size": said.size,
        "root": plain(said.root, {}),
        "at": plain(at, {}),
        "note": signed.decode(),
    }
    return json_response(form, headers={"Cache-Control": MOVING if size is None else IMMUTABLE})


@router.get("/keys", tags=["proofs"], responses=documented(examples.KEYS))
def keys(request: Request) -> Response:
    """The keys that the register was opened with, verifier keys for tools, and the keys of
    those who sign their own statements: whose they are, and whether they were revoked.

    Whoever takes them from here trusts this server for them: compare them with those printed
    elsewhere.
    """
    services = services_of(request)
    opened = parse_entry(services.queries.entry(0)[0]).body
    assert isinstance(opened, RegisterOpened)
    form = {
        "origin": opened.origin,
        "authority": opened.authority,
        "verifier_keys": [str(v.key) for v in trusted_keys(services.register.data)],
        "keys": plain(opened.keys, {}),
        "statement_keys": [keyring.told(key) for key in keyring.listed(services.register)],
    }
    return json_response(form, headers={"Cache-Control": BRIEF})


@router.get("/problems", tags=["server"], responses=documented(examples.PROBLEMS))
async def problems() -> Response:
    """Every error code, with its HTTP status and title."""
    forms = [_code_form(code, *ALL_CODES[code]) for code in sorted(ALL_CODES)]
    return json_response({"problems": forms}, headers={"Cache-Control": BRIEF})


@router.get(
    "/problems/{code}", tags=["server"], responses=documented(examples.PROBLEM, "not_found")
)
async def problem(
    code: Annotated[str, Path(description="An error code.", examples=["bad_date"])],
) -> Response:
    """One error code: what `type` in a problem document leads to."""
    known: Code | None = ALL_CODES.get(code)
    if known is None:
        raise RefusedError("not_found", "there is no such error code")
    return json_response(_code_form(code, *known), headers={"Cache-Control": BRIEF})


def inclusion_form(seq: int, proof: list[bytes], signed: bytes) -> dict[str, Any]:
    """An inclusion proof with the checkpoint it leads to."""
    return {
        "index": seq,
        "size": checkpoint_in(signed).size,
        "proof": plain(proof, {}),
        "checkpoint": signed.decode(),
    }


def _code_form(code: str, status: int, title: str) -> dict[str, Any]:
    return {"code": code, "status": status, "title": title}
