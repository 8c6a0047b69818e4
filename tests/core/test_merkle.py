from typing import Any

import pytest

from ledger.core import merkle
from ledger.core.digest import EMPTY_ROOT, ZERO
from ledger.errors import LedgerError, MalformedError, TamperedError
from tests.core.trees import Naive, leaf, mth, path, subproof

LARGEST = 130
SIZES = range(1, LARGEST + 1)
PAIRS = [(old, new) for new in SIZES for old in range(1, new + 1)]
READER = Naive()


def refused(check, *args, **kwargs):
    try:
        check(*args, **kwargs)
    except (MalformedError, TamperedError) as error:
        return error.code in {"bad_proof", "root_differs"}
    return False


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def variants(proof, bits):
    """Yield `proof` with one of `bits` flipped in one digest."""
    for place, sibling in enumerate(proof):
        for bit in bits(place):
            yield [*proof[:place], flipped(sibling, bit), *proof[place + 1 :]]


def every_bit(_place):
    return range(256)


def one_bit(place):
    return [place * 37 % 256]


def inclusion(index, size):
    proof = merkle.prove_inclusion(READER, index=index, size=size)
    return proof, {"size": size, "root": mth(0, size), "index": index, "leaf": leaf(index)}


def consistency(old, new):
    proof = merkle.prove_consistency(READER, old_size=old, new_size=new)
    sides = {"old_size": old, "old_root": mth(0, old)}
    return proof, {**sides, "new_size": new, "new_root": mth(0, new)}


def test_roots_are_those_of_the_definition():
    for size in range(LARGEST + 1):
        assert merkle.root(READER, size) == mth(0, size)


def test_the_frontier_has_the_root_of_every_size():
    frontier = merkle.Frontier()
    for size in SIZES:
        assert frontier.root() == mth(0, size - 1)
        frontier.append(leaf(size - 1))
        assert frontier.size == size
    assert frontier.root() == mth(0, LARGEST)


def test_inclusion_proofs_are_those_of_the_definition_and_check():
    for size in SIZES:
        for index in range(size):
            proof, claim = inclusion(index, size)
            assert proof == path(index, 0, size)
            merkle.check_inclusion(proof, **claim)


def test_consistency_proofs_are_those_of_the_definition_and_check():
    for old, new in PAIRS:
        proof, claim = consistency(old, new)
        assert proof == subproof(old, 0, new, True)
        merkle.check_consistency(proof, **claim)


def test_a_leaf_at_any_wrong_index_is_refused():
    for size in SIZES:
        for index in range(0, size, 1 if size <= 64 else 7):
            proof, claim = inclusion(index, size)
            for wrong in [*range(size), -1, size, size + 1]:
                if wrong != index:
                    assert refused(merkle.check_inclusion, proof, **claim | {"index": wrong})


def test_an_inclusion_proof_for_another_size_is_refused():
    for size in range(1, 41):
        for index in range(size):
            proof, claim = inclusion(index, size)
            for wrong in [0, *SIZES]:
                if wrong != size:
                    lie = {"size": wrong, "root": mth(0, wrong)}
                    assert refused(merkle.check_inclusion, proof, **claim | lie)


def test_another_root_or_leaf_is_refused():
    for size in SIZES:
        for index in range(0, size, 3):
            proof, claim = inclusion(index, size)
            for lie in ({"root": mth(0, size + 1)}, {"root": ZERO}, {"leaf": leaf(size)}):
                assert refused(merkle.check_inclusion, proof, **claim | lie)


def test_every_flipped_bit_in_an_inclusion_proof_is_noticed():
    for size in range(1, 17):
        for index in range(size):
            proof, claim = inclusion(index, size)
            for changed in variants(proof, every_bit):
                assert refused(merkle.check_inclusion, changed, **claim)
            for bit in range(256):
                for side in ("root", "leaf"):
                    lie = {side: flipped(claim[side], bit)}
                    assert refused(merkle.check_inclusion, proof, **claim | lie)


def test_one_flipped_bit_in_each_digest_of_larger_proofs_is_noticed():
    for size in range(17, LARGEST + 1):
        for index in range(size):
            proof, claim = inclusion(index, size)
            for changed in variants(proof, one_bit):
                assert refused(merkle.check_inclusion, changed, **claim)


