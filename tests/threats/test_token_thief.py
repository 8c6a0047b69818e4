"""Somebody has a token, or the file of tokens: they may what its account may, while it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from ledger.api.app import create_api
from ledger.service import accounts
from ledger.service.register import Register as Opened
from ledger.store import tokens
from tests.api.conftest import Clock
from tests.api.test_bad_input import batch
from tests.signers import Signer
from tests.threats.hand import PANEL, Register
from tests.world import NOW, token, unit


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(register: Register) -> Iterator[Opened]:
    with register.opened() as made:
        yield made


@pytest.fixture
def client(opened: Opened, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_api(opened, clock=clock)) as made:
        yield made


def write(client: TestClient, shown: str, id_: str) -> int:
    return client.post(
        "/api/v1/entries",
        content=batch(unit(id_)),
        headers={"Authorization": f"Bearer {shown}"},
    ).status_code


def test_a_token_is_worth_nothing_once_it_is_revoked(
    client: TestClient, opened: Opened
) -> None:
    stolen = token(opened)
    assert write(client, stolen, "R10") == 201
    accounts.revoke_tokens(opened, "dialogue-citoyen", now=NOW)
    assert write(client, stolen, "R11") == 401


def test_a_token_is_worth_nothing_once_it_has_expired(
    client: TestClient, opened: Opened, clock: Clock
) -> None:
    stolen = token(opened)
    assert write(client, stolen, "R10") == 201
    clock.now += timedelta(days=accounts.TOKEN_DAYS)
    assert write(client, stolen, "R11") == 401


def test_a_token_is_worth_nothing_once_its_account_is_revoked(
    client: TestClient, opened: Opened
) -> None:
    stolen = token(opened)
    assert write(client, stolen, "R10") == 201
    accounts.revoke(opened, "dialogue-citoyen", now=NOW)
    assert write(client, stolen, "R11") == 401
    # Nor does it come back when the account is granted again.
    accounts.grant(opened, "dialogue-citoyen", roles=["recorder"], now=NOW)
    assert write(client, stolen, "R12") == 401


def test_a_token_written_by_hand_for_an_account_without_a_grant_is_worth_nothing(
    client: TestClient, opened: Opened
) -> None:
    """Whoever can write the database can make a token; what it may do stands in entries."""
    secret = "A" * 43
    forged = tokens.Token(
        "0" * 16, accounts._HASHER.hash(secret), "personne", "2026-01-01T00:00:00.000Z",
        "2027-01-01T00:00:00.000Z", None, None,
    )  # fmt: skip
    with opened.database.writing() as db:
        tokens.add(db, forged)
    assert write(client, f"fr_{'0' * 16}_{secret}", "R10") == 401


def test_a_token_written_by_hand_for_a_granted_account_speaks_in_its_name(
    client: TestClient, opened: Opened
) -> None:
    """Said in SECURITY.md: the entry shows which account, and no hash shows which token."""
    token(opened)
    secret = "B" * 43
    forged = tokens.Token(
        "1" * 16, accounts._HASHER.hash(secret), "dialogue-citoyen",
        "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", None, None,
    )  # fmt: skip
    with opened.database.writing() as db:
        tokens.add(db, forged)
    assert write(client, f"fr_{'1' * 16}_{secret}", "R10") == 201


def test_a_token_does_not_reach_beyond_its_account(client: TestClient, opened: Opened) -> None:
    elsewhere = token(opened, name="autre-service", processes=["une-autre-demarche"])
    assert write(client, elsewhere, "R10") == 403
    auditor = token(opened, "auditor", name="chambre-des-comptes")
    assert write(client, auditor, "R10") == 403
    recorder = token(opened, name="encore-un")
    told = client.get("/api/v1/accounts", headers={"Authorization": f"Bearer {recorder}"})
    assert told.status_code == 403


def test_what_was_written_with_a_stolen_token_stays_and_names_its_account(
    client: TestClient, opened: Opened
) -> None:
    """It cannot be taken back in silence: it is disowned in public, and still shown."""
    stolen = token(opened)
    assert write(client, stolen, "R10") == 201
    timeline = client.get("/api/v1/processes/cours-fraiches/timeline").json()
    last = timeline["entries"][-1] if "entries" in timeline else None
    assert last is not None
    assert last["recorder"] == "dialogue-citoyen"


def test_what_a_panel_signed_is_recorded_once_and_here_alone(
    client: TestClient, opened: Opened
) -> None:
    """Whoever has a token and a signed statement can bring it, and that is all."""
    headers = {"Authorization": f"Bearer {token(opened)}"}

    def bring(statement: dict[str, object]) -> tuple[int, str]:
        told = client.post("/api/v1/entries", content=batch(statement), headers=headers)
        return told.status_code, told.json().get("code", "")

    signed = PANEL.sign(unit("R6"))
    assert bring(signed) == (201, "")
    assert bring(signed) == (409, "nonce_used")
    assert bring({**signed, "on": "2026-10-31"}) == (422, "bad_signature")
    elsewhere = Signer(origin="registre.example/autre").sign(unit("R7"))
    assert bring(elsewhere) == (422, "bad_signature")


def test_the_file_of_tokens_holds_no_token(opened: Opened, register: Register) -> None:
    shown = token(opened)
    secret = shown.split("_", 2)[2].encode()
    opened.close()
    for path in register.data.glob("ledger.db*"):
        assert secret not in path.read_bytes()
