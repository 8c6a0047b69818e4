"""Who may not write, what is too much, what is not there: each is said in one form."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from ledger.api.problem import Problem
from ledger.api.services import Services
from ledger.errors import CODES, TamperedError
from tests.api.conftest import Clock, Served
from tests.api.test_bad_input import batch
from tests.world import opened, token, unit

Auth = dict[str, str]
PROCESS = "/api/v1/processes/cours-fraiches"


def test_every_kind_of_refusal_names_a_type_that_leads_somewhere(
    client: TestClient, auth: Auth
) -> None:
    problem = client.post("/api/v1/entries", content=b"{", headers=auth).json()
    assert client.get(problem["type"]).json() == {
        "code": "not_json",
        "status": 400,
        "title": CODES["not_json"].title,
    }


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer fr_wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer ééé"},
        {"Authorization": "Basic ZnJfOng="},
    ],
    ids=["none", "wrong", "empty", "not ascii", "basic"],
)
def test_nobody_writes_without_a_valid_token(
    client: TestClient, services: Services, header: Auth
) -> None:
    before = services.queries.head()
    headers: dict[Any, Any] = {k: v.encode() for k, v in header.items()}
    answer = client.post("/api/v1/entries", content=batch(unit("R9")), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert services.queries.head() == before


def test_a_used_key_is_refused_for_another_batch(
    client: TestClient, auth: Auth, services: Services
) -> None:
    headers = auth | {"Idempotency-Key": "k-1"}
    first = client.post("/api/v1/entries", content=batch(unit("R9")), headers=headers)
    assert first.status_code == 201
    before = services.queries.head()
    other = client.post("/api/v1/entries", content=batch(unit("R10")), headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert services.queries.head() == before


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_key_out_of_form_is_refused(
    client: TestClient, auth: Auth, services: Services, key: str
) -> None:
    before = services.queries.head()
    headers: dict[str, Any] = auth | {"Idempotency-Key": key.encode()}
    answer = client.post("/api/v1/entries", content=batch(unit("R9")), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert answer.json()["where"] == "header Idempotency-Key"
    assert services.queries.head() == before


def test_a_hundred_megabytes_are_refused_by_their_length(
    client: TestClient, auth: Auth, services: Services
) -> None:
    before = services.queries.head()
    answer = client.post("/api/v1/entries", content=bytes(100 * 1024 * 1024), headers=auth)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "8388608" in answer.json()["detail"]
    assert services.queries.head() == before


def test_a_huge_body_is_refused_before_it_is_sent(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), 10) as client:
        client.sendall(_head(served) + b"Content-Length: 104857600\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer
    assert b"too_large" in answer


def test_a_huge_body_without_a_length_is_refused_while_it_comes_in(served: Served) -> None:
    part, sent, answer = b"4000\r\n" + bytes(0x4000) + b"\r\n", 0, b""
    with socket.create_connection(("127.0.0.1", served.port), 10) as client:
        client.sendall(_head(served) + b"Transfer-Encoding: chunked\r\n\r\n")
        client.settimeout(0.05)
        while not answer and sent < 2_000_000:
            client.sendall(part)
            sent += len(part)
            with suppress(TimeoutError):
                answer = client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer
    # The limit of this server is 100,000 bytes.
    assert sent <= 200_000


def _head(served: Served) -> bytes:
    shown = token(served.services.register)
    head = f"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shown}\r\n"
    return head.encode()


def test_a_client_that_leaves_in_the_middle_is_no_failure(served: Served) -> None:
    with capture_logs() as logs:
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.sendall(_head(served) + b"Content-Length: 50000\r\n\r\n{")
        served.stop()
    assert logs == []


def test_a_clock_behind_the_register_refuses_to_write(
    client: TestClient, auth: Auth, clock: Clock, services: Services
) -> None:
    before = services.queries.head()
    clock.now -= timedelta(minutes=6)
    answer = client.post("/api/v1/entries", content=batch(unit("R9")), headers=auth)
    assert (answer.status_code, answer.json()["code"]) == (503, "clock_behind")
    assert "retry-after" in answer.headers
    assert services.queries.head() == before


def test_markup_in_a_title_is_recorded_and_served_as_data(
    client: TestClient, auth: Auth
) -> None:
    title = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'&"
    drafts = [opened("hostile", title), unit("U1", title) | {"process": "hostile"}]
    done = client.post("/api/v1/entries", content=batch(*drafts), headers=auth)
    assert done.status_code == 201
    for path in (
        "/api/v1/processes",
        "/api/v1/processes/hostile",
        "/api/v1/processes/hostile/timeline",
        "/api/v1/processes/hostile/items/U1",
        "/api/v1/processes/hostile/graph",
        f"/opening/{done.json()['last']}",
        f"/entry/{done.json()['first']}",
    ):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert title in _strings(answer.json())
    for query in ("format=svg", "format=svg&level=overview", "format=svg&level=thread&item=U1"):
        picture = client.get(f"/api/v1/processes/hostile/graph?{query}")
        assert b"<script" not in picture.content
        assert b"<img" not in picture.content
        assert "default-src 'none'" in picture.headers["content-security-policy"]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [s for member in value.values() for s in _strings(member)]
    if isinstance(value, list):
        return [s for member in value for s in _strings(member)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nothing", 404, "not_found"),
        ("/healthz/", 404, "not_found"),
        ("/api/v1/processes/nulle-part", 404, "unknown_process"),
        ("/api/v1/processes/register", 404, "unknown_process"),
        ("/api/v1/processes/%FF%00", 404, "unknown_process"),
        (f"{PROCESS}/items/R99", 404, "unknown_item"),
        (f"{PROCESS}/items/R99/lineage", 404, "unknown_item"),
        (f"{PROCESS}/graph?level=thread&item=R99", 404, "unknown_item"),
        (f"{PROCESS}/graph?level=thread", 400, "bad_request"),
        (f"{PROCESS}/graph?item=R1", 400, "bad_request"),
        (f"{PROCESS}/graph?format=png", 400, "bad_request"),
        (f"{PROCESS}/graph?level=overview&format=dot", 400, "bad_request"),
        (f"{PROCESS}?size=99999", 404, "unknown_size"),
        (f"{PROCESS}?size=4", 404, "unknown_process"),
        (f"{PROCESS}/timeline?limit=501", 400, "bad_request"),
        (f"{PROCESS}/timeline?after=x", 400, "bad_request"),
        ("/api/v1/entries/99999", 404, "unknown_entry"),
        ("/api/v1/entries/-1", 400, "bad_request"),
        ("/api/v1/entries/99999999999999999999999999", 400, "bad_request"),
        ("/api/v1/entries/99999/receipt", 422, "bad_proof"),
        ("/api/v1/proofs/inclusion", 400, "bad_request"),
        ("/api/v1/proofs/inclusion?seq=3&size=99999", 404, "unknown_size"),
        ("/api/v1/proofs/consistency?from=99999", 422, "bad_proof"),
        ("/api/v1/problems/nothing", 404, "not_found"),
        ("/entry/99999", 404, "unknown_entry"),
        ("/opening/99999", 404, "unknown_entry"),
        ("/tile/0/000", 404, "not_found"),
        ("/tile/0/000.p/255", 404, "not_found"),
        ("/tile/entries/000.p/255", 404, "not_found"),
        ("/tile/0/x999/x999/x999/x999/x999/x999/999.p/1", 404, "not_found"),
        ("/tile/63/000.p/1", 404, "not_found"),
        ("/tile/64/000", 400, "bad_request"),
        ("/tile/0/../../etc/passwd", 404, "not_found"),
        ("/tile/0/000.p/256", 400, "bad_request"),
    ],
)
def test_what_is_not_there_is_said_in_one_form(
    client: TestClient, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_method_that_an_address_does_not_take_is_said_in_the_same_form(
    client: TestClient,
) -> None:
    answer = client.delete("/api/v1/entries/3")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_a_failure_says_nothing_but_the_id_it_was_logged_under(
    app: FastAPI, client: TestClient
) -> None:
    @app.get("/api/v1/boom")
    def boom() -> None:
        raise RuntimeError("the password is hunter2")

    with capture_logs() as logs:
        answer = client.get("/api/v1/boom")
    assert (answer.status_code, answer.json()["code"]) == (500, "failure")
    assert "hunter2" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    (logged,) = (line for line in logs if line["event"] == "request failed")
    assert answer.json()["instance"] == f"urn:uuid:{logged['id']}"


def test_what_was_changed_afterwards_is_said_with_its_code(
    app: FastAPI, client: TestClient
) -> None:
    @app.get("/api/v1/boom")
    def boom() -> None:
        raise TamperedError("tile_differs", "a tile is too short", where="tile/0/000")

    with capture_logs() as logs:
        answer = client.get("/api/v1/boom")
    assert (answer.status_code, answer.json()["code"]) == (500, "tile_differs")
    assert answer.json()["where"] == "tile/0/000"
    assert [line["log_level"] for line in logs] == ["error"]


def test_pages_tell_problems_their_way_and_machines_keep_theirs(
    app: FastAPI, client: TestClient
) -> None:
    def page(request: Request, problem: Problem) -> Response:
        return HTMLResponse(f"<p>{problem.code}</p>", problem.status)

    app.state.problem_page = page
    assert client.get("/p/nulle-part").text == "<p>not_found</p>"
    assert client.get("/api/v1/nothing").json()["code"] == "not_found"
    assert client.get("/entry/99999").json()["code"] == "unknown_entry"
