"""Two verifiers that share no code say the same of the same registers."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core import cosignature, keys
from ledger.core.canonical import encode
from ledger.core.checkpoint import Checkpoint, sign_checkpoint
from ledger.core.digest import leaf_hash
from ledger.core.tiles import Edge
from ledger.domain.events import DECLARED, KINDS
from ledger.domain.lineage import links_of
from ledger.errors import TamperedError
from ledger.service import audit, erase
from ledger.store.tables import TRIGGERS
from tests.docs import second_verifier
from tests.world import NOW, contribution, draft, new_register, put, put_all, workshop

Entries = list[dict[str, Any]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with a process told to its end, an invented entry and an erasure."""
    register = new_register(tmp_path_factory.mktemp("kept") / "data")
    put_all(register, workshop())
    invented = draft("claim.recorded", CLAIM, illustrative=True)
    put(register, [contribution("C3") | {"on": None}, invented])
    mended = {"entry": 12, "changes": [{"path": "/body/reason", "value": "Oui !"}], "why": "x"}
    put(register, [draft("correction.made", mended)])
    erase.erase(
        register,
        6,
        ["/body/author"],
        basis="consent_withdrawn",
        requested=None,
        account="essai",
        now=NOW,
    )
    register.close()
    return register.data


CLAIM: dict[str, Any] = {
    "about": ["M1", "cours-fraiches"],
    "topic": "trees",
    "value": {"number": 85, "unit": "%", "bound": "over"},
    "nature": "announced",
}


LINK: dict[str, Any] = {"relation": "feeds", "to": "cours-fraiches"}


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    copied = tmp_path / "data"
    shutil.copytree(kept, copied)
    return copied


