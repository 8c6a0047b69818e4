"""Counts of private persons that are too small to be written: 1 to 4 is `{"below":5}`.

In a group of three whoever is one of them recognises the other two. A writer refuses such a
count in clear; a verifier does not judge it, since what stands is hashed and stays. Hiding one
of several counts may not be enough: where they add up to a total, what is left tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from ledger.domain.values import Below
from ledger.errors import MalformedError

SMALLEST = 5
"""The smallest number of private persons, but none at all, that is written in clear."""


def check_hidden(body: BaseModel) -> None:
    """Checks that no count of private persons tells a group below 5.

    Raises:
        MalformedError: `bad_body`; `where` points at the count.
    """
    if _counts(type(body)):
        _check(body, "/body")


def revealed(body: Mapping[str, Any]) -> Iterator[str]:
    """Where in a draft's well-formed body a hidden count can be worked out from the others.

    The categories of one partition that are shown are taken from the total: what is left
    tells a single hidden count, and several that are all 1 or all 4.
    """
    total, parts = body.get("total"), body.get("counts")
    if type(total) is not int or not isinstance(parts, list):
        return
    partitions: dict[str, list[int]] = {}
    for place, part in enumerate(parts):
        if "partition" in part:
            partitions.setdefault(part["partition"], []).append(place)
    for places in partitions.values():
        hidden = [place for place in places if type(parts[place]["count"]) is not int]
        left = total - sum(parts[p]["count"] for p in places if p not in hidden)
        if hidden and (len(hidden) == 1 or left in (len(hidden), 4 * len(hidden))):
            yield from (f"/body/counts/{place}/count" for place in hidden)


def _check(value: BaseModel, path: str) -> None:
    for name, inside in _counts(type(value)).items():
        member = getattr(value, name)
        if inside:
            for place, part in enumerate(member or ()):
                _check(part, f"{path}/{name}/{place}")
        elif type(member) is int and 0 < member < SMALLEST:
            raise MalformedError(
                "bad_body",
                'fewer than 5 persons could be recognised: write {"below": 5}',
                where=f"{path}/{name}",
            )


@cache
def _counts(model: type[BaseModel]) -> dict[str, bool]:
    """The fields of a form that count private persons; True for arrays of parts that do."""
    found = {}
    for name, field in model.model_fields.items():
        arms = _arms(field.annotation)
        if Below in arms:
            found[name] = False
        elif any(issubclass(arm, BaseModel) and _counts(arm) for arm in arms):
            found[name] = True
    return found


def _arms(annotation: Any) -> set[type]:
    """Every class that an annotation is made of."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return {annotation}
    return {arm for part in get_args(annotation) for arm in _arms(part)}
