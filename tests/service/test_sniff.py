"""What a file is, its bytes say; whatever else it could be taken for is refused."""

from __future__ import annotations

import io
import struct

import pytest

from ledger.errors import MalformedError
from ledger.service.sniff import EXTENSIONS, agrees, sniff
from tests.files import CSV, GOOD, JPEG, PDF, PNG, TEXT, WEBP, archive, office, opendocument

HTML = b"<!DOCTYPE html><html><body>Bonjour</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def overlapping() -> bytes:
    """A bomb in which a thousand names share one packed piece."""
    data = bytearray(office())
    end = data.rfind(b"PK\5\6")
    first = data.find(b"PK\1\2")
    last = data.rfind(b"PK\1\2", 0, end)
    name = b"word/document.xml"
    entry = bytes(data[last:end])
    more = b"".join(
        entry.replace(name, b"word/%04d.xmlxxxxx"[:11] % i + b"xxxxxx") for i in range(9)
    )
    data[end:end] = more
    end += len(more)
    struct.pack_into("<HH", data, end + 8, 12, 12)
    struct.pack_into("<L", data, end + 12, end - first)
    return bytes(data)


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """A central directory with other bytes in each of its entries."""
    changed, place = bytearray(data), data.find(b"PK\1\2")
    while place >= 0:
        changed[place + offset : place + offset + len(value)] = value
        place = data.find(b"PK\1\2", place + 1)
    return bytes(changed)


def large(count: int) -> bytes:
    return archive({f"{i:05}": b"" for i in range(count)})


BAD: dict[str, bytes] = {
    "nothing": b"",
    "HTML": HTML,
    "HTML behind blank lines": b"\n\n  \n" + HTML,
    "HTML behind a mark of its order of bytes": b"\xef\xbb\xbf" + HTML,
    "HTML in prose": b"Voici : <script >alert(1)</script>",
    "a tag across two pieces": b"a" * ((1 << 18) - 4) + b"<script>",
    "SVG": SVG,
    "XML": b'<?xml version="1.0"?><a/>',
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "PHP in prose": b"a <?php echo 1;",
    "PostScript": b"%!PS-Adobe-3.0\n",
    "RTF": b"{\\rtf1 Bonjour}",
    "text in Latin-1": "Compte rendu de la réunion".encode("latin-1"),
    "text in UTF-16": "Bonjour".encode("utf-16"),
    "text cut within a character": "été".encode()[:-1],
    "a zero byte in text": b"Bonjour\0",
    "an escape sequence in text": b"Bonjour \x1b[31m",
    "a C1 control in text": "Bonjour \x9b31m".encode(),
    "a program": b"MZ\x90\0\3\0\0\0" + b"\0" * 60,
    "an ELF program": b"\x7fELF\2\1\1\0" + b"\0" * 60,
    "GIF": b"GIF89a\1\0\1\0\0\0\0;",
    "a ZIP archive": archive({"a.txt": b"a"}),
    "a gzip archive": b"\x1f\x8b\x08\0\0\0\0\0\0\0abc",
    "a 7z archive": b"7z\xbc\xaf\x27\x1c" + b"\0" * 40,
    "PDF behind HTML": HTML + PDF,
    "PDF cut": PDF[:-8],
    "PDF with HTML behind": PDF + HTML,
    "PDF with an archive behind": PDF + archive({"a.txt": b"a"}),
    "PDF around an archive whose comment is its end": PDF[:-6]
    + archive({"a": b""})[:-2]
    + struct.pack("<H", 6)
    + b"%%EOF\n",
    "PNG cut": PNG[:-4],
    "PNG with HTML behind": PNG + HTML,
    "JPEG with an archive behind": JPEG + archive({"a.txt": b"a"}),
    "WebP with HTML behind": WEBP + HTML,
    "another RIFF": b"RIFF" + (30).to_bytes(4, "little") + b"WAVEfmt " + b"\0" * 22,
    "DOCX behind HTML": HTML + office(),
    "DOCX with HTML behind": office() + HTML,
    "DOCX cut": office()[:-30],
    "DOCX with macros": office(more={"word/vbaProject.bin": b"x"}),
    "DOCX that is an XLSX too": office(more={"xl/workbook.xml": b"x"}),
    "ODT with macros": opendocument(more={"Basic/Standard/Module1.xml": b"x"}),
    "ODT with a script": opendocument(more={"Scripts/python/a.py": b"x"}),
    "another OpenDocument": opendocument("application/vnd.oasis.opendocument.graphics"),
    "OpenDocument without its content": archive({"mimetype": b"application/vnd.oasis"}),
    "Java": archive({"META-INF/MANIFEST.MF": b"", "A.class": b"\xca\xfe\xba\xbe"}),
    "DOCX that climbs": office(more={"../../etc/passwd": b"x"}),
    "DOCX with a name twice in other letters": office(more={"word/DOCUMENT.xml": b"x"}),
    "DOCX that is encrypted": patched(office(), 8, b"\1\0"),
    "DOCX packed in an unusual way": patched(office(), 10, b"\x0e\0"),
    "DOCX of too many gibibytes": patched(office(), 24, struct.pack("<L", 1 << 29)),
    "DOCX that overlaps itself": overlapping(),
    "an archive of too many names": large(10_001),
    "an archive that ends at once": b"PK\3\4" + b"\0" * 30,
}  # fmt: skip


@pytest.mark.parametrize("what", GOOD)
def test_what_is_kept_is_known_by_its_bytes(what: str):
    media, data = GOOD[what]
    assert sniff(io.BytesIO(data)) == media
    assert sniff(io.BytesIO(data), "text/html") == media
    assert media in EXTENSIONS


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_kept_is_refused_whatever_it_is_called(what: str):
    for hint in ("", "application/pdf", "text/plain"):
        with pytest.raises(MalformedError) as caught:
            sniff(io.BytesIO(BAD[what]), hint)
        assert caught.value.code == "bad_file"


def test_only_its_sender_tells_a_table_from_prose():
    assert sniff(io.BytesIO(CSV), "text/csv; charset=utf-8") == "text/csv"
    assert sniff(io.BytesIO(TEXT), "text/csv") == "text/csv"
    assert agrees("text/csv", "text/plain")
    assert not agrees("text/csv", "application/pdf")
    assert sniff(io.BytesIO(PDF), "text/csv") == "application/pdf"


def test_a_bomb_is_refused_by_what_its_directory_admits():
    with pytest.raises(MalformedError, match="unpack"):
        sniff(io.BytesIO(BAD["DOCX of too many gibibytes"]))
    with pytest.raises(MalformedError, match="overlap"):
        sniff(io.BytesIO(BAD["DOCX that overlaps itself"]))
