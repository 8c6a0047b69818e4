"""The route that compares two checkpoints of one process."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ledger.api import examples_process as examples
from ledger.api.caching import REVALIDATE, etag_of, unchanged
from ledger.api.forms import json_response, plain
from ledger.api.openapi import documented
from ledger.api.processes import Size, Slug
from ledger.api.services import services_of
from ledger.domain.values import MAX_INT
from ledger.service.compare import Changed

router = APIRouter(
    prefix="/api/v1/processes", tags=["processes"], default_response_class=Response
)


@router.get(
    "/{slug}/changes",
    responses=documented(examples.CHANGES, "unknown_process", "unknown_size", "bad_request"),
)
def changes(
    request: Request,
    slug: Slug,
    since: Annotated[
        int,
        Query(
            ge=0, le=MAX_INT, description="Of an earlier checkpoint; 0 is before everything."
        ),
    ],
    size: Size = None,
) -> Response:
    """What changed in a process between two checkpoints: what was added, what reads otherwise
    now, what is newly owed, met or past due, what does or does not hold any more.
    """
    services = services_of(request)
    found = services.queries.changes(slug, services.today(), since=since, size=size)
    etag = etag_of(services, found.after, request.url.path, since, found.after.size)
    headers = {"ETag": etag, "Cache-Control": REVALIDATE}
    return unchanged(request, etag) or json_response(changes_form(found), headers=headers)


def changes_form(found: Changed) -> dict[str, Any]:
    """Two states of a process, the days they are judged on, and each difference."""
    before = found.before
    return {
        "since": found.since,
        "size": found.after.size,
        "opened": before is not None,
        "days": [plain(before.today, {}) if before else None, plain(found.after.today, {})],
        "changes": [
            {
                "code": change.code,
                "group": change.group,
                "subject": change.subject,
                "entries": list(change.entries),
                "facts": plain(change.facts, {}),
            }
            for change in found.changes
        ],
    }
