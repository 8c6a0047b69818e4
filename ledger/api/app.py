"""Makes the application: routes, errors, the writer and the live stream, started and stopped.

`viz.site` adds its pages to what `create_api` returns:

    app = create_api(register)
    app.include_router(pages)                   # with include_in_schema=False
    app.state.problem_page = page_of_problem    # (Request, Problem) -> Response, for its paths
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from anyio import CapacityLimiter, create_task_group, to_thread
from fastapi import FastAPI

from ledger.api import (
    accounts,
    board,
    changes,
    entries,
    erasures,
    files,
    procedures,
    processes,
    proposals,
    raw,
    references,
    stream,
    writing,
)
from ledger.api.authority import check_declared
from ledger.api.caching import RELEASE, Bodies
from ledger.api.doorway import Doorway
from ledger.api.live import Live
from ledger.api.openapi import DESCRIPTION, TAGS, describe
from ledger.api.problem import install_problems
from ledger.api.services import Clock, Limits, Services
from ledger.api.shield import Shield
from ledger.service.accounts import Accounts
from ledger.service.board import Boards
from ledger.service.finishing import EVERY, Finisher
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.service.writer import Writer

_PICTURES = 64
"""Graphs and pictures that are kept as they were made."""

ROUTERS = (
    processes.router,
    board.router,
    changes.router,
    procedures.router,
    references.router,
    writing.router,
    files.router,
    proposals.router,
    accounts.router,
    entries.router,
    erasures.router,
    stream.router,
    raw.router,
)


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def create_api(
    register: Register,
    *,
    clock: Clock = now,
    limits: Limits | None = None,
    hosts: tuple[str, ...] = (),
    poll: float = 1.0,
    heartbeat: float = 15.0,
    retry: float = EVERY,
) -> FastAPI:
    """The application over one register, which its caller opens and closes.

    It is started and stopped once: its writer ends with it.

    Args:
        hosts: The names under which it is asked, with the port where one belongs; any if none.
        poll: Seconds between two looks for what other processes wrote.
        heartbeat: Seconds of silence after which a stream is told that it is still open.
        retry: Seconds between two looks for erasures that are pending.
    """
    limits = limits or Limits()
    queries = Queries(register)
    live = Live(
        queries,
        poll=poll,
        heartbeat=heartbeat,
        max_listeners=limits.listeners,
        max_pending=limits.pending,
    )
    boards, writer = Boards(register), Writer(register, clock)
    finisher = Finisher(register, every=retry)
    services = Services(
        register,
        Accounts(register),
        queries,
        boards,
        writer,
        live,
        finisher,
        clock,
        limits,
        hosts,
    )
    app = FastAPI(
        title="Fil rouge",
        summary="How decisions were reached with citizens.",
        description=DESCRIPTION.strip(),
        version=RELEASE,
        openapi_url="/api/v1/openapi.json",
        openapi_tags=TAGS,
        # Their pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.services = services
    app.state.problem_page = None
    app.state.pictures = Bodies(_PICTURES)
    for forget in (queries.forget, app.state.pictures.forget):
        live.on_erasure(forget)
    install_problems(app)
    for router in ROUTERS:
        for route in router.routes:
            check_declared(route)
        app.include_router(router)
    app.add_middleware(Shield, rates=limits.rates, clock=clock, hosts=hosts)
    app.add_middleware(Doorway)  # the outermost: what the shield refuses passes it too
    describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    # Writers wait for the disk: in threads of their own, so that readers never wait for them.
    app.state.pens = CapacityLimiter(services.limits.writes)
    services.boards.begin(services.today())
    services.finisher.begin()
    await services.live.start()
    try:
        async with create_task_group() as tasks:
            tasks.start_soon(files.keep_tidy, services)
            yield
            tasks.cancel_scope.cancel()
    finally:
        await to_thread.run_sync(services.close)
