"""What changed between two states of one process."""

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.case import Case, Received, fold
from ledger.domain.change import CODES, Change
from ledger.domain.changes import changes
from ledger.domain.duties import Duty, duties
from ledger.domain.irregularities import Irregularity, irregularities
from tests.domain.build import ANSWER, CARRY_OUT, RESPOND, TEXT, Process, what

OTHER = {"name": "Région", "role": "authority"}
DUE = {**ANSWER, "within": "P6M", "basis": "Charte."}
OTHER_TEXT = {"open": "public", "sealed": "6f" * 32}


@dataclass(frozen=True)
class Known:
    """A process as its first entries tell it, judged on a day."""

    case: Case
    duties: tuple[Duty, ...]
    irregularities: tuple[Irregularity, ...]


def known(
    p: Process, size: int | None = None, today: str = "2026-01-01", received: int = 0
) -> Known:
    case = fold(p.entries[:size], [Received("email", None, None, received, False)])
    day = date.fromisoformat(today)
    owed = duties(case, p.procedures, today=day)
    return Known(case, owed, irregularities(case, p.procedures, owed, today=day))


def since(p: Process, size: int, code: str) -> list[Change]:
    """The changes of one code since the process had `size` entries."""
    return [c for c in changes(known(p, size), known(p)) if c.code == code]


def the(p: Process, size: int, code: str) -> Change:
    (found,) = since(p, size, code)
    return found


def life() -> Process:
    """A process in which everything that can change changes."""
    p = Process(owed=[RESPOND, DUE, CARRY_OUT])
    p.add("mandate.issued", "2020-01-02", id="MD1")
    p.add("opinion.delivered", "2020-03-01", id="O1", declares=3)
    p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    p.add("unit.submitted", "2020-03-01", id="R2", opinion="O1")
    p.add("date.announced", "2020-03-05", due="2020-05-01", duty="respond")
    p.add("mandate.amended", "2020-03-06", mandate="MD1", decides="Conseil")
    p.add("date.announced", "2020-05-20", due="2021-01", duty="respond")
    p.add("response.given", "2020-06-01", id="A1", declares=1)
    answer = p.add("answer.given", "2020-06-01", unit="R1", response="A1")
    p.add("answer.given", "2020-06-02", unit="R1", verdict="passed_on", by=OTHER)
    p.add("answer.given", "2020-09-01", unit="R1", verdict="rejected")
    p.add("unit.submitted", "2020-09-02", id="R9", opinion="O1", replaces=["R2"])
    p.add("measure.adopted", "2020-10-01", id="M1", carries_out=["R1"], due="2021", amount=500)
    p.add("measure.amended", "2021-10-01", measure="M1", due="2022-06", programme="Rues")
    report = p.add("follow_up.reported", "2021-12-01", measure="M1", state="planned")
    p.add("follow_up.reported", "2022-12-01", measure="M1", state="done")
    p.add("entry.disowned", "2022-12-02", entry=report.seq)
    p.add(
        "correction.made",
        "2022-12-03",
        entry=answer.seq,
        changes=[
            {"path": "/body/reason", "value": OTHER_TEXT},
            {"path": "/on", "value": "2020"},
        ],
    )
    p.add("text.erased", "2022-12-04", entry=answer.seq, paths=["/body/reason"], basis="child")
    p.add("unit.withdrawn", "2022-12-05", unit="R9")
    p.add("process.closed", "2022-12-06")
    p.add("claim.recorded", illustrative=True, about=["p"], topic="cost", value={
        "number": 3, "unit": "€", "bound": "about"})  # fmt: skip
    return p


LIFE = life()
SIZES = st.integers(1, len(LIFE.entries))


@given(size=SIZES, day=st.dates(date(2020, 1, 1), date(2027, 1, 1)))
def test_nothing_changed_between_a_state_and_itself(size, day):
    one = known(LIFE, size, day.isoformat())
    assert changes(one, known(LIFE, size, day.isoformat())) == ()


@given(size=SIZES)
def test_the_changes_since_the_beginning_name_every_entry(size):
    named = {seq for c in changes(None, known(LIFE, size)) for seq in c.entries}
    assert named >= {entry.seq for entry in LIFE.entries[:size]}


@given(sizes=st.lists(SIZES, min_size=2, max_size=2).map(sorted))
def test_what_was_recorded_in_between_is_named_once_as_added(sizes):
    start, stop = sizes
    found = changes(known(LIFE, start), known(LIFE, stop))
    added = [seq for c in found if c.code == "added" for seq in c.entries]
    assert sorted(added) == [entry.seq for entry in LIFE.entries[start:stop]]
    assert [c.code for c in found] == sorted((c.code for c in found), key=list(CODES).index)


@given(sizes=st.lists(SIZES, min_size=2, max_size=2).map(sorted))
def test_every_change_names_entries_of_the_process(sizes):
    start, stop = sizes
    seqs = {entry.seq for entry in LIFE.entries[:stop]}
    for change in changes(known(LIFE, start), known(LIFE, stop)):
        assert change.entries, change
        assert set(change.entries) <= seqs, change


