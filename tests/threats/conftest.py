"""A register that somebody is about to attack, and a second copy that stays honest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.service import erase
from tests.threats.hand import PANEL, Register
from tests.world import NOW, contribution, new_register, put, put_all, unit, workshop


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a register with a whole process, a request answered, and an erasure."""
    folder = tmp_path_factory.mktemp("honest") / "data"
    made = new_register(folder)
    put_all(made, workshop())
    put(made, [contribution("C3", "Un banc à l’ombre.")], key="once")
    made.close()
    shutil.copytree(folder, folder.with_name("before"))
    erase.erase(
        made,
        6,
        ["/body/author"],
        basis="consent_withdrawn",
        requested=None,
        account="registrar",
        now=NOW,
    )
    put(made, [unit("R3", "Des bancs")])
    PANEL.join(made)
    put(made, [PANEL.sign(unit("R5", "Des fontaines"))])
    made.close()
    yield folder
    assert Register(folder).verify() == (0, ""), "an attack reached the honest copy"


@pytest.fixture
def register(honest: Path, tmp_path: Path) -> Register:
    """A copy to be attacked."""
    return Register(shutil.copytree(honest, tmp_path / "data"))
