"""No address leads out of what is served: every parameter of every route, from the table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.services import UNLIMITED, Limits
from ledger.errors import LedgerError
from ledger.service.publish import publish
from ledger.service.register import Register
from tests.site.routes import filled, parameters, reading
from tests.world import NOW, draft, opened, put, token, unit
from viz.site.app import create_app

KEYS = ("keys", "log.pem")
EMPTY = ("/document/", "/api/v1/proposals/")
"""Routes to what this register has none of."""
HOSTILE = {
    "up": "..",
    "here": ".",
    "up, encoded": "%2e%2e",
    "up to the key": "../keys/log.pem",
    "up to the key, encoded": "..%2fkeys%2flog.pem",
    "dots and slashes, encoded": "%2e%2e%2f%2e%2e%2fkeys%2flog.pem",
    "encoded twice": "%252e%252e%252fkeys%252flog.pem",
    "backslashes": "..%5c..%5ckeys%5clog.pem",
    "absolute": "%2fetc%2fpasswd",
    "two slashes": "//etc/passwd",
    "a file address": "file:%2f%2f%2fetc%2fpasswd",
    "NUL": "site.css%00.svg",
    "only NUL": "%00",
    "overlong UTF-8": "%c0%ae%c0%ae%c0%afkeys%c0%aflog.pem",
    "broken UTF-8": "%ff%fe",
    "half a surrogate pair": "%ed%a0%80",
    "full width dots": "%ef%bc%8e%ef%bc%8e%ef%bc%8f",
    "a line feed": "x%0d%0aX-Injected:%201",
    "very long": "a" * 7000,
    "a module": "__init__.py",
    "a drive": "C:%5cwindows%5cwin.ini",
    "a database": "ledger.db",
    "markup": "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "a query": "'%20OR%20'1'='1",
}


@pytest.fixture
def site(told: Register) -> Iterator[tuple[FastAPI, TestClient]]:
    app = create_app(told, clock=lambda: NOW, limits=Limits(rates=UNLIMITED))
    with TestClient(app) as client:
        yield app, client


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Register]:
    from tests.world import new_register, put_all, workshop  # a small one of its own

    made = new_register(tmp_path / "data")
    put_all(made, workshop())
    yield made
    made.close()


async def ask(
    app: FastAPI, raw: str, shown: str
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What the application answers to an address that no client has tidied."""
    path, _, query = raw.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": unquote(path), "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"x"), (b"authorization", f"Bearer {shown}".encode())],
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 80), "state": {},
    }  # fmt: skip
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async with asyncio.timeout(20):
        await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in told[1:])
    return told[0]["status"], told[0]["headers"], body


def test_the_table_of_routes_leads_where_it_says(
    site: tuple[FastAPI, TestClient], told: Register
) -> None:
    """Else the tests below would be refused for the wrong reason."""
    app, client = site
    assert client.portal is not None
    shown = token(told, "confirmer")
    for path in reading(app):
        if any(parameters(path)) and not path.startswith(EMPTY):
            status, _, _ = client.portal.call(ask, app, filled(path), shown)
            assert status < 400, path


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_parameter_of_any_route_leads_elsewhere(
    site: tuple[FastAPI, TestClient], told: Register, value: str
) -> None:
    app, client = site
    assert client.portal is not None
    # Of somebody who may see more: an address must not lead further for being asked with it.
    shown = token(told, "confirmer")
    secret = told.data.joinpath(*KEYS).read_bytes().splitlines()[1]
    for path in reading(app):
        for name in parameters(path):
            status, headers, body = client.portal.call(
                ask, app, filled(path, {name: value}), shown
            )
            assert status in {400, 404, 413, 422}, (path, name, status)
            assert secret not in body
            assert b"root:" not in body
            if dict(headers)[b"content-type"].startswith(b"text/html"):
                assert b"<script>alert" not in body
            assert not any(key.lower() == b"x-injected" for key, _ in headers)


@pytest.mark.parametrize("value", ["../../etc", "..", "a/b", "a\\b", "/abs", "a\x00b", "C:x"])
def test_no_draft_names_a_place_in_the_folder(told: Register, value: str) -> None:
    before = tree(told.data)
    for bad in (
        opened(value),
        unit(value),
        draft("unit.submitted", {"id": "R9", "opinion": value, "type": "question"}),
        unit("R9") | {"sources": [{"title": "x", "url": f"file:///{value}"}]},
    ):
        with pytest.raises(LedgerError):
            put(told, [bad])
    assert tree(told.data) == before


def test_publishing_writes_into_its_folder_and_nowhere_else(
    told: Register, tmp_path: Path
) -> None:
    put(told, [opened("hostile", "../../../etc/passwd"), unit("R9", "..\\..\\keys\\log.pem")])
    before = tree(tmp_path)
    out = tmp_path / "public"
    count = publish(told, out)
    fresh = tree(tmp_path) - before
    assert len(fresh) == count
    assert all(path.is_relative_to(out) for path in fresh)
    assert {path.relative_to(out).parts[0] for path in fresh} == {"checkpoint", "tile"}


def tree(folder: Path) -> set[Path]:
    return {path.resolve() for path in folder.rglob("*") if path.is_file()}
