"""The pages of the rules in one language: every form of dialogue, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger.service.procedures import adopted, find, versions
from viz.site.desk import Desk, Endpoint, natural
from viz.site.pages import rules


class RulesPages:
    """The pages of the rules. Each endpoint runs in a thread: it may read and render."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.services, self.tongue = desk, desk.services, desk.tongue
        self.queries = desk.queries

    def table(self) -> list[tuple[str, Endpoint]]:
        """(path, endpoint) of every page."""
        return [("/procedures", self.forms), ("/procedures/{name}", self.rules)]

    def forms(self, request: Request) -> Response:
        """Every procedure that was adopted."""
        today = self.services.today()

        def values() -> tuple[str, Mapping[str, Any]]:
            known = versions(adopted(self.services.register)).values()
            views = self.queries.processes(today)
            forms = rules.forms_of(known, views, self.tongue)
            return "forms.html", {"here": "register", "forms": forms}

        return self.desk.answer(request, self.desk.register_tag("forms"), values)

    def rules(self, request: Request) -> Response:
        """One procedure: its newest adoption, or the one of `?seq=`."""
        name, asked = request.path_params["name"], request.query_params.get("seq")
        seq = None if asked is None else natural(asked, "seq")
        adoptions = adopted(self.services.register)
        shown = find(adoptions, name, seq)
        today = self.services.today()

        def values() -> tuple[str, Mapping[str, Any]]:
            own = versions(adoptions)[name]
            following = [v for v in self.queries.processes(today) if v.procedure.name == name]
            return "rules.html", {
                "here": "register",
                "page": rules.rules_of(shown.procedure, self.tongue),
                "picture": rules.rules_picture(shown.procedure, self.tongue),
                "adopted": self.tongue.when(shown.entry.on),
                "seq": shown.entry.seq,
                "newest": own[-1] is shown,
                "newest_href": f"{self.tongue.prefix}/procedures/{name}",
                "versions": rules.versions_of(own, shown, self.tongue),
                "processes": [
                    (
                        view.case.title,
                        f"{self.tongue.prefix}/p/{view.case.process}",
                        view.case.illustrative,
                    )
                    for view in following
                    if view.case.procedures[-1][1] == shown.entry.seq
                ],
            }

        return self.desk.answer(request, self.desk.register_tag("rules", name, seq), values)
