"""Who recorded what without a grant is counted, and is no fault."""

from __future__ import annotations

from datetime import timedelta

from ledger.service import accounts, audit
from ledger.service.register import Register
from tests.world import NOW, opened, put, unit


def ungranted(register: Register) -> int:
    return audit.verify(register.data).ungranted


def test_what_the_keeper_of_the_folder_records_needs_no_grant(register: Register):
    assert ungranted(register) == 0


def test_an_account_that_was_never_granted_is_counted(register: Register):
    put(register, [opened(), unit("R1")])
    assert ungranted(register) == 2


def test_a_grant_counts_from_its_entry_until_it_is_revoked(register: Register):
    put(register, [opened()])
    accounts.grant(register, "essai", roles=["recorder"], now=NOW)
    put(register, [unit("R1")])
    assert ungranted(register) == 1
    accounts.revoke(register, "essai", now=NOW)
    put(register, [unit("R2")])
    assert ungranted(register) == 2


def test_a_grant_ends_with_its_last_day(register: Register):
    accounts.grant(register, "essai", roles=["recorder"], until="2026-11-02", now=NOW)
    put(register, [opened()], now=NOW + timedelta(hours=13))
    assert ungranted(register) == 0
    # The civil day of the register: it is the third in Paris.
    put(register, [unit("R1")], now=NOW + timedelta(hours=14))
    assert ungranted(register) == 1
