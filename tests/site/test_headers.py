"""What a browser is told with every answer, of whatever kind; and that no page needs more."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.services import UNLIMITED, Limits, Rates
from tests.api.conftest import serve
from tests.site.html import read
from tests.site.routes import filled, reading
from tests.world import NOW, new_register, put_all, workshop
from viz.site.app import create_app

TEMPLATES = Path(__file__).parents[2] / "viz" / "site" / "templates"
STREAM = "/api/v1/stream"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    made = new_register(tmp_path_factory.mktemp("headers") / "data")
    put_all(made, workshop())
    app = create_app(made, clock=lambda: NOW, limits=Limits(rates=UNLIMITED))

    @app.get("/api/v1/boom")
    def boom() -> None:
        raise RuntimeError("no")

    app.add_api_route("/boom", boom)
    yield app
    made.close()


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


def answers(
    app: FastAPI, client: TestClient, site: str = ""
) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Answers of every route and every kind of refusal."""
    for path in reading(app):
        if path != STREAM:
            for method in ("GET", "HEAD"):
                told = client.request(method, site + filled(path))
                yield f"{method} {path}", told.status_code, dict(told.headers)
            yield (
                f"GET {path} with a body",
                0,
                dict(client.request("DELETE", site + filled(path)).headers),
            )
    for method, path, content, more in (
        ("GET", "/rien", b"", {}),
        ("GET", "/en/rien", b"", {}),
        ("GET", "/api/v1/rien", b"", {}),
        ("GET", "/boom", b"", {}),
        ("GET", "/api/v1/boom", b"", {}),
        ("GET", "/" + "x" * 9000, b"", {}),
        ("GET", "/registre", b"", {"If-None-Match": "*"}),
        ("GET", "/api/v1/processes", b"", {"If-None-Match": "*"}),
        ("GET", "/?size=99", b"", {}),
        ("POST", "/api/v1/entries", b"{", {}),
        ("POST", "/api/v1/entries", b"{", {"Authorization": "Bearer fr_no"}),
        ("OPTIONS", "/api/v1/processes", b"", {"Access-Control-Request-Method": "GET"}),
    ):
        told = client.request(method, site + path, content=content, headers=more)
        yield f"{method} {path[:40]}", told.status_code, dict(told.headers)


ALWAYS = (
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "content-security-policy",
    "cross-origin-resource-policy",
)


def test_every_answer_of_every_kind_tells_browsers_to_be_careful(
    app: FastAPI, client: TestClient
) -> None:
    kinds = set()
    for what, status, headers in answers(app, client):
        kinds.add(status)
        missing = [name for name in ALWAYS if name not in headers]
        assert not missing, (what, status)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'"), what
        assert "unsafe" not in headers["content-security-policy"] or "/graph" in what
        # Whoever is on the way could have written it: browsers ignore it, and so do we.
        assert "strict-transport-security" not in headers, what
    assert {200, 204, 302, 304, 308, 400, 401, 404, 413, 500} <= kinds


def test_over_https_every_answer_asks_to_come_back_over_https(
    app: FastAPI, client: TestClient
) -> None:
    for what, _, headers in answers(app, client, "https://registre.example"):
        assert headers["strict-transport-security"] == "max-age=31536000", what


@pytest.mark.parametrize("proxied", [False, True])
def test_only_a_proxy_that_one_said_is_there_makes_it_https(
    tmp_path: Path, proxied: bool
) -> None:
    register = new_register(tmp_path / "data")
    served = serve(register, proxied=proxied)
    try:
        with socket.create_connection(("127.0.0.1", served.port), 10) as sent:
            sent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\n\r\n")
            answer = sent.recv(8192)
        assert (b"strict-transport-security" in answer.lower()) == proxied
    finally:
        served.stop()
        register.close()


def test_the_stream_is_no_exception(tmp_path: Path) -> None:
    register = new_register(tmp_path / "data")
    served = serve(register)
    try:
        with socket.create_connection(("127.0.0.1", served.port), 10) as sent:
            sent.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = sent.recv(8192).lower()
        assert b"200 ok" in answer
        assert all(name.encode() in answer for name in ALWAYS)
    finally:
        served.stop()
        register.close()


def test_who_asks_too_often_is_told_the_same(tmp_path: Path) -> None:
    register = new_register(tmp_path / "data")
    app = create_app(
        register, clock=lambda: NOW, limits=Limits(rates=Rates(reads="1/hour", heavy="1/hour"))
    )
    with TestClient(app) as client:
        for path in ("/registre", "/api/v1/entries"):
            client.get(path)
            answer = client.get(path)
            assert answer.status_code == 429
            assert all(name in answer.headers for name in ALWAYS)
    register.close()


def test_only_embeds_may_stand_in_the_page_of_another_site(
    app: FastAPI, client: TestClient
) -> None:
    for path in reading(app):
        if path == STREAM:
            continue
        told = client.get(filled(path))
        framed = "frame-ancestors *" in told.headers["content-security-policy"]
        assert framed == ("/embed/" in path), path
        if told.headers.get("content-type", "").startswith("text/html"):
            own = told.headers["cross-origin-resource-policy"]
            assert own == ("cross-origin" if framed else "same-origin"), path


def test_no_page_holds_a_script_or_a_style_of_its_own(app: FastAPI, client: TestClient) -> None:
    """Else the policy would have to allow them, and with them whatever somebody slips in."""
    seen = 0
    for path in reading(app):
        for query in ("", "?size=16", "?fragment=1", "?reference=x"):
            if path == STREAM or "/api/" in path:
                continue
            told = client.get(filled(path).partition("?")[0] + query)
            if not told.headers.get("content-type", "").startswith("text/html"):
                continue
            seen += 1
            for tag, found in read(told.text).tags:
                assert tag not in ("style", "base", "object", "embed", "iframe"), path
                assert not [n for n in found if n == "style" or n.startswith("on")], (path, tag)
                if tag == "script":
                    assert (found.get("src") or "").startswith("/static/"), path
                for name in ("href", "src", "action"):
                    assert (
                        not (found.get(name) or "").lower().startswith(("javascript", "data"))
                    )
    assert seen > 60


@pytest.mark.parametrize(
    "template", [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")]
)
def test_no_template_holds_a_script_or_a_style_of_its_own(template: str) -> None:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_a_visitor_is_not_followed_from_what_was_asked(client: TestClient) -> None:
    for path in ("/ma-contribution?reference=x", "/api/v1/contributions?reference=x"):
        told = client.get(path)
        assert told.headers["referrer-policy"] == "no-referrer"
        assert told.headers["cache-control"] == "no-store"
