"""What was erased is gone: from every file, for good, and nothing else with it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.entry import parse_entry
from ledger.domain.events import KINDS
from ledger.errors import LedgerError, MalformedError, RefusedError, UncheckedError
from ledger.service import audit, demo, erasable, erase, load, publish, record
from ledger.service.finishing import Finisher
from ledger.service.query import Queries
from ledger.service.register import Register, open_register
from ledger.service.subjects import digest_of
from ledger.service.writer import Writer
from ledger.store import read, vault
from ledger.store.append import Written
from tests.erasing import a_reader, careless, forms, holding, readers, texts
from tests.world import NOW, contribution, draft, new_register, opened, put, put_all, unit

SECRET = 'Mme Exemple, « à l’angle » de la rue : élève \\ "préau"'
ACT = erase.Act("consent_withdrawn", "2026-10-30", "registrar", NOW)


def erase_at(register: Register, seq: int, *paths: str) -> erase.Erased:
    return erase.erase_chosen(register, erasable.of_entry(seq, paths or None), ACT)


def erase_subject(register: Register, subject: str) -> erase.Erased:
    return erase.erase_chosen(register, erasable.of_subject(digest_of(register, subject)), ACT)


def said_by(subject: str, made: dict[str, Any]) -> dict[str, Any]:
    return made | {"subject": subject}


def corrected(
    seq: int, path: str, value: str, process: str = "cours-fraiches"
) -> dict[str, Any]:
    body = {"entry": seq, "changes": [{"path": path, "value": value}], "why": "Une faute."}
    return draft("correction.made", body, process=process)


def erasures(register: Register, start: int) -> list[tuple[str, int, tuple[str, ...]]]:
    with register.database.reading() as db:
        found = [parse_entry(data) for data in read.all_erasures(db, start=start)]
    return [(e.process, e.raw["entry"], tuple(e.raw["paths"])) for e in found]


def test_short_names_and_every_text_at_once(register: Register) -> None:
    first = put(register, [opened(), contribution("C1", SECRET), contribution("C2")]).first
    assert erase_at(register, first + 1, "author").targets[0].paths == ("/body/author",)
    assert {path for seq, path in texts(register) if seq == first + 1} == {"/body/text"}
    assert erase_at(register, first + 2).targets[0].paths == ("/body/author", "/body/text")
    assert erase_at(register, first, "sources").targets[0].paths == (
        "/sources/0/title",
        "/sources/0/url",
    )
    assert audit.verify(register.data).erased == 5


def test_a_correction_goes_with_what_it_mended(register: Register) -> None:
    first = put(register, [opened(), contribution("C1", "premier")]).first
    put(register, [corrected(first + 1, "/body/text", SECRET)])
    # The correction is corrected in its turn; another one mends something else.
    put(register, [corrected(first + 2, "/body/changes/0/value", f"{SECRET} bis")])
    put(register, [corrected(first + 1, "/body/author", "Un habitant")])
    size = Queries(register).version()
    erased = erase_at(register, first + 1, "/body/text")
    assert erased.finished
    assert erasures(register, size) == [
        ("cours-fraiches", first + 1, ("/body/text",)),
        ("cours-fraiches", first + 2, ("/body/changes/0/value",)),
        ("cours-fraiches", first + 3, ("/body/changes/0/value",)),
    ]
    assert holding(register.data, forms(SECRET)) == []
    assert (first + 4, "/body/changes/0/value") in texts(register)
    audit.verify(register.data)


def test_words_that_a_correction_put_back_are_erased_though_the_first_are_gone(
    register: Register,
) -> None:
    first = put(register, [opened(), contribution("C1", "premier")]).first
    erase_at(register, first + 1, "text")
    put(register, [corrected(first + 1, "/body/text", SECRET)])
    (target,) = erase_at(register, first + 1, "text").targets
    assert target.paths == ("/body/changes/0/value",)
    assert holding(register.data, forms(SECRET)) == []
    with pytest.raises(RefusedError, match="no text"):
        erase_at(register, first + 1, "text")


def test_everything_of_a_subject_goes_at_once_across_processes(register: Register) -> None:
    who = "dialogue-citoyen:48213"
    put(register, [opened(), said_by(who, contribution("C1", SECRET)), contribution("C2")])
    other = [opened("autre"), said_by(who, contribution("C1", SECRET) | {"process": "autre"})]
    put(register, other)
    put(register, [said_by("dialogue-citoyen:4821", contribution("C3", "un autre"))])
    size = Queries(register).version()
    assert holding(register.data, forms(who)) == []
    erased = erase_subject(register, f" {who} ")
    assert erased.finished
    assert [process for process, _, _ in erasures(register, size)] == [
        "cours-fraiches",
        "autre",
    ]
    assert erased.written.stop - erased.written.first == 2
    assert holding(register.data, forms(SECRET)) == []
    left = {value for _, value in texts(register).values()}
    assert {"un autre", "Une habitante"} <= left
    with pytest.raises(RefusedError, match="no text of this subject"):
        erase_subject(register, who)
    audit.verify(register.data)


def test_a_subject_stands_in_no_entry_and_its_digest_is_keyed(tmp_path: Path) -> None:
    made = [new_register(tmp_path / name) for name in "ab"]
    try:
        for each in made:
            put(each, [opened(), said_by("plateforme:7", contribution("C1"))])
        digests = [digest_of(each, "plateforme:7") for each in made]
        assert digests[0] != digests[1]
        for each, digest in zip(made, digests, strict=True):
            with each.database.reading() as db:
                assert len(list(vault.of_subject(db, digest))) == 2
                assert all(b"plateforme" not in data for _, data in read.entries(db, 0, 99))
                assert all(digest.hex().encode() not in d for _, d in read.entries(db, 0, 99))
        (made[0].data / "keys" / "subjects.key").unlink()
        again = open_register(made[0].data)
        with pytest.raises(UncheckedError, match=r"subjects\.key"):
            digest_of(again, "plateforme:7")
        again.close()
    finally:
        for each in made:
            each.close()


@pytest.mark.parametrize("subject", ["", " x", "x ", "a" * 201, 7, None, "à\nb"])
def test_a_subject_out_of_form_is_refused_without_being_repeated(
    register: Register, subject: object
) -> None:
    with pytest.raises(MalformedError) as refused:
        put(register, [opened(), contribution("C1") | {"subject": subject}])
    assert refused.value.where == "/drafts/1/subject"
    assert not isinstance(subject, str) or not subject or subject not in str(refused.value)


def test_one_unknown_path_and_nothing_is_erased(told: Register) -> None:
    before, size = texts(told), Queries(told).version()
    for paths in (["text", "title"], ["/body/text", "/body/id"], ["/body"], ["id"], [""]):
        with pytest.raises(RefusedError, match="no text"):
            erase.erase_chosen(told, erasable.of_entry(6, paths), ACT)
    with pytest.raises(RefusedError, match="no entry"):
        erase_at(told, 999)
    with pytest.raises(MalformedError):
        erase.erase(told, 6, ["text"], basis="because", requested=None, account="x", now=NOW)
    assert (texts(told), Queries(told).version()) == (before, size)


def leaves(value: Any, path: str) -> list[str]:
    """Every place in a body, sealed or not."""
    found = [path]
    if isinstance(value, dict):
        found += [place for name in value for place in leaves(value[name], f"{path}/{name}")]
    elif isinstance(value, list):
        found += [
            place for i, item in enumerate(value) for place in leaves(item, f"{path}/{i}")
        ]
    return found


def test_no_clear_place_of_any_kind_can_be_erased(tmp_path: Path) -> None:
    # The invented city tells every kind outside the register; its own entries tell the others.
    register = new_register(tmp_path / "data", procedures=None)
    load.load(
        register,
        [d for path in demo.files() if "exemple" in str(path) for d in load.read_drafts(path)],
        account="essai",
        append=record.direct(register, NOW),
    )  # fmt: skip
    kinds, refused = set(), 0
    with register.database.reading() as db:
        sealed = texts(register)
        for seq, data in read.entries(db, 0, 100_000):
            entry = parse_entry(data)
            if entry.kind in kinds:
                continue
            kinds.add(entry.kind)
            for path in leaves(dict(entry.raw), "/body"):
                # The digest of a file stays; naming it destroys the bytes of the file.
                if (seq, path) not in sealed and path != "/body/file/sha256":
                    with pytest.raises(RefusedError) as said:
                        erasable.of_entry(seq, [path])(db)
                    assert said.value.code == "unknown_reference"
                    refused += 1
    own = {"key.added", "key.revoked", "account.granted", "account.revoked", "policy.set"}
    assert set(KINDS) - kinds <= own | {"text.erased"}
    register.close()
    assert refused > 300


def test_an_erasure_is_not_recorded_by_itself(told: Register) -> None:
    body = {"entry": 6, "paths": ["/body/text"], "basis": "objection"}
    with pytest.raises(MalformedError, match="an act of its own"):
        put(told, [draft("text.erased", body)])


def test_proofs_roots_and_receipts_stay_the_bytes_that_they_were(told: Register) -> None:
    queries = Queries(told)
    size = queries.version()

    def issued() -> list[object]:
        return [
            queries.checkpoint(size),
            [queries.inclusion(seq, size) for seq in range(size)],
            [queries.consistency(old, size) for old in (4, size)],
            queries.entries(start=0, limit=size),
            [queries.tile(0, 0)[: size * 32]],
        ]

    before = issued()
    erase_at(told, 6)
    assert issued() == before
    queries.consistency(size)  # and the newer tree contains the older one
    audit.verify(told.data, against=before[0])  # type: ignore[arg-type]


def test_loading_or_sending_again_brings_nothing_back(register: Register) -> None:
    who = "plateforme:9"
    story = [opened(), said_by(who, contribution("C1", SECRET)), unit("R1"), contribution("C2")]
    put_all(register, story)
    sent = [said_by(who, contribution("C9", f"{SECRET} encore"))]
    put(register, sent, key="envoi-9")
    erase_subject(register, who)
    size = Queries(register).version()
    put_all(register, story)
    assert put(register, sent, key="envoi-9").repeated
    assert Queries(register).version() == size
    assert holding(register.data, forms(SECRET)) == []


def test_a_correction_that_comes_meanwhile_does_not_escape(register: Register) -> None:
    first = put(register, [opened(), contribution("C1", "premier")]).first
    calls: list[Written] = []

    def append(request: Any) -> Any:
        if not calls:  # between the choice and the lock
            calls.append(put(register, [corrected(first + 1, "/body/text", SECRET)]))
        return register.append_one(request, now=NOW)

    choice = erasable.of_entry(first + 1, ["text"])
    erased = erase.erase_chosen(register, choice, ACT, append=append)
    assert [target.seq for target in erased.targets] == [first + 1, first + 2]
    assert holding(register.data, forms(SECRET)) == []


def test_a_reader_that_holds_on_leaves_it_pending_and_then_it_is_finished(
    told: Register,
) -> None:
    put(told, [contribution("C7", SECRET)])
    seq = Queries(told).version() - 1
    with a_reader(told):
        erased = erase_at(told, seq, "text")
        assert not erased.finished
        assert [row.entry for row in erase.pending(told)] == [seq]
        assert erase.is_pending(told, seq)
        assert erase.is_pending(told, erased.written.first)
        assert Queries(told).entry(seq)[1] == []  # nobody who asks now reads it
        assert holding(told.data, forms(SECRET))  # and that is what pending means
        assert not erase.finish(told)
    assert erase.finish(told)
    assert erase.pending(told) == []
    assert not erase.is_pending(told, seq)
    assert holding(told.data, forms(SECRET)) == []
    audit.verify(told.data)


def test_the_server_finishes_by_itself_when_the_reader_lets_go(told: Register) -> None:
    put(told, [contribution("C7", SECRET)])
    with a_reader(told):
        assert not erase_at(told, Queries(told).version() - 1, "text").finished
    finisher = Finisher(told, every=0.01)
    finisher.begin()
    for _ in range(1000):
        if not erase.pending(told):
            break
        threading.Event().wait(0.01)
    finisher.close()
    assert erase.pending(told) == []
    assert holding(told.data, forms(SECRET)) == []


def test_what_nobody_knows_any_more_is_finished_by_writing_the_file_anew(
    told: Register,
) -> None:
    put(told, [contribution("C7", SECRET)])
    with a_reader(told):
        careless(told)
        assert not erase_at(told, Queries(told).version() - 1, "text").finished
    assert erase.finish(told)  # as after a restart: it is not told what was destroyed
    assert holding(told.data, forms(SECRET)) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.service import erasable, erase
from ledger.service.register import open_register
from tests.world import NOW
register = open_register(Path(sys.argv[1]))
def append(request):
    register.append_one(request, now=NOW)
    os.kill(os.getpid(), signal.SIGKILL)
act = erase.Act("child", None, "registrar", NOW)
erase.erase_chosen(register, erasable.of_entry(int(sys.argv[2]), ["text"]), act, append=append)
"""


