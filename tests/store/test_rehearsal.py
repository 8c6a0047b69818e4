"""A batch that is only rehearsed leaves nothing behind, not even for its neighbours."""

from __future__ import annotations

from ledger.domain.draft import parse_draft, prepare
from ledger.errors import RefusedError
from ledger.service.audit import verify
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.store.append import Request, Written
from tests.world import NOW, unit


def asked(*ids: str, rehearsal: bool = False) -> Request:
    statements = [prepare(parse_draft(unit(id_)), recorder="essai") for id_ in ids]
    return Request("essai", statements, rehearsal=rehearsal)


def test_a_rehearsal_among_others_takes_no_place_and_no_id(told: Register) -> None:
    size = Queries(told).version()
    rehearsed, refused, written = told.append(
        [asked("R8", "R9", rehearsal=True), asked("R1", rehearsal=True), asked("R9")], now=NOW
    )
    assert isinstance(rehearsed, Written)
    assert (rehearsed.first, rehearsed.stop) == (size, size)
    assert isinstance(refused, RefusedError)
    assert refused.code == "duplicate_id"
    assert isinstance(written, Written)
    assert (written.first, written.stop) == (size, size + 1)
    assert (told.data / "checkpoint").read_bytes() == written.checkpoint
    verify(told.data)


def test_a_rehearsal_alone_signs_nothing(told: Register) -> None:
    kept = (told.data / "checkpoint").read_bytes()
    told.append([asked("R8", rehearsal=True)], now=NOW)
    assert (told.data / "checkpoint").read_bytes() == kept
    with told.database.reading() as db:
        (newest,) = db.execute("SELECT max(size) FROM checkpoint").fetchone()
    assert newest == Queries(told).version()
    verify(told.data)
