"""Views of the past: folded once however many ask at once, and no more kept than fit.

A process that did not grow between two checkpoints reads the same at both, but for the day:
whoever asks names what a view depends on, and the fold is shared.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import date
from threading import Lock

from ledger.domain.case import fold
from ledger.domain.entry import load_entry
from ledger.service.view import View, view_of
from ledger.store import read
from ledger.store.engine import Connection

KEPT_VIEWS = 128
KEPT_ENTRIES = 20_000
"""Of all the views that are kept together; one alone may be larger, and is not kept."""


class Pasts:
    """The past views asked for last. Any thread may ask."""

    def __init__(self, *, views: int = KEPT_VIEWS, entries: int = KEPT_ENTRIES) -> None:
        self._most, self._room = views, entries
        self._kept: OrderedDict[Hashable, View] = OrderedDict()
        self._entries = 0
        self._flights: dict[Hashable, Future[View]] = {}
        self._lock = Lock()

    def get(self, key: Hashable, fold: Callable[[], View]) -> View:
        """The view under a key; who asks for it first folds it, the others wait.

        Args:
            key: Everything that the view depends on.
            fold: Its errors reach all who wait, and nothing is kept.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            flight = self._flights.get(key)
            mine = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not mine:
            return flight.result()
        try:
            view = fold()
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            flight.set_exception(error)
            raise
        with self._lock:
            self._keep(key, view)
            del self._flights[key]
        flight.set_result(view)
        return view

    def forget(self) -> None:
        """Lets go of every view: a text was erased, and one of them may hold it."""
        with self._lock:
            self._kept.clear()
            self._entries = 0

    def _keep(self, key: Hashable, view: View) -> None:
        weight = len(view.case.entries)
        if weight > self._room:
            return
        self._kept[key] = view
        self._entries += weight
        while self._entries > self._room or len(self._kept) > self._most:
            _, old = self._kept.popitem(last=False)
            self._entries -= len(old.case.entries)


def past_view(db: Connection, slug: str, *, size: int, day: date, last: int) -> View:
    """One process as the first `size` entries of the register tell it.

    Args:
        day: On which duties are judged.
        last: The seq of its newest entry among them.
    """
    received = read.received_until(db, slug, size=size)
    case = fold(map(load_entry, read.story(db, slug, size=size)), received)
    news = read.last_news_for(db, slug, size=size)
    return view_of(db, case, today=day, size=size, last_seq=last, news=news)