def test_killed_between_commit_and_truncation_the_next_start_finishes(told: Register) -> None:
    put(told, [contribution("C7", SECRET)])
    seq = Queries(told).version() - 1
    outcome = subprocess.run(
        [sys.executable, "-c", KILLED, str(told.data), str(seq)],
        capture_output=True, timeout=60, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert outcome.returncode == -signal.SIGKILL, outcome.stderr
    assert holding(told.data, forms(SECRET))
    audit.verify(told.data)
    again = open_register(told.data)
    assert [row.entry for row in erase.pending(again)] == [seq]
    finisher = Finisher(again)  # as the server begins it
    finisher.begin()
    for _ in range(1000):
        if not erase.pending(again):
            break
        threading.Event().wait(0.01)
    finisher.close()
    assert erase.pending(again) == []
    again.close()
    assert holding(told.data, forms(SECRET)) == []


def test_words_that_others_said_too_stay_theirs(register: Register) -> None:
    drafts = [contribution(f"C{n}", f"texte {n}") for n in range(10)]
    first = put(register, [opened(), *drafts]).first
    for n in range(9):
        assert erase_at(register, first + 1 + n, "author").finished
    assert [v for _, v in texts(register).values()].count("Une habitante") == 1
    assert erase_at(register, first + 10, "author").finished
    assert holding(register.data, forms("Une habitante")) == []


def test_publishing_holds_no_text(told: Register, tmp_path: Path) -> None:
    publish.publish(told, tmp_path / "www")
    needles = {value.encode() for _, value in texts(told).values()}
    assert len(needles) > 10
    assert holding(tmp_path / "www", needles - {b"Plan", b"Oui."}) == []


def erase_at_random(register: Register, count: int, seed: int) -> None:
    """Erases that many texts one by one, with readers and a writer beside; then looks."""
    rnd = random.Random(seed)
    secret = {}
    put(register, [opened()])
    for batch in range(4):
        made = []
        for n in range(batch * 200, batch * 200 + 200):
            long = rnd.choice([0, 0, 5, 90, 700, 3000])
            words = " ".join(f"é{rnd.getrandbits(64):016x}" for _ in range(1 + long // 18))
            author = f"Mme Exemple à{rnd.getrandbits(48):012x}"
            drafted = contribution(f"C{n}", words)
            drafted["body"] |= {"author": author, "reference": f"ç{rnd.getrandbits(48):012x}"}
            made.append(drafted)
        put(register, made)
    secret = texts(register)
    places = [p for p, (_, value) in secret.items() if value[0] in "éçM"]
    rnd.shuffle(places)
    gone = places[:count]
    writer = Writer(register, lambda: NOW)
    stop, wrote = threading.Event(), list[Written]()

    def write_on() -> None:
        while not stop.is_set():
            n = 10_000 + len(wrote)
            wrote.append(
                record.record(
                    register, [contribution(f"C{n}", f"nouveau {n}")], account="essai",
                    append=writer.append,
                )
            )  # fmt: skip

    thread = threading.Thread(target=write_on, daemon=True)
    with readers(register, 2):
        thread.start()
        for seq, path in gone:
            erase.erase_chosen(
                register, erasable.of_entry(seq, [path]), ACT, append=writer.append
            )
        stop.set()
        thread.join(timeout=60)
    writer.close()
    assert wrote
    assert erase.finish(register)
    assert erase.pending(register) == []
    needles = {secret[place][0] for place in gone}
    for place in gone:
        value = secret[place][1].encode()
        starts = range(0, max(1, len(value) - 36), 400)
        needles |= {value[i : i + 36] for i in starts} | {value[-36:]}
    assert holding(register.data, needles) == []
    left = texts(register)
    assert left.keys() & set(gone) == set()
    assert all(left[place] == secret[place] for place in secret.keys() - set(gone))
    found = audit.verify(register.data)
    assert found.erased == len(gone)


def test_forty_random_erasures_leave_no_trace_and_take_nothing_else(register: Register) -> None:
    erase_at_random(register, 40, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_300_random_erasures_leave_no_trace_and_take_nothing_else(
    register: Register, seed: int
) -> None:
    erase_at_random(register, 300, seed=seed)


def test_no_error_of_an_erasure_repeats_words(register: Register) -> None:
    put(register, [opened(), said_by("plateforme:1", contribution("C1", SECRET))])
    for choice in (
        erasable.of_entry(5, ["reference"]),
        erasable.of_subject(digest_of(register, "plateforme:404")),
    ):
        with pytest.raises(LedgerError) as said:
            erase.erase_chosen(register, choice, ACT)
        assert "plateforme" not in str(said.value)
        assert SECRET not in str(said.value)
