"""`filrouge key` and `filrouge sign`: a panel on its own computer, a city on another."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.errors import LedgerError
from ledger.service.register import create_register
from tests.cli.test_commands import write
from tests.world import CITIZENS, draft, new_register, opened, unit

GUIDE = Path(__file__).parents[2] / "docs" / "signing.md"
ORIGIN = ("--origin", "registre.example/essai")
NOWHERE = Path("/nonexistent")


class Ran(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def filrouge(*words: str, data: Path, stdin: str = "") -> Ran:
    """Runs a command as `run` does, in this process."""
    result = CliRunner().invoke(app, words, input=stdin, env={"LEDGER_DATA": str(data)})
    if isinstance(result.exception, LedgerError):
        error = result.exception
        return Ran(error.exit_status, result.stdout, f"{error} [{error.code}]")
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a register."""
    register = new_register(tmp_path / "data")
    register.close()
    return register.data


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """The folder of a panel, with its key and the request that it be added."""
    folder = tmp_path / "panel"
    folder.mkdir()
    made = filrouge(
        *("key", "new", "--name", CITIZENS["name"], "--role", "citizens", *ORIGIN),
        *("--out", str(folder / "panel.pem")),
        data=NOWHERE,
    )
    assert made.returncode == 0, made.stderr
    (folder / "request.json").write_text(made.stdout, encoding="utf-8")
    return folder


def signed(panel: Path, said: dict[str, Any], *more: str) -> Any:
    return filrouge(
        "sign", json.dumps(said), "--key", str(panel / "panel.pem"), *ORIGIN, *more,
        data=NOWHERE,
    )  # fmt: skip


def joined(panel: Path, data: Path) -> str:
    """The id of the panel's key, added."""
    added = filrouge("key", "add", str(panel / "request.json"), data=data)
    assert added.returncode == 0, added.stderr
    request = json.loads((panel / "request.json").read_text(encoding="utf-8"))
    id_: str = request["body"]["key"]["id"]
    assert f"Added as entry 4: {id_}  Atelier citoyen (citizens)." in added.stdout
    return id_


def test_a_panel_signs_without_a_register_and_the_city_records_it(panel: Path, data: Path):
    id_ = joined(panel, data)
    filrouge("record", json.dumps(opened()), data=data)
    file = panel / "signed.json"
    made = signed(panel, unit("R1"), "--out", str(file))
    assert made.returncode == 0, made.stderr
    recorded = filrouge("record", str(file), data=data)
    assert recorded.stdout == "Recorded as entry 6.\n"
    entry = json.loads(filrouge("show", "6", "--json", data=data).stdout)["entry"]
    assert (entry["signed"]["key"], entry["recorder"]) == (id_, "registrar")
    again = filrouge("record", str(file), data=data)
    assert (again.returncode, "[nonce_used]" in again.stderr) == (1, True)
    (key,) = json.loads(filrouge("key", "list", "--json", data=data).stdout)["keys"]
    assert (key["id"], key["holder"], key["state"]) == (id_, CITIZENS, "valid")
    told = json.loads(filrouge("verify", "--json", data=data).stdout)
    assert told["signed"] == {"valid": 2, "doubtful": 0, "void": 0}


def test_a_revoked_key_is_told_by_list_verify_and_record(panel: Path, data: Path):
    id_ = joined(panel, data)
    filrouge("record", json.dumps(opened()), data=data)
    (early,) = json.loads(filrouge("key", "list", "--json", data=data).stdout)["keys"]
    revoked = filrouge("key", "revoke", id_[:8], "--from", early["added"]["at"], data=data)
    assert revoked.stdout == "Revoked as entry 6: 1 signed statements are doubtful.\n"
    assert "  revoked " in filrouge("key", "list", data=data).stdout
    refused = filrouge("record", "-", stdin=signed(panel, unit("R1")).stdout, data=data)
    assert (refused.returncode, "[key_revoked]" in refused.stderr) == (1, True)
    verified = filrouge("verify", data=data)
    assert verified.returncode == 0
    assert "Signed statements: 0 valid, 1 doubtful." in verified.stdout


