"""The pages of the register in one language: its entries, one entry, how to verify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import etag_of
from ledger.domain.entry import parse_entry
from ledger.domain.events import REGISTER
from ledger.service.view import View
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages import ledger


class RegisterPages:
    """The pages of the register. Each endpoint runs in a thread: it may read and render."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.services, self.tongue = desk, desk.services, desk.tongue
        self.queries, self.opened, self.zone = desk.queries, desk.opened, desk.zone

    def table(self) -> list[tuple[str, Endpoint]]:
        """(path, endpoint) of every page."""
        return [
            ("/registre", self.register),
            ("/registre/{seq:int}", self.entry),
            ("/verifier", self.verify),
        ]

    def register(self, request: Request) -> Response:
        """The newest entries; older ones before `?before=`."""
        size = self.queries.version()
        stop = natural(request.query_params.get("before", str(size)), "before")
        stop = min(max(stop, 1), size)

        def values() -> tuple[str, Mapping[str, Any]]:
            start = max(0, stop - ledger.PAGE)
            head = self.queries.head()
            views = self._views(start, stop)
            rows = ledger.rows_of(self.queries, views, self.tongue, start, stop)
            newer = min(stop + ledger.PAGE, size)
            return "register.html", {
                "here": "register",
                "head": head,
                "keys": ledger.key_lines(head),
                "instant": self.tongue.instant(head.at, self.zone),
                "since": self.tongue.recorded(self.opened.at, self.zone),
                "rows": rows,
                "start": stop - 1,
                "older": f"?before={start}" if start else None,
                "newer": None if stop == size else f"?before={newer}" if newer < size else "",
            }

        return self.desk.answer(request, self.desk.register_tag("register", stop), values)

    def entry(self, request: Request) -> Response:
        """One entry."""
        seq = request.path_params["seq"]
        raw, _ = self.queries.entry(seq)
        process = parse_entry(raw).process
        view = None if process == REGISTER else self.desk.view(process, None)
        size = self.queries.version()

        def values() -> tuple[str, Mapping[str, Any]]:
            page = ledger.entry_page(self.queries, view, self.tongue, seq, size)
            return "entry.html", {"here": "register", "page": page}

        last = seq + 1 == size
        if view is None:
            etag = self.desk.register_tag("entry", seq)
        else:
            etag = etag_of(self.services, view, self.tongue.code, "entry", seq, last)
        return self.desk.answer(request, etag, values)

    def verify(self, request: Request) -> Response:
        """How to verify."""

        def values() -> tuple[str, Mapping[str, Any]]:
            site = str(request.base_url).rstrip("/")
            return "verify.html", {"here": "verify", "head": self.queries.head(), "site": site}

        return self.desk.answer(
            request, self.desk.register_tag("verify", str(request.base_url)), values
        )

    def _views(self, start: int, stop: int) -> dict[str, View]:
        """The processes that a run of entries belongs to."""
        rows = self.queries.entries(start=start, limit=stop - start)
        slugs = {parse_entry(data).process for _, data in rows} - {REGISTER}
        return {slug: self.desk.view(slug, None) for slug in slugs}
