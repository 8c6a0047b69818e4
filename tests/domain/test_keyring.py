from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.keyring import HeldKey, Keyring, worth
from tests.docs.sense import JOINED, PANEL, key, revoked

ID = key("panel")["id"]
T1, T2, T3 = (f"2026-11-02T0{hour}:00:00.000Z" for hour in (7, 8, 9))


def ring(*entries: dict[str, Any]) -> HeldKey:
    places = (entry | {"seq": seq, "v": entry.get("v", 1)} for seq, entry in enumerate(entries))
    return Keyring(places).keys[ID]


def ended(since: str, **more: Any) -> dict[str, Any]:
    """A revocation from an instant on."""
    entry = revoked(ID, **more)
    return entry | {"body": entry["body"] | {"from": since}}


@pytest.mark.parametrize(
    ("seq", "at", "expected"),
    [(1, T1, "valid"), (2, T2, "doubtful"), (3, T3, "doubtful"), (5, T3, "void")],
)
def test_a_statement_is_worth_what_was_known_when_it_was_recorded(
    seq: int, at: str, expected: str
):
    held = ring(JOINED, JOINED, JOINED, JOINED, ended(T2))
    assert held.revoked == 4
    assert worth(held, seq=seq, at=at) == expected


def test_a_key_that_was_not_revoked_leaves_no_doubt():
    assert worth(ring(JOINED), seq=9, at=T3) == "valid"


def test_the_first_revocation_ends_a_key_and_the_earliest_instant_counts():
    held = ring(JOINED, ended(T3), ended(T1), ended(T2))
    assert (held.revoked, held.since) == (1, T1)


def test_the_first_who_adds_a_key_holds_it():
    thief = {"name": "Un autre", "role": "jury"}
    again = JOINED | {"body": JOINED["body"] | {"holder": thief}}
    held = ring(JOINED, again)
    assert held.holder is not None
    assert (held.holder.model_dump(), held.added) == (PANEL, 0)


def test_what_a_later_version_says_of_keys_is_not_read():
    assert ring(JOINED, ended(T1, v=2)).revoked is None
