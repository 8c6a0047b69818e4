"""Accounts, policies and proposals on the command line; and every command as every role."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand

from ledger.domain.accounts import REGISTRAR
from ledger.domain.powers import ACTS, ROLES
from ledger.service import accounts, policies
from ledger.service.register import Register
from tests.cli.several import Outcome, several
from tests.docs import powers
from tests.world import NOW, opened, put, unit

ASKERS = {REGISTRAR: "ok", **{f"un-{role}": role for role in ROLES}, "personne": "nobody"}

CHOSEN = {"authors": "sealed"}
"""What an option takes that does not take any word."""


@pytest.fixture
def house(register: Register) -> Register:
    """A register with a process and an account in each role."""
    put(register, [opened()])
    for role in ROLES:
        accounts.grant(register, f"un-{role}", roles=[role], now=NOW)
    return register


def needed(command: TyperCommand, file: Path) -> list[str]:
    """Something for every argument and option that has to be there."""
    words: list[str] = []
    for param in command.params:
        if param.required:
            said = CHOSEN.get(str(param.name), str(file))
            argument = param.param_type_name == "argument"
            words += [said] if argument else [param.opts[0], said]
    return words


def told(outcome: Outcome) -> str:
    """What a command said of whoever gave it."""
    if "no account personne is in force" in outcome.err:
        return "unknown_account"
    return "forbidden" if "forbidden" in outcome.err else "ok"


def test_every_command_is_given_by_each_role_as_the_table_says(
    house: Register, tmp_path: Path
) -> None:
    file = tmp_path / "rien.json"
    file.write_text("")
    asked: list[tuple[str, str, list[str]]] = []
    expected = {}
    for name, command in powers.commands():
        who = powers.who_gives(command)
        if who in (*ACTS, "account"):
            for asker, role in ASKERS.items():
                words = [*name.split(), *needed(command, file), "--as", asker]
                asked.append((name, asker, words))
                answer = "ok" if role == "ok" else powers.answer(who, role)
                answer = {"403": "forbidden", "401": "unknown_account"}.get(answer, answer)
                expected[name, asker] = answer
    outcomes = several(house.data, *(words for _, _, words in asked))
    found = {
        (name, asker): told(outcome)
        for (name, asker, _), outcome in zip(asked, outcomes, strict=True)
    }
    assert found == expected
    assert len({name for name, _ in found}) > 15


def test_a_grant_says_where_and_until_when_and_its_token_is_shown_once(house: Register) -> None:
    where = ["--process", "cours-fraiches", "--until", "2099-06", "--days", "30"]
    grant, listed, plain, disabled, gone = several(
        house.data,
        ["account", "add", "conseil", "--role", "panel", *where],
        ["account", "list"],
        ["account", "list", "--json"],
        ["account", "disable", "conseil"],
        ["account", "list"],
    )
    assert grant.exit == 0, grant.err
    assert grant.out.startswith("fr_")
    assert "conseil · panel · in cours-fraiches · until 2099-06-30 · 1 token" in listed.out
    secret = grant.out.strip().split("_", 2)[2]
    assert secret not in grant.err + listed.out + plain.out
    rows = {row["account"]: row for row in json.loads(plain.out)["accounts"]}
    assert rows["conseil"]["acts"] == ["record"]
    assert "may do nothing any more" in disabled.out
    assert "conseil" not in gone.out


def test_what_no_account_may_be_is_refused(house: Register) -> None:
    cases: Sequence[tuple[list[str], str]] = (
        (["account", "add", "registrar", "--role", "recorder"], "bad_account"),
        (["account", "add", "x", "--role", "administrator", "--role", "panel"], "bad_account"),
        (["account", "add", "x", "--role", "recorder", "--until", "2020"], "bad_account"),
        (["account", "add", "x", "--role", "recorder", "--until", "demain"], "bad_date"),
        (["token", "create", "registrar"], "forbidden"),
        (["token", "create", "personne"], "unknown_account"),
        (["token", "create", "un-panel", "--days", "731"], "bad_value"),
        (["policy", "set", "witnesses", "2"], "bad_value"),
        (["policy", "set", "confirmation", "oui"], "bad_value"),
        (["policy", "set", "token_days", "0"], "bad_value"),
    )
    outcomes = several(house.data, *(words for words, _ in cases))
    for (words, code), outcome in zip(cases, outcomes, strict=True):
        assert (outcome.exit, outcome.out) == (1, ""), words
        assert code in outcome.err, words


def test_four_eyes_on_the_command_line(house: Register) -> None:
    une, chef = ["--as", "un-recorder"], ["--as", "un-confirmer"]
    one, two = json.dumps(unit("R1")), json.dumps(unit("R2"))
    said, listed, alone, made, other = several(
        house.data,
        ["policy", "set", "confirmation", "true", "--as", "un-administrator"],
        ["policy", "list", "--json"],
        ["record", one, *une, "--json"],
        ["propose", one, *une, "--note", "Pour jeudi.", "--json"],
        ["propose", two, *une],
    )
    assert said.exit == 0, said.err
    assert policies.in_force(house).confirmation
    known: Any = {"policies": {"confirmation": True, "token_days": None}}
    assert json.loads(listed.out) == known
    assert json.loads(alone.err)["code"] == "confirmation_needed"
    id_, second = json.loads(made.out)["id"], other.out.split()[2].rstrip(";")
    waiting, shown, done, again, entry, dropped, nothing, verified = several(
        house.data,
        ["proposal", "list", *chef],
        ["proposal", "show", id_, *une],
        ["proposal", "confirm", id_, *chef],
        ["proposal", "confirm", id_, "--json"],
        ["show", "14", "--json"],
        ["proposal", "drop", second, *une],
        ["proposal", "list"],
        ["verify"],
    )
    assert f"{id_} · un-recorder · 1 draft in cours-fraiches" in waiting.out
    told = json.loads(shown.out)
    assert (told["drafts"], told["note"]) == ([unit("R1")], "Pour jeudi.")
    assert done.out == "Recorded as entry 14.\n"
    assert json.loads(again.out)["first"] == 14
    assert "un-confirmer" in entry.out
    assert f"{second} is dropped." in dropped.out
    assert nothing.out == "Nothing waits.\n"
    assert verified.exit == 0, verified.err
