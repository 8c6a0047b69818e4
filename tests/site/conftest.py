"""A register with every fixture, and pages over it; read only, so made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.api.services import UNLIMITED, Limits
from ledger.service.register import Register
from tests.site.registers import fixtures_into, new_register
from viz.site.app import create_app


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    made = new_register(tmp_path_factory.mktemp("site"))
    fixtures_into(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def client(register: Register) -> Iterator[TestClient]:
    with TestClient(create_app(register, limits=Limits(rates=UNLIMITED))) as made:
        yield made


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Register]:
    made = new_register(tmp_path)
    yield made
    made.close()