def test_the_second_verifier_knows_nothing_of_the_first():
    tree = ast.parse(Path(second_verifier.__file__).read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    assert not names & {"ledger", "tests", "viz", "pydantic", "orjson", "sqlmodel"}


def test_both_find_a_clean_register_clean(kept: Path):
    ours, theirs = audit.verify(kept), second_verifier.verify(kept)
    assert len(theirs.leaves) == ours.entries
    assert theirs.unread == ours.unread == 0
    assert second_verifier.tree_root(theirs.leaves) == ours.root


def both(data: Path, *, checks: audit.Checks | None = None, **more: Any) -> tuple[str, str]:
    """Where the first verifier and the second find the first bad object."""
    with pytest.raises(TamperedError) as ours:
        audit.verify(data, checks=checks, **more)
    with pytest.raises(second_verifier.Bad) as theirs:
        second_verifier.verify(data, **more)
    return ours.value.where, theirs.value.where


def unguarded(data: Path) -> sqlite3.Connection:
    """The file opened by hand, without triggers, in one transaction."""
    db = sqlite3.connect(data / "ledger.db", isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("BEGIN")
    guards = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in guards:
        db.execute(f"DROP TRIGGER {name}")
    return db


def guarded(db: sqlite3.Connection) -> None:
    """Closes the file with its triggers as they were."""
    for trigger in TRIGGERS:
        db.execute(trigger)
    db.execute("COMMIT")
    db.close()


def spoil(data: Path, statement: str) -> None:
    """Changes the file."""
    db = unguarded(data)
    assert db.execute(statement).rowcount, "a lie that changes nothing"
    guarded(db)


LIES = {
    "a date": "UPDATE entry SET data = CAST(replace(data, '2026-11-01', '2026-11-02') AS BLOB)"
    " WHERE seq = 9",
    "the last entry": "UPDATE entry SET data = CAST(replace(data, 'consent_withdrawn', 'child')"
    " AS BLOB) WHERE seq = 20",
    "white space": "UPDATE entry SET data = CAST(data || ' ' AS BLOB) WHERE seq = 9",
    "a text for a blob": "UPDATE entry SET data = CAST(data AS TEXT) WHERE seq = 9",
    "no JSON": "UPDATE entry SET data = x'00ff' WHERE seq = 3",
    "a row deleted": "DELETE FROM entry WHERE seq = 9",
    "the last row deleted": "DELETE FROM entry WHERE seq = 20",
    "the kind of a row": "UPDATE entry SET kind = 'claim.recorded' WHERE seq = 9",
    "the process of a row": "UPDATE entry SET process = 'autre' WHERE seq = 9",
    "the place of a row": "UPDATE entry SET nth = 99 WHERE seq = 9",
    "a value": "UPDATE opening SET value = 'Non.' WHERE seq = 12 AND path = '/body/reason'",
    "a value emptied": "UPDATE opening SET value = '' WHERE seq = 12 AND path = '/body/reason'",
    "a key": "UPDATE opening SET key = zeroblob(32) WHERE seq = 12 AND path = '/body/reason'",
    "a short key": "UPDATE opening SET key = x'00' WHERE seq = 12 AND path = '/body/reason'",
    "a commitment": "UPDATE opening SET commitment = zeroblob(32)"
    " WHERE seq = 12 AND path = '/body/reason'",
    "a public text restricted": "UPDATE opening SET public = 0"
    " WHERE seq = 12 AND path = '/body/reason'",
    "a restricted text published": "UPDATE opening SET public = 1"
    " WHERE seq = 7 AND path = '/body/author'",
    "an opening deleted": "DELETE FROM opening WHERE seq = 12 AND path = '/body/reason'",
    "an opening elsewhere": "UPDATE opening SET path = '/body/title'"
    " WHERE seq = 12 AND path = '/body/reason'",
    "an opening of no entry": "UPDATE opening SET seq = 99"
    " WHERE seq = 12 AND path = '/body/reason'",
    "an erased text put back": "INSERT INTO opening (seq, path, public, commitment, key, value)"
    " VALUES (6, '/body/author', 0, zeroblob(32), zeroblob(32), 'Une habitante')",
    "a tile": "UPDATE tile SET data = CAST(substr(data, 1, 32 * 20) || zeroblob(32) AS BLOB)",
    "a tile cut": "UPDATE tile SET data = CAST(substr(data, 1, 32 * 20) AS BLOB)",
    "a tile deleted": "DELETE FROM tile",
    "a checkpoint's size": "UPDATE checkpoint SET size = 99 WHERE size = 21",
    "a checkpoint's text": "UPDATE checkpoint SET note ="
    " CAST(replace(note, char(10) || '21' || char(10), char(10) || '20' || char(10)) AS BLOB)"
    " WHERE size = 21",
    "a checkpoint's note": "UPDATE checkpoint SET note = x'0a0a' WHERE size = 4",
    "a checkpoint without its second signature": "UPDATE checkpoint SET note ="
    " CAST(substr(note, 1, 250) AS BLOB) WHERE size = 21",
    "the last checkpoint deleted": "DELETE FROM checkpoint WHERE size = 21",
    "every checkpoint deleted": "DELETE FROM checkpoint",
    "the head": "UPDATE head SET size = 20",
    "the head's leaf": "UPDATE head SET leaf = zeroblob(32)",
    "the head's instant": "UPDATE head SET at = '2026-11-02T09:00:00.122Z'",
    "a tile that grew": "UPDATE tile SET data = CAST(data || zeroblob(32) AS BLOB)",
    "a tile too many": "INSERT INTO tile (level, number, data) VALUES (1, 0, zeroblob(32))",
}


WHOLE = {
    **dict.fromkeys(("the head", "the head's leaf", "the head's instant"), "head"),
    "a tile too many": "tile",
    "every checkpoint deleted": "checkpoint",
}


@pytest.mark.parametrize("lie", LIES)
def test_both_find_what_was_changed_in_the_file(data: Path, lie: str):
    spoil(data, LIES[lie])
    ours, theirs = both(data)
    # The first names no place where the whole table is at fault.
    assert theirs == (ours or WHOLE[lie])


def resign(data: Path, change: Callable[[Entries], object]) -> None:
    """Lets an insider with the keys write history anew, chain, tree and signatures included."""
    log = keys.load_private((data / "keys" / "log.pem").read_bytes())
    cosigner = keys.load_private((data / "keys" / "cosigner.pem").read_bytes())
    origin = second_verifier.Key.parse(
        (data / "keys" / "log.vkey").read_text(encoding="utf-8").split()[0]
    ).name
    assert isinstance(log, Ed25519PrivateKey)
    db = unguarded(data)
    entries = [json.loads(d) for (d,) in db.execute("SELECT data FROM entry ORDER BY seq")]
    change(entries)
    previous, leaves = "0" * 64, list[bytes]()
    for table in ("entry", "tile", "checkpoint"):
        db.execute(f"DELETE FROM {table}")
    for seq, entry in enumerate(entries):
        blob = encode(entry | {"previous": previous})
        leaves.append(leaf_hash(blob))
        previous = leaves[-1].hex()
        db.execute(
            "INSERT INTO entry (seq, process, nth, kind, data) VALUES (?, ?, ?, ?, ?)",
            (seq, entry["process"], entry["nth"], entry["kind"], blob),
        )
    edge, tiles = Edge().extend(leaves)
    db.executemany(
        "INSERT INTO tile (level, number, data) VALUES (?, ?, ?)",
        [(tile.level, tile.index, tile.data) for tile in tiles],
    )
    signed = sign_checkpoint(
        Checkpoint(origin, len(leaves), edge.root()),
        keys.Ed25519Signer(origin, log),
        cosignature.CosignatureSigner(origin, cosigner),
        at=int(NOW.timestamp()),
    )
    db.execute("INSERT INTO checkpoint (size, note) VALUES (?, ?)", (len(leaves), signed))
    head = len(leaves), leaves[-1], entries[-1]["at"]
    db.execute("UPDATE head SET size = ?, leaf = ?, at = ?", head)
    index(db, entries)
    guarded(db)
    (data / "checkpoint").write_bytes(signed)


def index(db: sqlite3.Connection, entries: Entries) -> None:
    """Makes the index anew, as far as the lies leave anything to find."""
    for table in ("thing", "link", "process", "tally", "signature"):
        db.execute(f"DELETE FROM {table}")
    tallies: Counter[tuple[Any, ...]] = Counter()
    heads: dict[str, tuple[Any, ...]] = {}
    for seq, entry in enumerate(entries):
        process, kind, made = entry["process"], entry["kind"], entry["body"]
        invented = entry.get("illustrative", False)
        if kind in DECLARED:
            row = process, made["id"], DECLARED[kind], seq, invented
            db.execute("INSERT OR IGNORE INTO thing VALUES (?, ?, ?, ?, ?)", row)
        for link in links_of(kind, process, seq, made) if kind in KINDS else ():
            said = link.source, link.relation, link.to_process, link.target
            db.execute(
                "INSERT INTO link (seq, process, source, relation, to_process, target)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (seq, link.process, *said),
            )
        if "nonce" in entry.get("signed", {}):
            db.execute(
                "INSERT OR IGNORE INTO signature (nonce, seq, key) VALUES (?, ?, ?)",
                (entry["signed"]["nonce"], seq, entry["signed"]["key"]),
            )
        heads[process] = (seq, heads[process][1] if process in heads else invented)
        if kind == "contribution.received":
            sort = made["channel"], made.get("type", ""), made.get("theme", "")
            tallies[process, *sort, invented] += 1
    for slug, (last, invented) in heads.items():
        length = sum(entry["process"] == slug for entry in entries)
        db.execute(
            "INSERT INTO process (slug, length, last_seq, illustrative) VALUES (?, ?, ?, ?)",
            (slug, length, last, invented),
        )
    db.executemany(
        "INSERT INTO tally (process, channel, type, theme, illustrative, count)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(*sort, count) for sort, count in tallies.items()],
    )


def at(seq: int, /, **changed: Any) -> Callable[[Entries], object]:
    return lambda entries: entries[seq].update(changed)


def body(seq: int, /, **changed: Any) -> Callable[[Entries], object]:
    return lambda entries: entries[seq]["body"].update(changed)


def without(seq: int, field: str) -> Callable[[Entries], object]:
    return lambda entries: entries[seq]["body"].pop(field)


def key(**changed: Any) -> Callable[[Entries], object]:
    return lambda entries: entries[0]["body"]["keys"][0].update(changed)


def change(**changed: Any) -> Callable[[Entries], object]:
    return lambda entries: entries[19]["body"]["changes"][0].update(changed)


CLEAR = {"open": "public", "sealed": "0" * 64}
SIGNED = {"key": "0" * 64, "nonce": "0" * 32, "sig": "A" * 86 + "=="}
REWRITTEN: dict[str, tuple[int, Callable[[Entries], object]]] = {
    "another seq": (9, at(9, seq=10)),
    "another nth": (9, at(9, nth=99)),
    "earlier than before": (9, at(9, at="2026-11-01T09:00:00.123Z")),
    "an instant that is none": (9, at(9, at="2026-11-31T09:00:00.123Z")),
    "an instant at midnight's end": (9, at(9, at="2026-11-03T24:00:00.000Z")),
    "a version that never was": (9, at(9, v=0)),
    "a version that is no number": (9, at(9, v="2")),
    "a version that is true": (9, at(9, v=True)),
    "another envelope": (9, at(9, extra=None)),
    "not invented, in so many words": (9, at(9, illustrative=False)),
    "no period": (9, at(9, on="2026-11-32")),
    "an interval backwards": (9, at(9, on="2026-12/2026-11")),
    "an empty name": (9, at(9, by={"name": "", "role": "city"})),
    "a name too long": (9, at(9, by={"name": "x" * 121, "role": "city"})),
    "a name with a space": (9, at(9, by={"name": " Ville", "role": "city"})),
    "a name of two lines": (9, at(9, by={"name": "Ville\nd’essai", "role": "city"})),
    "a role that is none": (9, at(9, by={"name": "Ville", "role": "mayor"})),
    "a source in clear": (9, at(9, sources=[{"title": "Procès-verbal"}])),
    "a recorder that is a person": (9, at(9, recorder="Jeanne")),
    "a kind in capitals": (9, at(9, kind="Unit.submitted")),
    "a field too many": (9, body(9, urgent=True)),
    "a field missing": (9, without(9, "type")),
    "a null for nothing": (9, body(9, theme=None)),
    "an id that is none": (9, body(9, id="r1")),
    "an id with a line feed": (9, body(9, id="R1\n")),
    "an empty list": (9, body(9, draws_on=[])),
    "a list that is none": (9, body(9, draws_on="C1")),
    "a word that is none": (9, body(9, type="wish")),
    "a signature without its form": (9, at(9, signed={"sig": "AAAA"})),
    "a signature in another alphabet": (9, at(9, signed=SIGNED | {"sig": "-" * 86 + "=="})),
    "a key with another id": (0, key(id="0" * 64)),
    "a key too short": (0, key(public="00" * 31)),
    "a key of another algorithm": (0, key(algorithm="ml-dsa-44")),
    "a time zone too long": (0, body(0, time_zone="E" * 61)),
    "a path of an erasure with a zero in front": (20, body(20, paths=["/body/tags/01"])),
    "a path of a correction with an escape": (19, change(path="/body/a~1b")),
    "true for a number": (8, body(8, declares=True)),
    "a negative count": (8, body(8, declares=-1)),
    "a malformed sealed text": (9, body(9, title={"open": "all", "sealed": "0" * 64})),
    "a commitment without a text": (9, body(9, text=CLEAR)),
    "two units of a value": (18, body(18, value={"number": 1, "date": "2020"})),
    "a value of no bound": (18, body(18, value={"number": 1, "unit": "%"})),
    "an empty vote": (14, body(14, vote={})),
    "an answer too much": (12, body(12, until="2027")),
    "an erasure of nothing": (20, body(20, paths=["/body/authors"])),
    "an erasure outside": (20, body(20, paths=["/by/name"])),
    "an erasure unsaid": (20, body(20, entry=5)),
    "another origin": (0, body(0, origin="registre.example/autre")),
    "a procedure whose rule has two ids": (
        1,
        lambda entries: entries[1]["body"]["owed"].append(entries[1]["body"]["owed"][0]),
    ),
    "a procedure without its text": (
        1,
        lambda entries: (
            entries[1]["body"]["owed"][0].update(within="P1M")
            or entries[1]["body"]["owed"][0].pop("basis", None)
        ),
    ),
    "a commitment twice": (
        18,
        lambda entries: entries[18]["sources"].append(entries[18]["sources"][0]),
    ),
}


@pytest.mark.parametrize("lie", REWRITTEN)
def test_both_find_what_an_insider_with_the_keys_wrote(data: Path, lie: str):
    seq, change = REWRITTEN[lie]
    resign(data, change)
    ours, theirs = both(data)
    assert ours == theirs
    if "erasure" not in lie:  # there it is the text that is at fault, not its erasure
        assert ours.split()[:2] == ["seq", str(seq)]


GOOD: dict[str, Callable[[Entries], object]] = {
    "nothing": lambda entries: None,
    "a name that is not NFC": at(9, by={"name": "Ville d’e\u0301te\u0301", "role": "city"}),
    "a character that no Unicode assigns": at(9, by={"name": "Ville \u0378", "role": "city"}),
    "a control character": at(9, by={"name": "Ville\u0007!", "role": "city"}),
    "a separator that is no white space": at(9, by={"name": "\u001cVille", "role": "city"}),
    "a name of 120 characters beyond U+FFFF": at(
        9, by={"name": "\U0001f333" * 120, "role": "city"}
    ),
    "a name with a wide space": at(9, by={"name": "Ville\u3000", "role": "city"}),
    "a name with a next line": at(9, by={"name": "\u0085Ville\u2028", "role": "city"}),
    "nobody knows how many": body(8, declares=None),
}


@pytest.mark.parametrize("good", GOOD)
def test_both_leave_alone_what_a_verifier_must_not_judge(data: Path, good: str):
    resign(data, GOOD[good])
    audit.verify(data)
    second_verifier.verify(data)


def follow(seq: int, **changed: Any) -> Callable[[Entries], object]:
    """One more entry at the end, like one that is there but for its texts."""

    def change(entries: Entries) -> None:
        entry = deepcopy(entries[seq]) | {"sources": []} | changed
        entry["seq"], entry["at"] = len(entries), entries[-1]["at"]
        entry["nth"] = sum(e["process"] == entry["process"] for e in entries)
        entries.append(entry)

    return change


def arises(process: str, to: str) -> Callable[[Entries], object]:
    """One more entry at the end: a process arises from another."""
    body = {"relation": "arises_from", "to": to}
    return follow(16, kind="process.linked", process=process, body=body)


CIRCLE = (
    follow(4, process="autre"),
    arises("autre", "cours-fraiches"),
    arises("cours-fraiches", "autre"),
)
SENSELESS: dict[str, tuple[int, Callable[[Entries], object]]] = {
    "a date to come": (9, at(9, on="2031")),
    "a signature of a key that nobody added": (9, at(9, signed=SIGNED)),
    "an id twice": (10, body(10, id="R1")),
    "a reference to nothing": (12, body(12, unit="R9")),
    "a reference to what comes later": (9, body(9, draws_on=["R2"])),
    "a reference to another sort": (12, body(12, unit="C1")),
    "a real answer to an invented unit": (12, at(9, illustrative=True)),
    "a real entry in an invented process": (5, at(4, illustrative=True)),
    "a procedure that is none": (4, body(4, procedure=0)),
    "an invented affair of the register": (1, at(1, illustrative=True)),
    "a process that was not opened": (21, follow(16, process="autre")),
    "a process opened twice": (21, follow(4)),
    "a correction of another process": (19, body(19, entry=0)),
    "a correction of what is invented": (19, body(19, entry=18)),
    "a link with itself": (21, follow(16, kind="process.linked", body=LINK)),
    "a correction of a verdict": (19, change(path="/body/verdict")),
    "a correction of nothing": (19, change(path="/body/title")),
    "a circle": (23, lambda entries: [change(entries) for change in CIRCLE]),
    "two that make no sense": (
        10,
        lambda entries: (
            entries[10]["body"].update(opinion="O9"),
            entries[12]["body"].update(unit="R9"),
        ),
    ),
}


@pytest.mark.parametrize("lie", SENSELESS)
def test_both_find_what_could_never_have_been_admitted(data: Path, lie: str):
    seq, change = SENSELESS[lie]
    resign(data, change)
    with pytest.raises(TamperedError) as ours:
        audit.verify(data)
    with pytest.raises(second_verifier.Bad) as theirs:
        second_verifier.verify(data)
    assert ours.value.where == theirs.value.where == f"seq {seq}"
    # An id that stands twice has no second row in the index, and that is told before.
    assert ours.value.code == ("index_differs" if lie == "an id twice" else "senseless")


def test_a_register_that_makes_sense_stays_so_when_it_is_written_anew(data: Path):
    resign(data, follow(18))
    audit.verify(data)
    second_verifier.verify(data)


UNREAD = {
    "a kind that nobody knows": at(13, kind="weather.observed"),
    "a later version": at(13, v=2),
    "a later version with another envelope": at(13, v=7, by="the city", weather="fine"),
}
WITHOUT_INDEX = audit.Checks(index=False)
"""Whoever can write these keeps an index of them that we cannot make."""


@pytest.mark.parametrize("unread", UNREAD)
def test_both_say_what_they_did_not_read(data: Path, unread: str):
    resign(data, UNREAD[unread])
    assert audit.verify(data, checks=WITHOUT_INDEX).unread == 1
    assert second_verifier.verify(data).unread == 1


@pytest.mark.parametrize("unread", UNREAD)
def test_both_follow_the_texts_of_what_they_do_not_read(data: Path, unread: str):
    resign(data, UNREAD[unread])
    spoil(data, "DELETE FROM opening WHERE seq = 13 AND path = '/body/reason'")
    said = both(data, checks=WITHOUT_INDEX)
    assert said == ("seq 13 /body/reason", "seq 13 /body/reason")


def test_both_follow_an_erasure_of_a_later_version(data: Path):
    resign(data, at(20, v=2))
    assert audit.verify(data, checks=WITHOUT_INDEX).erased == 1
    assert second_verifier.verify(data).unread == 1


def test_both_find_a_tail_cut_off_by_a_checkpoint_kept_elsewhere(data: Path):
    against = (data / "checkpoint").read_bytes()
    resign(data, lambda entries: entries.pop())
    with pytest.raises(TamperedError) as ours:
        audit.verify(data, against=against)
    with pytest.raises(second_verifier.Bad) as theirs:
        second_verifier.verify(data, against=against)
    assert ours.value.where == theirs.value.where == "seq 20"


def test_both_find_another_history_by_a_checkpoint_kept_elsewhere(data: Path):
    against = (data / "checkpoint").read_bytes()
    resign(data, at(9, on="2026-11-02"))
    assert both(data, against=against) == ("remembered checkpoint 21", "kept checkpoint")


def test_other_keys_than_those_given_do_not_vouch(kept: Path, tmp_path: Path):
    other = new_register(tmp_path / "other")
    other.close()
    texts = (other.data / "keys" / "log.vkey").read_text(encoding="utf-8").split()
    with pytest.raises(second_verifier.Bad):
        second_verifier.verify(kept, keys=texts)
