"""Keeps what was erased from coming back with a file that still has it.

A file of contributions can be imported again, and whoever asked to be forgotten still stands
in it. So when a platform's reference is erased, a digest of it stays: HMAC-SHA-256 under the
register's secret `keys/requests.key`. It says nothing without that key, and with it only to
somebody who has the reference already.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence

from ledger.store import forgotten
from ledger.store.engine import Database


def digest_of(secret: bytes, process: str, reference: str) -> bytes:
    """What is kept of an erased reference of one process; 32 bytes."""
    # A slug holds no NUL: the two cannot run into one another.
    message = b"\0".join((b"filrouge/forgotten/v1", process.encode(), reference.encode()))
    return hmac.digest(secret, message, "sha256")


def forget(
    database: Database, secret: bytes, erasures: Iterable[Mapping[int, Sequence[str]]]
) -> None:
    """Remembers the references among texts that are about to be erased.

    In a transaction of its own, before that of the erasure: if we crash in between, a reference
    is known in both ways, which changes nothing.
    """
    with database.writing() as db:
        found = [pair for one in erasures for pair in forgotten.references_at(db, one)]
        forgotten.forget(db, [digest_of(secret, *pair) for pair in found])
