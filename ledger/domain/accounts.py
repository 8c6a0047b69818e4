"""The accounts of a register, folded from its entries: who may do what, where, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from ledger.domain.dates import parse_period
from ledger.domain.events import AccountGranted, AccountRevoked, Body
from ledger.domain.powers import ACTS, POWERS, Act
from ledger.domain.words import AccountRole
from ledger.errors import RefusedError

KINDS = ("account.granted", "account.revoked")
REGISTRAR = "registrar"
"""The account of whoever holds the folder and its keys: granted by nobody, without a token."""


@dataclass(frozen=True, slots=True)
class Account:
    """What an account was granted last."""

    name: str
    roles: frozenset[AccountRole]
    processes: frozenset[str] | None = None
    territories: frozenset[str] | None = None
    until: date | None = None
    """The last day on which it may do anything."""

    @property
    def acts(self) -> frozenset[Act]:
        """What its roles may do, wherever it is."""
        if self.name == REGISTRAR:
            return frozenset(ACTS)
        return frozenset(act for role in self.roles for act in POWERS[role])

    def reaches(self, process: str, territory: str | None) -> bool:
        """Whether a process lies within its scope; without a scope, every one does."""
        if self.processes is None and self.territories is None:
            return True
        return process in (self.processes or ()) or territory in (self.territories or ())


KEEPER = Account(REGISTRAR, frozenset())


def fold_accounts(said: Iterable[Body | None]) -> dict[str, Account]:
    """The accounts in force after some statements of the register, by name.

    A later grant takes the place of an earlier one whole.
    """
    found: dict[str, Account] = {}
    for body in said:
        match body:
            case AccountGranted():
                found[body.account] = account_of(body)
            case AccountRevoked():
                found.pop(body.account, None)
    return found


def account_of(body: AccountGranted) -> Account:
    """What a grant makes of an account; roles that are not known here give no power."""
    return Account(
        body.account,
        cast("frozenset[AccountRole]", frozenset(body.roles) & POWERS.keys()),
        frozenset(body.processes) if body.processes is not None else None,
        frozenset(body.territories) if body.territories is not None else None,
        parse_period(body.until).last if body.until is not None else None,
    )


def check_may(account: Account, act: Act) -> None:
    """Checks that some role of an account may do this.

    Raises:
        RefusedError: `forbidden`.
    """
    if act not in account.acts:
        roles = ", ".join(sorted(account.roles)) or "none"
        message = f"{account.name} may not {act}: its roles are {roles}"
        raise RefusedError("forbidden", message)
