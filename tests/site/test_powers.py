"""Every route is asked as every role and as nobody, and answers as the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ledger.api.services import Limits
from ledger.domain.powers import ACTS, ROLES
from tests.docs import powers
from tests.world import NOW, new_register, put_all, token, workshop
from viz.site.app import create_app

NAMES = {
    "slug": "cours-fraiches",
    "process": "cours-fraiches",
    "id": "R1",
    "name": "atelier-citoyen",
    "seq": "5",
    "code": "bad_date",
    "path": "0/000.p/17",
    "proposal": "0123456789abcdef",
}
"""What stands for a name in a path; any other is `x`."""
REFUSED = {"401": "unauthorized", "403": "forbidden"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The whole application over a register with an account in each role."""
    register = new_register(tmp_path_factory.mktemp("powers") / "data")
    put_all(register, workshop())
    # No listener is let in: a stream would never end.
    app = create_app(register, clock=lambda: NOW, limits=Limits(listeners=0))
    app.state.tokens = {role: token(register, role, name=f"un-{role}") for role in ROLES}
    yield app
    register.close()


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the started application."""
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("asker", powers.ASKERS)
def test_every_route_answers_each_role_and_nobody_as_the_table_says(
    app: FastAPI, client: TestClient, asker: str
) -> None:
    headers = {"Authorization": f"Bearer {app.state.tokens[asker]}"} if asker in ROLES else {}
    said, told = {}, {}
    for method, path, who in powers.routes(app):
        name = f"{method} {path}"
        said[name] = powers.answer(who, asker)
        answer = client.request(method, address(path), headers=headers)
        told[name] = str(answer.status_code) if answer.status_code in (401, 403) else "ok"
        if told[name] != "ok":
            assert answer.json()["code"] == REFUSED[told[name]]
        if told[name] == "401":
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert told == said
    assert len(told) > 70


def test_who_may_not_write_is_told_before_what_was_sent_is_looked_at(
    app: FastAPI, client: TestClient
) -> None:
    """A body that is nonsense, and a name out of form, are nobody's business to be told of."""
    token = app.state.tokens["auditor"]
    for headers, status in ({}, 401), ({"Authorization": f"Bearer {token}"}, 403):
        for method, path, who in powers.routes(app):
            if who not in ("everybody", "account", "inspect", "erase", "govern"):
                place = re.sub(r"\{[^}]*\}", "%00", path)
                answer = client.request(method, place, headers=headers, content=b"\xff")
                assert answer.status_code == status, (method, path)


def test_what_is_declared_is_what_the_description_says(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    for method, path, who in powers.routes(app):
        operation = described.get(path, {}).get(method.lower(), {})
        declared = None if who == "everybody" else [{"token": [who] if who in ACTS else []}]
        assert operation.get("security") == declared, (method, path)


def address(path: str) -> str:
    """An address that a path leads to."""
    place = path.replace("/proposals/{id}", "/proposals/{proposal}")
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: NAMES.get(found[1], "x"), place)
