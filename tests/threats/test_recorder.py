"""An account that may record, and does so dishonestly; an elected one; a confirmer.

What they say is not judged: it stands for ever under the name of their account. What they
cannot do is unsay it, say it for others, or say it of another day than the one they say it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api.app import create_api
from ledger.service.register import Register as Opened
from tests.api.conftest import Clock
from tests.api.test_bad_input import batch
from tests.threats.hand import Register
from tests.world import CITY, draft, token, unit

ANSWER = 13
"""The entry that rejects R2."""


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


def write(client: TestClient, shown: str, *drafts: Any) -> tuple[int, str]:
    """Status and code of a write."""
    told = client.post(
        "/api/v1/entries", content=batch(*drafts), headers={"Authorization": f"Bearer {shown}"}
    )
    return told.status_code, told.json().get("code", "")


def answer(verdict: str, unit: str = "R2") -> dict[str, Any]:
    body = {"unit": unit, "response": "A1", "verdict": verdict, "reason": "Nous le disons."}
    return draft("answer.given", body)


def test_a_recorder_cannot_turn_a_verdict_round_by_a_correction(
    client: TestClient, opened: Opened
) -> None:
    changes = [{"path": "/body/verdict", "value": "retained"}]
    mended = draft(
        "correction.made", {"entry": ANSWER, "changes": changes, "why": "Une coquille."}
    )
    # Not even with the power to mend what others recorded.
    assert write(client, token(opened, "confirmer"), mended) == (409, "bad_correction")


def test_a_new_verdict_leaves_the_old_one_visible(client: TestClient, opened: Opened) -> None:
    assert write(client, token(opened), answer("retained"))[0] == 201
    told = client.get("/api/v1/processes/cours-fraiches/items/R2").json()
    text = str(told)
    assert "rejected" in text
    assert "retained" in text


def test_a_recorder_cannot_date_what_they_record_back(
    client: TestClient, opened: Opened, clock: Clock
) -> None:
    """`on` is their word; `at` is the register's, and both are shown."""
    clock.now += timedelta(days=30)
    assert write(client, token(opened), answer("retained") | {"on": "2026-11-01"})[0] == 201
    entries = client.get("/api/v1/processes/cours-fraiches/timeline").json()["entries"]
    assert entries[-1]["on"] == "2026-11-01"
    assert entries[-1]["at"].startswith("2026-12-02")
    # Nor may they set the clock.
    other = token(opened, name="autre", now=clock.now)
    forged = answer("retained") | {"at": "2026-11-01T09:00:00.000Z"}
    assert write(client, other, forged) == (422, "bad_draft")


def test_an_answer_that_is_left_out_is_owed_in_public(client: TestClient) -> None:
    """R3 was recommended and nobody answered: nothing has to be recorded for it to show."""
    duties = client.get("/api/v1/processes/cours-fraiches/duties").json()["duties"]
    (owed,) = [d for d in duties if d["id"] == "answer_each" and d["subject"] == "R3"]
    assert owed["state"] in {"open", "past_due"}
    assert owed["owes"] == [CITY["name"]]


def test_what_was_never_recorded_is_not_found(register: Register) -> None:
    """Said in SECURITY.md: a register knows nothing of what nobody put into it."""
    assert register.verify() == (0, "")


def test_a_recorder_cannot_erase_nor_govern(client: TestClient, opened: Opened) -> None:
    shown = token(opened)
    for kind, body in (
        ("text.erased", {"entry": 6, "paths": ["/body/text"], "basis": "child"}),
        ("account.granted", {"account": "moi", "roles": ["administrator"]}),
        ("register.opened", {}),
    ):
        for process in ("cours-fraiches", "register"):
            status, _ = write(client, shown, draft(kind, body) | {"process": process})
            assert status in {403, 409, 422}, (kind, process)


def test_a_recorder_cannot_mend_what_another_account_recorded(
    client: TestClient, opened: Opened
) -> None:
    disowned = draft("entry.disowned", {"entry": ANSWER, "why": "Cela ne nous plaît plus."})
    assert write(client, token(opened), disowned) == (403, "forbidden")


def test_an_elected_account_cannot_speak_for_the_citizens(
    client: TestClient, opened: Opened
) -> None:
    elected = token(opened, "elected", name="cabinet")
    assert write(client, elected, unit("R10", "Ce qui nous arrange")) == (403, "forbidden")


def test_a_panel_cannot_answer_for_the_city(client: TestClient, opened: Opened) -> None:
    panel = token(opened, "panel", name="atelier")
    assert write(client, panel, answer("retained")) == (403, "forbidden")


def test_a_confirmer_may_disown_and_the_entry_is_still_shown(
    client: TestClient, opened: Opened, register: Register
) -> None:
    """The most that a dishonest confirmer can do to what another recorded, and it is public."""
    confirmer = token(opened, "confirmer", name="seconde-main")
    disowned = draft("entry.disowned", {"entry": ANSWER, "why": "Enregistrée par erreur."})
    assert write(client, confirmer, disowned)[0] == 201
    entries = client.get("/api/v1/processes/cours-fraiches/timeline").json()["entries"]
    (shown,) = [entry for entry in entries if entry["seq"] == ANSWER]
    assert shown["body"]["verdict"] == "rejected"
    assert shown["disowned_by"] == entries[-1]["seq"]
    assert entries[-1]["recorder"] == "seconde-main"
    assert register.verify() == (0, "")
