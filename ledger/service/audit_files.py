"""Compares the files in their folder with what entries say of them.

A real document without another address says that the register holds its bytes: they must be
here, in that size, and lead to that fingerprint. Whatever else is here under a fingerprint that
an entry names must be what that name says. What was erased must be gone, unless another
document has the same bytes. A file whose fingerprint was sealed and destroyed is nobody's: no
audit can name it, collecting takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from ledger.domain.documents import Document
from ledger.errors import TamperedError
from ledger.store.files import Folder

_PIECE = 1 << 20


@dataclass(slots=True)
class Files:
    """How many files were compared, and how large they are together."""

    count: int = 0
    bytes: int = 0


def audit_files(
    folder: Folder, documents: Iterable[Document], fresh: Callable[[int], Document | None]
) -> Files:
    """Compares every file that a document speaks of; each is read once, in pieces.

    Args:
        documents: By seq; their entries and openings have been verified.
        fresh: A document as it is by now, by seq.

    Raises:
        TamperedError: `file_missing`, `file_differs` or `erasure_undone`, at the first
            document of the file.
    """
    found = Files()
    sizes = dict[str, int | None]()
    """Of each fingerprint that was compared: how large its file is; None if it is not here."""
    gone = list[Document]()
    for document in documents:
        name = document.wanted
        if name is None:
            if document.sha256 is not None:
                gone.append(document)
            continue
        if name not in sizes:
            sizes[name] = _compare(folder, document, name)
            if (size := sizes[name]) is not None:
                found.count, found.bytes = found.count + 1, found.bytes + size
        if document.promised and sizes[name] != document.bytes:
            _check_gone(sizes[name], fresh(document.seq), document)
    for document in gone:
        if document.sha256 and document.sha256 not in sizes and folder.present(document.sha256):
            raise TamperedError(
                "erasure_undone", "erased in public, and still here", where=_where(document)
            )
    return found


def _compare(folder: Folder, document: Document, name: str) -> int | None:
    """The size of the file of that name, once it was found to be it; None if it is not here."""
    digest, size = sha256(), 0
    try:
        with folder.open(name) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return None
    except TamperedError as error:
        raise TamperedError(error.code, error.message, where=_where(document)) from error
    if digest.hexdigest() != name:
        raise TamperedError(
            "file_differs", "these bytes have another fingerprint", where=_where(document)
        )
    return size


def _check_gone(size: int | None, now: Document | None, document: Document) -> None:
    if size is None and now is not None and now.erased:
        return  # erased since we began
    if size is None:
        raise TamperedError(
            "file_missing", "the register says it holds this file", where=_where(document)
        )
    raise TamperedError(
        "file_differs",
        f"the entry says {document.bytes} bytes; the file has {size}",
        where=_where(document),
    )


def _where(document: Document) -> str:
    return f"seq {document.seq} {document.place}"
