"""The page of the city's board in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.board import board_tag
from ledger.domain.board import Asked, gather
from ledger.errors import MalformedError
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages.tableau import tableau_page
from viz.site.past import past_of, size_of


class BoardPages:
    """The board's page. Its endpoint runs in a thread: it may read and render."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.services, self.tongue = desk, desk.services, desk.tongue

    def table(self) -> list[tuple[str, Endpoint]]:
        """(path, endpoint) of every page."""
        return [("/tableau", self.board)]

    def board(self, request: Request) -> Response:
        """What all processes add up to; narrowed by `territory`, `form` and `year`."""
        past = past_of(request, self.desk.queries, self.tongue, self.desk.zone)
        asked = replace(asked_in(request.query_params), size=size_of(past))
        lines = self.services.boards.lines(self.services.today(), size=asked.size)

        def values() -> tuple[str, Mapping[str, Any]]:
            board = gather(lines.all, today=lines.today, asked=asked)
            page = tableau_page(board, self.tongue)
            return "tableau.html", {"here": "board", "page": page, "past": past}

        etag = board_tag(self.services, lines, "page", self.tongue.code, asked)
        return self.desk.answer(request, etag, values)


def asked_in(query: Mapping[str, str]) -> Asked:
    """What the address of a board asks for; an empty value asks for nothing.

    Raises:
        MalformedError: `bad_request`.
    """
    for name, longest in (("territory", 120), ("form", 80)):
        if len(query.get(name, "")) > longest:
            raise MalformedError("bad_request", f"`{name}` is too long", where=name)
    invented = query.get("invented", "")
    if invented not in ("", "0", "1"):
        raise MalformedError("bad_request", "`invented` is 0 or 1", where="invented")
    year = query.get("year", "")
    return Asked(
        territory=query.get("territory") or None,
        form=query.get("form") or None,
        year=natural(year, "year") if year else None,
        invented=invented == "1",
    )
