"""The files that documents speak of: taken in, promised, handed out, destroyed.

A file is taken in before the document that names it is recorded, and found by its SHA-256. Once
a real document without another address names it, it is part of what the register says it has:
the writer has seen it under the write lock, and every audit asks for it. The same lock is held
by whatever takes a file away, so that none goes between being seen and being recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import disk_usage
from typing import BinaryIO

from ledger.domain.documents import FINGERPRINT, Document, promises
from ledger.domain.draft import Prepared
from ledger.errors import LedgerError, MalformedError, RefusedError, TamperedError
from ledger.service.register import Register
from ledger.service.sniff import agrees, sniff
from ledger.store import read
from ledger.store.documents import document, documents, erased
from ledger.store.engine import Connection
from ledger.store.files import Folder

MAX_FILE = 50 * 1024 * 1024
"""Bytes of one file, unless `LEDGER_MAX_FILE` says otherwise."""
ROOM = 1 << 30
"""Bytes that files leave to the register itself."""
PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken in, as a draft speaks of it."""

    sha256: str
    bytes: int
    media: str
    new: bool
    """Whether it was not here before."""


def folder_of(data: Path) -> Folder:
    """Where the files of a register lie."""
    return Folder(data / "files")


class Upload:
    """A file that arrives in pieces; `discard` ends it, whatever became of it.

    Args:
        limit: The most bytes it may have.
        room: The bytes that stay free on the disk: without them nothing could be recorded.

    Raises:
        RefusedError: `busy`: the disk does not take it.
    """

    def __init__(self, register: Register, *, limit: int = MAX_FILE, room: int = ROOM) -> None:
        self._register = register
        self._limit = limit
        self._folder = folder_of(register.data)
        if disk_usage(register.data).free < limit + room:
            raise RefusedError("busy", "the disk has no room for files")
        try:
            self._incoming = self._folder.begin()
        except OSError as error:
            raise _not_taken(error) from error

    def write(self, piece: bytes) -> None:
        """Takes the next bytes.

        Raises:
            MalformedError: `too_large`.
            RefusedError: `busy`.
        """
        if self._incoming.size + len(piece) > self._limit:
            raise too_large(self._limit)
        try:
            self._incoming.write(piece)
        except OSError as error:
            raise _not_taken(error) from error

    def finish(self, *, hint: str, now: datetime) -> Kept:
        """Keeps it, if it is of a type that is kept.

        Args:
            hint: The media type that its sender gave.

        Raises:
            MalformedError: `bad_file`.
            RefusedError: `forbidden`: these bytes were erased, and do not come back; `busy`.
        """
        incoming = self._incoming
        try:
            incoming.sync()
            with incoming.path.open("rb") as file:
                media = sniff(file, hint)
            with self._register.database.writing() as db:
                _check_not_erased(db, incoming.sha256)
                new = self._folder.keep(incoming, at=now)
        except OSError as error:
            raise _not_taken(error) from error
        return Kept(incoming.sha256, incoming.size, media, new)

    def discard(self) -> None:
        """Lets go of what was not kept."""
        self._incoming.discard()


