"""The way out for a name that was recorded: warned of, erased, and corrected without it."""

import json

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ledger.cli.main import app as commands
from ledger.cli.options import now
from ledger.service.audit import verify
from tests.site.registers import draft, opened
from tests.site.registers import record as put
from tests.site.test_mending import World
from tests.world import token
from viz.site.app import create_app

NAME = "Exemple"
ADDRESSES = (
    *("/p/p", "/p/p/R1", "/en/p/p/R1", "/p/p/changes", "/embed/p", "/q/p/R1"),
    *("/api/v1/processes/p", "/api/v1/processes/p/timeline", "/api/v1/processes/p/items/R1"),
    *("/api/v1/processes/p/items/R1/lineage", "/api/v1/processes/p/graph"),
    *("/p/p/R1?size={size}", "/p/p?size={size}", "/api/v1/processes/p/changes?since={size}"),
    *("/registre/{seq}", "/opening/{seq}", "/entry/{seq}"),
)
SAID = {
    "title": f"Un banc devant chez Mme {NAME}",
    "text": f"Mme {NAME}, au 12 rue des Lilas, en serait contente.",
}
MENDED = {"title": "Un banc au bout de la rue", "text": "Une voisine en serait contente."}


@pytest.fixture
def world(empty):
    put(empty, [opened("p")])
    with TestClient(create_app(empty)) as client:
        yield World(empty, client)


def test_a_name_is_warned_of_erased_and_corrected_and_then_is_nowhere(world):
    auth = {"Authorization": f"Bearer {token(world.register, 'confirmer', now=now())}"}
    unit = {"id": "R1", "type": "recommendation", "opinion": None, **SAID}
    said = draft("p", "unit.submitted", "citizens", **unit)
    answer = world.client.post("/api/v1/entries", json={"drafts": [said]}, headers=auth).json()
    places = {w["where"].removeprefix("/drafts/0") for w in answer["warnings"]}
    assert places == {"/body/title", "/body/text"}
    assert NAME in world.client.get("/p/p/R1").text

    data, seq = str(world.register.data), answer["first"]
    paths = [word for place in sorted(places) for word in ("--path", place)]
    erased = CliRunner().invoke(
        commands, ["erase", str(seq), *paths, "--basis", "objection", "--data", data]
    )
    assert erased.exit_code == 0, erased.output
    changes = [{"path": f"/body/{field}", "value": words} for field, words in MENDED.items()]
    why = "Une personne était nommée."
    mended = draft("p", "correction.made", entry=seq, changes=changes, why=why)
    recorded = CliRunner().invoke(commands, ["record", json.dumps(mended), "--data", data])
    assert recorded.exit_code == 0, recorded.output
    assert "perhaps" not in recorded.output

    page = world.page("/p/p/R1")
    for words in MENDED.values():
        assert words in page.text
    assert why in world.client.get(f"/registre/{world.queries.version() - 1}").text
    for form in ADDRESSES:
        address = form.format(seq=seq, size=answer["size"])
        shown = world.client.get(address, follow_redirects=True)
        assert shown.status_code == 200, (address, shown.status_code)
        assert NAME not in shown.text, address
        assert "Lilas" not in shown.text, address
    for path in world.register.data.rglob("*"):
        if path.is_file():
            assert f"Mme {NAME}".encode() not in path.read_bytes(), path
    assert verify(world.register.data).erased == 2
