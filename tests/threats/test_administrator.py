"""Whoever runs the machine has the folder, the keys and the backups: but not others' past."""

from __future__ import annotations

import shutil
from pathlib import Path

from ledger.service.register import create_register
from tests.threats.hand import Register, kept
from tests.world import NOW, PROCEDURES, put_all, unit, workshop


def test_a_register_and_its_remembered_checkpoint_cut_back_together_are_found_by_a_kept_one(
    honest: Path, register: Register, tmp_path: Path
) -> None:
    """A backup from before is put back whole: alone it is a true, shorter register."""
    drawer = kept(register.checkpoint(), tmp_path)
    old = Register(shutil.copytree(honest.with_name("before"), tmp_path / "old"))
    assert old.verify() == (0, "")
    assert old.verify("--against", drawer) == (3, "history_shortened")


def test_the_remembered_checkpoint_alone_finds_a_database_put_back(
    honest: Path, register: Register
) -> None:
    before = honest.with_name("before") / "ledger.db"
    for path in register.data.glob("ledger.db*"):
        path.unlink()
    shutil.copy(before, register.data / "ledger.db")
    assert register.verify() == (3, "history_shortened")


def test_other_verifier_keys_beside_the_database_are_found(
    register: Register, tmp_path: Path
) -> None:
    other = another(tmp_path)
    shutil.copy(other.data / "keys" / "log.vkey", register.data / "keys" / "log.vkey")
    assert register.verify()[0] in {3, 4}
    assert register.verify()[0] != 0


def test_a_whole_new_register_under_the_same_name_is_found_by_keys_kept_elsewhere(
    register: Register, tmp_path: Path
) -> None:
    """Alone it is flawless; whoever kept `filrouge keys` sees that it is another."""
    other = another(tmp_path)
    assert other.verify() == (0, "")
    options = [word for key in register.public_keys() for word in ("--key", key)]
    assert register.verify(*options) == (0, "")
    assert other.verify(*options)[0] != 0
    assert other.verify("--against", kept(register.checkpoint(), tmp_path))[0] != 0


def another(folder: Path) -> Register:
    """A register of the same name, with keys of its own, that tells another story."""
    made = create_register(
        folder / "other",
        authority="Ville d’essai",
        origin="registre.example/essai",
        time_zone="Europe/Paris",
        reconstruction=False,
        now=NOW,
        procedures=PROCEDURES,
    )
    put_all(made, [*workshop(), unit("R9", "Rien d’autre n’a été dit")])
    made.close()
    return Register(folder / "other")


def test_an_opening_deleted_in_silence_is_found(register: Register) -> None:
    register.lie("DELETE FROM opening WHERE seq = 13 AND path = '/body/reason'")
    assert register.verify() == (3, "opening_missing")


def test_a_text_that_everybody_may_read_cannot_be_made_restricted(register: Register) -> None:
    register.lie("UPDATE opening SET public = 0 WHERE seq = 13 AND path = '/body/reason'")
    assert register.verify() == (3, "commitment_differs")
