from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from typer.core import TyperGroup
from typer.main import get_command

from ledger.cli.main import app
from tests import golden
from tests.docs import tables

CLI = tables.ROOT / "docs" / "cli.md"


def test_every_error_code_is_documented():
    document = tables.ERRORS.read_text(encoding="utf-8")
    assert tables.fill(document, golden.ERROR_BLOCKS) == document, "run `make golden`"


def test_every_flaw_of_a_procedure_is_documented():
    document = tables.PROCEDURES.read_text(encoding="utf-8")
    assert tables.fill(document, golden.PROCEDURE_BLOCKS) == document, "run `make golden`"


def commands(group: TyperGroup, path: str = "filrouge") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def examples() -> list[str]:
    return re.findall(r"^\| `(filrouge .+?)` \|", CLI.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_command_has_one_example_and_no_other_is_shown():
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    known = sorted(commands(group))
    found = []
    for example in examples():
        words = example.split()
        found.append(" ".join(words[:3] if " ".join(words[:3]) in known else words[:2]))
    assert sorted(found) == known


def test_every_example_is_understood():
    for example in examples():
        words = shlex.split(example.partition(" < ")[0])[1:]
        command = get_command(app)
        while isinstance(command, TyperGroup):
            command = command.commands[words.pop(0)]
        options = {
            name for param in command.params for name in [*param.opts, *param.secondary_opts]
        }
        assert {word for word in words if word.startswith("--")} <= options, example
