"""Over HTTP: who is let in, what a token may do, and four eyes."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from ledger.api.services import Services
from ledger.service import accounts, policies
from ledger.service.audit import verify
from tests.api.conftest import Clock
from tests.world import NOW, token, unit

Auth = dict[str, str]


def bearer(services: Services, *roles: str, name: str, **scope: Any) -> Auth:
    """The header of an account."""
    shown = token(services.register, *roles, name=name, **scope)
    return {"Authorization": f"Bearer {shown}"}


def post(client: TestClient, auth: Auth, *drafts: Any, to: str = "entries", **more: Any) -> Any:
    """Sends a batch."""
    body = {"drafts": drafts, **more}
    return client.post(f"/api/v1/{to}", json=body, headers=auth)


def code_of(answer: Any) -> tuple[int, str]:
    """How a request was refused."""
    return answer.status_code, answer.json()["code"]


def test_a_token_says_what_it_may_do_and_where(client: TestClient, services: Services) -> None:
    auth = bearer(services, "panel", name="panel", processes=["b", "a"], until="2027")
    answer = client.get("/api/v1/account", headers=auth)
    assert answer.json() == {
        "account": "panel",
        "roles": ["panel"],
        "acts": ["record"],
        "processes": ["a", "b"],
        "territories": None,
        "until": "2027-12-31",
    }
    assert answer.headers["cache-control"] == "no-store"


def test_accounts_are_listed_without_anything_that_opens(
    client: TestClient, services: Services
) -> None:
    auth = bearer(services, "auditor", name="auditrice")
    answer = client.get("/api/v1/accounts", headers=auth)
    (row,) = answer.json()["accounts"]
    assert (row["account"], row["used"]) == ("auditrice", "2026-11-02T09:00:00.000Z")
    _, id_, secret = auth["Authorization"].split("_", 2)
    assert [t["id"] for t in row["tokens"]] == [id_]
    assert secret not in answer.text
    assert "argon2" not in answer.text


def test_nobody_is_401_and_who_may_not_is_403_each_with_its_code(
    client: TestClient, services: Services
) -> None:
    auditor = bearer(services, "auditor", name="auditrice")
    panel = bearer(services, "panel", name="panel", processes=["autre"])
    assert code_of(post(client, {}, unit("R9"))) == (401, "unauthorized")
    assert code_of(post(client, auditor, unit("R9"))) == (403, "forbidden")
    told = post(client, panel, unit("R9"))
    assert code_of(told) == (403, "forbidden")
    assert told.json()["where"] == "/drafts/0/by"
    accounts.revoke(services.register, "panel", now=NOW)
    assert code_of(post(client, panel, unit("R9"))) == (401, "unauthorized")


def test_the_entry_names_the_account_of_the_token(
    client: TestClient, services: Services
) -> None:
    auth = bearer(services, "panel", name="conseil-citoyen")
    seq = post(client, auth, unit("R9")).json()["first"]
    assert client.get(f"/entry/{seq}").json()["recorder"] == "conseil-citoyen"


def test_an_account_that_is_disabled_while_the_server_runs_is_let_in_no_more(
    client: TestClient, services: Services, clock: Clock
) -> None:
    auth = bearer(services, "recorder", name="une", until="2026-11-02")
    assert post(client, auth, unit("R9")).status_code == 201
    clock.now = NOW.replace(hour=23)  # the next day begins in Paris
    assert code_of(post(client, auth, unit("R10"))) == (401, "unauthorized")


def test_no_secret_is_logged(client: TestClient, services: Services) -> None:
    auth = bearer(services, "recorder", "panel", name="une")
    wrong = {"Authorization": auth["Authorization"][:-4] + "AAAA"}
    with capture_logs() as logs:
        for headers in (auth, wrong, {}):
            post(client, headers, unit("R9"))
            client.get("/api/v1/accounts", headers=headers)
    secret = auth["Authorization"].rsplit("_", 1)[1][:20]
    assert secret not in str(logs)


def test_what_is_proposed_is_not_public_and_recorded_when_another_account_confirms(
    client: TestClient, services: Services, auth: Auth
) -> None:
    chef = bearer(services, "confirmer", name="chef")
    size = services.queries.version()
    made = post(client, auth, unit("R9", "Des haies"), to="proposals", note="Pour jeudi.")
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert place == f"/api/v1/proposals/{made.json()['id']}"
    assert services.queries.version() == size
    assert client.get(place).status_code == 401
    shown = client.get(place, headers=chef).json()
    assert (shown["drafts"], shown["note"]) == ([unit("R9", "Des haies")], "Pour jeudi.")
    assert shown["expires"] == "2026-12-02T09:00:00.123Z"
    assert code_of(client.post(f"{place}/confirm", headers=auth)) == (403, "forbidden")
    done = client.post(f"{place}/confirm", headers=chef)
    assert done.status_code == 201, done.text
    again = client.post(f"{place}/confirm", headers=chef)
    assert (again.status_code, again.json()) == (200, done.json())
    entry = client.get(f"/api/v1/entries/{done.json()['first']}").json()
    assert (entry["recorder"], entry["body"]["title"]["text"]) == ("chef", "Des haies")
    assert client.get("/api/v1/proposals", headers=chef).json() == {"proposals": []}
    assert code_of(client.get(place, headers=chef)) == (404, "unknown_proposal")
    verify(services.register.data)


def test_who_proposed_sees_and_drops_its_own(client: TestClient, services: Services) -> None:
    une, autre = (bearer(services, "recorder", name=name) for name in ("une", "autre"))
    id_ = post(client, une, unit("R9"), to="proposals").json()["id"]
    place = f"/api/v1/proposals/{id_}"
    assert client.get("/api/v1/proposals", headers=autre).json() == {"proposals": []}
    assert code_of(client.get(place, headers=autre)) == (404, "unknown_proposal")
    assert code_of(client.delete(place, headers=autre)) == (403, "forbidden")
    (mine,) = client.get("/api/v1/proposals", headers=une).json()["proposals"]
    assert (mine["processes"], mine["count"]) == (["cours-fraiches"], 1)
    assert client.delete(place, headers=une).json() == {"dropped": id_}
    assert code_of(client.delete(place, headers=une)) == (404, "unknown_proposal")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"note":"x"}',
        b'{"drafts":{}}',
        b'{"drafts":[],"note":1}',
        b'{"drafts":[],"x":1}',
    ],
)
def test_a_proposal_out_of_form_is_refused(client: TestClient, auth: Auth, body: bytes) -> None:
    answer = client.post("/api/v1/proposals", content=body, headers=auth)
    assert code_of(answer) == (400, "bad_request")


def test_under_the_policy_a_recorder_is_told_to_propose(
    client: TestClient, services: Services, auth: Auth
) -> None:
    policies.set_policy(services.register, "confirmation", True, now=NOW)
    told = post(client, auth, unit("R9"))
    assert code_of(told) == (403, "confirmation_needed")
    assert told.json()["where"] == "/drafts/0"
    assert post(client, auth, unit("R9"), to="proposals").status_code == 201
