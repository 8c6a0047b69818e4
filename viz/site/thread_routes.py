"""The voices behind a thing, and « Ma contribution est-elle au registre ? »."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import tag
from ledger.errors import MalformedError
from ledger.service.references import LONGEST, contributions_called, parse_reference
from ledger.service.threads import tell
from viz.site import headers
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages.threads import line_of, thread_page
from viz.site.past import past_of, size_of, suffix_of

_LISTED = 50
"""Voices on one page."""
_MATCHES = 20
"""Contributions of one reference on one page."""


class ThreadPages:
    """Each endpoint runs in a thread: it may read and render."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.services, self.tongue = desk, desk.services, desk.tongue
        self.queries = desk.queries

    def table(self) -> list[tuple[str, Endpoint]]:
        """(path, endpoint) of every page."""
        return [("/p/{process}/{id}/voix", self.voices), ("/ma-contribution", self.mine)]

    def voices(self, request: Request) -> Response:
        """Every contribution behind a thing, a page at a time."""
        slug, id_ = request.path_params["process"], request.path_params["id"]
        asked = request.query_params
        past = past_of(request, self.queries, self.tongue, self.desk.zone)
        size, suffix = size_of(past), suffix_of(past)
        view = self.desk.view(slug, size)
        after = natural(asked.get("after", "0"), "after") or -1
        told = tell(
            self.queries, slug, id_, self.services.today(), size=size, after=after, page=_LISTED
        )

        def values() -> tuple[str, Mapping[str, Any]]:
            page = thread_page(told, self.tongue, suffix)
            here = f"{self.tongue.prefix}/p/{slug}/{id_}"
            more = told.voices.next
            query = {"size": str(size)} if size is not None else {}
            return "voices.html", {
                "page": page,
                "past": past,
                "focus": line_of(told.focus, told, self.tongue, suffix),
                "process": view.case.title,
                "illustrative": told.focus.illustrative,
                "lines": [
                    line_of(piece, told, self.tongue, suffix)
                    for piece in told.voices.contributions
                ],
                "item_href": here + suffix,
                "process_href": f"{self.tongue.prefix}/p/{slug}{suffix}",
                "first": f"{here}/voix{suffix}" if after > 0 else None,
                "next": f"?{urlencode({**query, 'after': more})}" if more is not None else None,
            }

        # What it shows is what it is known by: any process may add a voice.
        etag = tag(self.desk.register_tag("voices", str(self.services.today())), told)
        return self.desk.answer(request, etag, values)

    def mine(self, request: Request) -> Response:
        """The form, and what became of the contributions that bear the reference asked for.

        The address may hold a reference: the page is kept by nobody, and told to nobody.
        """
        text = request.query_params.get("reference", "")
        values: dict[str, Any] = {"here": "mine", "text": text, "asked": False, "wrong": False}
        status = 200
        if text.strip():
            try:
                values |= self._matches(parse_reference(text), request)
            except MalformedError:
                status = 400
                values |= {"text": "", "wrong": True}
        given = {
            "matches": [], "first": None, "next": None, "counted": [], "longest": LONGEST,
            **values,
        }  # fmt: skip
        content = self.desk.renderer.render("mine.html", self.tongue, request.url.path, given)
        return Response(content, status, headers.FORM, media_type="text/html; charset=utf-8")

    def _matches(self, reference: str, request: Request) -> dict[str, Any]:
        after = natural(request.query_params.get("after", "0"), "after") or -1
        found = contributions_called(self.queries, reference, after=after, limit=_MATCHES + 1)
        today, path = self.services.today(), f"{self.tongue.prefix}/ma-contribution"
        matches = []
        for entry, _ in found[:_MATCHES]:
            told = tell(self.queries, entry.process, entry.id or "", today, page=0)
            page = thread_page(told, self.tongue)
            matches.append(
                {
                    "line": line_of(told.focus, told, self.tongue),
                    "page": page,
                    "process": told.processes[entry.process],
                    "process_href": f"{self.tongue.prefix}/p/{entry.process}",
                    "when": self.tongue.when(entry.on),
                }
            )
        more = found[_MATCHES - 1][0].seq if len(found) > _MATCHES else None

        def link(**query: object) -> str:
            return f"{path}?{urlencode({'reference': reference, **query})}"

        return {
            "asked": True,
            "matches": matches,
            "first": link() if after > 0 else None,
            "next": link(after=more) if more is not None else None,
            "counted": [] if matches else self._counted(),
        }

    def _counted(self) -> list[tuple[str, str]]:
        """(href, title) of processes that counted contributions without recording each."""
        return [
            (f"{self.tongue.prefix}/p/{view.case.process}", view.case.title)
            for view in self.queries.processes(self.services.today())
            if any(
                entry.kind == "contributions.tallied" and view.case.counts(entry)
                for entry in view.case.entries
            )
        ]
