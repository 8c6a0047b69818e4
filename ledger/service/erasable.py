"""What an erasure takes: texts of entries, and the texts that corrections put in their place.

A correction holds words of its own, at paths of its own. Whoever has a text erased does not
mean to leave its second wording behind: the openings of corrections go along, each named by an
erasure of the entry it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ledger.core.sealed import find_sealed
from ledger.domain.entry import Entry, load_entry
from ledger.domain.events import CorrectionMade
from ledger.domain.values import Sealed
from ledger.errors import RefusedError
from ledger.service import files
from ledger.service.register import Register
from ledger.store import read, vault
from ledger.store.engine import Connection


class Target(NamedTuple):
    """Texts of one entry that are still here: what one `text.erased` will name."""

    seq: int
    process: str
    illustrative: bool
    paths: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Which texts, in plain values."""
        return {"seq": self.seq, "process": self.process, "paths": list(self.paths)}


Choice = Callable[[Connection], list[Target]]
"""Finds what an erasure takes; asked again under the lock, it must find the same."""


def seq_of(register: Register, process: str, id_: str) -> int:
    """The entry that declares what bears an id.

    Raises:
        RefusedError: `unknown_process` or `unknown_item`.
    """
    with register.database.reading() as db:
        read.process(db, process)
        return read.thing(db, process, id_)[1]


def of_entry(seq: int, names: Sequence[str] | None) -> Choice:
    """The texts of one entry, with what corrections made of them.

    Args:
        names: Paths as `/body/author`, or short as `author`: all that is sealed there, and the
            file of a document where its fingerprint is named. None for all of the entry.

    When asked, raises:
        RefusedError: `unknown_entry`; `unknown_reference`: no text is there, or no more.
    """

    def choose(db: Connection) -> list[Target]:
        entry = load_entry(read.entry(db, seq))
        sealed = [*_sealed(entry), *files.erasable(db, seq)]
        wanted: dict[str, None] = dict.fromkeys(sealed if names is None else ())
        for name in names or ():
            there = [path for path in sealed if _named(path, name)]
            if not there or not _here(db, {seq: dict.fromkeys(there)}):
                raise RefusedError(
                    "unknown_reference", f"entry {seq} has no text at {name}", where="/paths"
                )
            wanted.update(dict.fromkeys(there))
        found = _here(db, {seq: wanted})
        if not found:
            raise RefusedError("unknown_reference", f"entry {seq} has no text", where="/paths")
        return found

    return choose


def of_subject(digest: bytes) -> Choice:
    """Every text that came with a subject, in any process.

    When asked, raises:
        RefusedError: `unknown_reference`: there is none.
    """

    def choose(db: Connection) -> list[Target]:
        wanted: dict[int, dict[str, None]] = {}
        for seq, path in vault.of_subject(db, digest):
            wanted.setdefault(seq, {})[path] = None
        found = _here(db, wanted)
        if not found:
            raise RefusedError("unknown_reference", "no text of this subject is here")
        return found

    return choose


def _named(path: str, name: str) -> bool:
    if name.startswith("/"):
        return path == name
    place = f"/{name}" if name.partition("/")[0] == "sources" else f"/body/{name}"
    return path == place or path.startswith(f"{place}/")


def _sealed(entry: Entry) -> list[str]:
    value = {
        "body": entry.raw,
        "sources": [source.model_dump(exclude_none=True) for source in entry.sources],
    }
    return [path for path, _, _ in find_sealed(value)]


def _here(db: Connection, wanted: dict[int, dict[str, None]]) -> list[Target]:
    """What is still here of the texts wanted and of their corrections, by seq."""
    wanted = {seq: dict(paths) for seq, paths in wanted.items()}
    if wanted:
        # A correction may itself be corrected, later: one walk meets them all.
        for data in read.corrections(db, after=min(wanted)):
            _follow(load_entry(data), wanted)
    found = []
    for seq in sorted(wanted):
        present = vault.present(db, seq) | files.erasable(db, seq)
        paths = tuple(path for path in wanted[seq] if path in present)
        if paths:
            entry = load_entry(read.entry(db, seq))
            found.append(Target(seq, entry.process, entry.illustrative, paths))
    return found


def _follow(entry: Entry, wanted: dict[int, dict[str, None]]) -> None:
    if not isinstance(entry.body, CorrectionMade):
        return  # of a later version: what it says is not known here
    mended: Iterable[str] = wanted.get(entry.body.entry, ())
    for place, change in enumerate(entry.body.changes):
        if change.path in mended and isinstance(change.value, Sealed):
            wanted.setdefault(entry.seq, {})[f"/body/changes/{place}/value"] = None
