"""The register as it was: folded once, kept within bounds, and never told from later."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event, Lock

import pytest

from ledger.domain.case import Case
from ledger.errors import LedgerError
from ledger.service.past import Pasts
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.service.view import View
from tests.world import NOW, SLUG, contribution, draft, opened, put, put_all, unit, workshop

TODAY = NOW.date() + timedelta(days=400)


def a_view(entries: int = 0) -> View:
    case = Case("p", entries=[None] * entries)  # type: ignore[list-item]
    return View(case, {}, {}, (), (), (), date(2026, 1, 1), 1, 0, 0)


def test_many_who_ask_for_one_past_at_once_have_it_folded_once():
    pasts, folds, lock = Pasts(), [], Lock()
    together, ready = Barrier(8), Event()

    def fold() -> View:
        with lock:
            folds.append(1)
        ready.wait(5)
        return a_view()

    def ask() -> View:
        together.wait(5)
        return pasts.get("key", fold)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        ready.set()
        views = {id(one.result()) for one in asked}
    assert len(folds) == len(views) == 1


def test_a_fold_that_fails_fails_for_all_and_is_tried_again():
    pasts = Pasts()

    def broken() -> View:
        raise RuntimeError("no")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            pasts.get("key", broken)
    assert pasts.get("key", a_view) is pasts.get("key", a_view)


@pytest.mark.parametrize(("views", "entries"), [(3, 10**6), (10**6, 30)])
def test_no_more_is_kept_than_fits(views: int, entries: int):
    pasts = Pasts(views=views, entries=entries)
    first = pasts.get(0, lambda: a_view(10))
    for key in range(1, 4):
        pasts.get(key, lambda: a_view(10))
    assert pasts.get(0, lambda: a_view(10)) is not first
    last = pasts.get(3, lambda: a_view(10))
    assert pasts.get(3, lambda: a_view(10)) is last


def test_what_is_larger_than_the_room_is_told_and_not_kept():
    pasts = Pasts(entries=5)
    small = pasts.get("small", lambda: a_view(5))
    assert len(pasts.get("large", lambda: a_view(6)).case.entries) == 6
    assert pasts.get("small", a_view) is small


def test_a_past_view_is_what_was_read_at_the_time(register: Register):
    queries = Queries(register)
    put(register, [opened("autre")])
    seen = {}
    for one in [*workshop(), contribution("C9"), unit("R9")]:
        put(register, [one])
        view = queries.process(SLUG, NOW.date())
        seen[view.size] = view
    put(register, [draft("process.linked", {"relation": "feeds", "to": SLUG}, process="autre")])
    for size, then in seen.items():
        assert queries.process(SLUG, TODAY, size=size) == then, size
    assert queries.process(SLUG, TODAY).neighbours
    assert not any(view.neighbours for view in seen.values())


def test_between_two_checkpoints_that_add_nothing_to_it_a_process_is_folded_once(
    register: Register,
):
    put_all(register, workshop())
    queries = Queries(register)
    size = queries.head().size
    put(register, [opened("autre")])
    put(register, [draft("mandate.issued", {"id": "MD1", "questions": ["?"]}, process="autre")])
    first, second = (queries.process(SLUG, TODAY, size=size + more) for more in (0, 1))
    assert first.case is second.case
    assert (first.size, second.size) == (size, size + 1)


def test_processes_are_those_that_were_open(register: Register):
    queries = Queries(register)
    put(register, [opened("une")])
    size = queries.head().size
    put(register, [opened("autre")])
    assert [v.case.process for v in queries.processes(TODAY, size=size)] == ["une"]
    with pytest.raises(LedgerError, match="no checkpoint"):
        queries.processes(TODAY, size=10_000)


def test_what_was_not_there_yet_is_unknown(register: Register):
    queries = Queries(register)
    put(register, [opened()])
    size = queries.head().size
    put(register, [contribution("C1"), unit("R1", draws_on=["C1"])])
    assert queries.contributions(SLUG, size=size) == []
    assert len(queries.process_entries(SLUG, size=size)) == 1
    for ask in (queries.item, queries.thread):
        with pytest.raises(LedgerError) as refused:
            ask(SLUG, "R1", size=size)
        assert refused.value.code == "unknown_item"


def test_the_thread_of_the_past_has_no_later_links(register: Register):
    queries = Queries(register)
    put_all(register, [opened(), contribution("C1")])
    size = queries.head().size
    put(register, [unit("R1", draws_on=["C1"])])
    assert [node.id for node in queries.thread(SLUG, "C1", size=size).nodes] == ["C1"]
    assert [node.id for node in queries.thread(SLUG, "C1").nodes] == ["C1", "R1"]


def test_the_checkpoints_to_choose_from_are_those_at_which_the_process_grew(register: Register):
    queries = Queries(register)
    expected = []
    for one in (opened(), opened("autre"), unit("R1"), contribution("C1")):
        put(register, [one])
        if one["process"] == SLUG:
            expected.append(queries.head().size)
    put(register, [unit("R2"), unit("R3")])
    expected.append(queries.head().size)
    assert [g.size for g in queries.growths(SLUG)] == expected[::-1]
    assert [g.size for g in queries.growths(SLUG, size=expected[1])] == expected[1::-1]


def test_changes_between_two_checkpoints(register: Register):
    queries = Queries(register)
    put(register, [opened("autre")])
    unopened = queries.head().size
    put_all(register, workshop())
    size = queries.head().size
    put(register, [unit("R9")])
    found = queries.changes(SLUG, TODAY, since=size)
    assert [c.facts["count"] for c in found.changes if c.code == "added"] == [1]
    assert found.before is not None
    for since in (0, unopened):
        everything = queries.changes(SLUG, TODAY, since=since, size=size)
        assert everything.before is None
        named = {seq for c in everything.changes for seq in c.entries}
        assert named == {e.seq for e in everything.after.case.entries}
    assert queries.changes(SLUG, TODAY, since=size, size=size).changes == ()


@pytest.mark.parametrize(
    ("since", "size", "code"),
    [(10**6, None, "bad_request"), (17, 4, "bad_request"), (9, None, "unknown_size")],
)
def test_checkpoints_that_cannot_be_compared_are_refused(
    register: Register, since: int, size: int | None, code: str
):
    queries = Queries(register)
    put_all(register, workshop())
    with pytest.raises(LedgerError) as refused:
        queries.changes(SLUG, TODAY, since=since, size=size)
    assert refused.value.code == code
