from __future__ import annotations

import base64
import json
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import canonical, checkpoint, merkle, note, sealed
from ledger.core.cosignature import CosignatureVerifier, parse_verifier
from ledger.core.digest import EMPTY_ROOT, leaf_hash, node_hash
from ledger.core.sealed import Opening, check_opening, find_sealed
from ledger.core.statement import check_statement
from ledger.domain.admission import admit
from ledger.domain.dates import add_duration, parse_period
from ledger.domain.entry import parse_entry
from ledger.errors import LedgerError, MalformedError, RefusedError, TamperedError
from tests import golden
from tests.docs import second_verifier
from tests.domain.lives import Told

VECTORS = json.loads(golden.VECTORS.read_text(encoding="utf-8"))
REGISTER = VECTORS["register"]
ORIGIN = VECTORS["keys"]["origin"]
LEAVES = [bytes.fromhex(entry["leaf"]) for entry in REGISTER["entries"]]


@pytest.fixture(scope="module")
def forms():
    return second_verifier.written_forms()


def test_the_file_is_what_the_code_makes():
    assert golden.VECTORS.read_text(encoding="utf-8") == golden.text(), "run `make golden`"


def test_canonical_bytes_are_written_and_read():
    for case in VECTORS["canonical"]:
        data = case["bytes"].encode()
        assert canonical.encode(case["value"]) == data
        assert canonical.decode(data) == case["value"]
        assert second_verifier.decode(data) == case["value"]


def test_every_other_spelling_is_refused():
    for case in VECTORS["not_canonical"]:
        data = bytes.fromhex(case["hex"])
        with pytest.raises(MalformedError) as caught:
            canonical.decode(data)
        assert caught.value.code == case["code"]
        with pytest.raises(second_verifier.Malformed):
            second_verifier.decode(data)


def test_hashes_are_those_of_the_tree():
    said = {name: bytes.fromhex(digest) for name, digest in VECTORS["hashes"].items()}
    assert said["empty_root"] == EMPTY_ROOT
    assert said["leaf_of_nothing"] == leaf_hash(b"")
    assert said["leaf_of_abc"] == leaf_hash(b"abc")
    assert said["node_of_both"] == node_hash(leaf_hash(b""), leaf_hash(b"abc"))


def test_commitments_are_made_of_what_they_say():
    for case in VECTORS["commitments"]:
        key, made = bytes.fromhex(case["key"]), bytes.fromhex(case["commitment"])
        assert sealed.commitment(key, case["path"], case["value"]) == made
        assert second_verifier.commitment(key, case["path"], case["value"]) == made
        assert sha256(bytes.fromhex(case["hashed"])).digest() == made


def test_periods_have_their_days_and_the_others_are_none():
    for text, days in VECTORS["periods"].items():
        if days is None:
            with pytest.raises(MalformedError):
                parse_period(text)
            with pytest.raises(second_verifier.Malformed):
                second_verifier.period(text)
        else:
            found = parse_period(text)
            assert [found.first.isoformat(), found.last.isoformat()] == days
            assert [day.isoformat() for day in second_verifier.period(text)] == days


def test_durations_end_where_they_say():
    for start, length, end in VECTORS["durations"]:
        assert add_duration(date.fromisoformat(start), length) == date.fromisoformat(end)


def test_keys_are_those_of_their_seeds():
    said = VECTORS["keys"]
    log = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(said["log_seed"]))
    cosigner = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(said["cosigner_seed"]))
    for name, private in (("log", log), ("cosigner", cosigner)):
        key = parse_verifier(said[f"{name}_vkey"]).key
        assert key.public == private.public_key().public_bytes_raw()
        assert key.key_id.hex() == said[f"{name}_key_id"]
        assert second_verifier.Key.parse(said[f"{name}_vkey"]).id == key.key_id


def test_entries_are_read_and_follow_one_another(forms):
    previous = bytes(32)
    for seq, case in enumerate(REGISTER["entries"]):
        data = case["bytes"].encode()
        entry = parse_entry(data)
        assert entry.seq == seq
        assert json.loads(data)["previous"] == previous.hex()
        assert entry.body is not None
        second_verifier.check_entry(second_verifier.decode(data), forms)
        previous = leaf_hash(data)
        assert previous.hex() == case["leaf"]


