"""A served register: with a test client, or by a real server on a real port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.app import create_api
from ledger.api.connection import PATIENCE
from ledger.api.server import Server
from ledger.api.services import Limits, Services, services_of
from ledger.service import load
from ledger.service.register import Register
from tests.world import NOW, new_register, token

EXEMPLE = Path(__file__).parents[2] / "fixtures" / "exemple" / "01-exemple-cours-fraiches.jsonl"


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The clock of the served register."""
    return Clock()


@pytest.fixture
def app(told: Register, clock: Clock) -> FastAPI:
    """The application over a register with one process."""
    return create_api(told, clock=clock)


@pytest.fixture
def services(app: FastAPI) -> Services:
    """What the application is made of."""
    return services_of(app)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the started application, which answers failures like a server does."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def auth(told: Register) -> dict[str, str]:
    """The header of somebody who may write."""
    shown = token(told)
    return {"Authorization": f"Bearer {shown}"}


@pytest.fixture(scope="module")
def exemple(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a register that holds a whole invented process; for reading only."""
    register = new_register(tmp_path_factory.mktemp("exemple") / "data")
    load.load(
        register,
        load.read_drafts(EXEMPLE),
        account="registrar",
        append=lambda request: register.append_one(request, now=NOW),
    )
    with TestClient(create_api(register, clock=lambda: NOW)) as client:
        yield client
    register.close()


@dataclass
class Served:
    """A server that listens."""

    server: Server
    thread: threading.Thread
    port: int
    services: Services

    def stop(self) -> None:
        """Stops it as a signal would, and waits."""
        self.server.should_exit = True
        self.thread.join(timeout=15)
        assert not self.thread.is_alive()


def serve(
    register: Register, *, proxied: bool = False, head: float = PATIENCE, **more: Any
) -> Served:
    """Serves a register on a free port of this machine."""
    app = create_api(register, clock=lambda: NOW, **more)
    server = Server(app, port=0, log_level="warning", proxied=proxied, head=head)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 15
    while not server.started:
        assert time.monotonic() < deadline
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    return Served(server, thread, port, services_of(app))


@pytest.fixture
def served(told: Register) -> Iterator[Served]:
    """A server whose streams are quick to notice and to give up."""
    made = serve(
        told, poll=0.1, heartbeat=0.2, limits=Limits(body=100_000, listeners=4, pending=50)
    )
    yield made
    made.stop()
