"""The file of a document on its page: a download with type and size, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import format_decimal

from ledger.api.files import address
from ledger.domain.documents import Document
from ledger.service.sniff import EXTENSIONS
from viz.site.i18n import Language


@dataclass(frozen=True, slots=True)
class Attached:
    """What a page says of the file of a document."""

    kind: str
    """`PDF`, `JPEG` …"""
    size: str
    """“1,8 Mo”."""
    href: str | None
    """Where it can be had."""
    gone: str
    """Why it cannot, where the register once held it: `erased` or `restricted`."""


def attached_of(found: tuple[Document, bool] | None, language: Language) -> Attached | None:
    """What to say of a document's file; None where it has none, or where it lies elsewhere."""
    if found is None:
        return None
    document, here = found
    kind = EXTENSIONS.get(document.media, "").upper() or document.media
    size = file_size(document.bytes, language)
    if document.erased:
        return Attached(kind, size, None, "erased")
    if not here:
        return None
    if not document.public:
        return Attached(kind, size, None, "restricted")
    return Attached(kind, size, address(document), "")


def file_size(count: int, language: Language) -> str:
    """A size as people say it: “1,8 Mo”, “412 ko”, “310 octets”; decimal multiples."""
    if count >= 999_500:
        return language.gettext("%(num)s MB") % {"num": _figure(count / 1_000_000, language)}
    if count >= 1000:
        return language.gettext("%(num)s kB") % {"num": _figure(count / 1000, language)}
    return language.number_of("%(num)s byte", "%(num)s bytes", count)


def _figure(value: float, language: Language) -> str:
    rounded = round(value, 1 if value < 10 else 0)
    return format_decimal(rounded, format="#,##0.#", locale=language.locale)
