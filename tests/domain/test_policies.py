"""Rules of the house: the last word holds, and what is not known is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.events import PolicySet
from ledger.domain.policies import POLICIES, Policies, check_policy, fold_policies
from ledger.errors import MalformedError


def said(policy: str, value: Any) -> PolicySet:
    """What an entry says that sets a policy."""
    return PolicySet(policy=policy, value=value)


def test_the_last_word_holds() -> None:
    told = [said("confirmation", True), said("token_days", 30), said("confirmation", False)]
    assert fold_policies(told) == Policies(confirmation=False, token_days=30)
    assert fold_policies([]) == Policies()


def test_what_is_not_known_or_has_no_such_value_is_passed_over() -> None:
    odd = [("witnesses", 2), ("confirmation", 1), ("token_days", True), ("token_days", 731)]
    told = [said("token_days", 30), None, *(said(name, value) for name, value in odd)]
    assert fold_policies(told) == Policies(token_days=30)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("witnesses", 2),
        ("confirmation", "yes"),
        ("confirmation", 0),
        ("token_days", 0),
        ("token_days", 731),
        ("token_days", True),
        ("token_days", "30"),
    ],
)
def test_nobody_sets_what_would_be_passed_over(name: str, value: object) -> None:
    with pytest.raises(MalformedError) as refused:
        check_policy(name, value)
    assert refused.value.code == "bad_value"


def test_every_policy_that_may_be_set_is_one_that_holds() -> None:
    assert Policies.__slots__ == tuple(POLICIES)
    for name, numbers in POLICIES.items():
        for value in (True, False) if numbers is None else (numbers[0], numbers[-1]):
            check_policy(name, value)
            assert getattr(fold_policies([said(name, value)]), name) == value
