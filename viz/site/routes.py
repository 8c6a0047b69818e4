"""The pages of processes in one language: their addresses, and what each answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import etag_of
from ledger.service.files import find
from ledger.service.threads import tell
from ledger.service.view import View
from viz.site import headers
from viz.site.address import site_of
from viz.site.changes_route import changes_answer, growths_of
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages.attached import attached_of
from viz.site.pages.became import cited_by
from viz.site.pages.graphs import graph_of
from viz.site.pages.home import home_page
from viz.site.pages.item import item_page
from viz.site.pages.owed import awaited
from viz.site.pages.pictures import lines_of, thread_picture, whole_picture
from viz.site.pages.process import process_page, steps_of
from viz.site.pages.reading import MASCULINE, reader_of
from viz.site.pages.story import story_of
from viz.site.pages.telling import tell as tell_entry
from viz.site.pages.threads import joined, thread_page
from viz.site.pages.units import agrees
from viz.site.past import Past, past_of, size_of, suffix_of

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
            ("/p/{process}/changes", self.changes),
            ("/p/{process}/{id}", self.item),
            ("/q/{process}/{id}", self.plate),
            ("/embed/{process}", self.embed),
        ]

    def home(self, request: Request) -> Response:
        """Every process."""
        today, past = self.services.today(), self._past(request)

        def values() -> tuple[str, Mapping[str, Any]]:
            views = self.queries.processes(today, size=size_of(past))
            return "home.html", {
                "here": "home",
                "past": past,
                "groups": home_page(views, self.tongue, self.zone, suffix_of(past)),
            }

        etag = self.desk.register_tag("home", str(today), size_of(past))
        return self.desk.answer(request, etag, values)

    def process(self, request: Request) -> Response:
        """One process; as it was at `?size=`; its moving parts alone for `?fragment=1`."""
        slug, asked = request.path_params["process"], request.query_params
        past = self._past(request)
        view, suffix = self.desk.view(slug, size_of(past)), suffix_of(past)
        verdict, page = asked.get("verdict", ""), natural(asked.get("page", "1"), "page")
        fragment = asked.get("fragment") == "1"

        def values() -> tuple[str, Mapping[str, Any]]:
            found = process_page(
                view,
                self.tongue,
                self.zone,
                {"verdict": verdict, "page": page, "suffix": suffix},
            )
            choices = growths_of(self.queries, slug, past, self.tongue, self.zone)
            given: dict[str, Any] = {
                "page": found,
                "past": past,
                "here_href": f"{self.tongue.prefix}/p/{slug}/changes",
                "choices": choices,
                "apart": "",
                "since": choices[1].size if len(choices) > 1 else 0,
                "embed_code": self._embed_code(host, slug, found.title),
                "form_href": self._rules(view),
                "picture": None,
                "picture_lines": [],
                "fragment": self._narrowed(slug, verdict, page, fragment="1"),
                **self._links(slug, verdict, suffix),
            }
            if found.drawable:
                graph = graph_of(view, self.tongue)
                masculine = agrees(list(view.case.units.values()))
                given["picture"] = whole_picture(
                    graph,
                    self.tongue,
                    title=found.title,
                    masculine=masculine,
                    suffix=suffix,
                )
                given["picture_lines"] = lines_of(
                    graph, self.tongue, masculine=masculine, suffix=suffix
                )
            return ("process/main.html" if fragment else "process.html"), given

        host = site_of(request)  # the code for embedding names it
        etag = etag_of(self.services, view, self.tongue.code, "process", suffix, fragment, host)
        return self.desk.answer(request, etag, values)

    def item(self, request: Request) -> Response:
        """One thing that has an id."""
        slug, id_ = request.path_params["process"], request.path_params["id"]
        past = self._past(request)
        view, suffix = self.desk.view(slug, size_of(past)), suffix_of(past)
        item = self.queries.item(slug, id_, size=size_of(past))

        size = view.size if suffix else None
        today = self.services.today()
        found = self.queries.thread(slug, id_, size=size)
        file = attached_of(find(self.services.register, slug, id_), self.tongue)

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
                suffix=suffix,
                heard={share.process: share.count for share in told.voices.processes},
            )
            return "item.html", {
                "page": page,
                "file": file,
                "fil": fil,
                "picture": picture,
                "past": past,
                "process_href": f"{self.tongue.prefix}/p/{slug}{suffix}",
            }

        # Other processes may be linked to the thread, or go on with it, at any time.
        slugs = sorted({node.process for node in found.nodes} | {slug})
        seqs = [self.queries.process(other, today).last_seq for other in slugs]
        far = None if found.whole else self.queries.version()
        etag = etag_of(
            self.services, view, self.tongue.code, "item", id_, suffix,
            found.links, found.beside, slugs, seqs, far, file,
        )  # fmt: skip
        return self.desk.answer(request, etag, values)

    def contributions(self, request: Request) -> Response:
        """The contributions of a process, a page at a time."""
        slug, past = request.path_params["process"], self._past(request)
        view, suffix = self.desk.view(slug, size_of(past)), suffix_of(past)
        after = natural(request.query_params.get("after", "0"), "after")

        def values() -> tuple[str, Mapping[str, Any]]:
            found = self.queries.contributions(
                slug, after=after or -1, limit=_LISTED + 1, size=size_of(past)
            )
            told = [
                tell_entry(reader_of(view, self.tongue, self.zone, suffix, texts=texts), entry)
                for entry, texts in found[:_LISTED]
            ]
            more = found[_LISTED - 1][0].nth if len(found) > _LISTED else None
            here = f"{self.tongue.prefix}/p/{slug}"
            following = suffix.replace("?", "&")
            return "contributions.html", {
                "title": view.case.title,
                "total": view.case.contributions,
                "illustrative": view.case.illustrative,
                "told": told,
                "past": past,
                "process_href": here + suffix,
                "here_href": f"{here}/contributions",
                "previous": suffix if after else None,
                "next": f"?after={more}{following}" if more is not None else None,
            }

        etag = etag_of(self.services, view, self.tongue.code, "contributions", after, suffix)
        return self.desk.answer(request, etag, values)

    def embed(self, request: Request) -> Response:
        """A compact timeline that any site may frame."""
        slug, past = request.path_params["process"], self._past(request)
        view, suffix = self.desk.view(slug, size_of(past)), suffix_of(past)

        def values() -> tuple[str, Mapping[str, Any]]:
            case, tongue = view.case, self.tongue
            reader = reader_of(view, tongue, self.zone, suffix)
            titles = view.procedure.titles
            # What has no date is not of the latest.
            told = story_of(reader, case, [e for e in case.entries if case.counts(e)])
            events = [event for event in told if event.year]
            return "embed.html", {
                "title": case.title,
                "form": tongue.title(titles),
                "illustrative": case.illustrative,
                "partly": not case.illustrative and any(e.illustrative for e in case.entries),
                "href": reader.page(f"/p/{slug}"),
                "past": past,
                "steps": steps_of(case, graph_of(view, tongue), tongue),
                "waiting": awaited(reader, view.duties).waiting,
                "story": events[: -_EMBEDDED - 1 : -1],
            }

        etag = etag_of(self.services, view, self.tongue.code, "embed", suffix)
        return self.renderer.answer(request, self.tongue, etag, values, embed=True)

    def plate(self, request: Request) -> Response:
        """The short address printed on a plate in the street."""
        slug, id_ = request.path_params["process"], request.path_params["id"]
        past = self._past(request)
        self.queries.item(slug, id_, size=size_of(past))
        place = f"{self.tongue.prefix}/p/{slug}/{id_}{suffix_of(past)}"
        return Response(status_code=302, headers={**headers.PAGE, "Location": place})

    def changes(self, request: Request) -> Response:
        """What changed in one process since a checkpoint that the reader chooses."""
        return changes_answer(self.desk, request)

    def _rules(self, view: View) -> str:
        """The page of the rules that a process goes by, in the version that binds it."""
        seq = view.case.procedures[-1][1]
        return f"{self.tongue.prefix}/procedures/{view.procedure.name}?seq={seq}"

    def _past(self, request: Request) -> Past | None:
        return past_of(request, self.queries, self.tongue, self.zone)

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

    def _embed_code(self, site: str, slug: str, title: str) -> str:
        return (
            f'<iframe src="{site}{self.tongue.prefix}/embed/{slug}" title="{escape(title)}" '
            'width="100%" height="520" loading="lazy"></iframe>'
        )
