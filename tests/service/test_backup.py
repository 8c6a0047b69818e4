"""A copy verifies by itself, holds no secret and nothing erased; an older one can be asked."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from ledger.errors import RefusedError, TamperedError
from ledger.service import audit, erase
from ledger.service.backup import backup
from ledger.service.query import Queries
from ledger.service.register import Register, open_register
from ledger.service.since import erased_since
from tests.erasing import a_reader, careless, forms, holding, readers, texts
from tests.world import NOW, contribution, put

SECRET = "Mme Exemple habite « là », tout près"


def forget(register: Register, seq: int, *paths: str) -> erase.Erased:
    return erase.erase(
        register, seq, paths or None, basis="objection", requested=None, account="x", now=NOW
    )


def test_a_copy_verifies_by_itself_and_says_what_the_original_says(
    told: Register, tmp_path: Path
) -> None:
    out = tmp_path / "copie"
    with readers(told, 1):
        found = backup(told, out)
    same = audit.verify(told.data, against=(out / "checkpoint").read_bytes())
    assert (found.entries, found.openings, found.root) == (17, same.openings, same.root)
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names <= {
        "ledger.db",
        "ledger.db-wal",
        "ledger.db-shm",
        "checkpoint",
        "keys/log.vkey",
    }
    assert stat.S_IMODE((out / "ledger.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    copy = open_register(out)
    assert texts(copy) == texts(told)
    copy.close()


def test_a_copy_holds_no_private_key_and_the_files_of_the_register(
    told: Register, tmp_path: Path
) -> None:
    (told.data / "files" / "ab").mkdir(parents=True)
    (told.data / "files" / "ab" / "abcd").write_bytes(b"%PDF")
    backup(told, tmp_path / "copie")
    assert (tmp_path / "copie" / "files" / "ab" / "abcd").read_bytes() == b"%PDF"
    for name in ("log.pem", "cosigner.pem", "requests.key", "subjects.key"):
        secret = (told.data / "keys" / name).read_bytes()
        assert holding(tmp_path / "copie", {secret}) == []
    with pytest.raises(RefusedError, match="not empty"):
        backup(told, tmp_path / "copie")


def test_a_copy_made_while_an_erasure_is_pending_holds_no_trace_of_it(
    told: Register, tmp_path: Path
) -> None:
    put(told, [contribution("C7", SECRET)])
    assert told.database.truncate_log()
    with a_reader(told):
        careless(told)
        assert not forget(told, Queries(told).version() - 1, "text").finished
        assert holding(told.data, forms(SECRET))
        backup(told, tmp_path / "copie")
    assert holding(tmp_path / "copie", forms(SECRET)) == []
    copy = open_register(tmp_path / "copie")
    assert erase.pending(copy) == []
    copy.close()
    assert erase.pending(told)


def test_an_older_copy_verifies_and_names_what_was_erased_since(
    told: Register, tmp_path: Path
) -> None:
    first = put(told, [contribution("C7", SECRET), contribution("C8")]).first
    forget(told, first + 1)
    backup(told, tmp_path / "avant")
    forget(told, first, "text")
    forget(told, first, "author")
    put(told, [contribution("C9", "jamais copié")])
    forget(told, Queries(told).version() - 1)
    assert audit.verify(tmp_path / "avant").erased == 2
    gone = erased_since(tmp_path / "avant", told.data)
    assert [(g.seq, g.path, g.basis, g.on) for g in gone] == [
        (first, "/body/text", "objection", "2026-11-02"),
        (first, "/body/author", "objection", "2026-11-02"),
    ]


def test_a_register_that_the_copy_did_not_become_is_told(
    told: Register, tmp_path: Path
) -> None:
    told.database.truncate_log()
    shutil.copytree(told.data, tmp_path / "fourche")  # with its keys: only history differs
    put(told, [contribution("C8")])
    backup(told, tmp_path / "avant")
    fork = open_register(tmp_path / "fourche")
    with pytest.raises(TamperedError) as said:
        erased_since(tmp_path / "avant", fork.data)
    assert said.value.code == "history_shortened"
    put(fork, [contribution("C8"), contribution("C9")])
    with pytest.raises(TamperedError) as said:
        erased_since(tmp_path / "avant", fork.data)
    assert said.value.code == "checkpoint_differs"
    fork.close()
