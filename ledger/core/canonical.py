"""The one byte form of a JSON value: what is hashed, stored and served is the same bytes.

RFC 8785 canonical JSON, in a profile where the fast encoder and the standard agree byte
for byte:

- object keys match `[a-z][a-z0-9_]*`, so that sorting by byte, by code point and by UTF-16
  unit is the same thing;
- numbers are integers within ±(2^53-1), which every JSON reader holds exactly; no floats;
- objects and arrays are nested at most 8 deep, the outermost counting as 1;
- strings hold no lone surrogates;
- at most 65,535 bytes.

The decoder accepts only what the encoder would write:

    >>> encode({"b": [1, True, None], "a": "été / <b>"}).decode()
    '{"a":"été / <b>","b":[1,true,null]}'
    >>> decode(b'{"a":1}')
    {'a': 1}
    >>> decode(b'{"a": 1}')
    Traceback (most recent call last):
    ledger.errors.MalformedError: byte 5: expected '1}', found ' 1}'

Verifiers judge bytes, never the meaning of characters: `check_text` is for writers only,
because Unicode versions differ between readers.

Source: RFC 8785, sections 3.2.2 and 3.2.3.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import NoReturn, TypeAlias

import orjson

from ledger.errors import MalformedError

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | bool | None"
"""What `decode` and `loads` return. Floats are not part of the profile."""

MAX_BYTES = 65_535
"""The longest entry: tlog-tiles prefixes each entry with its length as a uint16."""

MAX_DEPTH = 8
MAX_INT = 2**53 - 1

BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Invisible characters that make a text read otherwise than it is written."""


def encode(value: object) -> bytes:
    """Return the canonical bytes of `value`, at most 65,535 of them.

    Tuples are written as arrays. Any other subclass or type (enumerations, dates, models) is
    refused rather than guessed at.

    Raises:
        MalformedError: `bad_key`, `bad_number`, `bad_value`, `bad_text` or `too_deep` with
            the JSON Pointer of the culprit; `too_large`.

    Source: RFC 8785, section 3.2.
    """
    if not _fits(value, MAX_DEPTH):
        _complain(value, "", MAX_DEPTH)
    data = _dump(value)
    if len(data) > MAX_BYTES:
        raise MalformedError("too_large", f"{len(data)} bytes; at most {MAX_BYTES}")
    return data


def decode(data: bytes) -> JSON:
    """Return the value whose canonical form is `data`, byte for byte.

    Raises:
        MalformedError: `not_json` for what is none (broken UTF-8, a byte order mark);
            `bad_key`, `bad_number`, `bad_text` or `too_deep` for JSON outside the profile;
            `not_canonical` for another spelling (space, escapes, key order, a key twice);
            `too_large`.

    Source: RFC 8785, section 3.2.
    """
    if len(data) > MAX_BYTES:
        raise MalformedError("too_large", f"{len(data)} bytes; at most {MAX_BYTES}")
    try:
        value: JSON = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        # The other parser says what is wrong in our own terms; failing that, this one does.
        loads(data)
        raise MalformedError("not_json", error.msg, where=f"byte {error.pos}") from error
    if not _fits(value, MAX_DEPTH):
        _complain(value, "", MAX_DEPTH)
    canonical = _dump(value)
    if canonical != data:
        _complain_spelling(canonical, data)
    return value


