"""What erasing leaves behind: every file under a folder, searched for words and keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from ledger.service.register import Register
from ledger.store import read


def forms(words: str) -> set[bytes]:
    """The bytes that words may stand as: UTF-8, UTF-16, escaped in JSON, in an address."""
    return {
        words.encode(),
        words.encode("utf-16-le"),
        json.dumps(words)[1:-1].encode(),
        words.encode().hex().encode(),
    }


def holding(folder: Path, needles: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """(name of the file, needle) of every needle that stands in a file below a folder."""
    wanted = list(needles)
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [(path.name, needle) for needle in wanted if needle in data]
    return found


def texts(register: Register) -> dict[tuple[int, str], tuple[bytes, str]]:
    """(key, value) of every text that is here, by (seq, path)."""
    with register.database.reading() as db:
        return {(o.seq, o.path): (o.key, o.value) for o in read.raw_openings(db)}


@contextmanager
def a_reader(register: Register) -> Iterator[None]:
    """Somebody holds a snapshot of the register, as a long answer does."""
    with register.database.reading() as db:
        read.head(db)
        yield


@contextmanager
def readers(register: Register, count: int = 3) -> Iterator[None]:
    """Readers that come and go without end."""
    stop = threading.Event()

    def read_on() -> None:
        while not stop.is_set():
            with register.database.reading() as db:
                list(islice(read.raw_openings(db), 100))

    threads = [threading.Thread(target=read_on, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)


def careless(register: Register) -> None:
    """Has SQLite leave deleted bytes where they were, as it does with cells that it moves."""
    with register.database.reading() as db:
        db.execute("PRAGMA secure_delete = OFF")
