"""The pages of processes in one language: their addresses, and what each answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import etag_of
from ledger.domain.entry import parse_entry
from ledger.errors import RefusedError
from ledger.service.threads import tell
from ledger.service.view import View
from viz.site import headers
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages.became import cited_by
from viz.site.pages.graphs import graph_of
from viz.site.pages.home import home_page
from viz.site.pages.item import item_page
from viz.site.pages.owed import awaited
from viz.site.pages.pictures import lines_of, thread_picture, whole_picture
from viz.site.pages.process import process_page, steps_of
from viz.site.pages.reading import MASCULINE, Reader
from viz.site.pages.story import story_of
from viz.site.pages.telling import tell as tell_entry
from viz.site.pages.threads import joined, thread_page
from viz.site.pages.units import agrees

_EMBEDDED = 8
"""How many events an embed shows."""
_LISTED = 50
"""Contributions on one page."""


class Pages:
    """The pages in one language. Each endpoint runs in a thread: it may read and render."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.services, self.renderer = desk, desk.services, desk.renderer
        self.tongue, self.queries, self.zone = desk.tongue, desk.queries, desk.zone

    def table(self) -> list[tuple[str, Endpoint]]:
        """(path, endpoint) of every page."""
        return [
            ("/", self.home),
            ("/p/{process}", self.process),
            ("/p/{process}/contributions", self.contributions),
            ("/p/{process}/{id}", self.item),
            ("/q/{process}/{id}", self.plate),
            ("/embed/{process}", self.embed),
        ]

    def home(self, request: Request) -> Response:
        """Every process."""
        today = self.services.today()

        def values() -> tuple[str, Mapping[str, Any]]:
            views = self.queries.processes(today)
            return "home.html", {
                "here": "home",
                "groups": home_page(views, self.tongue, self.zone),
            }

        return self.desk.answer(request, self.desk.register_tag("home", str(today)), values)

    def process(self, request: Request) -> Response:
        """One process; as it was at `?size=`; its moving parts alone for `?fragment=1`."""
        slug, asked = request.path_params["process"], request.query_params
        view = self.desk.view(slug, asked.get("size"))
        suffix = f"?size={view.size}" if "size" in asked else ""
        verdict, page = asked.get("verdict", ""), natural(asked.get("page", "1"), "page")
        fragment = asked.get("fragment") == "1"

        def values() -> tuple[str, Mapping[str, Any]]:
            found = process_page(
                view,
                self.tongue,
                self.zone,
                {"verdict": verdict, "page": page, "suffix": suffix},
            )
            given: dict[str, Any] = {
                "page": found,
                "past": self._past(view, f"/p/{slug}") if suffix else None,
                "embed_code": self._embed_code(request, slug, found.title),
                "picture": None,
                "picture_lines": [],
                "fragment": self._narrowed(slug, verdict, page, fragment="1"),
                **self._links(slug, verdict, suffix),
            }
            if found.drawable:
                graph = graph_of(view, self.tongue)
                masculine = agrees(list(view.case.units.values()))
                given["picture"] = whole_picture(
                    graph, self.tongue, title=found.title, masculine=masculine
                )
                given["picture_lines"] = lines_of(graph, self.tongue, masculine=masculine)
            return ("process/main.html" if fragment else "process.html"), given

        # The code for embedding names the host that was asked.
        host = str(request.base_url)
        etag = etag_of(self.services, view, self.tongue.code, "process", suffix, fragment, host)
        return self.desk.answer(request, etag, values)

    def item(self, request: Request) -> Response:
        """One thing that has an id."""
        slug, id_ = request.path_params["process"], request.path_params["id"]
        view = self.desk.view(slug, request.query_params.get("size"))
        suffix = f"?size={view.size}" if "size" in request.query_params else ""
        item = self.queries.item(slug, id_)
        if item.entry.seq >= view.size:
            raise RefusedError("unknown_item", f"{id_} was not recorded yet")

        size = view.size if suffix else None
        today = self.services.today()
        found = self.queries.thread(slug, id_, size=size)

        def values() -> tuple[str, Mapping[str, Any]]:
            cited = [self.queries.item(slug, other) for other in cited_by(view, id_)]
            told = tell(self.queries, slug, id_, today, size=size, page=0)
            fil = thread_page(told, self.tongue, suffix)
            page = item_page(view, item, self.tongue, self.zone, suffix, cited, fil.answer)
            unit = view.case.units.get(id_)
            masculine = unit is not None and unit.body.type in MASCULINE
            graphs = {
                other: graph_of(
                    view if other == slug else self.queries.process(other, today, size=size),
                    self.tongue,
                )
                for other in dict.fromkeys([slug, *(piece.process for piece in told.nodes)])
            }
            picture = thread_picture(
                joined(told, graphs, self.tongue),
                id_,
                self.tongue,
                title=page.title.text,
                masculine=masculine,
                heard={share.process: share.count for share in told.voices.processes},
            )
            return "item.html", {
                "page": page,
                "fil": fil,
                "picture": picture,
                "past": self._past(view, f"/p/{slug}/{id_}") if suffix else None,
                "process_href": f"{self.tongue.prefix}/p/{slug}{suffix}",
            }

        # Other processes may be linked to the thread, or go on with it, at any time.
        slugs = sorted({node.process for node in found.nodes} | {slug})
        seqs = [self.queries.process(other, today).last_seq for other in slugs]
        far = None if found.whole else self.queries.version()
        etag = etag_of(
            self.services, view, self.tongue.code, "item", id_, suffix,
            found.links, found.beside, slugs, seqs, far,
        )  # fmt: skip
        return self.desk.answer(request, etag, values)

    def contributions(self, request: Request) -> Response:
        """The contributions of a process, a page at a time."""
        slug = request.path_params["process"]
        view = self.desk.view(slug, None)
        after = natural(request.query_params.get("after", "0"), "after")

        def values() -> tuple[str, Mapping[str, Any]]:
            found = self.queries.contributions(slug, after=after or -1, limit=_LISTED + 1)
            told = [
                tell_entry(
                    Reader(view.case, {**view.texts, **texts}, self.tongue, self.zone), entry
                )
                for entry, texts in found[:_LISTED]
            ]
            more = found[_LISTED - 1][0].nth if len(found) > _LISTED else None
            return "contributions.html", {
                "title": view.case.title,
                "total": view.case.contributions,
                "illustrative": view.case.illustrative,
                "told": told,
                "process_href": f"{self.tongue.prefix}/p/{slug}",
                "here_href": f"{self.tongue.prefix}/p/{slug}/contributions",
                "previous": "" if after else None,
                "next": f"?after={more}" if more is not None else None,
            }

        etag = etag_of(self.services, view, self.tongue.code, "contributions", after)
        return self.desk.answer(request, etag, values)

    def embed(self, request: Request) -> Response:
        """A compact timeline that any site may frame."""
        slug = request.path_params["process"]
        view = self.desk.view(slug, None)

        def values() -> tuple[str, Mapping[str, Any]]:
            case, tongue = view.case, self.tongue
            reader = Reader(case, view.texts, tongue, self.zone)
            titles = view.procedure.titles
            # What has no date is not of the latest.
            told = story_of(reader, case, [e for e in case.entries if case.counts(e)])
            events = [event for event in told if event.year]
            return "embed.html", {
                "title": case.title,
                "form": titles.fr if tongue.code == "fr" else titles.en,
                "illustrative": case.illustrative,
                "partly": not case.illustrative and any(e.illustrative for e in case.entries),
                "href": f"{tongue.prefix}/p/{slug}",
                "steps": steps_of(case, graph_of(view, tongue), tongue),
                "waiting": awaited(reader, view.duties).waiting,
                "story": events[: -_EMBEDDED - 1 : -1],
            }

        etag = etag_of(self.services, view, self.tongue.code, "embed")
        return self.renderer.answer(request, self.tongue, etag, values, embed=True)

    def plate(self, request: Request) -> Response:
        """The short address printed on a plate in the street."""
        slug, id_ = request.path_params["process"], request.path_params["id"]
        self.queries.item(slug, id_)
        return Response(
            status_code=302,
            headers={**headers.PAGE, "Location": f"{self.tongue.prefix}/p/{slug}/{id_}"},
        )

    def _past(self, view: View, path: str) -> dict[str, Any]:
        data, _ = self.queries.entry(view.size - 1)
        at = parse_entry(data).at
        when = self.tongue.when(at.astimezone(self.zone).date().isoformat())
        return {"size": view.size, "when": when, "href": self.tongue.prefix + path}

    def _narrowed(self, slug: str, verdict: str, page: int, **more: str) -> str:
        asked = {"verdict": verdict, "page": str(page) if page > 1 else "", **more}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.tongue.prefix}/p/{slug}" + (f"?{query}" if query else "")

    def _links(self, slug: str, verdict: str, suffix: str) -> dict[str, Any]:
        """What the list of units links with: other answers, other pages."""
        size = suffix.removeprefix("?size=")

        def link(verdict: str = "", page: int = 1) -> str:
            return self._narrowed(slug, verdict, page, size=size)

        def pager(page: int, pages: int, anchor: str) -> Markup:
            _ = self.tongue.gettext
            parts = []
            for text, number, rel in (
                (_("Previous page"), page - 1, "prev"),
                (_("Next page"), page + 1, "next"),
            ):
                if 1 <= number <= pages:
                    href = f"{link(verdict, number)}#{anchor}"
                    parts.append(f'<a rel="{rel}" href="{escape(href)}">{escape(text)}</a>')
            told = _("Page %(page)s of %(pages)s") % {
                "page": self.tongue.number(page),
                "pages": self.tongue.number(pages),
            }
            # Every part was escaped above.
            return Markup(
                f'<nav class="pager" aria-label="{escape(_("Pages"))}">'
                f'<span class="aside">{escape(told)}</span>{"".join(parts)}</nav>'
            )

        return {"link": link, "pager": pager}

    def _embed_code(self, request: Request, slug: str, title: str) -> str:
        site = str(request.base_url).rstrip("/")
        return (
            f'<iframe src="{site}{self.tongue.prefix}/embed/{slug}" title="{escape(title)}" '
            'width="100%" height="520" loading="lazy"></iframe>'
        )
