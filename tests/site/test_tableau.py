"""The page of the board: every number against a plain count of what was recorded."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from statistics import median_low
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.site.html import read
from tests.site.registers import answer, draft, opened, record, unit
from viz.site.app import create_app

FIXTURES = Path(__file__).parents[2] / "fixtures"
PRINCIPLES = 14


def told(folder: str) -> Iterator[list[dict[str, Any]]]:
    """What counts of each process: nothing invented in a real one, nothing disowned."""
    stories: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((FIXTURES / folder).glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            stories.setdefault(row["process"], []).append(row)
    for drafts in stories.values():
        invented = bool(drafts[0].get("illustrative"))
        gone = {d["body"]["entry"]["nth"] for d in drafts if d["kind"] == "entry.disowned"}
        yield [
            d for nth, d in enumerate(drafts)
            if nth not in gone and bool(d.get("illustrative")) <= invented
        ]  # fmt: skip


def bodies(drafts: list[dict[str, Any]], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [(d["on"], d["body"]) for d in drafts if d["kind"] == kind]


def authority(opening: dict[str, Any], by: dict[str, str]) -> str:
    """Whose answer it is: of several owners, each answers for itself."""
    owners = opening["body"]["owners"]
    acting = "city" if by["role"] in ("elected", "services") else by["role"]
    same = [owner["name"] for owner in owners if owner["role"] == acting]
    named = any(owner["name"] == by["name"] for owner in owners)
    return str(same[0]) if len(same) == 1 and not named else by["name"]


def outcomes(drafts: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each unit."""
    found = {
        body["id"]: "Sans réponse enregistrée" for _, body in bodies(drafts, "unit.submitted")
    }
    words = {
        "retained": "Retenues", "partly_retained": "Retenues en partie",
        "already_done": "Déjà en place", "passed_on": "Transmises", "deferred": "Différées",
        "rejected": "Non retenues",
    }  # fmt: skip
    said: dict[str, dict[str, str]] = {}
    for d in drafts:
        if d["kind"] == "answer.given":
            newest = said.setdefault(d["body"]["unit"], {})
            newest[authority(drafts[0], d["by"])] = words[d["body"]["verdict"]]
    for unit_, newest in said.items():
        alike = len(set(newest.values())) == 1
        found[unit_] = next(iter(newest.values())) if alike else "Cas de réponses différentes"
    for _, body in bodies(drafts, "unit.withdrawn"):
        found[body["unit"]] = "Retirées"
    for _, body in bodies(drafts, "unit.submitted"):
        for old in body.get("replaces", ()):
            found[old] = "Remplacées"
    return found


def days(drafts: list[dict[str, Any]]) -> list[int]:
    """From opinion, or unit where it came later, to first answer; of units still there."""
    opinions = {body["id"]: on for on, body in bodies(drafts, "opinion.delivered")}
    first: dict[str, str] = {}
    for on, body in bodies(drafts, "answer.given"):
        first.setdefault(body["unit"], on)
    became, found = outcomes(drafts), []
    for on, body in bodies(drafts, "unit.submitted"):
        if body["id"] in first and became[body["id"]] not in ("Retirées", "Remplacées"):
            since = max(on, opinions.get(body["opinion"] or "", on))
            found.append(
                (date.fromisoformat(first[body["id"]]) - date.fromisoformat(since)).days
            )
    return found


