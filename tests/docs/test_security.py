"""What SECURITY.md and the settings say is so: tests that exist, defaults that hold."""

from __future__ import annotations

import ast
import re

import pytest

from ledger.service.settings import Settings
from tests.docs.tables import ROOT

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_[a-z0-9_]+)`", SECURITY)))


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda part: str(part)[:60])
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    assert test in functions(file)


def test_no_threat_is_without_its_line() -> None:
    """Whatever `tests/threats` shows is said, so that nobody has to read tests to know."""
    assert len(NAMED) > 40
    lines = [line for line in SECURITY.splitlines() if "::test_" in line]
    for file in (ROOT / "tests" / "threats").glob("test_*.py"):
        assert any(file.name in line for line in lines), file.name


def test_every_setting_is_documented() -> None:
    told = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `LEDGER_{name.upper()}` \| (.+?) \|", told, re.MULTILINE)
        assert row is not None, name
        default = "any" if field.default == "" else f"`{field.default}`"
        assert row[1] == default, name
