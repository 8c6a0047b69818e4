"""A trace that SQLite leaves in a file is found, and the file is written anew."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from ledger.service import audit, erasable, erase, traces
from ledger.service.record import record
from ledger.service.register import Register
from ledger.service.subjects import digest_of
from ledger.service.traces import found_in
from ledger.service.writer import Writer
from ledger.store.append import Request, Written
from tests.erasing import careless, forms, holding, texts
from tests.world import NOW, contribution, draft, opened, put

SECRET = "Mme Exemple, « à l’angle », élève"
ACT = erase.Act("objection", None, "registrar", NOW)


@pytest.mark.parametrize("words", [SECRET, SECRET * 40, SECRET * 400, "court"])
def test_a_trace_in_the_file_is_found_and_the_file_written_anew(
    register: Register, words: str
) -> None:
    first = put(register, [opened(), contribution("C1", words), contribution("C2")]).first
    keys = {key for key, _ in texts(register).values()}
    careless(register)
    erased = erase.erase_chosen(register, erasable.of_entry(first + 1, ["text"]), ACT)
    assert erased.finished
    assert holding(register.data, forms(words[:30]) | forms(words[-30:])) == []
    left = {key for key, _ in texts(register).values()}
    assert len(keys - left) == 1
    assert holding(register.data, keys - left) == []
    audit.verify(register.data)


def test_without_looking_the_trace_would_stay(register: Register) -> None:
    # What the test above would miss if SQLite left nothing by itself.
    first = put(register, [opened(), contribution("C1", SECRET)]).first
    careless(register)
    with register.database.writing() as db:
        db.execute("DELETE FROM opening WHERE seq = ? AND path = '/body/text'", (first + 1,))
    assert register.database.truncate_log()
    assert holding(register.data, forms(SECRET))


def test_more_than_can_be_looked_for_is_written_anew(register: Register) -> None:
    who = {"subject": "plateforme:1"}
    drafts = [contribution(f"C{n}", f"{SECRET} {n}") | who for n in range(traces.MOST)]
    put(register, [opened(), *drafts, contribution("C999")])
    keys = {key for key, value in texts(register).values() if value.startswith(SECRET)}
    assert len(keys) == traces.MOST
    careless(register)
    choice = erasable.of_subject(digest_of(register, "plateforme:1"))
    assert erase.erase_chosen(register, choice, ACT).finished
    assert holding(register.data, keys | forms(SECRET)) == []


def test_what_lies_across_two_pieces_of_a_file_is_found(tmp_path: Path) -> None:
    path, needle = tmp_path / "file", bytes(range(32))
    for start in (0, (1 << 20) - 31, (1 << 20) - 1, (2 << 20) - 16, 3_000_000):
        data = bytearray(3_100_000)
        data[start : start + 32] = needle
        path.write_bytes(data)
        assert found_in(path, {needle, b"x" * 32}) == {needle}
    path.write_bytes(bytes(100))
    (tmp_path / "file-wal").write_bytes(b"before" + needle)
    assert found_in(path, {needle}) == {needle}


def test_a_correction_in_the_same_commit_does_not_escape(register: Register) -> None:
    first = put(register, [opened(), contribution("C1", "premier")]).first
    held, may_go = threading.Event(), threading.Event()

    def clock() -> datetime:  # asked before each commit: here the first one waits
        held.set()
        assert may_go.wait(30)
        return NOW

    writer = Writer(register, clock)
    changes = [{"path": "/body/text", "value": SECRET}]
    body = {"entry": first + 1, "changes": changes, "why": "Une faute."}
    mended = draft("correction.made", body)
    queued = threading.Semaphore(0)

    def append(request: Request) -> Written:
        queued.release()
        return writer.append(request)

    with ThreadPoolExecutor(3) as threads:
        jobs = []
        for made in (contribution("C2"), mended):
            jobs.append(
                threads.submit(record, register, [made], account="essai", append=append)
            )
            assert queued.acquire(timeout=30)
            assert held.wait(30)
        choice = erasable.of_entry(first + 1, ["text"])
        job = threads.submit(erase.erase_chosen, register, choice, ACT, append=append)
        assert queued.acquire(timeout=30)
        while writer.health().waiting < 2:
            threading.Event().wait(0.005)
        may_go.set()
        for other in jobs:
            other.result(30)
        erased = job.result(30)
    writer.close()
    assert [target.seq for target in erased.targets] == [first + 1, first + 3]
    assert holding(register.data, forms(SECRET)) == []
