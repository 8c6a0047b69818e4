from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.lineage import (
    Link,
    MemoryLinks,
    Node,
    links_in,
    links_of,
    thread,
    walk,
)
from tests.domain.build import Process


def process() -> Process:
    p = Process()
    p.add("opinion.delivered", None, id="O1")
    p.add("unit.submitted", None, id="R1", opinion="O1", draws_on=["C1", "C2"])
    p.add("unit.submitted", None, id="R2", opinion="O1", draws_on=["C3"])
    p.add("response.given", None, id="A1", opinion="O1")
    p.add("answer.given", None, unit="R1", response="A1")
    p.add("decision.made", None, id="D1")
    p.add("measure.adopted", None, id="M1", decision="D1", carries_out=["R1", "R2"])
    p.add("follow_up.reported", None, measure="M1", state="done", evidence=["D7"])
    return p


def test_a_thing_speaks_for_itself_and_an_answer_for_its_unit():
    unit = {"id": "R1", "opinion": "O1", "draws_on": ["C1", "autre/C2"]}
    assert set(links_of("unit.submitted", "p", 3, unit)) == {
        Link("p", "R1", "opinion", "p", "O1", 3),
        Link("p", "R1", "draws_on", "p", "C1", 3),
        Link("p", "R1", "draws_on", "autre", "C2", 3),
    }
    answer = {"unit": "R1", "response": None, "verdict": "retained"}
    assert links_of("answer.given", "p", 4, answer) == (Link("p", "R1", "unit", "p", "R1", 4),)


def test_an_answer_in_another_process_speaks_for_the_unit_where_it_is():
    answer = {"unit": "autre/R1", "response": "A1"}
    assert set(links_of("answer.given", "p", 4, answer)) == {
        Link("autre", "R1", "unit", "autre", "R1", 4),
        Link("autre", "R1", "response", "p", "A1", 4),
    }


def test_each_option_of_a_ballot_is_a_link_and_a_repeated_one_is_one():
    options = [{"unit": "R1"}, {"unit": "autre/R2"}, {"unit": "R1"}]
    assert links_of("ballot.held", "p", 5, {"id": "B1", "options": options}) == (
        Link("p", "B1", "unit", "p", "R1", 5),
        Link("p", "B1", "unit", "autre", "R2", 5),
    )


def test_what_speaks_for_nothing_in_particular_speaks_for_its_process():
    dated = {"due": "2021", "duty": "respond", "about": ["R1", "autre"]}
    assert links_of("date.announced", "p", 6, dated) == (
        Link("p", "", "about", "p", "R1", 6),
        Link("p", "", "about", "autre", "", 6),
    )
    linked = {"relation": "feeds", "to": "autre"}
    assert links_of("process.linked", "p", 7, linked) == (
        Link("p", "", "feeds", "autre", "", 7),
    )


def test_a_thread_runs_from_the_contributions_to_the_measures():
    found = thread(links_in(process().case()), "p", "R1", limit=50)
    assert found.nodes == (
        Node("p", "C1", -1),
        Node("p", "C2", -1),
        Node("p", "O1", -1),
        Node("p", "R1", 0),
        Node("p", "M1", 1),
    )
    assert found.whole
    assert [(link.source, link.relation, link.target) for link in found.links] == [
        ("R1", "draws_on", "C1"),
        ("R1", "draws_on", "C2"),
        ("R1", "opinion", "O1"),
        ("R1", "unit", "R1"),
        ("M1", "carries_out", "R1"),
        ("M1", "measure", "M1"),
    ]


def test_a_thread_can_be_picked_up_at_any_point():
    links = links_in(process().case())
    measure = thread(links, "p", "M1", limit=50)
    assert {node.id for node in measure.nodes if node.step < 0} == {
        "D1", "R1", "R2", "O1", "C1", "C2", "C3",
    }  # fmt: skip
    opinion = thread(links, "p", "O1", limit=50)
    assert [(n.id, n.step) for n in opinion.nodes] == [
        ("O1", 0), ("R1", 1), ("R2", 1), ("A1", 1), ("M1", 2),
    ]  # fmt: skip


