"""The export of a platform becomes contributions: once, whole batches, and never the erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.entry import parse_entry
from ledger.domain.warned import Warned
from ledger.errors import LedgerError, MalformedError
from ledger.service import audit, contributions
from ledger.service.contributions import Form, Imported, import_rows
from ledger.service.erasable import of_subject
from ledger.service.erase import Act, erase, erase_chosen
from ledger.service.query import Queries
from ledger.service.record import direct
from ledger.service.register import Register, open_register
from ledger.service.rows import read_rows
from ledger.service.subjects import digest_of
from ledger.store import read
from tests.world import CITIZENS, NOW, SLUG, opened, put

COLUMNS = {
    "reference": "Id",
    "text": "Contenu",
    "title": "Titre",
    "theme": "Thème",
    "author": "Auteur",
    "on": "Date",
}
HEADER = "Id;Titre;Contenu;Thème;Auteur;Date"
ROWS = [
    "CF-1;Ombre;De l’ombre !;Cours;Une voisine;31/12/2025",
    'CF-2;Eau;"Une fontaine,\nvite ; s’il vous plaît";Cours;;2026-01-02',
    "CF-3;;Des bancs;;Anonyme;",
]


@pytest.fixture
def debate(register: Register) -> Register:
    """A register with one open process."""
    put(register, [opened()])
    return register


def exported(folder: Path, rows: list[str] = ROWS, *, header: str = HEADER) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def form(**more: Any) -> Form:
    chosen: dict[str, Any] = {
        "process": SLUG,
        "channel": "website",
        "by": CITIZENS,
        "columns": COLUMNS,
        "authors": "sealed",
    }
    return Form(**chosen | more)


def bring(register: Register, path: Path, chosen: Form | None = None, **more: Any) -> Imported:
    chosen = chosen or form()
    return import_rows(
        register,
        read_rows(path, list(chosen.columns.values())),
        chosen,
        name=path.name,
        account="essai",
        append=direct(register, NOW),
        **more,
    )


def recorded(register: Register) -> list[dict[str, Any]]:
    """Each contribution in plain words, with the date and what may be read of each text."""
    found = []
    with register.database.reading() as db:
        for seq, data in list(read.process_entries(db, SLUG)):
            entry = parse_entry(data)
            if entry.kind == "contribution.received":
                words: dict[str, Any] = {
                    o.path.removeprefix("/body/"): o.value for o in read.openings(db, seq)
                }
                clear = {k: v for k, v in entry.raw.items() if not isinstance(v, dict)}
                found.append(clear | words | {"on": entry.on, "seq": seq})
    return found


def size(register: Register) -> int:
    return Queries(register).version()


def test_each_row_becomes_a_contribution_with_its_words(
    debate: Register, tmp_path: Path
) -> None:
    assert bring(debate, exported(tmp_path)) == Imported(3, 0)
    first, second, third = recorded(debate)
    assert first["id"] == "C1"
    assert first["reference"] == "CF-1"
    assert (first["theme"], first["author"], first["on"]) == (
        "Cours",
        "Une voisine",
        "2025-12-31",
    )
    assert second["text"] == "Une fontaine,\nvite ; s’il vous plaît"
    assert (second["on"], "author" in second) == ("2026-01-02", False)
    assert (third["on"], third.keys() & {"title", "theme"}) == (None, set())
    audit.verify(debate.data)


def test_who_wrote_is_for_the_city_alone_or_not_even_there(
    debate: Register, tmp_path: Path
) -> None:
    bring(debate, exported(tmp_path))
    (sealed,) = {
        opening.public
        for row in recorded(debate)
        for opening in openings(debate, row["seq"])
        if opening.path == "/body/author"
    }
    assert not sealed
    more = [row.replace("CF-", "CG-") for row in ROWS]
    bring(debate, exported(tmp_path, more), form(authors="dropped"))
    assert [row.get("author") for row in recorded(debate)] == [
        "Une voisine",
        None,
        "Anonyme",
        *[None] * 3,
    ]


def openings(register: Register, seq: int) -> list[read.RawOpening]:
    with register.database.reading() as db:
        return read.openings(db, seq)


def test_the_same_file_again_records_nothing_and_a_longer_one_the_rest(
    debate: Register, tmp_path: Path
) -> None:
    bring(debate, exported(tmp_path))
    before = size(debate)
    assert bring(debate, exported(tmp_path)) == Imported(0, 3)
    assert size(debate) == before
    longer = exported(tmp_path, ["CF-0;;Avant;;;", *ROWS, "CF-4;;Après;;;"])
    assert bring(debate, longer) == Imported(2, 3)
    assert [row["id"] for row in recorded(debate)] == ["C1", "C2", "C3", "C4", "C5"]


def test_ids_go_on_from_whatever_is_there(debate: Register, tmp_path: Path) -> None:
    put(
        debate,
        [
            {
                "process": SLUG,
                "kind": "document.published",
                "on": None,
                "by": CITIZENS,
                "body": {"id": "C41", "title": "Cahier"},
                "sources": [],
            }
        ],
    )
    bring(debate, exported(tmp_path))
    assert [row["id"] for row in recorded(debate)] == ["C42", "C43", "C44"]


def test_ids_may_come_from_a_column(debate: Register, tmp_path: Path) -> None:
    path = exported(
        tmp_path, ["a;20417;De l’ombre", "b;P7;De l’eau"], header="Ref;Numéro;Texte"
    )
    columns = {"reference": "Ref", "id": "Numéro", "text": "Texte"}
    bring(debate, path, form(columns=columns))
    assert [row["id"] for row in recorded(debate)] == ["C20417", "P7"]


def test_one_reference_may_be_known_in_two_processes(debate: Register, tmp_path: Path) -> None:
    bring(debate, exported(tmp_path))
    put(debate, [opened("autre")])
    assert bring(debate, exported(tmp_path), form(process="autre")) == Imported(3, 0)


@pytest.mark.parametrize("paths", [["/body/reference"], ["/body/text", "/body/reference"]])
def test_what_was_erased_does_not_come_back_with_the_file(
    debate: Register, tmp_path: Path, paths: list[str]
) -> None:
    path = exported(tmp_path)
    bring(debate, path)
    seq = recorded(debate)[0]["seq"]
    erase(
        debate,
        seq,
        paths,
        basis="consent_withdrawn",
        requested=None,
        account="essai",
        now=NOW,
    )
    before = size(debate)
    assert bring(debate, path) == Imported(0, 3)
    assert size(debate) == before
    assert b"CF-1" not in (debate.data / "ledger.db").read_bytes()
    debate.close()
    # And not for whoever opens the register anew.
    again = open_register(debate.data)
    assert bring(again, path) == Imported(0, 3)
    again.close()


def test_all_that_one_person_wrote_is_erased_and_stays_erased(
    debate: Register, tmp_path: Path
) -> None:
    rows = ["CF-1;Ombre;compte-7481", "CF-2;Eau;compte-8", "CF-3;Bancs;compte-7481"]
    path = exported(tmp_path, rows, header="Id;Contenu;Compte")
    columns = {"reference": "Id", "text": "Contenu", "subject": "Compte"}
    chosen = form(columns=columns)
    assert bring(debate, path, chosen) == Imported(3, 0)
    act = Act("consent_withdrawn", None, "essai", NOW)
    erase_chosen(debate, of_subject(digest_of(debate, "compte-7481")), act)
    assert [row.get("text") for row in recorded(debate)] == [None, "Eau", None]
    assert bring(debate, path, chosen) == Imported(0, 3)
    assert b"compte-7481" not in (debate.data / "ledger.db").read_bytes()


@pytest.mark.parametrize(
    ("row", "code", "line"),
    [
        ("CF-9;;Des bancs;;;31/02/2026", "bad_date", 6),
        ("CF-9;;Des bancs;;;bientôt", "bad_date", 6),
        ("CF-9;;Des bancs;;;2027-01-01", "not_yet", 6),
        (";;Des bancs;;;", "bad_draft", 6),
        ("CF-1;;Encore;;;", "bad_draft", 6),
        ("CF-9;trop;peu", "bad_request", 6),
        ('CF-9;;"Des" bancs;;;', "bad_request", 6),
        (f"CF-9;;Des bancs;{'x' * 121};;", "bad_body", 6),
        ("CF-9;;Des \u202ebancs;;;", "bad_text", 6),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_its_batch_is_recorded(
    debate: Register, tmp_path: Path, row: str, code: str, line: int
) -> None:
    before = size(debate)
    with pytest.raises(LedgerError) as caught:
        bring(debate, exported(tmp_path, [*ROWS, row]))
    assert caught.value.code == code
    # The row before the last takes two lines, and its break lies within quotes.
    assert caught.value.where.startswith(f"export.csv line {line}")
    assert "bancs" not in str(caught.value)
    assert size(debate) == before


def test_batches_before_a_bad_line_stay_and_the_next_import_goes_on(
    debate: Register, tmp_path: Path
) -> None:
    rows = [f"CF-{n};;Texte {n};;;" for n in range(contributions.BATCH + 10)]
    bad = [*rows[:-1], "CF-9999999;;Texte;;;hier"]
    with pytest.raises(MalformedError):
        bring(debate, exported(tmp_path, bad))
    assert len(recorded(debate)) == contributions.BATCH
    done: list[int] = []
    told = bring(debate, exported(tmp_path, rows), progress=done.append)
    assert told == Imported(10, contributions.BATCH)
    assert done == [contributions.BATCH, contributions.BATCH + 10]
    assert recorded(debate)[-1]["id"] == f"C{contributions.BATCH + 10}"


def test_a_reference_twice_is_found_across_batches(debate: Register, tmp_path: Path) -> None:
    rows = [f"CF-{n};;Texte;;;" for n in range(contributions.BATCH + 1)]
    with pytest.raises(MalformedError) as caught:
        bring(debate, exported(tmp_path, [*rows, "CF-0;;Un autre texte;;;"]))
    assert caught.value.where == f"export.csv line {contributions.BATCH + 3}"


def test_a_rehearsal_refuses_and_warns_and_records_nothing(
    debate: Register, tmp_path: Path
) -> None:
    warned: list[Warned] = []
    path = exported(tmp_path, [*ROWS, "CF-4;;Écrire à nom@courriel.example;;Mme Exemple;"])
    checkpoint = (debate.data / "checkpoint").read_bytes()
    before = size(debate)
    assert bring(debate, path, warn=warned.append, rehearsal=True) == Imported(4, 0)
    assert (size(debate), recorded(debate)) == (before, [])
    assert (debate.data / "checkpoint").read_bytes() == checkpoint
    assert warned == [Warned("export.csv line 6 /body/text", "email", False)]
    with pytest.raises(LedgerError) as caught:
        bring(
            debate,
            exported(tmp_path, ["CF-1;;x;;;"]),
            form(participation="PA1"),
            rehearsal=True,
        )
    assert caught.value.code == "unknown_reference"
    assert caught.value.where == "export.csv line 2 /body/participation"


# -- files --------------------------------------------------------------------------------


def rows_of(path: Path, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    return ((row.line, dict(row.cells)) for row in read_rows(path, columns))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("comma", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_whoever_wrote_it(
    tmp_path: Path, mark: bytes, comma: str, end: str
) -> None:
    lines = ["Id;Contenu", '1;"Un ""mot"" ', 'et la suite"', "", "2; bancs\te\u0301t "]
    path = tmp_path / "x.CSV"
    path.write_bytes(mark + end.join(lines).replace(";", comma).encode())
    assert list(rows_of(path, "Id", "Contenu")) == [
        (2, {"Id": "1", "Contenu": 'Un "mot" \net la suite'}),
        (5, {"Id": "2", "Contenu": "bancs ét"}),
    ]


def test_objects_on_lines_are_read_like_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [{"Id": 7, "Contenu": "De l’eau", "Autre": [1.5]}, {"Id": "8", "Contenu": None}]
    path.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert list(rows_of(path, "Id", "Contenu")) == [
        (1, {"Id": "7", "Contenu": "De l’eau"}),
        (3, {"Id": "8"}),
    ]


@pytest.mark.parametrize(
    ("name", "data", "code", "where"),
    [
        ("x.csv", b"Id;Texte\n1;caf\xe9\n", "bad_text", "x.csv line 2"),
        ("x.csv", b"Id,Autre\n1,2\n", "bad_request", "x.csv line 1"),
        ("x.csv", b"Id;Texte;Texte\n1;2;3\n", "bad_request", "x.csv line 1"),
        ("x.csv", b"", "bad_request", "x.csv line 1"),
        ("x.csv", b"Id;Texte\n1;" + b"x" * (1 << 20), "too_large", "x.csv line 2"),
        ("x.jsonl", b'{"Id":1}\n[1]\n', "not_json", "x.jsonl line 2"),
        ("x.jsonl", b'{"Id":1.5,"Texte":"x"}\n', "not_json", "x.jsonl line 1"),
        ("x.jsonl", b'{"Id":1,"Texte":' + b"[" * 100_000 + b"\n", "not_json", "x.jsonl line 1"),
        ("x.xlsx", b"PK", "bad_request", "x.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(
    tmp_path: Path, name: str, data: bytes, code: str, where: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(MalformedError) as caught:
        list(rows_of(path, "Id", "Texte"))
    assert (caught.value.code, caught.value.where) == (code, where)


def test_a_column_nobody_knows_and_a_file_without_references_are_refused() -> None:
    for columns in ({"reference": "Id", "subject_of": "x"}, {"text": "Contenu"}):
        with pytest.raises(MalformedError):
            form(columns=columns)
