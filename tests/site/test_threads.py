"""Lineage on the pages: what became of a contribution, who is behind a measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from ledger.service.register import Register
from tests.site.html import Page, read
from tests.site.registers import answer, draft, new_register, opened, record, unit
from viz.site.app import create_app

WORKSHOP, PLAN = "ateliers-des-cours", "plan-fraicheur"
MANY = 70


def contribution(id_: str, text: str, reference: object = None) -> dict[str, object]:
    body: dict[str, object] = {"id": id_, "channel": "website", "text": text}
    if reference is not None:
        body["reference"] = reference
    return {**draft(WORKSHOP, "contribution.received", "citizens"), "body": body}


def story() -> list[dict[str, object]]:
    """A workshop, and a plan of another process that takes up what it said."""
    voices = [
        contribution(f"C{n}", f"Il manque de l’ombre, dit la voix {n}.") for n in range(9, MANY)
    ]
    return [
        opened(WORKSHOP, "Ateliers des cours d’école"),
        contribution("C1", "La cour brûle en juin : plantez des arbres.", "OMBRE-12"),
        contribution("C2", "Un préau, s’il vous plaît.", "OMBRE-13"),
        contribution("C3", "Des bancs à l’ombre.", "OMBRE-13"),
        contribution("C4", "Rien à ajouter.", {"open": "restricted", "text": "CACHE-1"}),
        *voices,
        unit(WORKSHOP, "R1", "Planter des arbres", draws_on=["C1"]),
        unit(WORKSHOP, "R2", "Couvrir les cours",
             draws_on=["C2", *(f"C{n}" for n in range(9, MANY))]),
        answer(WORKSHOP, "R1", "retained", "Quarante arbres dès l’hiver."),
        answer(WORKSHOP, "R2", "rejected", "Trop cher."),
        unit(WORKSHOP, "R3", "De l’ombre vivante", replaces=["R1", "R2"]),
        draft(WORKSHOP, "contributions.tallied", tallies=[{"count": 400, "channel": "post"}]),
        opened(PLAN, "Plan fraîcheur"),
        unit(PLAN, "OR1", "Rafraîchir les écoles", draws_on=[f"{WORKSHOP}/R3"]),
        answer(PLAN, "OR1", "partly_retained", "Dix écoles sur vingt."),
        draft(PLAN, "decision.made", id="DC1", title="Délibération fraîcheur", body="Conseil",
              declares=1),
        draft(PLAN, "measure.adopted", id="M7", decision="DC1", title="Mille arbres",
              carries_out=["OR1"]),
        draft(PLAN, "follow_up.reported", measure="M7", state="under_way",
              text="Trois cents arbres plantés."),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def across(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    made = new_register(tmp_path_factory.mktemp("across"))
    record(made, story())
    yield made
    made.close()


@pytest.fixture(scope="module")
def pages(across: Register) -> Iterator[TestClient]:
    with TestClient(create_app(across)) as made:
        yield made


def shown(client: TestClient, address: str) -> Page:
    told = client.get(address)
    assert told.status_code == 200, (address, told.status_code)
    page = read(told.text)
    assert not page.unclosed
    assert not page.astray
    return page


def test_a_contribution_says_first_what_became_of_it_in_every_process(pages):
    page = shown(pages, f"/p/{WORKSHOP}/C1")
    assert (
        "Cette contribution a nourri 3 recommandations : 1 remplacée,"
        " 1 sans réponse enregistrée, 1 retenue en partie. 1 mesure en est issue : en cours."
    ) in page.text
    assert f"/p/{PLAN}/M7" in page.links
    assert "Trois cents arbres plantés." in page.text
    text = pages.get(f"/p/{WORKSHOP}/C1").text
    assert text.index("a nourri") < text.index("Son fil rouge") < text.index("<svg xmlns")
    assert f'id="n-{PLAN}_M7"' in text
    assert "recommendation" not in page.text


def test_a_contribution_that_nothing_cites_is_told_so_without_blame(pages):
    text = shown(pages, f"/p/{WORKSHOP}/C3").text
    assert "Elle peut avoir été lue sans être citée." in text


def test_the_picture_of_a_measure_shows_the_other_process_and_counts_its_voices(pages):
    text = pages.get(f"/p/{PLAN}/M7").text
    page = read(text)
    for key in ("R1", "R2", "R3", "contributions-cited"):
        assert f'id="n-{WORKSHOP}_{key}"' in text
    assert "→ Ateliers des cours" in text
    assert f"/p/{WORKSHOP}/R3" in page.links
    assert "63 voix derrière cette mesure" in page.text
    assert "63\u00a0contributions citées" in text.replace("\u202f", " ")
    assert "transcrites une à une" in page.text


def test_the_voices_behind_a_measure_are_listed_page_by_page(pages):
    first = shown(pages, f"/p/{PLAN}/M7/voix")
    (more,) = [link for link in first.links if link.startswith("?after=")]
    second = shown(pages, f"/p/{PLAN}/M7/voix{more}")
    voices = [
        {link for link in page.links if link.startswith(f"/p/{WORKSHOP}/C")}
        for page in (first, second)
    ]
    assert [len(found) for found in voices] == [50, 13]
    assert not voices[0] & voices[1]
    assert "La cour brûle en juin" in first.text
    assert pages.get(f"/p/{PLAN}/M9/voix").status_code == 404
    assert "63 voices behind this measure" in shown(pages, f"/en/p/{PLAN}/M7/voix").text


def test_a_page_changes_when_its_thread_goes_on_elsewhere(tmp_path: Path):
    made = new_register(tmp_path)
    *before, report = story()
    record(made, before)
    with TestClient(create_app(made)) as client:
        address = f"/p/{WORKSHOP}/R1"
        tag = client.get(address).headers["etag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        record(made, [*before, report])
        assert client.get(address).headers["etag"] != tag
        assert "Trois cents arbres plantés." in client.get(address).text
    made.close()


def test_a_past_page_shows_the_thread_as_it_was(tmp_path: Path):
    made = new_register(tmp_path)
    told = story()
    cut = next(i for i, one in enumerate(told) if one["process"] == PLAN)
    record(made, told[:cut])
    with TestClient(create_app(made)) as client:
        size = client.get("/api/v1/checkpoint").json()["size"]
        record(made, told)
        assert "Mille arbres" in client.get(f"/p/{WORKSHOP}/R1").text
        past = client.get(f"/p/{WORKSHOP}/R1?size={size}").text
        assert "Mille arbres" not in past
        assert "De l’ombre vivante" in past
    made.close()


def ask(client: TestClient, reference: str, prefix: str = "") -> Page:
    return shown(client, f"{prefix}/ma-contribution?reference={quote(reference)}")


def test_a_reference_leads_to_its_contribution_and_what_became_of_it(pages):
    page = ask(pages, "  OMBRE-12 ")
    assert "Oui, elle est au registre." in page.text
    assert "a nourri 3" in page.text
    assert f"/p/{WORKSHOP}/C1" in page.links
    assert "Yes, it is in the register." in ask(pages, "OMBRE-12", "/en").text


def test_several_contributions_of_one_reference_are_all_listed(pages):
    page = ask(pages, "OMBRE-13")
    assert {f"/p/{WORKSHOP}/C2", f"/p/{WORKSHOP}/C3"} <= set(page.links)
    assert "Plusieurs contributions portent cette référence." in page.text


def test_no_says_what_it_means_and_a_restricted_reference_is_answered_alike(pages):
    unknown, hidden = (
        pages.get(f"/ma-contribution?reference={r}").text.replace(r, "…")
        for r in ("INCONNU-9", "CACHE-1")
    )
    assert unknown == hidden
    page = read(unknown)
    assert "Non : rien ici ne porte publiquement" in page.text.replace("\u00a0", " ")
    assert "reconstitué" in page.text
    assert f"/p/{WORKSHOP}" in page.links


def test_what_is_asked_is_kept_by_nobody_and_told_to_nobody(pages):
    for address in ("/ma-contribution", "/ma-contribution?reference=OMBRE-12"):
        told = pages.get(address)
        assert told.headers["cache-control"] == "no-store"
        assert told.headers["referrer-policy"] == "no-referrer"
        assert "form-action 'self'" in told.headers["content-security-policy"]
        assert "unsafe" not in told.headers["content-security-policy"]
        assert "etag" not in told.headers
    told = pages.get("/ma-contribution?reference=OMBRE-12")
    alternate = [t for t in read(told.text).tags if t[1].get("hreflang")]
    assert all("reference" not in (t[1].get("href") or "") for t in alternate)


def test_a_reference_too_long_is_refused_in_words_and_a_hostile_one_is_text(pages):
    refused = pages.get("/ma-contribution?reference=" + "x" * 300)
    assert refused.status_code == 400
    assert "au plus 200" in refused.text
    assert "xxx" not in refused.text
    hostile = pages.get("/ma-contribution", params={"reference": '"><script>alert(1)</script>'})
    assert "<script>alert" not in hostile.text
    assert pages.get("/ma-contribution?reference=a&after=z").status_code == 400


def test_the_question_stands_on_the_first_page_and_on_each_process_with_contributions(pages):
    for address in ("/", f"/p/{WORKSHOP}"):
        assert "/ma-contribution" in shown(pages, address).links
    assert "/en/ma-contribution" in shown(pages, "/en/").links
