"""Texts are erased over HTTP by whoever may, and leave every answer, cache and log."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.service import accounts, audit, erase
from ledger.service.register import Register
from ledger.service.view import View
from tests.erasing import a_reader, forms, holding
from tests.world import NOW, contribution, put, token

ADDRESS = "/api/v1/erasures"
SECRET = "Un préau « à l’angle », dit Mme Exemple"
WHO = "plateforme:48213"


@pytest.fixture
def keeper(told: Register) -> dict[str, str]:
    """The header of an account that may erase."""
    return bearer(told, "delegue", "administrator")


def bearer(register: Register, name: str, role: str, **scope: Any) -> dict[str, str]:
    accounts.grant(register, name, roles=[role], now=NOW, **scope)
    return {"Authorization": f"Bearer {accounts.create_token(register, name, now=NOW)}"}


def ask(client: TestClient, auth: dict[str, str], **asked: Any) -> Any:
    asked = {"basis": "consent_withdrawn"} | asked
    return client.post(ADDRESS, json=asked, headers=auth)


def soon(true: Callable[[], bool]) -> None:
    """Waits until something that another thread does has happened."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_texts_of_an_entry_are_erased_by_its_id(
    client: TestClient, told: Register, keeper: dict[str, str]
) -> None:
    answer = ask(
        client, keeper, process="cours-fraiches", id="C2", paths=["text"],
        requested="2026-10-01",
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    form = answer.json()
    (text,) = form["texts"]
    assert text["paths"] == ["/body/text"]
    assert form["finished"]
    assert answer.headers["cache-control"] == "no-store"
    entry = client.get(f"/api/v1/entries/{form['first']}").json()
    assert entry["recorder"] == "delegue"
    assert entry["body"]["requested"] == "2026-10-01"
    assert holding(told.data, forms("Un préau, s’il vous plaît.")) == []
    again = ask(client, keeper, seq=text["seq"], paths=["text"])
    assert (again.status_code, again.json()["code"]) == (409, "unknown_reference")
    assert ask(client, keeper, seq=text["seq"], paths="all").status_code == 201
    assert audit.verify(told.data).erased == 2


def test_a_whole_person_is_erased_by_the_subject(
    client: TestClient, told: Register, keeper: dict[str, str], auth: dict[str, str]
) -> None:
    drafts = [contribution(f"C9{n}", SECRET) | {"subject": WHO} for n in range(3)]
    sent = client.post("/api/v1/entries", json={"drafts": drafts}, headers=auth)
    assert sent.status_code == 201, sent.text
    assert holding(told.data, forms(WHO)) == []
    form = ask(client, keeper, subject=WHO).json()
    assert [text["seq"] for text in form["texts"]] == [17 + n + form["texts"][0]["seq"] - 17
                                                       for n in range(3)]  # fmt: skip
    assert form["last"] - form["first"] == 2
    assert holding(told.data, forms(SECRET)) == []
    # What comes again under a new number is another statement; the same number is taken.
    assert client.post("/api/v1/entries", json={"drafts": drafts}, headers=auth).json()[
        "code"
    ] == ("duplicate_id")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"seq": 5},
        {"seq": 5, "paths": []},
        {"seq": 5, "paths": [""]},
        {"seq": 5, "paths": "some"},
        {"seq": 5, "paths": ["text"], "subject": WHO},
        {"subject": WHO, "paths": ["text"]},
        {"subject": ""},
        {"process": "cours-fraiches", "paths": "all"},
        {"id": "C1", "paths": "all"},
        {"process": "cours-fraiches", "seq": 5, "paths": "all"},
        {"seq": -1, "paths": "all"},
        {"seq": 5, "paths": "all", "basis": "because"},
        {"seq": 5, "paths": "all", "requested": "hier"},
        {"seq": 5, "paths": "all", "words": SECRET},
    ],
)
def test_what_is_not_asked_rightly_is_refused_and_not_repeated(
    client: TestClient, services: Services, keeper: dict[str, str], asked: dict[str, Any]
) -> None:
    size = services.queries.version()
    answer = ask(client, keeper, **asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), answer.text
    assert WHO not in answer.text
    assert "Exemple" not in answer.text
    assert services.queries.version() == size


def test_only_an_account_that_may_erase_erases_and_only_where_it_reaches(
    client: TestClient, told: Register, auth: dict[str, str]
) -> None:
    asked = {"seq": 6, "paths": "all"}
    assert ask(client, {}, **asked).status_code == 401
    answer = ask(client, auth, **asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    # Who may not erase is not read.
    assert client.post(ADDRESS, content=b"{", headers=auth).status_code == 403
    afar = bearer(told, "ailleurs", "administrator", processes=["autre"])
    answer = ask(client, afar, **asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert erase.pending(told) == []
    assert audit.verify(told.data).erased == 0


def test_what_is_pending_is_told_and_finished_by_itself(
    client: TestClient, told: Register, keeper: dict[str, str]
) -> None:
    put(told, [contribution("C7", SECRET)])
    with a_reader(told):
        answer = ask(client, keeper, process="cours-fraiches", id="C7", paths=["text"])
        assert (answer.status_code, answer.json()["finished"]) == (202, False)
        assert client.get("/healthz").json()["erasing"] == 1
        (row,) = client.get(ADDRESS, headers=keeper).json()["pending"]
        assert row.keys() == {"seq", "entry", "at"}
        assert row["seq"] == answer.json()["first"]
        assert SECRET not in client.get(f"/opening/{row['entry']}").text
    soon(lambda: client.get("/healthz").json()["erasing"] == 0)
    assert client.get(ADDRESS, headers=keeper).json() == {"pending": []}
    assert holding(told.data, forms(SECRET)) == []


def test_who_is_pending_is_told_to_those_who_inspect(
    client: TestClient, told: Register, auth: dict[str, str]
) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert client.get(ADDRESS, headers=auth).status_code == 403
    assert client.get(ADDRESS, headers=bearer(told, "cada", "auditor")).status_code == 200


def views() -> list[View]:
    gc.collect()
    return [it for it in gc.get_objects() if isinstance(it, View)]


def test_an_erasure_by_another_process_empties_the_memory_of_the_server(
    app: FastAPI, client: TestClient, told: Register, services: Services
) -> None:
    process = "/api/v1/processes/cours-fraiches"
    assert "Trop cher." in client.get(process).text
    client.get(f"{process}?size={services.queries.version()}")
    picture = client.get(f"{process}/graph?format=svg")
    assert app.state.pictures.get(picture.headers["etag"]) is not None
    mine = [view for view in views() if "Trop cher." in view.texts.values()]
    assert mine
    del mine
    seq = client.get(process).json()["units"][1]["answers"][0]["seq"]
    erase.erase(  # as the command does, beside the server
        told, seq, ["reason"], basis="objection", requested=None, account="x", now=NOW
    )
    soon(lambda: app.state.pictures.get(picture.headers["etag"]) is None)
    soon(lambda: not any("Trop cher." in view.texts.values() for view in views()))
    assert "Trop cher." not in client.get(process).text


def test_no_line_of_the_log_holds_words_or_a_subject(
    client: TestClient, told: Register, keeper: dict[str, str]
) -> None:
    put(told, [contribution("C7", SECRET) | {"subject": WHO}])
    with structlog.testing.capture_logs() as lines, a_reader(told):
        ask(client, keeper, subject="personne:1")
        ask(client, keeper, subject=WHO)
        erase.finish(told)
    said = json.dumps(lines, default=str, ensure_ascii=False)
    assert "48213" not in said
    assert "Exemple" not in said
    assert token(told) not in said
