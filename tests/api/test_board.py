"""The board for machines: its sums, its table, what may be asked for."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.api.board_forms import COLUMNS, neutral
from ledger.service.register import Register
from tests.api.conftest import Clock
from tests.api.test_reading import get
from tests.world import draft, opened, put, put_all, unit

BOARD = "/api/v1/board"


def rows(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{BOARD}.csv{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode(), newline="")))


def test_the_sums_of_the_board_are_those_of_its_processes(exemple: TestClient) -> None:
    board = get(exemple, f"{BOARD}?invented=1")
    listed = get(exemple, "/api/v1/processes")["processes"]
    units, measures, states = Counter[str](), Counter[str](), Counter[str]()
    for process in listed:
        units.update(process["counts"]["units"])
        measures.update(process["counts"]["measures"])
        states.update(process["counts"]["duties"])
    living = {k: n for k, n in board["outcomes"].items() if k not in ("withdrawn", "replaced")}
    assert {k: n for k, n in living.items() if n} == dict(units)
    told = {("unreported" if k == "none" else k): n for k, n in board["measures"].items() if n}
    assert told == dict(measures)
    assert board["duties"]["past_due"] == states["past_due"]
    assert sum(board["duties"].values()) >= states["open"] + states["past_due"]
    assert board["processes"]["all"] == len(listed) == 1


def test_a_board_is_of_real_processes_unless_it_is_asked_for_the_invented(
    exemple: TestClient,
) -> None:
    assert get(exemple, BOARD)["lines"] == []
    assert get(exemple, f"{BOARD}?invented=false")["lines"] == []
    assert len(get(exemple, f"{BOARD}?invented=1")["lines"]) == 1


def test_a_board_is_of_what_was_asked_for(client: TestClient, told: Register) -> None:
    there = opened("ailleurs")
    there["body"]["territory"] = "Doulon & Bottière"
    put_all(told, [there])
    assert [line["slug"] for line in get(client, BOARD)["lines"]] == [
        "cours-fraiches", "ailleurs",
    ]  # fmt: skip
    (line,) = get(client, f"{BOARD}?territory=Doulon+%26+Bottière")["lines"]
    assert line["slug"] == "ailleurs"
    (row,) = rows(client, "?territory=Doulon+%26+Bottière&form=atelier-citoyen&year=2026")
    assert row["slug"] == "ailleurs"
    assert get(client, f"{BOARD}?year=1999")["processes"] == {
        "all": 0,
        "closed": 0,
        "silent": 0,
    }
    assert get(client, f"{BOARD}?form=rien&territory=")["lines"] == []


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}.csv"])
@pytest.mark.parametrize(
    "query", ["year=x", "year=0", "invented=peut-etre", "territory=" + "a" * 121]
)
def test_what_cannot_be_asked_for_is_refused_in_words(
    client: TestClient, path: str, query: str
) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "bad_request"
    assert problem["where"].startswith("query parameter ")


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}.csv", f"{BOARD}?year=2026"])
def test_the_tag_of_the_board_moves_with_every_entry_and_with_the_day(
    client: TestClient, told: Register, clock: Clock, path: str
) -> None:
    first = client.get(path)
    known = {"If-None-Match": first.headers["etag"]}
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert client.get(path, headers=known).status_code == 304
    put(told, [unit("R3")])
    moved = client.get(path, headers=known)
    assert moved.status_code == 200
    assert moved.content != first.content
    known = {"If-None-Match": moved.headers["etag"]}
    clock.now += timedelta(days=1)
    assert client.get(path, headers=known).status_code == 200


def test_what_is_asked_for_has_a_tag_of_its_own(client: TestClient) -> None:
    paths = (BOARD, f"{BOARD}.csv", f"{BOARD}?year=2026", f"{BOARD}?invented=1")
    assert len({client.get(path).headers["etag"] for path in paths}) == 4


def test_the_table_has_a_line_for_each_process_and_says_the_same(exemple: TestClient) -> None:
    board = get(exemple, f"{BOARD}?invented=1")
    (row,) = rows(exemple, "?invented=1")
    (line,) = board["lines"]
    assert tuple(row) == COLUMNS
    assert {name: int(row[name]) for name in board["outcomes"]} == board["outcomes"]
    states = board["measures"]
    assert {name: int(row[f"measures_{name}"]) for name in states} == states
    assert {name: int(row[name]) for name in board["duties"]} == board["duties"]
    assert (row["days_median"], row["days_median_exact"]) == (
        str(line["median"]["days"]), str(line["median"]["exact"]).lower(),
    )  # fmt: skip
    assert row["principles"].split() == line["principles"]
    assert row["invented"] == "true"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    assert neutral(f"{start}1+1") == f"'{start}1+1"
    assert neutral(f"a{start}") == f"a{start}"
    assert neutral(None) == ""
    assert neutral(7) == "7"


def test_a_hostile_title_comes_out_of_the_table_as_a_text(
    client: TestClient, told: Register
) -> None:
    hostile = '=HYPERLINK("http://example.org","a, b")'
    put_all(told, [opened("hostile", hostile)])
    found: dict[str, Any] = {row["slug"]: row for row in rows(client)}
    assert found["hostile"]["title"] == f"'{hostile}"
    assert found["cours-fraiches"]["title"] == "Des cours fraîches"


def test_a_late_answer_is_said_with_who_owes_it_and_against_what(
    client: TestClient, told: Register
) -> None:
    said = draft("date.announced", {"due": "2026-10-01", "what": {"kind": "label.awarded"}})
    put(told, [said])
    board = get(client, BOARD)
    (past,) = board["past_due"]
    assert (past["process"], past["days"], past["against"]) == (
        "cours-fraiches",
        32,
        "announced",
    )
    assert past["titles"] is None
    assert past["what"] == {"kind": "label.awarded"}
    assert get(client, f"/api/v1/entries/{past['entry']}")["kind"] == "date.announced"
    assert board["by_year"][0]["past_due"] == board["duties"]["past_due"] == 1