def tables(html: str) -> dict[str, list[list[str]]]:
    """The rows of every table, its head first, by its name."""
    found = {}
    for name, table in re.findall(
        r"<caption[^>]*>(.*?)</caption>(.*?)</table>", html, re.DOTALL
    ):
        rows = [
            [
                unescape(re.sub("<.*?>", "", cell))
                for cell in re.findall(r"<t[hd].*?</t[hd]>", row)
            ]
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        found[unescape(name)] = rows
    return found


BOARDS = pytest.mark.parametrize(
    ("folder", "query"), [("exemple", "?invented=1"), ("nantes", "")], ids=["invented", "real"]
)


@BOARDS
def test_units_are_counted_once_each_by_what_became_of_them(client, folder, query):
    html = client.get(f"/tableau{query}").text
    units, types, timed = Counter[str](), Counter[str](), 0
    for drafts in told(folder):
        units.update(outcomes(drafts).values())
        types.update(body["type"] for _, body in bodies(drafts, "unit.submitted"))
        timed += len(days(drafts))
    rows = tables(html).get("Ce qu’est devenue la parole citoyenne", [[]])[1:]
    assert {row[0]: int(row[1]) for row in rows} == dict(units)
    columns = zip(*(map(int, row[2:]) for row in rows), strict=True)
    assert sorted(map(sum, columns)) == sorted(types.values())
    if units:
        said = f"{timed} points suivis sur {sum(units.values())} ont une réponse"
        assert said in read(html).text


@BOARDS
def test_measures_are_counted_once_each_by_their_newest_state(client, folder, query):
    html = client.get(f"/tableau{query}").text
    states = Counter[str]()
    for drafts in told(folder):
        found = {body["id"]: "none" for _, body in bodies(drafts, "measure.adopted")}
        found |= {b["measure"]: b["state"] for _, b in bodies(drafts, "follow_up.reported")}
        states.update(found.values())
    rows = tables(html)["Mesures selon le dernier état rapporté"][1:]
    assert sorted(int(row[1]) for row in rows) == sorted(states.values())
    said = f"{states['done']} mesures? réalisées? sur {sum(states.values())}"
    assert re.search(said, read(html).text)


@BOARDS
def test_principles_are_those_that_mandates_declare(client, folder, query):
    rows = tables(client.get(f"/tableau{query}").text)["Les quatorze principes"][1:]
    declared, processes = Counter[str](), 0
    for drafts in told(folder):
        processes += 1
        said = {b["id"]: b.get("principles", ()) for _, b in bodies(drafts, "mandate.issued")}
        for _, body in bodies(drafts, "mandate.amended"):
            if "principles" in body:
                said[body["mandate"]] = body["principles"]
        declared.update({p["principle"] for engaged in said.values() for p in engaged})
    assert len(rows) == PRINCIPLES
    assert sorted(int(row[1]) for row in rows if row[1] != "0") == sorted(declared.values())
    assert all(int(row[1]) + int(row[2]) == processes for row in rows)


@BOARDS
def test_days_are_counted_from_opinion_to_first_answer(client, folder, query):
    html = client.get(f"/tableau{query}").text
    found = {drafts[0]["body"]["title"]: days(drafts) for drafts in told(folder)}
    rows = tables(html).get("De l’avis à la réponse, en jours", [[]])[1:]
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        title: (str(len(waits)), f"{median_low(waits)} jours", f"{max(waits)} jours")
        for title, waits in found.items()
        if waits
    }
    together = [wait for waits in found.values() for wait in waits]
    if together:
        said = f"la moitié des réponses sont venues en {median_low(together)} jours"
        assert said in read(html).text


@pytest.mark.parametrize(("invented", "query"), [(True, "?invented=1"), (False, "")])
def test_what_is_owed_is_what_the_processes_owe(client, invented, query):
    listed = client.get("/api/v1/processes").json()["processes"]
    states = Counter[str]()
    for process in listed:
        if process["illustrative"] == invented:
            states.update(process["counts"]["duties"])
    html = client.get(f"/tableau{query}").text
    text = read(html).text
    past = states["past_due"]
    assert re.search(rf"\b{past} échéances? passées?", text)
    owed = r"(\d+) (?:échéances? plus lointaine|suites? attendue|échéances? dans)"
    assert sum(map(int, re.findall(owed, text))) >= states["open"]
    lines = re.findall(r'<li class="owed owed-past_due">(.*?)</li>\n', html, re.DOTALL)
    assert len(re.findall(r'class="owed owed-past_due"', html)) <= past
    assert all("/p/" in line and "Revient à" in line for line in lines)


def test_the_page_of_real_processes_counts_nothing_that_is_invented(client):
    page = read(client.get("/tableau").text)
    assert "inventé." not in page.text
    assert not [link for link in page.links if link.startswith("/p/exemple")]
    assert "Une étape absente ici n’est pas une étape qui n’a pas eu lieu." in page.text
    invented = read(client.get("/tableau?invented=1").text)
    assert "Tout ce que contient cette page est inventé." in invented.text
    processes = [link for link in invented.links if link.startswith("/p/")]
    assert processes
    assert all(link.startswith("/p/exemple") for link in processes)


