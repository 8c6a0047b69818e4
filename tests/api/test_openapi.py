"""The description of the API is complete, and its examples have the form of true answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api import examples, examples_board
from ledger.api import examples_process as told
from ledger.api.app import ROUTERS
from ledger.domain.draft import parse_draft, prepare
from tests.api.conftest import Clock
from tests.world import NOW

SLUG = examples.SLUG
FREE = {
    "body",
    "current",
    "facts",
    "counts",
    "grammar",
    "procedure",
    "entry",
    "nodes",
    "edges",
    "was",
    "now",
}
"""What has other keys from one answer to the next."""


def operations(client: TestClient) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_says_what_it_does_and_shows_a_good_answer(client: TestClient) -> None:
    seen = 0
    for name, operation in operations(client):
        seen += 1
        assert operation["tags"], name
        assert operation["description"], name
        good = [r for code, r in operation["responses"].items() if code.startswith("2")]
        assert good, name
        for answer in good:
            assert answer["content"], name
            assert all(c.get("example") for c in answer["content"].values()), name
        assert "HTTPValidationError" not in str(operation), name
        problem = operation["responses"]["default"]["content"]
        assert problem.keys() == {"application/problem+json"}, name
    assert seen == sum(len(router.routes) for router in ROUTERS)


def test_every_parameter_is_described(client: TestClient) -> None:
    for name, operation in operations(client):
        for parameter in operation.get("parameters", ()):
            told = parameter.get("description") or parameter["schema"].get("enum")
            assert told or parameter["name"] == "Last-Event-ID", (name, parameter["name"])


def test_every_reference_in_the_description_leads_somewhere(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()

    def check(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(link := value.get("$ref"), str):
                target = described
                for part in link.removeprefix("#/").split("/"):
                    target = target[part]
            for member in value.values():
                check(member)
        elif isinstance(value, list):
            for member in value:
                check(member)

    check(described)
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_no_page_loads_scripts_from_elsewhere(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/api/v1/docs"):
        assert client.get(path).status_code == 404


def test_the_example_of_a_draft_is_a_good_one() -> None:
    prepare(parse_draft(examples.DRAFT), recorder="dialogue-citoyen")


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("/api/v1/processes", told.PROCESSES),
        (f"/api/v1/processes/{SLUG}", told.PROCESS),
        (f"/api/v1/processes/{SLUG}/timeline?limit=1", told.TIMELINE),
        (f"/api/v1/processes/{SLUG}/contributions", told.CONTRIBUTIONS),
        (f"/api/v1/processes/{SLUG}/items/U1", told.ITEM),
        (f"/api/v1/processes/{SLUG}/items/U1/lineage", told.LINEAGE),
        (f"/api/v1/processes/{SLUG}/changes?since=0", told.CHANGES),
        ("/api/v1/contributions?reference=CF-112", told.REFERENCED),
        (f"/api/v1/processes/{SLUG}/duties", told.DUTIES),
        (f"/api/v1/processes/{SLUG}/irregularities", told.IRREGULARITIES),
        (f"/api/v1/processes/{SLUG}/graph", told.GRAPH),
        ("/api/v1/board?invented=1", examples_board.BOARD),
        ("/api/v1/entries?start=4", examples.ENTRIES),
        ("/api/v1/entries/5", examples.ENTRY),
        ("/api/v1/proofs/inclusion?seq=5", examples.INCLUSION),
        ("/api/v1/proofs/consistency?from=5", examples.CONSISTENCY),
        ("/api/v1/checkpoint", examples.CHECKPOINT),
        ("/api/v1/keys", examples.KEYS),
        ("/api/v1/procedures", examples.PROCEDURES),
        ("/api/v1/procedures/atelier-citoyen", examples.PROCEDURE),
        ("/api/v1/problems", examples.PROBLEMS),
        ("/api/v1/problems/bad_date", examples.PROBLEM),
        ("/entry/5", examples.RAW_ENTRY),
        ("/opening/5", examples.OPENING),
        ("/healthz", examples.HEALTH),
    ],
)
def test_examples_have_the_form_of_true_answers(
    exemple: TestClient, path: str, example: Any
) -> None:
    answer = exemple.get(path)
    assert answer.status_code == 200
    _alike(answer.json(), example, path)


def test_the_example_of_a_written_entry_has_the_form_of_a_true_answer(
    client: TestClient, auth: dict[str, str], clock: Clock
) -> None:
    assert clock() == NOW
    answered = {"unit": "R1", "response": "A1", "verdict": "retained", "reason": "Oui."}
    draft = {**examples.DRAFT, "process": "cours-fraiches", "body": answered}
    answer = client.post("/api/v1/entries", json={"drafts": [draft]}, headers=auth)
    assert answer.status_code == 201
    _alike(answer.json(), examples.WRITTEN, "written")


def _alike(true: Any, shown: Any, where: str) -> None:
    """Both have the same keys, all the way down; of arrays the first members are compared."""
    if isinstance(true, dict) and isinstance(shown, dict):
        assert true.keys() == shown.keys(), where
        for key in true.keys() - FREE:
            _alike(true[key], shown[key], f"{where}.{key}")
    elif isinstance(true, list) and isinstance(shown, list):
        if true and shown:
            _alike(true[0], shown[0], f"{where}[0]")
    elif true is not None and shown is not None:
        assert type(true) is type(shown), where