def test_openings_open_and_only_the_erased_text_has_none():
    missing = []
    for seq, case in enumerate(REGISTER["entries"]):
        openings = {o["path"]: o for o in case["openings"]}
        for path, public, commitment in find_sealed(json.loads(case["bytes"])):
            said = openings.pop(path, None)
            if said is None:
                missing.append((seq, path))
                continue
            assert said["public"] == public
            opening = Opening(path, said["value"], bytes.fromhex(said["key"]), public)
            check_opening(opening, bytes.fromhex(commitment))
        assert not openings
    assert missing == [(3, "/body/author")]


def test_entries_of_another_form_are_refused(forms):
    for case in REGISTER["refused"]:
        data = case["bytes"].encode()
        with pytest.raises(LedgerError):
            parse_entry(data)
        with pytest.raises(second_verifier.Malformed):
            second_verifier.check_entry(second_verifier.decode(data), forms)


def test_an_unknown_kind_is_unread_and_not_refused(forms):
    data = REGISTER["unread"].encode()
    assert parse_entry(data).body is None
    assert not second_verifier.check_entry(second_verifier.decode(data), forms)


def test_a_later_version_is_unread_to_a_verifier_and_no_entry_to_a_reader(forms):
    data = REGISTER["later"].encode()
    assert not second_verifier.check_entry(second_verifier.decode(data), forms)
    with pytest.raises(MalformedError):
        parse_entry(data)


def signed_by(data: bytes) -> tuple[bool, bool]:
    """Whether the speaker signed an entry: as we say, and as the second verifier says."""
    entry, public = json.loads(data), bytes.fromhex(REGISTER["statement"]["public"])
    ours = theirs = True
    try:
        check_statement(entry, public, origin=ORIGIN, **entry["signed"])
    except TamperedError:
        ours = False
    try:
        second_verifier.check_statement(entry, public, ORIGIN)
    except second_verifier.Malformed:
        theirs = False
    return ours, theirs


def test_a_statement_is_signed_as_its_bytes_say(forms):
    said = REGISTER["statement"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(said["seed"]))
    entry, message = said["bytes"].encode(), said["message"].encode()
    decoded = second_verifier.decode(entry)
    assert parse_entry(entry).signed is not None
    assert second_verifier.check_entry(decoded, forms)
    assert second_verifier.statement(decoded, ORIGIN) == message
    assert decoded["signed"]["key"] == sha256(bytes.fromhex(said["public"])).hexdigest()
    assert base64.b64decode(decoded["signed"]["sig"]) == private.sign(message)
    assert signed_by(entry) == (True, True)


def test_what_differs_from_what_was_signed_is_not_signed():
    for case in REGISTER["statement"]["unsigned"]:
        assert signed_by(case["bytes"].encode()) == (False, False), case["what"]


@pytest.mark.parametrize("case", REGISTER["sense"], ids=lambda case: case["what"])
def test_what_is_signed_in_the_vectors_is_signed_well(case):
    """Sense is judged without looking at signatures, and these are good all the same."""
    entries = [json.loads(entry) for entry in case["entries"]]
    known = {
        e["body"]["key"]["id"]: bytes.fromhex(e["body"]["key"]["public"])
        for e in entries
        if e["kind"] == "key.added"
    }
    for entry in entries:
        if "signed" in entry and entry["signed"]["key"] in known:
            check_statement(
                entry, known[entry["signed"]["key"]], origin=ORIGIN, **entry["signed"]
            )


def sound_for_us(before: list[dict[str, Any]], data: bytes) -> bool:
    entry = parse_entry(data)
    today = entry.at.astimezone(ZoneInfo("Europe/Paris")).date()
    try:
        admit(entry, Told(before), today=today)
    except RefusedError:
        return False
    return True


def sound_for_the_second(before: list[dict[str, Any]], data: bytes, forms) -> bool:
    sense, entry = second_verifier.Sense(forms), second_verifier.decode(data)
    for earlier in before:
        sense.judge(earlier)
    second_verifier.check_entry(entry, forms)
    try:
        sense.judge(entry)
    except second_verifier.Senseless:
        return False
    return True


