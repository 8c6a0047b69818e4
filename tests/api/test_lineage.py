"""Lineage told, and contributions found by their reference."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.domain.lineage import Link, MemoryLinks
from ledger.service import threads
from ledger.service.erase import erase
from ledger.service.query import Queries
from ledger.service.register import Register
from tests.world import CITIZENS, NOW, contribution, draft, opened, put

OTHER = "plan-climat"
LINEAGE = "/api/v1/processes/{}/items/{}/lineage"
REFERENCES = "/api/v1/contributions"
ACROSS = [
    opened(OTHER, "Le plan climat"),
    draft(
        "unit.submitted",
        {"id": "OR1", "type": "orientation", "opinion": None, "title": "Rafraîchir les cours",
         "draws_on": ["cours-fraiches/R1"]},
        process=OTHER, by=CITIZENS,
    ),
    draft(
        "answer.given",
        {"unit": "cours-fraiches/R2", "response": None, "verdict": "deferred",
         "reason": "En 2028."},
        process=OTHER,
    ),
    draft(
        "measure.adopted",
        {"id": "M7", "decision": None, "title": "Mille arbres", "carries_out": ["OR1"]},
        process=OTHER,
    ),
    draft("contributions.tallied", {"tallies": [{"count": 80}]}, process=OTHER),
    draft("follow_up.reported", {"measure": "M7", "state": "done", "text": "Plantés."},
          process=OTHER),
]  # fmt: skip


def get(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def lineage(client: TestClient, id_: str, process: str = "cours-fraiches", **query: Any) -> Any:
    return get(client, LINEAGE.format(process, id_), **query)


def referenced(id_: str, reference: object, **more: Any) -> dict[str, Any]:
    made = contribution(id_, **more)
    return {**made, "body": {**made["body"], "reference": reference}}


def test_the_story_of_a_contribution_is_told_in_one_answer(
    client: TestClient, told: Register
) -> None:
    put(told, ACROSS)
    found = lineage(client, "C1")
    assert [(n["process"], n["id"], n["step"], n["title"]) for n in found["nodes"]] == [
        ("cours-fraiches", "C1", 0, "Il fait trop chaud."),
        ("cours-fraiches", "R1", 1, "Planter des arbres"),
        ("cours-fraiches", "M1", 2, "Arbres"),
        ("plan-climat", "OR1", 2, "Rafraîchir les cours"),
        ("plan-climat", "M7", 3, "Mille arbres"),
    ]
    _, unit, measure, _, last = found["nodes"]
    assert (unit["verdict"], unit["sort"], unit["type"]) == (
        "retained", "unit", "recommendation"
    )  # fmt: skip
    assert unit["said"][0]["words"] == "Oui."
    assert (measure["state"], last["state"], last["said"][0]["words"]) == (
        "under_way", "done", "Plantés."
    )  # fmt: skip
    assert found["processes"] == {
        "cours-fraiches": "Des cours fraîches", OTHER: "Le plan climat"
    }  # fmt: skip
    assert {(x["source"], x["relation"]) for x in found["beside"]} == {
        ("R1", "opinion"), ("R1", "response"), ("M1", "decision")
    }  # fmt: skip
    assert found["whole"]


def test_an_answer_given_in_another_process_is_the_newest_verdict(
    client: TestClient, told: Register
) -> None:
    put(told, ACROSS)
    (unit,) = [n for n in lineage(client, "R2")["nodes"] if n["id"] == "R2"]
    assert [(s["process"], s["verdict"]) for s in unit["said"]] == [
        ("cours-fraiches", "rejected"), (OTHER, "deferred")
    ]  # fmt: skip
    assert unit["verdict"] == "deferred"


def test_the_voices_behind_a_measure_of_another_process_are_counted_and_paged(
    client: TestClient, told: Register
) -> None:
    more = [contribution(f"C{n}", f"Voix {n}") for n in range(10, 17)]
    drawn = {"unit": "R1", "draws_on": [f"C{n}" for n in range(10, 17)]}
    put(told, [*ACROSS, *more, draft("unit.drawn", drawn, by=CITIZENS)])
    first = lineage(client, "M7", OTHER, limit=5)["voices"]
    assert (first["total"], first["processes"]) == (
        8,
        [{"process": "cours-fraiches", "count": 8}],
    )
    rest = lineage(client, "M7", OTHER, limit=5, after=first["next"])["voices"]
    listed = [c["title"] for page in (first, rest) for c in page["contributions"]]
    assert listed == ["Il fait trop chaud.", *(f"Voix {n}" for n in range(10, 17))]
    assert rest["next"] is None
    (untold,) = lineage(client, "M7", OTHER)["untold"]
    assert (untold["process"], untold["by"]) == (OTHER, "Ville d’essai")


def test_erased_words_are_not_told_and_what_was_disowned_says_so(
    client: TestClient, told: Register
) -> None:
    seq = get(client, "/api/v1/processes/cours-fraiches/items/C1")["declared"]["seq"]
    erase(told, seq, ["/body/text"], basis="objection", requested=None, account="x", now=NOW)
    report = next(n for n in lineage(client, "C1")["nodes"] if n["id"] == "M1")["said"][0]
    assert report["state"] == "under_way"
    disowned = {"entry": {"nth": 12}, "why": "Une erreur de mesure."}
    put(told, [draft("entry.disowned", disowned)])
    focus, *rest = lineage(client, "C1")["nodes"]
    assert (focus["title"], focus["erased"]) == (None, True)
    measure = next(n for n in rest if n["id"] == "M1")
    assert (measure["state"], measure["said"][0]["disowned"]) == (None, True)


def test_the_past_of_a_thread_can_be_told(told: Register) -> None:
    queries = Queries(told)
    size = queries.head().size
    put(told, ACROSS)
    then = threads.tell(queries, "cours-fraiches", "C1", NOW.date(), size=size)
    assert [n.id for n in then.nodes] == ["C1", "R1", "M1"]


@pytest.mark.parametrize(
    ("path", "code"),
    [(LINEAGE.format("rien", "R1"), "unknown_process"),
     (LINEAGE.format("cours-fraiches", "R99"), "unknown_item")],
)  # fmt: skip
def test_what_is_not_recorded_has_no_thread(client: TestClient, path: str, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_contribution_is_found_by_its_reference_trimmed_and_composed(
    client: TestClient, told: Register
) -> None:
    put(told, [referenced("C5", "Pétition 7"), referenced("C6", "Pétition 7")])
    for asked in ("Pétition 7", "  Pe\u0301tition 7\t"):
        found = get(client, REFERENCES, reference=asked)
        assert [c["body"]["id"] for c in found["contributions"]] == ["C5", "C6"]
    first = get(client, REFERENCES, reference="Pétition 7", limit=1)
    rest = get(client, REFERENCES, reference="Pétition 7", after=first["next"])
    assert [c["body"]["id"] for c in rest["contributions"]] == ["C6"]
    assert get(client, REFERENCES, reference="pétition 7")["contributions"] == []


def test_a_restricted_and_an_erased_reference_answer_like_an_unknown_one(
    client: TestClient, told: Register
) -> None:
    secret = {"open": "restricted", "text": "SECRET-1"}
    first = put(told, [referenced("C5", secret), referenced("C6", "PARTI-2")]).first
    erase(told, first + 1, ["/body/reference"], basis="child", requested=None, account="x",
          now=NOW)  # fmt: skip
    answers = [client.get(REFERENCES, params={"reference": r})
               for r in ("SECRET-1", "PARTI-2", "JAMAIS-3")]  # fmt: skip
    assert {(a.status_code, a.text) for a in answers} == {
        (200, '{"contributions":[],"next":null}')
    }


def test_a_reference_is_kept_nowhere_and_echoed_nowhere(client: TestClient) -> None:
    told = client.get(REFERENCES, params={"reference": "UNIQUE-77"})
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["referrer-policy"] == "no-referrer"
    assert "etag" not in told.headers
    for wrong in ("", "   ", "x" * 201, "é" * 900):
        answer = client.get(REFERENCES, params={"reference": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert "xxx" not in answer.text
    assert client.get(REFERENCES).status_code == 400


def test_a_circle_in_a_broken_index_ends(told: Register) -> None:
    db = sqlite3.connect(told.data / "ledger.db")
    db.execute(
        "INSERT INTO link (seq, process, source, relation, to_process, target)"
        " VALUES (9, 'cours-fraiches', 'R1', 'draws_on', 'cours-fraiches', 'M1')"
    )
    db.commit()
    db.close()
    found = threads.tell(Queries(told), "cours-fraiches", "M1", NOW.date())
    assert {n.id for n in found.nodes} == {"C1", "O1", "R1", "DC1", "M1"}
    assert found.voices.total == 1


def test_links_of_one_size_are_those_said_until_then() -> None:
    # The in-memory links of a whole ledger have no size: a past is asked of the register.
    assert list(MemoryLinks([Link("p", "R1", "unit", "p", "R1", 3)]).sources("p", "R1"))
