"""What a running server is made of, and where routes find it: the seam of `viz.site`.

app = create_api(register)        # ledger.api.app
services = services_of(app)       # or services_of(request), in a route
view = services.queries.process(slug, services.today())
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from ledger.api.live import Live
from ledger.service.accounts import Accounts
from ledger.service.board import Boards
from ledger.service.files import MAX_FILE
from ledger.service.finishing import Finisher
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.service.settings import Settings
from ledger.service.writer import Writer

Clock = Callable[[], datetime]
"""Gives the present instant, aware."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one client may ask, like `600/minute`; `off` for as often as it likes."""

    reads: str = "3000/minute"
    """From one address."""
    heavy: str = "600/minute"
    """From one address: what draws, searches, or adds many processes up; the past."""
    writes: str = "600/minute"
    """With one token."""
    failures: str = "10/minute"
    """Wrong tokens from one address."""
    streams: int = 20
    """Streams that one address may hold open; 0 for any number."""

    @classmethod
    def of(cls, settings: Settings) -> Rates:
        """The rates that the surroundings set."""
        return cls(
            settings.rate_reads,
            settings.rate_heavy,
            settings.rate_writes,
            settings.rate_failures,
            settings.rate_streams,
        )


UNLIMITED = Rates("off", "off", "off", "off", 0)
"""For a site that nobody asks but us: measures, and tests that read every page."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask of the server."""

    body: int = 8 * 1024 * 1024
    """Bytes of one request."""
    file: int = MAX_FILE
    """Bytes of one file."""
    listeners: int = 1000
    """Open streams, of all clients together."""
    pending: int = 10_000
    """Events that wait for one listener before it is dropped."""
    writes: int = 64
    """Requests that are being recorded at once; more wait for their turn."""
    patience: float = 30.0
    """Seconds that a body may take, and one more for each 64 KiB of it."""
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a route may use."""

    register: Register
    accounts: Accounts
    queries: Queries
    boards: Boards
    writer: Writer
    live: Live
    finisher: Finisher
    clock: Clock
    limits: Limits
    hosts: tuple[str, ...] = ()
    """The names of this site; any if none."""

    def today(self) -> date:
        """The civil day in the register's time zone."""
        return self.queries.day(self.clock())

    def close(self) -> None:
        """Ends the streams, finishes what waits to be recorded, and stops."""
        self.live.stop()
        self.boards.close()
        self.finisher.close()
        self.writer.close()


def services_of(holder: FastAPI | HTTPConnection) -> Services:
    """The services of an application, or of the one that a request was made to."""
    app = holder if isinstance(holder, FastAPI) else holder.app
    return cast(Services, app.state.services)
