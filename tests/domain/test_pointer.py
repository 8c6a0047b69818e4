import doctest

import pytest

from ledger.domain import pointer
from ledger.domain.pointer import replaced, sealed_at, value_at

ENTRY = {"body": {"counts": [{"category": "femmes"}, {"category": "hommes"}], "a/b": 1}}


def test_the_examples_hold():
    assert doctest.testmod(pointer) == (0, 2)


def test_a_pointer_finds_what_stands_there():
    assert value_at(ENTRY, "/body/counts/1/category") == "hommes"
    assert value_at(ENTRY, "/body/a~1b") == 1
    assert value_at(ENTRY, "") is ENTRY


@pytest.mark.parametrize(
    "path",
    [
        "/title",
        "/body/counts/2",
        "/body/counts/-1",
        "/body/counts/01",
        "/body/counts/0/category/x",
    ],
)
def test_where_nothing_stands_nothing_is_found_or_replaced(path):
    with pytest.raises(LookupError):
        value_at(ENTRY, path)
    with pytest.raises(LookupError):
        replaced(ENTRY, path, "x")


def test_replacing_leaves_what_was_given_as_it_is():
    mended = replaced(ENTRY, "/body/counts/0/category", "Femmes")
    assert value_at(mended, "/body/counts/0/category") == "Femmes"
    assert value_at(ENTRY, "/body/counts/0/category") == "femmes"
    assert value_at(mended, "/body/counts/1") is value_at(ENTRY, "/body/counts/1")


def test_only_an_object_of_exactly_these_two_keys_is_a_sealed_text():
    assert sealed_at({"open": "public", "sealed": "0" * 64})
    assert not sealed_at({"open": "public", "text": "words"})
    assert not sealed_at({"open": "public", "sealed": "0" * 64, "text": "words"})
    assert not sealed_at("sealed")
