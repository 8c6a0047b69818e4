from __future__ import annotations

import json
import subprocess
import sys

import networkx as nx
import pytest

from ledger.domain.case import Received, fold
from tests.draw.build import Story, large, sample
from viz.draw.graph import build, to_json
from viz.draw.node import node_of, nodes_of
from viz.draw.select import overview, thread
from viz.draw.words import NEEDED, RELATIONS, STAGES, Codes

WORDS = Codes()


def edges(graph: nx.DiGraph) -> set[tuple[str, str, str]]:
    return {(a, b, relation) for a, b, relation in graph.edges(data="relation")}


def test_a_small_case_has_the_graph_it_tells() -> None:
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quoi ?"])
    s.say("document.published", id="D1", title="Dossier")
    s.say("opinion.delivered", id="A1", declares=1)
    s.say("unit.submitted", id="R1", type="project", opinion="A1", title="Un", draws_on=["D1"])
    s.say("response.given", id="P1", declares=1, opinion="A1")
    s.say("answer.given", unit="R1", response="P1", verdict="retained", reason="Oui")
    s.say("decision.made", id="DM1", title="Délibération", body="Conseil", declares=1)
    s.say("measure.adopted", id="M1", decision="DM1", title="Faire", carries_out=["R1"])
    s.say("follow_up.reported", measure="M1", state="done", text="Fait", evidence=["D1"])
    graph = build(s.case(), s.texts, WORDS)
    assert list(graph) == [
        "Q1", "D1", "A1", "R1", "P1", "answer-R1", "DM1", "M1", "follow-up-M1"
    ]  # fmt: skip
    assert edges(graph) == {
        ("Q1", "A1", "frames"),
        ("A1", "R1", "submits"),
        ("D1", "R1", "draws_on"),
        ("A1", "P1", "answers"),
        ("R1", "answer-R1", "answers"),
        ("P1", "answer-R1", "gives"),
        ("DM1", "M1", "decides"),
        ("R1", "M1", "carries_out"),
        ("M1", "follow-up-M1", "reports_on"),
        ("D1", "follow-up-M1", "evidence"),
    }
    answer = node_of(graph, "answer-R1")
    assert (answer.verdict, answer.label, answer.seq, answer.stage) == (
        "retained", "Oui", 16, "response"
    )  # fmt: skip


def test_every_stage_relation_and_noun_has_a_word() -> None:
    graph = build(*sample(), WORDS)
    needed = set(NEEDED)
    assert {f"relation.{relation}" for *_, relation in edges(graph)} <= needed
    assert {node.noun for node in nodes_of(graph)} <= needed
    assert {node.stage for node in nodes_of(graph)} <= set(STAGES)
    assert len(RELATIONS) == len(set(RELATIONS))
    assert len(NEEDED) == len(needed)


