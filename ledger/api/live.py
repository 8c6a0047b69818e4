"""One stream of what is recorded, for every listener at once.

A thread notices that the register grew: at once when the writer of this process says so,
within a second when another process wrote. It encodes each event once; the event loop hands
the same bytes to all listeners:

    id: 17
    data: {"kind":"answer.given","nth":4,"process":"publicite-dans-la-ville","seq":17}

Nothing is lost and nothing comes twice. A listener is registered at a place of the register:
what stands before it is read from the register, what comes after it waits in the listener's
own queue. The first block and every heartbeat carry an id without data, so that a browser
that lost the connection knows from where to go on, whatever it was sent before.

Listeners and queues belong to the event loop; the thread only hands events over to it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import orjson
import structlog

from ledger.errors import RefusedError
from ledger.service.query import Queries
from ledger.service.tracing import origin_of

CHUNK = 500
"""Events that are read and handed over at once."""
RETRY = 2000
"""Milliseconds after which a browser connects again."""

log = structlog.get_logger("ledger.live")


class Event(NamedTuple):
    """One entry as listeners are told of it."""

    seq: int
    process: str
    kind: str
    data: bytes


class Listener:
    """One open stream."""

    def __init__(self, start: int, since: int, process: str | None) -> None:
        self.start = start
        """The first seq it has not been told of when it came."""
        self.since = since
        """What is before it is read from the register; the rest is put into `pending`."""
        self.process = process
        self.pending: deque[bytes] = deque()
        self.woken = asyncio.Event()
        self.ended = False
        self.task: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Lets the stream end; what waits is not sent any more."""
        self.ended = True
        self.pending.clear()
        self.woken.set()


class Live:
    """Tells listeners of every commit, once `start` was called in the event loop."""

    def __init__(
        self,
        queries: Queries,
        *,
        poll: float = 1.0,
        heartbeat: float = 15.0,
        max_listeners: int = 1000,
        max_pending: int = 10_000,
    ) -> None:
        self._queries = queries
        self._poll = poll
        self._heartbeat = heartbeat
        self._max_listeners = max_listeners
        self._max_pending = max_pending
        self._listeners: set[Listener] = set()
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._position = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._watch, name="live", daemon=True)
        self._read = 0
        self._erasure: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Begins to watch from the present size of the register on."""
        self._loop = asyncio.get_running_loop()
        self._position = self._read = await asyncio.to_thread(self._queries.version)
        self._thread.start()

    def on_erasure(self, forget: Callable[[], None]) -> None:
        """Has `forget` called, in the thread, whenever texts were erased by anybody."""
        self._erasure.append(forget)

    def wake(self) -> None:
        """Looks at once whether the register grew; from any thread."""
        self._woken.set()

    def close(self) -> None:
        """Ends every stream at once and stops watching; from any thread."""
        self._closed.set()
        self._woken.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def stop(self) -> None:
        """Closes, and waits until nothing is read any more; not in the event loop."""
        self.close()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    @property
    def alive(self) -> bool:
        """Whether new entries are being noticed."""
        return self._thread.is_alive() and not self._closed.is_set()

    def check_room(self) -> None:
        """Checks that one more stream may be opened.

        Raises:
            RefusedError: `busy`.
        """
        started = self._loop is not None and not self._closed.is_set()
        if not started or len(self._listeners) >= self._max_listeners:
            raise RefusedError("busy", "too many streams are open: ask again, or poll")

    def join(self, *, after: int | None, process: str | None) -> Listener:
        """A new listener; in the event loop only. `leave` must follow.

        Args:
            after: The last seq it knows of; None for what is recorded from now on.
            process: Only the entries of this process.
        """
        start = self._position if after is None else max(after + 1, 0)
        if start > self._position and start > self._queries.version():
            start = self._position  # what it knows of is of another register, begun anew since
        listener = Listener(start, self._position, process)
        listener.ended = self._closed.is_set()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """The stream is over."""
        self._listeners.discard(listener)

    async def chunks(self, listener: Listener) -> AsyncIterator[bytes]:
        """What a listener is sent, until it ends."""
        yield b"retry: %d\nid: %d\n\n" % (RETRY, listener.start - 1)
        for start in range(listener.start, listener.since, CHUNK):
            stop = min(start + CHUNK, listener.since)
            events = await asyncio.to_thread(self._events, start, stop)
            if listener.ended:
                return
            if told := b"".join(e.data for e in events if _concerns(listener, e)):
                yield told
        while not listener.ended:
            try:
                async with asyncio.timeout(self._heartbeat):
                    await listener.woken.wait()
            except TimeoutError:
                # Nothing is pending: whatever was published concerned others.
                known = max(self._position, listener.start) - 1
                yield b": still here\nid: %d\n\n" % known
                continue
            listener.woken.clear()
            if told := b"".join(listener.pending):
                listener.pending.clear()
                yield told

    def _publish(self, events: list[Event], stop: int) -> None:
        self._position = stop
        for listener in list(self._listeners):
            listener.pending.extend(
                event.data
                for event in events
                if event.seq >= listener.start and _concerns(listener, event)
            )
            if len(listener.pending) > self._max_pending:
                # It does not read what it is sent. It knows its last id and may come again.
                listener.end()
                if listener.task is not None:
                    listener.task.cancel()
            elif listener.pending:
                listener.woken.set()

    def _end_all(self) -> None:
        for listener in list(self._listeners):
            listener.end()

    def _watch(self) -> None:
        while not self._closed.is_set():
            self._woken.wait(self._poll)
            self._woken.clear()
            try:
                self._notice()
            except Exception as error:  # noqa: BLE001  the thread must outlive whatever happened
                log.error("watching failed", **origin_of(error))
                self._closed.wait(self._poll)

    def _notice(self) -> None:
        size = self._queries.version()
        while self._read < size and not self._closed.is_set():
            stop = min(self._read + CHUNK, size)
            events = self._events(self._read, stop)
            if any(event.kind == "text.erased" for event in events):
                for forget in self._erasure:
                    forget()
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._publish, events, stop)
            self._read = stop

    def _events(self, start: int, stop: int) -> list[Event]:
        rows = self._queries.entries(start=start, limit=stop - start)
        return [_event(seq, data) for seq, data in rows]


def _event(seq: int, data: bytes) -> Event:
    # Not `decode`: bytes that somebody changed are for the audit to find, and stop no stream.
    entry = orjson.loads(data)
    told = {"seq": seq, "process": entry["process"], "nth": entry["nth"], "kind": entry["kind"]}
    body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return Event(seq, entry["process"], entry["kind"], b"id: %d\ndata: %b\n\n" % (seq, body))


def _concerns(listener: Listener, event: Event) -> bool:
    return listener.process is None or listener.process == event.process
