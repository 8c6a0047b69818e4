"""What the register says it holds is held: recorded with its bytes, audited, destroyed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.errors import LedgerError, MalformedError, RefusedError, TamperedError
from ledger.service import audit, erase, files
from ledger.service.collect import collect, listed
from ledger.service.register import Register
from ledger.store.append import Request
from tests.files import CSV, PDF, PNG, TEXT, document, file_of, fingerprint, sealed
from tests.world import NOW, draft, opened, put

NAME = fingerprint(PDF)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def send(register: Register, data: bytes = PDF, *, hint: str = "", at=NOW) -> files.Kept:
    upload = files.Upload(register)
    try:
        for start in range(0, len(data), 7):
            upload.write(data[start : start + 7])
        return upload.finish(hint=hint, now=at)
    finally:
        upload.discard()


def forget(register: Register, seq: int, *paths: str, at=NOW) -> None:
    erase.erase(
        register,
        seq,
        paths or ("/body/file/sha256",),
        basis="consent_withdrawn",
        requested=None,
        account="registrar",
        now=at,
    )


def place_of(register: Register, name: str = NAME) -> Path:
    return register.data / "files" / name[:2] / name


def left(register: Register) -> set[str]:
    """The names of every file in the folder, whatever they are."""
    return {p.name for p in (register.data / "files").rglob("*") if not p.is_dir()}


@pytest.fixture
def begun(register: Register) -> Register:
    """A register with an open process, whose next entry is number 5."""
    put(register, [opened()])
    return register


def refused(register: Register, *drafts: object) -> tuple[str, str]:
    with pytest.raises(LedgerError) as caught:
        put(register, drafts)
    return caught.value.code, caught.value.where


# -- taken in -------------------------------------------------------------------------------


def test_a_file_is_kept_under_its_fingerprint(begun: Register):
    kept = send(begun)
    assert kept == files.Kept(NAME, len(PDF), "application/pdf", True)
    assert place_of(begun).read_bytes() == PDF
    again = send(begun)
    assert not again.new
    assert left(begun) == {NAME}


def test_one_byte_too_many_is_refused_and_leaves_nothing(begun: Register):
    upload = files.Upload(begun, limit=len(PDF) - 1)
    with pytest.raises(MalformedError) as caught:
        upload.write(PDF)
    upload.discard()
    assert caught.value.code == "too_large"
    assert left(begun) == set()
    exact = files.Upload(begun, limit=len(PDF))
    exact.write(PDF)
    assert exact.finish(hint="", now=NOW).sha256 == NAME


def test_no_file_is_taken_in_where_the_register_needs_the_room(begun: Register):
    with pytest.raises(RefusedError) as caught:
        files.Upload(begun, room=2**62)
    assert caught.value.code == "busy"
    assert left(begun) == set()


def test_what_is_not_kept_leaves_nothing(begun: Register):
    with pytest.raises(MalformedError) as caught:
        send(begun, b"<html>", hint="application/pdf")
    assert caught.value.code == "bad_file"
    assert left(begun) == set()


def test_many_send_the_same_bytes_at_once(begun: Register):
    gate, outcomes = threading.Barrier(6), []

    def run() -> None:
        gate.wait()
        outcomes.append(send(begun).new)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True]
    assert left(begun) == {NAME}


# -- recorded -------------------------------------------------------------------------------


def test_a_real_document_without_address_is_recorded_with_its_bytes_only(begun: Register):
    where = "/drafts/1/body/file/sha256"
    drafts = [document("D1", None), document("D2", file_of(PDF))]
    assert refused(begun, *drafts) == ("unknown_file", where)
    send(begun)
    wrong = [
        file_of(PDF) | {"bytes": len(PDF) + 1},
        file_of(PDF, "image/png"),
        file_of(PNG, "image/png"),
        sealed(PNG),
    ]
    for file in wrong:
        assert refused(begun, document("D2", file)) == (
            "unknown_file",
            "/drafts/0/body/file/sha256",
        )
    put(begun, drafts)
    put(begun, [document("D3", sealed(PDF)), document("D4", sealed(PDF, "restricted"))])
    assert audit.verify(begun.data).files == 1


def test_elsewhere_or_invented_a_document_needs_no_bytes(begun: Register):
    put(begun, [document("D1", file_of(PDF), url="https://example.org/d.pdf")])
    put(begun, [document("D2", file_of(PDF), illustrative=True)])
    assert audit.verify(begun.data).files == 0


def test_a_table_may_be_called_text_and_text_a_table(begun: Register):
    send(begun, CSV, hint="text/csv")
    send(begun, TEXT)
    put(begun, [document("D1", file_of(CSV, "text/csv"))])
    put(begun, [document("D2", file_of(CSV, "text/plain"))])
    put(begun, [document("D3", file_of(TEXT, "text/csv"))])
    assert audit.verify(begun.data).files == 2


def test_a_file_gone_between_its_check_and_its_commit_is_not_recorded(begun: Register):
    send(begun)

    def late(request: Request) -> object:
        place_of(begun).unlink()  # whoever takes it away holds the lock before the writer
        return begun.append_one(request, now=NOW)

    with pytest.raises(RefusedError) as caught:
        files_recorded(begun, late)
    assert caught.value.code == "unknown_file"
    assert audit.verify(begun.data).entries == 5


def files_recorded(register: Register, append: Callable[[Request], object]) -> None:
    from ledger.service.record import record

    record(
        register,
        [document("D1", file_of(PDF))],
        account="registrar",
        append=append,  # type: ignore[arg-type]
    )


# -- handed out -----------------------------------------------------------------------------


def test_only_what_is_public_and_here_is_handed_out(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF)), document("D2", sealed(PDF))])
    put(begun, [document("D3", sealed(PDF, "restricted")), document("D4", None)])
    put(begun, [document("D5", file_of(PNG, "image/png"), url="https://example.org/a.png")])
    for id_ in ("D1", "D2"):
        found, file = files.fetch(begun, "cours-fraiches", id_)
        assert b"".join(files.pieces(file, NAME, len(PDF))) == PDF
        assert found.place == f"cours-fraiches/{id_}"
    for id_, code in (("D3", "not_found"), ("D4", "not_found"), ("D5", "not_found")):
        with pytest.raises(RefusedError) as caught:
            files.fetch(begun, "cours-fraiches", id_)
        assert caught.value.code == code
    with pytest.raises(RefusedError) as caught:
        files.fetch(begun, "cours-fraiches", "D9")
    assert caught.value.code == "unknown_item"


def test_the_end_of_a_changed_file_is_not_handed_out(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF))])
    place_of(begun).write_bytes(PDF[:-1] + b"!")
    _, file = files.fetch(begun, "cours-fraiches", "D1")
    with pytest.raises(TamperedError):
        list(files.pieces(file, NAME, len(PDF)))
    _, file = files.fetch(begun, "cours-fraiches", "D1")
    with pytest.raises(TamperedError):  # it became shorter meanwhile
        list(files.pieces(file, NAME, len(PDF) + 1))


# -- audited --------------------------------------------------------------------------------


def replace_by_link(place: Path) -> None:
    elsewhere = place.with_name("elsewhere")
    place.rename(elsewhere)
    place.symlink_to(elsewhere)


def replace_by_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def swap_folder_for_file(place: Path) -> None:
    place.unlink()
    place.parent.rmdir()
    place.parent.write_bytes(b"")


CHANGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (Path.unlink, "file_missing"),
    "one byte changed": (lambda p: p.write_bytes(b"!" + PDF[1:]), "file_differs"),
    "one byte more": (lambda p: p.write_bytes(PDF + b"\n"), "file_differs"),
    "one byte less": (lambda p: p.write_bytes(PDF[:-1]), "file_differs"),
    "emptied": (lambda p: p.write_bytes(b""), "file_differs"),
    "a link to the same bytes": (replace_by_link, "file_differs"),
    "a folder": (replace_by_folder, "file_differs"),
    "a file in place of its folder": (swap_folder_for_file, "file_differs"),
}


@pytest.mark.parametrize("lie", CHANGED)
@pytest.mark.parametrize("opening", ["clear", "public", "restricted"])
def test_an_audit_names_the_file_that_is_not_what_was_recorded(
    begun: Register, lie: str, opening: str
):
    send(begun)
    send(begun, PNG)
    file = file_of(PDF) if opening == "clear" else sealed(PDF, opening)
    put(begun, [document("D1", file_of(PNG, "image/png")), document("D2", file)])
    put(begun, [document("D3", file_of(PDF))])
    found = audit.verify(begun.data)
    assert (found.files, found.file_bytes) == (2, len(PDF) + len(PNG))
    change, code = CHANGED[lie]
    change(place_of(begun))
    with pytest.raises(TamperedError) as caught:
        audit.verify(begun.data)
    assert (caught.value.code, caught.value.where) == (code, "seq 6 cours-fraiches/D2")
    assert audit.verify(begun.data, checks=audit.Checks(files=False)).files == 0


@pytest.mark.parametrize("how", ["elsewhere", "invented"])
def test_a_file_that_is_here_without_need_is_compared_all_the_same(begun: Register, how: str):
    more = {"illustrative": True} if how == "invented" else {"url": "https://example.org/d.pdf"}
    put(begun, [document("D1", file_of(PDF) | {"bytes": 1}, **more)])
    send(begun)
    # What the entry says of the size binds only whoever says that the register holds it.
    assert audit.verify(begun.data).files == 1
    place_of(begun).write_bytes(b"!")
    with pytest.raises(TamperedError) as caught:
        audit.verify(begun.data)
    assert caught.value.code == "file_differs"
    place_of(begun).unlink()
    assert audit.verify(begun.data).files == 0


# -- erased ---------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", ["clear", "public", "restricted"])
def test_erasing_a_fingerprint_destroys_the_file(begun: Register, opening: str):
    send(begun)
    file = file_of(PDF) if opening == "clear" else sealed(PDF, opening)
    put(begun, [document("D1", file)])
    forget(begun, 5)
    assert left(begun) == set()
    assert not any(PDF in path.read_bytes() for path in begun.data.rglob("*") if path.is_file())
    assert audit.verify(begun.data).files == 0
    found = files.find(begun, "cours-fraiches", "D1")
    assert found is not None
    assert (found[0].erased, found[1]) == (True, False)
    with pytest.raises(RefusedError) as caught:
        files.fetch(begun, "cours-fraiches", "D1")
    assert caught.value.code == "not_found"
    with pytest.raises(RefusedError) as caught:  # a second time there is nothing to erase
        forget(begun, 5)
    assert caught.value.code == "unknown_reference"


def test_erasing_other_texts_leaves_the_file(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF))])
    forget(begun, 5, "/body/title")
    assert left(begun) == {NAME}
    assert audit.verify(begun.data).files == 1


def test_a_file_stays_as_long_as_another_document_has_it(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF)), document("D2", sealed(PDF))])
    forget(begun, 5)
    assert left(begun) == {NAME}
    assert audit.verify(begun.data).files == 1
    forget(begun, 6)
    assert left(begun) == set()
    audit.verify(begun.data)


def test_an_erasure_is_recorded_even_where_the_file_cannot_be_destroyed(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF))])
    place_of(begun).unlink()
    place_of(begun).mkdir()  # whoever unlinks a folder is refused, root too
    forget(begun, 5)
    with pytest.raises(TamperedError) as caught:
        audit.verify(begun.data)
    assert (caught.value.code, caught.value.where) == (
        "erasure_undone",
        "seq 5 cours-fraiches/D1",
    )


@pytest.mark.parametrize("opening", ["clear", "public", "restricted"])
def test_an_erasure_stays_pending_until_its_file_is_gone(begun: Register, opening: str):
    send(begun)
    put(begun, [document("D1", file_of(PDF) if opening == "clear" else sealed(PDF, opening))])
    place_of(begun).unlink()
    place_of(begun).mkdir()
    forget(begun, 5)
    assert [row.entry for row in erase.pending(begun)] == [5]
    if opening == "clear":
        assert not erase.finish(begun)  # it is still in the way
    place_of(begun).rmdir()
    place_of(begun).write_bytes(PDF)
    assert erase.finish(begun)
    assert erase.pending(begun) == []
    assert left(begun) == set()
    audit.verify(begun.data)


def test_an_erased_file_that_is_still_here_or_back_again_is_found(begun: Register):
    send(begun)
    put(begun, [document("D1", file_of(PDF))])
    forget(begun, 5)
    with pytest.raises(RefusedError) as caught:
        send(begun)
    assert caught.value.code == "forbidden"
    place_of(begun).write_bytes(PDF)
    with pytest.raises(TamperedError) as tampered:
        audit.verify(begun.data)
    assert (tampered.value.code, tampered.value.where) == (
        "erasure_undone",
        "seq 5 cours-fraiches/D1",
    )
    # So it would be after a crash between the erasure and its destruction: collecting ends it.
    collect(begun, now=NOW)
    assert left(begun) == set()
    audit.verify(begun.data)


def test_a_crash_after_the_erasure_of_a_sealed_file_leaves_what_collecting_removes(
    begun: Register,
):
    send(begun)
    put(begun, [document("D1", sealed(PDF))])
    forget(begun, 5)
    place_of(begun).write_bytes(PDF)
    os.utime(place_of(begun), (NOW.timestamp(), NOW.timestamp()))
    audit.verify(begun.data)
    collect(begun, now=NOW + DAY + MINUTE)
    assert left(begun) == set()


def test_only_a_fingerprint_of_a_document_may_be_erased_in_clear(begun: Register):
    put(begun, [document("D1", None), draft("process.closed", {})])
    for seq in (4, 5, 6):
        with pytest.raises(RefusedError) as caught:
            forget(begun, seq)
        assert caught.value.code == "unknown_reference"


# -- collected ------------------------------------------------------------------------------


def test_what_nobody_records_within_a_day_is_taken_away(begun: Register):
    send(begun)
    send(begun, PNG)
    put(begun, [document("D1", sealed(PNG, "restricted") | {"media": "image/png"})])
    assert collect(begun, now=NOW + DAY - MINUTE).files == ()
    dry = collect(begun, now=NOW + DAY + MINUTE, dry_run=True)
    assert [file.sha256 for file in dry.files] == [NAME]
    assert left(begun) == {NAME, fingerprint(PNG)}
    assert collect(begun, now=NOW + DAY + MINUTE).files == dry.files
    assert left(begun) == {fingerprint(PNG)}


def test_sending_a_file_again_gives_it_another_day(begun: Register):
    send(begun)
    send(begun, at=NOW + DAY)
    assert collect(begun, now=NOW + DAY + MINUTE).files == ()
    assert [row.places for row in listed(begun)] == [()]
    put(begun, [document("D1", file_of(PDF))], now=NOW + DAY + MINUTE)
    assert collect(begun, now=NOW + DAY * 9).files == ()
    assert [row.places for row in listed(begun)] == [("cours-fraiches/D1",)]


def test_what_stopped_on_its_way_in_is_taken_away_after_an_hour(begun: Register):
    upload = files.Upload(begun)
    upload.write(b"%PDF")
    (name,) = left(begun)
    stamp = NOW.timestamp()
    os.utime(begun.data / "files" / name, (stamp, stamp))
    assert collect(begun, now=NOW + timedelta(minutes=59)).incoming == 0
    assert collect(begun, now=NOW + timedelta(minutes=61)).incoming == 1
    with pytest.raises(RefusedError) as caught:
        upload.finish(hint="", now=NOW)
    assert caught.value.code == "busy"
    upload.discard()


def test_senders_recorders_and_the_collector_race_and_no_promise_is_broken(begun: Register):
    """To the collector a day has always passed: everything unrecorded is due."""
    stop, recorded, lost = threading.Event(), list[str](), list[str]()

    def tidy() -> None:
        while not stop.is_set():
            collect(begun, now=NOW + DAY * 2)

    def work(worker: int) -> None:
        for i in range(8):
            data = PDF[:-6] + f"% {worker} {i % 4}\n%%EOF\n".encode()
            id_ = f"D{worker}{i}"
            send(begun, data)
            try:
                put(begun, [document(id_, file_of(data))])
                recorded.append(id_)
            except RefusedError as error:
                lost.append(error.code)

    tidiers = [threading.Thread(target=tidy) for _ in range(2)]
    workers = [threading.Thread(target=work, args=(n,)) for n in range(1, 4)]
    for thread in (*tidiers, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    stop.set()
    for thread in tidiers:
        thread.join()
    assert len(recorded) + len(lost) == 24
    assert set(lost) <= {"unknown_file"}
    # What was recorded is here; what was not is nobody's loss but a day's patience.
    audit.verify(begun.data)
