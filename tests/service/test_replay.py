"""What is derived can be made again from the entries, and comes out the same."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain import standing
from ledger.domain.case import Case, fold
from ledger.domain.entry import parse_entry
from ledger.service import audit, demo
from ledger.service.register import Register
from ledger.store import read
from tests.world import new_register, put, put_all, workshop

FIXTURES = demo.drafts()


def states(register: Register) -> dict[str, Case]:
    """The fold of every process."""
    with register.database.reading() as db:
        return {
            row.slug: fold(
                map(parse_entry, read.story(db, row.slug)), read.received(db, row.slug)
            )
            for row in read.processes(db)
        }


def test_folding_again_gives_the_same_state(tmp_path: Path) -> None:
    register = new_register(tmp_path, procedures=None)
    put_all(register, FIXTURES)
    assert states(register) == states(register)
    register.close()


def test_an_export_loaded_elsewhere_tells_the_same_stories(tmp_path: Path) -> None:
    register = new_register(tmp_path / "one", procedures=None)
    put_all(register, FIXTURES)
    other = new_register(tmp_path / "other", procedures=None)
    put_all(other, FIXTURES)
    one, two = states(register), states(other)
    register.close()
    assert list(one) == list(two)
    for slug in one:
        assert repr(shape(one[slug])) == repr(shape(two[slug]))
    other.close()
    register.close()


def shape(case: Case) -> object:
    """A fold without what is new in every register: commitments and instants."""
    return (
        [(e.nth, e.kind, e.on, e.by) for e in case.entries],
        [
            (u.id, standing.verdict(case, u), u.draws_on, u.replaced_by, u.measures)
            for u in case.units.values()
        ],
        [
            (m.id, standing.state(case, m), len(m.reports), len(m.amendments))
            for m in case.measures.values()
        ],
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(1, 12), max_size=6))
def test_however_a_story_is_cut_into_batches_it_is_the_same_story(
    tmp_path_factory: object, cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("cut")  # type: ignore[attr-defined]
    register = new_register(folder / "data")
    story = workshop()
    places = sorted({0, *cuts, len(story)})
    for start, stop in pairwise(places):
        put(register, story[start:stop])
    found = audit.verify(register.data)
    assert found.entries == 4 + len(story)
    case = states(register)["cours-fraiches"]
    assert [e.nth for e in case.entries] == [0, 1, *range(4, 13)]
    register.close()
