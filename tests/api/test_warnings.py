"""Whoever records over HTTP is warned of what names persons, and never in its words."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.service.audit import verify
from ledger.service.register import Register
from tests.world import contribution, draft, token, unit

Auth = dict[str, str]
NAMED = "Voir Mme Exemple, 12 rue des Lilas."


def send(client: TestClient, auth: Auth, *drafts: Any, query: str = "") -> Any:
    return client.post(f"/api/v1/entries{query}", json={"drafts": drafts}, headers=auth)


def test_warnings_say_where_and_what_and_never_the_words(
    client: TestClient, auth: Auth
) -> None:
    drafts = unit("R9"), unit("R10", theme="Chez Mme Exemple", text=NAMED)
    answer = send(client, auth, *drafts)
    assert answer.status_code == 201
    warned = answer.json()["warnings"]
    assert [(w["where"], w["what"], w["clear"]) for w in warned] == [
        ("/drafts/1/body/theme", "named_person", True),
        ("/drafts/1/body/text", "named_person", False),
        ("/drafts/1/body/text", "postal_address", False),
    ]
    assert all(w.keys() == {"where", "what", "clear", "advice"} for w in warned)
    assert "Exemple" not in answer.text
    assert "Lilas" not in answer.text


def test_a_correction_is_sealed_as_what_it_mends(client: TestClient, told: Register) -> None:
    auth = {"Authorization": f"Bearer {token(told, 'confirmer')}"}
    changes = [
        {"path": "/body/text", "value": NAMED},
        {"path": "/body/theme", "value": "Chez Mme Exemple"},
    ]
    body = {"entry": {"nth": 2}, "changes": changes, "why": "Une coquille."}
    warned = send(client, auth, draft("correction.made", body)).json()["warnings"]
    assert {(w["where"], w["clear"]) for w in warned} == {
        ("/drafts/0/body/changes/0/value", False),
        ("/drafts/0/body/changes/1/value", True),
    }


def test_a_checked_batch_is_not_recorded(
    client: TestClient, auth: Auth, services: Services
) -> None:
    size = services.queries.version()
    checkpoint = client.get("/checkpoint").text
    answer = send(client, auth, unit("R9"), unit("R10", text=NAMED), query="?check=true")
    assert (answer.status_code, answer.json()["checked"]) == (200, 2)
    assert len(answer.json()["warnings"]) == 2
    assert "location" not in answer.headers
    assert services.queries.version() == size
    assert client.get("/checkpoint").text == checkpoint
    # Its ids are free, and nothing of it stays in the way.
    assert send(client, auth, unit("R9"), unit("R10")).status_code == 201
    verify(services.register.data)


@pytest.mark.parametrize(
    ("drafts", "code"),
    [
        ([unit("R1")], "duplicate_id"),
        ([unit("R9"), unit("R9")], "duplicate_id"),
        ([unit("R9", draws_on=["C77"])], "unknown_reference"),
        ([contribution("C8") | {"on": "2099"}], "not_yet"),
        ([draft("review.held", {"id": "RV1", "total": 3})], "bad_body"),
    ],
)
def test_a_checked_batch_is_refused_like_one_that_is_sent(
    client: TestClient, auth: Auth, drafts: list[Any], code: str
) -> None:
    checked = send(client, auth, *drafts, query="?check=true")
    sent = send(client, auth, *drafts)
    assert checked.status_code == sent.status_code
    assert checked.json()["code"] == sent.json()["code"] == code


def test_whoever_may_not_record_may_not_check(client: TestClient) -> None:
    assert send(client, {}, unit("R9"), query="?check=true").status_code == 401


def test_a_repeated_batch_is_warned_of_again(client: TestClient, auth: Auth) -> None:
    headers = auth | {"Idempotency-Key": "k"}
    first = send(client, headers, unit("R9", text=NAMED))
    again = send(client, headers, unit("R9", text=NAMED))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
