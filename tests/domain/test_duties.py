"""What is owed, by whom, since when: every rule of the grammar, one sentence each."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.case import fold
from ledger.domain.dates import add_duration, parse_period
from ledger.domain.duties import duties
from tests.domain.build import (
    ANSWER,
    CARRY_OUT,
    CITY,
    COUNCIL,
    REPORT,
    RESPOND,
    Process,
    procedure,
    what,
)

STATE = {"name": "État", "role": "state"}
METROPOLIS = {"name": "Métropole", "role": "city"}
BASIS = "Charte, article 4."


def opinion(on: str | None = "2021-04-20", **grammar) -> Process:
    p = Process(owed=[{**RESPOND, **grammar}])
    p.add("opinion.delivered", on, id="O1")
    return p


# -- states --------------------------------------------------------------------------------


def test_nothing_is_owed_before_the_step_that_begins_it():
    duty = Process(owed=[RESPOND]).duty("respond")
    assert (duty.state, duty.since, duty.days, duty.after) == ("not_yet", None, None, None)


def test_without_an_announced_date_a_duty_counts_its_days_and_is_never_late():
    duty = opinion().duty("respond", today="2121-04-20")
    assert (duty.state, duty.days, duty.due, duty.late) == ("open", 36524, None, None)


def test_a_response_fulfils_what_the_opinion_began():
    p = opinion()
    p.add("response.given", "2021-12-10", id="A1")
    duty = p.duty("respond")
    assert (duty.state, duty.days, duty.days_exact) == ("met", 234, True)
    assert duty.met_by is p.entries[-1]


def test_days_are_at_least_so_many_when_a_date_is_imprecise():
    p = opinion("2021-04")
    p.add("response.given", "2021-12", id="A1")
    duty = p.duty("respond")
    assert (duty.days, duty.days_exact) == (215, False)


def test_an_opinion_without_a_date_counts_from_the_day_it_was_recorded():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", None, id="O1", at=datetime(2021, 4, 20, 8, tzinfo=UTC))
    duty = p.duty("respond", today="2021-04-30")
    assert (duty.state, duty.since, duty.days, duty.days_exact) == ("open", None, 10, False)


def test_a_response_recorded_before_the_opinion_does_not_fulfil():
    p = Process(owed=[RESPOND])
    p.add("response.given", "2021-12-10", id="A1")
    p.add("opinion.delivered", "2021-04-20", id="O1")
    assert p.duty("respond").state == "open"


def test_what_was_done_before_it_was_owed_is_not_announced_as_coming():
    p = Process(owed=[RESPOND])
    p.add("response.given", "2021-12-10", id="A1")
    assert p.duties() == ()


def test_an_invented_entry_fulfils_nothing_in_a_real_process():
    p = opinion()
    p.add("response.given", "2021-12-10", id="A1", illustrative=True)
    assert p.duty("respond").state == "open"


def test_an_invented_unit_is_owed_nothing_in_a_real_process():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1", declares=1)
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1", illustrative=True)
    assert p.duties() == ()


def test_in_an_invented_process_everything_is_judged():
    p = Process(owed=[RESPOND], illustrative=True)
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("response.given", "2021-12-10", id="A1")
    assert p.duty("respond").state == "met"


def test_a_disowned_response_fulfils_nothing():
    p = opinion()
    wrong = p.add("response.given", "2021-12-10", id="A1")
    p.add("entry.disowned", "2021-12-11", entry=wrong.seq)
    assert p.duty("respond").state == "open"


def test_a_corrected_date_is_the_one_that_is_judged():
    p = opinion()
    given_ = p.add("response.given", "2021-12-01", id="A1")
    change = {"path": "/on", "value": "2021-12-10"}
    p.add("correction.made", "2022-01-01", entry=given_.seq, changes=[change])
    assert p.duty("respond").days == 234


def test_a_kind_this_software_does_not_know_is_passed_over():
    p = opinion()
    p.add("response.improved", "2021-12-10", id="A1")
    assert p.duty("respond").state == "open"


# -- announced dates -----------------------------------------------------------------------


def test_a_date_that_passed_without_a_response_makes_it_past_due():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09", duty="respond")
    assert p.duty("respond", today="2021-09-30").state == "open"
    late = p.duty("respond", today="2021-10-01")
    assert (late.state, late.late, late.promises[0].outcome) == ("past_due", 1, "missed")


def test_a_response_after_its_date_is_met_late_by_the_smallest_number_of_days():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09", duty="respond")
    p.add("response.given", "2021-12", id="A1")
    duty = p.duty("respond")
    assert (duty.state, duty.late, duty.late_exact) == ("met_late", 62, False)


def test_a_response_that_may_have_come_in_time_is_not_late():
    for on in ("2021", None, "2021-09-30/2021-12-10"):
        p = opinion()
        p.add("date.announced", "2021-05-01", due="2021-09", duty="respond")
        p.add("response.given", on, id="A1")
        assert p.duty("respond").state == "met"


def test_each_date_is_judged_alone_and_the_newest_gives_the_present_state():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09-30", duty="respond")
    p.add("date.announced", "2021-10-15", due="2021-12-31", duty="respond")
    waiting = p.duty("respond", today="2021-11-01")
    assert waiting.state == "open"
    assert [x.outcome for x in waiting.promises] == ["missed", "pending"]
    p.add("response.given", "2021-12-10", id="A1")
    kept = p.duty("respond")
    assert kept.state == "met"
    assert [x.outcome for x in kept.promises] == ["kept_late", "kept"]


def test_a_date_announced_before_anything_is_owed_waits_for_it():
    p = Process(owed=[RESPOND])
    p.add("date.announced", "2021-01-01", due="2021-09-30", duty="respond")
    assert p.duty("respond", today="2021-02-01").state == "not_yet"
    assert p.duty("respond", today="2021-10-01").state == "past_due"
    p.add("opinion.delivered", "2021-04-20", id="O1")
    duty = p.duty("respond", today="2021-05-20")
    assert (duty.state, duty.days, len(duty.promises)) == ("open", 30, 1)


def test_a_date_is_kept_by_what_follows_it_even_if_nothing_else_began_the_duty():
    p = Process(owed=[RESPOND])
    p.add("date.announced", "2021-01-01", due="2021-09-30", duty="respond")
    p.add("response.given", "2021-09-01", id="A1")
    duty = p.duty("respond")
    assert (duty.state, duty.after, duty.promises[0].outcome) == ("met", None, "kept")


def test_a_date_may_name_what_will_be_done_instead_of_a_duty():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09", what=what("response.given"))
    assert p.duty("respond").state == "past_due"


def test_a_date_for_what_no_rule_asks_is_a_duty_of_its_own():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09", what=what("review.held"))
    duty = p.duty("")
    assert (duty.titles, duty.procedure, duty.owes) == (None, None, ("Ville",))
    assert (duty.state, duty.since) == ("past_due", parse_period("2021-05-01"))
    p.add("review.held", "2021-09-30", id="RV1")
    assert p.duty("").state == "met"


def test_a_newspaper_that_tells_of_a_date_does_not_owe_it():
    p = opinion()
    press = {"name": "Le Journal", "role": "press"}
    p.add("date.announced", "2021-05-01", due="2021", what=what("review.held"), by=press)
    assert p.duty("").owes == ()


def test_a_date_said_of_a_measure_is_kept_by_what_concerns_that_measure():
    p = Process(owed=[REPORT])
    p.add("measure.adopted", "2021-01-01", id="M1")
    p.add("measure.adopted", "2021-01-01", id="M2")
    p.add(
        "date.announced", "2021-02-01", due="2021-12", what=what("document.published"),
        about=["M1"],
    )  # fmt: skip
    p.add("document.published", "2021-03-01", id="D1", about=["M2"])
    assert p.duty("", "M1").state == "past_due"
    p.add("document.published", "2021-04-01", id="D2", about=["M1"])
    assert p.duty("", "M1").state == "met"


def test_a_date_said_of_all_units_is_judged_for_each():
    p = Process(owed=[ANSWER])
    p.add("date.announced", "2021-01-01", due="2021-09-30", duty="answer_each")
    p.add("opinion.delivered", "2021-04-20", id="O1")
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", "2021-04-20", id=id_, opinion="O1")
    p.add("answer.given", "2021-09-01", unit="R1")
    assert [d.state for d in p.duties("2021-10-10")] == ["met", "past_due"]


def test_a_date_said_of_some_units_leaves_the_others_open():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("opinion.delivered", "2021-04-20", id="O2")
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("unit.submitted", "2021-04-20", id="R2", opinion="O2")
    p.add("unit.submitted", "2021-04-20", id="R3", opinion="O2")
    p.add("date.announced", "2021-05-01", due="2021-06", duty="answer_each", about=["R1"])
    p.add("date.announced", "2021-05-01", due="2021-07", duty="answer_each", about=["O2"])
    assert [d.due and d.due.last.month for d in p.duties()] == [6, 7, 7]


def test_a_date_that_had_passed_before_a_unit_existed_was_not_said_of_it():
    p = Process(owed=[ANSWER])
    p.add("date.announced", "2021-01-01", due="2021-09-30", duty="answer_each")
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("unit.submitted", "2022-05-01", id="R2")
    late, new = p.duties()
    assert late.state == "past_due"
    assert (new.state, new.promises, new.since) == ("open", (), parse_period("2022-05-01"))


def test_no_announced_date_is_lost_while_nothing_it_could_concern_is_recorded():
    p = Process(owed=[ANSWER])
    p.add("date.announced", "2021-01-01", due="2021-09-30", duty="answer_each")
    (duty,) = p.duties("2021-10-01")
    assert (duty.id, duty.subject, duty.state) == ("answer_each", "", "past_due")


def test_a_date_announced_after_a_response_is_for_another_one():
    p = opinion()
    p.add("response.given", "2021-12-10", id="A1")
    p.add("date.announced", "2022-01-15", due="2022-06", duty="respond")
    met, promised = p.duties()
    assert (met.state, met.promises) == ("met", ())
    assert (promised.state, promised.after) == ("past_due", None)


def test_a_date_that_was_kept_before_the_duty_began_does_not_burden_it():
    p = Process(owed=[RESPOND])
    p.add("date.announced", "2021-01-01", due="2021-03", duty="respond")
    p.add("response.given", "2021-02-01", id="A1")
    p.add("opinion.delivered", "2021-04-20", id="O1")
    begun, kept = p.duties()
    assert (begun.state, begun.promises) == ("open", ())
    assert (kept.state, kept.promises[0].outcome) == ("met", "kept")


def test_a_date_said_of_one_opinion_is_for_the_response_to_it():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("opinion.delivered", "2021-05-20", id="O2")
    p.add("response.given", "2021-06-20", id="A1", opinion="O1")
    p.add("opinion.delivered", "2021-07-20", id="O3")
    p.add("date.announced", "2021-08-01", due="2021-12", duty="respond", about=["O3"])
    assert [(d.after and d.after.id, d.state) for d in p.duties()] == [
        ("O1", "met"), ("O2", "past_due"),
    ]  # fmt: skip
    p.add("response.given", "2022-06-20", id="A2", opinion="O2")
    assert {d.after.id: len(d.promises) for d in p.duties() if d.after} == {
        "O1": 0, "O2": 0, "O3": 1,
    }  # fmt: skip


def test_a_date_said_before_a_response_and_recorded_after_it_is_judged_with_it():
    p = opinion()
    p.add("response.given", "2021-12-10", id="A1")
    p.add("date.announced", "2021-05-01", due="2021-11", duty="respond")
    (duty,) = p.duties()
    assert (duty.state, duty.late) == ("met_late", 10)


def test_the_due_day_of_a_measure_is_a_promise_and_its_amendment_another():
    p = Process(owed=[CARRY_OUT])
    p.add("measure.adopted", "2021-01-01", id="M1", due="2022-06")
    p.add("measure.amended", "2022-05-01", measure="M1", due="2023-06")
    p.add("follow_up.reported", "2023-01-01", measure="M1", state="under_way")
    p.add("follow_up.reported", "2023-06-30", measure="M1", state="done")
    (duty,) = p.duties()
    assert (duty.id, duty.state) == ("carry_out", "met")
    assert [x.outcome for x in duty.promises] == ["kept_late", "kept"]


def test_the_due_day_of_a_measure_stands_even_where_no_rule_asks_for_it():
    p = Process(owed=[REPORT])
    p.add("measure.adopted", "2021-01-01", id="M1", due="2022-06")
    assert (p.duty("", "M1").state, p.duty("", "M1").per) == ("past_due", "measure")
    assert p.duty("report_each", "M1").promises == ()


def test_a_deferred_unit_is_owed_another_answer_by_the_day_that_was_named():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("answer.given", "2021-12-10", unit="R1", verdict="deferred", until="2022-06")
    assert p.duty("answer_each", "R1").state == "met"
    assert (p.duty("", "R1").state, p.duty("", "R1").per) == ("past_due", "unit")
    p.add("answer.given", "2022-07-01", unit="R1", verdict="deferred", until="2022-12")
    again = p.duty("", "R1", today="2022-08-01")
    assert [x.outcome for x in again.promises] == ["missed", "pending"]
    p.add("measure.adopted", "2022-11-01", id="M1", carries_out=["R1"])
    kept = p.duty("", "R1")
    assert (kept.state, [x.outcome for x in kept.promises]) == ("met", ["kept_late", "kept"])


def test_to_put_off_keeps_no_promise_of_a_final_answer_whatever_it_was_said_of():
    rule = {**ANSWER, "id": "again", "after": what("answer.given"),
            "only": {"verdict": ["deferred"]}}  # fmt: skip
    p = Process(owed=[rule])
    p.add("decision.made", "2021-01-01", id="D1")
    p.add("date.announced", "2021-01-01", due="2021-09", duty="again", about=["D1"])
    p.add("unit.submitted", "2021-04-20", id="R1")
    p.add("answer.given", "2021-06-01", unit="R1", verdict="deferred")
    assert p.duty("again").state == "past_due"
    p.add("answer.given", "2021-07-01", unit="R1", verdict="retained")
    assert p.duty("again").state == "met"


def test_a_date_for_a_duty_that_does_not_exist_makes_none():
    p = opinion()
    p.add("date.announced", "2021-05-01", due="2021-09", duty="respnod")
    assert [d.id for d in p.duties()] == ["respond"]


# -- texts that bind -----------------------------------------------------------------------


def test_a_delay_that_a_text_sets_is_counted_from_the_latest_possible_day():
    p = opinion("2021-04", within="P6M", basis=BASIS)
    duty = p.duty("respond", today="2021-10-30")
    assert (duty.state, duty.due, duty.basis) == ("open", parse_period("2021-10-30"), BASIS)
    assert p.duty("respond", today="2021-10-31").state == "past_due"


def test_an_announced_date_never_lengthens_a_delay_that_a_text_sets():
    p = opinion("2021-04-20", within="P6M", basis=BASIS)
    p.add("date.announced", "2021-05-01", due="2022-06", duty="respond")
    duty = p.duty("respond", today="2021-11-01")
    assert (duty.state, duty.due, duty.late) == ("past_due", parse_period("2021-10-20"), 12)
    assert duty.bound is not None
    assert (duty.bound.outcome, duty.promises[0].outcome) == ("missed", "pending")


def test_an_announced_date_may_come_before_the_delay_that_a_text_sets():
    p = opinion("2021-04-20", within="P6M", basis=BASIS)
    p.add("date.announced", "2021-05-01", due="2021-06-01", duty="respond")
    p.add("response.given", "2021-07-01", id="A1")
    duty = p.duty("respond")
    assert (duty.state, duty.late) == ("met_late", 30)
    assert duty.bound is not None
    assert duty.bound.outcome == "kept"


def test_a_delay_beyond_the_calendar_never_falls_due():
    assert opinion(within="P9999Y", basis=BASIS).duty("respond").state == "open"


# -- who owes ------------------------------------------------------------------------------


def test_the_owner_that_has_the_role_owes_and_any_speaker_of_the_roles_fulfils():
    p = Process(owed=[{**RESPOND, "by": ["city", "elected"]}], owners=(CITY, COUNCIL))
    p.add("opinion.delivered", "2021-04-20", id="O1")
    assert p.duty("respond").owes == ("Ville",)
    p.add("response.given", "2021-05-01", id="A1", by={"name": "Élus", "role": "elected"})
    assert p.duty("respond").state == "met"


def test_a_speaker_of_another_role_fulfils_nothing():
    p = opinion()
    p.add("response.given", "2021-05-01", id="A1", by={"name": "Journal", "role": "press"})
    assert p.duty("respond").state == "open"


def test_of_two_cities_each_owes_one_under_its_own_name():
    p = Process(owed=[RESPOND], owners=(CITY, METROPOLIS))
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("response.given", "2021-05-01", id="A1", by=METROPOLIS)
    p.add("response.given", "2021-05-02", id="A2", by={"name": "Mairie", "role": "city"})
    assert {d.owes: d.state for d in p.duties()} == {("Ville",): "open", ("Métropole",): "met"}


def test_a_speaker_under_another_name_fulfils_for_the_only_owner_of_its_role():
    p = Process(owed=[{**RESPOND, "by": ["city", "state"]}], owners=(CITY, STATE))
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("response.given", "2021-05-01", id="A1", by={"name": "Préfet", "role": "state"})
    assert {d.owes: d.state for d in p.duties()} == {("Ville",): "open", ("État",): "met"}


def test_where_no_owner_has_the_role_the_role_itself_owes():
    p = Process(owed=[{**RESPOND, "by": ["commission"]}])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    assert (p.duty("respond").owes, p.duty("respond").roles) == ((), ("commission",))
    p.add("response.given", "2021-05-01", id="A1", by={"name": "C", "role": "commission"})
    assert p.duty("respond").state == "met"


def test_each_of_two_owners_is_held_to_its_own_date():
    p = Process(owed=[RESPOND], owners=(CITY, METROPOLIS))
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("date.announced", "2021-04-21", due="2021-06", duty="respond", by=METROPOLIS)
    states = {d.owes: d.state for d in p.duties()}
    assert states == {("Ville",): "open", ("Métropole",): "past_due"}


# -- what begins it, and for whom ----------------------------------------------------------


def test_each_unit_is_owed_an_answer_once_its_own_opinion_is_delivered():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("opinion.delivered", "2021-06-20", id="O2")
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("unit.submitted", "2021-06-20", id="R2", opinion="O2")
    p.add("unit.submitted", None, id="R3")
    first, second, third = p.duties()
    assert [d.after and d.after.id for d in (first, second, third)] == ["O1", "O2", "O1"]


@pytest.mark.parametrize(
    ("opinion_on", "unit_on", "days"),
    [
        ("2021-04-20", "2021", 0),
        ("2021-04-20", "2021-04", 245),
        ("2021-04-20", "2021-04-20", 255),
        ("2021", "2021-04-20", 0),
        ("2021-04-20", None, 255),
        (None, "2021-04-20", 0),
    ],
)
def test_a_duty_begins_on_the_last_day_on_which_both_what_began_it_and_its_unit_may_have_come(
    opinion_on, unit_on, days
):
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", opinion_on, id="O1", at=datetime(2021, 12, 31, 1, tzinfo=UTC))
    p.add("unit.submitted", unit_on, id="R1", opinion="O1")
    assert p.duty("answer_each", "R1", today="2021-12-31").days == days


def test_of_several_declarers_the_first_recorded_begins_and_each_counts_once():
    rule = {**REPORT, "after": what("decision.made"), "within": "P1M", "basis": BASIS}
    p = Process(owed=[rule])
    p.add("measure.adopted", "2021-01-01", id="M1")
    first = p.add("decision.made", "2021-02-01", id="D1")
    p.add("decision.made", "2021-03-01", id="D2")
    for decision in ("D2", "D1", "D2"):
        p.add("measure.amended", None, measure="M1", decision=decision)
    (duty,) = p.duties()
    assert (duty.after, duty.due) == (first, parse_period("2021-03-01"))


def test_what_was_said_of_one_unit_begins_nothing_for_another():
    rule = {**ANSWER, "after": what("unit.assessed")}
    p = Process(owed=[rule])
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", "2021-04-20", id=id_)
    p.add("unit.assessed", "2021-05-20", unit="R1", eligible=True)
    assert [d.state for d in p.duties()] == ["open", "not_yet"]


def test_only_some_units_are_owed_something():
    p = Process(owed=[{**ANSWER, "only": {"type": ["recommendation"], "eligible": True}}])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    for id_, type_, eligible in (
        ("R1", "recommendation", True), ("R2", "recommendation", False),
        ("Q1", "question", True),
    ):  # fmt: skip
        p.add("unit.submitted", "2021-04-20", id=id_, type=type_, opinion="O1")
        p.add("unit.assessed", "2021-05-20", unit=id_, eligible=eligible)
    p.add("unit.submitted", "2021-04-20", id="R3", opinion="O1")
    assert [d.subject for d in p.duties()] == ["R1"]
    p.add("unit.assessed", "2021-06-20", unit="R2", eligible=True)
    assert [d.subject for d in p.duties()] == ["R1", "R2"]


def test_a_measure_is_chosen_by_the_units_it_carries_out():
    only = {"type": ["recommendation"], "verdict": ["retained"]}
    p = Process(owed=[{**REPORT, "only": only}])
    for n, (type_, verdict) in enumerate(
        [
            ("recommendation", "retained"),
            ("recommendation", "rejected"),
            ("question", "retained"),
        ]
    ):
        p.add("unit.submitted", None, id=f"R{n}", type=type_)
        p.add("answer.given", None, unit=f"R{n}", verdict=verdict)
        p.add("measure.adopted", None, id=f"M{n}", carries_out=[f"R{n}", "autre/R9"])
    p.add("unit.submitted", None, id="R3")
    p.add("measure.adopted", None, id="M3", carries_out=["R3"])
    p.add("measure.adopted", None, id="M4", carries_out=["R1", "R0"])
    assert [d.subject for d in p.duties()] == ["M0", "M4"]


def test_what_begins_a_duty_may_be_asked_to_be_in_a_state():
    p = Process(owed=[{**ANSWER, "after": what("claim.recorded", "done")}])
    p.add("unit.submitted", None, id="R1")
    value = {"number": 1, "unit": "u", "bound": "exactly"}
    p.add("claim.recorded", None, about=["p"], topic="t", value=value, state="planned")
    assert p.duty("answer_each", "R1").state == "not_yet"
    done = p.add("claim.recorded", None, about=["p"], topic="t", value=value, state="done")
    assert p.duty("answer_each", "R1").after is done


def test_what_was_elected_is_owed_and_what_was_not_is_not():
    rule = {
        "id": "build", "what": what("measure.adopted"), "per": "unit",
        "after": what("ballot.held"), "only": {"elected": True}, "by": ["council"],
    }  # fmt: skip
    p = Process(owed=[rule])
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", "2021-04-20", id=id_, type="project")
    options = [{"unit": "R1", "votes": 9, "elected": True},
               {"unit": "R2", "votes": 3, "elected": False}]  # fmt: skip
    p.add("ballot.held", "2021-06-01", id="B1", options=options)
    assert [(d.subject, d.state) for d in p.duties()] == [("R1", "open")]
    p.add("measure.adopted", "2021-07-01", id="M1", carries_out=["R1"])
    assert p.duty("build", "R1").state == "met"


PASS_ON = {
    "id": "transmit",
    "what": what("unit.transmitted"),
    "per": "unit",
    "after": what("answer.given"),
    "only": {"verdict": ["passed_on"]},
}


def test_what_an_answer_begins_is_not_announced_before_that_answer():
    p = Process(owed=[PASS_ON])
    p.add("unit.submitted", "2021-04-20", id="R1")
    assert p.duties() == ()
    p.add("answer.given", "2021-05-20", unit="R1", verdict="retained")
    assert p.duties() == ()
    p.add("answer.given", "2021-06-20", unit="R1", verdict="passed_on", to="État")
    assert p.duty("transmit", "R1").state == "open"


def test_a_newer_answer_lifts_what_an_older_one_began():
    p = Process(owed=[PASS_ON])
    p.add("unit.submitted", "2021-04-20", id="R1")
    p.add("answer.given", "2021-06-20", unit="R1", verdict="passed_on")
    newer = p.add("answer.given", "2021-07-20", unit="R1", verdict="retained")
    duty = p.duty("transmit", "R1")
    assert (duty.state, duty.lifted_by) == ("lifted", newer)


def test_a_response_to_one_opinion_does_not_fulfil_what_another_began():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("opinion.delivered", "2021-05-20", id="O2")
    p.add("response.given", "2021-06-20", id="A1", opinion="O2")
    first, second = p.duties()
    assert (first.after, first.state) == (p.entries[1], "open")
    assert (second.after, second.state) == (p.entries[2], "met")


def test_a_response_to_no_opinion_in_particular_fulfils_what_all_began_together():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.add("opinion.delivered", "2021-05-20", id="O2")
    p.add("response.given", "2021-06-20", id="A1")
    (duty,) = p.duties()
    assert (duty.state, duty.days) == ("met", 61)


def test_what_begins_again_after_it_was_fulfilled_is_owed_again():
    p = opinion()
    p.add("response.given", "2021-06-20", id="A1")
    p.add("opinion.delivered", "2022-05-20", id="O2")
    assert [d.state for d in p.duties()] == ["met", "open"]


def test_some_duties_take_several_statements():
    p = opinion(times=2)
    p.add("response.given", "2021-06-20", id="A1")
    duty = p.duty("respond")
    assert (duty.state, duty.done, duty.times) == ("open", 1, 2)
    p.add("response.given", "2021-07-20", id="A2")
    assert p.duty("respond").met_by is p.entries[-1]


def test_a_measure_that_carries_out_a_unit_concerns_it():
    rule = {**ANSWER, "id": "carry", "what": what("measure.adopted"), "by": ["council"]}
    p = Process(owed=[rule])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", "2021-04-20", id=id_, opinion="O1")
    p.add("measure.adopted", "2021-05-20", id="M1", carries_out=["R2", "autre/R1"])
    assert [d.state for d in p.duties()] == ["open", "met"]


def test_the_decision_of_a_measure_concerns_the_units_it_carries_out():
    rule = {**ANSWER, "id": "decide", "what": what("decision.made"), "by": ["council"]}
    p = Process(owed=[rule])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", "2021-04-20", id=id_, opinion="O1")
    p.add("decision.made", "2021-05-20", id="D1", declares=1)
    p.add("measure.adopted", "2021-05-20", id="M1", decision="D1", carries_out=["R2"])
    assert [d.state for d in p.duties()] == ["open", "met"]


def test_what_will_be_owed_is_announced_before_any_unit_is_recorded():
    sure = {**ANSWER, "only": {"type": ["recommendation"]}}
    unsure = {**ANSWER, "id": "build", "only": {"type": ["recommendation"], "elected": True}}
    p = Process(owed=[sure, unsure])
    assert [(d.id, d.state, d.subject) for d in p.duties()] == [("answer_each", "not_yet", "")]
    p.add("opinion.delivered", "2021-04-20", id="O1", declares=25)
    assert p.duties() == ()


def test_a_duty_that_asks_for_no_verdict_is_announced_before_the_answer():
    p = Process(owed=[{**PASS_ON, "only": {"type": ["recommendation"]}}])
    p.add("unit.submitted", "2021-04-20", id="R1")
    assert p.duty("transmit", "R1").state == "not_yet"


# -- what lifts it -------------------------------------------------------------------------


def unit(*ids: str) -> Process:
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    for id_ in ids or ("R1",):
        p.add("unit.submitted", "2021-04-20", id=id_, opinion="O1")
    return p


def test_a_withdrawn_unit_is_owed_nothing_more():
    p = unit()
    gone = p.add("unit.withdrawn", "2021-06-01", unit="R1")
    duty = p.duty("answer_each", "R1")
    assert (duty.state, duty.lifted_by, duty.days) == ("lifted", gone, None)


@pytest.mark.parametrize("again", ["disowned", "invented"])
def test_a_withdrawal_stands_whatever_becomes_of_another(again):
    p = unit()
    gone = p.add("unit.withdrawn", "2021-06-01", unit="R1")
    more = p.add("unit.withdrawn", "2021-07-01", unit="R1", illustrative=again == "invented")
    if again == "disowned":
        p.add("entry.disowned", None, entry=more.seq)
    duty = p.duty("answer_each", "R1")
    assert (duty.state, duty.lifted_by) == ("lifted", gone)


def test_the_successors_of_a_merged_unit_are_owed_what_it_was():
    p = unit("R1", "R2")
    merged = p.add("unit.submitted", "2021-06-01", id="R3", replaces=["R1", "R2"])
    first, second, third = p.duties()
    assert {first.state, second.state} == {"lifted"}
    assert first.lifted_by is merged
    assert (third.state, third.since) == ("open", parse_period("2021-06-01"))


def test_a_unit_withdrawn_after_its_answer_was_answered_nevertheless():
    p = unit()
    p.add("answer.given", "2021-05-01", unit="R1")
    p.add("unit.withdrawn", "2021-06-01", unit="R1")
    assert p.duty("answer_each", "R1").state == "met"


def test_an_abandoned_measure_need_not_be_carried_out_unless_it_is_taken_up_again():
    p = Process(owed=[CARRY_OUT])
    p.add("measure.adopted", "2021-01-01", id="M1", due="2021-12")
    gone = p.add("follow_up.reported", "2021-06-01", measure="M1", state="abandoned")
    duty = p.duty("carry_out", "M1")
    assert (duty.state, duty.lifted_by, duty.promises[0].outcome) == ("lifted", gone, "lifted")
    p.add("follow_up.reported", "2021-08-01", measure="M1", state="under_way")
    assert p.duty("carry_out", "M1").state == "past_due"


def test_a_date_missed_before_a_measure_was_abandoned_stays_missed():
    p = Process(owed=[CARRY_OUT])
    p.add("measure.adopted", "2021-01-01", id="M1", due="2021-12")
    p.add("follow_up.reported", "2022-06-01", measure="M1", state="abandoned")
    assert p.duty("carry_out", "M1").promises[0].outcome == "missed"


def test_closing_a_process_lifts_nothing():
    p = opinion()
    p.add("process.closed", "2021-06-01")
    assert p.duty("respond").state == "open"


# -- what comes back -----------------------------------------------------------------------

SITTINGS = {
    "id": "sit", "what": what("session.held"), "after": what("body.installed"), "times": 2,
    "every": "P1Y", "until": what("process.closed"), "basis": BASIS,
}  # fmt: skip


def sittings(*days: str, closed: str | None = None) -> Process:
    p = Process(owed=[SITTINGS])
    p.add("body.installed", "2020-03-01", id="B1")
    for n, day in enumerate(days):
        p.add("session.held", day, id=f"S{n}")
    if closed is not None:
        p.add("process.closed", closed)
    return p


def test_each_period_is_judged_by_itself():
    p = sittings("2020-05-01", "2020-09-01", "2021-05-01", "2022-05-01")
    found = p.duties("2022-08-01")
    assert [(d.state, d.done) for d in found] == [("met", 2), ("past_due", 1), ("open", 1)]
    assert [d.due and d.due.last for d in found] == [date(y, 3, 1) for y in (2021, 2022, 2023)]


def test_a_sitting_of_the_next_period_does_not_make_up_for_the_last():
    p = sittings("2020-05-01", "2021-04-01", "2021-05-01")
    assert [d.state for d in p.duties("2021-06-01")] == ["past_due", "met"]


def test_a_period_that_was_cut_short_is_never_late():
    p = sittings("2020-05-01", "2020-09-01", closed="2021-10-01")
    met, cut = p.duties("2026-01-01")
    assert (met.state, cut.state, cut.lifted_by) == ("met", "lifted", p.entries[-1])


def test_a_new_beginning_ends_the_period_before():
    p = sittings("2020-05-01", "2020-09-01")
    p.add("body.installed", "2021-06-01", id="B2")
    assert [d.state for d in p.duties("2021-12-01")] == ["met", "lifted", "open"]


def test_to_begin_anew_on_the_last_day_forgives_nothing():
    p = sittings("2020-05-01")
    p.add("body.installed", "2021-03-01", id="B2")
    assert [(d.state, d.done) for d in p.duties("2021-12-01")] == [("past_due", 1), ("open", 0)]


def test_a_sitting_that_may_lie_in_a_period_counts_in_it():
    first, _ = sittings("2020-05-01", "2020").duties("2021-04-01")
    assert first.state == "met"


def test_a_sitting_recorded_before_the_body_does_not_count():
    p = Process(owed=[SITTINGS])
    for n in (1, 2):
        p.add("session.held", "2020-05-01", id=f"S{n}")
    p.add("body.installed", "2020-03-01", id="B1")
    assert [d.state for d in p.duties("2020-06-01")] == ["open"]


@pytest.mark.parametrize(
    ("every", "due"),
    [
        ("P1M", ["2020-02-29", "2020-03-31", "2020-04-30"]),
        ("P2W", ["2020-02-14", "2020-02-28", "2020-03-13", "2020-03-27", "2020-04-10"]),
        ("P30D", ["2020-03-01", "2020-03-31", "2020-04-30"]),
        ("P9999Y", ["9999-12-31"]),
    ],
)
def test_periods_follow_each_other_without_drifting(every, due):
    p = Process(owed=[{**SITTINGS, "every": every}])
    p.add("body.installed", "2020-01-31", id="B1")
    assert [str(d.due and d.due.last) for d in p.duties("2020-04-05")] == due


def test_the_last_day_of_a_period_belongs_to_it():
    p = sittings("2020-05-01", "2021-03-01", "2021-03-02")
    assert [(d.state, d.done) for d in p.duties("2021-06-01")] == [("met", 2), ("open", 1)]


def test_the_current_period_is_open():
    (duty,) = sittings().duties("2020-06-01")
    assert (duty.state, duty.days) == ("open", 92)


def test_what_comes_back_is_owed_for_nothing_before_it_is_there():
    rule = {**SITTINGS, "per": "unit", "after": what("opinion.delivered"), "times": 1}
    p = Process(owed=[rule])
    p.add("opinion.delivered", "2020-01-15", id="O1")
    p.add("opinion.delivered", "2020-02-15", id="O2")
    about = p.add("unit.submitted", "2022-06-15", id="R1")
    (duty,) = p.duties("2022-08-15")
    assert (duty.state, duty.after, duty.days) == ("open", about, 61)


def test_a_date_for_what_comes_back_is_kept_by_the_next_and_burdens_no_period():
    p = sittings()
    p.add("date.announced", "2022-04-01", due="2022-06", duty="sit")
    first, second, third, promised = p.duties("2022-07-01")
    assert [d.state for d in (first, second, third)] == ["past_due", "past_due", "open"]
    assert (promised.state, promised.after, promised.times) == ("past_due", None, 1)
    p.add("session.held", "2022-06-15", id="S1")
    *_, third, promised = p.duties("2022-07-01")
    assert (third.state, third.done, third.promises) == ("open", 1, ())
    assert (promised.state, promised.promises[0].outcome) == ("met", "kept")


# -- the grammar in force, linked processes ------------------------------------------------


def test_a_duty_keeps_the_grammar_in_force_when_it_began():
    p = opinion(within="P6M", basis=BASIS)
    p.procedures[2] = procedure(owed=[RESPOND])
    p.add("procedure.changed", "2021-05-01", procedure=2)
    duty = p.duty("respond")
    assert (duty.state, duty.procedure) == ("past_due", 1)
    p.add("response.given", "2021-12-01", id="A1")
    p.add("opinion.delivered", "2022-01-01", id="O2")
    assert [(d.state, d.procedure) for d in p.duties()] == [("met_late", 1), ("open", 2)]


def test_a_response_to_an_opinion_under_another_grammar_settles_that_one_alone():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.procedures[2] = procedure(owed=[RESPOND])
    p.add("procedure.changed", "2021-05-01", procedure=2)
    p.add("opinion.delivered", "2021-05-20", id="O2")
    p.add("response.given", "2021-06-20", id="A1", opinion="O2")
    assert [(d.procedure, d.state) for d in p.duties()] == [(1, "open"), (2, "met")]


def test_a_grammar_that_is_taken_up_again_is_the_one_in_force():
    p = Process(owed=[RESPOND])
    p.procedures[2] = procedure(owed=[RESPOND])
    p.add("procedure.changed", "2021-05-01", procedure=2)
    p.add("procedure.changed", "2021-06-01", procedure=1)
    (duty,) = p.duties()
    assert (duty.state, duty.procedure) == ("not_yet", 1)


def test_what_another_process_begins_is_owed_once_under_the_grammar_of_that_moment():
    hear = {
        "id": "hear", "what": what("review.held"), "per": "link",
        "after": what("process.closed"),
    }  # fmt: skip
    child = Process(slug="enfant", first=103)
    child.add("process.closed", "2021-01-01")
    for grammar, owed in (([hear], 1), ([], 0)):
        parent = Process(owed=grammar)
        parent.procedures[2] = procedure(owed=[hear])
        parent.add("process.linked", None, relation="feeds", to="autre")
        parent.first = 200
        parent.add("procedure.changed", "2022-01-01", procedure=2)
        found = parent.duties(arisen={"enfant": child.case()})
        assert [d.procedure for d in found] == [1] * owed


def test_a_new_rule_does_not_bind_backwards():
    p = Process()
    p.add("opinion.delivered", "2021-04-20", id="O1")
    p.procedures[2] = procedure(owed=[RESPOND])
    p.add("procedure.changed", "2021-05-01", procedure=2)
    assert p.duties() == ()


def test_a_rule_that_was_dropped_is_not_announced_any_more():
    p = Process(owed=[RESPOND])
    p.procedures[2] = procedure()
    p.add("procedure.changed", "2021-05-01", procedure=2)
    assert p.duties() == ()


def test_a_process_that_arose_from_this_one_is_owed_its_accounts():
    rule = {
        "id": "hear", "what": what("review.held"), "per": "link",
        "after": what("process.closed"),
    }  # fmt: skip
    parent, child = Process(owed=[rule]), Process(slug="enfant", first=300)
    assert parent.duties() == ()
    (waiting,) = parent.duties(arisen={"enfant": child.case()})
    assert (waiting.state, waiting.subject) == ("not_yet", "enfant")
    child.add("process.closed", "2021-01-01")
    (owed,) = parent.duties(arisen={"enfant": child.case()})
    assert owed.state == "open"
    parent.add("review.held", "2021-02-01", id="RV1", about=["enfant"])
    parent.entries[-1] = replace(parent.entries[-1], seq=400)
    (met,) = parent.duties(arisen={"enfant": child.case()})
    assert (met.state, met.days) == ("met", 31)


def test_nothing_is_owed_in_a_process_that_is_not_open():
    assert duties(fold([]), {}, today=date(2026, 1, 1)) == ()


# -- properties ----------------------------------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2025, 12, 31)).map(str)
MONTHS = DAYS.map(lambda day: day[:7])
ON = DAYS | MONTHS | st.none()
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["opinion", "unit", "answer", "response", "measure", "report", "date"]),
        ON,
        st.integers(1, 3),
    ),
    max_size=25,
)
GRAMMAR = [
    RESPOND,
    {**ANSWER, "within": "P6M", "basis": BASIS},
    {**REPORT, "times": 2},
    CARRY_OUT,
]


def play(steps) -> Process:
    p = Process(owed=GRAMMAR)
    made: dict[str, int] = {"opinion": 0, "unit": 0, "response": 0, "measure": 0}
    for step, on, n in steps:
        if step in made:
            made[step] += 1
        new = made.get(step, 0)
        if step == "opinion":
            p.add("opinion.delivered", on, id=f"O{new}")
        elif step == "unit":
            p.add(
                "unit.submitted",
                on,
                id=f"R{new}",
                opinion=f"O{n}" if n <= made["opinion"] else None,
            )
        elif step == "answer" and n <= made["unit"]:
            p.add("answer.given", on, unit=f"R{n}")
        elif step == "response":
            p.add("response.given", on, id=f"A{new}")
        elif step == "measure":
            p.add("measure.adopted", on, id=f"M{new}", carries_out=[])
        elif step == "report" and n <= made["measure"]:
            p.add(
                "follow_up.reported", on, measure=f"M{n}", state="done" if n > 1 else "planned"
            )
        elif step == "date":
            p.add("date.announced", on, due="2023-06", duty=GRAMMAR[n]["id"])
    return p


@given(STEPS)
def test_the_same_entries_and_day_give_the_same_duties(steps):
    assert play(steps).duties() == play(steps).duties()


@given(STEPS, STEPS)
def test_what_was_fulfilled_stays_fulfilled_whatever_comes_later(steps, more):
    before = play(steps).duties()
    after = play(steps + more).duties()
    met = {(d.id, d.subject, d.met_by.seq) for d in before if d.met_by is not None}
    assert met <= {(d.id, d.subject, d.met_by.seq) for d in after if d.met_by is not None}


@given(STEPS)
def test_no_announced_date_is_lost_and_none_is_judged_twice_for_one_thing(steps):
    p = play(steps)
    said = {e.seq for e in p.entries if e.kind == "date.announced"}
    shown = [(d.subject, x.entry.seq) for d in p.duties() for x in d.promises]
    assert {seq for _, seq in shown} == said
    assert len(shown) == len(set(shown))


@given(DAYS, st.lists(DAYS, max_size=4), DAYS)
def test_no_announced_date_ever_lengthens_a_delay(start, dates, today):
    p = Process(owed=[{**RESPOND, "within": "P6M", "basis": BASIS}])
    p.add("opinion.delivered", start, id="O1")
    for due in dates:
        p.add("date.announced", start, due=due, duty="respond")
    duty = p.duty("respond", today=today)
    end = add_duration(date.fromisoformat(start), "P6M")
    assert duty.due is not None
    assert duty.due.last <= end
    assert duty.bound is not None
    assert duty.bound.due.last == end
    if date.fromisoformat(today) > end:
        assert duty.state == "past_due"


@given(STEPS, DAYS, DAYS)
def test_a_missed_date_is_missed_for_ever(steps, one, other):
    early, late = sorted((one, other))
    p = play(steps)
    missed = {
        (d.subject, x.entry.seq)
        for d in p.duties(early)
        for x in d.promises
        if x.outcome in ("missed", "kept_late")
    }
    still = {
        (d.subject, x.entry.seq)
        for d in p.duties(late)
        for x in d.promises
        if x.outcome in ("missed", "kept_late")
    }
    assert missed <= still


@pytest.mark.parametrize("today", ["2020-06-01", "2024-06-01"])
def test_a_duty_is_late_only_against_a_date_or_a_text(today):
    p = Process(owed=[RESPOND, ANSWER, REPORT, CARRY_OUT])
    p.add("opinion.delivered", "2020-02-01", id="O1")
    p.add("unit.submitted", "2020-02-01", id="R1", opinion="O1")
    p.add("measure.adopted", "2020-02-02", id="M1")
    assert {d.state for d in p.duties(today)} == {"open"}


AGAIN = {
    "id": "answer_deferred",
    "what": what("answer.given"),
    "per": "unit",
    "only": {"verdict": ["deferred"]},
    "after": what("answer.given"),
}


def test_what_was_put_off_is_owed_a_final_answer_and_not_another_deferral():
    p = Process(owed=[ANSWER, AGAIN])
    p.add("opinion.delivered", "2021-04-20", id="O1", declares=1)
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1")
    p.add("answer.given", "2021-12-10", unit="R1", verdict="deferred", until="2022-06")
    assert p.duty("answer_each", "R1").state == "met"
    assert p.duty("answer_deferred", "R1", today="2022-06-30").state == "open"
    assert p.duty("answer_deferred", "R1", today="2022-07-01").state == "past_due"
    p.add("answer.given", "2022-07-01", unit="R1", verdict="deferred", until="2022-12")
    again = p.duty("answer_deferred", "R1", today="2022-08-01")
    assert again.due is not None
    assert (again.state, str(again.due.last)) == ("open", "2022-12-31")
    assert [promise.outcome for promise in again.promises] == ["missed", "pending"]
    p.add("answer.given", "2022-12-31", unit="R1", verdict="rejected")
    final = p.duty("answer_deferred", "R1", today="2023-08-01")
    assert final.state == "met"
    assert [promise.outcome for promise in final.promises] == ["kept_late", "kept"]
    assert len(p.duties("2023-08-01")) == 2


def test_each_deferral_keeps_its_own_date_when_an_answer_came_between():
    p = Process(owed=[AGAIN])
    p.add("unit.submitted", "2021-01-01", id="R1")
    p.add("answer.given", "2021-02-01", unit="R1", verdict="deferred", until="2021-06-01")
    p.add("answer.given", "2021-05-01", unit="R1", verdict="retained")
    p.add("answer.given", "2021-09-01", unit="R1", verdict="deferred", until="2021-12-01")
    first, second = p.duties("2021-11-01")
    assert (first.state, [str(d.due.last) for d in first.promises]) == ("met", ["2021-06-01"])
    assert (second.state, [str(d.due.last) for d in second.promises]) == (
        "open",
        ["2021-12-01"],
    )


def test_of_two_cities_only_the_one_that_put_it_off_owes_the_final_answer():
    one, other = {"name": "Ville A", "role": "city"}, {"name": "Ville B", "role": "city"}
    p = Process(owners=(one, other), owed=[AGAIN])
    p.add("unit.submitted", "2021-01-01", id="R1")
    p.add("answer.given", "2021-02-01", by=one, unit="R1", verdict="deferred")
    p.add("answer.given", "2021-02-01", by=other, unit="R1", verdict="rejected")
    assert [duty.owes for duty in p.duties()] == [("Ville A",)]


def test_several_dates_said_on_one_day_are_of_several_things():
    p = Process(owed=[])
    for due in ("2021-02", "2021-04"):
        p.add("date.announced", "2021-01-01", due=due, what=what("body.installed"))
    p.add("body.installed", "2021-02-20", id="B1")
    first, second = p.duties("2021-12-01")
    assert (first.state, second.state, len(first.promises)) == ("met", "past_due", 1)
    assert p.wrong("date_missed") == []


def test_a_date_said_on_a_later_day_puts_off_the_one_before():
    p = Process(owed=[])
    for on, due in (("2021-01-01", "2021-02"), ("2021-03-01", "2021-04")):
        p.add("date.announced", on, due=due, what=what("body.installed"))
    (duty,) = p.duties("2021-12-01")
    assert (duty.state, len(duty.promises)) == ("past_due", 2)
    assert len(p.wrong("date_missed")) == 1


def test_a_duty_may_ask_for_entries_of_one_type():
    sitting = {
        "id": "sittings",
        "what": {"kind": "session.held", "type": "sitting"},
        "after": what("body.installed"),
        "times": 2,
        "every": "P1Y",
        "basis": "Règlement",
    }
    p = Process(owed=[sitting])
    p.add("body.installed", "2021-01-01", id="B1")
    p.add("session.held", "2021-02-01", id="S1", type="sitting")
    p.add("session.held", "2021-03-01", id="S2", type="workshop")
    assert p.duties("2021-12-31")[0].done == 1
    assert p.duties("2022-01-02")[0].state == "past_due"
    p.add("session.held", "2021-06-01", id="S3", type="sitting")
    assert p.duties("2022-01-02")[0].state == "met"


YEARLY = {
    "id": "sittings",
    "what": what("session.held"),
    "after": what("body.installed"),
    "every": "P1Y",
    "until": what("process.closed"),
    "basis": BASIS,
}


@pytest.mark.parametrize("on", [None, "2020/2026"])
@pytest.mark.parametrize("kind", ["process.closed", "body.installed"])
def test_an_end_or_new_beginning_without_a_sure_date_undoes_no_missed_year(kind, on):
    p = Process(owed=[YEARLY])
    p.add("body.installed", "2022-01-10", id="B1")
    before = [d.state for d in p.duties("2025-12-31")]
    assert before == ["past_due", "past_due", "past_due", "open"]
    more: dict[str, Any] = {"id": "B2"} if kind == "body.installed" else {}
    p.add(kind, on, **more)
    assert [d.state for d in p.duties("2025-12-31")][:3] == ["past_due"] * 3


def test_only_who_owes_a_measure_or_adopted_it_gives_it_up():
    p = Process(owed=[CARRY_OUT])
    p.add("measure.adopted", "2022-01-01", id="M1", due="2022-06-01")
    press = {"name": "Le Journal", "role": "press"}
    p.add("follow_up.reported", "2022-07-01", by=press, measure="M1", state="abandoned")
    assert p.duty("carry_out", "M1").state == "past_due"
    p.add("follow_up.reported", "2022-08-01", by=COUNCIL, measure="M1", state="abandoned")
    assert p.duty("carry_out", "M1").state == "lifted"


def test_a_unit_is_taken_back_by_those_who_submitted_it_and_by_nobody_else():
    p = Process(owed=[{**ANSWER, "within": "P6M", "basis": BASIS}])
    p.add("opinion.delivered", "2021-01-01", id="O1")
    p.add("unit.submitted", "2021-01-01", id="R1", opinion="O1")
    p.add("unit.withdrawn", "2021-09-01", by=CITY, unit="R1")
    assert p.duty("answer_each", "R1").state == "past_due"
    p.add("unit.withdrawn", "2021-09-02", unit="R1")
    assert p.duty("answer_each", "R1").state == "lifted"
