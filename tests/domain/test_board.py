"""What many lines add up to."""

from dataclasses import replace
from datetime import date
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.board import Asked, Days, gather, waits_of
from ledger.domain.dates import parse_period
from ledger.domain.line import Delay, Line, Owing, line_of
from tests.domain.build import ANSWER, Process

TODAY = date(2026, 1, 1)


def told(
    slug: str, territory: str = "Ville", year: int = 2020, *, invented: bool = False
) -> Line:
    p = Process(slug=slug, owed=[ANSWER | {"within": "P6M", "basis": "Charte."}],
                illustrative=invented)  # fmt: skip
    p.add("opinion.delivered", f"{year}-01-01", id="O1", declares=2)
    p.add("unit.submitted", f"{year}-01-01", id="R1", opinion="O1")
    p.add("unit.submitted", f"{year}-01-01", id="R2", opinion="O1")
    p.add("answer.given", f"{year}-01-11", unit="R1", verdict="rejected")
    owed = p.duties(TODAY.isoformat())
    made = line_of(p.case(), owed, p.procedures, today=TODAY)
    return replace(made, territory=territory, opened=parse_period(str(year)))


LINES = [
    told("une"),
    told("deux", "Centre", 2024),
    told("trois", "Centre", 2025),
    told("exemple", "Centre", 2025, invented=True),
]


def test_a_board_is_the_sum_of_its_lines():
    board = gather(LINES, today=TODAY)
    assert [line.slug for line in board.lines] == ["une", "deux", "trois"]
    assert board.units == {
        ("recommendation", "rejected"): 3,
        ("recommendation", "unanswered"): 3,
    }
    assert board.owing == Owing(3, 0, 0, 0)
    assert [(p.line.slug, p.days) for p in board.past] == [
        ("une", 2010), ("deux", 549), ("trois", 184),
    ]  # fmt: skip
    assert board.waits.median == board.waits.worst == Days(10, True)
    assert board.waits.units == 3
    assert [line.slug for line in board.silent] == ["une", "deux"]


def test_invented_processes_never_add_up_with_real_ones():
    board = gather(LINES, today=TODAY, asked=Asked(invented=True))
    assert [line.slug for line in board.lines] == ["exemple"]
    assert board.choices.years == (2025,)


def test_a_board_is_of_what_was_asked_for_and_offers_all_there_is():
    board = gather(LINES, today=TODAY, asked=Asked(territory="Centre", year=2024))
    assert [line.slug for line in board.lines] == ["deux"]
    assert board.choices.territories == ("Centre", "Ville")
    assert board.choices.years == (2025, 2024, 2020)
    assert list(board.choices.forms) == ["essai"]
    assert not gather(LINES, today=TODAY, asked=Asked(form="rien")).lines
    assert gather([], today=TODAY).owing == Owing(0, 0, 0, 0)


def test_shares_add_up_to_the_board():
    board = gather(LINES, today=TODAY)
    assert [(s.value, s.processes) for s in board.by_territory] == [("Centre", 2), ("Ville", 1)]
    assert [s.value for s in board.by_year] == [2025, 2024, 2020]
    assert [(s.value, s.titles) for s in board.by_form] == [("essai", LINES[0].titles)]
    for shares in (board.by_territory, board.by_form, board.by_year):
        assert sum(s.processes for s in shares) == 3
        assert sum(s.past_due for s in shares) == 3
        assert sum(s.units for s in shares) == 6
        assert sum(s.answered for s in shares) == 3
        assert sum(s.silent for s in shares) == 2


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans(), st.integers(1, 5)), min_size=1))
def test_the_median_is_the_middle_one_or_the_lower_of_two(drawn):
    delays = [Delay(*one) for one in drawn]
    each = sorted(d.days for d in delays for _ in range(d.units))
    found = waits_of(delays)
    assert found.units == len(each)
    assert found.median is not None
    assert found.worst is not None
    assert found.median.days == median_low(each)
    assert found.worst.days == each[-1]
    assert found.worst.exact == all(d.exact for d in delays)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=9),
    st.lists(st.integers(0, 9), min_size=9, max_size=9),
)
def test_an_exact_median_stands_whatever_the_others_truly_were(drawn, more):
    delays = [Delay(days, exact, 1) for days, exact in drawn]
    truly = [d.days + (0 if d.exact else more[i]) for i, d in enumerate(delays)]
    found = waits_of(delays).median
    assert found is not None
    assert found.days <= median_low(truly)
    if found.exact:
        assert found.days == median_low(truly)


def test_without_answers_there_is_neither_median_nor_worst():
    assert waits_of([], 2) == waits_of((), undated=2)
    assert waits_of([]).median is None
    assert waits_of([]).worst is None
