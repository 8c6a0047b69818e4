"""How long an answer may be kept, and how a reader learns that nothing changed.

What shows an opening is asked for again each time (a text that was erased must leave every
cache), and answered 304 while nothing changed. What can never change is kept for ever.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.services import Services
from ledger.service.view import View

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "public, max-age=0, must-revalidate"
"""For whatever has an ETag."""
BRIEF = "public, max-age=60, must-revalidate"
"""The longest that an opening may be kept by anyone."""
MOVING = "public, max-age=5"
"""For what grows with every commit and shows no opening."""
NEVER = "no-store"

try:
    RELEASE = version("filrouge")
except PackageNotFoundError:  # run from a checkout that was not installed
    RELEASE = "0"


def etag_of(services: Services, view: View, *variant: object) -> str:
    """The ETag of whatever shows one process.

    It changes with the release, the civil day, this process and those it is linked with.

    Args:
        variant: What else the answer depends on: its language, its form, its parameters.
    """
    slug, today = view.case.process, services.today()
    # An erasure changes how the past may be shown: the newest entry counts, whatever the size.
    newest = services.queries.process(slug, today)
    seqs = [newest.stamp, view.stamp]
    around = {n.process for v in (view, newest) for n in v.neighbours}
    seqs += [services.queries.process(other, today).stamp for other in sorted(around)]
    parts = (RELEASE, services.register.opened.origin, slug, view.today, seqs, *variant)
    return tag(*parts)


def tag(*parts: object) -> str:
    """A weak ETag that changes when any of `parts` does."""
    return f'W/"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """The answer 304 if the reader already has what `etag` names."""
    known = request.headers.get("if-none-match", "")
    names = {name.strip().removeprefix("W/") for name in known.split(",")}
    if etag.removeprefix("W/") not in names and "*" not in names:
        return None
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": REVALIDATE})


class Bodies:
    """The bodies made last, by ETag: the same tag is the same bytes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._bodies: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, etag: str) -> tuple[bytes, str] | None:
        """The body under a tag and its media type, if it is here."""
        with self._lock:
            if etag in self._bodies:
                self._bodies.move_to_end(etag)
            return self._bodies.get(etag)

    def forget(self) -> None:
        """Lets go of every body: a text was erased, and one of them may hold it."""
        with self._lock:
            self._bodies.clear()

    def put(self, etag: str, body: bytes, media: str) -> None:
        """Keeps a body instead of the one asked for longest ago."""
        with self._lock:
            self._bodies[etag] = body, media
            if len(self._bodies) > self._capacity:
                self._bodies.popitem(last=False)
