"""The static files of the pages, read once: their types, their digests, their addresses.

A file is asked for as `/static/NAME?v=DIGEST`; under its digest it never changes, and is kept
for ever. The style sheet begins with that of the pictures, so that there is one palette.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import BRIEF, IMMUTABLE
from ledger.errors import RefusedError
from viz.draw.theme import stylesheet

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Asset(NamedTuple):
    """One static file."""

    content: bytes
    media: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file, by name."""
    found = {}
    for path in (resources.files("viz.site") / "static").iterdir():
        suffix = "." + path.name.rpartition(".")[2]
        if suffix in _TYPES:
            content = path.read_bytes()
            if path.name == "site.css":
                content = stylesheet().encode() + content
            digest = sha256(content).hexdigest()[:16]
            found[path.name] = Asset(content, _TYPES[suffix], digest)
    return found


def address(name: str) -> str:
    """Where a page asks for a static file."""
    return f"/static/{name}?v={assets()[name].digest}"


def serve(request: Request) -> Response:
    """One static file.

    Raises:
        RefusedError: `not_found`.
    """
    asset = assets().get(request.path_params["name"])
    if asset is None:
        raise RefusedError("not_found", "there is no such file")
    kept = IMMUTABLE if request.query_params.get("v") == asset.digest else BRIEF
    return Response(asset.content, media_type=asset.media, headers={"Cache-Control": kept})
