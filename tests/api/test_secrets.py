"""Nothing that was sent in confidence stands in a log: tokens, texts, keys, references.

A real server is led through every kind of error with canaries in its mouth, and everything
that it writes, to whatever stream, is read.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.service.register import Register
from tests.api.failing import CANARY
from tests.api.test_bad_input import BAD
from tests.world import contribution, token, unit

LIKE_A_TOKEN = f"fr_{'0' * 16}_{CANARY}{'A' * 32}"


def ask(
    port: int, head: str, body: bytes = b"", *more: str, length: int | None = None
) -> bytes:
    """Sends one request, whole or cut off, and gives what is answered."""
    told = "".join(f"{line}\r\n" for line in more)
    told += f"Content-Length: {len(body) if length is None else length}\r\n"
    sent = f"{head} HTTP/1.1\r\nHost: {CANARY}.example\r\nConnection: close\r\n{told}\r\n"
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(sent.encode("utf-8", "surrogateescape") + body)
        if length is not None:
            return b""
        return b"".join(iter(lambda: client.recv(65536), b""))


@contextmanager
def serving(data: Path, log: Path) -> Iterator[int]:
    """A server in a process of its own, all that it says written to a file; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.api.failing", str(data), str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_no_log_line_holds_what_was_sent(told: Register, tmp_path: Path) -> None:
    good = token(told)
    told.close()
    log = tmp_path / "log"
    with serving(told.data, log) as port:
        provoke(port, good, told.data)
    logged = log.read_text(encoding="utf-8")
    for expected in (
        "request failed", "ValueError from KeyError", "BrokenOff", "append failed",
        "Invalid HTTP request",
    ):  # fmt: skip
        assert expected in logged, "the log is what is looked at"
    for line in logged.splitlines():
        assert CANARY not in line
        assert good.split("_", 2)[2] not in line
        assert "Bearer" not in line


def provoke(port: int, good: str, data: Path) -> None:
    """Every kind of error, with canaries in it."""
    write = "POST /api/v1/entries"
    shown = f"Authorization: Bearer {good}"

    # The register itself fails beneath the server.
    other = json.dumps({"drafts": [unit("R77", CANARY)]}).encode()
    (data / "keys").rename(data / "lost")
    assert b" 503 " in ask(port, write, other, shown)
    (data / "lost").rename(data / "keys")
    for wrong in (LIKE_A_TOKEN, CANARY, f"{good}x"):
        answer = ask(port, write, b"{}", f"Authorization: Bearer {wrong}")
        assert b" 401 " in answer
    for body, *_ in BAD.values():
        hostile = body.replace(b"Planter", CANARY.encode())
        ask(port, write, hostile[:50_000], shown, f"Idempotency-Key: {CANARY}-k")
    good_batch = json.dumps({"drafts": [contribution("C77", f"{CANARY} mon texte")]}).encode()
    assert b" 201 " in ask(port, write, good_batch, shown, f"Idempotency-Key: {CANARY}-1")
    assert b" 409 " in ask(port, write, other, shown, f"Idempotency-Key: {CANARY}-1")
    ask(port, write, good_batch[:20], shown, length=5000)
    assert b" 500 " in ask(port, "POST /api/v1/fails", CANARY.encode(), shown)
    ask(port, "GET /api/v1/breaks", b"", f"Cookie: {CANARY}")
    for path in (
        f"/api/v1/contributions?reference={CANARY}", f"/?q={CANARY}",
        f"/api/v1/board?territory={CANARY}&year=x", "/entry/99999", "/tile/nothing",
    ):  # fmt: skip
        ask(port, f"GET {path}", b"", f"Referer: http://{CANARY}.example/{CANARY}", shown)
    ask(port, f"NOT {CANARY}\x01 HTTP", b"", shown)