def test_the_page_is_reached_from_every_page_and_says_where_one_is(client):
    for prefix in ("", "/en"):
        assert f"{prefix}/tableau" in read(client.get(f"{prefix}/").text).links
        page = read(client.get(f"{prefix}/tableau").text)
        current = [a for tag, a in page.tags if tag == "a" and a.get("aria-current") == "page"]
        assert [a["href"] for a in current] == [f"{prefix}/tableau"]


def test_every_picture_stands_beside_a_table_and_is_named(client):
    html = client.get("/tableau?invented=1").text
    assert html.count('class="fr-picture fr-plot"') == 4
    assert html.count('<figure class="plot">') == 4
    for figure in re.findall(r'<div class="beside">(.*?)</table>', html, re.DOTALL):
        assert "<title" in figure
        assert "<desc" in figure
        assert "<table" in figure
    ids = read(html).ids
    assert len(ids) == len(set(ids))


def test_filters_narrow_the_page_and_keep_what_was_chosen(client):
    html = client.get("/tableau?invented=1&territory=Centre&form=&year=").text
    page = read(html)
    assert "1 démarche au " in page.text
    assert '<option value="Centre" selected>' in html
    assert "Territoire : Centre" in page.text.replace("\u00a0", " ")
    assert "/tableau?invented=1" in page.links
    assert "/api/v1/board.csv?territory=Centre&invented=1" in page.links
    opened_in = [d[0] for d in told("exemple") if d[0]["on"].startswith("2024")]
    of_year = read(client.get("/tableau?invented=1&year=2024").text).text
    assert f"{len(opened_in)} démarches au " in of_year
    form = client.get("/tableau?invented=1&form=grand-debat").text
    assert '<option value="grand-debat" selected>Grand débat</option>' in form


def test_a_choice_that_nothing_matches_says_so_and_shows_what_was_chosen(client):
    html = client.get("/tableau?territory=%3Cb%3ENulle+part").text
    assert "Aucune démarche ne correspond à ce choix." in read(html).text
    assert '<option value="&lt;b&gt;Nulle part" selected>' in html
    assert "<b>" not in html


@pytest.mark.parametrize("query", ["year=x", "year=-1", "invented=2", "territory=" + "a" * 121])
def test_what_cannot_be_asked_for_is_refused_on_a_page(client, query):
    answer_ = client.get(f"/tableau?{query}")
    assert answer_.status_code == 400
    assert read(answer_.text).headings


def test_an_empty_register_has_a_board_that_says_so(empty):
    with TestClient(create_app(empty)) as client:
        page = read(client.get("/tableau").text)
        assert "Aucune démarche n’est encore enregistrée." in page.text


def test_an_answer_that_is_invented_changes_no_number(empty):
    record(empty, [opened("une"), unit("une", "R1", "Une")])
    with TestClient(create_app(empty)) as client:
        before = tables(client.get("/tableau").text)
        known = [opened("une"), unit("une", "R1", "Une")]
        invented = {**answer("une", "R1", "retained", "Oui."), "illustrative": True}
        record(empty, [*known, invented])
        assert tables(client.get("/tableau").text) == before
        record(empty, [*known, invented, answer("une", "R1", "rejected", "Non.")])
        assert tables(client.get("/tableau").text) != before


def test_nobody_is_late_without_a_date(empty):
    record(
        empty,
        [opened("une"), draft("une", "opinion.delivered", "citizens", id="O1", declares=1),
         unit("une", "R1", "Une", opinion="O1")],
    )  # fmt: skip
    with TestClient(create_app(empty)) as client:
        page = read(client.get("/tableau").text)
        assert "aucune échéance passée sans suite enregistrée ici" in page.text
        assert "sans délai annoncé" in page.text
        assert "Échéances passées" not in [text for _, text in page.headings]


def test_the_form_of_a_page_leads_to_this_site_and_nowhere_else(client):
    assert "form-action 'self'" in client.get("/tableau").headers["content-security-policy"]
    assert "form-action 'none'" in client.get("/embed/rlpm").headers["content-security-policy"]
