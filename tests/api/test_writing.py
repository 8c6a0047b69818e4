"""A batch is recorded whole, once, and its writer is told where it stands."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor

from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.core.digest import leaf_hash
from ledger.core.merkle import check_inclusion
from ledger.service.audit import verify
from tests.world import unit

Auth = dict[str, str]


def test_one_entry_is_answered_with_its_proof(
    client: TestClient, auth: Auth, services: Services
) -> None:
    size = services.queries.version()
    answer = client.post("/api/v1/entries", json={"drafts": [unit("R9")]}, headers=auth)
    done = answer.json()
    assert answer.status_code == 201
    assert (done["first"], done["last"], done["size"]) == (size, size, size + 1)
    assert answer.headers["location"] == f"/api/v1/entries/{size}"
    assert answer.headers["cache-control"] == "no-store"
    (entry,) = done["entries"]
    assert (entry["seq"], entry["nth"], entry["kind"]) == (size, 13, "unit.submitted")
    raw = client.get(f"/entry/{size}")
    assert raw.json()["recorder"] == "dialogue-citoyen"
    assert done["checkpoint"] == client.get("/checkpoint").text
    check_inclusion(
        [base64.b64decode(digest) for digest in done["proof"]["proof"]],
        size=done["proof"]["size"],
        root=services.queries.head().root,
        index=size,
        leaf=leaf_hash(raw.content),
    )


def test_a_batch_is_recorded_in_order(client: TestClient, auth: Auth) -> None:
    drafts = [unit("R9"), unit("R10", draws_on=["R9"]), unit("R11")]
    answer = client.post("/api/v1/entries", json={"drafts": drafts}, headers=auth)
    done = answer.json()
    assert [entry["nth"] for entry in done["entries"]] == [13, 14, 15]
    assert done["last"] - done["first"] == 2
    assert "proof" not in done
    assert "location" not in answer.headers


def test_a_retry_returns_the_first_answer_and_records_nothing(
    client: TestClient, auth: Auth, services: Services
) -> None:
    headers = auth | {"Idempotency-Key": "5f2c7a1e-9f0e"}
    body = {"drafts": [unit("R9"), unit("R10")]}
    first = client.post("/api/v1/entries", json=body, headers=headers)
    client.post("/api/v1/entries", json={"drafts": [unit("R11")]}, headers=auth)
    size = services.queries.version()
    again = client.post("/api/v1/entries", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert services.queries.version() == size


def test_a_long_text_may_be_recorded_under_a_key(client: TestClient, auth: Auth) -> None:
    body = {"drafts": [unit("R9", text="Des arbres. " * 10_000)]}
    headers = auth | {"Idempotency-Key": "k"}
    answer = client.post("/api/v1/entries", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


def test_many_writers_at_once_lose_nothing(
    client: TestClient, auth: Auth, services: Services
) -> None:
    def write(i: int) -> int:
        body = {"drafts": [unit(f"W{i}")]}
        return client.post("/api/v1/entries", json=body, headers=auth).status_code

    size = services.queries.version()
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(write, range(100, 160))) == {201}
    assert services.queries.version() == size + 60
    verify(services.register.data)


def test_nothing_is_accepted_once_the_writer_was_closed(
    client: TestClient, auth: Auth, services: Services
) -> None:
    services.writer.close()
    answer = client.post("/api/v1/entries", json={"drafts": [unit("R9")]}, headers=auth)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
