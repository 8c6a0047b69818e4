"""Somebody sits between the register and its reader: what they change is refused there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.api.app import create_api
from ledger.api.services import UNLIMITED, Limits
from ledger.core.checkpoint import check_receipt, open_checkpoint, parse_receipt
from ledger.core.digest import SIZE, leaf_hash
from ledger.core.merkle import check_inclusion, root
from ledger.core.sealed import commitment
from ledger.core.tiles import TileReader
from ledger.errors import LedgerError, TamperedError
from ledger.service import erase
from ledger.service.register import Register as Opened
from tests.threats.hand import Register, kept
from tests.world import NOW, unit

ORIGIN = "registre.example/essai"
SEQ = 13
"""A recommendation's answer: rejected."""


@pytest.fixture
def opened(register: Register) -> Iterator[Opened]:
    with register.opened() as made:
        yield made


@pytest.fixture
def client(opened: Opened) -> Iterator[TestClient]:
    app = create_api(opened, clock=lambda: NOW, limits=Limits(rates=UNLIMITED))
    with TestClient(app) as made:
        yield made


def test_any_byte_of_a_receipt_changed_on_the_way_is_refused(
    client: TestClient, register: Register
) -> None:
    receipt = client.get(f"/api/v1/entries/{SEQ}/receipt").content
    leaf = leaf_hash(client.get(f"/entry/{SEQ}").content)
    keys = register.verifiers()

    def check(data: bytes) -> None:
        opened = check_receipt(parse_receipt(data), leaf=leaf, verifiers=keys, origin=ORIGIN)
        # Of a log with two keys a reader asks for both.
        if len(opened.signatures) < len(keys):
            raise TamperedError("signature_differs", "one is missing")

    check(receipt)
    for place in range(0, len(receipt), 5):
        altered = bytearray(receipt)
        altered[place] ^= 1
        with pytest.raises(LedgerError):
            check(bytes(altered))


def test_any_byte_of_an_entry_changed_on_the_way_is_refused(
    client: TestClient, register: Register
) -> None:
    receipt = parse_receipt(client.get(f"/api/v1/entries/{SEQ}/receipt").content)
    data = client.get(f"/entry/{SEQ}").content
    signed = open_checkpoint(receipt.checkpoint, register.verifiers(), ORIGIN)
    for place in range(0, len(data), 3):
        altered = bytearray(data)
        altered[place] ^= 1
        with pytest.raises(TamperedError) as caught:
            check_inclusion(
                receipt.proof,
                size=signed.size,
                root=signed.root,
                index=SEQ,
                leaf=leaf_hash(bytes(altered)),
            )
        assert caught.value.code == "root_differs"


def test_a_text_changed_on_the_way_does_not_open_its_commitment(client: TestClient) -> None:
    entry = client.get(f"/entry/{SEQ}").json()
    told = client.get(f"/opening/{SEQ}").json()["openings"]
    (reason,) = [one for one in told if one["path"] == "/body/reason"]
    key = bytes.fromhex(reason["key"])
    sealed = entry["body"]["reason"]["sealed"]
    assert commitment(key, reason["path"], reason["value"]).hex() == sealed
    assert commitment(key, reason["path"], "Oui.").hex() != sealed
    assert commitment(key, "/body/title", reason["value"]).hex() != sealed


def test_tiles_of_another_tree_do_not_lead_to_the_signed_root(
    client: TestClient, register: Register
) -> None:
    signed = open_checkpoint(client.get("/checkpoint").content, register.verifiers(), ORIGIN)
    tile = client.get(f"/tile/0/000.p/{signed.size}").content
    assert len(tile) == signed.size * SIZE
    assert rooted(tile, signed.size) == signed.root
    for place in range(0, len(tile), SIZE):
        altered = bytearray(tile)
        altered[place] ^= 1
        assert rooted(bytes(altered), signed.size) != signed.root


def rooted(tile: bytes, size: int) -> bytes:
    """The root of a tree whose only tile is this."""
    return root(TileReader(lambda _level, _index: tile, size), size)


def test_an_old_state_served_again_is_found_by_whoever_has_seen_a_newer_one(
    register: Register, tmp_path: Path
) -> None:
    """A downgrade: all that is served is true, and yesterday's."""
    yesterday = register.fork(tmp_path / "yesterday")
    register.record([unit("R4")])
    assert yesterday.verify() == (0, "")
    drawer = kept(register.checkpoint(), tmp_path)
    assert yesterday.verify("--against", drawer) == (3, "history_shortened")


def test_a_page_kept_by_a_cache_does_not_outlive_an_erasure(
    client: TestClient, opened: Opened
) -> None:
    path = "/api/v1/processes/cours-fraiches/contributions"
    first = client.get(path)
    assert "Un banc" in first.text
    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    (seq,) = [
        entry["seq"] for entry in first.json()["contributions"]
        if entry["body"]["id"] == "C3"
    ]  # fmt: skip
    erase.erase(
        opened,
        seq,
        ["/body/text"],
        basis="consent_withdrawn",
        requested=None,
        account="registrar",
        now=NOW,
    )
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert "Un banc" not in again.text
    kept_for = client.get(f"/opening/{seq}").headers["cache-control"]
    assert kept_for == "public, max-age=60, must-revalidate"


def test_only_what_never_changes_may_be_kept_for_ever(client: TestClient) -> None:
    for path in (f"/entry/{SEQ}", "/tile/0/000.p/5"):
        assert "immutable" in client.get(path).headers["cache-control"]
    for path in ("/checkpoint", f"/opening/{SEQ}", "/api/v1/processes/cours-fraiches"):
        assert "immutable" not in client.get(path).headers["cache-control"]
