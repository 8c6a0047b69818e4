"""Every address that the site answers, from its own table of routes: a new one is included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

SOUND: Mapping[str, str] = {
    "process": "cours-fraiches",
    "slug": "cours-fraiches",
    "id": "R1",
    "seq": "9",
    "name": "atelier-citoyen",
    "code": "not_found",
    "path": "0/000.p/5",
}
"""A value for each parameter that leads somewhere."""
_ELSEWHERE = {"/static/{name}": {"name": "site.css"}}
_PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


def reading(app: FastAPI) -> list[str]:
    """The paths that take GET, as the table has them."""
    table: list[BaseRoute] = []
    for place in app.routes:
        # FastAPI keeps an included router as it is.
        inner = getattr(place, "original_router", None)
        table += [place] if inner is None else inner.routes
    found = [
        route.path
        for route in table
        if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    assert len(found) > 50
    assert "/entry/{seq}" in found
    return found


def filled(path: str, other: Mapping[str, str] | None = None) -> str:
    """An address of a route: sound values, but for those named."""
    values = {**SOUND, **_ELSEWHERE.get(path, {}), **(other or {})}
    asked = "?since=0" if path.endswith("/changes") else ""
    return _PARAMETER.sub(lambda found: values[found[1]], path) + asked


def parameters(path: str) -> Iterator[str]:
    """The names of the parameters in a path."""
    return (found[1] for found in _PARAMETER.finditer(path))
