"""The rules that processes go by, for machines."""

from starlette.testclient import TestClient

from ledger.service import procedures
from ledger.service.register import Register
from tests.domain.test_lint import GOOD
from tests.world import NOW

OWN = GOOD.replace('"essai"', '"atelier-citoyen"').replace('"1"', '"2"', 1)


def test_a_procedure_is_read_as_it_is_in_force_and_as_it_was(
    told: Register, client: TestClient
) -> None:
    before = client.get("/api/v1/procedures/atelier-citoyen")
    assert before.json()["processes"] == ["cours-fraiches"]
    assert before.json()["adoptions"] == [before.json()["seq"]]
    seq = procedures.adopt(told, OWN, now=NOW).first
    after = client.get("/api/v1/procedures/atelier-citoyen").json()
    assert (after["seq"], after["procedure"]["version"]) == (seq, "2")
    assert after["processes"] == []
    older = client.get(f"/api/v1/procedures/atelier-citoyen?seq={before.json()['seq']}")
    assert older.json()["procedure"] == before.json()["procedure"]
    assert older.json()["processes"] == ["cours-fraiches"]
    assert older.headers["etag"] != before.headers["etag"]


def test_a_procedure_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    for path in ("/api/v1/procedures", "/api/v1/procedures/atelier-citoyen"):
        etag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_what_was_not_adopted_is_not_found(client: TestClient) -> None:
    for path in ("nulle-part", "atelier-citoyen?seq=0", "atelier-citoyen?seq=99"):
        answer = client.get(f"/api/v1/procedures/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/api/v1/procedures/grand-debat?seq=-1").status_code == 400
