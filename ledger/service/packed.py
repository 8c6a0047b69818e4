"""Tells office documents from other ZIP archives, without opening what is packed.

Only the directory at the end of the archive is read, and the first of the names in front, which
an OpenDocument stores unpacked. So a bomb cannot go off here; whoever opens the file later is
spared what the directory admits: sizes beyond reason, and packed pieces that overlap.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16; OpenDocument 1.3 part 2,
section 3.3; ECMA-376 part 2, section 7.3.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from ledger.errors import MalformedError

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_DIRECTORY = 1 << 20
_MAX_PIECES = 10_000
_MAX_UNPACKED = 1 << 30
_ENCRYPTED = 0x1
_OPENDOCUMENT = "application/vnd.oasis.opendocument."
_OOXML = "application/vnd.openxmlformats-officedocument."
_MACROS = ("vbaproject.bin", "vbadata.xml", "basic/", "scripts/", "activex/", ".exe", ".dll")
"""What names of pieces say that a document comes with programs."""


class Piece(NamedTuple):
    """One name in the directory of an archive."""

    name: str
    flags: int
    method: int
    packed: int
    unpacked: int
    offset: int


def packed_media(file: BinaryIO, size: int) -> str:
    """The media type of an office document.

    Raises:
        MalformedError: `bad_file`: another archive, one that is not whole, or one that would
            harm whoever unpacks it.
    """
    try:
        pieces = _directory(file, size)
        names = {piece.name for piece in pieces}
        media = _opendocument(file, pieces, names) or _office(names)
    except (struct.error, UnicodeDecodeError) as error:
        raise _bad("its archive is not whole") from error
    if not media:
        raise _bad("it is an archive")
    return media


def _directory(file: BinaryIO, size: int) -> list[Piece]:
    """What the directory says, once it is found to describe the whole file."""
    file.seek(max(0, size - _END.size))
    mark, disk, first_disk, here, count, length, start, comment = _END.unpack(
        file.read(_END.size)
    )
    file.seek(0)
    # Nothing before the first piece, nothing behind the directory: no second file hides there.
    if (
        file.read(4) != b"PK\3\4"
        or mark != b"PK\5\6"
        or comment
        or disk
        or first_disk
        or here != count
    ):
        raise _bad("its archive does not end as one")
    if start + length + _END.size != size:
        raise _bad("its archive is longer than it says")
    if length > _MAX_DIRECTORY or count > _MAX_PIECES:
        raise _bad("its archive has too many names")
    file.seek(start)
    data, pieces, place = file.read(length), list[Piece](), 0
    for _ in range(count):
        mark, *said = _CENTRAL.unpack_from(data, place)
        if mark != b"PK\1\2":
            raise _bad("its archive is not whole")
        flags, method, packed, unpacked, offset = said[2], said[3], said[7], said[8], said[-1]
        name_length, extra, remark = said[9], said[10], said[11]
        raw = data[place + _CENTRAL.size :][:name_length]
        pieces.append(Piece(raw.decode(), flags, method, packed, unpacked, offset))
        place += _CENTRAL.size + name_length + extra + remark
    if place != length:
        raise _bad("its archive is not whole")
    _check_pieces(pieces, start)
    return pieces


def _check_pieces(pieces: list[Piece], start: int) -> None:
    if sum(piece.unpacked for piece in pieces) > _MAX_UNPACKED:
        raise _bad("it would unpack to more than a gibibyte")
    in_place = sorted(pieces, key=lambda piece: piece.offset)
    if not pieces or in_place[0].offset != 0:
        raise _bad("something stands before its archive")
    ends = [
        (p.offset, p.offset + _LOCAL.size + len(p.name.encode()) + p.packed) for p in in_place
    ]
    if any(end > following for (_, end), (following, _) in pairwise([*ends, (start, start)])):
        raise _bad("pieces of its archive overlap")
    seen = set[str]()
    for piece in pieces:
        low = piece.name.lower()
        if piece.flags & _ENCRYPTED or piece.method not in (0, 8):
            raise _bad("it is encrypted, or packed in an unusual way")
        if low in seen or low.startswith("/") or "\\" in low or ".." in low.split("/"):
            raise _bad("names in its archive lead astray")
        if any(low.endswith(word) or f"/{word}" in f"/{low}" for word in _MACROS):
            raise _bad("it comes with macros")
        seen.add(low)


def _opendocument(file: BinaryIO, pieces: list[Piece], names: set[str]) -> str:
    """The type that the first piece of an OpenDocument says, stored as it is."""
    first = min(pieces, key=lambda piece: piece.offset)
    if first.name != "mimetype" or first.method != 0 or first.packed > 100:
        return ""
    file.seek(0)
    *_, name_length, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    file.seek(_LOCAL.size + name_length + extra)
    media = file.read(first.packed).decode()
    whole = {"content.xml", "META-INF/manifest.xml"} <= names
    known = (_OPENDOCUMENT + "text", _OPENDOCUMENT + "spreadsheet")
    return media if whole and media in known else ""


def _office(names: set[str]) -> str:
    """What the main part of an Office Open XML package is."""
    if not {"[Content_Types].xml", "_rels/.rels"} <= names:
        return ""
    text, sheet = "word/document.xml" in names, "xl/workbook.xml" in names
    if text == sheet:
        return ""
    return _OOXML + ("wordprocessingml.document" if text else "spreadsheetml.sheet")


def _bad(why: str) -> MalformedError:
    return MalformedError("bad_file", f"{why}; of archives, ODT, ODS, DOCX and XLSX are kept")
