"""What the board keeps of one process, and for how long it holds."""

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.domain.board import gather
from ledger.domain.dates import parse_period
from ledger.domain.line import PRINCIPLES, Line, Owing, line_of
from tests.domain.build import ANSWER, CARRY_OUT, REPORT, TEXT, Process, what

EVERY = {
    "id": "sitting",
    "what": what("session.held"),
    "after": what("mandate.issued"),
    "every": "P1Y",
    "basis": "Charte.",
}


def line(process: Process, today: str = "2026-01-01", **more: Any) -> Line:
    day = date.fromisoformat(today)
    return line_of(process.case(), process.duties(today), process.procedures, today=day, **more)


def test_each_unit_counts_once_under_its_newest_verdict_or_what_became_of_it():
    p = Process()
    for n in range(1, 7):
        p.add("unit.submitted", id=f"R{n}", type="question" if n == 6 else "recommendation")
    p.add("answer.given", unit="R1", verdict="deferred")
    p.add("answer.given", unit="R1", verdict="rejected")
    p.add("answer.given", unit="R2", verdict="rejected")
    p.add("answer.given", unit="R3", verdict="retained")
    p.add("unit.withdrawn", unit="R3")
    p.add("unit.submitted", id="R7", replaces=["R4"])
    assert line(p).units == {
        ("recommendation", "rejected"): 2,
        ("recommendation", "withdrawn"): 1,
        ("recommendation", "replaced"): 1,
        ("recommendation", "unanswered"): 2,
        ("question", "unanswered"): 1,
    }


def test_what_is_invented_in_a_real_process_or_disowned_counts_nothing():
    p = Process(owed=[ANSWER])
    p.add("opinion.delivered", "2021-01-01", id="O1", declares=2)
    p.add("unit.submitted", "2021-01-01", id="R1", opinion="O1")
    p.add("unit.submitted", "2021-01-01", id="R2", opinion="O1", illustrative=True)
    p.add("answer.given", "2021-02-01", unit="R1", illustrative=True)
    wrong = p.add("answer.given", "2021-03-01", unit="R1")
    p.add("measure.adopted", id="M1", illustrative=True)
    p.add("measure.adopted", id="M2")
    p.add("follow_up.reported", "2025-12-01", measure="M2", state="done", illustrative=True)
    p.add("mandate.issued", id="MD1", illustrative=True,
          principles=[{"principle": "for_all", "how": TEXT}])  # fmt: skip
    p.add("entry.disowned", "2025-12-01", entry=wrong.seq)
    found = line(p)
    assert found.units == {("recommendation", "unanswered"): 1}
    assert found.delays == ()
    assert found.measures == {"none": 1}
    assert found.principles == ()
    assert found.news == parse_period("2021-01-01")
    assert found.open == 1


def test_in_an_invented_process_everything_counts():
    p = Process(illustrative=True)
    p.add("unit.submitted", "2021-01-01", id="R1")
    p.add("answer.given", "2021-01-11", unit="R1")
    found = line(p)
    assert found.illustrative
    assert [(d.days, d.exact, d.units) for d in found.delays] == [(10, True, 1)]


@pytest.mark.parametrize(
    ("opinion", "unit", "answer", "days"),
    [
        ("2021-01-01", "2021-01-01", "2021-01-31", (30, True)),
        ("2021-01-01", None, "2021-01-31", (30, True)),
        (None, "2021-01-01", "2021-01-31", (30, True)),
        ("2021-01", "2021-01-10", "2021-03", (29, False)),
        ("2021-01-01", "2021-01-21", "2021-01-31", (10, True)),
        ("2021-02-01", "2021-01-01", "2021-01-31", (0, True)),
        ("2021-01-01", "2021-01-01", None, None),
        (None, None, "2021-01-31", None),
    ],
)
def test_days_to_an_answer_are_the_smallest_possible_number(opinion, unit, answer, days):
    p = Process()
    p.add("opinion.delivered", opinion, id="O1", declares=1)
    p.add("unit.submitted", unit, id="R1", opinion="O1")
    p.add("answer.given", answer, unit="R1", verdict="deferred")
    p.add("answer.given", "2024-01-01", unit="R1", verdict="retained")
    found = line(p)
    assert [(d.days, d.exact) for d in found.delays] == ([days] if days else [])
    assert found.undated == (0 if days else 1)


def test_what_is_owed_alike_is_one_thing_with_all_it_is_owed_for():
    p = Process(owed=[ANSWER | {"within": "P6M", "basis": "Charte."}, REPORT])
    opinion = p.add("opinion.delivered", "2021-01-01", id="O1", declares=3)
    for n in (1, 2, 3):
        p.add("unit.submitted", "2021-01-01", id=f"R{n}", opinion="O1")
    p.add("answer.given", "2021-02-01", unit="R2")
    p.add("measure.adopted", "2021-02-02", id="M1")
    (due,) = line(p).past
    assert (due.id, due.subjects, due.count, due.owes) == (
        "answer_each", ("R1", "R3"), 2, ("Ville",),
    )  # fmt: skip
    assert (due.since, due.due) == (parse_period("2021-01-01"), parse_period("2021-07-01"))
    assert (due.against, due.seq) == ("text", opinion.seq)
    assert line(p).owing(date(2026, 1, 1)) == Owing(2, 0, 0, 1)
    assert line(p, "2021-04-02").owing(date(2021, 4, 2)) == Owing(0, 2, 0, 1)
    assert line(p, "2021-04-01").owing(date(2021, 4, 1)) == Owing(0, 0, 2, 1)


