"""A file is put in its place whole or not at all, wherever the process dies."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.errors import MalformedError, TamperedError
from ledger.store.files import Folder
from tests.files import PDF, PNG, fingerprint
from tests.world import NOW

NAME = fingerprint(PDF)

# Counts the system calls of the whole step, through the interpreter's own eyes, and dies
# before the one it is told to. Each attempt is a process of its own, and so is its death.
VICTIM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from ledger.store.files import Folder

def attempt(folder, last):
    count = 0
    def watch(frame, event, called):
        nonlocal count
        if event == "c_call" and getattr(called, "__module__", "") == os.open.__module__:
            count += 1
            if count == last:
                os.write(2, called.__name__.encode() + b" ")
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(watch)
    incoming = folder.begin()
    incoming.write(b"%PDF-")
    incoming.write(sys.argv[2].encode())
    incoming.sync()
    folder.keep(incoming, at=datetime(2026, 11, 2, tzinfo=UTC))
    sys.setprofile(None)

last = 0
while True:
    last += 1
    folder = Path(sys.argv[1]) / str(last)
    folder.mkdir()
    child = os.fork()
    if not child:
        attempt(Folder(folder / "files"), last)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(last)
"""


def put(folder: Folder, data: bytes = PDF) -> bool:
    incoming = folder.begin()
    incoming.write(data)
    incoming.sync()
    return folder.keep(incoming, at=NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def test_killed_at_any_system_call_a_file_is_whole_or_not_there(tmp_path: Path):
    told = subprocess.run(
        [sys.executable, "-c", VICTIM, str(tmp_path), "rest"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    deaths = told.stderr.split()
    # It died in front of each step that matters.
    assert {"open", "write", "fsync", "close", "mkdir", "utime", "replace"} <= set(deaths)
    attempts = int(told.stdout)
    assert len(deaths) == attempts - 1
    name, kept = fingerprint(b"%PDF-rest"), 0
    for last in range(1, attempts + 1):
        folder = Folder(tmp_path / str(last) / "files")
        if folder.held(name) is not None:
            kept += 1
            with folder.open(name) as file:
                assert file.read() == b"%PDF-rest"
        # What is left over is one on its way in, and is swept away.
        rest = [p for p in (tmp_path / str(last)).rglob("*") if p.is_file()]
        folder.sweep(NOW + timedelta(days=36500))
        left = [p for p in rest if p.exists()]
        assert len(rest) <= 1
        assert [p.name for p in left] in ([], [name])
        # And the next attempt succeeds.
        put(folder, b"%PDF-rest")
        assert folder.held(name) is not None
    assert 1 < kept < attempts


def test_a_file_is_for_its_owner_alone_and_says_when_it_was_sent(
    folder: Folder, tmp_path: Path
):
    assert put(folder)
    place = tmp_path / "files" / NAME[:2] / NAME
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    held = folder.held(NAME)
    assert held is not None
    assert (held.bytes, held.at.replace(microsecond=0)) == (
        len(PDF),
        NOW.replace(microsecond=0),
    )


def test_the_same_bytes_are_one_file_and_mend_one_that_was_spoiled(
    folder: Folder, tmp_path: Path
):
    assert put(folder)
    (tmp_path / "files" / NAME[:2] / NAME).write_bytes(b"spoiled")
    assert not put(folder)
    with folder.open(NAME) as file:
        assert file.read() == PDF
    assert [file.sha256 for file in folder.files()] == [NAME]


def test_many_at_once_are_one_file_and_leave_nothing_behind(folder: Folder, tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: put(folder), range(40)))
    files = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert files == [NAME]


def test_what_is_given_up_leaves_nothing(folder: Folder, tmp_path: Path):
    incoming = folder.begin()
    incoming.write(PDF)
    incoming.discard()
    incoming.discard()
    assert list((tmp_path / "files").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        NAME.upper(),
        NAME[:-1],
        NAME + "0",
        NAME[:-1] + "/",
        NAME[:-1] + "\n",
        NAME + "\n",
        NAME[:62] + "..",
        "é" * 64,
        "\0" * 64,
    ],
)
def test_only_64_hex_digits_name_a_file(folder: Folder, name: str):
    for act in (folder.held, folder.open, folder.destroy, folder.present):
        with pytest.raises(MalformedError):
            act(name)


@pytest.mark.parametrize("odd", ["a link", "a folder", "a pipe", "a link to nothing"])
def test_only_a_regular_file_is_a_file(folder: Folder, tmp_path: Path, odd: str):
    place = tmp_path / "files" / NAME[:2] / NAME
    place.parent.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(PDF)
    match odd:
        case "a link":
            place.symlink_to(elsewhere)
        case "a folder":
            place.mkdir()
        case "a pipe":
            os.mkfifo(place)
        case _:
            place.symlink_to(tmp_path / "nothing")
    assert folder.held(NAME) is None
    assert folder.present(NAME)
    assert list(folder.files()) == []
    with pytest.raises(TamperedError):
        folder.open(NAME)


def test_where_nothing_is_nothing_is_found(folder: Folder):
    assert folder.held(NAME) is None
    assert not folder.present(NAME)
    assert not folder.destroy(NAME)
    with pytest.raises(FileNotFoundError):
        folder.open(NAME)


def test_only_files_are_listed_and_swept(folder: Folder, tmp_path: Path):
    assert list(folder.files()) == []
    put(folder)
    put(folder, PNG)
    odd = tmp_path / "files" / NAME[:2]
    (odd / "README").write_text("x")
    (odd / fingerprint(b"elsewhere")).write_text("elsewhere")
    (tmp_path / "files" / "note").write_text("x")
    assert {file.sha256 for file in folder.files()} == {NAME, fingerprint(PNG)}
    incoming = folder.begin()
    assert folder.sweep(NOW - timedelta(days=36500)) == 0
    assert folder.sweep(NOW + timedelta(days=36500)) == 1
    incoming.discard()
    assert folder.held(NAME) is not None
