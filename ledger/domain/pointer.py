"""Places in an entry, named by JSON Pointers (RFC 6901): `/body/reason`, `/sources/0/title`.

    >>> value_at({"body": {"questions": ["Why?"]}}, "/body/questions/0")
    'Why?'
    >>> replaced({"body": {"theme": "vélo"}}, "/body/theme", "eau")
    {'body': {'theme': 'eau'}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_INDEX = re.compile("0|[1-9][0-9]{0,4}").fullmatch


def value_at(whole: Any, path: str) -> Any:
    """What stands at a place.

    Raises:
        LookupError: nothing does.
    """
    value = whole
    for part in _parts(path):
        value = _members(value, path)[_place(value, part, path)]
    return value


def replaced(whole: Any, path: str, new: object) -> Any:
    """`whole` with `new` at a place where something stands; what is given stays as it is.

    Raises:
        LookupError: nothing stands there.
    """
    return _replaced(whole, list(_parts(path)), path, new)


def sealed_at(value: object) -> bool:
    """Whether what stands somewhere is the commitment to a sealed text."""
    return isinstance(value, Mapping) and value.keys() == {"open", "sealed"}


def _replaced(value: Any, parts: list[str], path: str, new: object) -> Any:
    if not parts:
        return new
    copy = value.copy() if isinstance(value, list) else dict(_members(value, path))
    place = _place(value, parts[0], path)
    copy[place] = _replaced(copy[place], parts[1:], path, new)
    return copy


def _members(value: Any, path: str) -> Any:
    if not isinstance(value, list | Mapping):
        raise LookupError(path)
    return value


def _place(value: Any, part: str, path: str) -> int | str:
    if not isinstance(value, list):
        return part
    if not _INDEX(part):
        raise LookupError(path)
    return int(part)


def _parts(path: str) -> Iterator[str]:
    for part in path.split("/")[1:]:
        yield part.replace("~1", "/").replace("~0", "~")
