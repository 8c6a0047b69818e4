"""The pages of the register in one language: its entries, one entry, how to verify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import etag_of
from ledger.domain.entry import parse_entry
from ledger.domain.events import REGISTER
from ledger.errors import RefusedError
from ledger.service import erase
from ledger.service.view import View
from viz.site.address import site_of
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages import ledger
from viz.site.past import past_of, size_of, suffix_of


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
        past = past_of(request, self.queries, self.tongue, self.zone)
        size = past.size if past is not None else self.queries.version()
        stop = natural(request.query_params.get("before", str(size)), "before")
        stop = min(max(stop, 1), size)

        def values() -> tuple[str, Mapping[str, Any]]:
            start = max(0, stop - ledger.PAGE)
            head = self.queries.head(size_of(past))
            views = self._views(start, stop, size_of(past))
            suffix = suffix_of(past)
            rows = ledger.rows_of(self.queries, views, self.tongue, start, stop, suffix)
            newer = min(stop + ledger.PAGE, size)
            more = f"&size={size}" if past is not None else ""
            return "register.html", {
                "here": "register",
                "past": past,
                "head": head,
                "keys": ledger.key_lines(head),
                "instant": self.tongue.instant(head.at, self.zone),
                "since": self.tongue.recorded(self.opened.at, self.zone),
                "rows": rows,
                "erasing": erasing,
                "start": stop - 1,
                "older": f"?before={start}{more}" if start else None,
                "newer": None
                if stop == size
                else (f"?before={newer}{more}" if newer < size else suffix),
            }

        erasing = len(erase.pending(self.services.register))
        etag = self.desk.register_tag("register", stop, size_of(past), erasing)
        return self.desk.answer(request, etag, values)

    def entry(self, request: Request) -> Response:
        """One entry."""
        seq = request.path_params["seq"]
        past = past_of(request, self.queries, self.tongue, self.zone)
        size = past.size if past is not None else self.queries.version()
        if seq >= size:
            raise RefusedError("unknown_entry", f"there is no entry {seq}")
        raw, _ = self.queries.entry(seq)
        process = parse_entry(raw).process
        view = None if process == REGISTER else self.desk.view(process, size_of(past))

        def values() -> tuple[str, Mapping[str, Any]]:
            page = ledger.entry_page(
                self.queries, view, self.tongue, seq, size, suffix_of(past)
            )
            shown = {"here": "register", "page": page, "past": past, "erasing": erasing}
            return "entry.html", shown

        last = seq + 1 == size
        erasing = erase.is_pending(self.services.register, seq)
        if view is None:
            etag = self.desk.register_tag("entry", seq, size_of(past), erasing)
        else:
            etag = etag_of(
                self.services,
                view,
                self.tongue.code,
                "entry",
                seq,
                last,
                size_of(past),
                erasing,
            )
        return self.desk.answer(request, etag, values)

    def verify(self, request: Request) -> Response:
        """How to verify."""
        past = past_of(request, self.queries, self.tongue, self.zone)
        site = site_of(request)

        def values() -> tuple[str, Mapping[str, Any]]:
            head = self.queries.head(size_of(past))
            return "verify.html", {"here": "verify", "head": head, "site": site, "past": past}

        etag = self.desk.register_tag("verify", site, size_of(past))
        return self.desk.answer(request, etag, values)

    def _views(self, start: int, stop: int, size: int | None) -> dict[str, View]:
        """The processes that a run of entries belongs to."""
        rows = self.queries.entries(start=start, limit=stop - start)
        slugs = {parse_entry(data).process for _, data in rows} - {REGISTER}
        return {slug: self.desk.view(slug, size) for slug in slugs}
