"""One picture of several processes, and what it does with too much."""

from __future__ import annotations

import networkx as nx

from tests.draw.build import Story, large
from viz.draw import svg
from viz.draw.across import across, alone
from viz.draw.gather import gather
from viz.draw.graph import build
from viz.draw.node import Node, node_of, nodes_of
from viz.draw.outline import describe
from viz.draw.select import thread
from viz.draw.words import Codes

WORDS = Codes()


def workshop() -> nx.DiGraph:
    s = Story("atelier").open()
    s.say("unit.submitted", id="R1", type="recommendation", opinion=None, title="Des arbres",
          draws_on=["C1", "C2"])  # fmt: skip
    s.say("answer.given", unit="R1", response=None, verdict="retained", reason="Oui")
    s.say("unit.submitted", id="R2", type="recommendation", opinion=None, title="Un préau")
    return build(s.case(), s.texts, WORDS)


def plan() -> nx.DiGraph:
    s = Story("plan").open()
    s.say("unit.submitted", id="OR1", type="orientation", opinion=None, title="Fraîcheur",
          draws_on=["atelier/R1", "ailleurs/R9"])  # fmt: skip
    s.say("measure.adopted", id="M1", decision=None, title="Planter", carries_out=["OR1"])
    s.say("answer.given", unit="atelier/R2", response=None, verdict="rejected", reason="Non")
    return build(s.case(), s.texts, WORDS)


def test_what_one_process_names_of_another_is_the_thing_itself() -> None:
    at_home, elsewhere = plan(), workshop()
    before = [dict(at_home.nodes(data=True)), dict(elsewhere.nodes(data=True))]
    graph = across(at_home, [elsewhere])
    assert node_of(graph, "atelier/R1").label == "Des arbres"
    assert node_of(graph, "atelier/R1").place == "Publicité dans la ville"
    assert node_of(graph, "ailleurs/R9").kind == "elsewhere"
    assert node_of(graph, "OR1").place is None
    assert graph.has_edge("atelier/contributions-cited", "atelier/R1")
    assert graph.has_edge("atelier/R2", "answer-atelier/R2")
    assert [dict(at_home.nodes(data=True)), dict(elsewhere.nodes(data=True))] == before


def test_a_thread_goes_on_from_either_side() -> None:
    from_plan = thread(across(plan(), [workshop()]), "M1")
    assert set(from_plan) == {
        "M1", "OR1", "ailleurs/R9", "atelier/R1", "atelier/contributions-cited"
    }  # fmt: skip
    from_workshop = thread(across(workshop(), [plan()]), "R1")
    assert set(from_workshop) == {
        "contributions-cited", "R1", "answer-R1", "plan/OR1", "plan/M1"
    }  # fmt: skip


def test_a_picture_says_the_process_of_what_is_not_at_home() -> None:
    graph = thread(across(plan(), [workshop()]), "M1")
    drawn = svg.draw(graph, WORDS, title="M1", href=lambda node: f"/p/{node.key}")
    assert "→ Publicité dans la…" in drawn or "→ Publicité dans la ville" in drawn
    assert 'id="n-atelier_R1"' in drawn
    assert describe(node_of(graph, "atelier/R1"), WORDS).endswith("Publicité dans la ville")


def test_one_contribution_can_be_drawn_out_of_its_group() -> None:
    graph = across(workshop(), [])
    node = Node("C1", "contribution", "kind.contribution", "participation", "Chaud", id="C1")
    alone(graph, node, ["R1", "R77"])
    assert set(thread(graph, "C1")) == {"C1", "R1", "answer-R1"}


def test_what_is_too_much_stands_together_and_nothing_is_lost() -> None:
    whole = build(*large(60), WORDS)
    full = thread(whole, "A1", limit=len(whole))
    part = gather(full, 60)
    assert len(part) <= 60
    grouped = [node for node in nodes_of(part) if node.kind == "more"]
    kept = [node for node in nodes_of(part) if node.kind != "more"]
    assert len(kept) + sum(node.count or 0 for node in grouped) == len(full)
    assert set(part.graph["thread"]) <= set(part)
    assert all(a != b for a, b in part.edges)
    drawn = svg.draw(part, WORDS, title="A1", href=lambda node: "#liste")
    assert "more-response-kind-answer" in drawn


def test_what_fits_is_left_as_it_is() -> None:
    part = thread(build(*large(3), WORDS), "R1")
    assert gather(part, 60) is part


def test_gathering_is_the_same_every_time() -> None:
    whole = build(*large(80), WORDS)
    full = thread(whole, "Q1", limit=len(whole))
    assert list(gather(full, 40).edges) == list(gather(full, 40).edges)
    assert list(gather(full, 40)) == list(gather(full, 40))