def test_the_same_entries_give_the_same_graph_whatever_the_hash_seed() -> None:
    code = (
        "import hashlib; from tests.draw.build import sample;"
        "from viz.draw import graph, select, svg, words;"
        "g = graph.build(*sample(), words.Codes());"
        "t = select.thread(g, 'R2');"
        "text = graph.to_json(g) + graph.to_json(t) + svg.draw(t, words.Codes(), title='R2');"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_node_link_json_is_read_back_by_networkx() -> None:
    graph = build(*sample(), WORDS)
    again = nx.node_link_graph(json.loads(to_json(graph)), edges="edges")
    assert list(again) == list(graph)
    assert edges(again) == edges(graph)


def test_a_newer_report_takes_the_place_of_the_older() -> None:
    node = node_of(build(*sample(), WORDS), "follow-up-M1")
    assert (node.state, node.count) == ("late", 2)


def test_an_illustrative_report_never_hides_a_real_one() -> None:
    s = Story().open()
    s.say("measure.adopted", id="M1", decision=None, title="Faire", carries_out=[])
    s.say("follow_up.reported", measure="M1", state="under_way")
    s.say("follow_up.reported", measure="M1", state="done", illustrative=True)
    node = node_of(build(s.case(), s.texts, WORDS), "follow-up-M1")
    assert (node.state, node.illustrative) == ("under_way", False)


def test_two_authorities_have_an_answer_each() -> None:
    s = Story().open()
    s.say("unit.submitted", id="R1", type="question", opinion=None, title="Quand ?")
    for by in ("Nantes", "Rezé", "Nantes"):
        s.say("answer.given", by=by, unit="R1", response=None, verdict="deferred", reason=None)
    graph = build(s.case(), s.texts, WORDS)
    assert [n.key for n in nodes_of(graph) if n.kind == "answer"] == [
        "answer-R1",
        "answer-R1-2",
    ]
    assert node_of(graph, "answer-R1").count == 2
    assert node_of(graph, "answer-R1").label == "no reason"


def test_erased_words_are_called_erased_and_missing_ones_missing() -> None:
    s = Story().open()
    entry = s.say("unit.submitted", id="R1", type="question", opinion=None, title="Secret")
    s.say("unit.submitted", id="R2", type="question", opinion=None, title="Perdu")
    s.say("text.erased", entry=entry.seq, paths=["/body/title"], basis="objection")
    graph = build(s.case(), {}, WORDS)
    assert node_of(graph, "R1").label == "erased"
    assert node_of(graph, "R1").flags == ("erased",)
    assert node_of(graph, "R2").label == "missing"


def test_a_correction_is_what_is_shown() -> None:
    s = Story().open()
    entry = s.say("unit.submitted", id="R1", type="question", opinion=None, title="Fote")
    changes = [{"path": "/body/title", "value": s.seal("Faute")}]
    s.say("correction.made", entry=entry.seq, changes=changes, why="Une coquille")
    node = node_of(build(s.case(), s.texts, WORDS), "R1")
    assert (node.label, node.flags) == ("Faute", ("corrected",))


def test_contributions_are_groups_and_never_nodes() -> None:
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quoi ?"])
    s.say(
        "unit.submitted", id="R1", type="project", opinion=None, title="Un",
        draws_on=[f"C{i}" for i in range(300)],
    )  # fmt: skip
    web = Received("website", None, "Nature", 200, False)
    post = Received("post", None, None, 100, False)
    graph = build(s.case(web, post), s.texts, WORDS)
    assert node_of(graph, "contributions-cited").count == 300
    assert len(graph) == 5
    sorts = {f"C{i}": web if i < 200 else post for i in range(300)}
    graph = build(s.case(web, post), s.texts, WORDS, sorts)
    assert "contributions-cited" not in graph
    assert graph.edges["contributions-post", "R1"]["count"] == 100


def test_what_another_process_holds_is_named_and_not_invented() -> None:
    s = Story().open()
    s.say("measure.adopted", id="M1", decision=None, title="F", carries_out=["autre/R3", "R9"])
    s.say("answer.given", unit="autre/R3", response="P9", verdict="retained", reason="Oui")
    s.say("measure.amended", measure="autre/M9", decision=None, due="2030")
    s.say("unit.drawn", unit="autre/R8", draws_on=["C1"])
    graph = build(s.case(), s.texts, WORDS)
    assert set(graph) == {"M1", "autre/R3", "answer-autre/R3"}
    assert all(node.kind for node in nodes_of(graph))


def test_replaced_and_withdrawn_units_say_so() -> None:
    s = Story().open()
    for i in (1, 2):
        s.say("unit.submitted", id=f"R{i}", type="project", opinion=None, title="Un")
    s.say("unit.submitted", id="R3", type="project", opinion=None, title="T", replaces=["R1"])
    s.say("unit.withdrawn", unit="R2", why="Fait ailleurs")
    graph = build(s.case(), s.texts, WORDS)
    assert [node.flags for node in nodes_of(graph)] == [("replaced",), ("withdrawn",), ()]
    assert overview(graph)[2].parts == (("flag.withdrawn", 1), ("flag.replaced", 1))


def test_an_empty_case_gives_an_empty_graph() -> None:
    graph = build(fold([]), {}, WORDS)
    assert len(graph) == 0
    assert [stop.count for stop in overview(graph)] == [0] * 6


def test_the_overview_counts_what_counts() -> None:
    stops = {stop.stage: stop for stop in overview(build(*sample(), WORDS))}
    assert stops["participation"].count == 1204
    assert stops["opinion"].count == 8
    assert dict(stops["response"].parts)["verdict.retained"] == 2
    assert dict(stops["response"].parts)["verdict.none"] == 1
    # The report on M3 is invented: it is no report.
    assert dict(stops["follow_up"].parts) == {
        "state.done": 1, "state.late": 1, "state.none": 1
    }  # fmt: skip


@pytest.mark.parametrize("key", ["R1", "R2", "R7", "M1", "answer-R3", "follow-up-M2"])
def test_a_thread_has_five_to_thirty_nodes(key: str) -> None:
    graph = build(*sample(), WORDS)
    assert 5 <= len(thread(graph, key)) <= 30


def test_a_thread_shows_where_it_came_from_and_what_became_of_it() -> None:
    part = thread(build(*sample(), WORDS), "R3")
    assert list(part) == [
        "Q1", "D1", "S2", "A1", "R3", "P1", "answer-R3", "DM1", "M3", "follow-up-M3"
    ]  # fmt: skip
    assert "P1" not in part.graph["thread"]
    assert (part.graph["focus"], part.graph["left_out"]) == ("R3", 0)


def test_a_thread_that_is_too_long_says_how_much_it_leaves_out() -> None:
    graph = build(*large(), WORDS)
    part = thread(graph, "Q1")
    assert len(part) == 30
    assert part.graph["left_out"] == len(graph) - 30


def test_an_unknown_node_has_no_thread() -> None:
    with pytest.raises(KeyError):
        thread(build(*sample(), WORDS), "R99")
