"""Each way of tampering with the file is found, and the first bad object named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import cosignature, keys, note
from ledger.core.canonical import encode
from ledger.core.checkpoint import Checkpoint, parse, sign_checkpoint
from ledger.core.digest import leaf_hash
from ledger.core.merkle import root
from ledger.core.sealed import commitment
from ledger.core.tiles import TileReader
from ledger.errors import CODES, TamperedError, UncheckedError
from ledger.service import audit, erase
from ledger.service.register import Register
from tests.world import NOW, contribution, opened, put

Lie = Callable[[sqlite3.Connection], None]


def tamper(register: Register, lie: Lie) -> None:
    """Opens the file by hand, tells a lie, and leaves triggers and checks as they were."""
    register.close()
    db = sqlite3.connect(register.data / "ledger.db", isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = triggers.fetchall()
    for name, _ in kept:
        db.execute(f"DROP TRIGGER {name}")
    lie(db)
    for _, sql in kept:
        db.execute(sql)
    db.close()


def found(register: Register, lie: Lie) -> tuple[str, str]:
    """Code and place of what an audit finds after a lie."""
    audit.verify(register.data)  # clean before
    tamper(register, lie)
    with pytest.raises(TamperedError) as caught:
        audit.verify(register.data)
    return caught.value.code, caught.value.where


def data_of(db: sqlite3.Connection, seq: int) -> bytes:
    data: bytes = db.execute("SELECT data FROM entry WHERE seq = ?", (seq,)).fetchone()[0]
    return data


def size_of(db: sqlite3.Connection) -> int:
    size: int = db.execute("SELECT count(*) FROM entry").fetchone()[0]
    return size


def rechain(db: sqlite3.Connection, start: int) -> None:
    """Hashes and numbers everything from `start` on again, as an insider would."""
    rows = db.execute("SELECT data FROM entry ORDER BY seq").fetchall()
    entries = [json.loads(data) for (data,) in rows]
    db.execute("DELETE FROM entry")
    previous, lengths = "0" * 64, dict[str, int]()
    for seq, entry in enumerate(entries):
        if seq >= start:
            entry |= {"seq": seq, "previous": previous, "nth": lengths.get(entry["process"], 0)}
        data = encode(entry)
        lengths[entry["process"]] = entry["nth"] + 1
        previous = leaf_hash(data).hex()
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (?, ?, ?, ?, ?)",
            (seq, entry["process"], entry["nth"], entry["kind"], data),
        )


def test_a_clean_register_verifies_and_says_what_it_holds(told: Register) -> None:
    result = audit.verify(told.data)
    assert result.entries == 17
    assert result.processes == 2
    assert result.openings > 30
    assert parse(note.parse((told.data / "checkpoint").read_bytes()).text).root == result.root


def test_one_byte_of_an_entry_in_the_middle(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        data = data_of(db, 8).replace(b'"2026-11-01"', b'"2026-11-02"')
        db.execute("UPDATE entry SET data = ? WHERE seq = 8", (data,))

    assert found(told, lie) == ("entry_differs", "seq 8")


def test_one_byte_of_the_last_entry(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        data = data_of(db, 16).replace(b"under_way", b"abandoned")
        db.execute("UPDATE entry SET data = ? WHERE seq = 16", (data,))

    assert found(told, lie) == ("entry_differs", "seq 16")


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_any_byte_of_an_entry(told: Register, place: int) -> None:
    def lie(db: sqlite3.Connection) -> None:
        data = bytearray(data_of(db, 9))
        data[place % len(data)] ^= 1
        db.execute("UPDATE entry SET data = ? WHERE seq = 9", (bytes(data),))

    code, where = found(told, lie)
    # A changed link to the entry before is indistinguishable from a changed entry before,
    # but for the tiles: they say that entry 8 is what it was.
    assert code in {"entry_differs", "chain_broken", "commitment_differs"}
    assert where.split()[:2] == ["seq", "9"]


def test_a_row_deleted(told: Register) -> None:
    assert found(told, lambda db: void(db, "DELETE FROM entry WHERE seq = 9")) == (
        "chain_broken",
        "seq 9",
    )


def test_two_rows_swapped(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        one, two = data_of(db, 8), data_of(db, 9)
        db.execute("UPDATE entry SET data = ? WHERE seq = 8", (two,))
        db.execute("UPDATE entry SET data = ? WHERE seq = 9", (one,))

    code, where = found(told, lie)
    assert (code, where) == ("chain_broken", "seq 8")


def test_a_row_inserted_with_recomputed_hashes(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("UPDATE entry SET seq = -seq - 1, nth = -nth - 1 WHERE seq >= 9")
        extra = json.loads(data_of(db, 8))
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (9, ?, 90, ?, ?)",
            (extra["process"], extra["kind"], encode(extra)),
        )
        db.execute("UPDATE entry SET seq = -seq, nth = -nth WHERE seq < 0")
        rechain(db, 9)
        db.execute("UPDATE opening SET seq = -seq - 1 WHERE seq >= 9")
        db.execute("UPDATE opening SET seq = -seq WHERE seq < 0")

    assert found(told, lie) == ("entry_differs", "seq 9")


def test_an_entry_of_a_process_left_out_and_renumbered(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entry WHERE seq = 13")
        db.execute("DELETE FROM opening WHERE seq = 13")
        rechain(db, 13)
        db.execute("UPDATE opening SET seq = seq - 1 WHERE seq > 13")

    code, where = found(told, lie)
    assert (code, where) in {("entry_differs", "seq 13"), ("history_shortened", "seq 16")}


def test_an_entry_left_out_with_the_tiles_rebuilt_too(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entry WHERE seq = 13")
        db.execute("DELETE FROM opening WHERE seq = 13")
        rechain(db, 13)
        db.execute("UPDATE opening SET seq = seq - 1 WHERE seq > 13")
        retile(db)

    assert found(told, lie)[0] in {"checkpoint_differs", "history_shortened"}


def retile(db: sqlite3.Connection) -> list[bytes]:
    """Makes tile and head of what the entries now are."""
    leaves = [leaf_hash(d) for (d,) in db.execute("SELECT data FROM entry ORDER BY seq")]
    db.execute("UPDATE tile SET data = ?", (b"".join(leaves),))
    db.execute("UPDATE head SET size = ?, leaf = ?", (len(leaves), leaves[-1]))
    reindex(db)
    return leaves


def reindex(db: sqlite3.Connection) -> None:
    """Makes the index of what the entries now are, but for references."""
    size = size_of(db)
    db.execute("DELETE FROM thing WHERE seq >= ?", (size,))
    db.execute("DELETE FROM link WHERE seq >= ?", (size,))
    db.execute("DELETE FROM process")
    db.execute(
        "INSERT INTO process SELECT process, count(*), max(seq), 0 FROM entry GROUP BY process"
    )
    db.execute("DELETE FROM tally")
    db.execute(
        "INSERT INTO tally SELECT process, 'website', '', 'Ombre', 0, count(*) FROM entry"
        " WHERE kind = 'contribution.received' GROUP BY process"
    )


def cut(db: sqlite3.Connection) -> None:
    size = size_of(db)
    for table, column in (("entry", "seq"), ("opening", "seq"), ("checkpoint", "size")):
        bound = size - 2 if column == "seq" else size - 1
        db.execute(f"DELETE FROM {table} WHERE {column} >= ?", (bound,))
    retile(db)


def test_the_tail_cut_off_is_found_by_the_remembered_checkpoint(register: Register) -> None:
    put(register, [opened()])
    put(register, [contribution("C1")])
    put(register, [contribution("C2")])
    code, where = found(register, cut)
    assert (code, where) == ("history_shortened", "seq 5")


def test_the_tail_cut_off_is_found_by_a_checkpoint_kept_elsewhere(register: Register) -> None:
    put(register, [opened()])
    put(register, [contribution("C1")])
    put(register, [contribution("C2")])
    kept = (register.data / "checkpoint").read_bytes()
    tamper(register, cut)
    (register.data / "checkpoint").unlink()
    audit.verify(register.data)  # the file alone cannot know
    with pytest.raises(TamperedError) as caught:
        audit.verify(register.data, against=kept)
    assert caught.value.code == "history_shortened"


def void(db: sqlite3.Connection, statement: str) -> None:
    db.execute(statement)


def test_the_value_of_an_opening_changed(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("UPDATE opening SET value = 'Non.' WHERE seq = 12 AND path = '/body/reason'")

    assert found(told, lie) == ("commitment_differs", "seq 12 /body/reason")


def test_value_and_commitment_of_an_opening_changed(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        key = bytes(32)
        made = commitment(key, "/body/reason", "Non.")
        db.execute(
            "UPDATE opening SET value = 'Non.', key = ?, commitment = ?"
            " WHERE seq = 12 AND path = '/body/reason'",
            (key, made),
        )

    assert found(told, lie) == ("commitment_differs", "seq 12 /body/reason")


def test_an_opening_missing_without_its_erasure(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM opening WHERE seq = 12 AND path = '/body/reason'")

    assert found(told, lie) == ("opening_missing", "seq 12 /body/reason")


def test_a_public_opening_made_restricted(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("UPDATE opening SET public = 0 WHERE seq = 12 AND path = '/body/reason'")

    assert found(told, lie) == ("commitment_differs", "seq 12 /body/reason")


def test_an_opening_that_opens_nothing(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute(
            "INSERT INTO opening (seq, path, public, commitment, key, value)"
            " VALUES (12, '/body/other', 1, ?, ?, 'x')",
            (bytes(32), bytes(32)),
        )

    assert found(told, lie) == ("commitment_differs", "seq 12 /body/other")


def test_an_erased_text_put_back(told: Register) -> None:
    db = sqlite3.connect(told.data / "ledger.db")
    columns = "seq, path, public, commitment, key, value"
    row = db.execute(
        f"SELECT {columns} FROM opening WHERE seq = 6 AND path = '/body/author'"
    ).fetchone()
    db.close()
    erase.erase(
        told,
        6,
        ["/body/author"],
        basis="consent_withdrawn",
        requested=None,
        account="essai",
        now=NOW,
    )
    assert audit.verify(told.data).erased == 1

    def lie(db: sqlite3.Connection) -> None:
        db.execute(f"INSERT INTO opening ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)

    assert found(told, lie) == ("erasure_undone", "seq 6 /body/author")


def test_two_entries_with_one_commitment(register: Register) -> None:
    """Nobody can make the register write one; a forger with the keys could."""
    put(register, [opened(), contribution("C1")])
    kept = audit_rows(register)
    entry = json.loads(kept[-1])
    twin = entry | {
        "seq": entry["seq"] + 1,
        "nth": entry["nth"] + 1,
        "previous": leaf_hash(kept[-1]).hex(),
    }
    twin["body"] = entry["body"] | {"id": "C2"}

    def lie(db: sqlite3.Connection) -> None:
        data = encode(twin)
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (?, ?, ?, ?, ?)",
            (twin["seq"], twin["process"], twin["nth"], twin["kind"], data),
        )
        db.execute(
            "INSERT INTO opening (seq, path, public, commitment, key, value)"
            " SELECT ?, path, public, commitment, key, value FROM opening WHERE seq = ?",
            (twin["seq"], entry["seq"]),
        )
        leaves = retile(db)
        resign(register, db, len(leaves), own_keys(register))

    code, where = found(register, lie)
    assert code == "commitment_twice"
    assert where.startswith(f"seq {twin['seq']} ")


def audit_rows(register: Register) -> list[bytes]:
    with register.database.reading() as db:
        return [data for (data,) in db.execute("SELECT data FROM entry ORDER BY seq")]


Keys = tuple[Ed25519PrivateKey, MLDSA44PrivateKey]


def own_keys(register: Register) -> Keys:
    log = keys.load_private((register.data / "keys" / "log.pem").read_bytes())
    cosigner = keys.load_private((register.data / "keys" / "cosigner.pem").read_bytes())
    assert isinstance(log, Ed25519PrivateKey)
    assert isinstance(cosigner, MLDSA44PrivateKey)
    return log, cosigner


def resign(register: Register, db: sqlite3.Connection, size: int, pair: Keys) -> None:
    """Signs the tree of the tiles anew."""
    tile = db.execute("SELECT data FROM tile").fetchone()[0]
    origin = register.opened.origin
    signed = sign_checkpoint(
        Checkpoint(origin, size, root(TileReader(lambda _l, _i: tile, size), size)),
        keys.Ed25519Signer(origin, pair[0]),
        cosignature.CosignatureSigner(origin, pair[1]),
        at=int(NOW.timestamp()),
    )
    db.execute("INSERT OR REPLACE INTO checkpoint (size, note) VALUES (?, ?)", (size, signed))


def test_a_checkpoint_signed_again_by_another_key(told: Register) -> None:
    other = (Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate())
    code, where = found(told, lambda db: resign(told, db, size_of(db), other))
    assert (code, where) == ("checkpoint_differs", "checkpoint 17")


def test_a_checkpoint_without_its_second_signature(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        (data,) = db.execute("SELECT note FROM checkpoint WHERE size = 17").fetchone()
        lines = data.splitlines(keepends=True)
        db.execute("UPDATE checkpoint SET note = ? WHERE size = 17", (b"".join(lines[:-1]),))

    assert found(told, lie) == ("checkpoint_differs", "checkpoint 17")


@pytest.mark.parametrize("place", [0, 100, 543])
def test_a_tile_changed(told: Register, place: int) -> None:
    def lie(db: sqlite3.Connection) -> None:
        data = bytearray(db.execute("SELECT data FROM tile").fetchone()[0])
        data[place] ^= 1
        db.execute("UPDATE tile SET data = ?", (bytes(data),))

    assert found(told, lie) == ("tile_differs", "tile/0/000.p/17")


def test_the_columns_beside_an_entry_changed(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        db.execute("UPDATE entry SET kind = 'claim.recorded' WHERE seq = 9")

    assert found(told, lie) == ("entry_differs", "seq 9")


def test_an_entry_beyond_the_last_checkpoint(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        entry = json.loads(data_of(db, 16))
        entry |= {"seq": 17, "nth": entry["nth"] + 1}
        entry["previous"] = leaf_hash(data_of(db, 16)).hex()
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (17, ?, ?, ?, ?)",
            (entry["process"], entry["nth"], entry["kind"], encode(entry)),
        )

    assert found(told, lie) == ("checkpoint_differs", "seq 17")


def test_a_missing_key_cannot_be_checked(told: Register) -> None:
    (told.data / "keys" / "log.vkey").unlink()
    with pytest.raises(UncheckedError) as caught:
        audit.verify(told.data)
    assert caught.value.code == "no_key"


def test_a_file_that_is_no_database_cannot_be_checked(told: Register) -> None:
    told.close()
    for path in told.data.glob("ledger.db*"):
        path.unlink()
    (told.data / "ledger.db").write_bytes(sha256(b"").digest() * 200)
    with pytest.raises(UncheckedError) as caught:
        audit.verify(told.data)
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    "later_by", [{"kind": "thing.imagined"}, {"v": 2, "body": {"id": "X1"}}]
)
def test_what_a_later_version_wrote_is_not_tampering(
    told: Register, later_by: dict[str, object]
) -> None:
    """Envelope, chain and tree hold all the same; what it says is not read."""

    def later(db: sqlite3.Connection) -> None:
        entry = json.loads(data_of(db, 16))
        entry |= {"seq": 17, "nth": entry["nth"] + 1}
        entry |= {"body": {"anything": [1, 2]}, "sources": [], **later_by}
        entry["previous"] = leaf_hash(data_of(db, 16)).hex()
        data = encode(entry)
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (17, ?, ?, ?, ?)",
            (entry["process"], entry["nth"], entry["kind"], data),
        )
        retile(db)
        resign(told, db, 18, own_keys(told))

    tamper(told, later)
    assert audit.verify(told.data).unread == 1


COLUMNS = {
    "entry": ("seq = 9", ["process", "nth", "kind", "data"]),
    "opening": (
        "seq = 9 AND path = '/body/title'",
        ["path", "public", "commitment", "key", "value"],
    ),
    "tile": ("level = 0", ["level", "number", "data"]),
    "checkpoint": ("size = 17", ["note"]),
    "head": ("id = 0", ["size", "leaf"]),
}


@pytest.mark.parametrize("value", ["'x'", "x'00'", "-1", "1.5", "999999"])
@pytest.mark.parametrize(
    ("table", "column"), [(t, c) for t, (_, columns) in COLUMNS.items() for c in columns]
)
def test_any_column_overwritten_with_anything(
    told: Register, table: str, column: str, value: str
) -> None:
    where, _ = COLUMNS[table]
    code, _ = found(
        told, lambda db: void(db, f"UPDATE {table} SET {column} = {value} WHERE {where}")
    )
    assert code in CODES


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM thing WHERE id = 'R1'",
        "UPDATE thing SET sort = 'document' WHERE id = 'R1'",
        "UPDATE thing SET seq = seq + 1 WHERE id = 'M1'",
        "DELETE FROM link WHERE relation = 'carries_out'",
        "UPDATE link SET target = 'R2' WHERE relation = 'carries_out'",
        "INSERT INTO link (seq, process, source, relation, to_process, target)"
        " VALUES (16, 'cours-fraiches', 'M1', 'carries_out', 'cours-fraiches', 'R2')",
        "UPDATE process SET length = length - 1",
        "UPDATE process SET illustrative = 1 WHERE slug = 'cours-fraiches'",
        "DELETE FROM tally",
        "UPDATE tally SET count = count + 1",
    ],
)
def test_an_index_that_hides_or_invents(told: Register, statement: str) -> None:
    assert found(told, lambda db: void(db, statement))[0] == "index_differs"


def test_entries_before_the_first_are_found(told: Register) -> None:
    """No reader has a lower bound: what stands at seq -1 would be shown to everybody."""

    def lie(db: sqlite3.Connection) -> None:
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data)"
            " SELECT -1, process, 1000, kind, data FROM entry WHERE seq = 12"
        )

    assert found(told, lie) == ("chain_broken", "seq 0")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entry_update",
        "CREATE TRIGGER quiet BEFORE INSERT ON opening BEGIN SELECT RAISE(IGNORE); END",
        "DROP INDEX link_target",
        "CREATE VIEW other AS SELECT * FROM entry",
        "ALTER TABLE tally RENAME TO other",
    ],
)
def test_a_schema_that_is_not_as_it_was_made_is_found_when_the_file_is_opened(
    told: Register, statement: str
) -> None:
    told.close()
    db = sqlite3.connect(told.data / "ledger.db", isolation_level=None)
    db.execute(statement)
    db.close()
    with pytest.raises(TamperedError) as caught:
        audit.verify(told.data)
    assert caught.value.code == "schema_differs"


def test_a_database_index_that_leaves_rows_out_is_found(told: Register) -> None:
    def lie(db: sqlite3.Connection) -> None:
        name = "entry_story"
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        db.execute(f"DROP INDEX {name}")
        db.execute(sql + " AND kind <> 'answer.given'")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, name))
        db.execute("PRAGMA writable_schema = RESET")

    assert found(told, lie)[0] == "index_differs"


def test_a_remembered_checkpoint_that_is_none_cannot_be_checked(told: Register) -> None:
    (told.data / "checkpoint").write_bytes(b"garbage")
    with pytest.raises(UncheckedError) as caught:
        audit.verify(told.data)
    assert caught.value.code == "unreadable"
