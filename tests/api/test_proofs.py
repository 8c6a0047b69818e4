"""What is served proves itself, with the keys of the log alone."""

from __future__ import annotations

import base64
from typing import Any

from starlette.testclient import TestClient

from ledger.api.services import Services
from ledger.core.checkpoint import open_checkpoint, parse_receipt
from ledger.core.digest import leaf_hash
from ledger.core.merkle import check_consistency, check_inclusion
from ledger.core.sealed import Opening, check_opening, find_sealed
from ledger.core.tiles import Edge
from ledger.service.register import Register, trusted_keys
from tests.api.test_reading import get
from tests.world import put, unit


def test_entries_are_served_as_they_were_hashed(client: TestClient, services: Services) -> None:
    size = services.queries.head().size
    listed = get(client, "/api/v1/entries?limit=500")["entries"]
    assert [row["seq"] for row in listed] == list(range(size))
    bundle = client.get(f"/tile/entries/000.p/{size}").content
    for row in listed:
        raw = client.get(f"/entry/{row['seq']}")
        assert raw.headers["content-type"] == "application/json"
        assert raw.json() == row["entry"]
        length = int.from_bytes(bundle[:2], "big")
        assert bundle[2 : 2 + length] == raw.content
        bundle = bundle[2 + length :]
    assert bundle == b""


def test_the_tiles_make_the_root_of_the_checkpoint(
    client: TestClient, services: Services
) -> None:
    head = get(client, "/api/v1/checkpoint")
    size = head["size"]
    wide = client.get(f"/tile/0/000.p/{size}").content
    assert len(wide) == 32 * size
    assert client.get("/tile/0/000.p/3").content == wide[:96]
    root = Edge.restore(size, lambda level, index: wide).root()
    assert base64.b64encode(root).decode() == head["root"]
    assert client.get("/checkpoint").text == head["note"]
    signed = open_checkpoint(
        client.get("/checkpoint").content,
        trusted_keys(services.register.data),
        "registre.example/essai",
    )
    assert (signed.size, signed.root, len(signed.signatures)) == (size, root, 2)


def test_receipts_and_proofs_prove(client: TestClient, services: Services) -> None:
    told = services.register
    keys = trusted_keys(told.data)
    old = get(client, "/api/v1/checkpoint")
    put(told, [unit("R3"), unit("R4")])
    leaf = leaf_hash(client.get("/entry/5").content)
    for query, size in (("", old["size"] + 2), (f"?size={old['size']}", old["size"])):
        receipt = parse_receipt(client.get(f"/api/v1/entries/5/receipt{query}").content)
        signed = open_checkpoint(receipt.checkpoint, keys, "registre.example/essai")
        assert signed.size == size
        check_inclusion(
            receipt.proof, size=signed.size, root=signed.root, index=receipt.index, leaf=leaf
        )
    proof = get(client, "/api/v1/proofs/inclusion?seq=5")
    new = get(client, "/api/v1/checkpoint")
    assert (proof["index"], proof["size"]) == (5, new["size"])
    root = base64.b64decode(new["root"])
    check_inclusion(_digests(proof), size=new["size"], root=root, index=5, leaf=leaf)
    grown = get(client, f"/api/v1/proofs/consistency?from={old['size']}&to={new['size']}")
    check_consistency(
        _digests(grown),
        old_size=old["size"],
        old_root=base64.b64decode(old["root"]),
        new_size=new["size"],
        new_root=root,
    )


def test_openings_open_the_commitments_of_their_entry(client: TestClient) -> None:
    entry = get(client, "/entry/9")
    sealed = {path: commitment for path, _, commitment in find_sealed(entry)}
    openings = get(client, "/opening/9")["openings"]
    assert {o["path"] for o in openings} == sealed.keys()
    for o in openings:
        opening = Opening(o["path"], o["value"], bytes.fromhex(o["key"]), public=True)
        check_opening(opening, bytes.fromhex(sealed[o["path"]]))


def test_the_keys_are_those_the_register_was_opened_with(
    client: TestClient, told: Register
) -> None:
    keys = get(client, "/api/v1/keys")
    assert keys["verifier_keys"] == [str(v.key) for v in trusted_keys(told.data)]
    assert keys["keys"] == get(client, "/entry/0")["body"]["keys"]
    assert "PRIVATE" not in str(keys)


def _digests(proof: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(digest) for digest in proof["proof"]]
