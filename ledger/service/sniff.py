"""Says what a file is by its bytes; what its sender calls it is not believed.

    PDF                    `%PDF-1.` or `%PDF-2.` first, `%%EOF` last
    PNG, JPEG, WebP        their first bytes, and their last
    OpenDocument, OOXML    a ZIP archive from the first byte to the last, by its central names
    text, CSV              UTF-8 without control characters, which no reader takes for markup

`puremagic` knows the first bytes; a file must end as its type ends, too, so that no second file
hangs on behind it. Nothing is decompressed, run or fetched: of an archive only the directory
at its end is read, bounded, and the one name an OpenDocument stores as it is. What a PDF holds
inside, scripts included, is not judged: files are handed out as downloads, never shown.

No first byte tells a table from prose: a text is CSV if its sender says so.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Mapping
from typing import BinaryIO

import puremagic

from ledger.errors import MalformedError
from ledger.service.packed import packed_media

TEXT, CSV = "text/plain", "text/csv"
EXTENSIONS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    CSV: "csv",
    TEXT: "txt",
}
"""Every type that is kept, with the ending of a name for it."""

_HEAD = 4096
_TAIL = 65_557
"""How far from its end an archive may say that it is one: 22 bytes and a comment."""
_CHUNK = 1 << 18
_LONG_MATCH = 6
"""Bytes from which a signature in a text is no accident."""
_PNG_BEGIN = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MARKUP = re.compile(
    r"<\?|<!doctype|<!--|<(html|head|body|script|style|iframe|svg|object|embed|img|math)[\s/>]",
    re.IGNORECASE,
)
_MARKUP_LENGTH = 16
_BEGINNINGS = ("<", "#!", "%!", "{\\rtf", "MIME-Version:")


def sniff(file: BinaryIO, hint: str = "") -> str:
    """The media type of a file, one of `EXTENSIONS`.

    Args:
        file: Anywhere; it is left anywhere.
        hint: The media type its sender gave. It only tells CSV from other text.

    Raises:
        MalformedError: `bad_file`: it is of no such type, or of two.
    """
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise _bad("it is empty")
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    kinds = _signatures(head)
    if ".docx" in kinds:  # every ZIP archive
        return packed_media(file, size)
    media = _binary(kinds, head, tail, size)
    if media:
        if _ends_an_archive(tail):
            raise _bad("it is an archive as well")
        return media
    _check_text(file, kinds)
    return CSV if hint.partition(";")[0].strip().lower() == CSV else TEXT


def agrees(said: str, sniffed: str) -> bool:
    """Whether a media type may be said of a file: CSV is text."""
    return said == sniffed or {said, sniffed} == {TEXT, CSV}


def _signatures(head: bytes) -> dict[str, int]:
    """The types that begin like this: file ending and length of what it is known by."""
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return {}
    return {match.extension: len(match.byte_match) for match in found if match.extension}


def _binary(kinds: Mapping[str, int], head: bytes, tail: bytes, size: int) -> str:
    """The type of what is no text; empty where it begins like none that is kept."""
    if ".pdf" in kinds:
        end = tail.rstrip(b"\r\n\t \0")
        _check(re.match(rb"%PDF-[12]\.[0-9]", head) is not None, "PDF")
        _check(end.endswith(b"%%EOF"), "PDF")
        return "application/pdf"
    if ".png" in kinds:
        _check(head[:16] == _PNG_BEGIN and tail.endswith(_PNG_END), "PNG")
        return "image/png"
    if ".jpg" in kinds:
        _check(head[:3] == b"\xff\xd8\xff" and tail.endswith(b"\xff\xd9"), "JPEG")
        return "image/jpeg"
    if ".webp" in kinds:
        said = int.from_bytes(head[4:8], "little") + 8
        _check(head[8:12] == b"WEBP" and size in (said, said + said % 2), "WebP")
        return "image/webp"
    return ""


def _check(whole: bool, name: str) -> None:
    if not whole:
        raise _bad(f"it begins like {name} and does not end so; save it anew")


def _ends_an_archive(tail: bytes) -> bool:
    place = tail.find(b"PK\5\6")
    while place >= 0:
        comment = int.from_bytes(tail[place + 20 : place + 22], "little")
        if place + 22 + comment == len(tail):
            return True
        place = tail.find(b"PK\5\6", place + 1)
    return False


def _check_text(file: BinaryIO, kinds: Mapping[str, int]) -> None:
    """Checks that bytes are text that nobody takes for anything else.

    Raises:
        MalformedError: `bad_file`.
    """
    named = [kind for kind, length in kinds.items() if length >= _LONG_MATCH]
    if named:
        raise _bad(f"it is {named[0]}")
    decode = codecs.getincrementaldecoder("utf-8")().decode
    file.seek(0)
    before, first = "", True
    while True:
        data = file.read(_CHUNK)
        try:
            text = decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise _bad("it is of no type that is kept, and no text in UTF-8") from error
        if first:
            first = False
            if text.removeprefix("\ufeff").lstrip().startswith(_BEGINNINGS):
                raise _bad("it begins like markup or a script")
        if _CONTROLS.search(text):
            raise _bad("it holds control characters")
        if _MARKUP.search(before + text):
            raise _bad("it holds markup")
        if not data:
            return
        # A tag may begin in one piece and end in the next.
        before = (before + text)[-_MARKUP_LENGTH:]


def _bad(why: str) -> MalformedError:
    kept = "PDF, PNG, JPEG, WebP, ODT, ODS, DOCX, XLSX, CSV, plain text"
    return MalformedError("bad_file", f"{why}; kept are {kept}")
