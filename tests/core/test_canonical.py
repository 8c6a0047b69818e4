import doctest
import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import canonical
from ledger.core.canonical import MAX_BYTES, MAX_DEPTH, MAX_INT
from ledger.errors import MalformedError

KEYS = st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: depth_of(value) <= MAX_DEPTH)


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def nested(depth):
    return b"[" * depth + b"]" * depth


def test_the_example_of_the_module_is_true():
    assert doctest.testmod(canonical).failed == 0
    assert doctest.testmod(canonical).attempted == 3


@settings(max_examples=500, deadline=None)
@given(VALUES)
def test_the_encoder_writes_what_rfc_8785_asks(value):
    assert canonical.encode(value) == rfc8785.dumps(value)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_what_was_encoded_decodes_to_the_same_value(value):
    assert canonical.decode(canonical.encode(value)) == value


@settings(max_examples=300, deadline=None)
@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_any_spelling_loads_to_the_same_value(value, indent, ascii_only):
    spelled = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert canonical.loads(spelled) == value


@settings(max_examples=500, deadline=None)
@given(VALUES, st.data())
def test_a_changed_byte_is_refused_or_is_another_value_in_canonical_form(value, data):
    encoded = bytearray(canonical.encode(value))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    try:
        decoded = canonical.decode(bytes(encoded))
    except MalformedError:
        return
    assert canonical.encode(decoded) == encoded


@pytest.mark.parametrize(
    "char", [chr(i) for i in range(0x20)] + ["\x7f", '"', "\\", "/", "\u2028"]
)
def test_every_control_character_is_escaped_as_in_the_standard(char):
    assert canonical.encode([char]) == rfc8785.dumps([char])
    assert canonical.decode(canonical.encode([char])) == [char]


def test_tuples_are_written_as_arrays():
    assert canonical.encode({"a": (1, (2,))}) == b'{"a":[1,[2]]}'


def test_the_largest_integers_are_written_in_full():
    assert canonical.encode([MAX_INT, -MAX_INT]) == b"[9007199254740991,-9007199254740991]"
    assert canonical.decode(b"[9007199254740991,-9007199254740991]") == [MAX_INT, -MAX_INT]


def test_eight_levels_are_accepted_and_nine_refused():
    assert canonical.encode(canonical.decode(nested(8))) == nested(8)
    with pytest.raises(MalformedError) as caught:
        canonical.decode(nested(9))
    assert (caught.value.code, caught.value.where) == ("too_deep", "/0/0/0/0/0/0/0/0")


class Text(str):
    __slots__ = ()


