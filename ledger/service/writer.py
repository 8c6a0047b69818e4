"""The server's pen: one thread that appends what many ask for, several requests a commit.

A commit is one wait for the disk; requests that arrive meanwhile share the next one. The
thread outlives every failure: what goes wrong is told to those who asked, and it goes on.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import structlog

from ledger.errors import LedgerError, RefusedError
from ledger.service.register import Register
from ledger.service.tracing import origin_of
from ledger.store.append import Request, Written

MAX_WAITING = 1000
MAX_GROUP = 64
"""Requests a commit."""

log = structlog.get_logger("ledger.writer")


@dataclass(frozen=True, slots=True)
class Health:
    """How the writer is."""

    alive: bool
    waiting: int
    last_error: str | None


class Writer:
    """Appends to one register, in the order in which it is asked."""

    def __init__(self, register: Register, clock: Callable[[], datetime]) -> None:
        self._register = register
        self._clock = clock
        self._queue: queue.Queue[tuple[Request, Future[Written]] | None] = queue.Queue(
            MAX_WAITING
        )
        self._last_error: str | None = None
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def append(self, request: Request) -> Written:
        """Appends a request and waits until it is on disk.

        Raises:
            LedgerError: what it was refused for; `busy` when too many wait already, or when
                the writer was closed.
        """
        future: Future[Written] = Future()
        # Behind the gate nothing is put after the end: it would wait for ever.
        with self._gate:
            if self._closed:
                raise RefusedError("busy", "the server is stopping")
            try:
                self._queue.put_nowait((request, future))
            except queue.Full as error:
                raise RefusedError("busy", "too many requests wait to be recorded") from error
        return future.result()

    def health(self) -> Health:
        """How the writer is."""
        return Health(self._thread.is_alive(), self._queue.qsize(), self._last_error)

    def close(self) -> None:
        """Finishes what waits, then stops."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            stop = False
            while len(group) < MAX_GROUP:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    stop = True
                    break
                group.append(item)
            for part in _parts(group):
                self._append(part)
            if stop:
                return

    def _append(self, group: list[tuple[Request, Future[Written]]]) -> None:
        try:
            outcomes = self._register.append([r for r, _ in group], now=self._clock())
            self._last_error = None
        except Exception as error:  # noqa: BLE001 - the thread outlives whatever happened
            self._last_error = type(error).__name__  # shown to anybody: no paths, no texts
            refusal = error if isinstance(error, LedgerError) else None
            # First of all: whoever is not told waits for ever.
            for _, future in group:
                future.set_exception(
                    refusal or RefusedError("busy", "the register could not be written")
                )
            with suppress(OSError):  # a log that cannot be written is no reason to die
                log.error("append failed", **origin_of(error))
            return
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, LedgerError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


def _parts(
    group: list[tuple[Request, Future[Written]]],
) -> Iterator[list[tuple[Request, Future[Written]]]]:
    """Those that may share a commit: an erasure goes alone, for it must see all before it."""
    for alone, part in groupby(group, lambda item: bool(item[0].erasures)):
        if alone:
            yield from ([item] for item in part)
        else:
            yield list(part)
