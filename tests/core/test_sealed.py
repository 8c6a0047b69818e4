from dataclasses import replace
from hashlib import sha256

import pytest
import rfc8785

from ledger.core import sealed
from ledger.errors import LedgerError, MalformedError, TamperedError

KEY = bytes(range(32))
PATH = "/body/text"
VALUE = "Réserver 20 % des panneaux\naux associations."


def test_a_commitment_is_the_hash_of_key_path_and_value():
    wanted = sha256(b"\x02" + KEY + rfc8785.dumps([PATH, VALUE])).digest()
    assert sealed.commitment(KEY, PATH, VALUE) == wanted


def test_a_known_commitment_does_not_change_with_the_release():
    made = sealed.commitment(KEY, PATH, VALUE).hex()
    assert made == "9e453c7492b1b50de354b38337ab5de2af0c5d5f695a9b63ccd07b9d9ae39dec"


@pytest.mark.parametrize("public", [True, False])
def test_what_was_sealed_is_found_and_opens(public):
    sealed_object, opening = sealed.seal("/sources/0/title", VALUE, public=public)
    entry = {"kind": "x", "body": {}, "sources": [{"title": sealed_object}]}
    [(path, found_public, commitment)] = sealed.find_sealed(entry)
    assert (path, found_public) == ("/sources/0/title", public)
    sealed.check_opening(opening, bytes.fromhex(commitment))


def test_keys_are_fresh_unless_given():
    first, second = sealed.seal(PATH, VALUE), sealed.seal(PATH, VALUE)
    assert first[0] != second[0]
    assert len(first[1].key) == 32
    assert sealed.seal(PATH, VALUE, key=KEY)[1].key == KEY


@pytest.mark.parametrize(
    "lie",
    [
        {"path": "/body/title"},
        {"value": VALUE + " "},
        {"value": VALUE.replace("20", "30")},
        {"key": bytes(reversed(KEY))},
    ],
    ids=["path", "space", "number", "key"],
)
def test_an_opening_with_one_thing_changed_is_refused(lie):
    sealed_object, opening = sealed.seal(PATH, VALUE, key=KEY)
    commitment = bytes.fromhex(str(sealed_object["sealed"]))
    sealed.check_opening(opening, commitment)
    with pytest.raises(TamperedError) as caught:
        sealed.check_opening(replace(opening, **lie), commitment)
    assert caught.value.code == "commitment_differs"


def test_every_flipped_bit_of_a_commitment_is_noticed():
    _, opening = sealed.seal(PATH, VALUE, key=KEY)
    commitment = sealed.commitment(KEY, PATH, VALUE)
    for bit in range(256):
        changed = bytearray(commitment)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TamperedError):
            sealed.check_opening(opening, bytes(changed))


@pytest.mark.parametrize(
    ("key", "path", "value", "code"),
    [
        (b"", PATH, VALUE, "bad_value"),
        (KEY[:31], PATH, VALUE, "bad_value"),
        (KEY + b"\0", PATH, VALUE, "bad_value"),
        (KEY, "", VALUE, "bad_value"),
        (KEY, "/body", VALUE, "bad_value"),
        (KEY, "/by/name", VALUE, "bad_value"),
        (KEY, "body/text", VALUE, "bad_value"),
        (KEY, "/body/a~", VALUE, "bad_value"),
        (KEY, "/body/a~2", VALUE, "bad_value"),
        (KEY, PATH, "", "bad_value"),
        (KEY, PATH, "\ud800", "bad_text"),
        (KEY, PATH, "é" * (128 * 1024) + "a", "too_large"),
    ],
)
def test_a_seal_out_of_form_is_refused(key, path, value, code):
    with pytest.raises(MalformedError) as caught:
        sealed.commitment(key, path, value)
    assert caught.value.code == code


def test_the_longest_value_is_measured_before_escaping():
    sealed.commitment(KEY, PATH, "é" * (128 * 1024))
    sealed.commitment(KEY, PATH, "\n" * (256 * 1024))


def test_sealed_texts_are_found_anywhere_in_body_and_sources_of_any_kind():
    mark = {"open": "public", "sealed": "a" * 64}
    kept = {"open": "restricted", "sealed": "b" * 64}
    entry = {
        "body": {"list": [1, {"deep": [mark]}, "x"], "t": kept, "a/b~c": mark},
        "by": {"open": "public", "sealed": "c" * 64},
        "kind": "unknown.kind",
        "sources": [{"title": mark}, {"title": kept, "url": mark}],
    }
    assert list(sealed.find_sealed(entry)) == [
        ("/body/list/1/deep/0", True, "a" * 64),
        ("/body/t", False, "b" * 64),
        ("/body/a~1b~0c", True, "a" * 64),
        ("/sources/0/title", True, "a" * 64),
        ("/sources/1/title", False, "b" * 64),
        ("/sources/1/url", True, "a" * 64),
    ]


def test_objects_with_other_keys_are_no_sealed_texts():
    body = {
        "a": {"open": "public"},
        "b": {"sealed": "a" * 64},
        "c": {"open": "public", "sealed": "a" * 64, "more": 1},
    }
    assert list(sealed.find_sealed({"body": body, "sources": []})) == []
    assert list(sealed.find_sealed({})) == []


@pytest.mark.parametrize(
    "value",
    [
        {"open": "secret", "sealed": "a" * 64},
        {"open": True, "sealed": "a" * 64},
        {"open": [], "sealed": "a" * 64},
        {"open": "public", "sealed": "A" * 64},
        {"open": "public", "sealed": "a" * 63},
        {"open": "public", "sealed": None},
    ],
    ids=repr,
)
def test_a_sealed_text_with_other_values_inside_is_malformed(value):
    with pytest.raises(MalformedError) as caught:
        list(sealed.find_sealed({"body": {"reason": value}}))
    assert (caught.value.code, caught.value.where) == ("bad_value", "/body/reason")


def test_a_body_is_not_itself_a_sealed_text():
    with pytest.raises(MalformedError):
        list(sealed.find_sealed({"body": {"open": "public", "sealed": "a" * 64}}))


def test_neither_value_nor_key_reaches_a_log_line():
    _, opening = sealed.seal(PATH, VALUE, key=KEY)
    assert "panneaux" not in repr(opening)
    assert repr(KEY) not in repr(opening)
    with pytest.raises(LedgerError) as caught:
        sealed.check_opening(opening, bytes(32))
    assert "panneaux" not in str(caught.value)
