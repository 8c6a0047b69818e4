"""Rebuilds the golden files: fixed vectors of every format, and the tables of the documents.

    python -m tests.golden        (or: make golden)

Nothing here is random but one thing: ML-DSA-44 signatures are hedged, so that the same
message is signed differently each time. The one in the vectors is kept as long as it verifies.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import canonical, checkpoint, keys, merkle, note, sealed, statement
from ledger.core.cosignature import CosignatureSigner, CosignatureVerifier
from ledger.core.digest import EMPTY_ROOT, ZERO, leaf_hash, node_hash
from ledger.core.tiles import Edge, TileReader, entries_path, tile_path
from ledger.domain.dates import add_duration, format_at, parse_period
from ledger.domain.draft import parse_draft, prepare
from ledger.errors import LedgerError
from tests import judged
from tests.docs import powers, sense, tables
from tests.draw import test_export

VECTORS = Path(__file__).parent / "golden" / "vectors.json"
JUDGED = VECTORS.parent / "judged"
ORIGIN = "registre.example/vecteurs"
START = datetime(2026, 11, 2, 9, 0, 0, 123000, tzinfo=UTC)
LOG_SEED = bytes(range(32))
COSIGNER_SEED = bytes(range(32, 64))
SPEAKER_SEED = bytes(range(64, 96))
CITY = {"name": "Ville d’essai", "role": "city"}
CITIZENS = {"name": "Atelier citoyen", "role": "citizens"}
SLUG = "cours-fraiches"


def build() -> dict[str, Any]:
    """All vectors; the same every time, but for the hedged signature."""
    return {
        "about": "Fixed vectors of the formats in docs/format.md; rebuilt by `make golden`.",
        "canonical": _canonical(),
        "not_canonical": _not_canonical(),
        "hashes": _hashes(),
        "commitments": _commitments(),
        "periods": _periods(),
        "durations": _durations(),
        "keys": _keys(),
        "register": _register(),
    }


def _canonical() -> list[dict[str, Any]]:
    values: list[Any] = [
        {},
        [],
        None,
        True,
        0,
        -1,
        canonical.MAX_INT,
        -canonical.MAX_INT,
        "",
        {"b": [1, True, None], "a": "été / <b>"},
        {"b_1": 0, "b": 0, "b1": 0, "a_": 0, "a0": 0, "aa": 0},
        '" \\ / \b \t \n \f \r \x00 \x1f \x7f \x80 \u2028 \ufeff \U0001d11e',
        [[[[[[[[]]]]]]]],
    ]
    return [{"value": value, "bytes": canonical.encode(value).decode()} for value in values]


def _not_canonical() -> list[dict[str, str]]:
    """Bytes in hex, and the code with which they are refused."""
    lies = [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"[1.0]",
        b"[1e3]",
        b"[-0]",
        b"[01]",
        b"[9007199254740992]",
        b"[-9007199254740992]",
        b'["\\u00e9"]',
        b'["\\/"]',
        b'["\\u000A"]',
        b'["\\u000a"]',
        b'["\\u001F"]',
        b'["\\ud834\\udd1e"]',
        b'["\\ud800"]',
        b'["\n"]',
        b'{"A":1}',
        b'{"":1}',
        b'{"a-b":1}',
        b'{"1a":1}',
        b"[NaN]",
        b"[1] ",
        b"\xef\xbb\xbf[]",
        b'["\xff"]',
        b'["\xed\xa0\x80"]',
        b"[[[[[[[[[]]]]]]]]]",
        b"",
    ]
    return [{"hex": data.hex(), "code": _refusal(data)} for data in lies]


def _refusal(data: bytes) -> str:
    try:
        canonical.decode(data)
    except LedgerError as error:
        return error.code
    raise AssertionError(data)


def _hashes() -> dict[str, str]:
    return {
        "empty_root": EMPTY_ROOT.hex(),
        "leaf_of_nothing": leaf_hash(b"").hex(),
        "leaf_of_abc": leaf_hash(b"abc").hex(),
        "node_of_both": node_hash(leaf_hash(b""), leaf_hash(b"abc")).hex(),
    }


def _commitments() -> list[dict[str, Any]]:
    texts = [
        ("/body/reason", "Oui, dès l’été."),
        ("/sources/0/url", "https://example.org/a?b=c&d"),
        ("/body/questions/10", '« À quoi ? »\n"Ainsi" \\ \t \U0001d11e'),
        ("/body/text", "x" * 1000),
    ]
    return [
        {
            "key": _key(f"commitment {i}").hex(),
            "path": path,
            "value": value,
            "hashed": (b"\x02" + _key(f"commitment {i}")).hex()
            + canonical.encode_texts(path, value).hex(),
            "commitment": sealed.commitment(_key(f"commitment {i}"), path, value).hex(),
        }
        for i, (path, value) in enumerate(texts)
    ]


def _periods() -> dict[str, list[str] | None]:
    """First and last day of each; null where it is none."""
    texts = [
        *("2020", "2020-12", "2020-02", "2021-02", "2020-12-31", "2020/2021"),
        *("2015-09-01/2015-09", "2015-09/2015-10-15", "2020/2020", "0001", "9999"),
        *("2015-09/2015-09-15", "2021/2020", "0000", "2020-13", "2021-02-29", "20-12"),
        *("2020-1", "2020/", "/2020", "2020/2021/2022", "2020-12-31T00:00", "", "２０２０"),
    ]
    found: dict[str, list[str] | None] = {}
    for text in texts:
        try:
            period = parse_period(text)
        except LedgerError:
            found[text] = None
        else:
            found[text] = [period.first.isoformat(), period.last.isoformat()]
    return found


def _durations() -> list[list[str]]:
    """Start day, duration, last day."""
    pairs = [
        *(("2021-12-10", "P6M"), ("2020-08-31", "P6M"), ("2020-02-29", "P1Y")),
        *(("2020-01-31", "P1M"), ("2021-01-31", "P1M"), ("2020-12-31", "P2W")),
        *(("2020-12-31", "P1D"), ("2019-11-30", "P3M")),
    ]
    return [
        [start, length, add_duration(parse_period(start).first, length).isoformat()]
        for start, length in pairs
    ]


def _keys() -> dict[str, Any]:
    log, cosigner = _signers()
    return {
        "origin": ORIGIN,
        "log_seed": LOG_SEED.hex(),
        "cosigner_seed": COSIGNER_SEED.hex(),
        "log_vkey": str(log.key),
        "log_key_id": log.key.key_id.hex(),
        "cosigner_vkey": str(cosigner.key),
        "cosigner_key_id": cosigner.key.key_id.hex(),
    }


def _signers() -> tuple[keys.Ed25519Signer, CosignatureSigner]:
    return (
        keys.Ed25519Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(LOG_SEED)),
        CosignatureSigner(ORIGIN, MLDSA44PrivateKey.from_seed_bytes(COSIGNER_SEED)),
    )


def _register() -> dict[str, Any]:
    entries, leaves = _entries(), list[bytes]()
    for entry in entries:
        leaves.append(leaf_hash(entry["bytes"].encode()))
        entry["leaf"] = leaves[-1].hex()
    size = len(leaves)
    edge, tiles = Edge().extend(leaves)
    (tile,) = tiles
    reader = TileReader(lambda _level, _index: tile.data, size)
    last = START + timedelta(seconds=size - 1)
    tree = checkpoint.Checkpoint(ORIGIN, size, edge.root())
    text, signed = checkpoint.encode(tree), _signed(tree, int(last.timestamp()))
    inclusion = merkle.prove_inclusion(reader, index=3, size=size)
    consistency = merkle.prove_consistency(reader, old_size=3, new_size=size)
    receipt = checkpoint.Receipt(3, tuple(inclusion), signed)
    bundle = b"".join(
        len(data).to_bytes(2, "big") + data for e in entries if (data := e["bytes"].encode())
    )
    return {
        "entries": entries,
        "roots": [merkle.root(reader, n).hex() for n in range(size + 1)],
        "inclusion": {"index": 3, "size": size, "proof": [p.hex() for p in inclusion]},
        "consistency": {
            "old_size": 3,
            "new_size": size,
            "proof": [p.hex() for p in consistency],
        },
        "tile": {"path": tile_path(0, 0, size), "hex": tile.data.hex()},
        "bundle": {"path": entries_path(0, size), "sha256": sha256(bundle).hexdigest()},
        "checkpoint_text": text,
        "signed_by_ed25519": note.sign(text, _signers()[0]).decode(),
        "cosigned_message": _cosigned_message(tree, int(last.timestamp())).hex(),
        "checkpoint": signed.decode(),
        "receipt": checkpoint.encode_receipt(receipt).decode(),
        "refused": _refused(entries[5]["bytes"]),
        "statement": _statement(entries[5]["bytes"]),
        "unread": _unread(entries[5]["bytes"]),
        "later": _later(entries[5]["bytes"]),
        "sense": _sense([entry["bytes"] for entry in entries]),
    }


def _cosigned_message(tree: checkpoint.Checkpoint, at: int) -> bytes:
    """Written out here a second time, from C2SP tlog-cosignature."""
    name = bytes([len(ORIGIN)]) + ORIGIN.encode()
    numbers = (0).to_bytes(8, "big") + tree.size.to_bytes(8, "big")
    return b"subtree/v1\n\x00" + name + at.to_bytes(8, "big") + name + numbers + tree.root


def _signed(tree: checkpoint.Checkpoint, at: int) -> bytes:
    """The signed checkpoint: the one in the file if it is still right."""
    log, cosigner = _signers()
    verifiers = keys.Ed25519Verifier(log.key), CosignatureVerifier(cosigner.key)
    if VECTORS.exists():
        kept: bytes = json.loads(VECTORS.read_text())["register"]["checkpoint"].encode()
        try:
            opened = checkpoint.open_checkpoint(kept, verifiers, ORIGIN)
        except LedgerError:
            pass
        else:
            same = (opened.size, opened.root) == (tree.size, tree.root)
            if same and len(opened.signatures) == 2:
                return kept
    return checkpoint.sign_checkpoint(tree, log, cosigner, at=at)


def _entries() -> list[dict[str, Any]]:
    """Each entry as text, with the openings of its sealed texts."""
    made: list[dict[str, Any]] = []
    lengths: dict[str, int] = {}
    previous = ZERO
    for seq, draft in enumerate(_drafts()):
        fresh = (_key(f"entry {seq} text {i}") for i in range(100))
        statement = prepare(parse_draft(draft), recorder="essai", new_key=fresh.__next__)
        nth = lengths.get(statement.process, 0)
        lengths[statement.process] = nth + 1
        at = format_at(START + timedelta(seconds=seq))
        data = statement.fragments.splice(at=at, nth=nth, previous=previous.hex(), seq=seq)
        previous = leaf_hash(data)
        openings = [
            {"path": o.path, "public": o.public, "key": o.key.hex(), "value": o.value}
            for o in statement.openings
        ]
        made.append({"bytes": data.decode(), "openings": openings})
    # What entry 6 erases is gone from the vault.
    erased = json.loads(made[6]["bytes"])["body"]
    openings = made[erased["entry"]]["openings"]
    made[erased["entry"]]["openings"] = [
        o for o in openings if o["path"] not in erased["paths"]
    ]
    return made


def _drafts() -> list[dict[str, Any]]:
    log, cosigner = _signers()

    def draft(kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        plain = {"process": SLUG, "kind": kind, "on": "2026-11-01", "by": CITY}
        return {**plain, "body": body, "sources": [], **more}

    def public(algorithm: str, raw: bytes) -> dict[str, str]:
        return {"algorithm": algorithm, "id": sha256(raw).hexdigest(), "public": raw.hex()}

    house = {"process": "register", "by": {"name": "Ville d’essai", "role": "registrar"}}
    opened = {
        "authority": "Ville d’essai",
        "origin": ORIGIN,
        "time_zone": "Europe/Paris",
        "keys": [
            public("ed25519", log.key.public),
            public("ml-dsa-44", cosigner.key.public),
        ],
        "reconstruction": False,
    }
    titles = {"en": "Citizens’ workshop", "fr": "Atelier citoyen"}
    procedure = {
        "name": "atelier",
        "version": "1",
        "titles": titles,
        "basis": "Délibération du 1er janvier 2026.\nArticle 2.",
        "stages": ["opening", "opinion", "response"],
        "kinds": [{"kind": "unit.submitted", "by": ["citizens"], "required": True}],
        "owed": [
            {
                "id": "answer_each",
                "titles": titles,
                "what": {"kind": "answer.given"},
                "per": "unit",
                "after": {"kind": "unit.submitted"},
                "by": ["city"],
                "within": "P6M",
                "basis": "Article 2.",
            }
        ],
        "order": [],
    }
    process = {
        "title": "Des cours fraîches",
        "procedure": 1,
        "territory": "Ville d’essai",
        "owners": [CITY],
        "level": "co_construction",
        "origin": "city",
    }
    contribution = {
        "id": "C1",
        "channel": "website",
        "text": 'Il fait « trop chaud » :\nun "préau", s’il vous plaît. 🌳',
        "author": "Une habitante",
    }
    unit = {
        "id": "R1",
        "type": "recommendation",
        "opinion": None,
        "title": "Planter des arbres",
        "draws_on": ["C1"],
    }
    answer = {"unit": "R1", "response": None, "verdict": "retained", "reason": "Oui."}
    source = {"title": "Procès-verbal", "url": "https://example.org/pv?a=1&b=2"}
    erasure = {"entry": 3, "paths": ["/body/author"], "basis": "consent_withdrawn"}
    return [
        draft("register.opened", opened, **house),
        draft("procedure.adopted", procedure, **house),
        draft("process.opened", process, on="2026-09/2026-10-15"),
        draft("contribution.received", contribution, by=CITIZENS, on=None),
        draft("unit.submitted", unit, by=CITIZENS, sources=[source, {"title": "Cahier"}]),
        draft("answer.given", answer, sources=[source], illustrative=True),
        draft("text.erased", erasure, on="2026-11-02"),
    ]


def _refused(entry: str) -> list[dict[str, str]]:
    """Lies about the form of an entry, each in one place."""
    lies: list[tuple[str, str, str]] = [
        ("a version that never was", '"v":1}', '"v":0}'),
        ("a version that is no number", '"v":1}', '"v":true}'),
        ("illustrative false", '"illustrative":true', '"illustrative":false'),
        ("a key that no envelope has", '"v":1}', '"v":1,"w":1}'),
        ("a negative place", '"nth":3', '"nth":-3'),
        ("a place that is no number", '"seq":5', '"seq":true'),
        ("a kind without a dot", '"answer.given"', '"answergiven"'),
        ("a kind in capitals", '"answer.given"', '"answer.Given"'),
        ("a process that is no slug", f'"{SLUG}"', f'"{SLUG}-"'),
        ("a day that does not exist", '"2026-11-01"', '"2026-11-31"'),
        ("an instant without milliseconds", ".123Z", "Z"),
        ("an instant that does not exist", "T09:", "T25:"),
        ("a link that is too short", '"previous":"', '"previous":"00'),
        ("an unknown word", '"retained"', '"accepted"'),
        ("an unknown role", '"role":"city"', '"role":"mayor"'),
        ("a name with a space at its end", "Ville d’essai", "Ville d’essai "),
        ("an optional field that is null", '"verdict"', '"until":null,"verdict"'),
        ("a field that the kind has not", '"verdict"', '"urgent":true,"verdict"'),
        ("a required field left out", '"response":null,', ""),
        ("an id that is none", '"unit":"R1"', '"unit":"r1"'),
        ("a term for another verdict", '"verdict"', '"until":"2027","verdict"'),
        ("a reason in clear", '"reason":{', '"reason":"Oui.","reasons":{'),
        ("a reason that is restricted", '"reason":{"open":"public"', _RESTRICTED),
        ("a commitment in capitals", '"sealed":"', '"sealed":"A'),
        ("a source without a title", '"title"', '"titre"'),
        ("a name of two lines", "Ville d’essai", "Ville\\nd’essai"),
        ("a signature without a nonce", '"sources"', f'"signed":{_signature("")},"sources"'),
        ("a short signature", '"sources"', f'"signed":{_signature(_NONCE, 84)},"sources"'),
    ]
    found = []
    for what, old, new in lies:
        assert old in entry, what
        found.append({"what": what, "bytes": entry.replace(old, new, 1)})
    return found


_RESTRICTED = '"reason":{"open":"restricted"'
_NONCE = f'"nonce":"{"0" * 32}",'


def _signature(nonce: str, length: int = 86) -> str:
    return f'{{"key":"{"0" * 64}",{nonce}"sig":"{"A" * length}=="}}'


def _statement(entry: str) -> dict[str, Any]:
    """The same entry signed by its speaker, step by step, and lies about what was signed."""
    private = Ed25519PrivateKey.from_private_bytes(SPEAKER_SEED)
    public = private.public_key().public_bytes_raw()
    plain, nonce = json.loads(entry), "000102030405060708090a0b0c0d0e0f"
    key = statement.key_id(public)
    signed = statement.sign_statement(plain, private, origin=ORIGIN, nonce=nonce)
    message = statement.encode_statement(plain, origin=ORIGIN, key=key, nonce=nonce)
    good = canonical.encode({**plain, "signed": signed}).decode()
    lies = [
        ("another kind", '"answer.given"', '"weather.observed"'),
        ("another date", '"2026-11-01"', '"2026-11-02"'),
        ("no date", '"on":"2026-11-01"', '"on":null'),
        ("another process", f'"{SLUG}"', '"autre"'),
        ("another speaker", '"role":"city"', '"role":"council"'),
        ("not invented", '"illustrative":true,', ""),
        ("another verdict", '"retained"', '"rejected"'),
        ("another text", '"sealed":"', '"sealed":"0'),
        ("another source", '"title"', '"titles"'),
        ("another nonce", nonce, "f" * 32),
        ("another key", key, "0" * 64),
    ]
    return {
        "seed": SPEAKER_SEED.hex(),
        "public": public.hex(),
        "signed": signed,
        "message": message.decode(),
        "bytes": good,
        "unsigned": [
            {"what": what, "bytes": _replaced(good, old, new)} for what, old, new in lies
        ],
    }


def _replaced(entry: str, old: str, new: str) -> str:
    assert old in entry, old
    return entry.replace(old, new, 1)


def _unread(entry: str) -> str:
    """The same entry of a kind that nobody knows: good in form, and unread."""
    return entry.replace('"answer.given"', '"weather.observed"')


def _later(entry: str) -> str:
    """The same entry in a later version, with a field that version 1 does not know."""
    return entry.replace('"v":1}', '"v":2,"weather":"fine"}')


def _sense(entries: list[str]) -> list[dict[str, Any]]:
    """Entries that follow the register, the last of which makes sense or not."""
    return [
        {"what": what, "sound": sound, "entries": _following(entries, more)}
        for sound, cases in ((True, sense.SOUND), (False, sense.SENSELESS))
        for what, more in cases.items()
    ]


def _following(entries: list[str], more: list[dict[str, Any]]) -> list[str]:
    """The bytes of entries that go on where the register ends."""
    lengths = Counter(json.loads(entry)["process"] for entry in entries)
    previous, made = leaf_hash(entries[-1].encode()), list[str]()
    for seq, plain in enumerate(more, len(entries)):
        place = {
            "at": format_at(START + timedelta(seconds=seq)),
            "nth": lengths[plain["process"]],
            "previous": previous.hex(),
            "recorder": "essai",
            "seq": seq,
            "v": 1,
        }
        lengths[plain["process"]] += 1
        data = canonical.encode(place | plain)
        previous = leaf_hash(data)
        made.append(data.decode())
    return made


def _key(name: str) -> bytes:
    """The fixed key of an opening."""
    return sha256(f"filrouge vectors: {name}".encode()).digest()


def example_block() -> str:
    """The worked example of a commitment, step by step."""
    made = vectors()["commitments"][0]
    array = canonical.encode_texts(made["path"], made["value"])
    lines = [
        "```",
        f"path        {made['path']}",
        f"value       {made['value']}",
        f"key         {made['key']}",
        f"array       {array.decode()}",
        f"            {len(array)} bytes: {array.hex()}",
        f"hashed      02 ‖ key ‖ array: {1 + len(_key('')) + len(array)} bytes",
        f"commitment  {made['commitment']}",
        "```",
    ]
    return "\n".join([*lines, ""])


def tree_block() -> str:
    """The example register's leaf hashes, roots and checkpoint."""
    register = vectors()["register"]
    lines = ["```"]
    for seq, entry in enumerate(register["entries"]):
        lines.append(f"leaf {seq}  {entry['leaf']}  ({len(entry['bytes'].encode())} bytes)")
    lines += [f"root {n}  {root}" for n, root in enumerate(register["roots"])]
    lines += ["```", "", "and its checkpoint with the Ed25519 signature alone:", "", "```"]
    return "\n".join([*lines, register["signed_by_ed25519"] + "```", ""])


