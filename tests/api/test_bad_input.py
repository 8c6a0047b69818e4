"""A bad batch is refused with its status, code, place and reason, and nothing changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.errors import CODES
from tests.world import draft, opened, unit

Auth = dict[str, str]


def batch(*drafts: Any) -> bytes:
    return json.dumps({"drafts": drafts}).encode()


def spelled(old: str, new: str, draft_: Any = None) -> bytes:
    """A good batch, respelled in a way that `json.dumps` would not."""
    body = batch(draft_ or unit("R9")).decode()
    assert body.count(old) == 1
    return body.replace(old, new).encode("utf-8", "surrogateescape")


def nested(depth: int) -> Any:
    """A draft that is `depth` deep, itself included."""
    value: Any = "x"
    for _ in range(depth - 2):
        value = [value]
    return draft("unit.submitted", {"id": value})


def decision(**vote: int) -> Any:
    body = {"id": "DC9", "title": "Plan", "body": "Conseil", "declares": 0, "vote": vote}
    return draft("decision.made", body)


def with_url(url: str) -> Any:
    return unit("R9") | {"sources": [{"title": "Article", "url": url}]}


CROWD = [{"category": f"{i:03d} " + "x" * 110, "count": 9} for i in range(600)]

BAD: dict[str, tuple[bytes, str, str, str]] = {
    # name: (body, code, end of `where`, part of the message)
    "an unknown kind": (
        batch(draft("unit.invented", {})),
        "unknown_kind",
        "/drafts/0/kind",
        "unit.invented",
    ),
    "an unknown field": (
        batch(unit("R9", colour="red")),
        "bad_body",
        "/drafts/0/body/colour",
        "no such field",
    ),
    "an unknown key of a draft": (
        batch(unit("R9") | {"seq": 4}),
        "bad_draft",
        "/seq",
        "no such field",
    ),
    "a missing field": (
        batch(draft("unit.submitted", {"id": "R9", "type": "question", "title": "Où ?"})),
        "bad_body",
        "/drafts/0/body/opinion",
        "required",
    ),
    "a fraction": (spelled('"R9"', "1.5"), "bad_number", "", "1.5"),
    "an integer of 2^53": (
        batch(draft("opinion.delivered", {"id": "O9", "declares": 2**53})),
        "bad_number",
        "/drafts/0/body/declares",
        "2^53",
    ),
    "NaN": (spelled('"R9"', "NaN"), "bad_number", "/drafts/0/body/id", "integer"),
    "a code point that is not assigned": (
        batch(unit("R9", "Des arbres \u0378")),
        "bad_text",
        "/drafts/0/body/title",
        "U+0378",
    ),
    "a bidirectional control": (
        batch(unit("R9", "Des arbres \u202eserbra")),
        "bad_text",
        "/drafts/0/body/title",
        "U+202E",
    ),
    "a text that is not in NFC": (
        batch(unit("R9", "e\u0301te")),
        "bad_text",
        "/drafts/0/body/title",
        "NFC",
    ),
    "half a surrogate pair": (
        spelled("Planter", "\\ud800"),
        "bad_text",
        "/drafts/0/body/title",
        "surrogate",
    ),
    "a key given twice": (spelled('"id":', '"id": "R8", "id":'), "not_json", "", "'id'"),
    "a key in capitals": (batch(unit("R9", Title="x")), "bad_key", "/drafts/0/body", "Title"),
    "a draft nine deep": (batch(nested(9)), "too_deep", "/drafts/0/body/id/0/0/0/0/0/0", ""),
    "an entry that is too large": (
        batch(draft("participants.recruited", {"methods": ["lot"], "counts": CROWD})),
        "too_large",
        "/drafts/0",
        "65535",
    ),
    "a sealed text that is too large": (
        batch(unit("R9", text="x" * 300_000)),
        "too_large",
        "/drafts/0/body/text",
        "262144",
    ),
    "an unknown process": (
        batch(unit("R9") | {"process": "nulle-part"}),
        "unknown_process",
        "/process",
        "nulle-part",
    ),
    "an id used before": (batch(unit("R1")), "duplicate_id", "/body/id", "R1"),
    "an id used twice in one batch": (
        batch(unit("R9"), unit("R9")),
        "duplicate_id",
        "/body/id",
        "R9",
    ),
    "an answer to a unit that does not exist": (
        batch(
            draft(
                "answer.given",
                {"unit": "R99", "response": "A1", "verdict": "retained", "reason": "Oui."},
            )
        ),
        "unknown_reference",
        "/body/unit",
        "R99",
    ),
    "a measure that carries out an unknown unit": (
        batch(
            draft(
                "measure.adopted",
                {"id": "M9", "decision": "DC1", "title": "Bancs", "carries_out": ["R99"]},
            )
        ),
        "unknown_reference",
        "/body/carries_out",
        "R99",
    ),
    "a reference to something of another kind": (
        batch(draft("follow_up.reported", {"measure": "R1", "state": "done"})),
        "wrong_reference",
        "/body/measure",
        "R1",
    ),
    "negative votes": (
        batch(decision(in_favour=-1)),
        "bad_body",
        "/drafts/0/body/vote/in_favour",
        "greater than or equal to 0",
    ),
    "a date that does not exist": (
        batch(unit("R9") | {"on": "2026-02-30"}),
        "bad_date",
        "/drafts/0/on",
        "2026-02-30",
    ),
    "a date that lies ahead": (
        batch(unit("R9") | {"on": "2026-11-03"}),
        "not_yet",
        "/on",
        "2026-11-02",
    ),
    "a script where an address belongs": (
        batch(with_url("javascript:alert(1)")),
        "bad_url",
        "/drafts/0/sources/0/url",
        "http",
    ),
    "a process opened again": (batch(opened()), "process_exists", "/process", "cours-fraiches"),
    "an unknown procedure": (
        batch(opened("autre") | {"body": opened()["body"] | {"procedure": "nulle"}}),
        "unknown_procedure",
        "/drafts/0/body/procedure",
        "nulle",
    ),
    "an act of its own": (
        batch(draft("text.erased", {"entry": 9, "paths": ["/body/title"], "basis": "child"})),
        "bad_draft",
        "/drafts/0/kind",
        "erased",
    ),
    "a batch whose last draft is bad": (
        batch(unit("R9"), unit("R10"), unit("R11", type="wish")),
        "bad_body",
        "/drafts/2/body/type",
        "recommendation",
    ),
    "a batch whose last draft makes no sense": (
        batch(unit("R9"), unit("R10"), unit("R1")),
        "duplicate_id",
        "/body/id",
        "R1",
    ),
    "broken UTF-8": (
        spelled("Planter", "\udce9t\udce9"),
        "not_json",
        f"byte {batch(unit('R9')).index(b'Planter')}",
        "UTF-8",
    ),
    "no JSON at all": (b"drafts=1", "not_json", "line 1, column 1", "Expecting"),
    "nothing": (b"", "not_json", "line 1, column 1", "Expecting"),
    "an array": (b"[]", "bad_request", "", "drafts"),
    "drafts that are no array": (b'{"drafts":{}}', "bad_request", "/drafts", "array"),
    "a batch of none": (batch(), "bad_draft", "", "20000"),
    "a draft that is no object": (batch(7), "bad_draft", "/drafts/0", "object"),
    "brackets without end": (b"[" * 200_000, "too_deep", "", "deep"),
    "a number of a million digits": (b'{"drafts":[' + b"9" * 10**6, "bad_number", "", "999"),
}


@pytest.mark.parametrize(("body", "code", "where", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_and_says_why(
    client: TestClient, auth: Auth, services: Services, body: bytes, code: str, where: str,
    message: str,
) -> None:  # fmt: skip
    before = services.queries.head()
    answer = client.post("/api/v1/entries", content=body, headers=auth)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (CODES[code].status, code)
    assert problem["status"] == answer.status_code
    assert problem["title"] == CODES[code].title
    assert problem.get("where", "").endswith(where)
    assert bool(where) == ("where" in problem)
    assert message in problem["detail"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert services.queries.head() == before