def test_contributions_are_counted_and_not_named():
    p = Process()
    (change,) = changes(known(p, received=2), known(p, received=5))
    assert (change.code, change.entries) == ("added", ())
    assert change.facts == {"kind": "contribution.received", "count": 3, "illustrative": 0}


def test_a_verdict_that_changes_names_both_answers_and_each_speaker_alone():
    given_ = since(LIFE, 4, "verdict_given")
    assert [(c.facts["by"], c.facts["to"]) for c in given_] == [
        ("Région", "passed_on"),
    ]
    assert the(LIFE, 4, "verdict_changed") == the(LIFE, 10, "verdict_changed")
    change = the(LIFE, 10, "verdict_changed")
    assert change.subject == "R1"
    assert change.facts == {"by": "Ville", "from": "retained", "to": "rejected"}
    assert len(change.entries) == 2


def test_the_same_verdict_given_again_is_not_a_change_of_verdict():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("answer.given", unit="R1", reason=None)
    p.add("answer.given", unit="R1")
    assert the(p, 3, "answered_again").facts["to"] == "retained"
    assert not since(p, 3, "verdict_changed")


def test_a_disowned_answer_gives_its_place_back_to_the_one_before():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("answer.given", unit="R1")
    mistaken = p.add("answer.given", unit="R1", verdict="rejected")
    p.add("entry.disowned", entry=mistaken.seq)
    change = the(p, 4, "verdict_changed")
    assert (change.facts["from"], change.facts["to"]) == ("rejected", "retained")
    assert not since(p, 3, "verdict_changed")
    assert the(p, 3, "disowned").subject == "R1"


def test_an_only_answer_that_is_disowned_leaves_the_unit_unanswered():
    p = Process()
    p.add("unit.submitted", id="R1")
    mistaken = p.add("answer.given", unit="R1", verdict="rejected")
    p.add("entry.disowned", entry=mistaken.seq)
    assert the(p, 3, "verdict_unsaid").facts == {"by": "Ville", "from": "rejected"}


def test_a_disowning_that_is_disowned_lets_the_entry_count_again():
    p = Process()
    p.add("unit.submitted", id="R1")
    answer = p.add("answer.given", unit="R1")
    disowning = p.add("entry.disowned", entry=answer.seq)
    p.add("entry.disowned", entry=disowning.seq)
    assert the(p, 4, "counts_again").entries == (answer.seq, p.entries[-1].seq)
    assert the(p, 4, "verdict_given").facts["to"] == "retained"


def test_a_measure_put_off_tells_both_dates_once():
    change = the(LIFE, 14, "due_moved")
    assert (change.facts["from"], change.facts["to"]) == ("2021", "2022-06")
    assert not since(LIFE, 14, "date_moved")
    assert the(LIFE, 14, "term_changed").facts == {"field": "programme", "to": "Rues"}


def test_a_measure_adopted_and_put_off_in_between_is_compared_with_its_adoption():
    assert the(LIFE, 1, "due_moved").facts["from"] == "2021"


def test_a_date_announced_again_tells_both_dates():
    change = the(LIFE, 6, "date_moved")
    assert (change.facts["from"], change.facts["to"]) == ("2020-05-01", "2021-01")
    assert change.facts["duty"] == "respond"
    assert the(LIFE, 5, "date_moved") == change
    assert since(LIFE, 10, "date_moved") == []


def test_a_state_tells_what_it_was():
    change = the(LIFE, 16, "state_changed")
    assert (change.facts["from"], change.facts["to"]) == ("planned", "done")


def test_merging_withdrawing_correcting_erasing_and_closing_are_told():
    replaced = the(LIFE, 4, "replaced")
    assert (replaced.subject, replaced.facts["by"]) == ("R2", ("R9",))
    assert the(LIFE, 4, "withdrawn").subject == "R9"
    corrected = the(LIFE, 4, "corrected")
    assert corrected.subject == "R1"
    assert corrected.facts["fields"] == ("/body/reason", "/on")
    assert the(LIFE, 4, "erased").facts["basis"] == "child"
    assert the(LIFE, 4, "mandate_amended").facts["fields"] == ("decides",)
    assert the(LIFE, 4, "closed").facts["on"] == "2022-12-06"


def test_a_changed_procedure_names_both():
    p = Process()
    p.procedures[2] = p.procedures[1]
    p.add("procedure.changed", procedure=2)
    change = the(p, 1, "procedure_changed")
    assert change.facts == {"from": 1, "to": 2}
    assert change.entries == (p.entries[-1].seq,)


def test_what_is_newly_owed_met_late_and_past_due_is_told():
    begun = [c.subject for c in since_day(LIFE, 3, 4, "2020-03-02") if c.code == "duty_begun"]
    assert begun == ["R1"]
    (met,) = (c for c in since_day(LIFE, 9, 10, "2020-06-02") if c.code == "duty_met")
    assert (met.subject, met.facts["duty"]) == ("R1", "answer_each")