@cache
def vectors() -> dict[str, Any]:
    """The vectors, built once."""
    return build()


def text() -> str:
    """The file of vectors; what an editor would not show is escaped."""
    made = json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"
    for unseen in "\x7f\x80\u2028\ufeff":
        made = made.replace(unseen, f"\\u{ord(unseen):04x}")
    return made


FORMAT_BLOCKS = {
    "words": tables.words_block,
    "kinds": tables.kinds_block,
    "references": tables.references_block,
    "corrections": tables.corrections_block,
    "example": example_block,
    "tree": tree_block,
}
ERROR_BLOCKS = {"exits": tables.exits_block, "codes": tables.codes_block}
PROCEDURE_BLOCKS = {"flaws": tables.flaws_block}
POWER_BLOCKS = {
    "roles": powers.roles_block,
    "routes": powers.routes_block,
    "commands": powers.commands_block,
    "voices": powers.kinds_block,
}


def main() -> None:
    """Writes every golden file."""
    VECTORS.parent.mkdir(exist_ok=True)
    VECTORS.write_text(text(), encoding="utf-8")
    for name, drawn in test_export.golden().items():
        (VECTORS.parent / name).write_text(drawn, encoding="utf-8")
    JUDGED.mkdir(exist_ok=True)
    judgements = judged.texts()
    for path in JUDGED.glob("*.txt"):
        if path.stem not in judgements:
            path.unlink()
    for slug, judgement in judgements.items():
        (JUDGED / f"{slug}.txt").write_text(judgement, encoding="utf-8")
    for path, blocks in (
        (tables.FORMAT, FORMAT_BLOCKS),
        (tables.ERRORS, ERROR_BLOCKS),
        (tables.PROCEDURES, PROCEDURE_BLOCKS),
        (tables.POWERS, POWER_BLOCKS),
    ):
        filled = tables.fill(path.read_text(encoding="utf-8"), blocks)
        path.write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    main()
