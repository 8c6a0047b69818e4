"""A server two of whose routes fail, for the test that reads its logs.

python -m tests.api.failing DATA
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from ledger.api.app import create_api
from ledger.api.server import Server
from ledger.service.register import open_register
from tests.world import NOW

CANARY = "canari-7d1f"


def add_failures(app: FastAPI) -> None:
    """Routes that fail with what they were sent in their words and in their variables."""

    @app.post("/api/v1/fails")
    async def fails(request: Request) -> None:
        shown = request.headers["authorization"]
        text = (await request.body()).decode()
        try:
            raise KeyError(f"{CANARY} {shown}")
        except KeyError as error:
            raise ValueError(f"{CANARY} {text}") from error

    @app.get("/api/v1/breaks")
    async def breaks() -> StreamingResponse:
        async def some() -> AsyncIterator[bytes]:
            yield b"begun"
            raise ValueError(CANARY)

        return StreamingResponse(some())


if __name__ == "__main__":
    app = create_api(open_register(Path(sys.argv[1])), clock=lambda: NOW)
    add_failures(app)
    Server(app, port=int(sys.argv[2]), log_level="warning").run()