def test_what_came_after_its_day_is_told_with_the_date_it_missed():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2025-03-01", id="O1")
    date_ = p.add("date.announced", "2025-03-02", due="2025-06-01", duty="respond")
    response = p.add("response.given", "2025-06-11", id="A1", declares=0)
    change = the(p, 3, "duty_met_late")
    assert change.entries == (date_.seq, response.seq)
    assert change.facts["days"] == 10


def since_day(p: Process, start: int, stop: int, today: str) -> tuple[Change, ...]:
    return changes(known(p, start, today), known(p, stop, today))


def test_a_date_that_passes_is_a_change_without_an_entry():
    p = Process(owed=[DUE])
    opinion = p.add("opinion.delivered", "2020-03-01", id="O1")
    p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    found = changes(known(p, today="2020-05-01"), known(p, today="2020-09-11"))
    assert [c.code for c in found] == ["duty_past_due", "irregularity_appeared"]
    owed, wrong = found
    assert owed.facts["days"] == 10
    assert owed.facts["due"] == date(2020, 9, 1)
    assert owed.entries == (opinion.seq,)
    assert wrong.facts["irregularity"] == "past_due"


def test_days_that_go_on_counting_are_no_change():
    p = Process(owed=[DUE])
    p.add("opinion.delivered", "2020-03-01", id="O1")
    p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    assert not changes(known(p, today="2021-05-01"), known(p, today="2022-05-01"))


def test_a_later_date_puts_off_what_was_past_due():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2025-03-01", id="O1")
    p.add("date.announced", "2025-03-02", due="2025-06-01", duty="respond")
    p.add("date.announced", "2025-07-02", due="2026-06-01", duty="respond")
    assert the(p, 3, "duty_put_off").facts["due"] == date(2026, 6, 1)
    assert [c.facts["irregularity"] for c in since(p, 3, "irregularity_gone")] == ["past_due"]
    appeared = since(p, 3, "irregularity_appeared")
    assert [c.facts["irregularity"] for c in appeared] == ["date_missed"]


def test_what_was_met_is_owed_again_when_its_answer_is_disowned():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2020-03-01", id="O1")
    p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    mistaken = p.add("answer.given", "2020-04-01", unit="R1")
    p.add("entry.disowned", entry=mistaken.seq)
    assert the(p, 4, "duty_open_again").subject == "R1"


def test_what_rests_on_a_disowned_entry_is_no_longer_owed():
    p = Process(owed=[ANSWER])
    opinion = p.add("opinion.delivered", "2020-03-01", id="O1")
    unit = p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    p.add("entry.disowned", entry=unit.seq)
    p.add("entry.disowned", entry=opinion.seq)
    assert the(p, 3, "duty_gone").subject == "R1"


def test_periods_that_follow_each_other_are_told_apart():
    yearly = {
        "id": "review",
        "what": what("review.held"),
        "after": what("body.installed"),
        "every": "P1Y",
        "basis": "Charte.",
    }
    p = Process(owed=[yearly])
    p.add("body.installed", "2020-01-01", id="B1")
    p.add("review.held", "2020-06-01", id="RV1")
    p.add("review.held", "2021-06-01", id="RV2")
    met = [c for c in changes(known(p, 2), known(p)) if c.code == "duty_met"]
    assert [c.entries for c in met] == [(p.entries[2].seq,), (p.entries[3].seq,)]


def test_what_is_invented_in_a_real_process_is_named_and_changes_no_meaning():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("answer.given", unit="R1", illustrative=True)
    (change,) = changes(known(p, 2), known(p))
    assert change.facts == {"kind": "answer.given", "count": 1, "illustrative": 1}


def test_an_only_report_that_is_disowned_leaves_a_measure_without_news():
    p = Process()
    p.add("measure.adopted", id="M1")
    report = p.add("follow_up.reported", measure="M1", state="done")
    p.add("entry.disowned", entry=report.seq)
    assert the(p, 3, "state_unsaid").facts == {"from": "done"}


def test_a_due_date_given_later_and_a_first_announcement_are_told_as_such():
    p = Process(owed=[RESPOND])
    p.add("opinion.delivered", "2025-03-01", id="O1")
    p.add("measure.adopted", id="M1", carries_out=[])
    p.add("measure.amended", measure="M1", due="2027")
    p.add("date.announced", due="2027-03-01", duty="respond")
    assert the(p, 3, "due_set").facts == {"field": "due", "to": "2027"}
    assert the(p, 3, "date_announced").facts["to"] == "2027-03-01"


def test_a_closing_that_is_disowned_reopens_the_process():
    p = Process()
    closing = p.add("process.closed", "2025-01-01")
    p.add("entry.disowned", entry=closing.seq)
    assert the(p, 2, "reopened").entries == (closing.seq,)


def test_what_was_owed_for_a_unit_that_is_withdrawn_is_lifted():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2020-03-01", id="O1")
    p.add("unit.submitted", "2020-03-01", id="R1", opinion="O1")
    gone = p.add("unit.withdrawn", "2020-04-01", unit="R1", why=TEXT)
    assert the(p, 3, "duty_lifted").entries == (gone.seq,)
