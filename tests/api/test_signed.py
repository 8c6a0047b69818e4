"""Signed drafts over HTTP, and what anybody is told of the keys."""

from __future__ import annotations

from typing import Any, cast

from starlette.testclient import TestClient

from ledger.api import examples
from ledger.domain.draft import parse_draft
from ledger.service import keyring
from ledger.service.register import Register
from tests.signers import Signer
from tests.world import CITIZENS, NOW, unit

PANEL = Signer()


def test_a_signed_draft_is_recorded_as_it_is(
    told: Register, client: TestClient, auth: dict[str, str]
) -> None:
    PANEL.join(told)
    signed = PANEL.sign(unit("R9", text="Un préau."))
    answer = client.post("/api/v1/entries", json={"drafts": [signed]}, headers=auth)
    assert answer.status_code == 201, answer.text
    entry = client.get(f"/api/v1/entries/{answer.json()['first']}").json()
    assert entry["signed"] == signed["signed"]
    assert entry["body"]["text"]["text"] == "Un préau."
    assert entry["by"] == CITIZENS
    again = client.post("/api/v1/entries", json={"drafts": [signed]}, headers=auth)
    assert (again.status_code, again.json()["code"]) == (409, "nonce_used")


def test_a_signature_is_asked_for_its_key_and_its_words(
    told: Register, client: TestClient, auth: dict[str, str]
) -> None:
    signed = PANEL.sign(unit("R9"))
    answer = client.post("/api/v1/entries", json={"drafts": [signed]}, headers=auth)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_key")
    PANEL.join(told)
    lie = {**signed, "on": "2026-10-31"}
    answer = client.post("/api/v1/entries", json={"drafts": [lie]}, headers=auth)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_signature")
    assert answer.json()["where"] == "/drafts/0/signed/sig"


def test_a_token_does_not_stand_for_a_signature_nor_the_other_way_round(
    told: Register, client: TestClient
) -> None:
    PANEL.join(told)
    signed = PANEL.sign(unit("R9"))
    assert client.post("/api/v1/entries", json={"drafts": [signed]}).status_code == 401


def test_anybody_is_told_whose_keys_there_are_and_which_were_revoked(
    told: Register, client: TestClient
) -> None:
    assert client.get("/api/v1/keys").json()["statement_keys"] == []
    PANEL.join(told)
    keyring.revoke(told, PANEL.key, "2026-11-02", now=NOW)
    (key,) = client.get("/api/v1/keys").json()["statement_keys"]
    (example,) = cast(list[dict[str, Any]], examples.KEYS["statement_keys"])
    assert key.keys() == example.keys()
    assert (key["id"], key["holder"], key["state"]) == (PANEL.key, CITIZENS, "revoked")
    assert key["revoked"]["from"] == "2026-11-01T23:00:00.000Z"


def test_the_example_of_a_signed_draft_has_the_form_of_one() -> None:
    draft = parse_draft(examples.SIGNED_DRAFT)
    assert draft.signed is not None
    assert draft.openings is not None
