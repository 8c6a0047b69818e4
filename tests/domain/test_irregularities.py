"""What does not hold: each code found where it should be, and nowhere else."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.figures import Interval, interval
from ledger.domain.irregularities import CODES, irregularities
from ledger.domain.lineage import links_in
from ledger.domain.values import Below
from tests.domain.build import (
    ANSWER,
    CARRY_OUT,
    CITIZENS,
    CITY,
    REPORT,
    RESPOND,
    TEXT,
    Process,
    what,
)

ROOT = Path(__file__).parents[2]
BELOW = {"below": 5}


def kinds(*steps: str, required: bool = True) -> list[dict]:
    return [{"kind": step, "by": [], "required": required} for step in steps]


def answered(verdict: str = "retained", **answer) -> Process:
    p = Process(owed=[RESPOND, ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1", declares=1)
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("response.given", "2021-12-10", id="A1", opinion="O1", declares=1)
    p.add("answer.given", "2021-12-10", unit="R1", response="A1", verdict=verdict, **answer)
    return p


# -- late ----------------------------------------------------------------------------------


def test_what_came_after_its_announced_date_is_late_with_both_entries():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    said = p.add("date.announced", "2021-05-01", due="2021-09", duty="respond")
    came = p.add("response.given", "2021-12-10", id="A1")
    (late,) = p.wrong("late")
    assert (late.severity, late.entries) == ("fault", (said.seq, came.seq))
    assert (late.facts["days"], late.facts["against"]) == (71, "announced")


def test_what_came_after_the_delay_of_a_text_is_late_against_that_text():
    p = Process(owed=[{**RESPOND, "within": "P6M", "basis": "Charte, article 4."}])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("response.given", "2021-12-10", id="A1")
    (late,) = p.wrong("late")
    assert (late.facts["against"], late.facts["due"]) == ("text", date(2021, 10, 20))


def test_without_a_date_or_a_text_nothing_is_ever_late():
    p = answered()
    for code in ("late", "past_due", "date_missed"):
        assert p.wrong(code, today="2099-01-01") == []


def test_a_date_that_passed_in_silence_is_a_gap_and_one_that_slipped_a_note():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    first = p.add("date.announced", "2021-05-01", due="2021-09", duty="respond")
    assert [i.entries for i in p.wrong("past_due", "2021-10-01")] == [(first.seq,)]
    p.add("date.announced", "2021-10-02", due="2021-12", duty="respond")
    assert p.wrong("past_due", "2021-11-01") == []
    assert [i.entries for i in p.wrong("date_missed", "2021-11-01")] == [(first.seq,)]


def test_a_date_missed_before_a_measure_was_abandoned_is_a_note_about_its_duty():
    p = Process(owed=[CARRY_OUT])
    adopted = p.add("measure.adopted", "2021-01-01", id="M1", due="2021-12")
    p.add("follow_up.reported", "2022-06-01", measure="M1", state="abandoned")
    assert p.wrong("past_due") == []
    (note,) = p.wrong("date_missed")
    assert (note.entries, note.subject) == ((adopted.seq,), "M1")
    assert (note.facts["duty"], note.facts["procedure"]) == ("carry_out", 1)


def test_a_date_that_no_rule_asks_for_names_no_procedure():
    p = Process()
    p.add("date.announced", "2021-01-01", due="2021-12", what=what("review.held"))
    (found,) = p.wrong("past_due")
    assert (found.facts["duty"], found.facts["what"]) == ("", "review.held")
    assert "procedure" not in found.facts


def test_a_newer_date_that_is_still_to_come_is_no_irregularity():
    p = Process()
    p.add("date.announced", "2021-01-01", due="2029", what=what("review.held"))
    assert p.wrong("past_due") == p.wrong("date_missed") == []


# -- declared and recorded -----------------------------------------------------------------


def test_each_declarer_is_counted_by_itself():
    p = Process()
    p.add("opinion.delivered", None, id="O1", declares=2)
    p.add("opinion.delivered", None, id="O2", declares=1)
    for id_ in ("R1", "R2", "R3"):
        p.add("unit.submitted", None, id=id_, opinion="O1")
    found = p.wrong("declared_differs")
    assert [(i.subject, i.facts["declared"], i.facts["recorded"]) for i in found] == [
        ("O1", 2, 3), ("O2", 1, 0),
    ]  # fmt: skip


def test_declared_answers_and_measures_are_counted_too():
    p = answered()
    assert p.wrong("declared_differs") == []
    p.add("decision.made", None, id="D1", declares=2)
    p.add("measure.adopted", None, id="M1", decision="D1")
    (differs,) = p.wrong("declared_differs")
    assert (differs.subject, differs.facts["what"]) == ("D1", "measure.adopted")


def test_what_is_invented_does_not_enter_the_count_of_a_real_process():
    p = Process()
    p.add("opinion.delivered", None, id="O1", declares=1)
    p.add("unit.submitted", None, id="R1", opinion="O1", illustrative=True)
    assert p.wrong("declared_differs")[0].facts["recorded"] == 0


@pytest.mark.parametrize("declares", [2, 3])
def test_a_unit_that_replaces_another_may_or_may_not_have_been_declared(declares):
    p = Process()
    p.add("opinion.delivered", None, id="O1", declares=declares)
    p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("unit.submitted", None, id="R2", opinion="O1")
    p.add("unit.submitted", None, id="R3", opinion="O1", replaces=["R1", "R2"])
    assert p.wrong("declared_differs") == []


def test_a_second_answer_to_the_same_unit_is_not_one_too_many():
    p = answered()
    p.add("answer.given", None, unit="R1", response="A1", verdict="rejected")
    assert p.wrong("declared_differs") == []


# -- answers -------------------------------------------------------------------------------


def test_an_answer_without_a_reason_is_shown_until_a_reason_is_given():
    p = answered(reason=None)
    assert [i.subject for i in p.wrong("unreasoned")] == ["R1"]
    p.add("answer.given", None, unit="R1", verdict="rejected", reason=TEXT)
    assert p.wrong("unreasoned") == []
    p.add("answer.given", None, unit="R1", verdict="retained", reason=None)
    assert len(p.wrong("unreasoned")) == 1


def test_a_unit_that_the_response_left_out_is_unanswered():
    p = answered()
    assert p.wrong("unanswered") == []
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", None, id="O1")
    p.add("opinion.delivered", None, id="O2")
    left = p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("unit.submitted", None, id="R2", opinion="O2")
    assert p.wrong("unanswered") == []
    response = p.add("response.given", None, id="A1", opinion="O1")
    (found,) = p.wrong("unanswered")
    assert (found.entries, found.facts["procedure"]) == ((left.seq, response.seq), 1)


def test_no_unit_is_unanswered_where_no_rule_asks_for_an_answer():
    p = Process()
    p.add("unit.submitted", None, id="R1")
    p.add("response.given", None, id="A1")
    assert p.wrong("unanswered") == []


def test_a_unit_that_was_put_off_is_not_unanswered():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", None, id="O1")
    p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("answer.given", None, unit="R1", verdict="deferred", until="2021")
    p.add("response.given", None, id="A1")
    assert p.wrong("unanswered") == []


def test_a_date_for_answers_to_units_nobody_recorded_leaves_none_unanswered():
    p = Process(owed=[ANSWER])
    p.add("date.announced", None, due="2021", duty="answer_each")
    p.add("response.given", None, id="A1")
    assert p.wrong("past_due")
    assert p.wrong("unanswered") == []


def test_a_unit_that_two_cities_leave_unanswered_is_shown_once():
    p = Process(owed=[ANSWER], owners=(CITY, {"name": "Métropole", "role": "city"}))
    p.add("opinion.delivered", None, id="O1")
    p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("response.given", None, id="A1")
    assert len(p.wrong("unanswered")) == 1


def test_the_response_of_one_city_leaves_nothing_unanswered_for_the_other():
    p = Process(owed=[ANSWER], owners=(CITY, {"name": "Métropole", "role": "city"}))
    p.add("opinion.delivered", None, id="O1")
    left = p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("response.given", None, by=CITY, id="A1")
    p.add("answer.given", None, by=CITY, unit="R1", verdict="retained")
    assert p.wrong("unanswered") == []
    own = p.add("response.given", None, by={"name": "Métropole", "role": "city"}, id="A2")
    assert [i.entries for i in p.wrong("unanswered")] == [(left.seq, own.seq)]


def test_a_reason_given_before_does_not_excuse_a_later_answer_without_one():
    p = answered()
    p.add("answer.given", None, unit="R1", verdict="rejected", reason=None)
    assert len(p.wrong("unreasoned")) == 1


# -- decisions -----------------------------------------------------------------------------


def test_a_decision_without_a_mandate_is_a_gap_where_the_procedure_asks_for_one():
    p = Process(kinds=kinds("mandate.issued"))
    made = p.add("decision.made", None, id="D1")
    assert [i.entries for i in p.wrong("decision_without_mandate")] == [(made.seq,)]
    p.add("mandate.issued", None, id="MA1")
    assert p.wrong("decision_without_mandate") == []
    p = Process(kinds=kinds("mandate.issued", required=False))
    p.add("decision.made", None, id="D1")
    assert p.wrong("decision_without_mandate") == []


def test_what_was_retained_and_no_measure_carries_out_shows_once_a_decision_followed():
    p = answered()
    assert p.wrong("retained_without_measure") == []
    p.add("decision.made", None, id="D1")
    assert [i.subject for i in p.wrong("retained_without_measure")] == ["R1"]
    p.add("measure.adopted", None, id="M1", carries_out=["R1"])
    assert p.wrong("retained_without_measure") == []


@pytest.mark.parametrize("verdict", ["rejected", "already_done", "passed_on", "deferred"])
def test_what_was_not_retained_needs_no_measure(verdict):
    p = answered(verdict)
    p.add("decision.made", None, id="D1")
    assert p.wrong("retained_without_measure") == []


def test_a_measure_of_another_process_carries_a_unit_out():
    p = answered()
    p.add("decision.made", None, id="D1")
    other = Process(slug="autre", first=300)
    assert p.wrong("retained_without_measure", links=links_in(other.case()))
    other.add("measure.adopted", None, id="M1", carries_out=["p/R1"])
    assert p.wrong("retained_without_measure", links=links_in(other.case())) == []


def test_nothing_is_said_of_retained_units_while_what_they_feed_is_not_known():
    p = answered()
    p.add("decision.made", None, id="D1")
    p.add("process.linked", None, relation="feeds", to="autre")
    assert p.wrong("retained_without_measure") == []
    assert p.wrong("retained_without_measure", links=links_in(p.case()))


# -- conduct -------------------------------------------------------------------------------

MANDATE_FIRST = {
    "id": "mandate_first", "first": what("mandate.issued"), "then": what("opinion.delivered"),
    "per": "process",
}  # fmt: skip


def test_a_step_that_certainly_came_too_early_is_out_of_order():
    p = Process(order=[MANDATE_FIRST])
    early = p.add("opinion.delivered", "2021-02-28", id="O1")
    mandate = p.add("mandate.issued", "2021-03", id="MA1")
    (found,) = p.wrong("out_of_order")
    assert found.entries == (early.seq, mandate.seq)
    assert (found.facts["rule"], found.facts["procedure"]) == ("mandate_first", 1)


@pytest.mark.parametrize("on", ["2021", "2021-03", "2021-03-15", None, "2021-02-28/2021-03-01"])
def test_order_is_never_judged_where_dates_leave_a_doubt(on):
    p = Process(order=[MANDATE_FIRST])
    p.add("opinion.delivered", on, id="O1")
    p.add("mandate.issued", "2021-03", id="MA1")
    assert p.wrong("out_of_order") == []


def test_order_is_that_of_the_story_and_not_of_the_recording():
    p = Process(order=[MANDATE_FIRST])
    p.add("opinion.delivered", "2021-06-01", id="O1")
    p.add("mandate.issued", "2021-03-01", id="MA1")
    assert p.wrong("out_of_order") == []


def test_one_earlier_step_is_enough_and_a_missing_one_is_no_disorder():
    p = Process(order=[MANDATE_FIRST])
    p.add("opinion.delivered", "2021-06-01", id="O1")
    assert p.wrong("out_of_order") == []
    p.add("mandate.issued", "2022-03-01", id="MA1")
    assert p.wrong("out_of_order")
    p.add("mandate.issued", "2021-03-01", id="MA2")
    assert p.wrong("out_of_order") == []


def test_order_is_judged_for_each_unit():
    rule = {
        "id": "assess_first", "first": what("unit.assessed"), "then": what("answer.given"),
        "per": "unit",
    }  # fmt: skip
    p = Process(order=[rule])
    for id_, assessed in (("R1", "2021-05-01"), ("R2", "2021-07-01")):
        p.add("unit.submitted", "2021-04-01", id=id_)
        p.add("unit.assessed", assessed, unit=id_)
        p.add("answer.given", "2021-06-01", unit=id_)
    assert [i.subject for i in p.wrong("out_of_order")] == ["R2"]


def test_a_speaker_whom_the_procedure_does_not_name_is_shown_once_for_each_step():
    p = Process(kinds=[{"kind": "opinion.delivered", "by": ["citizens"], "required": False}])
    p.add("opinion.delivered", None, id="O1", by=CITIZENS)
    seqs = tuple(p.add("opinion.delivered", None, id=f"O{n}", by=CITY).seq for n in (2, 3))
    p.add("review.held", None, id="RV1", by={"name": "Journal", "role": "press"})
    (found,) = p.wrong("speaker_outside_procedure")
    assert (found.entries, found.facts["role"]) == (seqs, "city")


def test_a_step_that_anybody_may_take_has_no_outside_speaker():
    p = Process(kinds=kinds("session.held"))
    p.add("session.held", None, id="S1", by={"name": "Journal", "role": "press"})
    assert p.wrong("speaker_outside_procedure") == []


def test_a_process_closed_too_early_shows_what_was_left():
    p = answered()
    p.procedures = Process(
        owed=[RESPOND, ANSWER, CARRY_OUT], kinds=kinds("review.held")
    ).procedures
    p.add("measure.adopted", None, id="M1")
    assert p.wrong("closed_with_duties_open") == p.wrong("missing_required_step") == []
    closed = p.add("process.closed", "2025-01-01")
    (left,) = p.wrong("closed_with_duties_open")
    assert (left.entries, left.facts["duties"]) == ((closed.seq,), ("carry_out",))
    assert [i.facts["kind"] for i in p.wrong("missing_required_step")] == ["review.held"]
    p.add("entry.disowned", None, entry=closed.seq)
    assert p.wrong("closed_with_duties_open") == p.wrong("missing_required_step") == []


def test_a_missing_mandate_is_said_once():
    p = Process(kinds=kinds("mandate.issued"))
    p.add("process.closed", None)
    assert [i.facts["kind"] for i in p.wrong("missing_required_step")] == ["mandate.issued"]
    p = Process(kinds=kinds("mandate.issued", "review.held"))
    p.add("decision.made", None, id="D1")
    p.add("process.closed", None)
    assert [i.facts["kind"] for i in p.wrong("missing_required_step")] == ["review.held"]


def test_what_began_with_the_closing_was_not_left_open_by_it():
    rule = {"id": "look_back", "what": what("review.held"), "after": what("process.closed")}
    p = Process(owed=[rule])
    p.add("process.closed", "2021-01-01")
    assert p.duty("look_back").state == "open"
    assert p.wrong("closed_with_duties_open") == []


def test_without_the_grammar_nothing_is_said_of_the_conduct():
    p = answered(reason=None)
    p.procedures = {}
    p.add("process.closed", None)
    day = date(2026, 1, 1)
    found = irregularities(p.case(), {}, p.duties(), today=day)
    assert [i.code for i in found] == ["unreasoned"]


def test_what_was_disowned_is_a_note_and_is_judged_no_more():
    p = Process()
    wrong = p.add("opinion.delivered", None, id="O1", declares=9)
    assert p.wrong("declared_differs")
    by = p.add("entry.disowned", None, entry=wrong.seq)
    assert p.wrong("declared_differs") == []
    (note,) = p.wrong("disowned")
    assert (note.severity, note.entries) == ("note", (wrong.seq, by.seq))


def test_a_date_for_a_duty_that_does_not_exist_is_a_note():
    p = Process(owed=[RESPOND])
    p.add("date.announced", None, due="2021", duty="respnod")
    assert [i.facts["duty"] for i in p.wrong("unknown_duty")] == ["respnod"]


# -- figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "vote"),
    [
        ("sum", {"cast": 44, "in_favour": 30, "against": 9, "abstained": 4}),
        ("sum", {"cast": 40, "in_favour": 30, "against": 9, "abstained": 4}),
        ("sum", {"cast": 40, "in_favour": 41}),
        ("seats", {"seats": 40, "cast": 41}),
        ("seats", {"seats": 40, "in_favour": 30, "against": 11}),
        ("unanimous", {"unanimous": True, "against": 1}),
    ],
)
def test_votes_that_contradict_each_other_are_shown(wrong, vote):
    p = Process()
    p.add("decision.made", None, id="D1", vote=vote)
    assert [i.facts["wrong"] for i in p.wrong("votes_do_not_add_up")] == [wrong]


@pytest.mark.parametrize(
    "vote",
    [
        {"unanimous": True, "abstained": 3},
        {"seats": 97, "cast": 90, "in_favour": 80, "against": 7, "abstained": 3},
        {"cast": 90, "in_favour": 80},
        {"seats": 97},
        {"seats": 40, "in_favour": 31, "against": 9},
        {"seats": 40, "cast": 40, "in_favour": 40},
    ],
)
def test_votes_that_may_be_right_are_left_alone(vote):
    p = Process()
    p.add("mandate.issued", None, id="MA1", vote=vote)
    assert p.wrong("votes_do_not_add_up") == []


def panel(total, *counts, partition="sexe") -> Process:
    p = Process()
    parts = [
        {"category": f"c{n}", "count": c, "partition": partition} for n, c in enumerate(counts)
    ]
    if partition is None:
        parts = [{"category": part["category"], "count": part["count"]} for part in parts]
    p.add("participants.recruited", None, methods=["lot"], total=total, counts=parts)
    return p


@pytest.mark.parametrize(
    ("total", "counts"),
    [(28, (13, 14)), (28, (13, 16)), (28, (23, BELOW)), (28, (28, BELOW)), (BELOW, (3, 2))],
)
def test_parts_that_cannot_make_their_total_are_shown(total, counts):
    assert len(panel(total, *counts).wrong("counts_do_not_add_up")) == 1


@pytest.mark.parametrize(
    ("total", "counts"),
    [
        (28, (13, 15)),
        (28, (24, BELOW)),
        (28, (27, BELOW)),
        (BELOW, (2, 2)),
        (BELOW, (0, BELOW)),
    ],
)
def test_hidden_counts_that_can_make_the_total_are_left_alone(total, counts):
    assert panel(total, *counts).wrong("counts_do_not_add_up") == []


def test_categories_may_overlap_unless_they_share_a_partition():
    assert panel(28, 19, 13, 15, partition=None).wrong("counts_do_not_add_up") == []


def test_the_members_of_a_body_and_the_tallies_add_up():
    p = Process()
    members = [{"category": "élus", "count": 3, "partition": "m"},
               {"category": "autres", "count": 4, "partition": "m"}]  # fmt: skip
    p.add("body.installed", None, id="B1", size=8, members=members)
    tallies = [{"count": 10}, {"count": 4, "channel": "post", "partition": "voie"},
               {"count": 5, "channel": "email", "partition": "voie"}]  # fmt: skip
    p.add("contributions.tallied", None, tallies=tallies)
    assert [i.facts["partition"] for i in p.wrong("counts_do_not_add_up")] == ["m", "voie"]


@given(st.lists(st.integers(0, 50) | st.just(Below(below=5)), max_size=6))
def test_a_sum_of_counts_lies_between_its_ends(counts):
    low, high = interval(counts)
    hidden = sum(isinstance(c, Below) for c in counts)
    assert high - low == 3 * hidden
    assert interval([]) == Interval(0, 0)


def ballot(*costs: int, **mandate) -> Process:
    p = Process()
    p.add("mandate.issued", None, id="MA1", **mandate)
    options = []
    for n, cost in enumerate(costs):
        p.add("unit.submitted", None, id=f"R{n}", type="project", territory="Nord")
        p.add("unit.assessed", None, unit=f"R{n}", cost=cost)
        options.append({"unit": f"R{n}", "votes": 10, "elected": n != 2})
    if options:
        p.add("ballot.held", None, id="B1", options=options)
    return p


NORTH = [{"territory": "Nord", "cents": 100}]


def test_elected_projects_fit_the_envelope_of_their_territory():
    assert ballot(60, 40, 999, envelopes=NORTH).wrong("envelope_exceeded") == []
    (found,) = ballot(60, 41, 999, envelopes=NORTH).wrong("envelope_exceeded")
    assert found.facts == {"territory": "Nord", "sum": 101, "envelope": 100}


def test_the_newest_assessed_cost_counts():
    p = ballot(60, 41, envelopes=NORTH)
    p.add("unit.assessed", None, unit="R1", cost=30)
    assert p.wrong("envelope_exceeded") == []


def test_a_project_without_a_territory_is_counted_where_there_is_only_one():
    for envelopes, found in ((NORTH, 1), ([*NORTH, {"territory": "Sud", "cents": 50}], 0)):
        p = Process()
        p.add("mandate.issued", None, id="MA1", envelopes=envelopes)
        p.add("unit.submitted", None, id="R1", type="project")
        p.add("unit.assessed", None, unit="R1", cost=101)
        options = [{"unit": "R1", "votes": 1, "elected": True}]
        p.add("ballot.held", None, id="B1", options=options)
        assert len(p.wrong("envelope_exceeded")) == found


def test_a_corrected_territory_is_the_one_that_is_judged():
    p = ballot(60, 41, envelopes=NORTH)
    unit = next(e for e in p.entries if e.id == "R1")
    change = {"path": "/body/territory", "value": "Sud"}
    p.add("correction.made", None, entry=unit.seq, changes=[change], illustrative=True)
    assert p.wrong("envelope_exceeded")
    p.add("correction.made", None, entry=unit.seq, changes=[change])
    assert p.wrong("envelope_exceeded") == []


def test_the_envelopes_of_a_ballot_come_before_those_of_the_mandate():
    p = Process()
    p.add("mandate.issued", None, id="MA1", envelopes=NORTH, total=100)
    p.add("unit.submitted", None, id="R1", type="project", territory="Nord")
    p.add("unit.assessed", None, unit="R1", cost=101)
    options = [{"unit": "R1", "votes": 1, "elected": True}]
    more = [{"territory": "Nord", "cents": 120}]
    p.add("ballot.held", None, id="B1", options=options, envelopes=more)
    assert p.wrong("envelope_exceeded") == []
    (found,) = p.wrong("envelopes_differ_from_total")
    assert (found.subject, found.facts) == ("B1", {"sum": 120, "total": 100})


def test_the_envelopes_of_a_ballot_need_no_mandate():
    p = Process()
    p.add("unit.submitted", None, id="R1", type="project", territory="Nord")
    p.add("unit.assessed", None, unit="R1", cost=101)
    options = [{"unit": "R1", "votes": 1, "elected": True}]
    p.add("ballot.held", None, id="B1", options=options, envelopes=NORTH)
    assert len(p.wrong("envelope_exceeded")) == 1
    assert p.wrong("envelopes_differ_from_total") == []


def test_envelopes_make_the_total_of_the_mandate():
    both = [*NORTH, {"territory": "Sud", "cents": 50}]
    assert ballot(envelopes=both, total=150).wrong("envelopes_differ_from_total") == []
    (found,) = ballot(envelopes=both, total=200).wrong("envelopes_differ_from_total")
    assert found.facts == {"sum": 150, "total": 200}


def test_an_amended_mandate_is_judged_as_amended():
    both = [*NORTH, {"territory": "Sud", "cents": 50}]
    p = Process()
    p.add("mandate.issued", None, id="MA1", envelopes=both, total=200)
    assert p.wrong("envelopes_differ_from_total")
    p.add("mandate.amended", None, mandate="MA1", total=150)
    assert p.wrong("envelopes_differ_from_total") == []
    p.add("mandate.amended", None, mandate="MA1", envelopes=NORTH)
    assert p.wrong("envelopes_differ_from_total")


# -- claims --------------------------------------------------------------------------------


def claim(number: int, bound: str = "exactly") -> dict:
    return {"number": number, "unit": "dispositifs", "bound": bound}


def test_claims_on_one_thing_and_date_that_differ_stand_side_by_side():
    p = Process()
    p.add("measure.adopted", None, id="M1")
    said = [
        p.add("claim.recorded", "2023-01-04", about=["M1"], topic="removed", value=claim(n))
        for n in (116, 100, 120)
    ]
    p.add("claim.recorded", "2024-01-04", about=["M1"], topic="removed", value=claim(500))
    p.add("claim.recorded", "2023-01-04", about=["M1"], topic="cost", value=claim(1))
    (found,) = p.wrong("claims_differ")
    assert (found.entries, found.severity) == (tuple(e.seq for e in said), "note")
    assert (found.subject, found.facts["topic"], found.facts["claims"]) == ("M1", "removed", 3)


def test_claims_that_agree_are_no_irregularity():
    p = Process()
    for _ in range(2):
        p.add("claim.recorded", None, about=["p"], topic="people", value=claim(5))
    assert p.wrong("claims_differ") == []


def test_done_beside_done_or_under_way_is_a_difference():
    p = Process()
    p.add("claim.recorded", "2023", about=["p"], topic="share", value=claim(80), state="done")
    p.add("claim.recorded", "2023", about=["p"], topic="share", value=claim(80))
    assert len(p.wrong("claims_differ")) == 1


def test_the_claim_of_a_report_stands_beside_the_others():
    p = Process()
    p.add("measure.adopted", None, id="M1")
    p.add("claim.recorded", "2023", about=["M1"], topic="removed", value=claim(116))
    report = {"topic": "removed", "value": claim(116)}
    p.add("follow_up.reported", "2023", measure="M1", state="done", claim=report)
    assert p.wrong("claims_differ") == []
    report = {"topic": "removed", "value": claim(100, "about")}
    p.add("follow_up.reported", "2023", measure="M1", state="done", claim=report)
    assert len(p.wrong("claims_differ")) == 1


# -- the table -----------------------------------------------------------------------------


def test_irregularities_come_in_one_order_and_name_entries_of_the_process():
    p = answered(reason=None)
    p.add("decision.made", None, id="D1", declares=3, vote={"unanimous": True, "against": 1})
    p.add("date.announced", None, due="2021", duty="nothing")
    day = date(2026, 1, 1)
    found = irregularities(p.case(), p.procedures, p.duties(), today=day)
    codes = list(CODES)
    assert [codes.index(i.code) for i in found] == sorted(codes.index(i.code) for i in found)
    assert {i.severity for i in found} == {"fault", "gap", "note"}
    seqs = {e.seq for e in p.entries}
    for i in found:
        assert i.severity == CODES[i.code].severity
        assert i.entries == tuple(sorted(i.entries))
        assert set(i.entries) <= seqs
        assert all(isinstance(f, int | str | date | tuple) for f in i.facts.values())


def test_a_sound_process_shows_no_irregularity():
    p = answered()
    p.add("decision.made", None, id="D1", declares=1)
    p.add("measure.adopted", None, id="M1", decision="D1", carries_out=["R1"])
    p.add("process.closed", "2025-01-01")
    assert irregularities(p.case(), p.procedures, p.duties(), today=date(2026, 1, 1)) == ()


def test_every_code_is_documented_with_its_severity_and_no_other_is():
    text = (ROOT / "docs/irregularities.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \| (fault|gap|note) \|", text, re.MULTILINE)
    assert rows == [(code, entry.severity) for code, entry in CODES.items()]


def test_every_code_is_proved_by_a_test_of_this_file():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in CODES if f'wrong("{code}"' not in text] == []


def test_a_measure_that_the_accounts_leave_out_is_shown():
    p = Process(owed=[REPORT])
    first = p.add("measure.adopted", "2022-01-01", id="M1")
    p.add("measure.adopted", "2022-01-01", id="M2")
    p.add("follow_up.reported", "2022-06-01", measure="M2", state="done")
    assert not p.wrong("measure_without_news")
    review = p.add("review.held", "2023-01-01", id="V1")
    (found,) = p.wrong("measure_without_news")
    assert (found.subject, found.entries) == ("M1", (first.seq, review.seq))
    p.add("follow_up.reported", "2023-02-01", measure="M1", state="planned")
    assert not p.wrong("measure_without_news")


def test_accounts_of_one_measure_say_nothing_of_another_and_are_news_of_their_own():
    p = Process(owed=[REPORT])
    p.add("measure.adopted", "2022-01-01", id="M1")
    p.add("measure.adopted", "2022-01-01", id="M2")
    p.add("review.held", "2023-01-01", id="V1", about=["M1"])
    assert not p.wrong("measure_without_news")
    p.add("evaluation.published", "2024-01-01", id="E1")
    assert [found.subject for found in p.wrong("measure_without_news")] == ["M2"]


def test_news_that_no_rule_asks_for_are_not_missed():
    p = Process()
    p.add("measure.adopted", "2022-01-01", id="M1")
    p.add("review.held", "2023-01-01", id="V1")
    assert not p.wrong("measure_without_news")


def test_a_unit_is_lost_when_all_that_replaced_it_was_taken_back():
    p = Process()
    one = p.add("unit.submitted", "2022-01-01", id="R1")
    p.add("unit.submitted", "2022-01-01", id="R2")
    merged = p.add("unit.submitted", "2022-02-01", id="R3", replaces=["R1", "R2"])
    p.add("answer.given", "2022-02-01", unit="R2")
    assert not p.wrong("lost_in_merge")
    taken = p.add("unit.withdrawn", "2022-03-01", unit="R3")
    (found,) = p.wrong("lost_in_merge")
    assert (found.subject, found.entries) == ("R1", (one.seq, merged.seq, taken.seq))


def test_a_unit_that_was_split_is_lost_only_with_its_last_part():
    p = Process()
    p.add("unit.submitted", "2022-01-01", id="R1")
    p.add("unit.submitted", "2022-02-01", id="R2", replaces=["R1"])
    p.add("unit.submitted", "2022-02-01", id="R3", replaces=["R1"])
    p.add("unit.submitted", "2022-02-02", id="R4", replaces=["R3"])
    p.add("unit.withdrawn", "2022-03-01", unit="R2")
    assert not p.wrong("lost_in_merge")
    p.add("unit.withdrawn", "2022-03-01", unit="R4")
    assert {found.subject for found in p.wrong("lost_in_merge")} == {"R1", "R3"}


def test_criteria_set_after_a_project_came_in_are_a_fault_and_on_the_same_day_are_not():
    p = Process()
    early = p.add("unit.submitted", "2022-04-10", id="P1", type="project")
    p.add("unit.submitted", "2022-05", id="P2", type="project")
    p.add("unit.submitted", "2022-04-01", id="Q1", type="question")
    p.add("mandate.issued", "2022-04-10", id="MD1", criteria=[TEXT])
    assert not p.wrong("criteria_after_projects")
    late = p.add("mandate.amended", "2022-05-15", mandate="MD1", criteria=[TEXT])
    (found,) = p.wrong("criteria_after_projects")
    assert found.entries == (early.seq, late.seq)
    assert found.facts == {"projects": 1, "criteria_on": "2022-05-15"}


def test_a_delay_that_had_passed_leaves_a_trace_when_nothing_is_owed_any_more():
    p = Process(owed=[{**ANSWER, "within": "P6M", "basis": "Charte"}])
    p.add("unit.submitted", "2024-01-10", id="R1")
    p.add("opinion.delivered", "2024-01-10", id="O1")
    assert len(p.wrong("past_due")) == 1
    p.add("unit.submitted", "2025-11-20", id="R9", replaces=["R1"])
    (found,) = p.wrong("date_missed")
    assert (found.subject, found.facts["against"]) == ("R1", "text")


def test_a_unit_merged_into_what_nobody_has_to_answer_is_lost():
    p = Process(owed=[{**ANSWER, "only": {"type": ["recommendation"]}}])
    p.add("opinion.delivered", "2024-01-10", id="O1")
    first = p.add("unit.submitted", "2024-01-10", id="R1", opinion="O1")
    merged = p.add("unit.submitted", "2024-02-10", id="Q9", type="observation", replaces=["R1"])
    (found,) = p.wrong("lost_in_merge")
    assert (found.subject, found.entries) == ("R1", (first.seq, merged.seq))
    p.add("unit.submitted", "2024-03-10", id="R9", opinion="O1", replaces=["R1"])
    assert not p.wrong("lost_in_merge")


def test_a_unit_is_one_unit_however_it_is_referred_to():
    p = Process()
    p.add("unit.submitted", "2024-01-10", id="R1")
    p.add("response.given", "2024-02-10", id="A1", declares=1)
    p.add("answer.given", "2024-02-10", unit="R1", response="A1", reason=None)
    p.add("answer.given", "2024-02-11", unit="p/R1", response="A1")
    assert not p.wrong("unreasoned")
    assert not p.wrong("declared_differs")