def attach(
    register: Register, path: Path, *, now: datetime, hint: str = "", limit: int = MAX_FILE
) -> Kept:
    """Takes in a file of this machine.

    Raises:
        MalformedError: `too_large` or `bad_file`.
        RefusedError: `busy`.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        upload = Upload(register, limit=limit)
        try:
            while piece := file.read(PIECE):
                upload.write(piece)
            return upload.finish(hint=hint, now=now)
        finally:
            upload.discard()


def too_large(limit: int) -> MalformedError:
    """The refusal of a file beyond the limit."""
    return MalformedError("too_large", f"a file has at most {limit} bytes")


def promise(register: Register, statements: Sequence[Prepared]) -> Callable[[Connection], None]:
    """Checks the files that a batch says the register holds.

    Returns:
        What checks under the write lock that they still are here.

    Raises:
        RefusedError: `unknown_file`; `where` begins with the draft's place, `/drafts/3/…`.
    """
    folder = folder_of(register.data)
    named = [
        (f"/drafts/{i}{FINGERPRINT}", _fingerprint(statement), statement.raw["file"])
        for i, statement in enumerate(statements)
        if statement.kind == "document.published"
        and promises(statement.raw, illustrative=statement.illustrative)
    ]

    def check(_db: Connection | None = None) -> None:
        for where, name, file in named:
            held = folder.held(name)
            if held is None:
                message = "send the file first, or say its address (url)"
                raise RefusedError("unknown_file", message, where=where)
            if held.bytes != file["bytes"]:
                message = f"this file has {held.bytes} bytes"
                raise RefusedError("unknown_file", message, where=where)

    check()
    for where, name, file in named:
        _check_media(folder, name, file["media"], where)
    return check


def _fingerprint(statement: Prepared) -> str:
    """In clear, or what its opening says."""
    said = statement.raw["file"]["sha256"]
    if isinstance(said, str):
        return said
    return next(o.value for o in statement.openings if o.path == FINGERPRINT)


def _check_media(folder: Folder, name: str, media: str, where: str) -> None:
    try:
        with folder.open(name) as file:
            found = sniff(file)
    except (LedgerError, OSError) as error:
        raise RefusedError("unknown_file", str(error), where=where) from error
    if not agrees(media, found):
        raise RefusedError("unknown_file", f"this file is {found}", where=where)


def find(register: Register, process: str, id_: str) -> tuple[Document, bool] | None:
    """The file of a document, and whether its bytes are here; None if it has no file.

    Raises:
        RefusedError: `unknown_process` or `unknown_item`.
    """
    with register.database.reading() as db:
        read.process(db, process)
        _, seq = read.thing(db, process, id_)
        found = document(db, seq)
    if found is None:
        return None
    here = found.wanted is not None and folder_of(register.data).held(found.wanted) is not None
    return found, here


def fetch(register: Register, process: str, id_: str) -> tuple[Document, BinaryIO]:
    """The file of a document for whoever asks, open; the caller closes it.

    Raises:
        RefusedError: `unknown_process` or `unknown_item`; `not_found`: it has no file, the file
            is not for everybody, was erased, or lies elsewhere.
        TamperedError: `file_differs`: no regular file is in its place.
    """
    found = find(register, process, id_)
    if found is not None and found[1] and found[0].public and found[0].wanted is not None:
        try:
            return found[0], folder_of(register.data).open(found[0].wanted)
        except FileNotFoundError:
            pass  # destroyed at this moment
    raise RefusedError("not_found", "no file is handed out here")


def pieces(file: BinaryIO, name: str, size: int) -> Iterator[bytes]:
    """The bytes of a file, and its end; the last piece only if it is the file of that name.

    Args:
        name: SHA-256 of the whole, in hex.

    Raises:
        TamperedError: `file_differs`: whoever reads has not got all, and knows it.
    """
    digest, left = sha256(), size
    with file:
        while left:
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            digest.update(piece)
            if not piece or (not left and digest.hexdigest() != name):
                raise TamperedError("file_differs", f"{name} is not what was recorded")
            yield piece


def doomed(db: Connection, seq: int, paths: Sequence[str]) -> str | None:
    """The fingerprint of the file that goes when these texts of an entry are erased.

    To be asked for before the erasure is recorded: it may destroy what says it.
    """
    found = document(db, seq) if FINGERPRINT in paths else None
    return found.wanted if found else None


def erasable(db: Connection, seq: int) -> set[str]:
    """The path of a fingerprint in clear whose file was not erased yet; else nothing.

    Beside the texts of an entry these are the places that an erasure may name.
    """
    found = document(db, seq)
    return {FINGERPRINT} if found and found.wanted is not None else set()


def destroy(register: Register, name: str | None) -> bool:
    """Destroys the file of a document that was erased; whether no trace of it is left.

    It stays where another document has the same bytes: that one is to be erased as well. If
    we crash before this, nobody names the file any more, and collecting takes it away.

    Raises:
        RefusedError: `busy`.
    """
    if name is None:
        return True
    folder = folder_of(register.data)
    with register.database.writing() as db:
        if any(other.wanted == name for other in documents(db)):
            return False
        folder.destroy(name)
    return True


def destroy_unnamed(register: Register) -> None:
    """Destroys every file that no document speaks of, however new: an erasure left it over.

    What was sent a moment ago and is not recorded yet goes too, and is to be sent again.

    Raises:
        RefusedError: `busy`.
        OSError: a file cannot be taken away.
    """
    folder = folder_of(register.data)
    with register.database.writing() as db:
        spoken = list(documents(db))
        here = {held.sha256 for held in folder.files()}
        # What is in the place of a file, and is none, is in the way all the same.
        here |= {d.sha256 for d in spoken if d.sha256 and folder.present(d.sha256)}
        for name in here - {d.wanted for d in spoken}:
            folder.destroy(name)


def _check_not_erased(db: Connection, name: str) -> None:
    if name in erased(db) and all(other.wanted != name for other in documents(db)):
        raise RefusedError("forbidden", "this file was erased in public: it does not come back")


def _not_taken(error: OSError) -> RefusedError:
    return RefusedError("busy", f"the file could not be written: {error.strerror}")
