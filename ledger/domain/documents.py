"""A document as a file: its fingerprint, who may have it, and whether its bytes must be here.

A real document with a `file` and no `url` says that the register holds its bytes: there is no
other place where it could be had. With a `url` it lies elsewhere, and may lie here too; an
illustrative one lies nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.pointer import sealed_at

FINGERPRINT = "/body/file/sha256"
"""Where a document's fingerprint stands, in clear or sealed."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an entry says of a file, with its fingerprint where that is known."""

    seq: int
    process: str
    id: str
    bytes: int
    media: str
    sha256: str | None
    """64 hex; None where it was sealed, and its opening destroyed."""
    public: bool
    """Whether anybody may have it: its fingerprint is in clear, or sealed and `public`."""
    promised: bool
    """Whether the register says that it holds the bytes."""
    erased: bool

    @property
    def wanted(self) -> str | None:
        """The fingerprint of the bytes that belong here; None where they were erased."""
        return None if self.erased else self.sha256

    @property
    def place(self) -> str:
        """`process/id`."""
        return f"{self.process}/{self.id}"


def document_of(
    entry: Mapping[str, Any], opened: tuple[str, bool] | None, *, erased: bool
) -> Document | None:
    """The file that a decoded `document.published` speaks of; None if of none.

    Args:
        opened: The value of its fingerprint's opening and whether that is public, where it
            is sealed and the opening is here.
        erased: Whether a `text.erased` names its fingerprint.
    """
    body = entry["body"]
    if entry["v"] != 1 or "file" not in body:
        return None
    file = body["file"]
    said = file["sha256"]
    if sealed_at(said):
        sha256, public = (opened[0] if opened else None), said["open"] == "public"
    else:
        sha256, public = said, True
    return Document(
        entry["seq"],
        entry["process"],
        body["id"],
        file["bytes"],
        file["media"],
        sha256,
        public,
        promises(body, illustrative="illustrative" in entry),
        erased or sha256 is None,
    )


def promises(body: Mapping[str, Any], *, illustrative: bool) -> bool:
    """Whether the body of a `document.published` says that the register holds the bytes."""
    return "file" in body and "url" not in body and not illustrative
