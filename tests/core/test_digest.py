from hashlib import sha256

import pytest

from ledger.core import digest
from ledger.errors import MalformedError


def test_leaves_and_nodes_differ_in_their_first_byte():
    assert digest.leaf_hash(b"entry") == sha256(b"\x00entry").digest()
    left, right = sha256(b"l").digest(), sha256(b"r").digest()
    assert digest.node_hash(left, right) == sha256(b"\x01" + left + right).digest()


def test_the_empty_tree_has_the_root_that_rfc_6962_gives():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest.parse_hex(empty) == digest.EMPTY_ROOT
    assert digest.parse_hex("0" * 64) == digest.ZERO


@pytest.mark.parametrize(
    "text",
    ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", " " + "a" * 63, "٣" * 64],
)
def test_only_64_lower_case_hexadecimal_digits_are_a_digest(text):
    with pytest.raises(MalformedError) as caught:
        digest.parse_hex(text)
    assert caught.value.code == "bad_value"
