"""A contribution is found by its reference in one probe, and an erased one leaves no trace."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ledger.service.erase import erase
from ledger.service.query import Queries
from ledger.service.references import contributions_called
from ledger.service.register import Register
from ledger.store import read
from tests.world import NOW, contribution, opened, put

SECRET = "PLATEFORME-NANTES-0042-reference-a-oublier"


def told(register: Register, *references: str) -> int:
    """The seq of the first contribution of those that bear these references."""
    drafts = [contribution(f"C{n}") for n in range(len(references))]
    for made, reference in zip(drafts, references, strict=True):
        made["body"]["reference"] = reference
    return put(register, [opened(), *drafts]).first + 1


def holding(folder: Path, words: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and words.encode() in path.read_bytes()
    ]


def test_a_reference_is_one_probe_of_an_index(register: Register) -> None:
    told(register, "A", "B")
    asked: list[str] = []
    with register.database.reading() as db:
        db.set_trace_callback(asked.append)
        (found,) = read.referenced(db, "B", after=-1, limit=5)
        db.set_trace_callback(None)
        steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert b'"id":"C1"' in found
    assert steps[0].startswith("SEARCH o USING"), steps
    assert "opening_reference (value=? AND seq>?)" in steps[0]
    assert not any("SCAN" in step or "TEMP" in step for step in steps)


def test_the_index_holds_references_and_nothing_else(register: Register) -> None:
    told(register, SECRET)
    db = sqlite3.connect(register.data / "ledger.db")
    (entries,) = db.execute(
        "SELECT count(*) FROM opening INDEXED BY opening_reference"
        " WHERE path = '/body/reference' AND public"
    ).fetchone()
    (all_,) = db.execute("SELECT count(*) FROM opening").fetchone()
    db.close()
    assert (entries, all_) == (1, 5)


def test_an_erased_reference_is_in_no_file(register: Register) -> None:
    # Enough neighbours that its index page is split and its cell is moved.
    others = [f"PLATEFORME-NANTES-{n:04d}-autre" for n in range(300)]
    seq = told(register, *others[:150], SECRET, *others[150:]) + 150
    assert holding(register.data, SECRET)
    assert [e.seq for e, _ in contributions_called(Queries(register), SECRET)] == [seq]
    erased = erase(
        register, seq, ["/body/reference"], basis="consent_withdrawn", requested=None,
        account="x", now=NOW,
    )  # fmt: skip
    assert erased.finished
    assert holding(register.data, SECRET) == []
    assert contributions_called(Queries(register), SECRET) == []
    (found,) = contributions_called(Queries(register), others[200])
    assert found[0].id == "C201"
