"""Both verifiers find the same fault in the folder of files, and believe the same erasures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import TamperedError
from ledger.service import audit, erase, files
from tests.docs import second_verifier
from tests.files import PDF, PNG, TEXT, document, file_of, fingerprint, sealed
from tests.world import NOW, new_register, opened, put


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with files in clear, sealed, elsewhere, invented and erased."""
    folder = tmp_path_factory.mktemp("kept")
    register = new_register(folder / "data")
    for data in (PDF, PNG, TEXT):
        source = folder / "sent"
        source.write_bytes(data)
        files.attach(register, source, now=NOW)
    put(
        register,
        [
            opened(),
            document("D1", file_of(PDF)),
            document("D2", sealed(PNG, "restricted") | {"media": "image/png"}),
            document("D3", file_of(TEXT, "text/plain")),
            document("D4", file_of(b"elsewhere"), url="https://example.org/d.pdf"),
            document("D5", file_of(b"invented"), illustrative=True),
            document("D6", file_of(PDF)),
        ],
    )
    for seq in (7, 10):
        erase.erase(
            register,
            seq,
            ["/body/file/sha256"],
            basis="objection",
            requested=None,
            account="registrar",
            now=NOW,
        )
    register.close()
    return register.data


def place(data: Path, content: bytes) -> Path:
    name = fingerprint(content)
    return data / "files" / name[:2] / name


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


LIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda data: place(data, PDF).unlink(), "seq 5 cours-fraiches/D1"),
    "changed": (lambda data: place(data, PNG).write_bytes(PDF), "seq 6 cours-fraiches/D2"),
    "a link": (lambda data: link(place(data, PNG)), "seq 6 cours-fraiches/D2"),
    "an erased one": (lambda data: write(place(data, TEXT), TEXT), "seq 7 cours-fraiches/D3"),
    "what lies elsewhere": (
        lambda data: write(place(data, b"elsewhere"), b"else"),
        "seq 8 cours-fraiches/D4",
    ),
    "what was invented": (
        lambda data: write(place(data, b"invented"), b"in"),
        "seq 9 cours-fraiches/D5",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_both_name_the_document_whose_file_is_at_fault(kept: Path, tmp_path: Path, lie: str):
    data = Path(shutil.copytree(kept, tmp_path / "data", symlinks=True))
    assert audit.verify(data).files == 2
    second_verifier.verify(data)
    change, where = LIES[lie]
    change(data)
    with pytest.raises(TamperedError) as ours:
        audit.verify(data)
    with pytest.raises(second_verifier.Bad) as theirs:
        second_verifier.verify(data)
    assert (ours.value.where, theirs.value.where) == (where, where)
