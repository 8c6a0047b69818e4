"""The server's pen: what it tells those who asked, whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import RefusedError
from ledger.service import audit
from ledger.service.record import record
from ledger.service.register import Register, open_register
from ledger.service.writer import Writer
from ledger.store import read
from ledger.store.append import Request, Written
from tests.world import NOW, contribution, new_register, opened, put


def request_for(register: Register, id_: str, key: str | None = None) -> Request:
    """What `record` would hand to whoever holds the pen."""
    caught: list[Request] = []

    def catch(request: Request) -> Written:
        caught.append(request)
        return Written(0, 1, b"")

    record(register, [contribution(id_)], account="essai", append=catch, key=key)
    return caught[0]


def test_a_request_and_its_retry_in_one_commit_get_one_answer(register: Register) -> None:
    put(register, [opened()])
    twice = [request_for(register, "C1", key="once") for _ in range(2)]
    first, again = register.append(twice, now=NOW)
    assert isinstance(first, Written)
    assert isinstance(again, Written)
    assert (again.first, again.stop, again.checkpoint, again.repeated) == (
        first.first,
        first.stop,
        first.checkpoint,
        True,
    )
    audit.verify(register.data)


def test_what_is_committed_is_acknowledged_though_its_checkpoint_cannot_be_kept(
    register: Register,
) -> None:
    put(register, [opened()])
    kept = register.data / "checkpoint"
    kept.unlink()
    kept.mkdir()  # no file can take its place
    writer = Writer(register, lambda: NOW)
    try:
        written = record(register, [contribution("C1")], account="essai", append=writer.append)
    finally:
        writer.close()
    with register.database.reading() as db:
        assert written.stop == read.head(db).size


def test_the_writer_outlives_a_failure_and_says_so(register: Register) -> None:
    put(register, [opened()])
    clock = iter([ZeroDivisionError, None])

    def now():
        if (fault := next(clock)) is not None:
            raise fault
        return NOW

    writer = Writer(register, now)
    try:
        with pytest.raises(RefusedError, match="could not be written"):
            writer.append(request_for(register, "C1"))
        assert writer.health().last_error == "ZeroDivisionError"
        writer.append(request_for(register, "C1"))
        assert (writer.health().alive, writer.health().last_error) == (True, None)
    finally:
        writer.close()
    with pytest.raises(RefusedError, match="stopping"):
        writer.append(request_for(register, "C2"))


def test_a_register_may_lie_in_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "registre 100%20 ?x=#y"
    new_register(folder).close()
    open_register(folder).close()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
