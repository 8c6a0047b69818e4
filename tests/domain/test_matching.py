import pytest

from ledger.domain.matching import Index, first_day, last_day, span
from tests.domain.build import Process


def corrected(path: str, value: object) -> object:
    p = Process()
    counts = [{"category": "femmes", "count": 13}, {"category": "homes", "count": 15}]
    entry = p.add("participants.recruited", "2020", methods=["lot"], counts=counts, total=28)
    change = {"path": path, "value": value}
    p.add("correction.made", None, entry=entry.seq, changes=[change])
    mended = Index(p.case()).entry(entry)
    assert mended is not None
    assert mended.seq == entry.seq
    return (mended.on, mended.raw["counts"][0]["category"], mended.raw["counts"][1]["category"])


def test_a_correction_reaches_one_place_and_no_other():
    assert corrected("/on", "2021") == ("2021", "femmes", "homes")
    assert corrected("/body/counts/1/category", "hommes") == ("2020", "femmes", "hommes")
    assert corrected("/body/counts/0/category", "Femmes") == ("2020", "Femmes", "homes")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/on", "yesterday"),
        ("/body/counts/7/category", "x"),
        ("/body/counts/x", "x"),
        ("/body/counts/1/category", 5),
        ("/body/unheard_of", "x"),
        ("/sources/0/title", "x"),
    ],
)
def test_a_correction_that_makes_no_sense_mends_nothing(path, value):
    assert corrected(path, value) == ("2020", "femmes", "homes")


def test_an_entry_without_a_date_happened_at_the_latest_when_it_was_recorded():
    entry = Process().add("review.held", None, id="RV1")
    assert first_day(entry).year == 1
    assert last_day(entry) == entry.at.date()
    assert span(entry).last == last_day(entry)


def test_what_a_ballot_puts_to_the_vote_it_names_once():
    p = Process()
    p.add("unit.submitted", None, id="R1")
    options = [{"unit": unit, "votes": 1, "elected": True} for unit in ("R1", "R1", "autre/R1")]
    p.add("ballot.held", None, id="B1", options=options)
    index = Index(p.case())
    assert index.elected("R1") is True
    assert index.names(p.entries[-1]) == {"R1"}


def test_what_another_process_calls_by_the_same_id_is_something_else():
    p = Process()
    p.add("unit.submitted", None, id="R1")
    p.add("answer.given", None, unit="autre/R1")
    assert Index(p.case()).verdict("R1") is None
    p.add("answer.given", None, unit="p/R1")
    assert Index(p.case()).verdict("R1") is p.entries[-1]
