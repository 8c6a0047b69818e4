"""The lines of the city's board: one for each process, kept while nothing changes it.

    lines = boards.lines(today)     # of every process, in the order they were opened
    gather(lines.all, today=today, asked=Asked(form="atelier-citoyen"))

A line is made by folding its process once, and the fold is thrown away: what is kept of a
thousand processes is a few megabytes. After an append only the processes that moved are folded
again; at midnight only those of which a date has passed (`Line.until`).

One thread makes them, whoever asks: readers who come at once wait for the same work, and a
reader who would wait too long (a large register that was just opened) is told to come back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import cast

from ledger.domain.case import fold
from ledger.domain.duties import duties
from ledger.domain.entry import load_entry
from ledger.domain.line import Line, line_of
from ledger.domain.procedure import Procedure
from ledger.errors import RefusedError
from ledger.service.register import Register
from ledger.service.view import arisen_from
from ledger.store import read
from ledger.store.engine import Connection
from ledger.store.read import ProcessHead

PATIENCE = 3.0
"""Seconds that a reader waits."""
_AT_ONCE = 8
"""Processes that are folded in one snapshot: longer ones would hold back erasures, which
cannot empty the write-ahead log while somebody reads."""

_KEPT_PASTS = 4
_Key = tuple[int, int]
"""The newest entry of a process, and the newest elsewhere that bears on it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of every process, as they stood at one size of the register."""

    all: tuple[Line, ...]
    size: int
    today: date


class Boards:
    """Keeps the lines of one register; any thread may ask.

    Args:
        patience: Seconds that a reader waits for lines that are being made.
    """

    def __init__(self, register: Register, *, patience: float = PATIENCE) -> None:
        self._database = register.database
        self._patience = patience
        self._kept: dict[str, tuple[_Key, Line]] = {}
        self._procedures: dict[int, Procedure] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="board")
        self._lock = Lock()
        self._job: Future[Lines] | None = None
        self._newest: Lines | None = None
        self._left = 0
        self._closed = False
        self._zone = register.opened.zone
        self._pasts: OrderedDict[int, Future[Lines]] = OrderedDict()

    def lines(self, today: date, *, size: int | None = None) -> Lines:
        """The line of every process.

        Args:
            size: As they were when a checkpoint of this size was signed, judged on its day.

        Raises:
            RefusedError: `unknown_size`; or `busy`: they are being made, and that takes longer
                than a reader should wait.
        """
        if size is not None:
            return self._wait(self._past(size))
        with self._database.reading() as db:
            size = read.head(db).size
        while True:
            with self._lock:
                newest = self._newest
                if newest is not None and newest.size >= size and newest.today == today:
                    return newest
                job = self._making(today)
            self._wait(job)

    def _wait(self, job: Future[Lines]) -> Lines:
        try:
            return job.result(self._patience)
        except TimeoutError as error:
            raise RefusedError(
                "busy", f"the board is being made: {self._left} processes are left"
            ) from error

    def _past(self, size: int) -> Future[Lines]:
        with self._lock:
            job = self._pasts.get(size)
            # What failed is tried again: only what is known is kept.
            if job is None or (job.done() and job.exception() is not None):
                job = self._pasts[size] = self._worker.submit(self._lines_at, size)
            self._pasts.move_to_end(size)
            if len(self._pasts) > _KEPT_PASTS:
                self._pasts.popitem(last=False)[1].cancel()
            return job

    def _lines_at(self, size: int) -> Lines:
        with self._database.reading() as db:
            read.checkpoint_at(db, size)
            at = load_entry(read.entry(db, size - 1)).at
            heads = read.processes(db, size=size)
        day, made = at.astimezone(self._zone).date(), []
        for head in heads:
            with self._database.reading() as db:
                made.append(self._line(db, head.slug, day, size=size))
        return Lines(tuple(made), size, day)

    def begin(self, today: date) -> Future[Lines]:
        """Lets the lines be made, unless they are being made already."""
        with self._lock:
            return self._making(today)

    def close(self) -> None:
        """Stops, between two processes."""
        self._closed = True
        self._worker.shutdown(cancel_futures=True)

    def _making(self, today: date) -> Future[Lines]:
        if self._closed:
            raise RefusedError("busy", "the register is being closed")
        if self._job is None or self._job.done():
            self._job = self._worker.submit(self._refresh, today)
        return self._job

    def _refresh(self, today: date) -> Lines:
        with self._database.reading() as db:
            stale = self._stale(db, today)
        self._left = len(stale)
        if len(stale) > _AT_ONCE:
            for head, news in stale:
                with self._database.reading() as db:
                    self._make(db, head, news, today)
                self._left -= 1
        # What moved meanwhile, so that all lines are of one state of the register.
        with self._database.reading() as db:
            for head, news in self._stale(db, today):
                self._make(db, head, news, today)
            heads = read.processes(db)
            all_ = tuple(self._kept[head.slug][1] for head in heads)
            made = Lines(all_, read.head(db).size, today)
        # Under the lock: whoever does not see these lines finds the work not done yet.
        with self._lock:
            self._newest = made
        return made

    def _stale(self, db: Connection, today: date) -> Sequence[tuple[ProcessHead, int]]:
        """The processes without a line that holds today, and what bears on each last."""
        news = read.last_news(db)
        found = []
        for head in read.processes(db):
            newest = news.get(head.slug, -1)
            key, line = self._kept.get(head.slug, (None, None))
            holds = line is not None and line.day <= today <= line.until
            if key != (head.last_seq, newest) or not holds:
                found.append((head, newest))
        return found

    def _make(self, db: Connection, head: ProcessHead, news: int, today: date) -> None:
        # Read in this snapshot, the process may have grown since `head` was: then its line is
        # newer than its key says, and made once more.
        self._kept[head.slug] = (head.last_seq, news), self._line(db, head.slug, today)

    def _line(self, db: Connection, slug: str, today: date, *, size: int = read.NEVER) -> Line:
        if self._closed:
            raise RefusedError("busy", "the register is being closed")
        case = fold(map(load_entry, read.story(db, slug, size=size)))
        procedures = {seq: self._procedure(db, seq) for _, seq in case.procedures}
        arisen = arisen_from(db, case, procedures, size=size)
        newest = read.newest_contribution(db, slug, size=size)
        return line_of(
            case,
            duties(case, procedures, today=today, arisen=arisen),
            procedures,
            today=today,
            received=load_entry(newest) if newest is not None else None,
        )

    def _procedure(self, db: Connection, seq: int) -> Procedure:
        """An adopted procedure; many processes are governed by the same few."""
        if seq not in self._procedures:
            self._procedures[seq] = cast(Procedure, load_entry(read.entry(db, seq)).body)
        return self._procedures[seq]
