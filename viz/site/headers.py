"""What browsers are told of every page: what it may load, and who may frame it.

No script or style stands in a page; nothing is loaded from elsewhere. Only an embed may be
framed, by anybody: it holds no control that a frame could make somebody press.
"""

from __future__ import annotations

from typing import Final

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors {frames}"
)
_COMMON: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OWN: Final = {"Cross-Origin-Resource-Policy": "same-origin"}
"""A page is no part of another site's page; an embed is, and says nothing of it."""
PAGE: Final = {
    **_COMMON,
    **_OWN,
    "Content-Security-Policy": _POLICY.format(forms="'self'", frames="'none'"),
    "X-Frame-Options": "DENY",
}
"""For every page but embeds."""
EMBED: Final = {
    **_COMMON,
    "Content-Security-Policy": _POLICY.format(forms="'none'", frames="*"),
}
"""For embeds."""
FORM: Final = {
    **PAGE,
    "Content-Security-Policy": _POLICY.format(forms="'self'", frames="'none'"),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""For a page with a form that asks this site: what was asked stands in its address, which no
cache keeps and no other page is told."""