def loads(data: bytes, *, max_depth: int = MAX_DEPTH) -> JSON:
    """Return the value of ordinary JSON, in whatever spelling, if it lies in the profile.

    For input from outside, where white space, escapes and key order are free. The caller
    bounds the length of `data`.

    Raises:
        MalformedError: `not_json` (also for a key given twice, and for anything but UTF-8),
            `bad_key`, `bad_number`, `bad_text` or `too_deep`.

    Source: RFC 8259, sections 4, 6 and 8.1; RFC 7493 (I-JSON), section 2.3.
    """
    try:
        value: JSON = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_number,
        )
    except UnicodeDecodeError as error:
        raise MalformedError("not_json", "not UTF-8", where=f"byte {error.start}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedError("not_json", error.msg, where=where) from error
    except RecursionError as error:
        raise MalformedError("too_deep", f"at most {max_depth} deep") from error
    if not _fits(value, max_depth):
        _complain(value, "", max_depth)
    # An escape such as \ud800 yields a string that no encoder could write.
    _dump(value, max_depth)
    return value


def encode_texts(*texts: str) -> bytes:
    """Return the canonical bytes of an array of strings, of any length.

    Raises:
        MalformedError: `bad_text`, for a lone surrogate.
    """
    return _dump(texts)


def check_text(text: str, *, prose: bool, where: str) -> None:
    """Check that `text` may be recorded: for writers, never for verifiers.

    Refused are code points that Unicode has not assigned (they could be normalised otherwise
    one day), surrogates, bidirectional controls, and control characters with the line and
    paragraph separators: all that could make two readers see two texts. French
    typography (U+00A0, U+202F), joiners and private use characters stay.

    Args:
        prose: Whether line breaks (U+000A, U+2028, U+2029) may occur.
        where: JSON Pointer of the text, for the message.

    Raises:
        MalformedError: `bad_text`.

    Source: Unicode Standard Annex #15 (NFC); Annex #9, section 2 (bidirectional controls).
    """
    if text.isprintable():
        if text.isascii():
            return
    else:
        for char in sorted(set(text)):
            if not char.isprintable():
                fault = _fault_of(char, prose)
                if fault:
                    raise MalformedError("bad_text", f"U+{ord(char):04X} {fault}", where=where)
    if not unicodedata.is_normalized("NFC", text):
        raise MalformedError("bad_text", "the text is not in Unicode form NFC", where=where)


_KEY = re.compile("[a-z][a-z0-9_]*").fullmatch
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

# Keys met before and found good: asking a set costs a tenth of asking the pattern. Bounded,
# because unknown kinds bring keys from outside.
_good_keys: set[str] = set()
_MOST_KEYS = 4096


def _fits(value: object, room: int) -> bool:
    """Tell whether `value` lies in the profile, apart from what `_dump` refuses.

    Runs on every entry: containers recurse, scalars are settled where they stand. Integers
    beyond 2^53-1 and lone surrogates are left to the encoder, which sees them for free.
    """
    kind = type(value)
    if kind is dict:
        if not room:
            return False
        if not _good_keys.issuperset(value):  # type: ignore[arg-type]
            for key in value:  # type: ignore[attr-defined]
                if type(key) is not str or not _KEY(key):
                    return False
                if len(_good_keys) < _MOST_KEYS:
                    _good_keys.add(key)
        items = value.values()  # type: ignore[attr-defined]
    elif kind is list or kind is tuple:
        if not room:
            return False
        items = value
    else:
        return kind is str or kind is int or kind is bool or value is None
    for item in items:
        kind = type(item)
        if kind is str or kind is int or item is None or kind is bool:
            continue
        if not _fits(item, room - 1):
            return False
    return True


def _dump(value: object, max_depth: int = MAX_DEPTH) -> bytes:
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        _complain(value, "", max_depth)
        raise MalformedError("bad_value", str(error)) from error


def _complain(value: object, where: str, room: int) -> None:
    """Raise for the first fault in `value`, in reading order; the slow twin of `_fits`."""
    if isinstance(value, dict | list | tuple) and not room:
        raise MalformedError("too_deep", "objects and arrays nest too deep here", where=where)
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str or not _KEY(key):
                raise MalformedError("bad_key", f"{key!r} is not [a-z][a-z0-9_]*", where=where)
            _complain(item, f"{where}/{key}", room - 1)
    elif type(value) is list or type(value) is tuple:
        for index, item in enumerate(value):
            _complain(item, f"{where}/{index}", room - 1)
    elif type(value) is str:
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise MalformedError("bad_text", "the text holds a lone surrogate", where=where)
    elif type(value) is float:
        raise MalformedError("bad_number", "write an integer: no fractions", where=where)
    elif type(value) is int:
        if abs(value) > MAX_INT:
            raise MalformedError("bad_number", "beyond 2^53-1", where=where)
    elif value is not None and type(value) is not bool:
        name = type(value).__name__
        raise MalformedError("bad_value", f"a {name} cannot be written", where=where)


def _complain_spelling(canonical: bytes, data: bytes) -> NoReturn:
    pairs = enumerate(zip(canonical, data, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(canonical), len(data)))
    wanted, found = (part[at : at + 12].decode(errors="replace") for part in (canonical, data))
    message = f"expected {wanted!r}, found {found!r}"
    raise MalformedError("not_canonical", message, where=f"byte {at}")


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MalformedError("not_json", f"the key {twice!r} is given twice")
    return made


def _integer(text: str) -> int:
    # 2^53-1 has 16 digits: int() of a million of them would take seconds.
    if len(text) > 17:
        _no_number(text)
    return int(text)


def _no_number(text: str) -> NoReturn:
    shown = text if len(text) <= 20 else text[:20] + "…"
    raise MalformedError("bad_number", f"{shown} is not an integer within ±(2^53-1)")


def _fault_of(char: str, prose: bool) -> str:
    if char in "\n\u2028\u2029":
        return "" if prose else "is a line break, and this is one line"
    if char in BIDI_CONTROLS:
        return "changes the direction of writing unseen"
    match unicodedata.category(char):
        case "Cc":
            return "is a control character"
        case "Cn":
            return "is not assigned in Unicode"
        case "Cs":
            return "is half of a surrogate pair"
    return ""
