"""`filrouge thread` as people read it."""

from __future__ import annotations

from ledger.cli.threads import lines
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.service.threads import tell
from tests.api.test_lineage import ACROSS
from tests.cli.test_commands import filrouge
from tests.world import NOW, put


def tree(register: Register, place: str) -> list[str]:
    slug, _, id_ = place.partition("/")
    return list(lines(tell(Queries(register), slug, id_, NOW.date())))


def test_a_thread_is_drawn_as_a_tree_across_processes(told: Register) -> None:
    put(told, ACROSS)
    assert tree(told, "cours-fraiches/R1") == [
        "cours-fraiches/R1  recommendation  Planter des arbres",
        "│  retained  2026-11-01  Ville d’essai: Oui.",
        "├─ came from ↑",
        "│  ├─ C1  contribution  Il fait trop chaud.",
        "│  └─ O1  opinion  (no words)",
        "└─ became ↓",
        "   ├─ M1  measure  Arbres",
        "   │     under_way  2026-11-01  Ville d’essai",
        "   └─ plan-climat/OR1  orientation  Rafraîchir les cours  in “Le plan climat”",
        "      └─ M7  measure  Mille arbres",
        "            done  2026-11-01  Ville d’essai: Plantés.",
        "Voices behind it: 1.",
    ]
    last = tree(told, "plan-climat/M7")[-1]
    assert last == (
        "plan-climat counted contributions: those not recorded one by one are in no thread."
    )


def test_a_thing_that_two_lead_to_stands_once_and_names_the_other(told: Register) -> None:
    put(told, ACROSS)
    body = {"id": "M8", "decision": None, "title": "Bancs",
            "carries_out": ["OR1", "cours-fraiches/R2", "cours-fraiches/R1"]}  # fmt: skip
    put(told, [{**ACROSS[3], "body": body}])
    (line,) = [line for line in tree(told, "cours-fraiches/C1") if "M8" in line]
    assert line.endswith("M8  measure  Bancs  in “Le plan climat”  (also by OR1)")


def test_an_unknown_item_is_refused_by_name(told: Register) -> None:
    told.close()
    for place, code, status in (
        ("cours-fraiches/R99", "unknown_item", 1),
        ("rien/R1", "unknown_process", 1),
        ("cours-fraiches", "bad_request", 1),
    ):
        outcome = filrouge("thread", place, data=told.data)
        assert (outcome.returncode, f"[{code}]" in outcome.stderr) == (status, True), place