@pytest.mark.parametrize("case", REGISTER["sense"], ids=lambda case: case["what"])
def test_both_say_whether_an_entry_makes_sense(case, forms):
    *more, last = (entry.encode() for entry in case["entries"])
    before = [json.loads(entry["bytes"]) for entry in REGISTER["entries"]]
    before += map(json.loads, more)
    assert sound_for_the_second(before, last, forms) == case["sound"]
    if json.loads(last)["v"] == 1:
        assert sound_for_us(before, last) == case["sound"]


def test_roots_at_every_size():
    frontier = merkle.Frontier()
    for size, root in enumerate(REGISTER["roots"]):
        assert frontier.root().hex() == root
        assert second_verifier.tree_root(LEAVES[:size]).hex() == root
        if size < len(LEAVES):
            frontier.append(LEAVES[size])


def test_proofs_lead_to_the_roots():
    said = REGISTER["inclusion"]
    proof = [bytes.fromhex(digest) for digest in said["proof"]]
    root, leaf = bytes.fromhex(REGISTER["roots"][-1]), LEAVES[said["index"]]
    where = {"index": said["index"], "size": said["size"], "root": root, "leaf": leaf}
    merkle.check_inclusion(proof, **where)
    second_verifier.check_inclusion(proof, **where)
    said = REGISTER["consistency"]
    merkle.check_consistency(
        [bytes.fromhex(digest) for digest in said["proof"]],
        old_size=said["old_size"],
        old_root=bytes.fromhex(REGISTER["roots"][said["old_size"]]),
        new_size=said["new_size"],
        new_root=root,
    )


def test_the_tile_holds_the_leaves_and_has_its_address():
    assert REGISTER["tile"]["hex"] == b"".join(LEAVES).hex()
    assert REGISTER["tile"]["path"] == second_verifier.tile_path(0, 0, len(LEAVES))


def verifiers():
    return [parse_verifier(VECTORS["keys"][f"{name}_vkey"]) for name in ("log", "cosigner")]


def test_the_checkpoint_is_signed_by_both_keys():
    data = REGISTER["checkpoint"].encode()
    opened = checkpoint.open_checkpoint(data, verifiers(), ORIGIN)
    assert (opened.size, opened.root.hex()) == (len(LEAVES), REGISTER["roots"][-1])
    assert len(opened.signatures) == 2
    keys = [second_verifier.Key.parse(str(verifier.key)) for verifier in verifiers()]
    assert second_verifier.open_note(data, keys, ORIGIN) == (7, opened.root, set(keys))


def test_the_ed25519_signature_is_the_same_every_time():
    log = golden._signers()[0]
    made = note.sign(REGISTER["checkpoint_text"], log)
    assert made.decode() == REGISTER["signed_by_ed25519"]
    assert REGISTER["checkpoint"].startswith(REGISTER["signed_by_ed25519"])


def test_the_cosigned_message_is_what_ml_dsa_signs():
    message = bytes.fromhex(REGISTER["cosigned_message"])
    cosigner = MLDSA44PrivateKey.from_seed_bytes(golden.COSIGNER_SEED)
    time = message[13 + len(ORIGIN) :][:8]
    verifier = verifiers()[1]
    assert isinstance(verifier, CosignatureVerifier)
    verifier.check(REGISTER["checkpoint_text"], time + cosigner.sign(message))


def test_the_receipt_proves_its_entry():
    data, entry = REGISTER["receipt"].encode(), REGISTER["entries"][3]["bytes"].encode()
    parsed = checkpoint.parse_receipt(data)
    checkpoint.check_receipt(
        parsed, leaf=leaf_hash(entry), verifiers=verifiers(), origin=ORIGIN
    )
    keys = [second_verifier.Key.parse(str(verifier.key)) for verifier in verifiers()]
    assert second_verifier.check_receipt(data, entry, keys, ORIGIN) == len(LEAVES)
    with pytest.raises(second_verifier.Malformed):
        second_verifier.check_receipt(data, entry + b" ", keys, ORIGIN)
