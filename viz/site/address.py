"""Under which address this site tells others of itself, in code that they copy.

Whoever asks may write anything into `Host`, and a page that repeats it tells the next reader
(through a cache, or by a link to a false name) to frame somebody else's site. So it is repeated
only where names were set (`LEDGER_HOSTS`) and it is one of them, which the shield has checked;
else the address is the one that the server itself listens on.
"""

from __future__ import annotations

from starlette.requests import Request

from ledger.api.services import services_of

_USUAL = {"http": 80, "https": 443}


def site_of(request: Request) -> str:
    """Scheme, name and port of this site, without a slash at the end."""
    scheme = request.scope["scheme"]
    if services_of(request).hosts:
        return f"{scheme}://{request.headers['host'].lower()}"
    host, port = request.scope.get("server") or ("localhost", None)
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if port in (None, _USUAL.get(scheme)) else f":{port}")
