"""Brings pending erasures to their end while the server runs: one small thread.

It looks when the server starts, which is after every crash, and then every few seconds; where a
reader stays in the way it waits twice as long each time, up to a minute.
"""

from __future__ import annotations

import threading

import structlog

from ledger.service import erase
from ledger.service.register import Register

EVERY = 5.0
LONGEST = 60.0
log = structlog.get_logger("ledger.finishing")


class Finisher:
    """Retries what is pending of one register, from `begin` to `close`.

    Args:
        every: Seconds between two looks.
    """

    def __init__(self, register: Register, *, every: float = EVERY) -> None:
        self._register = register
        self._every = every
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="finisher", daemon=True)

    def begin(self) -> None:
        """Looks at once, and again from time to time."""
        self._thread.start()

    def close(self) -> None:
        """Stops; what is pending waits for the next start."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        wait = self._every
        while not self._closed.is_set():
            try:
                finished = not erase.pending(self._register) or erase.finish(self._register)
            except Exception as error:  # noqa: BLE001  the thread outlives whatever happened
                log.error("finishing failed", error=type(error).__name__)
                finished = False
            wait = self._every if finished else min(2 * wait, max(LONGEST, self._every))
            self._closed.wait(wait)
