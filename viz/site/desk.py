"""What all pages of one language share: where they read, how they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import RELEASE, tag
from ledger.api.services import Services
from ledger.errors import MalformedError
from ledger.service.view import View
from viz.site.i18n import Language
from viz.site.rendering import Renderer

Endpoint = Callable[[Request], Response]


class Desk:
    """The services of an application and the pages it keeps, for one language."""

    def __init__(self, services: Services, renderer: Renderer, tongue: Language) -> None:
        self.services, self.renderer, self.tongue = services, renderer, tongue
        self.queries = services.queries
        self.opened = services.register.opened
        self.zone = self.opened.zone

    def answer(
        self, request: Request, etag: str, values: Callable[[], tuple[str, Mapping[str, Any]]]
    ) -> Response:
        """The page of a request, as `Renderer.answer` gives it."""
        return self.renderer.answer(request, self.tongue, etag, values)

    def register_tag(self, *parts: object) -> str:
        """For a page that changes with every entry."""
        return tag(
            RELEASE, self.opened.origin, self.tongue.code, self.queries.version(), *parts
        )

    def view(self, slug: str, size: int | None) -> View:
        """One process today, or as it was at a size.

        Raises:
            RefusedError: `unknown_process` or `unknown_size`.
        """
        return self.queries.process(slug, self.services.today(), size=size)


def natural(text: str, name: str) -> int:
    """A number that an address asks for.

    Raises:
        MalformedError: `bad_request`.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise MalformedError("bad_request", f"`{name}` is a whole number", where=name)
    return int(text)
