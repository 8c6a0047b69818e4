"""The lines of the board: made once, made again when something changes, never twice at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from ledger.errors import RefusedError
from ledger.service.board import Boards
from ledger.service.register import Register
from ledger.store import read
from tests.world import CITIZENS, NOW, contribution, draft, opened, put, put_all

DAY = NOW.date()


class Counting(Boards):
    """Remembers which lines it made."""

    def __init__(self, register: Register, **more: Any) -> None:
        super().__init__(register, **more)
        self.made: list[str] = []

    def _make(self, db: Any, head: Any, link: int, today: Any) -> None:
        super()._make(db, head, link, today)
        self.made.append(head.slug)


@pytest.fixture
def boards(told: Register) -> Iterator[Counting]:
    put_all(told, [opened(f"autre-{n}", f"Démarche {n}") for n in range(20)])
    made = Counting(told, patience=60)
    yield made
    made.close()


def test_only_what_moved_is_folded_again(boards: Counting, told: Register) -> None:
    first = boards.lines(DAY)
    assert [line.slug for line in first.all][:2] == ["cours-fraiches", "autre-0"]
    assert len(boards.made) == len(first.all) == 21
    assert boards.lines(DAY) is first
    put(told, [draft("mandate.issued", {"id": "MD1", "questions": ["?"]}, process="autre-3")])
    again = boards.lines(DAY)
    assert boards.made[21:] == ["autre-3"]
    assert again.size == first.size + 1
    assert [new is old for new, old in zip(again.all, first.all, strict=True)].count(False) == 1


def test_a_link_from_another_process_makes_a_line_again(
    boards: Counting, told: Register
) -> None:
    boards.lines(DAY)
    linked = {"relation": "feeds", "to": "autre-5"}
    put(told, [draft("process.linked", linked, process="autre-3")])
    boards.lines(DAY)
    assert sorted(boards.made[21:]) == ["autre-3", "autre-5"]


def test_at_midnight_only_those_are_made_again_of_which_a_date_has_passed(
    boards: Counting, told: Register
) -> None:
    due = {"due": "2026-11-02", "what": {"kind": "review.held"}}
    put(told, [draft("date.announced", due, process="autre-7")])
    today = boards.lines(DAY)
    assert today.all[8].ahead
    tomorrow = boards.lines(DAY + timedelta(days=1))
    assert boards.made[21:] == ["autre-7"]
    assert tomorrow.all[8].past
    assert tomorrow.today == DAY + timedelta(days=1)
    # A clock that is set back is believed too.
    assert boards.lines(DAY).all[8].ahead


def test_readers_who_come_at_once_wait_for_the_same_work(boards: Counting) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: boards.lines(DAY), range(64)))
    assert len(boards.made) == 21
    assert len({id(lines) for lines in found}) == 1


def test_a_reader_who_would_wait_too_long_is_told_to_come_back(told: Register) -> None:
    go = Event()

    class Slow(Boards):
        def _make(self, db: Any, head: Any, link: int, today: Any) -> None:
            go.wait(20)
            super()._make(db, head, link, today)

    boards = Slow(told, patience=0.01)
    with pytest.raises(RefusedError) as refused:
        boards.lines(DAY)
    assert refused.value.code == "busy"
    go.set()
    boards.begin(DAY).result()
    assert boards.lines(DAY).all
    boards.close()


def test_contributions_are_news_and_are_not_folded(boards: Counting, told: Register) -> None:
    before = boards.lines(DAY).all[0]
    put(told, [contribution("C9") | {"on": "2026-11-02"}])
    line = boards.lines(DAY).all[0]
    assert str(before.news.last) == "2026-11-01"  # type: ignore[union-attr]
    assert str(line.news.last) == "2026-11-02"  # type: ignore[union-attr]


def test_closing_ends_the_work_between_two_processes(told: Register) -> None:
    put_all(told, [opened(f"autre-{n}") for n in range(20)])
    boards = Boards(told)
    boards._closed = True
    with pytest.raises(RefusedError):
        boards.begin(DAY).result()
    boards.close()


def test_what_is_invented_in_a_real_process_changes_no_number(
    boards: Counting, told: Register
) -> None:
    before = boards.lines(DAY).all[0]
    unit = {"id": "R9", "type": "recommendation", "opinion": None, "title": "Inventée"}
    put(told, [draft("unit.submitted", unit, by=CITIZENS, illustrative=True)])
    answer = {"unit": "R9", "response": None, "verdict": "rejected", "reason": "Non."}
    put(told, [draft("answer.given", answer, illustrative=True)])
    assert boards.lines(DAY).all[0] == before


def test_the_board_as_it_was_knows_nothing_later(told: Register) -> None:
    boards = Boards(told)
    with told.database.reading() as db:
        size = read.head(db).size
    before = boards.lines(NOW.date())
    put(told, [draft("follow_up.reported", {"measure": "M1", "state": "done"})])
    (was,) = boards.lines(NOW.date(), size=size).all
    (now,) = boards.lines(NOW.date()).all
    assert (was,) == before.all
    assert (was.measures, now.measures) == ({"under_way": 1}, {"done": 1})
    with pytest.raises(RefusedError, match="no checkpoint"):
        boards.lines(NOW.date(), size=size - 1)
    boards.close()


def test_a_closed_board_says_that_it_is_closed(told: Register) -> None:
    boards = Boards(told)
    boards.close()
    with pytest.raises(RefusedError, match="being closed"):
        boards.lines(NOW.date())
