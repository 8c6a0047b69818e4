"""A uvicorn server that can be stopped while streams are open.

Uvicorn waits for open connections before it tells the application that it stops: a stream
that waits for that word would hold it for ever. Here the streams are told first.
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.config import LOGGING_CONFIG

from ledger.api.connection import PATIENCE, Connection
from ledger.api.services import services_of
from ledger.service.tracing import WithoutWords

MAX_HEAD = 48 * 1024
"""Bytes of a head that has not come in whole: more than `Shield` lets pass."""
GRACE = 10
"""Seconds that other requests have to finish in."""


_LOGS: dict[str, Any] = {
    **LOGGING_CONFIG,
    "filters": {"wordless": {"()": WithoutWords}},
    "handlers": {
        name: {**handler, "filters": ["wordless"]}
        for name, handler in LOGGING_CONFIG["handlers"].items()
    },
}


class Server(uvicorn.Server):
    """Serves one application made by `create_api`; `run()` blocks until it is stopped."""

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        log_level: str = "info",
        proxied: bool = False,
        head: float = PATIENCE,
    ) -> None:
        """
        Args:
            proxied: Believe `X-Forwarded-For` and `-Proto` of a reverse proxy on this machine:
                of the addresses named, the last one that is not such a proxy is the client's.
            head: Seconds that the head of a request may take.
        """
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level=log_level,
            log_config=_LOGS,
            # A protocol is made by calling its class, or whatever may be called alike.
            http=cast(type[asyncio.Protocol], partial(Connection, patience=head)),
            h11_max_incomplete_event_size=MAX_HEAD,
            access_log=False,  # an address may hold the reference of a citizen's contribution
            proxy_headers=proxied,
            # Nobody else is believed, whatever the environment says: who may name the client
            # decides whom the limits count.
            forwarded_allow_ips=["127.0.0.1", "::1"],
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=GRACE,
        )
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the streams, then waits for what else is under way."""
        services_of(self._app).live.close()
        await super().shutdown(sockets)
