"""`filrouge procedure`: as a clerk types it, each command a process of its own."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import data, filrouge, write
from tests.domain.test_lint import GOOD, SHIPPED, duty
from tests.world import PROCEDURES, workshop

__all__ = ["data"]
BAD = duty(within='"six mois"', by='["council"]')


def file_of(folder: Path, text: str, name: str = "essai.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def entries(folder: Path) -> int:
    return int(json.loads(filrouge("show", "--json", data=folder).stdout)["size"])


def test_lint_says_all_at_once_where_and_how_to_mend_it(tmp_path: Path) -> None:
    bad, good = file_of(tmp_path, BAD), file_of(tmp_path, GOOD, "bon.toml")
    outcome = filrouge("procedure", "lint", bad, good, data=tmp_path)
    assert outcome.returncode == 1
    assert outcome.stdout.splitlines() == [
        f"{bad}:owed[0].within: `six mois` is no duration: give a duration in quotes:"
        ' "P6M" is six months, "P1Y" a year, "P2W" two weeks [bad_duration]',
        f"{bad}:owed[0]: `within` needs the text that sets it: add basis ="
        ' "…" with its article and date, or leave it out: then nothing is ever late [no_basis]',
        f"{bad}:owed[0].by: none of them may take the step `answer.given`: by it may city"
        " [nobody_may]",
        f"{good}: nothing is wrong with it",
    ]


def test_lint_tells_machines_the_same(tmp_path: Path) -> None:
    bad = file_of(tmp_path, BAD)
    told = json.loads(filrouge("procedure", "lint", bad, "--json", data=tmp_path).stdout)
    assert [(f["place"], f["code"], f["severity"]) for f in told["flaws"]] == [
        ("owed[0].within", "bad_duration", "error"),
        ("owed[0]", "no_basis", "error"),
        ("owed[0].by", "nobody_may", "error"),
    ]


def test_warnings_alone_exit_with_0_and_the_shipped_procedures_have_none(
    tmp_path: Path,
) -> None:
    warned = file_of(tmp_path, duty(by='["city", "council"]'))
    outcome = filrouge("procedure", "lint", warned, data=tmp_path)
    assert outcome.returncode == 0
    assert "warning: `council` owes it and may not" in outcome.stdout
    outcome = filrouge("procedure", "lint", *map(str, SHIPPED), data=tmp_path)
    assert outcome.returncode == 0
    assert outcome.stdout.count("nothing is wrong with it") == len(SHIPPED)


@pytest.mark.parametrize("command", ["lint", "adopt", "show"])
def test_what_is_no_procedure_is_refused_in_one_clear_line(
    data: Path, tmp_path: Path, command: str
) -> None:
    latin, huge = tmp_path / "latin.toml", tmp_path / "huge.toml"
    latin.write_bytes('name = "x"\nbasis = "arrêté"'.encode("latin-1"))
    huge.write_bytes(b"#" * 2_000_000)
    for path, status, said in (
        (tmp_path / "none.toml", 4, "No such file"),
        (latin, 1, "not UTF-8 (line 2)"),
        (huge, 1, "this is no procedure"),
    ):
        outcome = filrouge("procedure", command, str(path), data=data)
        assert outcome.returncode == status, outcome.stderr
        assert said in outcome.stderr
        assert "Traceback" not in outcome.stderr
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    outcome = filrouge("procedure", command, str(folder), data=data)
    assert outcome.returncode == 4
    assert "is a folder" in outcome.stderr
    outcome = filrouge("procedure", command, file_of(tmp_path, " \n"), data=data)
    assert outcome.returncode == 1
    assert "[empty_file]" in outcome.stdout + outcome.stderr
    assert entries(data) == 1 + len(PROCEDURES)


def test_an_editor_may_put_a_mark_before_the_text_and_end_lines_as_it_likes(
    data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(("\ufeff" + GOOD.replace("\n", "\r\n")).encode())
    assert filrouge("procedure", "adopt", str(path), data=data).returncode == 0


def test_a_wrong_file_is_refused_with_all_its_flaws_and_nothing_is_appended(
    data: Path, tmp_path: Path
) -> None:
    before = entries(data)
    outcome = filrouge("procedure", "adopt", file_of(tmp_path, BAD), data=data)
    assert outcome.returncode == 1
    for code in ("bad_duration", "no_basis", "nobody_may", "bad_procedure"):
        assert f"[{code}]" in outcome.stderr
    assert entries(data) == before


def test_a_procedure_is_adopted_once_listed_and_taken_up(data: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, GOOD)
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    adopted = filrouge("procedure", "adopt", file, data=data)
    seq = entries(data) - 1
    assert adopted.stdout == f"Adopted as entry {seq}.\n"
    again = filrouge("procedure", "adopt", file, data=data)
    assert (again.returncode, entries(data)) == (1, seq + 1)
    assert "[already_adopted]" in again.stderr

    changed = filrouge(
        "procedure", "change", "cours-fraiches", "essai", "--why", "La charte de 2026.",
        "--by", "Conseil municipal", "--role", "council", "--on", "2026-10-01", data=data,
    )  # fmt: skip
    assert changed.returncode == 0, changed.stderr
    entry = json.loads(filrouge("show", str(seq + 1), "--json", data=data).stdout)["entry"]
    assert entry["kind"] == "procedure.changed"
    assert entry["body"]["procedure"] == seq
    assert entry["by"] == {"name": "Conseil municipal", "role": "council"}
    assert entry["on"] == "2026-10-01"

    listed = json.loads(filrouge("procedure", "list", "--json", data=data).stdout)
    last = listed["procedures"][-1]
    assert (last["name"], last["seq"], last["newest"]) == ("essai", seq, True)
    assert last["processes"] == ["cours-fraiches"]
    assert "essai  1  entry" in filrouge("procedure", "list", data=data).stdout
    assert filrouge("verify", data=data).returncode == 0


def test_a_change_says_who_speaks_in_which_role_or_neither(data: Path, tmp_path: Path) -> None:
    filrouge("load", str(write(tmp_path, workshop())), data=data)
    before = entries(data)
    words = ("procedure", "change", "cours-fraiches", "grand-debat", "--why", "Ainsi.")
    assert filrouge(*words, "--by", "Conseil", data=data).returncode == 2
    assert filrouge(*words, "--by", "X", "--role", "mayor", data=data).returncode == 1
    unknown = filrouge("procedure", "change", "nulle-part", *words[3:], data=data)
    assert unknown.returncode == 1
    assert "[unknown_process]" in unknown.stderr
    missing = filrouge(*words[:3], "sans-nom", *words[4:], data=data)
    assert "[unknown_procedure]" in missing.stderr
    assert entries(data) == before
    assert filrouge(*words, data=data).returncode == 0
    entry = json.loads(filrouge("show", str(before), "--json", data=data).stdout)["entry"]
    assert entry["by"] == {"name": "Ville d’essai", "role": "registrar"}


def test_a_plan_is_shown_of_a_name_an_entry_and_a_file(data: Path, tmp_path: Path) -> None:
    for place in ("atelier-citoyen", "1"):
        shown = filrouge("procedure", "show", place, data=data).stdout
        assert "│ ● Opinion delivered: citizens" in shown
        assert " 2. An argued answer to each recommendation" in shown
        assert "After: opinion delivered" not in shown
        assert "Opinion delivered ⇢ Answer" in shown
        assert "No delay is set: open, never late." in shown
        assert "Mandate, then opinion delivered" in shown
    file = file_of(tmp_path, duty(within='"P6M"', basis='"Charte, article 4."'))
    shown = filrouge("procedure", "show", file, "--lang", "fr", data=tmp_path).stdout
    assert "pas encore adoptée" in shown
    assert "Dans un délai de 6 mois." in shown
    assert "Charte, article 4." in shown
    assert filrouge("procedure", "show", "0", data=data).returncode == 1
    assert filrouge("procedure", "show", "nulle-part", data=data).returncode == 1


def test_a_plan_is_drawn_in_each_format(data: Path, tmp_path: Path) -> None:
    for name, start in (
        ("p.svg", b"<svg "),
        ("p.dot", b"digraph procedure"),
        ("p.pdf", b"%PDF-"),
        ("p.png", b"\x89PNG"),
    ):
        out = tmp_path / name
        outcome = filrouge("procedure", "show", "grand-debat", "--out", str(out), data=data)
        assert outcome.returncode == 0, outcome.stderr
        assert out.read_bytes().startswith(start)
    wrong = filrouge("procedure", "show", "1", "--out", str(tmp_path / "p.gif"), data=data)
    assert "[bad_request]" in wrong.stderr
    assert filrouge("procedure", "show", "1", "--lang", "de", data=data).returncode == 2
