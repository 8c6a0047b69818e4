from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.dates import Period, add_duration, delay, parse_duration, parse_period
from ledger.errors import MalformedError


def test_a_year_and_a_month_are_all_their_days():
    assert parse_period("2020") == Period(date(2020, 1, 1), date(2020, 12, 31))
    assert parse_period("2020-02") == Period(date(2020, 2, 1), date(2020, 2, 29))


def test_an_interval_runs_from_the_first_day_of_one_end_to_the_last_of_the_other():
    assert parse_period("2015-09-01/2015-09") == Period(date(2015, 9, 1), date(2015, 9, 30))


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "20", "2020-13", "2020-02-30", "2020-1", "2021/2020", "2020-03/2020-02-28",
        "2020-05/2020", "2020/2021/2022", "0000", "2020-01-01T00", "٢٠٢٠", " 2020", "2020\n",
    ],
)  # fmt: skip
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(MalformedError) as refused:
        parse_period(text)
    assert refused.value.code == "bad_date"


def test_only_disjoint_periods_follow_each_other():
    assert parse_period("2020-01").before(parse_period("2020-02-01"))
    assert not parse_period("2020-01").before(parse_period("2020-01-31"))
    assert not parse_period("2020").before(parse_period("2020-12"))


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (date(2020, 1, 31), "P1M", date(2020, 2, 29)),
        (date(2019, 1, 31), "P1M", date(2019, 2, 28)),
        (date(2020, 2, 29), "P1Y", date(2021, 2, 28)),
        (date(2020, 2, 29), "P4Y", date(2024, 2, 29)),
        (date(2020, 8, 31), "P6M", date(2021, 2, 28)),
        (date(2020, 12, 15), "P1M", date(2021, 1, 15)),
        (date(2020, 12, 31), "P2W", date(2021, 1, 14)),
        (date(2020, 12, 31), "P1D", date(2021, 1, 1)),
    ],
)
def test_months_run_to_the_same_day_or_to_the_end_of_the_month(start, duration, end):
    assert add_duration(start, duration) == end


@pytest.mark.parametrize("text", ["P", "P0D", "1Y", "P1H", "P1Y2M", "P-1D", "P10000D", "p1d"])
def test_what_is_not_a_duration_is_refused(text):
    with pytest.raises(MalformedError, match="duration"):
        parse_duration(text)


def test_a_duration_beyond_the_calendar_is_refused():
    for duration in ("P9999Y", "P9999M", "P9999W"):
        with pytest.raises(MalformedError):
            add_duration(date(9999, 12, 1), duration)


def test_a_delay_is_the_smallest_possible_and_says_whether_it_is_exact():
    assert delay(parse_period("2021-04-20"), parse_period("2021-12-10")) == (234, True)
    assert delay(parse_period("2021-04"), parse_period("2021-12")) == (215, False)
    assert delay(parse_period("2021-12"), parse_period("2021-04")) == (0, False)


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 500), st.sampled_from("YMWD"))
def test_a_deadline_always_lies_after_its_start(start, count, unit):
    assert add_duration(start, f"P{count}{unit}") > start


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 100), st.sampled_from("YMWD"))
def test_a_longer_delay_never_ends_earlier(start, count, unit):
    assert add_duration(start, f"P{count}{unit}") < add_duration(start, f"P{count + 1}{unit}")
