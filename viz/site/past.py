"""The past that a page is asked for, `?size=128`: what it is called, and where its links go."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request

from ledger.service.query import Queries
from viz.site.desk import natural
from viz.site.i18n import Language


@dataclass(frozen=True, slots=True)
class Past:
    """A checkpoint, and how a page says that it shows what was known then."""

    size: int
    said: str
    """“As it was known on 12 March 2025 (128 entries).”"""
    suffix: str
    """What the links of the page end with, so that all lead to the same past."""
    href: str
    """The same page as it is known today."""


def past_of(
    request: Request, queries: Queries, language: Language, zone: ZoneInfo
) -> Past | None:
    """The past that an address asks for; None where it asks for the present.

    Raises:
        RefusedError: `unknown_size`: no such checkpoint was signed.
        MalformedError: `bad_request`: the size is no number.
    """
    asked = request.query_params.get("size")
    if asked is None:
        return None
    head = queries.head(natural(asked, "size"))
    said = language.ngettext(
        "As it was known on %(day)s (%(num)s entry in the register).",
        "As it was known on %(day)s (%(num)s entries in the register).",
        head.size,
    ) % {"day": language.recorded(head.at, zone), "num": language.number(head.size)}
    return Past(head.size, said, f"?size={head.size}", request.url.path)


def suffix_of(past: Past | None) -> str:
    """What links end with: nothing in the present."""
    return past.suffix if past is not None else ""


def size_of(past: Past | None) -> int | None:
    """The size to ask for; None in the present."""
    return past.size if past is not None else None
