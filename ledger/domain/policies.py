"""Rules of the house that a city sets in public, folded from `policy.set`.

A policy that is not known here, or whose value is none of its values, is passed over: another
version may know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.domain.events import Body, PolicySet
from ledger.errors import MalformedError

KINDS = ("policy.set",)
MAX_TOKEN_DAYS = 730


@dataclass(frozen=True, slots=True)
class Policies:
    """What is in force; before anything was set, what holds without saying."""

    confirmation: bool = False
    """Whether a second account confirms what is recorded on behalf of others."""
    token_days: int | None = None
    """How long a token lasts at most, and when nothing else is said."""


POLICIES: Mapping[str, range | None] = {
    "confirmation": None,
    "token_days": range(1, MAX_TOKEN_DAYS + 1),
}
"""The numbers that a policy may have; None where it is true or false."""


def fold_policies(said: Iterable[Body | None]) -> Policies:
    """The policies in force after some statements of the register; the last word holds."""
    found = Policies()
    for body in said:
        if isinstance(body, PolicySet) and _fits(body.policy, body.value):
            known: dict[str, Any] = {body.policy: body.value}
            found = replace(found, **known)
    return found


def check_policy(name: str, value: object) -> None:
    """Checks that a policy is known here and may have this value.

    Raises:
        MalformedError: `bad_value`.
    """
    if name not in POLICIES:
        message = f"no policy is called {name}: choose among {', '.join(POLICIES)}"
        raise MalformedError("bad_value", message, where="/policy")
    if not _fits(name, value):
        numbers = POLICIES[name]
        right = f"{numbers[0]} to {numbers[-1]}" if numbers else "true or false"
        raise MalformedError("bad_value", f"{name} is {right}", where="/value")


def _fits(name: str, value: object) -> bool:
    if name not in POLICIES:
        return False
    numbers = POLICIES[name]
    # `type`, since for Python true is a number too.
    return type(value) is bool if numbers is None else type(value) is int and value in numbers