def test_a_thread_leaves_one_process_for_another():
    workshop, rule = Process(slug="atelier"), Process(slug="reglement", first=300)
    workshop.add("unit.submitted", None, id="R1")
    rule.add("measure.adopted", None, id="M1", carries_out=["atelier/R1"])
    links = links_in(workshop.case(), rule.case())
    assert thread(links, "atelier", "R1", limit=9).nodes[-1] == Node("reglement", "M1", 1)
    assert thread(links, "reglement", "M1", limit=9).nodes[0] == Node("atelier", "R1", -1)


def test_a_merged_unit_leads_to_what_replaced_it():
    p = Process()
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", None, id=id_)
    p.add("unit.submitted", None, id="R3", replaces=["R1", "R2"])
    p.add("measure.adopted", None, id="M1", carries_out=["R3"])
    nodes = thread(links_in(p.case()), "p", "R1", limit=9).nodes
    assert [(n.id, n.step) for n in nodes] == [("R1", 0), ("R3", 1), ("M1", 2)]


def test_a_thread_that_turns_in_a_circle_ends():
    circle = [Link("p", f"R{n}", "draws_on", "p", f"R{(n + 1) % 4}", n) for n in range(4)]
    found = thread(MemoryLinks(circle), "p", "R0", limit=50)
    assert len(found.nodes) == 4
    assert len(found.links) == 4


def test_a_thread_too_long_keeps_the_nearest_and_says_that_it_was_cut():
    chain = [Link("p", f"R{n}", "draws_on", "p", f"R{n + 1}", n) for n in range(20)]
    found = thread(MemoryLinks(chain), "p", "R10", limit=5)
    assert [n.id for n in found.nodes] == ["R12", "R11", "R10", "R9", "R8"]
    assert not found.whole
    assert thread(MemoryLinks(chain), "p", "R10", limit=21).whole


def test_what_nobody_points_at_is_a_thread_of_one():
    found = thread(MemoryLinks([]), "p", "R1", limit=5)
    assert (found.nodes, found.links, found.whole) == ((Node("p", "R1", 0),), (), True)


LINKS = st.lists(
    st.builds(
        Link,
        st.sampled_from(["p", "q"]),
        st.sampled_from(["", "R1", "R2", "R3", "M1"]),
        st.sampled_from(["draws_on", "carries_out", "unit", "about", "response"]),
        st.sampled_from(["p", "q"]),
        st.sampled_from(["", "R1", "R2", "R3", "M1"]),
        st.integers(0, 9),
    ),
    max_size=30,
)


@given(LINKS, st.randoms(), st.integers(1, 12))
def test_a_thread_does_not_depend_on_how_links_are_kept(links, random, limit):
    shuffled = random.sample(links, len(links))
    one, other = (thread(MemoryLinks(x), "p", "R1", limit=limit) for x in (links, shuffled))
    assert one == other
    assert len(one.nodes) <= limit
    inside = {(node.process, node.id) for node in one.nodes}
    assert all((x.process, x.source) in inside for x in one.links)
    assert all((x.to_process, x.target) in inside for x in one.links)


def test_units_split_from_one_do_not_drag_each_other_in():
    p = Process()
    for id_, drawn in (("R8", "C8"), ("R9", "C9")):
        p.add("unit.submitted", None, id=id_, draws_on=[drawn])
    p.add("unit.submitted", None, id="U1", replaces=["R8", "R9"])
    p.add("unit.submitted", None, id="U2", replaces=["R9"], draws_on=["C10"])
    for id_ in ("U1", "U2"):
        p.add("measure.adopted", None, id=f"M{id_[1]}", carries_out=[id_])
    links = links_in(p.case())

    def steps(id_: str) -> dict[str, int]:
        return {n.id: n.step for n in thread(links, "p", id_, limit=99).nodes}

    assert steps("U1") == {"C8": -2, "C9": -2, "R8": -1, "R9": -1, "U1": 0, "M1": 1}
    assert steps("M2") == {"C9": -3, "R9": -2, "C10": -2, "U2": -1, "M2": 0}
    assert steps("C9") == {"C9": 0, "R9": 1, "U1": 2, "U2": 2, "M1": 3, "M2": 3}
    assert steps("C8").keys() == {"C8", "R8", "U1", "M1"}


