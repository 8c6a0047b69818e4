"""The one append path: what it takes, what it refuses, and what never happens."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from ledger.domain.entry import parse_entry
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service import audit
from ledger.service.record import record
from ledger.service.register import Register, open_register
from ledger.store import read
from ledger.store.append import Written
from tests.world import NOW, contribution, draft, new_register, opened, put, put_all, unit


def size(register: Register) -> int:
    with register.database.reading() as db:
        return read.head(db).size


def test_a_batch_is_appended_whole(register: Register) -> None:
    before = size(register)
    written = put(register, [opened(), contribution("C1")])
    assert (written.first, written.stop) == (before, before + 2)
    assert size(register) == before + 2


def test_of_a_batch_whose_last_draft_is_refused_nothing_stays(register: Register) -> None:
    put(register, [opened()])
    before = size(register)
    with pytest.raises(RefusedError) as caught:
        put(register, [contribution("C1"), contribution("C2"), contribution("C1")])
    assert caught.value.code == "duplicate_id"
    assert size(register) == before
    put(register, [contribution("C1")])  # the id is free
    audit.verify(register.data)


def test_a_refused_request_harms_no_other_of_its_group(register: Register) -> None:
    put(register, [opened()])
    requests = []

    def keep(request: object) -> Written:
        requests.append(request)
        return Written(0, 0, b"")

    for drafts in ([contribution("C1")], [contribution("C1")], [contribution("C2")]):
        record(register, drafts, account="essai", append=keep)
    outcomes = register.append(requests, now=NOW)  # type: ignore[arg-type]
    assert isinstance(outcomes[0], Written)
    assert isinstance(outcomes[1], LedgerError)
    assert isinstance(outcomes[2], Written)
    assert outcomes[2].first == outcomes[0].first + 1
    audit.verify(register.data)


def test_an_idempotency_key_makes_a_retry_return_the_first_answer(register: Register) -> None:
    put(register, [opened()])
    first = put(register, [contribution("C1")], key="once")
    again = put(register, [contribution("C1")], key="once")
    assert again.repeated
    assert (again.first, again.stop) == (first.first, first.stop)
    assert size(register) == first.stop


def test_an_idempotency_key_does_not_serve_for_another_request(register: Register) -> None:
    put(register, [opened()])
    put(register, [contribution("C1")], key="once")
    with pytest.raises(RefusedError) as caught:
        put(register, [contribution("C2")], key="once")
    assert caught.value.code == "key_reused"


def test_an_idempotency_key_expires(register: Register) -> None:
    put(register, [opened()])
    put(register, [contribution("C1")], key="once")
    later = NOW + timedelta(days=31)
    assert not put(register, [contribution("C2")], key="once", now=later).repeated


def test_the_same_words_have_other_commitments_each_time(register: Register) -> None:
    put(register, [opened(), unit("R1"), unit("R2")])
    with register.database.reading() as db:
        one, two = (parse_entry(read.entry(db, seq)) for seq in (5, 6))
    assert one.raw["title"] != two.raw["title"]


def test_time_never_runs_backwards(register: Register) -> None:
    put(register, [opened()])
    put(register, [contribution("C1")], now=NOW - timedelta(minutes=4))
    with register.database.reading() as db:
        assert parse_entry(read.entry(db, 5)).at == parse_entry(read.entry(db, 4)).at


def test_a_clock_far_in_the_past_does_not_write(register: Register) -> None:
    put(register, [opened()])
    before = size(register)
    with pytest.raises(RefusedError) as caught:
        put(register, [contribution("C1")], now=NOW - timedelta(minutes=6))
    assert caught.value.code == "clock_behind"
    assert size(register) == before


def test_two_writers_on_one_file_do_not_fork(register: Register) -> None:
    put(register, [opened()])
    other = open_register(register.data)
    for turn in range(6):
        put(register, [contribution(f"C{turn}1")])
        put(other, [contribution(f"C{turn}2")])
    other.close()
    assert audit.verify(register.data).entries == 17


@pytest.mark.parametrize("table", ["entry", "checkpoint"])
@pytest.mark.parametrize("verb", ["update", "delete", "replace"])
def test_what_is_recorded_cannot_be_changed_in_passing(
    told: Register, table: str, verb: str
) -> None:
    column = {"entry": "data", "checkpoint": "note"}[table]
    statement = {
        "update": f"UPDATE {table} SET {column} = x'00'",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
    }[verb]
    db = sqlite3.connect(told.data / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    db.close()


REFUSED = {
    "an unknown process": (contribution("C9") | {"process": "nulle-part"}, "unknown_process"),
    "an answer to no unit": (
        draft(
            "answer.given",
            {"unit": "R9", "response": None, "verdict": "retained", "reason": None},
        ),
        "unknown_reference",
    ),
    "an answer to a contribution": (
        draft(
            "answer.given",
            {"unit": "C1", "response": None, "verdict": "retained", "reason": None},
        ),
        "wrong_reference",
    ),
    "a measure for no unit": (
        draft(
            "measure.adopted",
            {"id": "M9", "decision": None, "title": "x", "carries_out": ["R9"]},
        ),
        "unknown_reference",
    ),
    "a process opened twice": (opened(), "process_exists"),
    "an unknown procedure": (
        {**opened("autre"), "body": {**opened()["body"], "procedure": "tirage"}},
        "unknown_procedure",
    ),
    "a day to come": (contribution("C9") | {"on": "2026-11-24"}, "not_yet"),
    "a link to no process": (
        draft("process.linked", {"relation": "feeds", "to": "nulle-part"}),
        "unknown_reference",
    ),
    "a correction of nothing": (
        draft("correction.made", {"entry": 99, "changes": [], "why": "x"}),
        "unknown_reference",
    ),
    "a verdict corrected": (
        draft(
            "correction.made",
            {
                "entry": {"nth": 8},
                "changes": [{"path": "/body/verdict", "value": "rejected"}],
                "why": "x",
            },
        ),
        "bad_correction",
    ),
    "an entry of another process disowned": (
        draft("entry.disowned", {"entry": 1, "why": "x"}),
        "wrong_reference",
    ),
    "an adoption through the back door": (
        draft("process.opened", {**opened()["body"], "procedure": 4}, process="autre"),
        "unknown_procedure",
    ),
}


@pytest.mark.parametrize(("refused", "code"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(
    told: Register, refused: dict[str, object], code: str
) -> None:
    before = size(told)
    with pytest.raises(LedgerError) as caught:
        put(told, [refused])
    assert caught.value.code == code
    assert size(told) == before


def test_texts_are_not_erased_by_a_mere_statement(told: Register) -> None:
    erased = draft(
        "text.erased",
        {"entry": 12, "paths": ["/body/reason"], "basis": "objection"},
    )
    with pytest.raises(MalformedError) as caught:
        put(told, [erased])
    assert caught.value.code == "bad_draft"


def test_a_real_entry_never_refers_to_an_invented_one(register: Register) -> None:
    put(register, [opened(), unit("R1") | {"illustrative": True}])
    answer = draft(
        "answer.given",
        {"unit": "R1", "response": None, "verdict": "retained", "reason": None},
    )
    with pytest.raises(RefusedError) as caught:
        put(register, [answer])
    assert caught.value.code == "illustrative"
    put(register, [answer | {"illustrative": True}])


def test_in_an_invented_process_everything_is_invented(register: Register) -> None:
    put(register, [opened() | {"illustrative": True}])
    with pytest.raises(RefusedError) as caught:
        put(register, [contribution("C1")])
    assert caught.value.code == "illustrative"


def arises(process: str, to: str) -> dict[str, object]:
    return draft("process.linked", {"relation": "arises_from", "to": to}, process=process)


CIRCLES = {
    "through itself": ["a a"],
    "through another": ["b a", "a b"],
    "through three": ["b a", "c b", "d c", "a d"],
}


@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("circle", CIRCLES.values(), ids=CIRCLES)
def test_a_process_that_would_arise_from_itself_is_refused_and_nothing_appended(
    register: Register, circle: list[str], batch: bool
) -> None:
    links = [arises(*link.split()) for link in circle]
    put(register, [opened(slug) for slug in "abcd"])
    if not batch and len(links) > 1:
        put(register, links[:-1])
        del links[:-1]
    before = size(register)
    with pytest.raises(RefusedError) as caught:
        put(register, links)
    assert caught.value.code == ("cycle" if len(circle) > 1 else "unknown_reference")
    assert caught.value.where == f"/drafts/{len(links) - 1}/body/to"
    assert size(register) == before
    audit.verify(register.data)


def test_processes_may_feed_one_another_and_be_linked_twice(register: Register) -> None:
    put(register, [opened("a"), opened("b"), arises("a", "b"), arises("a", "b")])
    for process, to in ("ab", "ba", "ab"):
        put(
            register,
            [draft("process.linked", {"relation": "feeds", "to": to}, process=process)],
        )
    audit.verify(register.data)


def test_a_link_the_wrong_way_round_is_disowned_and_mended_in_one_batch(
    register: Register,
) -> None:
    wrong = put(register, [opened("a"), opened("b"), arises("a", "b")]).stop - 1
    disowned = draft("entry.disowned", {"entry": wrong, "why": "À l’envers."}, process="a")
    put(register, [disowned, arises("b", "a")])
    before = size(register)
    again = {"entry": wrong + 1, "why": "Encore une erreur."}
    with pytest.raises(RefusedError) as caught:
        put(register, [draft("entry.disowned", again, process="a")])
    assert (caught.value.code, caught.value.where) == ("cycle", "/drafts/0/body/entry")
    assert size(register) == before
    audit.verify(register.data)


def test_a_unit_never_replaces_itself_nor_what_is_still_to_come(register: Register) -> None:
    put(register, [opened("a"), opened("b")])
    before = size(register)
    for drafts in (
        [unit("R1", replaces=["R1"]) | {"process": "a"}],
        [
            unit("R1", replaces=["R2"]) | {"process": "a"},
            unit("R2", replaces=["R1"]) | {"process": "a"},
        ],
        [
            unit("R1", replaces=["b/R1"]) | {"process": "a"},
            unit("R1", replaces=["a/R1"]) | {"process": "b"},
        ],
    ):
        with pytest.raises(RefusedError) as caught:
            put(register, drafts)
        assert caught.value.code == "unknown_reference"
        assert size(register) == before
    put(register, [unit("R1") | {"process": "a"}])
    with pytest.raises(RefusedError) as caught:  # an old unit replaces nothing newer
        put(register, [unit("R2", replaces=["R1"]) | {"process": "a"},
                       unit("R1", replaces=["R2"]) | {"process": "a"}])  # fmt: skip
    assert caught.value.code == "duplicate_id"
    assert size(register) == before + 1


def test_a_title_is_corrected_and_both_stay(told: Register) -> None:
    put_all(
        told,
        [
            draft(
                "correction.made",
                {
                    "entry": {"nth": 5},
                    "changes": [{"path": "/body/title", "value": "Planter 40 arbres"}],
                    "why": "Une coquille.",
                },
            )
        ],
    )
    audit.verify(told.data)


def test_a_register_is_created_once(register: Register) -> None:
    with pytest.raises(RefusedError) as caught:
        new_register(register.data)
    assert caught.value.code == "register_exists"