def test_a_key_is_written_once_and_for_its_owner_alone(panel: Path):
    file = panel / "panel.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    again = filrouge(
        *("key", "new", "--name", "Un autre", "--role", "jury", *ORIGIN, "--out", str(file)),
        data=NOWHERE,
    )
    assert (again.returncode, "[key_exists]" in again.stderr) == (1, True)
    assert file.read_bytes() == before
    assert "PRIVATE KEY" not in (panel / "request.json").read_text(encoding="utf-8")


def test_a_file_of_drafts_is_signed_line_by_line_and_recorded_as_one(
    panel: Path, data: Path, tmp_path: Path
):
    joined(panel, data)
    filrouge("record", json.dumps(opened()), data=data)
    plain, file = write(tmp_path, [unit("R1"), unit("R2")]), tmp_path / "signed.jsonl"
    made = filrouge(
        "sign", str(plain), "--key", str(panel / "panel.pem"), *ORIGIN, "--out", str(file),
        data=NOWHERE,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert filrouge("record", str(file), data=data).stdout == "Recorded as entries 6–7.\n"
    loaded = filrouge("load", str(file), data=data)
    assert loaded.stdout == "0 recorded, 2 already here.\n"


def test_signing_says_what_to_do_instead(panel: Path, tmp_path: Path):
    named = draft("procedure.changed", {"procedure": "grand-debat", "why": "x"})
    outcome = signed(panel, named)
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert "/drafts/0/body/procedure" in outcome.stderr
    assert "filrouge procedure list" in outcome.stderr
    bad = signed(panel, unit("r1"))
    assert (bad.returncode, "/drafts/0/body/id" in bad.stderr) == (1, True)
    none = filrouge("sign", "{}", "--key", str(tmp_path / "none.pem"), *ORIGIN, data=NOWHERE)
    assert (none.returncode, "[no_key]" in none.stderr) == (4, True)


def test_only_an_account_that_governs_adds_and_revokes_keys(panel: Path, data: Path):
    filrouge("account", "add", "greffe", "--role", "recorder", data=data)
    refused = filrouge("key", "add", str(panel / "request.json"), "--as", "greffe", data=data)
    assert (refused.returncode, "[forbidden]" in refused.stderr) == (1, True)
    filrouge("account", "add", "tenue", "--role", "administrator", data=data)
    added = filrouge("key", "add", str(panel / "request.json"), "--as", "tenue", data=data)
    assert added.returncode == 0, added.stderr
    (key,) = json.loads(filrouge("key", "list", "--json", data=data).stdout)["keys"]
    for name, code in (("greffe", 1), ("tenue", 0)):
        words = ("key", "revoke", key["id"], "--from", key["added"]["at"], "--as", name)
        assert filrouge(*words, data=data).returncode == code


def test_the_guide_for_signers_works_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    register = create_register(
        tmp_path / "data",
        authority="Ville d’essai",
        origin="registre.ville.example/decisions",
        time_zone="Europe/Paris",
        reconstruction=False,
        now=datetime.now(UTC),
        procedures=["atelier-citoyen"],
    )
    register.close()
    data = register.data
    filrouge("record", json.dumps(opened() | {"on": None}), data=data)
    panel = {"name": "Conseil citoyen", "role": "citizens"}
    Path("draft.json").write_text(json.dumps(unit("R1") | {"by": panel, "on": None}))
    lines = re.findall(r"^    filrouge (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    id_ = ""
    for line in lines:
        words, _, file = line.partition(" > ")
        today = datetime.now(UTC).date().isoformat()
        words = words.replace("9f2b11c0", id_[:8]).replace("2026-11-20", today)
        ran = filrouge(*shlex.split(words), data=data)
        assert ran.returncode == 0, (line, ran)
        if file:
            Path(file).write_text(ran.stdout)
            id_ = json.loads(ran.stdout)["body"]["key"]["id"]
        if words.startswith("sign "):
            recorded = filrouge("record", "signed.json", data=data)
            assert recorded.stdout == "Recorded as entry 4.\n"
    assert [line.split()[0] for line in lines] == ["key", "key", "sign", "key"]
    assert "2 doubtful" in filrouge("verify", data=data).stdout
