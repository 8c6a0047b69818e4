"""Small files of every type that the register keeps, and drafts of documents that name them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from tests.world import draft

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU"
    b"\0\0\0\nIDATx\x9cc`\0\0\0\2\0\1H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\0" * 60 + b"\xff\xd9"
WEBP = b"RIFF" + (30).to_bytes(4, "little") + b"WEBPVP8L" + b"\0" * 22
TEXT = "Compte rendu de la réunion publique.\n\tPrésents : 40 – salle des fêtes.\r\n".encode()
CSV = "\ufeffQuartier;Voix\nCentre;120\nPort;98\n".encode()
ODT_MEDIA = "application/vnd.oasis.opendocument.text"
ODS_MEDIA = "application/vnd.oasis.opendocument.spreadsheet"


Pieces = Mapping[str, bytes]
NONE: Pieces = MappingProxyType({})


def archive(pieces: Pieces, *, stored: tuple[str, ...] = ("mimetype",)) -> bytes:
    """A ZIP archive of these pieces, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in pieces.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            packed.writestr(zipfile.ZipInfo(name), content, kind)
    return made.getvalue()


def opendocument(media: str = ODT_MEDIA, more: Pieces = NONE) -> bytes:
    """An OpenDocument of that type, with more pieces."""
    return archive(
        {
            "mimetype": media.encode(),
            "content.xml": b"<office:document-content/>",
            "META-INF/manifest.xml": b"<manifest:manifest/>",
            **more,
        }
    )


def office(part: str = "word/document.xml", more: Pieces = NONE) -> bytes:
    """An Office Open XML package with that main part, and more pieces."""
    return archive(
        {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<R/>", part: b"<w/>", **more}
    )


GOOD: dict[str, tuple[str, bytes]] = {
    "a PDF": ("application/pdf", PDF),
    "a PNG": ("image/png", PNG),
    "a JPEG": ("image/jpeg", JPEG),
    "a WebP": ("image/webp", WEBP),
    "an ODT": (ODT_MEDIA, opendocument()),
    "an ODS": (ODS_MEDIA, opendocument(ODS_MEDIA)),
    "a DOCX": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        office(),
    ),
    "an XLSX": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        office("xl/workbook.xml"),
    ),
    "text": ("text/plain", TEXT),
    "text with a mark of its order of bytes": ("text/plain", CSV),
}


def fingerprint(data: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(data).hexdigest()


def file_of(data: bytes, media: str = "application/pdf", **more: Any) -> dict[str, Any]:
    """What a draft says of a file."""
    return {"bytes": len(data), "media": media, "sha256": fingerprint(data), **more}


def sealed(data: bytes, opened: str = "public") -> dict[str, Any]:
    """The same with its fingerprint sealed."""
    return file_of(data, sha256={"open": opened, "text": fingerprint(data)})


def document(id_: str, file: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """The draft of a document; `illustrative` stands beside its body."""
    outer = {k: more.pop(k) for k in ("illustrative",) if k in more}
    body = {"id": id_, "title": "Compte rendu", **more}
    if file is not None:
        body["file"] = file
    return draft("document.published", body, **outer)