def test_what_was_announced_says_by_which_entry():
    p = Process(owed=[CARRY_OUT])
    p.add("measure.adopted", "2021-01-01", id="M1")
    said = p.add("date.announced", "2021-01-02", due="2021-12", duty="carry_out")
    (due,) = line(p, "2021-12-31").ahead
    assert (due.against, due.seq, due.subjects) == ("announced", said.seq, ("M1",))
    assert not line(p, "2021-12-31").past
    (due,) = line(p, "2022-01-01").past
    assert due.due == parse_period("2021-12")


def test_nothing_is_past_due_without_a_date():
    p = Process(owed=[ANSWER, REPORT])
    p.add("opinion.delivered", "2001-01-01", id="O1", declares=1)
    p.add("unit.submitted", "2001-01-01", id="R1", opinion="O1")
    found = line(p)
    assert not found.past
    assert not found.ahead
    assert found.owing(date(2026, 1, 1)) == Owing(0, 0, 0, 1)


def test_measures_count_under_their_newest_state_and_under_none_without_news():
    p = Process()
    for n in (1, 2, 3):
        p.add("measure.adopted", id=f"M{n}")
    p.add("follow_up.reported", measure="M1", state="planned")
    p.add("follow_up.reported", measure="M1", state="done")
    p.add("follow_up.reported", measure="M2", state="late")
    assert line(p).measures == {"done": 1, "late": 1, "none": 1}


def test_a_process_is_silent_when_certainly_nothing_happened_for_a_year():
    p = Process()
    p.add("session.held", "2024", id="S1")
    p.add("session.held", "2024-03-01", id="S2")
    p.add("session.held", None, id="S3")
    p.add("correction.made", "2026-01-01", entry=p.first,
          changes=[{"path": "/on", "value": "2020-01-01"}])  # fmt: skip
    assert line(p).news == parse_period("2024")
    assert not line(p, "2025-12-31").silent(date(2025, 12, 31))
    assert line(p).silent(date(2026, 1, 1))
    p.add("process.closed", "2024-06-01")
    assert not line(p).silent(date(2026, 1, 1))


def test_a_contribution_is_news_unless_it_is_invented():
    p = Process()
    real, invented = (
        p.add("contribution.received", "2025-06-01", id=f"C{n}", channel="email",
              illustrative=bool(n))
        for n in (0, 1)
    )  # fmt: skip
    assert line(p, received=real).news == parse_period("2025-06-01")
    assert line(p, received=invented).news == parse_period("2020-01-01")


def test_nothing_is_said_of_silence_where_no_date_is_known():
    p = Process()
    p.entries.clear()
    p.add("process.opened", None, title="Sans date", procedure=1, territory="Ville",
          owners=[{"name": "Ville", "role": "city"}], origin="city")  # fmt: skip
    found = line(p)
    assert found.news is None
    assert not found.silent(date(2030, 1, 1))
    assert found.year is None


def test_an_amendment_that_names_principles_replaces_those_of_its_mandate():
    p = Process()
    p.add("mandate.issued", id="MD1", principles=[{"principle": "innovation", "how": TEXT}])
    p.add("mandate.amended", mandate="MD1", decides="Le conseil")
    assert line(p).principles == ("innovation",)
    p.add("mandate.issued", id="MD2", principles=[{"principle": "sobriety", "how": TEXT}])
    p.add("mandate.amended", mandate="MD1", principles=[{"principle": "for_all", "how": TEXT}])
    assert line(p).principles == ("for_all", "sobriety")
    assert len(PRINCIPLES) == 14


def test_a_correction_of_the_opening_is_read():
    p = Process()
    p.add(
        "correction.made",
        entry=p.first,
        changes=[
            {"path": "/body/territory", "value": "Centre"},
            {"path": "/on", "value": "2019"},
        ],
    )
    assert (line(p).territory, line(p).year) == ("Centre", 2019)


def test_a_line_holds_until_a_date_passes():
    p = Process(owed=[ANSWER | {"within": "P6M", "basis": "Charte."}, CARRY_OUT, EVERY])
    p.add("mandate.issued", "2020-03-01", id="MD1")
    p.add("session.held", "2020-06-01", id="S1")
    p.add("opinion.delivered", "2021-01-01", id="O1", declares=1)
    p.add("unit.submitted", "2021-01-01", id="R1", opinion="O1")
    p.add("measure.adopted", "2021-02-01", id="M1", due="2022")
    p.add("date.announced", "2021-03-01", due="2021-10-01", duty="carry_out")
    made = yesterday = line(p, "2020-01-01")
    renewed, today = 0, date(2020, 1, 1)
    while today < date(2024, 1, 1):
        now = line(p, today.isoformat())
        if today <= yesterday.until:
            assert _told(yesterday, today) == _told(now, today)
        if today > made.until:
            made, renewed = now, renewed + 1
        assert _told(made, today) == _told(now, today)
        yesterday = now
        today += timedelta(days=1)
    assert 6 <= renewed <= 8


def _told(one: Line, today: date) -> Any:
    """All that a board says of a line on a day."""
    board = gather([one], today=today)
    lines = [(p.owed, p.days) for p in (*board.past, *board.soon)]
    return lines, board.owing, board.by_year, board.waits, bool(board.silent)
