"""Follows the signatures of speakers: each good, no nonce twice, and what revocations leave.

A signature that is good may still be worth little: a key that was stolen signs as well as
before. So statements are told apart by when they were *recorded*, which nobody can antedate:
before the instant from which the key was revoked they are valid, from then until the
revocation itself stood in the register doubtful, and after it void. No sound writer records
void ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.core.statement import check_statement
from ledger.domain.keyring import KINDS, HeldKey, Keyring
from ledger.errors import LedgerError, TamperedError
from ledger.store.distinct import Distinct

_CHUNK = 1024


@dataclass(slots=True)
class Signatures:
    """The signed statements of one register, met in the order of its entries."""

    origin: str
    void: int = 0
    _first_void: str = ""
    _ring: Keyring = field(default_factory=Keyring)
    _signed: dict[str, list[str]] = field(default_factory=dict)
    """For each key, the `at` of what it signed until it was revoked: they never decrease."""
    _nonces: Distinct = field(default_factory=Distinct)
    _batch: list[bytes] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _differs: TamperedError | None = None
    _twice: TamperedError | None = None

    def check(self, seq: int, entry: Mapping[str, Any]) -> None:
        """Checks the signature of one entry, and takes in what it says of keys.

        What is wrong is told by `finish`: the chain, which names the one entry that was changed
        in the file, comes first.
        """
        of_keys, revokes = entry["kind"] in KINDS, entry["kind"] == "key.revoked"
        if of_keys and not revokes:
            self._ring.add(entry)
        if "signed" in entry:
            self._check(seq, entry, entry["signed"])
        if revokes:  # a key may sign its own end
            self._ring.add(entry)

    def _check(self, seq: int, entry: Mapping[str, Any], signed: Mapping[str, str]) -> None:
        where = f"seq {seq}"
        self._batch.append(bytes.fromhex(signed["nonce"]))
        self._places.append(seq)
        if len(self._batch) >= _CHUNK:
            self._flush()
        held = self._ring.keys.get(signed["key"])
        if held is None or held.holder is None or self._differs:
            return  # without such a key it makes no sense where it stands: told elsewhere
        try:
            check_statement(entry, held.public, origin=self.origin, **signed)
        except LedgerError as error:
            self._differs = TamperedError("signature_differs", error.message, where=where)
            return
        self._count(held, entry["at"], where)

    def _count(self, held: HeldKey, at: str, where: str) -> None:
        if held.revoked is None:
            self._signed.setdefault(held.id, []).append(at)
        else:
            self.void += 1
            self._first_void = self._first_void or where

    def _flush(self) -> None:
        repeated = self._nonces.add(self._batch)
        if repeated is not None and self._twice is None:
            message = "a statement with this nonce was recorded before"
            where = f"seq {self._places[repeated]}"
            self._twice = TamperedError("senseless", message, where=where)
        self._batch.clear()
        self._places.clear()

    def finish(self) -> tuple[int, int]:
        """How many signed statements are valid, and how many doubtful.

        Raises:
            TamperedError: `signature_differs`, or `senseless` for a nonce that stands twice.
        """
        self._flush()
        for fault in (self._differs, self._twice):
            if fault:
                raise fault
        valid = doubtful = 0
        for id_, instants in self._signed.items():
            since = self._ring.keys[id_].since
            before = len(instants) if since is None else bisect_left(instants, since)
            valid += before
            doubtful += len(instants) - before
        return valid, doubtful

    def check_void(self) -> None:
        """Checks that nothing was recorded under a key that the register knew as revoked.

        Raises:
            TamperedError: `signature_void`, with the three counts.
        """
        if self.void:
            valid, doubtful = self.finish()
            message = (
                f"{self.void} signed statements were recorded after their key was revoked;"
                f" {doubtful} are doubtful, {valid} valid"
            )
            raise TamperedError("signature_void", message, where=self._first_void)

    def close(self) -> None:
        """Lets go of what was seen."""
        self._nonces.close()
