"""The command as people and scripts type it: what it prints, and how it exits."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world import PROCEDURES, contribution, draft, opened, unit, workshop

ROOT = Path(__file__).parents[2]


def filrouge(
    *words: str, data: Path, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from ledger.cli.main import run; run()", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={"LEDGER_DATA": str(data), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        | settings,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a register made by the command."""
    folder = tmp_path / "data"
    made = filrouge(
        "init",
        "--authority",
        "Ville d’essai",
        "--origin",
        "registre.example/x",
        *(word for name in PROCEDURES for word in ("--procedure", name)),
        data=folder,
    )
    assert made.returncode == 0, made.stderr
    return folder


def write(folder: Path, drafts: list[dict[str, object]]) -> Path:
    path = folder / "drafts.jsonl"
    path.write_text("".join(json.dumps(draft) + "\n" for draft in drafts), encoding="utf-8")
    return path


def test_loading_twice_records_once(data: Path, tmp_path: Path) -> None:
    file = str(write(tmp_path, workshop()))
    first = json.loads(filrouge("load", file, "--json", data=data).stdout)
    again = json.loads(filrouge("load", file, "--json", data=data).stdout)
    assert first == {"recorded": 13, "known": 0, "warnings": []}
    assert again == {"recorded": 0, "known": 13, "warnings": []}


def test_a_bad_line_is_named(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(opened()) + "\n{1.5}\n", encoding="utf-8")
    outcome = filrouge("load", str(path), data=data)
    assert outcome.returncode == 1
    assert "bad.jsonl line 2" in outcome.stderr


def test_one_draft_is_recorded_from_standard_input(data: Path) -> None:
    drafts = json.dumps([opened(), contribution("C1")])
    outcome = filrouge("record", "-", data=data, stdin=drafts)
    assert outcome.returncode == 0, outcome.stderr
    assert "entries 4–5" in outcome.stdout


def test_a_file_of_drafts_is_recorded_whole(data: Path, tmp_path: Path) -> None:
    assert filrouge("record", str(write(tmp_path, workshop())), data=data).returncode == 0
    assert filrouge("record", str(tmp_path / "nowhere.json"), data=data).returncode == 4


def test_a_port_in_use_is_said_and_exits_with_1(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        outcome = filrouge("serve", "--port", port, data=data)
    assert outcome.returncode == 1
    assert "port_in_use" in outcome.stderr
    assert "http" not in outcome.stdout


def test_a_refusal_exits_with_1_and_its_code(data: Path) -> None:
    outcome = filrouge("record", json.dumps(contribution("C1")), "--json", data=data)
    assert outcome.returncode == 1
    assert json.loads(outcome.stderr) == {
        "code": "unknown_process",
        "message": "no process is called cours-fraiches",
        "where": "/drafts/0/process",
    }


def test_wrong_usage_exits_with_2(data: Path) -> None:
    assert filrouge("verify", "--nonsense", data=data).returncode == 2


def test_a_bad_setting_is_named_and_exits_with_2(data: Path) -> None:
    outcome = filrouge("verify", data=data, LEDGER_PORT="huit mille")
    assert outcome.returncode == 2
    assert "LEDGER_PORT" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_verify_says_how_much_and_which_root(data: Path, tmp_path: Path) -> None:
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    outcome = filrouge("verify", data=data)
    assert outcome.returncode == 0
    assert "17 entries" in outcome.stdout
    assert "entries/s" in outcome.stdout
    assert "Root: " in outcome.stdout


def test_verify_exits_with_3_and_names_the_bad_object(data: Path, tmp_path: Path) -> None:
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    db = sqlite3.connect(data / "ledger.db", isolation_level=None)
    (guard,) = db.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'entry_update'"
    ).fetchone()
    db.execute("DROP TRIGGER entry_update")
    db.execute(
        "UPDATE entry SET data = CAST(replace(data, '2026-11-01', '2026-11-02') AS BLOB)"
    )
    db.execute(guard)
    db.close()
    outcome = filrouge("verify", data=data)
    assert outcome.returncode == 3
    assert "seq 4" in outcome.stderr


def test_verify_exits_with_4_where_there_is_nothing_to_check(tmp_path: Path) -> None:
    assert filrouge("verify", data=tmp_path / "nowhere").returncode == 4


def test_verify_exits_with_4_without_its_key(data: Path) -> None:
    (data / "keys" / "log.vkey").unlink()
    assert filrouge("verify", data=data).returncode == 4


def test_verify_takes_keys_and_a_checkpoint_from_elsewhere(data: Path, tmp_path: Path) -> None:
    keys = json.loads(filrouge("keys", "--json", data=data).stdout)["keys"]
    kept = tmp_path / "kept"
    kept.write_bytes((data / "checkpoint").read_bytes())
    options = [word for key in keys for word in ("--key", key)]
    assert filrouge("verify", *options, "--against", str(kept), data=data).returncode == 0


