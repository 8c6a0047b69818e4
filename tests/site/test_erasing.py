"""The pages say what is still being erased, and never what was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.service import erase
from ledger.service.register import Register
from tests.erasing import a_reader
from tests.world import NOW, contribution, draft, new_register, put, put_all, unit, workshop
from viz.site.app import create_app

SECRET = "Un secret de Mme Exemple"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Register]:
    made = new_register(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def site(own: Register) -> Iterator[TestClient]:
    put_all(own, workshop())
    # A long pause: here it is the test that brings the erasure to its end.
    with TestClient(create_app(own, clock=lambda: NOW, retry=600.0)) as client:
        yield client


def forget(register: Register, seq: int, *paths: str) -> erase.Erased:
    return erase.erase(
        register, seq, paths or None, basis="child", requested=None, account="x", now=NOW
    )


def test_an_erasure_under_way_is_told_until_it_is_finished(
    site: TestClient, own: Register
) -> None:
    with a_reader(own):
        made = forget(own, 6, "text")
        places = ["/registre", "/registre/6", f"/registre/{made.written.first}"]
        for place in places:
            assert re.search(r"ffacement en cours", site.get(place).text), place
            assert "rasure under way" in site.get(f"/en{place}").text
        assert "en cours\xa0:" not in site.get("/registre/5").text
    assert erase.finish(own)
    for place in places:
        assert "ffacement en cours" not in site.get(place).text
        assert "rasure under way" not in site.get(f"/en{place}").text


def addresses(client: TestClient) -> set[str]:
    """Every address of this site that its pages lead to, from the home page on."""
    seen, waiting = set[str](), ["/", "/en/", "/tableau"]
    waiting += [f"/opening/{n}" for n in range(25)] + [
        f"/api/v1/entries/{n}" for n in range(25)
    ]
    waiting += [
        f"/api/v1/processes/cours-fraiches{rest}"
        for rest in ("", "/timeline", "/contributions", "/graph", "/graph?format=svg",
                     "/graph?format=dot", "/items/R9", "/items/R9/lineage", "/changes?since=4")
    ]  # fmt: skip
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            found = re.findall(r'(?:href|src|data-[a-z-]+)="(/[^"#]*)', answer.text)
            waiting += [link.replace("&amp;", "&") for link in found if "/static/" not in link]
    return seen


def test_an_erased_text_leaves_every_page_that_leads_to_it(
    site: TestClient, own: Register
) -> None:
    rejected = {"unit": "R9", "response": "A1", "verdict": "rejected"}
    more = [
        contribution("C9", f"{SECRET}, contribution"),
        unit("R9", f"{SECRET}, titre", opinion="O1", draws_on=["C9"], text=f"{SECRET}, texte"),
        draft("answer.given", rejected | {"reason": f"{SECRET}, motif"}),
    ]
    first = put(own, more).first
    pages = addresses(site)
    before = {page: site.get(page) for page in pages}
    showing = {page for page, answer in before.items() if SECRET in answer.text}
    assert len(pages) > 60
    assert len(showing) > 20
    for seq in range(first, first + 3):
        assert forget(own, seq).finished
    for page in pages:
        known = {"If-None-Match": before[page].headers.get("etag", "")}
        answer = site.get(page, headers=known)
        assert SECRET not in answer.text, page
        assert SECRET not in site.get(page).text, page
        assert page not in showing or answer.status_code != 304, page
    # What a browser may keep of a page with words, it keeps for a minute at most.
    for page in showing:
        age = re.search(r"max-age=(\d+)", before[page].headers["cache-control"])
        assert age is not None
        assert int(age[1]) <= 60, page
