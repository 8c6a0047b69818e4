"""What an insider with the keys of the log cannot write in the name of those who sign."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.dates import format_at
from ledger.errors import TamperedError
from ledger.service import audit, keyring
from tests.docs import second_verifier
from tests.docs.test_second_verifier import resign
from tests.signers import Signer
from tests.world import NOW, draft, new_register, opened, put, unit

PANEL = Signer()
COUNCIL = Signer("Conseil municipal", "council", "council")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder of a register: 8 a unit of the panel, signed; 9 one that is not."""
    register = new_register(tmp_path / "data")
    put(register, [opened()])
    PANEL.join(register)
    put(register, [opened("autre")])
    COUNCIL.join(register)
    put(register, [PANEL.sign(unit("R1")), unit("R2")])
    register.close()
    return register.data


Entries = list[dict[str, Any]]
CLEAR = {"open": "public", "sealed": "5" * 64}
SEQ = 8
REWRITTEN: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "body": ("signature_differs", lambda e: e["body"].update(type="project")),
    "body, a field less": ("signature_differs", lambda e: e["body"].update(theme="Ombre")),
    "by": ("signature_differs", lambda e: e["by"].update(name="Atelier")),
    "by, another role": ("signature_differs", lambda e: e["by"].update(role="jury")),
    "on": ("signature_differs", lambda e: e.update(on="2026-10-31")),
    "on unknown": ("signature_differs", lambda e: e.update(on=None)),
    "illustrative": ("signature_differs", lambda e: e.update(illustrative=True)),
    "process": ("signature_differs", lambda e: e.update(process="autre", nth=1)),
    "kind": (
        "signature_differs",
        lambda e: e.update(kind="weather.observed"),
    ),
    "nonce": ("signature_differs", lambda e: e["signed"].update(nonce="f" * 32)),
    "key, another that is known": (
        "signature_differs",
        lambda e: e["signed"].update(key=COUNCIL.key),
    ),
    "key, unknown": ("senseless", lambda e: e["signed"].update(key="0" * 64)),
    "sig": ("signature_differs", lambda e: e["signed"].update(sig="A" * 86 + "==")),
    "sources": (
        "signature_differs",
        lambda e: e["sources"].append({"title": CLEAR}),
    ),
}


@pytest.mark.parametrize("lie", REWRITTEN)
def test_each_part_of_a_signed_statement_that_was_changed_is_found(kept: Path, lie: str):
    """Though chain, tree, index and checkpoint were made anew with the stolen log keys."""
    code, change = REWRITTEN[lie]
    assert audit.verify(kept).valid == 3

    def rewrite(entries: Entries) -> None:
        assert entries[SEQ]["signed"]["key"] == PANEL.key
        change(entries[SEQ])
        if entries[SEQ]["process"] == "autre":
            entries[9]["nth"] = 1

    resign(kept, rewrite)
    # A text without its opening would be told before.
    checks = audit.Checks(openings=lie != "sources", index=lie != "kind")
    with pytest.raises(TamperedError) as caught:
        audit.verify(kept, checks=checks)
    assert (caught.value.code, caught.value.where) == (code, f"seq {SEQ}")
    assert found_by_second(kept).split()[:2] == ["seq", str(SEQ)]


def found_by_second(data: Path) -> str:
    """Where the verifier that shares no code with ours finds the first bad object."""
    with pytest.raises(second_verifier.Bad) as caught:
        second_verifier.verify(data)
    return caught.value.where


def test_a_signature_put_under_what_was_not_signed_is_found(kept: Path):
    resign(kept, lambda entries: entries[9].update(signed=entries[8]["signed"]))
    with pytest.raises(TamperedError) as caught:
        audit.verify(kept)
    assert (caught.value.code, caught.value.where) == ("signature_differs", "seq 9")
    assert found_by_second(kept) == "seq 9"


def test_a_statement_recorded_twice_by_an_unsound_writer_is_found(kept: Path):
    def replay(entries: Entries) -> None:
        entries.append({**entries[8], "seq": 10, "nth": 3})

    resign(kept, replay)
    with pytest.raises(TamperedError) as caught:
        audit.verify(kept, checks=audit.Checks(openings=False))
    assert (caught.value.code, caught.value.where) == ("senseless", "seq 10")
    assert found_by_second(kept).startswith("seq 10")


