"""Warnings and imports as people type them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.test_commands import data, filrouge, write
from tests.world import SLUG, contribution, draft, opened, workshop

__all__ = ["data"]

OPTIONS = (
    *("--process", SLUG, "--channel", "website", "--by", "Habitants:citizens"),
    *("--authors", "sealed"),
    *("--map", "reference=Id,text=Contenu, tel quel", "--map", "author=Auteur"),
)
NAMED = "Voir Mme Exemple au 06 00 00 00 00."


@pytest.fixture
def debate(data: Path) -> Path:
    """The folder of a register with one open process."""
    assert filrouge("record", json.dumps(opened()), data=data).returncode == 0
    return data


def exported(folder: Path, count: int) -> Path:
    path = folder / "export.csv"
    rows = [f'CF-{n},"Texte {n}, suite",Anonyme' for n in range(count)]
    path.write_text("\n".join(['Id,"Contenu, tel quel",Auteur', *rows]), encoding="utf-8")
    return path


def size(data: Path) -> int:
    db = sqlite3.connect(data / "ledger.db")
    ((count,),) = db.execute("SELECT count(*) FROM entry")
    db.close()
    return int(count)


def test_a_file_is_imported_once_and_what_grew_after(debate: Path, tmp_path: Path) -> None:
    for count, expected in ((3, (3, 0)), (3, (0, 3)), (5, (2, 3))):
        file = str(exported(tmp_path, count))
        outcome = filrouge("import", file, *OPTIONS, "--json", data=debate)
        assert outcome.returncode == 0, outcome.stderr
        said = json.loads(outcome.stdout)
        assert (said["recorded"], said["known"]) == expected
    shown = filrouge("show", f"{SLUG}/C5", data=debate).stdout
    assert "Texte 4, suite" in shown
    assert "Anonyme" not in shown
    assert filrouge("verify", data=debate).returncode == 0


def test_all_that_one_person_wrote_is_erased_and_does_not_come_back(
    debate: Path, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    rows = ["CF-1;Un banc;48213", "CF-2;Une fontaine;48213", "CF-3;Des arbres;7"]
    path.write_text("\n".join(["Id;Contenu;Compte", *rows]), encoding="utf-8")
    columns = ("--map", "reference=Id,text=Contenu,subject=Compte")
    imported = filrouge("import", str(path), *OPTIONS[:8], *columns, data=debate)
    assert imported.returncode == 0, imported.stderr
    erased = filrouge("erase", "--subject", "48213", "--basis", "objection", data=debate)
    assert erased.returncode == 0, erased.stderr
    for words, kept in (("Un banc", 0), ("Une fontaine", 0), ("48213", 0), ("Des arbres", 1)):
        assert (words.encode() in (debate / "ledger.db").read_bytes()) == bool(kept), words
    again = filrouge("import", str(path), *OPTIONS[:8], *columns, "--json", data=debate)
    assert json.loads(again.stdout)["known"] == 3
    assert filrouge("verify", data=debate).returncode == 0


def test_a_bad_line_is_named_and_exits_with_1(debate: Path, tmp_path: Path) -> None:
    path = exported(tmp_path, 3)
    path.write_text(path.read_text() + "\n,sans référence,\n", encoding="utf-8")
    before = size(debate)
    outcome = filrouge("import", str(path), *OPTIONS, data=debate)
    assert (outcome.returncode, size(debate)) == (1, before)
    assert "export.csv line 5" in outcome.stderr


@pytest.mark.parametrize("pair", ["Id", "=Id", "reference=", "text=Contenu"])
def test_a_column_said_badly_or_twice_is_wrong_usage(
    debate: Path, tmp_path: Path, pair: str
) -> None:
    file = str(exported(tmp_path, 1))
    assert filrouge("import", file, *OPTIONS, "--map", pair, data=debate).returncode == 2


def test_an_import_is_held_to_what_its_account_may_do(debate: Path, tmp_path: Path) -> None:
    outcome = filrouge(
        "import", str(exported(tmp_path, 1)), *OPTIONS, "--as", "personne", data=debate
    )
    assert outcome.returncode == 1
    assert "unknown_account" in outcome.stderr


def test_importing_summarizes_warnings_and_names_nobody(debate: Path, tmp_path: Path) -> None:
    path = exported(tmp_path, 1)
    rows = "".join(f"\nCG-{n},{NAMED},Mme Exemple" for n in range(12))
    path.write_text(path.read_text() + rows, encoding="utf-8")
    for check in (["--check"], []):
        outcome = filrouge("import", str(path), *OPTIONS, *check, data=debate)
        assert outcome.returncode == 0, outcome.stderr
        assert "12 × perhaps the name of a person (sealed)" in outcome.stderr
        assert "12 × perhaps a telephone number (sealed)" in outcome.stderr
        assert "export.csv line 3 /body/text" in outcome.stderr
        assert "Exemple" not in outcome.stdout + outcome.stderr
        assert ("13 checked, none recorded" in outcome.stdout) == bool(check)
    assert size(debate) == 5 + 13


def test_recording_warns_on_standard_error_and_in_json(debate: Path) -> None:
    said = contribution("C1", NAMED)
    outcome = filrouge("record", json.dumps(said), data=debate)
    assert outcome.returncode == 0
    assert "/drafts/0/body/text: perhaps the name of a person." in outcome.stderr
    assert "Exemple" not in outcome.stdout + outcome.stderr
    said["body"]["id"] = "C2"
    warned = json.loads(filrouge("record", json.dumps(said), "--json", data=debate).stdout)
    assert [(w["where"], w["what"], w["clear"]) for w in warned["warnings"]] == [
        ("/drafts/0/body/text", "named_person", False),
        ("/drafts/0/body/text", "phone", False),
    ]
    assert all(w["advice"] for w in warned["warnings"])


def test_a_checked_batch_is_refused_or_warned_of_and_not_recorded(debate: Path) -> None:
    before = size(debate)
    checked = filrouge(
        "record", json.dumps(contribution("C1", NAMED)), "--check", "--json", data=debate
    )
    said = json.loads(checked.stdout)
    assert (said["checked"], len(said["warnings"])) == (1, 2)
    refused = filrouge(
        "record", json.dumps(contribution("C1") | {"process": "autre"}), "--check", data=debate
    )
    assert refused.returncode == 1
    assert "unknown_process" in refused.stderr
    assert size(debate) == before
    assert filrouge("verify", data=debate).returncode == 0


def test_a_checked_file_says_what_will_be_judged_when_it_is_loaded(
    data: Path, tmp_path: Path
) -> None:
    mended = {
        "entry": {"nth": 2},
        "changes": [{"path": "/body/text", "value": NAMED}],
        "why": "Une coquille.",
    }
    story = [*workshop(), draft("correction.made", mended)]
    file = str(write(tmp_path, story))
    before = size(data)
    checked = json.loads(filrouge("load", file, "--check", "--json", data=data).stdout)
    assert checked == {"checked": 13, "known": 0, "unjudged": 1, "warnings": []}
    assert size(data) == before
    loaded = json.loads(filrouge("load", file, "--json", data=data).stdout)
    assert {(w["where"], w["clear"]) for w in loaded["warnings"]} == {
        ("/drafts/13/body/changes/0/value", False)
    }
    # Once it is recorded, what follows the correction is judged like anything else.
    twice = write(tmp_path, [*story, contribution("C9"), contribution("C9")])
    refused = filrouge("load", str(twice), "--check", data=data)
    assert (refused.returncode, size(data)) == (1, before + 14)
    assert "duplicate_id" in refused.stderr
