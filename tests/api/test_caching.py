"""No answer is kept longer than it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.service.erase import erase
from ledger.service.register import Register
from tests.api.conftest import Clock
from tests.api.test_reading import PROCESS, VIEWS, get
from tests.world import NOW, draft, opened, put, unit


def forget(register: Register, seq: int, path: str) -> None:
    erase(register, seq, [path], basis="objection", requested=None, account="essai", now=NOW)


@pytest.mark.parametrize("path", VIEWS)
def test_a_view_is_answered_unchanged_until_its_process_moves(
    client: TestClient, told: Register, path: str
) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    known = {"If-None-Match": f'W/"x", {first.headers["etag"]}'}
    again = client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    put(told, [unit("R3")])
    moved = client.get(path, headers=known)
    assert moved.status_code == 200
    assert moved.headers["etag"] != first.headers["etag"]


def test_another_process_does_not_move_a_view_unless_it_is_linked(
    client: TestClient, told: Register
) -> None:
    known = {"If-None-Match": client.get(PROCESS).headers["etag"]}
    put(told, [opened("autre")])
    assert client.get(PROCESS, headers=known).status_code == 304
    linked = {"relation": "feeds", "to": "cours-fraiches"}
    put(told, [draft("process.linked", linked, process="autre")])
    answer = client.get(PROCESS, headers=known)
    assert answer.status_code == 200
    assert answer.json()["neighbours"][0]["process"] == "autre"
    known = {"If-None-Match": answer.headers["etag"]}
    put(told, [unit("R1") | {"process": "autre"}])
    assert client.get(PROCESS, headers=known).status_code == 200


def test_a_view_moves_with_the_civil_day(client: TestClient, clock: Clock) -> None:
    first = client.get(PROCESS)
    clock.now += timedelta(days=1)
    answer = client.get(PROCESS, headers={"If-None-Match": first.headers["etag"]})
    assert answer.status_code == 200
    assert answer.json()["today"] == "2026-11-03"


def test_an_erased_text_leaves_every_answer_at_once(client: TestClient, told: Register) -> None:
    seq = get(client, f"{PROCESS}/items/C2")["declared"]["seq"]
    paths = [
        f"{PROCESS}/contributions",
        f"{PROCESS}/items/C2",
        f"/opening/{seq}",
        f"/api/v1/entries/{seq}",
    ]
    for path in paths:
        assert "Un préau" in client.get(path).text
    tags = {path: client.get(path).headers.get("etag", "") for path in paths}
    forget(told, seq, "/body/text")
    for path in paths:
        answer = client.get(path, headers={"If-None-Match": tags[path]})
        assert answer.status_code == 200
        assert "Un préau" not in answer.text
    declared = get(client, f"{PROCESS}/items/C2")["declared"]
    assert declared["body"]["text"]["text"] is None
    assert len(declared["erased_by"]) == 1


def test_a_past_view_forgets_an_erased_text_too(
    client: TestClient, told: Register, services: Services
) -> None:
    size = services.queries.head().size
    put(told, [unit("R3")])
    past = f"{PROCESS}?size={size}"
    first = client.get(past)
    assert "Trop cher." in first.text
    seq = first.json()["units"][1]["answers"][0]["seq"]
    forget(told, seq, "/body/reason")
    answer = client.get(past, headers={"If-None-Match": first.headers["etag"]})
    assert answer.status_code == 200
    assert "Trop cher." not in answer.text


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/entry/4", "public, max-age=31536000, immutable"),
        ("/tile/0/000.p/3", "public, max-age=31536000, immutable"),
        ("/tile/entries/000.p/3", "public, max-age=31536000, immutable"),
        ("/api/v1/entries?limit=3", "public, max-age=31536000, immutable"),
        ("/api/v1/entries?limit=300", "public, max-age=5"),
        ("/api/v1/entries/4/receipt?size=17", "public, max-age=31536000, immutable"),
        ("/api/v1/entries/4/receipt", "public, max-age=5"),
        ("/checkpoint", "public, max-age=5"),
        ("/opening/4", "public, max-age=60, must-revalidate"),
        ("/api/v1/entries/4", "public, max-age=60, must-revalidate"),
        ("/healthz", "no-store"),
    ],
)
def test_only_what_never_changes_is_kept_for_ever(
    client: TestClient, path: str, cache: str
) -> None:
    assert client.get(path).headers["cache-control"] == cache