def test_a_token_is_shown_once_and_revoked(data: Path) -> None:
    grant = filrouge("account", "add", "dialogue", "--role", "recorder", data=data)
    token = grant.stdout.strip()
    assert token.startswith("fr_")
    assert token.rpartition("_")[2].encode() not in (data / "ledger.db").read_bytes()
    another = filrouge("token", "create", "dialogue", data=data).stdout.strip()
    assert another not in ("", token)
    assert "2 tokens" in filrouge("token", "revoke", "dialogue", data=data).stdout


def test_show_tells_the_register_a_process_an_item_and_an_entry(
    data: Path, tmp_path: Path
) -> None:
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    for place, words in {
        "": "cours-fraiches",
        "cours-fraiches": "retained",
        "cours-fraiches/R1": "Planter des arbres",
        "9": "unit.submitted",
    }.items():
        shown = filrouge("show", *([place] if place else []), data=data)
        assert shown.returncode == 0, shown.stderr
        assert words in shown.stdout
        json.loads(filrouge("show", *([place] if place else []), "--json", data=data).stdout)


def test_show_and_draw_tell_what_was_known_at_a_checkpoint(data: Path, tmp_path: Path) -> None:
    size = len(workshop()) + 4
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    filrouge("record", json.dumps(unit("R9", "Plus tard")), data=data)
    for place in ([], ["cours-fraiches"], ["cours-fraiches/R1"], ["9"]):
        now = filrouge("show", *place, "--json", data=data)
        then = filrouge("show", *place, "--size", str(size), "--json", data=data)
        assert then.returncode == 0, then.stderr
        assert ("R9" in now.stdout) <= ("R9" not in then.stdout)
    for later in ("cours-fraiches/R9", str(size)):
        refused = filrouge("show", later, "--size", str(size), data=data)
        assert refused.returncode == 1
    out = tmp_path / "then.json"
    drawn = filrouge("draw", "cours-fraiches", "-o", str(out), "--size", str(size), data=data)
    assert drawn.returncode == 0, drawn.stderr
    assert "R9" not in out.read_text()


def test_what_changed_between_two_checkpoints_is_told(data: Path, tmp_path: Path) -> None:
    size = str(len(workshop()) + 4)
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    answered = {"unit": "R1", "response": None, "verdict": "rejected", "reason": "Non."}
    filrouge("record", json.dumps(draft("answer.given", answered)), data=data)
    told = filrouge("changes", "cours-fraiches", "--since", size, data=data)
    assert told.returncode == 0, told.stderr
    assert "1 answer.given [17]" in told.stdout
    assert "retained → rejected" in told.stdout
    found = filrouge("changes", "cours-fraiches", "--since", "0", "--json", data=data)
    assert json.loads(found.stdout)["opened"] is False
    same = filrouge("changes", "cours-fraiches", "--since", size, "--size", size, data=data)
    assert "Nothing changed." in same.stdout
    new = filrouge("changes", "cours-fraiches", "--since", "4", data=data)
    assert "everything is new" in new.stdout
    for options in (["--since", "7"], ["--since", "99"], ["--since", size, "--size", "4"]):
        assert filrouge("changes", "cours-fraiches", *options, data=data).returncode == 1


def test_an_erased_text_is_gone_and_the_register_verifies(data: Path, tmp_path: Path) -> None:
    secret = "Une phrase que personne ne doit plus lire."
    filrouge("load", str(write(tmp_path, [opened(), contribution("C1", secret)])), data=data)
    outcome = filrouge(
        "erase", "5", "--path", "/body/text", "--basis", "consent_withdrawn", data=data
    )
    assert outcome.returncode == 0, outcome.stderr
    for path in data.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert filrouge("verify", data=data).returncode == 0