LOOP: list = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "code", "where"),
    [
        ({"a": {"b": 1.0}}, "bad_number", "/a/b"),
        ([float("nan")], "bad_number", "/0"),
        ([float("inf")], "bad_number", "/0"),
        ([1, 2**53], "bad_number", "/1"),
        ([-(2**53)], "bad_number", "/0"),
        ([10**30], "bad_number", "/0"),
        ({"A": 1}, "bad_key", ""),
        ({"": 1}, "bad_key", ""),
        ({"a-b": 1}, "bad_key", ""),
        ({"é": 1}, "bad_key", ""),
        ({"a\n": 1}, "bad_key", ""),
        ({1: 1}, "bad_key", ""),
        ({"a": [{"9": 1}]}, "bad_key", "/a/0"),
        (["\ud800"], "bad_text", "/0"),
        ({"a": "x\udfffy"}, "bad_text", "/a"),
        ([b"bytes"], "bad_value", "/0"),
        ([{1}], "bad_value", "/0"),
        ([object()], "bad_value", "/0"),
        ([Text("a subclass")], "bad_value", "/0"),
        (LOOP, "too_deep", "/0/0/0/0/0/0/0/0"),
        (["x" * MAX_BYTES], "too_large", ""),
    ],
)
def test_the_encoder_refuses_and_says_where(value, code, where):
    with pytest.raises(MalformedError) as caught:
        canonical.encode(value)
    assert (caught.value.code, caught.value.where) == (code, where)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[1,]", "not_json"),
        (b"'a'", "not_json"),
        (b"[NaN]", "bad_number"),
        (b"[Infinity]", "bad_number"),
        (b"[01]", "not_json"),
        (b'["\x1f"]', "not_json"),
        (b"\xef\xbb\xbf[1]", "not_json"),
        ('["é"]'.encode("latin-1"), "not_json"),
        ('["é"]'.encode("utf-16"), "not_json"),
        (b'["\xed\xa0\x80"]', "not_json"),
        (b'["\xc0\xaf"]', "not_json"),
        (b'["\\ud800"]', "bad_text"),
        (b'{"a":1}{"a":1}', "not_json"),
        (b"[1.0]", "bad_number"),
        (b"[1e3]", "bad_number"),
        (b"[-0.0]", "bad_number"),
        (b"[9007199254740992]", "bad_number"),
        (b"[-9007199254740992]", "bad_number"),
        (b"[100000000000000000000]", "bad_number"),
        (b"[" + b"9" * 60_000 + b"]", "bad_number"),
        (b'{"A":1}', "bad_key"),
        (b'{"\\u00e9":1}', "bad_key"),
        (b'{"a":1,"a":1}', "not_canonical"),
        (b'{"a":1,"a":2}', "not_canonical"),
        (b'{"b":1,"a":2}', "not_canonical"),
        (b'{"\\u0061":1}', "not_canonical"),
        (b" [1]", "not_canonical"),
        (b"[1]\n", "not_canonical"),
        (b"[1, 2]", "not_canonical"),
        (b"[-0]", "not_canonical"),
        (b'["\\/"]', "not_canonical"),
        (b'["\\u00e9"]', "not_canonical"),
        (b'["\\u000a"]', "not_canonical"),
        (b'["\\u001F"]', "not_canonical"),
        (b'["\\u007f"]', "not_canonical"),
        (nested(30_000), "too_deep"),
        (b'["' + b"x" * MAX_BYTES + b'"]', "too_large"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_the_decoder_refuses(data, code):
    with pytest.raises(MalformedError) as caught:
        canonical.decode(data)
    assert caught.value.code == code


def test_another_spelling_is_refused_with_the_place_where_it_differs():
    with pytest.raises(MalformedError) as caught:
        canonical.decode(b'{"a":1,"a":1}')
    assert str(caught.value) == "byte 6: expected '}', found ',\"a\":1}'"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "not_json"),
        (b"", "not_json"),
        (b"\xff", "not_json"),
        (b"\xef\xbb\xbf[1]", "not_json"),
        ('["é"]'.encode("utf-16"), "not_json"),
        (b'{"a":1,"a":1}', "not_json"),
        (b'[{"a":{"b":1,"c":2,"b":3}}]', "not_json"),
        (b'["\n"]', "not_json"),
        (b"[NaN]", "bad_number"),
        (b"[-Infinity]", "bad_number"),
        (b"[1.5]", "bad_number"),
        (b"[1e3]", "bad_number"),
        (b"[9007199254740992]", "bad_number"),
        (b"[" + b"9" * 5_000_000 + b"]", "bad_number"),
        (b'["\\ud800"]', "bad_text"),
        (b'{"A":1}', "bad_key"),
        (nested(9), "too_deep"),
        (nested(200_000), "too_deep"),
        (b'{"a":' * 200_000, "too_deep"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_ordinary_json_outside_the_profile_is_refused(data, code):
    with pytest.raises(MalformedError) as caught:
        canonical.loads(data)
    assert caught.value.code == code


def test_an_envelope_may_be_allowed_to_nest_deeper():
    assert canonical.loads(nested(10), max_depth=10)
    with pytest.raises(MalformedError, match="lone surrogate"):
        canonical.loads(b"[" * 10 + b'"\\ud800"' + b"]" * 10, max_depth=10)


def test_keys_without_number_do_not_fill_the_memory():
    for index in range(2 * canonical._MOST_KEYS):
        canonical.encode({f"k{index}": 1})
    assert len(canonical._good_keys) <= canonical._MOST_KEYS
    with pytest.raises(MalformedError):
        canonical.encode({"K": 1})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_alone_are_encoded_as_any_array(texts):
    assert canonical.encode_texts(*texts) == rfc8785.dumps(texts)


def test_a_lone_surrogate_among_texts_is_refused():
    with pytest.raises(MalformedError) as caught:
        canonical.encode_texts("a", "\ud800")
    assert caught.value.code == "bad_text"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Être « né » à Lyon : 50\u202f% oui\u00a0!",
        "soft\u00adhyphen, zero\u200dwidth\u200cjoiners, \ufeff",
        "private use \uf0b7",
        "emoji 👩\u200d👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "ﬁ ligature and ² are NFC",
    ],
)
def test_texts_as_people_write_them_may_be_recorded(text):
    canonical.check_text(text, prose=False, where="/body/title")


@pytest.mark.parametrize("char", ["\n", "\u2028", "\u2029"])
def test_line_breaks_belong_to_prose_only(char):
    canonical.check_text(f"a{char}b", prose=True, where="")
    with pytest.raises(MalformedError, match="line break"):
        canonical.check_text(f"a{char}b", prose=False, where="")


@pytest.mark.parametrize(
    "char",
    [
        *(chr(i) for i in range(0x20) if i != 0x0A),
        *(chr(i) for i in range(0x7F, 0xA0)),
        *sorted(canonical.BIDI_CONTROLS),
        "\u0378",  # unassigned
        "\ufdd0",  # a noncharacter
        "\uffff",
        "\ud800",
        "e\u0301",  # NFD
        "\u212b",  # the Ångström sign: another code point in NFC
    ],
    ids=ascii,
)
@pytest.mark.parametrize("prose", [True, False])
def test_texts_that_two_readers_could_see_differently_are_refused(char, prose):
    with pytest.raises(MalformedError) as caught:
        canonical.check_text(f"é{char}b", prose=prose, where="/body/title")
    assert (caught.value.code, caught.value.where) == ("bad_text", "/body/title")


def test_the_bidi_controls_are_those_of_unicode_annex_9():
    points = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    assert set(map(chr, points)) == canonical.BIDI_CONTROLS
