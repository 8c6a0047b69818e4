"""A server as a user starts it, for journeys and pictures."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[2]
FILROUGE = "from ledger.cli.main import run; run()"


@contextmanager
def served(data: Path) -> Iterator[str]:
    """A server in a process of its own, on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", FILROUGE, "serve", "--data", str(data), "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx2.get(f"{address}/healthz", timeout=1).status_code == 200:
                    break
            except httpx2.TransportError:
                threading.Event().wait(0.1)
        else:
            raise TimeoutError("the server did not start")
        yield address
    finally:
        server.terminate()
        assert server.wait(timeout=15) in (0, -15, 143)