def test_publishing_writes_what_was_not_there(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "www"
    filrouge("publish", "--out", str(out), data=data)
    assert (out / "tile" / "0" / "000.p" / "4").stat().st_size == 4 * 32
    assert (out / "checkpoint").read_bytes() == (data / "checkpoint").read_bytes()
    assert (out / "tile" / "entries" / "000.p" / "4").is_file()


def test_the_demonstration_loads_its_fixtures(tmp_path: Path) -> None:
    outcome = filrouge("demo", "--no-serve", data=tmp_path / "demo")
    assert outcome.returncode == 0, outcome.stderr
    assert filrouge("verify", data=tmp_path / "demo").returncode == 0


def test_the_demonstration_made_twice_is_the_same_and_shows_an_erasure(tmp_path: Path) -> None:
    first = filrouge("demo", "--no-serve", data=tmp_path / "demo")
    again = filrouge("demo", "--no-serve", data=tmp_path / "demo")
    assert first.stdout == again.stdout
    found = json.loads(filrouge("verify", "--json", data=tmp_path / "demo").stdout)
    assert found["erased"] == 2
    for path in (tmp_path / "demo").rglob("*"):
        if path.is_file():
            assert "rentre avec les genoux brûlés".encode() not in path.read_bytes()


def test_a_file_is_attached_and_listed(data: Path, tmp_path: Path) -> None:
    source = tmp_path / "plan.csv"
    source.write_bytes(b"rue;arbres\nune;12\n")
    told = filrouge("attach", str(source), data=data)
    assert told.returncode == 0, told.stderr
    form = json.loads(told.stdout)
    assert form["file"]["media"] == "text/csv"
    listed = json.loads(filrouge("files", "list", "--json", data=data).stdout)
    assert [row["documents"] for row in listed["files"]] == [[]]
    collected = filrouge("files", "collect", "--dry-run", "--json", data=data)
    assert json.loads(collected.stdout) == {"files": [], "incoming": 0}
    bad = tmp_path / "plan.pdf"
    bad.write_bytes(b"<html></html>")
    refused = filrouge("attach", str(bad), "--json", data=data)
    assert (refused.returncode, json.loads(refused.stderr)["code"]) == (1, "bad_file")
    large = filrouge("attach", str(source), data=data, LEDGER_MAX_FILE="3")
    assert (large.returncode, "too_large" in large.stderr) == (1, True)
    stranger = filrouge("attach", str(source), "--as", "inconnu", data=data)
    assert (stranger.returncode, "unknown_account" in stranger.stderr) == (1, True)
    missing = filrouge("attach", str(tmp_path / "none"), data=data)
    assert missing.returncode == 4


def test_an_erasure_is_tried_first_and_takes_what_corrections_say(
    data: Path, tmp_path: Path
) -> None:
    secret = "Une phrase que personne ne doit plus lire."
    drafts = [opened(), contribution("C1", "premier"), contribution("C2")]
    filrouge("load", str(write(tmp_path, drafts)), data=data)
    changes = [{"path": "/body/text", "value": secret}]
    mended = draft("correction.made", {"entry": 5, "changes": changes, "why": "Une faute."})
    assert filrouge("record", json.dumps(mended), data=data).returncode == 0
    place = ["erase", "cours-fraiches/C1", "--path", "text"]
    tried = filrouge(*place, "--dry-run", "--json", data=data)
    assert json.loads(tried.stdout)["texts"] == [
        {"seq": 5, "process": "cours-fraiches", "paths": ["/body/text"]},
        {"seq": 7, "process": "cours-fraiches", "paths": ["/body/changes/0/value"]},
    ]
    assert filrouge("show", "7", data=data).stdout.count(secret) == 1
    done = filrouge(*place, "--basis", "objection", data=data)
    assert "recorded as entries 8–9" in done.stdout
    assert secret not in filrouge("show", "7", data=data).stdout
    assert filrouge("erase", "--finish", data=data).returncode == 0
    for bad in (
        ["erase"],
        ["erase", "5"],
        ["erase", "5", "--all"],
        ["erase", "5", "--all", "--path", "text", "--basis", "child"],
        ["erase", "5", "--subject", "x", "--basis", "child"],
        ["erase", "--subject", "x", "--all", "--basis", "child"],
        ["erase", "cours-fraiches", "--all", "--basis", "child"],
    ):
        assert filrouge(*bad, data=data).returncode == 2, bad
    for refused in (
        ["erase", "cours-fraiches/C9", "--all", "--basis", "child"],
        ["erase", "5", "--path", "id", "--basis", "child"],
        ["erase", "--subject", "x:1", "--basis", "child"],
        ["erase", "6", "--all", "--basis", "because"],
        ["erase", "6", "--all", "--basis", "child", "--as", "inconnu"],
    ):
        assert filrouge(*refused, data=data).returncode == 1, refused


def test_a_subject_is_erased_and_an_older_copy_says_so(data: Path, tmp_path: Path) -> None:
    secret = "Une phrase que personne ne doit plus lire."
    story = [opened(), contribution("C1", secret) | {"subject": "plateforme:7"}]
    filrouge("load", str(write(tmp_path, story)), data=data)
    old, new = tmp_path / "avant", tmp_path / "apres"
    copied = filrouge("backup", "--out", str(old), "--json", data=data)
    assert json.loads(copied.stdout)["entries"] == 6
    assert filrouge("backup", "--out", str(old), data=data).returncode == 1
    done = filrouge("erase", "--subject", "plateforme:7", "--basis", "child", data=data)
    assert done.returncode == 0, done.stderr
    assert filrouge("backup", "--out", str(new), data=data).returncode == 0
    assert filrouge("verify", str(old), data=data).returncode == 0
    told = filrouge("verify", str(old), "--newer", str(data), data=data)
    assert "Erased since, and still here:" in told.stdout
    assert "cours-fraiches entry 5 /body/text (child, " in told.stdout
    assert secret not in told.stdout
    since = json.loads(
        filrouge("verify", str(new), "--newer", str(data), "--json", data=data).stdout
    )
    assert since["erased_since"] == []
    assert filrouge("verify", str(data), "--newer", str(old), data=data).returncode == 3
