"""Routes of the city's board: what all processes add up to, and a table of them.

Real processes and invented ones never add up together: `invented=1` asks for the others.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.api import examples_board as examples
from ledger.api.board_forms import COLUMNS, board_form, table_of
from ledger.api.caching import RELEASE, REVALIDATE, tag, unchanged
from ledger.api.forms import BASE, json_response
from ledger.api.openapi import documented
from ledger.api.processes import Size
from ledger.api.services import Services, services_of
from ledger.domain.board import Asked, gather
from ledger.service.board import Lines

router = APIRouter(prefix=f"{BASE}/board", tags=["processes"], default_response_class=Response)


def asked_of(
    territory: Annotated[
        str | None, Query(max_length=120, description="Only processes of this territory.")
    ] = None,
    form: Annotated[
        str | None, Query(max_length=80, description="Only under this procedure, by its name.")
    ] = None,
    year: Annotated[
        int | None, Query(ge=1, le=9999, description="Only those opened in this year.")
    ] = None,
    invented: Annotated[
        bool, Query(description="The invented processes instead of the real ones.")
    ] = False,
    size: Size = None,
) -> Asked:
    """What a reader asks for; an empty text is not asked for."""
    return Asked(territory or None, form or None, year, invented, size)


Wanted = Annotated[Asked, Depends(asked_of)]


@router.get("", responses=documented(examples.BOARD, "bad_request", "unknown_size", "busy"))
def board(request: Request, asked: Wanted) -> Response:
    """What all processes add up to: what is owed, answered, done, and left in silence.

    Days are the smallest possible numbers, `exact` says whether they are more than that. Of
    what is past due, `days` have passed since the day that somebody announced or a text sets.
    """
    services = services_of(request)
    lines = services.boards.lines(services.today(), size=asked.size)
    etag = board_tag(services, lines, "json", asked)
    known = unchanged(request, etag)
    if known is not None:
        return known
    made = gather(lines.all, today=lines.today, asked=asked)
    form = board_form(made) | {"reconstruction": services.register.opened.reconstruction}
    return json_response(form, headers={"ETag": etag, "Cache-Control": REVALIDATE})


@router.get(
    ".csv",
    responses=documented(
        None, "bad_request", "unknown_size", "busy", media={"text/csv": examples.table(COLUMNS)}
    ),
)
def board_csv(request: Request, asked: Wanted) -> Response:
    """The same as a table: one line for each process, below a header.

    RFC 4180 in UTF-8. A cell that a spreadsheet would run as a formula begins with `'`.
    """
    services = services_of(request)
    lines = services.boards.lines(services.today(), size=asked.size)
    etag = board_tag(services, lines, "csv", asked)
    known = unchanged(request, etag)
    if known is not None:
        return known
    headers = {
        "ETag": etag,
        "Cache-Control": REVALIDATE,
        "Content-Disposition": 'attachment; filename="tableau.csv"',
    }
    body = table_of(gather(lines.all, today=lines.today, asked=asked))
    return Response(body, headers=headers, media_type="text/csv; charset=utf-8")


def board_tag(services: Services, lines: Lines, *variant: object) -> str:
    """The ETag of whatever shows the board: it changes with every entry, and with the day."""
    origin = services.register.opened.origin
    return tag(RELEASE, origin, "board", lines.size, lines.today, *variant)