def test_an_inclusion_proof_of_another_length_is_malformed():
    for size in range(1, 34):
        for index in range(size):
            proof, claim = inclusion(index, size)
            for wrong in ([*proof, ZERO], proof[:-1] if proof else [ZERO], [ZERO, *proof]):
                with pytest.raises(MalformedError) as caught:
                    merkle.check_inclusion(wrong, **claim)
                assert caught.value.code == "bad_proof"


def test_digests_of_another_length_are_malformed():
    proof, claim = inclusion(3, 7)
    with pytest.raises(MalformedError):
        merkle.check_inclusion([proof[0][:31], *proof[1:]], **claim)
    # Bytes moved from one digest to its neighbour would hash alike if nobody counted them.
    moved = [proof[0] + proof[1][:1], proof[1][1:], *proof[2:]]
    with pytest.raises(MalformedError):
        merkle.check_inclusion(moved, **claim)


def test_a_root_does_not_tell_its_size():
    # Why size and root come from one checkpoint: leaf 0 has the same path in trees of 3 and 4.
    proof, claim = inclusion(0, 3)
    merkle.check_inclusion(proof, **claim | {"size": 4})


def test_a_consistency_proof_between_other_sizes_is_refused():
    for old, new in PAIRS:
        if new > 40:
            break
        proof, claim = consistency(old, new)
        for wrong in range(1, 65):
            if wrong != old:
                lie = {"old_size": wrong, "old_root": mth(0, wrong)}
                assert refused(merkle.check_consistency, proof, **claim | lie), (
                    old,
                    new,
                    wrong,
                )
            if wrong != new:
                lie = {"new_size": wrong, "new_root": mth(0, wrong)}
                assert refused(merkle.check_consistency, proof, **claim | lie), (
                    old,
                    new,
                    wrong,
                )


def test_another_old_or_new_root_is_refused():
    for old, new in PAIRS:
        proof, claim = consistency(old, new)
        for side in ("old_root", "new_root"):
            lie = {side: mth(1, new + 1)}
            assert refused(merkle.check_consistency, proof, **claim | lie)


def test_every_flipped_bit_in_a_consistency_proof_is_noticed():
    for old, new in PAIRS:
        proof, claim = consistency(old, new)
        small = new <= 16
        for changed in variants(proof, every_bit if small else one_bit):
            assert refused(merkle.check_consistency, changed, **claim)
        for bit in range(256) if small else (17,):
            for side in ("old_root", "new_root"):
                lie = {side: flipped(claim[side], bit)}
                assert refused(merkle.check_consistency, proof, **claim | lie)


def test_a_consistency_proof_of_another_length_is_malformed():
    for old, new in PAIRS:
        if new > 33:
            break
        proof, claim = consistency(old, new)
        for wrong in ([*proof, ZERO], proof[:-1] if proof else [ZERO]):
            with pytest.raises(MalformedError) as caught:
                merkle.check_consistency(wrong, **claim)
            assert caught.value.code == "bad_proof"


def test_everything_extends_the_empty_tree():
    for size in range(20):
        assert merkle.prove_consistency(READER, old_size=0, new_size=size) == []
        claim: dict[str, Any] = {"old_size": 0, "new_size": size, "new_root": mth(0, size)}
        merkle.check_consistency([], old_root=EMPTY_ROOT, **claim)
        with pytest.raises(TamperedError):
            merkle.check_consistency([], old_root=ZERO, **claim)
        with pytest.raises(MalformedError):
            merkle.check_consistency([ZERO], old_root=EMPTY_ROOT, **claim)
    with pytest.raises(TamperedError):
        merkle.check_consistency([], old_size=0, old_root=EMPTY_ROOT, new_size=0, new_root=ZERO)


def test_what_lies_outside_the_tree_cannot_be_proved():
    for index, size in [(-1, 5), (5, 5), (0, 0), (9, 5)]:
        with pytest.raises(MalformedError):
            merkle.prove_inclusion(READER, index=index, size=size)
    for old, new in [(6, 5), (-1, 5), (-2, -1)]:
        with pytest.raises(MalformedError):
            merkle.prove_consistency(READER, old_size=old, new_size=new)
        with pytest.raises(LedgerError):
            merkle.check_consistency(
                [], old_size=old, old_root=ZERO, new_size=new, new_root=ZERO
            )
    with pytest.raises(MalformedError):
        merkle.root(READER, -1)
