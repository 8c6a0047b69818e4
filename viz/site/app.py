"""Adds the pages to the application of `ledger.api`.

    app = create_app(register)      # what `filrouge serve` runs

French pages stand at the root, English ones under `/en`. Machines are answered as before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.api.app import create_api
from ledger.api.problem import Problem
from ledger.api.services import services_of
from ledger.service.register import Register
from viz.site import assets, headers
from viz.site.board_routes import BoardPages
from viz.site.desk import Desk
from viz.site.i18n import CODES, Language, language
from viz.site.register_routes import RegisterPages
from viz.site.rendering import Renderer
from viz.site.routes import Pages
from viz.site.rules_routes import RulesPages
from viz.site.thread_routes import ThreadPages


def create_app(register: Register, **options: Any) -> FastAPI:
    """The application over one register: its interface for machines, and its pages.

    Args:
        options: As `create_api` takes them.
    """
    app = create_api(register, **options)
    add_pages(app)
    return app


def add_pages(app: FastAPI) -> None:
    """Adds the pages to an application that `create_api` made."""
    services = services_of(app)
    renderer = Renderer({"opened": services.register.opened})
    services.live.on_erasure(renderer.forget)
    for code in CODES:
        tongue = language(code)
        desk = Desk(services, renderer, tongue)
        rooms = (
            Pages(desk),
            ThreadPages(desk),
            RegisterPages(desk),
            BoardPages(desk),
            RulesPages(desk),
        )
        for path, endpoint in (place for room in rooms for place in room.table()):
            app.router.routes.append(Route(tongue.prefix + path, endpoint, methods=["GET"]))
    app.router.routes.append(Route("/en", _english))
    app.router.routes.append(Route("/robots.txt", _robots))
    app.router.routes.append(Route("/favicon.ico", _icon))
    app.router.routes.append(Route("/static/{name}", assets.serve))
    app.state.problem_page = _problem_page(renderer)


def _problem_page(renderer: Renderer) -> Callable[[Request, Problem], Response]:
    def tell(request: Request, problem: Problem) -> Response:
        tongue = tongue_of(request.scope["path"])
        family = _FAMILY.get(problem.code) or _FAMILY.get(str(problem.status))
        family = family or ("failure" if problem.status >= 500 else "refused")
        content = renderer.render(
            "error.html",
            tongue,
            tongue.prefix + "/",
            {
                "status": problem.status,
                "heading": tongue.word(f"error.{family}"),
                "said": tongue.word(f"error.{family}.said"),
                # What the server says of its own failure is an id to give to whoever keeps it.
                "detail": problem.instance if family == "failure" else "",
            },
        )
        told = {**headers.PAGE, **problem.headers, "Cache-Control": "no-store"}
        return Response(content, problem.status, told, media_type="text/html; charset=utf-8")

    return tell


_FAMILY = {
    "unknown_size": "size",
    "404": "not_found",
    "405": "method",
    "429": "many",
    "503": "busy",
}
"""What to say of a problem, by its code or else its status."""


def tongue_of(path: str) -> Language:
    """The language of an address."""
    return language("en" if path == "/en" or path.startswith("/en/") else "fr")


def _english(request: Request) -> Response:
    return Response(status_code=308, headers={"Location": "/en/"})


def _icon(request: Request) -> Response:
    return Response(status_code=308, headers={"Location": assets.address("favicon.svg")})


def _robots(request: Request) -> Response:
    closed = ("/api/", "/embed/", "/en/embed/", "/*?*size=", "/*?*since=")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /", ""]
    return Response("\n".join(lines), media_type="text/plain; charset=utf-8")
