"""Places in an entry, named by JSON Pointers (RFC 6901): `/body/reason`, `/sources/0/title`.

>>> value_at({"body": {"questions": ["Why?"]}}, "/body/questions/0")
'Why?'
>>> replaced({"body": {"theme": "bikes"}}, "/body/theme", "water")
{'body': {'theme': 'water'}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_INDEX = re.compile("0|[1-9][0-9]{0,4}").fullmatch


def value_at(whole: Any, path: str) -> Any:
    """What stands at a place.

    Raises:
        LookupError: nothing does.
    """
    value = whole
    for part in _parts(path):
        value = value[_place(value, part)]
    return value


def replaced(whole: Any, path: str, new: object) -> Any:
    """A copy of `whole` with `new` at a place where something stands.

    Raises:
        LookupError: nothing stands there.
    """
    return _replaced(whole, _parts(path), new)


def sealed_at(value: object) -> bool:
    """Whether what stands at a place is the commitment to a sealed text."""
    return isinstance(value, Mapping) and value.keys() == {"open", "sealed"}


def _replaced(value: Any, parts: list[str], new: object) -> Any:
    if not parts:
        return new
    place = _place(value, parts[0])
    member = _replaced(value[place], parts[1:], new)
    copy: Any = dict(value) if isinstance(value, Mapping) else list(value)
    copy[place] = member
    return copy


def _place(value: object, part: str) -> str | int:
    if isinstance(value, Mapping):
        return part
    if isinstance(value, list) and _INDEX(part):
        return int(part)
    raise LookupError(part)


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
