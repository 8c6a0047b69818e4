"""Routes that read processes: their state, their story, what is owed, and their graph.

Everything here shows openings, so nothing is kept by anyone without asking again; asking is
cheap, since every answer has an ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from ledger.api import examples_process as examples
from ledger.api.caching import RELEASE, REVALIDATE, Bodies, etag_of, tag, unchanged
from ledger.api.files import file_form
from ledger.api.forms import (
    entry_form,
    json_response,
    measure_form,
    plain,
    summary_form,
    unit_form,
    view_form,
)
from ledger.api.openapi import documented
from ledger.api.services import Services, services_of
from ledger.domain.case import Texts
from ledger.domain.entry import Entry
from ledger.domain.values import MAX_INT
from ledger.errors import MalformedError, RefusedError
from ledger.service.threads import tell
from ledger.service.view import View
from viz.draw import dot, graph, select, stations, svg
from viz.draw.words import Codes

router = APIRouter(
    prefix="/api/v1/processes", tags=["processes"], default_response_class=Response
)

Slug = Annotated[str, Path(description="The process.", examples=[examples.SLUG])]
ItemId = Annotated[str, Path(description="An id of the process.", examples=["R1"])]
Size = Annotated[
    int | None,
    Query(ge=1, le=MAX_INT, description="As it was when a checkpoint of this size was signed."),
]
After = Annotated[int, Query(ge=-1, le=MAX_INT, description="Only what has a larger `nth`.")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]

_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("", responses=documented(examples.PROCESSES, "unknown_size"))
def processes(request: Request, size: Size = None) -> Response:
    """Every process, in the order they were opened."""
    services = services_of(request)
    today = services.today()
    views = services.queries.processes(today, size=size)
    origin = services.register.opened.origin
    etag = tag(RELEASE, origin, today, size, [(v.case.process, v.stamp) for v in views])
    known = unchanged(request, etag)
    return known or _fresh({"processes": [summary_form(view) for view in views]}, etag)


@router.get(
    "/{slug}", responses=documented(examples.PROCESS, "unknown_process", "unknown_size")
)
def process(request: Request, slug: Slug, size: Size = None) -> Response:
    """One process whole: what was asked, answered, decided; what is owed; what is amiss.

    Contributions are only counted here; they are listed at `contributions`.
    """
    return _of_view(request, slug, size, lambda _, view: view_form(view))


@router.get(
    "/{slug}/timeline",
    responses=documented(examples.TIMELINE, "unknown_process", "unknown_size"),
)
def timeline(
    request: Request, slug: Slug, after: After = -1, limit: Limit = 100, size: Size = None
) -> Response:
    """The entries of a process in recorded order, with their words.

    `next` is what to give as `after` for the entries that follow; null at the end.
    """

    def form(services: Services, view: View) -> dict[str, Any]:
        found = services.queries.process_entries(slug, after=after, limit=limit + 1, size=size)
        return _paged("entries", found, limit, view)

    return _of_view(request, slug, size, form, "timeline", after, limit)


@router.get(
    "/{slug}/contributions",
    responses=documented(examples.CONTRIBUTIONS, "unknown_process", "unknown_size"),
)
def contributions(
    request: Request, slug: Slug, after: After = -1, limit: Limit = 100, size: Size = None
) -> Response:
    """The contributions of a process in recorded order; paged as the timeline is."""

    def form(services: Services, view: View) -> dict[str, Any]:
        found = services.queries.contributions(slug, after=after, limit=limit + 1, size=size)
        return _paged("contributions", found, limit, view)

    return _of_view(request, slug, size, form, "contributions", after, limit)


@router.get(
    "/{slug}/items/{id}",
    responses=documented(examples.ITEM, "unknown_process", "unknown_item", "unknown_size"),
)
def item(
    request: Request, slug: Slug, id_: Annotated[ItemId, Path(alias="id")], size: Size = None
) -> Response:
    """What bears an id, with the entry that declares it; of units and measures, all that was
    said of them; of documents with a file, its type and size, whether it is kept `here`, and
    the `address` where it is handed out.
    """
    file = file_form(services_of(request), slug, id_)

    def form(services: Services, view: View) -> dict[str, Any]:
        found = services.queries.item(slug, id_, size=size)
        unit, measure = view.case.units.get(id_), view.case.measures.get(id_)
        return {
            "id": id_,
            "sort": found.sort,
            "declared": entry_form(found.entry, {**view.texts, **found.texts}, view.case),
            "unit": unit_form(unit, view) if unit is not None else None,
            "measure": measure_form(measure, view) if measure is not None else None,
            "file": file,
        }

    # The bytes may come, and go, without an entry.
    return _of_view(request, slug, size, form, "item", id_, file)


@router.get(
    "/{slug}/items/{id}/lineage",
    responses=documented(examples.LINEAGE, "unknown_process", "unknown_item", "unknown_size"),
)
def lineage(
    request: Request,
    slug: Slug,
    id_: Annotated[ItemId, Path(alias="id")],
    after: Annotated[
        int, Query(ge=-1, le=MAX_INT, description="Only voices with a larger `seq`.")
    ] = -1,
    limit: Annotated[int, Query(ge=0, le=500, description="At most so many voices.")] = 50,
    size: Size = None,
) -> Response:
    """Where a thing came from and what became of it, across processes, and told.

    `nodes` bear their words, verdict or state and what was said of them; `voices` counts every
    contribution behind the thing and lists a page of them (`next` is the following `after`);
    `untold` names what was counted and not recorded one by one.
    """
    services = services_of(request)
    told = tell(
        services.queries, slug, id_, services.today(), size=size, after=after, page=limit
    )
    # Other processes may add to a thread at any time: its own answer is what it is known by.
    body = plain(told, {})
    etag = tag(RELEASE, "lineage", body)
    return unchanged(request, etag) or _fresh(body, etag)


@router.get(
    "/{slug}/duties", responses=documented(examples.DUTIES, "unknown_process", "unknown_size")
)
def duties(request: Request, slug: Slug, size: Size = None) -> Response:
    """What is owed to citizens in a process, by whom, since when, and whether it came.

    A duty is late only against a date that was announced or a text that binds.
    """
    return _of_view(
        request,
        slug,
        size,
        lambda _, view: {
            "today": view.today.isoformat(),
            "duties": [plain(duty, view.texts) for duty in view.duties],
        },
    )


@router.get(
    "/{slug}/irregularities",
    responses=documented(examples.IRREGULARITIES, "unknown_process", "unknown_size"),
)
def irregularities(request: Request, slug: Slug, size: Size = None) -> Response:
    """What is amiss in a process, each with the entries that show it."""
    return _of_view(
        request,
        slug,
        size,
        lambda _, view: {
            "today": view.today.isoformat(),
            "irregularities": [plain(i, view.texts) for i in view.irregularities],
        },
    )


@router.get(
    "/{slug}/graph",
    responses=documented(
        examples.GRAPH,
        "unknown_process",
        "unknown_item",
        "unknown_size",
        media={"image/svg+xml": "<svg …", "text/vnd.graphviz": "digraph decision {…}"},
    ),
)
def decision_graph(
    request: Request,
    slug: Slug,
    format_: Annotated[Literal["json", "dot", "svg"], Query(alias="format")] = "json",
    level: Annotated[
        Literal["overview", "thread", "full"],
        Query(description="The stages with their counts, the thread of one item, or all."),
    ] = "full",
    item_: Annotated[
        str | None, Query(alias="item", description="Whose thread; only with `level=thread`.")
    ] = None,
    size: Size = None,
) -> Response:
    """The decision as a graph: node-link JSON, DOT, or a picture.

    The overview has no edges: it is a list of stages in JSON, a picture in SVG, and no DOT.
    """
    services = services_of(request)
    if (level == "thread") != (item_ is not None):
        raise MalformedError("bad_request", "`item` goes with level=thread", where="item")
    if level == "overview" and format_ == "dot":
        raise MalformedError("bad_request", "the overview is no DOT graph", where="format")
    view = services.queries.process(slug, services.today(), size=size)
    etag = etag_of(services, view, "graph", size, format_, level, item_)
    known = unchanged(request, etag)
    if known is not None:
        return known
    bodies: Bodies = request.app.state.pictures
    kept = bodies.get(etag)
    if kept is None:
        text, kind = _graph(view, format_, level, item_)
        kept = text.encode(), kind
        bodies.put(etag, *kept)
    body, media = kept
    headers = {
        "ETag": etag,
        "Cache-Control": REVALIDATE,
        "Content-Security-Policy": _PICTURE_POLICY,
    }
    return Response(body, headers=headers, media_type=media)


def _graph(view: View, format_: str, level: str, item_: str | None) -> tuple[str, str]:
    words = Codes()
    whole = graph.build(view.case, view.texts, words)
    if level == "overview":
        stops = select.overview(whole)
        if format_ == "svg":
            return stations.draw_overview(stops, words, title=view.case.title), "image/svg+xml"
        body = json_response({"stages": plain(stops, {})}).body
        return bytes(body).decode(), "application/json"
    drawn = whole
    if item_ is not None:
        try:
            drawn = select.thread(whole, item_)
        except KeyError as error:
            raise RefusedError("unknown_item", f"the graph has no node {item_}") from error
    match format_:
        case "svg":
            return svg.draw(drawn, words, title=view.case.title), "image/svg+xml"
        case "dot":
            return dot.to_dot(drawn, words, title=view.case.title), "text/vnd.graphviz"
    return graph.to_json(drawn), "application/json"


def _paged(
    name: str, found: Sequence[tuple[Entry, Texts]], limit: int, view: View
) -> dict[str, Any]:
    """The first `limit` of what was found, and where to go on if there is more."""
    return {
        name: [
            entry_form(entry, {**view.texts, **texts}, view.case)
            for entry, texts in found[:limit]
        ],
        "next": found[limit - 1][0].nth if len(found) > limit else None,
    }


def _of_view(
    request: Request,
    slug: str,
    size: int | None,
    form: Callable[[Services, View], dict[str, Any]],
    *variant: object,
) -> Response:
    services = services_of(request)
    view = services.queries.process(slug, services.today(), size=size)
    etag = etag_of(services, view, request.url.path, size, *variant)
    return unchanged(request, etag) or _fresh(form(services, view), etag)


def _fresh(value: object, etag: str) -> Response:
    return json_response(value, headers={"ETag": etag, "Cache-Control": REVALIDATE})
