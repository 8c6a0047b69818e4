"""Follows the accounts of a register, and counts what nobody was granted to record."""

from __future__ import annotations

from datetime import tzinfo

from ledger.domain.accounts import REGISTRAR, Account, account_of
from ledger.domain.entry import Entry
from ledger.domain.events import AccountGranted, AccountRevoked


class Grants:
    """The accounts in force, met in the order of the entries.

    That an account had no grant is no fault: registers are older than grants, and what the
    roles of an account allow is judged when it writes.
    """

    def __init__(self) -> None:
        self.ungranted = 0
        """How many entries were recorded by an account without a grant at that time."""
        self._granted: dict[str, Account] = {}

    def check(self, entry: Entry, zone: tzinfo) -> None:
        """Looks up who recorded an entry, then takes in what it grants or revokes."""
        if entry.recorder != REGISTRAR and not self._in_force(entry, zone):
            self.ungranted += 1
        match entry.body:
            case AccountGranted():
                self._granted[entry.body.account] = account_of(entry.body)
            case AccountRevoked():
                self._granted.pop(entry.body.account, None)

    def _in_force(self, entry: Entry, zone: tzinfo) -> bool:
        account = self._granted.get(entry.recorder)
        if account is None or account.until is None:
            return account is not None
        return entry.at.astimezone(zone).date() <= account.until
