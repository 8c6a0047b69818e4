"""What anyone may read: the same facts everywhere, and never kept longer than it may be."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from ledger.api.services import Services, services_of
from ledger.service.register import Register
from tests.world import contribution, draft, opened, put, unit

PROCESS = "/api/v1/processes/cours-fraiches"
VIEWS = [
    "/api/v1/processes",
    PROCESS,
    f"{PROCESS}/timeline",
    f"{PROCESS}/contributions",
    f"{PROCESS}/items/R1",
    f"{PROCESS}/duties",
    f"{PROCESS}/irregularities",
    f"{PROCESS}/graph",
    f"{PROCESS}/graph?format=svg&level=thread&item=R1",
]


def get(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_list_says_how_far_each_process_has_come(client: TestClient) -> None:
    (row,) = get(client, "/api/v1/processes")["processes"]
    assert (row["slug"], row["stage"], row["closed"]) == ("cours-fraiches", "follow_up", None)
    assert row["counts"]["contributions"] == 2
    assert row["counts"]["units"] == {"retained": 1, "rejected": 1}
    assert row["counts"]["measures"] == {"under_way": 1}
    states = row["counts"]["duties"]
    assert row["awaiting"] == states.get("open", 0) + states.get("past_due", 0)


def test_a_process_shows_its_words_beside_their_commitments(client: TestClient) -> None:
    whole = get(client, PROCESS)
    first, second = whole["units"]
    assert first["submitted"]["body"]["title"]["text"] == "Planter des arbres"
    assert len(first["submitted"]["body"]["title"]["sealed"]) == 64
    assert first["measures"] == ["M1"]
    assert second["answers"][0]["body"]["reason"]["text"] == "Trop cher."
    assert whole["measures"][0]["state"] == "under_way"
    assert whole["duties"] == get(client, f"{PROCESS}/duties")["duties"]
    assert whole["irregularities"] == get(client, f"{PROCESS}/irregularities")["irregularities"]


def test_what_is_restricted_is_never_served(client: TestClient, told: Register) -> None:
    secret = "Une habitante du 12"
    c3 = {"id": "C3", "channel": "website", "text": "Des bancs.", "author": secret}
    seq = put(told, [draft("contribution.received", c3)]).first
    paths = [*VIEWS, f"{PROCESS}/items/C3", f"/opening/{seq}", f"/entry/{seq}"]
    for path in [*paths, f"/api/v1/entries/{seq}", f"/api/v1/entries?start={seq}"]:
        assert secret not in client.get(path).text
    author = get(client, f"{PROCESS}/items/C3")["declared"]["body"]["author"]
    assert (author["open"], author["text"]) == ("restricted", None)
    assert [o["path"] for o in get(client, f"/opening/{seq}")["openings"]] == [
        "/body/text",
        "/sources/0/title",
        "/sources/0/url",
    ]


def test_the_timeline_is_read_in_pages_without_gap(client: TestClient) -> None:
    seen: list[int] = []
    after: int | None = -1
    while after is not None:
        page = get(client, f"{PROCESS}/timeline?after={after}&limit=5")
        seen += [entry["nth"] for entry in page["entries"]]
        after = page["next"]
    assert seen == list(range(13))


def test_the_past_can_be_asked_for(client: TestClient, services: Services) -> None:
    size = services.queries.head().size
    put(services.register, [unit("R3"), unit("R4")])
    assert len(get(client, PROCESS)["units"]) == 4
    assert len(get(client, f"{PROCESS}?size={size}")["units"]) == 2


def test_every_view_of_the_past_is_what_it_was(
    client: TestClient, services: Services, told: Register
) -> None:
    size = services.queries.head().size
    views = [
        "/api/v1/processes", PROCESS, f"{PROCESS}/timeline", f"{PROCESS}/contributions",
        f"{PROCESS}/items/R1", f"{PROCESS}/items/R1/lineage", f"{PROCESS}/duties",
        f"{PROCESS}/irregularities", f"{PROCESS}/graph",
    ]  # fmt: skip
    before = {view: get(client, view) for view in views}
    title = {"path": "/body/title", "value": "Cent arbres"}
    mended = {"entry": {"nth": 5}, "changes": [title], "why": "Oubli."}
    put(
        told,
        [
            opened("autre"),
            unit("R3", draws_on=["C1"]),
            contribution("C9"),
            draft("answer.given", {"unit": "R1", "response": None, "verdict": "rejected",
                                   "reason": "Non."}),
            draft("correction.made", mended),
        ],
    )  # fmt: skip
    for view in views:
        assert get(client, f"{view}?size={size}") == before[view], view
    for view in views:
        refused = client.get(f"{view}?size={size + 1}")
        assert refused.json()["code"] == "unknown_size", view
    assert client.get(f"{PROCESS}/items/R3?size={size}").json()["code"] == "unknown_item"


def test_what_changed_between_two_checkpoints_is_told(
    client: TestClient, services: Services, told: Register
) -> None:
    size = services.queries.head().size
    answered = {"unit": "R1", "response": None, "verdict": "rejected", "reason": "Non."}
    seq = put(told, [draft("answer.given", answered)]).first
    found = get(client, f"{PROCESS}/changes?since={size}")
    assert (found["since"], found["size"], found["opened"]) == (size, size + 1, True)
    changed = {change["code"]: change for change in found["changes"]}
    assert changed["verdict_changed"]["entries"][-1] == seq
    assert changed["verdict_changed"]["facts"] == {
        "by": "Ville d’essai", "from": "retained", "to": "rejected",
    }  # fmt: skip
    assert get(client, f"{PROCESS}/changes?since={size}&size={size}")["changes"] == []
    new = get(client, f"{PROCESS}/changes?since=4")
    assert (new["opened"], new["days"][0]) == (False, None)
    for query, code in {
        f"since={size + 1}&size={size}": "bad_request",
        f"since={size + 2}": "bad_request",
        "since=6": "unknown_size",
        "": "bad_request",
        "since=-1": "bad_request",
    }.items():
        assert client.get(f"{PROCESS}/changes?{query}").json()["code"] == code, query
    known = client.get(f"{PROCESS}/changes?since={size}")
    again = client.get(
        f"{PROCESS}/changes?since={size}", headers={"If-None-Match": known.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_lineage_leads_from_the_contribution_to_the_measure(client: TestClient) -> None:
    nodes = get(client, f"{PROCESS}/items/R1/lineage")["nodes"]
    assert {"C1", "R1", "M1"} <= {node["id"] for node in nodes}


def test_corrections_are_told_beside_what_they_mend(client: TestClient, told: Register) -> None:
    change = {"path": "/body/title", "value": "Planter cent arbres"}
    body = {"entry": {"nth": 5}, "changes": [change], "why": "Un oubli."}
    seq = put(told, [draft("correction.made", body)]).first
    (entry,) = get(client, f"{PROCESS}/timeline?after=4&limit=1")["entries"]
    assert entry["corrected_by"] == [seq]
    assert entry["body"]["title"]["text"] == "Planter des arbres"


def test_anyone_may_read_from_any_site_and_nobody_write_from_one(
    client: TestClient, auth: dict[str, str]
) -> None:
    other = {"Origin": "https://example.org"}
    answer = client.get(PROCESS, headers=other)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Access-Control-Request-Method": "GET", **other}
    assert client.options(PROCESS, headers=asked).status_code == 204
    asked["Access-Control-Request-Method"] = "POST"
    refused = client.options("/api/v1/entries", headers=asked)
    assert refused.status_code == 405
    assert "access-control-allow-origin" not in refused.headers
    written = client.post("/api/v1/entries", content=b"{}", headers=auth | other)
    assert "access-control-allow-origin" not in written.headers


def test_head_is_get_without_its_body(client: TestClient) -> None:
    full, head = client.get(PROCESS), client.head(PROCESS)
    assert head.content == b""
    assert head.headers["etag"] == full.headers["etag"]
    assert head.headers["content-length"] == full.headers["content-length"]
    assert client.head("/api/v1/stream").status_code == 405


def test_an_application_never_answers_head_with_a_body(app: FastAPI) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "HEAD", "path": "/checkpoint", "headers": []}
    asyncio.run(app({**scope, "query_string": b"", "app": app}, receive, send))
    services_of(app).close()
    assert sent[0]["status"] == 200
    assert b"".join(message.get("body", b"") for message in sent) == b""


def test_health_tells_of_the_writer_and_of_who_listens(
    client: TestClient, services: Services
) -> None:
    assert get(client, "/healthz") == {
        "status": "ok",
        "size": services.queries.version(),
        "writer": {"alive": True, "waiting": 0, "last_error": None},
        "listeners": 0,
        "live": True,
        "erasing": 0,
    }
    services.writer.close()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")


def test_pages_can_be_added_to_the_same_application(
    app: FastAPI, client: TestClient, services: Services
) -> None:
    @app.get("/p/{slug}", include_in_schema=False)
    def page(slug: str) -> str:
        return services.queries.process(slug, services.today()).case.title

    assert client.get("/p/cours-fraiches").json() == "Des cours fraîches"
    assert "/p/{slug}" not in get(client, "/api/v1/openapi.json")["paths"]
