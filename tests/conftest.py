"""Registers for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ledger.service.register import Register
from tests.world import new_register, put_all, workshop

# A busy machine is no fault: nothing here asserts how long it takes.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """A register with three procedures and nothing else."""
    made = new_register(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def told(register: Register) -> Register:
    """A register in which one process was told to its end."""
    put_all(register, workshop())
    return register
