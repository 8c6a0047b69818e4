"""A city and the State owe together: each what it adopted, put off or left, and no more."""

from tests.domain.build import (
    ANSWER,
    CARRY_OUT,
    CITY,
    COUNCIL,
    REPORT,
    Process,
    procedure,
    what,
)

STATE = {"name": "État", "role": "state"}
SERVICES = {"name": "Direction de la voirie", "role": "services"}
PRESS = {"name": "Le Journal", "role": "press"}
BOTH = ["city", "state", "services"]
OWNERS = (CITY, STATE)
AGAIN = {
    "id": "answer_deferred",
    "what": what("answer.given"),
    "per": "unit",
    "only": {"verdict": ["deferred"]},
    "after": what("answer.given"),
    "by": ["city", "state"],
}


def measures() -> Process:
    """One measure of the city’s council, one of the State."""
    p = Process(owners=OWNERS, owed=[{**REPORT, "by": BOTH}, {**CARRY_OUT, "by": BOTH}])
    p.add("measure.adopted", "2025-01-01", by=COUNCIL, id="M1", due="2025-06-30")
    p.add("measure.adopted", "2025-01-01", by=STATE, id="M2", due="2025-06-30")
    return p


def test_each_owes_news_of_the_measures_it_adopted_and_of_no_others():
    owed = {(d.subject, *d.owes) for d in measures().duties()}
    assert owed == {("M1", "Ville"), ("M2", "État")}


def test_a_measure_past_its_day_is_laid_at_one_door():
    wrong = measures().wrong("past_due")
    assert [i.subject for i in wrong] == ["M1", "M2"]


def test_who_adopted_a_measure_owes_whoever_said_what_began_the_duty():
    tell = {**REPORT, "what": what("review.held"), "after": what("follow_up.reported", "late")}
    p = Process(owners=OWNERS, owed=[{**tell, "by": BOTH}])
    p.add("measure.adopted", "2025-01-01", by=COUNCIL, id="M1")
    p.add("measure.adopted", "2025-01-01", by=STATE, id="M2")
    p.add("follow_up.reported", "2025-02-01", by=CITY, measure="M2", state="late")
    states = {(d.subject, *d.owes): d.state for d in p.duties()}
    assert states == {("M1", "Ville"): "not_yet", ("M2", "État"): "open"}


def test_a_date_said_of_all_measures_is_laid_on_nobody_for_those_of_another():
    p = measures()
    p.add("date.announced", "2025-01-02", by=STATE, due="2025-06", duty="report_each")
    p.add("date.announced", "2025-01-02", by=PRESS, due="2025-07", duty="report_each")
    said = {(d.subject, *d.owes): len(d.promises) for d in p.duties() if d.id == "report_each"}
    assert said == {("M1", "Ville"): 1, ("M2", "État"): 2}


def test_the_services_of_the_only_city_report_for_it():
    p = measures()
    p.add("follow_up.reported", "2025-05-01", by=SERVICES, measure="M1", state="done")
    p.add("follow_up.reported", "2025-05-01", by=SERVICES, measure="M2", state="done")
    assert {d.state for d in p.duties() if d.subject == "M1"} == {"met"}
    assert {d.state for d in p.duties() if d.subject == "M2"} == {"open", "past_due"}


def test_the_services_of_one_of_two_cities_speak_for_neither():
    other = {"name": "Ville B", "role": "city"}
    p = Process(owners=(CITY, other), owed=[{**REPORT, "by": BOTH}])
    p.add("measure.adopted", "2025-01-01", by=COUNCIL, id="M1")
    p.add("follow_up.reported", "2025-05-01", by=SERVICES, measure="M1", state="done")
    assert {d.owes: d.state for d in p.duties()} == {("Ville",): "open", ("Ville B",): "open"}


def test_a_date_the_city_s_council_announced_does_not_bind_the_state():
    p = Process(owners=OWNERS, owed=[{**ANSWER, "by": ["city", "state"]}])
    p.add("opinion.delivered", "2025-01-01", id="O1")
    p.add("unit.submitted", "2025-01-01", id="R1", opinion="O1")
    p.add("date.announced", "2025-01-01", by=COUNCIL, due="2025-06", duty="answer_each")
    states = {d.owes: d.state for d in p.duties()}
    assert states == {("Ville",): "past_due", ("État",): "open"}


def test_the_answer_of_one_does_not_settle_what_the_other_put_off():
    p = Process(owners=OWNERS, owed=[AGAIN])
    p.add("unit.submitted", "2025-01-01", id="R1")
    p.add("answer.given", "2025-02-01", by=CITY, unit="R1", verdict="deferred", until="2025-06")
    p.add("answer.given", "2025-03-01", by=STATE, unit="R1", verdict="rejected")
    assert [(d.owes, d.state) for d in p.duties()] == [(("Ville",), "past_due")]


def test_what_the_city_s_council_answers_does_not_lift_what_the_state_put_off():
    p = Process(owners=OWNERS, owed=[{**AGAIN, "by": BOTH}])
    p.add("unit.submitted", "2025-01-01", id="R1")
    p.add(
        "answer.given", "2025-02-01", by=STATE, unit="R1", verdict="deferred", until="2025-06"
    )
    p.add("answer.given", "2025-03-01", by=COUNCIL, unit="R1", verdict="rejected")
    assert [(d.owes, d.state) for d in p.duties()] == [(("État",), "past_due")]


def test_the_response_of_the_city_s_council_says_nothing_of_what_the_state_left_out():
    p = Process(owners=OWNERS, owed=[{**ANSWER, "by": [*BOTH, "council"]}])
    p.add("opinion.delivered", None, id="O1")
    p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("response.given", None, by=COUNCIL, id="A1", opinion="O1")
    p.add("answer.given", None, by=COUNCIL, unit="R1", response="A1")
    assert p.wrong("unanswered") == []


def test_a_date_stays_said_of_a_duty_when_a_new_procedure_names_others_who_owe():
    p = Process(owners=OWNERS, owed=[{**ANSWER, "by": ["city", "state"]}])
    p.procedures[2] = procedure(owed=[{**ANSWER, "by": ["city"]}])
    p.add("opinion.delivered", "2025-01-01", id="O1")
    p.add("unit.submitted", "2025-01-01", id="R1", opinion="O1")
    p.add("date.announced", "2025-01-01", by=PRESS, due="2025-06", duty="answer_each")
    p.add("procedure.changed", None, procedure=2)
    states = {d.owes: d.state for d in p.duties()}
    assert states == {("Ville",): "past_due", ("État",): "past_due"}


def test_what_the_state_left_unanswered_is_shown_beside_its_own_response():
    p = Process(owners=OWNERS, owed=[{**ANSWER, "by": ["city", "state"]}])
    p.add("opinion.delivered", None, id="O1")
    p.add("unit.submitted", None, id="R1", opinion="O1")
    p.add("response.given", None, by=CITY, id="A1", opinion="O1")
    p.add("answer.given", None, by=CITY, unit="R1", response="A1")
    assert p.wrong("unanswered") == []
    p.add("response.given", None, by=STATE, id="A2", opinion="O1")
    assert [i.facts["response"] for i in p.wrong("unanswered")] == ["A2"]
