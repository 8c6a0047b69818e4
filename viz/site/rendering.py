"""From a template and its values to an answer, rendered once for each state of a page."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import REVALIDATE, unchanged
from viz.site import assets, headers
from viz.site.i18n import CODES, Code, Language, language
from viz.site.pages.reading import capital
from viz.site.pages.units import sign_of

_KEPT_BYTES = 64 * 1024 * 1024


class Page(NamedTuple):
    """A rendered page."""

    plain: bytes
    packed: bytes


Values = Callable[[], tuple[str, Mapping[str, Any]]]
"""Gives the template and its values; called only when the page is not kept."""


class Renderer:
    """Renders pages and keeps the newest. One for each application; any thread may call it."""

    def __init__(self, common: Mapping[str, Any]) -> None:
        self._common = common
        self._pages: OrderedDict[tuple[str, str, str], Page] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def answer(
        self,
        request: Request,
        tongue: Language,
        etag: str,
        values: Values,
        *,
        embed: bool = False,
    ) -> Response:
        """The page of a request: 304 where the reader has it, else kept or rendered.

        Args:
            etag: Changes whenever anything on the page may; the page is kept under it.
        """
        told = headers.EMBED if embed else headers.PAGE
        same = unchanged(request, etag)
        if same is not None:
            same.headers.update({**told, "Vary": "Accept-Encoding"})
            return same
        key = (request.url.path, request.url.query, etag)
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
        if page is None:
            name, found = values()
            page = _pack(self.render(name, tongue, request.url.path, found))
            self._keep(key, page)
        return _response(request, page, {**told, "ETag": etag, "Cache-Control": REVALIDATE})

    def render(
        self, name: str, tongue: Language, path: str, values: Mapping[str, Any]
    ) -> bytes:
        """A template in a language.

        Args:
            values: Of a past view, `past`: what links end with is then `at`, and the other
                language is led to the same past (or to `query`, where more is asked for).
        """
        template = environment(tongue.code).get_template(name)
        past = values.get("past")
        at = past.suffix if past is not None else ""
        given = {
            "other": _other(tongue, path, values.get("query", at)),
            "here": "",
            "past": None,
            "at": at,
            **self._common,
            **values,
        }
        return template.render(given).encode()

    def forget(self) -> None:
        """Lets go of every page: a text was erased, and one of them may show it."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _keep(self, key: tuple[str, str, str], page: Page) -> None:
        size = len(page.plain) + len(page.packed)
        with self._lock:
            if key not in self._pages:
                self._pages[key] = page
                self._bytes += size
            while self._bytes > _KEPT_BYTES and self._pages:
                _, old = self._pages.popitem(last=False)
                self._bytes -= len(old.plain) + len(old.packed)


def _pack(content: bytes) -> Page:
    return Page(content, gzip.compress(content, 4, mtime=0))


def _response(request: Request, page: Page, told: Mapping[str, str]) -> Response:
    content, extra = page.plain, {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, extra = page.packed, {**extra, "Content-Encoding": "gzip"}
    return Response(content, media_type="text/html; charset=utf-8", headers={**told, **extra})


@cache
def environment(code: Code) -> Environment:
    """The templates in one language: values are escaped, an unknown name is an error."""
    tongue = language(code)
    env = Environment(
        loader=PackageLoader("viz.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )

    def plural(one: str, many: str, count: int, **values: object) -> Markup:
        said = Markup(tongue.ngettext(one, many, count))
        return said % {"num": tongue.number(count), **values}

    env.install_gettext_callables(  # type: ignore[attr-defined]
        tongue.gettext, tongue.ngettext, newstyle=True
    )
    env.globals["ngettext"] = (
        plural  # its own, so that numbers are written as the language does
    )
    env.filters["capital"] = capital
    env.filters["uncapital"] = lambda text: text[:1].lower() + text[1:]
    env.globals.update(L=tongue, static=assets.address, sign=sign_of)
    return env


class _Other(NamedTuple):
    """The same page in the other language."""

    code: Code
    name: str
    href: str


def _other(tongue: Language, path: str, query: str) -> _Other:
    code = next(c for c in CODES if c != tongue.code)
    bare = path.removeprefix(tongue.prefix) if tongue.prefix else path
    prefix = language(code).prefix
    return _Other(code, _NAMES[code], prefix + (bare or "/") + query)


_NAMES = {"fr": "Français", "en": "English"}
