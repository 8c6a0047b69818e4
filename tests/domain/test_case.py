from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import standing
from ledger.domain.case import Received, fold
from ledger.domain.mending import terms
from tests.domain.build import CITIZENS, TEXT, Process


def test_a_case_tells_what_became_of_each_unit():
    p = Process()
    p.add("opinion.delivered", "2021-04-20", id="O1", declares=2)
    p.add("unit.submitted", "2021-04-20", id="R1", opinion="O1", draws_on=["C1"])
    p.add("unit.drawn", "2021-04-21", unit="R1", draws_on=["C2", "C3"])
    p.add("unit.assessed", "2021-05-01", unit="R1", cost=1000)
    p.add("answer.given", "2021-06-01", unit="R1", verdict="deferred")
    p.add("answer.given", "2021-07-01", unit="R1", verdict="retained")
    p.add("measure.adopted", "2021-08-01", id="M1", carries_out=["R1"])
    case = p.case()
    unit = case.units["R1"]
    assert unit.draws_on == ["C1", "C2", "C3"]
    assert unit.measures == ["M1"]
    assert standing.verdict(case, unit) == "retained"
    assert len(unit.assessments) == 1


def test_a_merged_unit_points_at_what_replaced_it():
    p = Process()
    for id_ in ("R1", "R2"):
        p.add("unit.submitted", None, id=id_)
    p.add("unit.submitted", None, id="R3", replaces=["R1", "R2", "autre/R9"])
    case = p.case()
    assert case.units["R1"].replaced_by == case.units["R2"].replaced_by == ["R3"]


def test_a_measure_holds_with_its_amendments():
    p = Process()
    p.add("measure.adopted", None, id="M1", due="2022", amount=500, title=TEXT)
    p.add("measure.amended", None, measure="M1", due="2023")
    p.add("measure.amended", None, measure="M1", amount=700)
    case = p.case()
    current = terms(case, case.measures["M1"])
    assert (current["due"], current["amount"], current["id"]) == ("2023", 700, "M1")


def test_the_newest_report_is_the_state_of_a_measure():
    p = Process()
    p.add("measure.adopted", None, id="M1")
    case = p.case()
    assert standing.state(case, case.measures["M1"]) is None
    p.add("follow_up.reported", None, measure="M1", state="under_way")
    p.add("follow_up.reported", None, measure="M1", state="late")
    case = p.case()
    assert standing.state(case, case.measures["M1"]) == "late"


def test_what_belongs_to_another_process_is_left_to_it():
    p = Process()
    p.add("unit.submitted", None, id="R1")
    p.add("answer.given", None, unit="autre/R1")
    assert p.case().units["R1"].answers == []


def test_contributions_are_counted_and_never_held():
    p = Process()
    p.add("contribution.received", None, id="C1", channel="website", by=CITIZENS)
    sorts = [
        Received("website", None, None, 40_000, illustrative=False),
        Received("stand", None, None, 7, illustrative=True),
    ]
    case = fold(p.entries, sorts)
    assert [entry.kind for entry in case.entries] == ["process.opened"]
    assert (case.contributions, case.things) == (40_000, {})


def test_what_is_invented_in_a_real_process_is_not_judged():
    p = Process()
    invented = p.add("unit.submitted", None, id="R1", illustrative=True)
    assert not p.case().counts(invented)
    whole = Process(illustrative=True)
    assert whole.case().counts(whole.add("unit.submitted", None, id="R1"))


def test_an_invented_entry_unsays_nothing_real():
    p = Process()
    real = p.add("unit.submitted", None, id="R1")
    p.add("entry.disowned", None, entry=real.seq, illustrative=True)
    assert p.case().counts(real)


def test_to_disown_a_disowning_restores_the_entry():
    p = Process()
    real = p.add("unit.submitted", None, id="R1")
    mistake = p.add("entry.disowned", None, entry=real.seq)
    assert not p.case().counts(real)
    p.add("entry.disowned", None, entry=mistake.seq)
    assert p.case().counts(real)
    assert not p.case().counts(mistake)


def test_what_is_disowned_follows_however_often_a_mistake_was_mistaken():
    p = Process()
    named = p.add("unit.submitted", None, id="R1")
    counted = []
    for _ in range(4):
        named = p.add("entry.disowned", None, entry=named.seq)
        counted.append([p.case().counts(entry) for entry in p.entries[1:]])
    assert counted == [
        [False, True],
        [True, False, True],
        [False, True, False, True],
        [True, False, True, False, True],
    ]


def test_of_two_disownings_one_suffices():
    p = Process()
    real = p.add("unit.submitted", None, id="R1")
    first = p.add("entry.disowned", None, entry=real.seq)
    second = p.add("entry.disowned", None, entry=real.seq)
    p.add("entry.disowned", None, entry=second.seq)
    assert p.case().disowned[real.seq] is first


def test_a_change_of_procedure_governs_again_once_its_disowning_was_a_mistake():
    p = Process()
    change = p.add("procedure.changed", None, procedure=7)
    mistake = p.add("entry.disowned", None, entry=change.seq)
    assert p.case().procedures == [(0, 1)]
    p.add("entry.disowned", None, entry=mistake.seq)
    assert p.case().procedures == [(0, 1), (1, 7)]


def test_a_procedure_governs_until_the_next_and_a_mistaken_change_never_did():
    p = Process()
    change = p.add("procedure.changed", None, procedure=7)
    p.add("procedure.changed", None, procedure=8, illustrative=True)
    case = p.case()
    assert [case.procedure_at(nth) for nth in (0, 1, 2)] == [1, 7, 7]
    p.add("entry.disowned", None, entry=change.seq)
    assert p.case().procedure_at(1) == 1


def test_a_process_closed_by_mistake_is_open():
    p = Process()
    first = p.add("process.closed", "2021")
    second = p.add("process.closed", "2022")
    assert p.case().closed is second
    p.add("entry.disowned", None, entry=second.seq)
    assert p.case().closed is first
    p.add("entry.disowned", None, entry=first.seq)
    assert p.case().closed is None


@given(st.lists(st.sampled_from(["unit", "answer", "measure", "disown", "drop"]), max_size=30))
def test_the_same_entries_fold_to_the_same_case(steps):
    p = Process()
    for n, step in enumerate(steps):
        if step == "unit":
            p.add(
                "unit.submitted",
                None,
                id=f"R{n}",
                replaces=[f"R{max(0, n - 1)}"] if n else ["R0"],
            )
        elif step == "answer":
            p.add("answer.given", None, unit=f"R{max(0, n - 1)}")
        elif step == "measure":
            p.add("measure.adopted", None, id=f"M{n}", carries_out=[f"R{max(0, n - 1)}"])
        elif step == "disown":
            p.add("entry.disowned", None, entry=p.entries[-1].seq)
        else:
            p.add("unit.withdrawn", None, unit=f"R{max(0, n - 1)}")
    assert fold(p.entries) == fold(list(p.entries))


@given(st.integers(0, 12))
def test_a_case_at_an_earlier_size_is_the_fold_of_fewer_entries(size):
    p = Process()
    for n in range(12):
        p.add("unit.submitted", None, id=f"R{n}")
    case = fold(p.entries[:size])
    assert len(case.units) == max(0, size - 1)
