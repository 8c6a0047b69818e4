"""The folder of files: bytes under the name of their SHA-256, whole or not at all.

    DATA/files/3f/3f52…ed69         a file; nothing of who sent it, or what they called it
    DATA/files/.incoming-<random>   one on its way in

A file is written beside its place, synced, and renamed: if we crash at any moment there is
the whole file, or one on its way in that nobody names, which `sweep` takes away. Its time is
when it was last sent; what age means for it is the caller's.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ledger.errors import MalformedError, TamperedError

_NAME = re.compile("[0-9a-f]{64}").fullmatch
_INCOMING = ".incoming-"
_NO_FILE = (errno.ELOOP, errno.ENOTDIR, errno.ENXIO)
"""A symbolic link, a file in place of a folder, a socket."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Held(NamedTuple):
    """A file that is here."""

    sha256: str
    bytes: int
    at: datetime
    """When it was last sent."""


class Incoming:
    """A file on its way in: hashed while it is written; nobody else knows its name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.path = folder / f"{_INCOMING}{secrets.token_hex(16)}"
        self.size = 0
        self._hash = sha256()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(self.path, flags, 0o600)

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Writes on."""
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._hash.update(chunk)
        self.size += len(chunk)

    def sync(self) -> None:
        """Waits until the disk has all of it; nothing is written after."""
        os.fsync(self._descriptor)
        self._close()

    def discard(self) -> None:
        """Takes it away if it was not kept; any number of times."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class Folder:
    """Files by their SHA-256. What changes it is called under the register's write lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self) -> Incoming:
        """A file to write to."""
        return Incoming(self._path)

    def keep(self, incoming: Incoming, *, at: datetime) -> bool:
        """Puts a synced file in its place; whether it was not there before.

        The same bytes are put there again: that mends a file the disk has spoiled, and says
        that somebody wants it.
        """
        place = self._place(incoming.sha256)
        new = not place.exists()
        if not place.parent.is_dir():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self._path)
        os.utime(incoming.path, (at.timestamp(), at.timestamp()))
        # If we crash before this, a file on its way in is left over; after it, the whole file.
        incoming.path.replace(place)
        _sync(place.parent)
        return new

    def held(self, name: str) -> Held | None:
        """What is here under a SHA-256; None if nothing is, or no regular file."""
        try:
            found = self._place(name).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return Held(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def open(self, name: str) -> BinaryIO:
        """The file under a SHA-256, for reading; its caller closes it.

        Raises:
            FileNotFoundError: nothing is here.
            TamperedError: `file_differs`: what is here is no regular file.
        """
        try:
            descriptor = os.open(self._place(name), _FLAGS | getattr(os, "O_BINARY", 0))
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
            raise TamperedError("file_differs", f"{name} is no regular file") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise TamperedError("file_differs", f"{name} is no regular file")
        return os.fdopen(descriptor, "rb")

    def present(self, name: str) -> bool:
        """Whether anything at all is under a SHA-256, whatever it is."""
        return os.path.lexists(self._place(name))

    def destroy(self, name: str) -> bool:
        """Takes the file under a SHA-256 away; whether it was here."""
        place = self._place(name)
        try:
            place.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        _sync(place.parent)
        return True

    def files(self) -> Iterator[Held]:
        """Every file that is here, by name."""
        for folder in _listed(self._path):
            for name in _listed(folder) if len(folder.name) == 2 else ():
                if _NAME(name.name) and name.name.startswith(folder.name):
                    found = self.held(name.name)
                    if found is not None:
                        yield found

    def sweep(self, before: datetime) -> int:
        """Takes away what was on its way in and not written to since; how many."""
        count = 0
        for path in _listed(self._path):
            # It may arrive, or be given up, at this very moment.
            with suppress(FileNotFoundError):
                if path.name.startswith(_INCOMING) and _older(path, before):
                    path.unlink()
                    count += 1
        return count

    def _place(self, name: str) -> Path:
        # The one way from a name to a path.
        if not _NAME(name):
            raise MalformedError("bad_value", "a file is named by 64 hex digits")
        return self._path / name[:2] / name


def _older(path: Path, before: datetime) -> bool:
    return path.lstat().st_mtime < before.timestamp()


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _sync(folder: Path) -> None:
    """Waits until the disk knows what is in a folder."""
    if os.name == "nt":  # there a folder cannot be opened, and a rename waits by itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