def test_what_a_unit_drew_on_later_is_behind_it_too():
    p = Process()
    p.add("unit.submitted", None, id="R1", draws_on=["C1"])
    p.add("unit.drawn", None, unit="R1", draws_on=["C2", "autre/C3"])
    p.add("measure.adopted", None, id="M1", carries_out=["R1"])
    nodes = thread(links_in(p.case()), "p", "M1", limit=9).nodes
    assert [(n.process, n.id) for n in nodes if n.step == -2] == [
        ("autre", "C3"), ("p", "C1"), ("p", "C2"),
    ]  # fmt: skip


def three() -> MemoryLinks:
    """A workshop, a plan that takes one of its units up, and a rule that carries it out."""
    workshop, plan = Process(slug="atelier"), Process(slug="plan", first=300)
    rule = Process(slug="reglement", first=600)
    workshop.add("unit.submitted", None, id="R1", draws_on=["C1"])
    plan.add("unit.submitted", None, id="OR4", draws_on=["atelier/R1", "C1"])
    rule.add("answer.given", None, unit="plan/OR4")
    rule.add("decision.made", None, id="DC1")
    rule.add("measure.adopted", None, id="M7", decision="DC1", carries_out=["plan/OR4"])
    plan.add("follow_up.reported", None, measure="reglement/M7", state="done")
    return links_in(workshop.case(), plan.case(), rule.case())


def test_a_thread_runs_through_three_processes_with_answers_and_reports_of_any_of_them():
    found = thread(three(), "atelier", "C1", limit=20)
    assert [(n.process, n.id, n.step) for n in found.nodes] == [
        ("atelier", "C1", 0), ("atelier", "R1", 1), ("plan", "OR4", 2), ("reglement", "M7", 3),
    ]  # fmt: skip
    own = [(x.process, x.source, x.relation) for x in found.links if x.source == x.target]
    assert sorted(own) == [("plan", "OR4", "unit"), ("reglement", "M7", "measure")]
    assert [(x.source, x.relation, x.target) for x in found.beside] == [
        ("M7", "decision", "DC1")
    ]
    back = thread(three(), "reglement", "M7", limit=20)
    assert {(n.process, n.id) for n in back.nodes if n.step < -1} == {
        ("atelier", "R1"), ("atelier", "C1"), ("plan", "C1"),
    }  # fmt: skip


def test_what_gave_decided_proves_and_reviews_stands_beside():
    p = process()
    p.add("evaluation.published", None, id="EV1", about=["M1", "R2"])
    found = thread(links_in(p.case()), "p", "C3", limit=50)
    assert [n.id for n in found.nodes] == ["C3", "R2", "M1"]
    assert [(x.source, x.relation, x.target) for x in found.beside] == [
        ("R2", "opinion", "O1"), ("M1", "decision", "D1"), ("M1", "evidence", "D7"),
        ("EV1", "about", "M1"), ("EV1", "about", "R2"),
    ]  # fmt: skip


@given(LINKS)
def test_one_thing_became_another_exactly_where_the_other_came_from_it(links):
    held = MemoryLinks(links)
    ends = {(x.process, x.source) for x in links} | {(x.to_process, x.target) for x in links}
    things = {end for end in ends if end[1]}
    behind, ahead = (
        {one: {there for there, _ in walk(held, *one, way=way)} for one in things}
        for way in (-1, 1)
    )
    for one in things:
        assert ahead[one] == {other for other in things if one in behind[other]}
        whole = {(n.process, n.id) for n in thread(held, *one, limit=99).nodes}
        assert whole == {one} | behind[one] | ahead[one]
