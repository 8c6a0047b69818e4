"""Somebody has the log's private keys: they can sign another history, not the one we keep.

Alone, the forged register verifies: it is signed by the right keys. What finds it is anything
of the true one that somebody else holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.checkpoint import check_receipt, open_checkpoint, parse_receipt
from ledger.core.digest import leaf_hash
from ledger.core.merkle import check_consistency
from ledger.errors import MalformedError, TamperedError
from ledger.service.query import Queries, checkpoint_in
from tests.threats.hand import PANEL, Register, checkpoint_of, kept
from tests.world import unit

ORIGIN = "registre.example/essai"
TRUE, FALSE = unit("R4", "Des fontaines"), unit("R4", "Des parkings")


@pytest.fixture
def forged(register: Register, tmp_path: Path) -> Register:
    """A second history, signed with the stolen keys; the true one goes on in `register`."""
    made = register.fork(tmp_path / "forged")
    register.record([TRUE])
    made.record([FALSE])
    (made.data / "checkpoint").unlink()
    return made


def test_a_forged_history_verifies_alone_which_is_why_others_must_keep_checkpoints(
    forged: Register,
) -> None:
    assert forged.verify() == (0, "")


def test_a_kept_checkpoint_betrays_another_history(
    register: Register, forged: Register, tmp_path: Path
) -> None:
    drawer = kept(register.checkpoint(), tmp_path)
    assert register.verify("--against", drawer) == (0, "")
    status, code = forged.verify("--against", drawer)
    assert status == 3
    assert code in {"entry_differs", "checkpoint_differs"}


def test_the_receipt_in_a_citizens_drawer_betrays_another_history(
    register: Register, forged: Register, tmp_path: Path
) -> None:
    receipt = register.receipt(22)
    # It still proves what was recorded, to anybody who has the keys.
    check_receipt(
        parse_receipt(receipt),
        leaf=leaf_hash(register.entry(22)),
        verifiers=register.verifiers(),
        origin=ORIGIN,
    )
    with pytest.raises(TamperedError):
        check_receipt(
            parse_receipt(receipt),
            leaf=leaf_hash(forged.entry(22)),
            verifiers=register.verifiers(),
            origin=ORIGIN,
        )
    assert forged.verify("--against", kept(checkpoint_of(receipt), tmp_path))[0] == 3


def test_two_checkpoints_of_one_size_convict_the_key_that_signed_them(
    register: Register, forged: Register
) -> None:
    """A split view: each half of the city is shown its own register."""
    notes = [register.checkpoint(), forged.checkpoint()]
    one, two = (open_checkpoint(note, register.verifiers(), ORIGIN) for note in notes)
    assert one.size == two.size
    assert one.root != two.root
    assert len(one.signatures) == len(two.signatures) == 2


def test_no_proof_leads_from_the_true_history_to_another(
    register: Register, forged: Register
) -> None:
    old = checkpoint_in(register.checkpoint())
    forged.record([unit("R7", "Encore")])
    with forged.opened() as opened:
        proof, note = Queries(opened).consistency(old.size)
    new = checkpoint_in(note)
    with pytest.raises(TamperedError) as caught:
        check_consistency(
            proof,
            old_size=old.size,
            old_root=old.root,
            new_size=new.size,
            new_root=new.root,
        )
    assert caught.value.code == "root_differs"


def test_what_a_panel_signed_cannot_be_said_again_in_other_words(register: Register) -> None:
    """The keys of the log sign histories, and nobody's statement but its own."""
    signed = PANEL.sign(unit("R6", "Des arbres"))
    lie = {**signed, "body": {**signed["body"], "type": "question"}}
    with pytest.raises(MalformedError) as caught:
        register.record([lie])
    assert caught.value.code == "bad_signature"


def test_until_somebody_compares_a_split_view_is_not_seen(
    register: Register, forged: Register
) -> None:
    """Said in SECURITY.md: nothing in either register alone says that there are two."""
    assert register.verify() == forged.verify() == (0, "")
