"""Gives several commands one after the other in one process of their own.

    python -m tests.cli.several < commands.json      (an array of arrays of words)

A process of their own, since commands leave closing to their end; one, since beginning it is
most of what a command costs. Errors are told as `filrouge` tells them.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from typer.main import get_command

from ledger.cli import output
from ledger.cli.main import app
from ledger.errors import LedgerError

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """What came of a command."""

    exit: int
    out: str
    err: str


def several(data: Path, *commands: list[str]) -> list[Outcome]:
    """What came of each command, given to the register in a folder."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.cli.several"],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={"LEDGER_DATA": str(data), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stderr
    return [Outcome(*told) for told in json.loads(ran.stdout)]


def _give(command: Any, words: list[str]) -> Outcome:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            command(words, prog_name="filrouge")
        except LedgerError as error:
            output.fail(error, as_json="--json" in words)
            code = error.exit_status
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
    return Outcome(code, out.getvalue(), err.getvalue())


if __name__ == "__main__":
    made = get_command(app)
    json.dump([_give(made, words) for words in json.load(sys.stdin)], sys.stdout)