def test_a_signature_taken_away_leaves_a_statement_on_behalf_and_no_trace_but_the_tree(
    kept: Path,
):
    """What a verifier cannot know: only a checkpoint kept elsewhere shows it."""
    against = (kept / "checkpoint").read_bytes()
    resign(kept, lambda entries: entries[8].pop("signed"))
    assert audit.verify(kept).valid == 2
    with pytest.raises(TamperedError):
        audit.verify(kept, against=against)


KEYS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "the holder": ("signature_differs", lambda e: e["body"]["holder"].update(name="Ville")),
    "the key": (
        "senseless",
        lambda e: e["body"].update(key=COUNCIL.request()["body"]["key"]),
    ),
    "no possession": ("senseless", lambda e: e.pop("signed")),
    "no holder": ("senseless", lambda e: e["body"].pop("holder")),
    "another use": ("senseless", lambda e: e["body"].update(use="log")),
}


@pytest.mark.parametrize("lie", KEYS)
def test_a_key_that_was_changed_is_found_where_it_was_added(kept: Path, lie: str):
    code, change = KEYS[lie]
    resign(kept, lambda entries: change(entries[5]))
    with pytest.raises(TamperedError) as caught:
        audit.verify(kept)
    assert (caught.value.code, caught.value.where) == (code, "seq 5")
    assert found_by_second(kept) == "seq 5"


def test_an_index_of_signatures_that_lies_is_found(kept: Path):
    with sqlite3.connect(kept / "ledger.db") as db:
        db.execute("DELETE FROM signature WHERE seq = 8")
    db.close()
    with pytest.raises(TamperedError) as caught:
        audit.verify(kept)
    assert (caught.value.code, caught.value.where) == ("index_differs", "seq 8")


# -- a thousand -------------------------------------------------------------------------------


def said(signer: Signer, count: int, start: int) -> list[dict[str, Any]]:
    """Claims without a text: each a statement of its own."""
    value = {"number": 85, "unit": "%", "bound": "over"}
    body = {"about": ["cours-fraiches"], "value": value, "nature": "announced"}
    return [
        signer.sign(draft("claim.recorded", {**body, "topic": f"t{i}"}) | {"sources": []})
        for i in range(start, start + count)
    ]


def appended(signer: Signer, count: int) -> Callable[[Entries], None]:
    """What a writer that does not look appends: statements under whatever key."""

    def write(entries: Entries) -> None:
        for one in said(signer, count, 5000):
            del one["openings"]
            last = entries[-1]
            nth = sum(e["process"] == one["process"] for e in entries)
            place = {"seq": len(entries), "nth": nth, "previous": "0" * 64, "v": 1}
            entries.append({**one, **place, "at": last["at"], "recorder": "essai"})

    return write


def test_of_a_thousand_signed_statements_verify_tells_which_are_valid_doubtful_and_void(
    tmp_path: Path,
):
    first, second, council = PANEL, Signer(seed="two"), COUNCIL
    register = new_register(tmp_path / "data")
    put(register, [opened()])

    def at(minutes: int) -> Any:
        return NOW + minutes * MINUTE

    first.join(register)
    council.join(register)
    put(register, said(first, 300, 0), now=at(1))
    put(register, said(council, 200, 300), now=at(2))
    # The panel changes its key, in order: what the old one signed stays good.
    second.join(register, now=at(3))
    keyring.revoke(register, first.key, format_at(at(3)), now=at(3))
    put(register, said(second, 247, 500), now=at(4))
    # The council's key was stolen at the fifth minute, which is found at the tenth.
    put(register, said(council, 150, 800), now=at(5))
    put(register, said(council, 50, 950), now=at(9))
    keyring.revoke(register, council.key, format_at(at(5)), now=at(10))
    put(register, said(second, 50, 1000), now=at(11))
    register.close()
    found = audit.verify(register.data)
    assert (found.valid, found.doubtful) == (800, 200)
    assert found.valid + found.doubtful == 1000
    assert second_verifier.verify(register.data).signatures.counts() == (800, 200, 0)
    resign(register.data, appended(council, 30))
    with pytest.raises(TamperedError) as caught:
        audit.verify(register.data)
    assert caught.value.code == "signature_void"
    assert caught.value.where == found_by_second(register.data) == f"seq {found.entries}"
    told = [
        int(word) for word in caught.value.message.replace(";", "").split() if word.isdecimal()
    ]
    assert told == [30, 200, 800]
