"""Files are sent before they are recorded, and handed out as downloads and nothing else."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.app import create_api
from ledger.api.services import Limits, Services
from ledger.service import accounts, erase
from ledger.service.register import Register
from tests.api.conftest import Clock, Served, serve
from tests.files import CSV, GOOD, PDF, PNG, document, file_of, fingerprint, sealed
from tests.world import NOW, put, token

Auth = dict[str, str]
NAME = fingerprint(PDF)
HERE = "/document/cours-fraiches/D1"


def left(services: Services) -> set[str]:
    folder = services.register.data / "files"
    return {p.name for p in folder.rglob("*") if p.is_file()}


def record(client: TestClient, auth: Auth, *drafts: object) -> None:
    answer = client.post("/api/v1/entries", json={"drafts": drafts}, headers=auth)
    assert answer.status_code == 201, answer.text


# -- sent -----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", GOOD)
def test_a_file_is_answered_with_what_its_draft_has_to_say(
    client: TestClient, auth: Auth, what: str
):
    media, data = GOOD[what]
    headers = auth | {"Content-Type": "text/html"}
    answers = [client.post("/api/v1/files", content=data, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    for answer in answers:
        assert answer.json() == file_of(data, media)
        assert answer.headers["cache-control"] == "no-store"
    record(client, auth, document("D1", answers[0].json()))
    got = client.get(HERE)
    assert got.content == data
    assert got.headers["content-type"].partition(";")[0] == media


def test_the_sender_only_tells_a_table_from_prose(client: TestClient, auth: Auth):
    headers = auth | {"Content-Type": "text/csv; charset=utf-8"}
    answer = client.post("/api/v1/files", content=CSV, headers=headers)
    assert answer.json()["media"] == "text/csv"


def test_what_is_not_kept_is_refused_and_leaves_nothing(
    client: TestClient, auth: Auth, services: Services
):
    headers = auth | {"Content-Type": "application/pdf"}
    for data in (b"", b"<svg/>", b"PK\3\4", PDF + b"<html>"):
        answer = client.post("/api/v1/files", content=data, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "bad_file")
    assert left(services) == set()


def test_only_an_account_that_records_may_send(
    client: TestClient, told: Register, services: Services
):
    def status(headers: Auth) -> int:
        return client.post("/api/v1/files", content=PDF, headers=headers).status_code

    assert status({}) == 401
    assert status({"Authorization": "Bearer nonsense"}) == 401
    accounts.grant(told, "veilleur", roles=["auditor"], now=NOW)
    watcher = accounts.create_token(told, "veilleur", now=NOW)
    assert status({"Authorization": f"Bearer {watcher}"}) == 403
    assert left(services) == set()


@pytest.fixture
def small(told: Register, clock: Clock) -> Iterator[TestClient]:
    """A client of a server that takes files of up to a hundred bytes."""
    app = create_api(told, clock=clock, limits=Limits(file=100))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("declared", [True, False])
def test_one_byte_too_many_is_refused_declared_or_not(
    small: TestClient, told: Register, auth: Auth, declared: bool
):
    def send(size: int) -> tuple[int, str]:
        data = b"a" * size
        content = data if declared else (data[i : i + 40] for i in range(0, size, 40))
        answer = small.post("/api/v1/files", content=content, headers=auth)
        return answer.status_code, answer.json().get("code", "")

    assert send(101) == (413, "too_large")
    folder = told.data / "files"
    assert not any(path.is_file() for path in folder.rglob("*"))
    assert send(100) == (201, "")


# -- over a real connection -----------------------------------------------------------------


@pytest.fixture
def listening(told: Register) -> Iterator[Served]:
    made = serve(told, limits=Limits(file=1_000_000), poll=0.1)
    yield made
    made.stop()


def test_a_sender_who_leaves_midway_leaves_nothing(listening: Served, told: Register):
    folder = told.data / "files"
    with socket.create_connection(("127.0.0.1", listening.port), timeout=10) as line:
        line.sendall(
            b"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n"
            b"Authorization: Bearer " + token(told).encode() + b"\r\n\r\n" + PDF
        )
        until(lambda: any(p.stat().st_size == len(PDF) for p in folder.glob(".incoming-*")))
    until(lambda: not any(path.is_file() for path in folder.rglob("*")))


def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_sent(
    listening: Served, told: Register
):
    with socket.create_connection(("127.0.0.1", listening.port), timeout=10) as line:
        line.sendall(
            b"POST /api/v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n"
            b"Authorization: Bearer " + token(told).encode() + b"\r\n\r\n"
        )
        assert line.recv(20).startswith(b"HTTP/1.1 413")


def until(true: object) -> None:
    """Waits, not for long, for what is about to happen."""
    deadline = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_connection_breaks_off_where_a_file_is_not_what_was_recorded(
    listening: Served, told: Register
):
    data = PDF[:-6] + b"%" * 9000 + b"\n%%EOF\n"
    place = keep(told, data)
    put(told, [document("D1", file_of(data))])

    def get() -> bytes:
        line = http.client.HTTPConnection("127.0.0.1", listening.port, timeout=10)
        line.request("GET", HERE)
        answer = line.getresponse()
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(data)))
        try:
            return answer.read()
        finally:
            line.close()

    assert get() == data
    place.write_bytes(data[:-1] + b" ")
    with pytest.raises(http.client.IncompleteRead):
        get()


def keep(register: Register, data: bytes):
    from ledger.service import files

    upload = files.Upload(register)
    upload.write(data)
    name = upload.finish(hint="", now=NOW).sha256
    return register.data / "files" / name[:2] / name


# -- handed out -----------------------------------------------------------------------------


def test_a_file_is_a_download_that_nothing_runs_in(client: TestClient, auth: Auth):
    client.post("/api/v1/files", content=PDF, headers=auth)
    record(
        client, auth, document("D1", sealed(PDF), title='"; filename="évil.html\r\nX: y'[:20])
    )
    answer = client.get(HERE)
    assert answer.status_code == 200
    told = answer.headers
    assert told["content-disposition"] == (
        "attachment; filename=\"cours-fraiches-D1.pdf\"; filename*=UTF-8''cours-fraiches-D1.pdf"
    )
    assert told["content-type"] == "application/pdf"
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "default-src 'none'; sandbox"
    assert told["cache-control"] == "public, max-age=60, must-revalidate"
    assert told["content-length"] == str(len(PDF))
    assert told["etag"] == f'"{NAME}"'
    assert "set-cookie" not in told
    again = client.get(HERE, headers={"If-None-Match": told["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(HERE).headers["content-length"] == str(len(PDF))


def test_what_is_restricted_or_erased_is_handed_out_to_nobody(
    client: TestClient, auth: Auth, services: Services, told: Register
):
    client.post("/api/v1/files", content=PDF, headers=auth)
    client.post("/api/v1/files", content=PNG, headers=auth)
    record(client, auth, document("D1", sealed(PDF, "restricted")))
    record(client, auth, document("D2", file_of(PNG, "image/png")))
    seq = services.queries.version() - 1
    item = "/api/v1/processes/cours-fraiches/items/"
    assert client.get(item + "D2").json()["file"] == {
        **file_of(PNG, "image/png"),
        "here": True,
        "address": "/document/cours-fraiches/D2",
    }
    for headers in ({}, auth):
        answer = client.get(HERE, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert NAME not in client.get(item + "D1", headers=headers).text
    assert client.get(item + "D1").json()["file"] == {
        **file_of(PDF, sha256=None),
        "here": True,
        "address": None,
    }
    etag = client.get(item + "D2").headers["etag"]
    erase.erase(
        told, seq, ["/body/file/sha256"], basis="objection", requested=None,
        account="registrar", now=NOW,
    )  # fmt: skip
    headers = {"If-None-Match": f'"{fingerprint(PNG)}"'}
    assert client.get("/document/cours-fraiches/D2", headers=headers).status_code == 404
    told_now = client.get(item + "D2", headers={"If-None-Match": etag})
    assert told_now.status_code == 200
    assert told_now.json()["file"] | {"sha256": None} == {
        **file_of(PNG, "image/png", sha256=None),
        "here": False,
        "address": None,
    }


def test_bytes_that_come_after_their_document_are_told_at_once(client: TestClient, auth: Auth):
    record(client, auth, document("D1", file_of(PDF), url="https://example.org/d.pdf"))
    item = "/api/v1/processes/cours-fraiches/items/D1"
    before = client.get(item)
    assert before.json()["file"] == {**file_of(PDF), "here": False, "address": None}
    assert client.get(HERE).status_code == 404
    client.post("/api/v1/files", content=PDF, headers=auth)
    after = client.get(item, headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["file"]["address"] == HERE
    assert client.get(HERE).content == PDF


def test_a_type_that_is_said_and_not_kept_is_not_said_on(client: TestClient, auth: Auth):
    file = file_of(PDF, "text/html")
    record(client, auth, document("D1", file, url="https://example.org/d.pdf"))
    client.post("/api/v1/files", content=PDF, headers=auth)
    answer = client.get(HERE)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].endswith("cours-fraiches-D1.bin")


@pytest.mark.parametrize(
    "path",
    [
        "/document/cours-fraiches/..%2f..%2fledger.db",
        "/document/..%2f..%2fkeys/log.pem",
        "/document/cours-fraiches/D1%00.pdf",
        "/document/cours-fraiches/R1",
        "/document/cours-fraiches/" + NAME,
        "/document/cours-fraiches/%0d%0aSet-Cookie:x",
        f"/document/{NAME[:2]}/{NAME}",
        "/document/cours-fraiches/",
        "/document//D1",
    ],
)
def test_no_name_leads_to_another_file(client: TestClient, auth: Auth, path: str):
    client.post("/api/v1/files", content=PDF, headers=auth)
    record(client, auth, document("D1", file_of(PDF)))
    answer = client.get(path)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


# -- tidied ---------------------------------------------------------------------------------


def test_a_server_that_starts_takes_away_what_nobody_recorded(
    told: Register, app: FastAPI, clock: Clock
):
    place = keep(told, PDF)
    clock.now = NOW + timedelta(hours=25)
    with TestClient(app):
        until(lambda: not place.exists())
