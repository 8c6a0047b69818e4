"""What entries grant: the last grant holds whole, and a revocation ends it."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.domain.accounts import KEEPER, Account, account_of, check_may, fold_accounts
from ledger.domain.events import AccountGranted, AccountRevoked, Body
from ledger.domain.powers import ACTS, POWERS, ROLES
from ledger.errors import RefusedError


def granted(name: str = "mairie", *roles: str, **more: object) -> AccountGranted:
    """What an entry says that grants an account."""
    body = {"account": name, "roles": roles or ("recorder",), **more}
    return AccountGranted.model_validate(body)


def test_a_later_grant_takes_the_place_of_an_earlier_one_whole() -> None:
    said: list[Body] = [granted(processes=["a"], until="2026"), granted("mairie", "panel")]
    assert fold_accounts(said) == {"mairie": Account("mairie", frozenset({"panel"}))}


def test_a_revocation_ends_one_account_and_a_new_grant_begins_it_again() -> None:
    said: list[Body] = [granted(), granted("autre"), AccountRevoked(account="mairie")]
    assert fold_accounts(said).keys() == {"autre"}
    assert fold_accounts([*said, granted()]).keys() == {"autre", "mairie"}


def test_what_is_not_read_changes_nothing() -> None:
    assert fold_accounts([None, granted(), None]).keys() == {"mairie"}


def test_a_role_that_is_not_known_gives_no_power() -> None:
    account = account_of(granted("mairie", "emperor"))
    assert account.acts == frozenset()


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2027", (2027, 12, 31)),
        ("2028-02", (2028, 2, 29)),
        ("2027-01-05/2027-06", (2027, 6, 30)),
    ],
)
def test_a_grant_lasts_to_the_last_day_of_its_period(
    until: str, last: tuple[int, int, int]
) -> None:
    assert account_of(granted(until=until)).until == date(*last)


def test_a_scope_of_processes_and_territories_reaches_both() -> None:
    account = account_of(granted(processes=["a"], territories=["Nord"]))
    assert account.reaches("a", "Sud")
    assert account.reaches("b", "Nord")
    assert not account.reaches("b", "Sud")
    assert not account.reaches("b", None)
    assert account_of(granted()).reaches("b", None)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_its_acts_and_no_other(role: str) -> None:
    account = account_of(granted("mairie", role))
    for act in ACTS:
        if act in POWERS[role]:  # type: ignore[index]
            check_may(account, act)
        else:
            with pytest.raises(RefusedError) as refused:
                check_may(account, act)
            assert refused.value.code == "forbidden"


def test_no_role_both_governs_and_records_and_the_keeper_may_do_everything() -> None:
    assert not [role for role in ROLES if {"govern", "record"} <= POWERS[role]]
    assert KEEPER.acts == set(ACTS)
