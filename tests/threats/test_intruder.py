"""Somebody reached the database, and not the keys: nothing can be changed unseen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.threats.hand import Register

UNCOVERED = {
    "erasing": "bytes that are still to be overwritten in the files: `erase --finish`",
    "forgotten": "references that no import brings back",
    "proposal": "what nobody has confirmed yet, and so was not recorded",
    "request": "answers to idempotency keys: nothing that is shown rests on them",
    "token": "who may ask; what an account may do stands in entries",
}
"""Tables that no hash covers, and why a lie in them is worth little (SECURITY.md)."""
MEANINGLESS = {("opening", "id"), ("link", "id"), ("opening", "subject")}
"""Numbers that SQLite gives and nobody reads; by what a person's texts are found again."""


def columns(path: Path) -> list[tuple[str, str]]:
    db = sqlite3.connect(path)
    tables = [
        name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    found = [
        (table, row[1])
        for table in tables
        if not table.startswith("sqlite_")
        for row in db.execute(f"PRAGMA table_info({table})")
    ]
    db.close()
    return found


def test_every_column_of_every_table_is_covered_or_named_as_not(
    honest: Path, tmp_path: Path
) -> None:
    tables = dict.fromkeys(table for table, _ in columns(honest / "ledger.db"))
    assert set(tables) >= UNCOVERED.keys()
    for number, (table, column) in enumerate(columns(honest / "ledger.db")):
        if table in UNCOVERED or (table, column) in MEANINGLESS:
            continue
        attacked = Register(honest).fork(tmp_path / str(number))
        with attacked.sql() as db:
            (row,) = db.execute(f"SELECT {column} FROM {table} LIMIT 1").fetchone()
            key = db.execute(f"SELECT {_key(db, table)} FROM {table} LIMIT 1").fetchone()
            where = " AND ".join(f"{name} IS ?" for name in _key(db, table).split(", "))
            db.execute(
                f"UPDATE {table} SET {column} = ? WHERE {where}", (_other(column, row), *key)
            )
        status, code = attacked.verify()
        # Without its one head row a register cannot be opened, nor called good.
        assert status == (4 if (table, column) == ("head", "id") else 3), (table, column, code)


def _key(db: sqlite3.Connection, table: str) -> str:
    rows = db.execute(f"PRAGMA table_info({table})").fetchall()
    return ", ".join(row[1] for row in rows if row[5])


def _other(column: str, value: object) -> object:
    match value:
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case int():
            return 1 - value if column in ("public", "illustrative") else value + 1000
    return f"{value}x"


def test_a_table_that_nobody_made_is_found(register: Register) -> None:
    register.lie("CREATE TABLE other (x)")
    assert register.verify() == (3, "schema_differs")


def test_triggers_that_were_dropped_and_not_put_back_are_found(register: Register) -> None:
    db = sqlite3.connect(register.data / "ledger.db", isolation_level=None)
    db.execute("DROP TRIGGER entry_update")
    db.close()
    assert register.verify() == (3, "schema_differs")


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ("DELETE FROM entry WHERE seq = 12", "chain_broken"),
        ("DELETE FROM entry WHERE seq = 21", "history_shortened"),
        ("UPDATE entry SET data = replace(data, 'rejected', 'retained')", "entry_differs"),
        ("DELETE FROM opening WHERE seq = 12 AND path = '/body/reason'", "opening_missing"),
        ("UPDATE opening SET public = 0 WHERE seq = 12", "commitment_differs"),
        ("UPDATE opening SET value = 'Oui.' WHERE seq = 13", "commitment_differs"),
        (
            "INSERT INTO opening (seq, path, public, commitment, key, value)"
            " SELECT 6, '/body/author', public, commitment, key, value FROM opening"
            " WHERE seq = 7 AND path = '/body/author'",
            "commitment_differs",
        ),
        ("DELETE FROM thing WHERE id = 'R2'", "index_differs"),
        ("DELETE FROM link WHERE relation = 'unit'", "index_differs"),
        ("UPDATE process SET length = length - 1", "index_differs"),
        ("DELETE FROM checkpoint WHERE size = 22", "checkpoint_differs"),
        ("UPDATE head SET size = size - 1", "index_differs"),
    ],
)  # fmt: skip
def test_what_an_intruder_changes_is_found_and_named(
    register: Register, lie: str, code: str
) -> None:
    register.lie(lie)
    assert register.verify() == (3, code)


def test_a_text_that_was_erased_cannot_be_put_back(honest: Path, register: Register) -> None:
    """The intruder has a copy from before, and with it the value and its key."""
    with register.sql() as db:
        db.execute("ATTACH ? AS before", (str(honest.with_name("before") / "ledger.db"),))
        done = db.execute(
            "INSERT INTO opening (seq, path, public, commitment, key, value)"
            " SELECT seq, path, public, commitment, key, value FROM before.opening"
            " WHERE seq = 6 AND path = '/body/author'"
        )
        assert done.rowcount == 1
        db.execute("DETACH before")
    assert register.verify() == (3, "erasure_undone")


def test_an_answer_cannot_be_hidden_by_the_index(register: Register) -> None:
    """Pages find answers by the index: who takes it from there takes it from the page."""
    register.lie(
        "DELETE FROM link WHERE seq = 13", "DELETE FROM thing WHERE seq = 13",
    )  # fmt: skip
    assert register.verify() == (3, "index_differs")
