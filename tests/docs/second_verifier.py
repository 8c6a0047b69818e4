"""A second verifier, written from docs/format.md alone.

    python tests/docs/second_verifier.py DATA [VKEY …]

It shares no code with the software that it checks: the standard library, and `cryptography`
for the two signature schemes. The forms of bodies are read from the tables of the document
itself, so that what it enforces is what is written there. Numbers in comments are sections.
Exit codes: 0 good, 3 tampered, 4 could not check.
"""

from __future__ import annotations

import base64
import binascii
import calendar
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

FORMAT = Path(__file__).parents[2] / "docs" / "format.md"
ZERO = "0" * 64


class Bad(Exception):
    """The first bad object: where it is, and what is wrong with it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class Malformed(ValueError):
    """Some bytes or some value have not the form they should have."""


# -- 1. canonical bytes --------------------------------------------------------------------

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f"}
_SHORT["\r"] = "\\r"


def canonical(value: Any, room: int = 8) -> str:
    """The canonical text of a value within the profile."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Malformed("a number beyond 2^53-1")
        return str(value)
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise Malformed("a surrogate")
        return '"' + "".join(map(_escaped, value)) + '"'
    if not room:
        raise Malformed("nested more than 8 deep")
    if isinstance(value, list):
        return "[" + ",".join(canonical(member, room - 1) for member in value) + "]"
    if isinstance(value, dict):
        for key in value:
            if not _KEY.fullmatch(key):
                raise Malformed(f"a key {key!r}")
        pairs = (f'"{key}":{canonical(value[key], room - 1)}' for key in sorted(value))
        return "{" + ",".join(pairs) + "}"
    raise Malformed(f"a value of type {type(value).__name__}")


def _escaped(char: str) -> str:
    return _SHORT.get(char) or (f"\\u{ord(char):04x}" if char < " " else char)


def decode(data: Any) -> Any:
    """The value of canonical bytes."""
    if not isinstance(data, bytes) or len(data) > 65_535:
        raise Malformed("not bytes, or more than 65,535 of them")
    try:
        value = json.loads(data.decode("utf-8"), parse_int=_whole, parse_float=_no_float)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if canonical(value).encode("utf-8") != data:
        raise Malformed("not the canonical spelling")
    return value


def _whole(text: str) -> int:
    if len(text) > 17:
        raise Malformed("a number beyond 2^53-1")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise Malformed(f"a number with a fraction: {text}")


# -- 3. periods, durations -----------------------------------------------------------------

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_AT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z")


def period(text: str) -> tuple[date, date]:
    """The first and last day of a period."""
    parts = [_stretch(part) for part in text.split("/")]
    if len(parts) > 2:
        raise Malformed("a period of more than two parts")
    (begins, ends), (begins_last, ends_last) = parts[0], parts[-1]
    if begins > begins_last or ends > ends_last:
        raise Malformed("a period that ends before it begins")
    return begins, ends_last


def _stretch(text: str) -> tuple[date, date]:
    found = _DAY.fullmatch(text)
    if not found:
        raise Malformed(f"no date: {text!r}")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return date(year, month or 1, day or 1), date(year, last_month, last_day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise Malformed(f"no day that exists: {text!r}") from error


def instant(text: Any) -> str:
    """An instant of the form of `at`."""
    found = _AT.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Malformed("no instant")
    day, hour, minute, second = found.groups()
    _stretch(day)
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        raise Malformed("no instant")
    return str(text)


# -- 3 to 5. forms, read from the tables of the document -----------------------------------

_HEX64 = re.compile("[0-9a-f]{64}")
_MOST = 2**53 - 1


def _number(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= _MOST


def _sealed(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"open", "sealed"}
        and value["open"] in ("public", "restricted")
        and isinstance(value["sealed"], str)
        and bool(_HEX64.fullmatch(value["sealed"]))
    )


def _matches(pattern: str, longest: int | None, value: Any) -> bool:
    if not isinstance(value, str) or (longest is not None and len(value) > longest):
        return False
    # In Python `$` would also match before a last line feed.
    return re.search(pattern.replace("$", r"\Z"), value) is not None


_BASIC: dict[str, Callable[[Any], bool]] = {
    "seq": lambda v: _number(v, 0),
    "natural": lambda v: _number(v, 0),
    "cents": lambda v: _number(v, 0),
    "integer": lambda v: _number(v, -_MOST),
    "boolean": lambda v: isinstance(v, bool),
    "clear_text": lambda v: isinstance(v, str) and 1 <= len(v) <= 4000,
    "on": lambda v: isinstance(v, str) and bool(period(v)),
    "duration": lambda v: _matches("^P[1-9][0-9]{0,3}[YMWD]$", None, v),
    "public_text": lambda v: _sealed(v) and v["open"] == "public",
    "url": lambda v: _sealed(v) and v["open"] == "public",
    "text": _sealed,
    "private_text": _sealed,
    "sealed": _sealed,
    "instant": lambda v: bool(instant(v)),
}


class Forms:
    """What docs/format.md says of every form, part and kind."""

    def __init__(self, document: str) -> None:
        self._words: dict[str, set[str]] = {}
        self._patterns: dict[str, tuple[str, int | None]] = {}
        self.kinds: dict[str, dict[str, tuple[str, str]]] = {}
        self.register_kinds: set[str] = set()
        self.declares: dict[str, str] = {}
        self.points_at: dict[str, set[str]] = {}
        self.correctable: dict[str, set[str]] = {}
        section = stage = ""
        for line in document.split("\n"):
            if line.startswith("#"):
                section = line.strip("# `")
            if line.startswith("### "):
                stage = section
            if line.startswith("#### ") and stage == "Stage `register":
                self.register_kinds.add(section)
            cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
            if len(cells) == 4 and cells[2].startswith(("required", "optional")):
                fields = self.kinds.setdefault(section, {})
                fields[cells[0].strip("`")] = (cells[1].replace("\\|", "|"), cells[2])
            elif len(cells) == 2 and section.startswith("5."):
                self._words[cells[0].strip("`")] = set(re.findall("`([^`]*)`", cells[1]))
            elif len(cells) == 2 and section.startswith(("3.", "Notation")):
                found = re.match(r"`/(.*?)/`(?: ≤ ([0-9]+))?", cells[1])
                if found:
                    longest = int(found[2]) if found[2] else None
                    name = cells[0].strip("`")
                    self._patterns[name] = found[1].replace("\\|", "|"), longest
            elif len(cells) == 2 and cells[0].startswith("`"):
                name, words = cells[0].strip("`"), set(re.findall("`([^`]*)`", cells[1]))
                if section.startswith("12."):
                    self.correctable[name] = words
                elif section == "Ids and references" and "." in name:
                    self.declares[name] = cells[1]
                elif section == "Ids and references":
                    self.points_at[name] = set(cells[1].split(" or "))

    def check(self, name: str, value: Any, where: str) -> None:
        """Checks an object against the table of a kind or part."""
        fields = self.kinds[name]
        if not isinstance(value, dict) or value.keys() - fields.keys():
            raise Malformed(f"{where} is not of the form {name}")
        for key, (form, presence) in fields.items():
            if key not in value:
                if presence != "optional":
                    raise Malformed(f"{where}/{key} is missing")
            elif value[key] is None and presence == "required, or null":
                continue
            elif not any(
                self._is(choice.strip(), value[key], f"{where}/{key}")
                for choice in form.split(" or ")
            ):
                raise Malformed(f"{where}/{key} is not {form}")
        if (rule := _RULES.get(name)) and not rule(value):
            raise Malformed(f"{where} breaks the rule of {name}")

    def _is(self, form: str, value: Any, where: str) -> bool:
        bare, _, longest = form.replace("`", "").partition(" ≤ ")
        if bare.startswith("/"):
            return _matches(bare[1:-1], int(longest) if longest else None, value)
        if bare.startswith("="):
            wanted: Any = int(bare[1:]) if bare[1:].isdecimal() else bare[1:]
            return type(value) is type(wanted) and bool(value == wanted)
        if bare.startswith("["):
            some = bare.endswith("+")
            if not isinstance(value, list) or (some and not value):
                return False
            member = bare.strip("[]+")
            return all(self._is(member, v, f"{where}/{i}") for i, v in enumerate(value))
        if bare[:1].isupper():
            try:
                self.check(bare, value, where)
            except Malformed:
                return False
            return True
        if bare == "about":
            return self._is("reference", value, where) or self._is("slug", value, where)
        if bare in self._words:
            return isinstance(value, str) and value in self._words[bare]
        if bare in self._patterns:
            return _matches(*self._patterns[bare], value)
        return _BASIC[bare](value)


@cache
def written_forms() -> Forms:
    """The forms as docs/format.md has them."""
    return Forms(FORMAT.read_text(encoding="utf-8"))


def _distinct(procedure: dict[str, Any]) -> bool:
    lists = ([rule["id"] for rule in procedure[key]] for key in ("owed", "order"))
    return all(len(set(ids)) == len(ids) for ids in lists)


_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "Vote": bool,
    "Key": lambda v: (
        len(v["public"]) == {"ed25519": 64, "ml-dsa-44": 2624}[v["algorithm"]]
        and sha256(bytes.fromhex(v["public"])).hexdigest() == v["id"]
    ),
    "Owed": lambda v: "basis" in v or not v.keys() & {"within", "every"},
    "procedure.adopted": _distinct,
    "date.announced": lambda v: len(v.keys() & {"duty", "what"}) == 1,
    "answer.given": lambda v: (
        ("to" not in v or v["verdict"] == "passed_on")
        and ("until" not in v or v["verdict"] == "deferred")
    ),
}

# -- 2. the envelope -----------------------------------------------------------------------

_REQUIRED = {
    *("at", "body", "by", "kind", "nth", "on", "previous", "process", "recorder"),
    *("seq", "sources", "v"),
}
_EVERY_VERSION = {"at", "kind", "nth", "previous", "process", "seq", "v"}
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _is_later(entry: dict[str, Any]) -> bool:
    """Whether software of a later version wrote it (8)."""
    return type(entry["v"]) is int and entry["v"] > 1


def check_entry(entry: Any, forms: Forms) -> bool:
    """Checks the form of a decoded entry: envelope, speaker, sources, and a known body.

    Returns whether it could be read.
    """
    if not isinstance(entry, dict) or not entry.keys() >= _EVERY_VERSION:
        raise Malformed("not an entry")
    if _is_later(entry):
        return False
    if not entry.keys() >= _REQUIRED:
        raise Malformed("a key of the envelope is missing")
    if entry.keys() - _REQUIRED - {"illustrative", "signed"}:
        raise Malformed("a key too many in the envelope")
    good = (
        type(entry["v"]) is int
        and entry["v"] == 1
        and entry.get("illustrative", True) is True
        and _number(entry["nth"], 0)
        and _number(entry["seq"], 0)
        and _matches(_SLUG, 80, entry["process"])
        and _matches(_SLUG, 80, entry["recorder"])
        and _matches(r"^[a-z][a-z_]*\.[a-z][a-z_]*$", None, entry["kind"])
        and _matches("^[0-9a-f]{64}$", None, entry["previous"])
        and isinstance(entry["body"], dict)
        and isinstance(entry["sources"], list)
        and (entry["on"] is None or isinstance(entry["on"], str))
    )
    if not good:
        raise Malformed("the envelope has another form")
    instant(entry["at"])
    if entry["on"] is not None:
        period(entry["on"])
    forms.check("Speaker", entry["by"], "/by")
    for i, source in enumerate(entry["sources"]):
        forms.check("Source", source, f"/sources/{i}")
    if "signed" in entry:
        forms.check("Signed", entry["signed"], "/signed")
    if entry["kind"] in forms.kinds:
        forms.check(entry["kind"], entry["body"], "/body")
        return True
    return False


# -- 6. hashes, sealed texts, the tree -----------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash above two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def commitment(key: bytes, path: str, value: str) -> bytes:
    """What stands in the entry for a sealed text."""
    if len(key) != 32 or not value or len(value.encode()) > 262_144:
        raise Malformed("no opening")
    return sha256(b"\x02" + key + canonical([path, value]).encode()).digest()


def sealed_texts(value: Any, path: str) -> Iterator[tuple[str, bool, str]]:
    """Path, whether public, and commitment of each sealed text within a value."""
    if isinstance(value, dict):
        if value.keys() == {"open", "sealed"}:
            if not _sealed(value) or path == "/body":
                raise Malformed(f"{path} is no sealed text")
            yield path, value["open"] == "public", value["sealed"]
            return
        for key, member in value.items():
            yield from sealed_texts(member, f"{path}/{key}")
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from sealed_texts(member, f"{path}/{i}")


def tree_root(leaves: list[bytes]) -> bytes:
    """The root of RFC 6962, section 2.1."""
    if not leaves:
        return sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def check_inclusion(
    proof: list[bytes], *, index: int, size: int, leaf: bytes, root: bytes
) -> None:
    """RFC 9162, section 2.1.3.2."""
    place, last, node = index, size - 1, leaf
    if not 0 <= index < size:
        raise Malformed("no such leaf")
    for sibling in proof:
        if last == 0:
            raise Malformed("the proof is too long")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last or node != root:
        raise Malformed("the proof leads elsewhere")


def tiles(leaves: list[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Every tile of the tree: level, number, hashes."""
    level, row = 0, leaves
    while row:
        for start in range(0, len(row), 256):
            yield level, start // 256, b"".join(row[start : start + 256])
        full = len(row) // 256
        row = [tree_root(row[i * 256 : (i + 1) * 256]) for i in range(full)]
        level += 1


def tile_path(level: int, number: int, width: int) -> str:
    """The address of a tile."""
    groups = f"{number % 1000:03d}"
    while number := number // 1000:
        groups = f"x{number % 1000:03d}/{groups}"
    return f"tile/{level}/{groups}" + (f".p/{width}" if width < 256 else "")


# -- 7. checkpoints ------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """A key of the log."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes in front of its signatures."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(material).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key of a verifier key."""
        name, _, rest = text.partition("+")
        id_, _, encoded = rest.partition("+")
        material = _base64(encoded)
        if not name or len(material) < 2:
            raise Malformed("no verifier key")
        key = cls(name, material[0], material[1:])
        if key.id.hex() != id_ or len(key.public) != {1: 32, 4: 32, 6: 1312}.get(key.kind):
            raise Malformed("no verifier key")
        return key

    def check(self, text: str, sig: bytes) -> None:
        """Checks one signature of the text of a checkpoint."""
        origin, size, root, *more = text[:-1].split("\n")
        try:
            if self.kind == 1:
                Ed25519PublicKey.from_public_bytes(self.public).verify(sig, text.encode())
                return
            time, sig = sig[:8], sig[8:]
            seconds = int.from_bytes(time, "big")
            if seconds > 2**63 - 1 or len(time) < 8:
                raise Malformed("a time that is none")
            if self.kind == 4:
                message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
                Ed25519PublicKey.from_public_bytes(self.public).verify(sig, message)
                return
            if more:
                raise Malformed("extension lines are not covered")
            numbers = (0).to_bytes(8, "big") + int(size).to_bytes(8, "big")
            name, log = self.name.encode(), origin.encode()
            message = b"subtree/v1\n\x00" + bytes([len(name)]) + name + time
            message += bytes([len(log)]) + log + numbers + _base64(root)
            MLDSA44PublicKey.from_public_bytes(self.public).verify(sig, message)
        except InvalidSignature as error:
            raise Malformed(f"a signature of {self.name} does not match") from error


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("not the canonical base64")
    return data


def open_note(data: Any, keys: list[Key], origin: str) -> tuple[int, bytes, set[Key]]:
    """Size and root of a checkpoint, and which of the keys have signed it."""
    try:
        note = data.decode("utf-8")
    except (AttributeError, UnicodeDecodeError) as error:
        raise Malformed("not a note") from error
    text, gap, lines = note.rpartition("\n\n")
    text += "\n"
    if not gap or not lines.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", note):
        raise Malformed("not a note")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, encoded, *more = line.split(" ")
        if dash != "—" or not name or more:
            raise Malformed("not a signature line")
        signatures.append((name, _base64(encoded)))
    said = text.split("\n")
    if len(said) < 4 or not re.fullmatch("0|[1-9][0-9]{0,18}", said[1]):
        raise Malformed("not a checkpoint")
    root = _base64(said[2])
    if said[0] != origin or len(root) != 32 or len(signatures) > 100 or "" in said[3:-1]:
        raise Malformed("not a checkpoint of this register")
    signed = set()
    for name, sig in signatures:
        for key in keys:
            if (key.name, key.id) == (name, sig[:4]):
                key.check(text, sig[4:])
                signed.add(key)
    return int(said[1]), root, signed


def check_receipt(data: bytes, entry: bytes, keys: list[Key], origin: str) -> int:
    """The size of a tree in which an entry is, as a receipt says."""
    head, _, note = data.partition(b"\n\n")
    header, *lines = head.decode().split("\n")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    if header != "c2sp.org/tlog-proof@v1" or not lines[0].startswith("index "):
        raise Malformed("not a receipt")
    size, root, signed = open_note(note, keys, origin)
    if signed != set(keys):
        raise Malformed("a signature is missing")
    proof = [_base64(line) for line in lines[1:]]
    index = int(lines[0].removeprefix("index "))
    check_inclusion(proof, index=index, size=size, leaf=leaf_hash(entry), root=root)
    return size


# -- 8. statements that their speakers signed ------------------------------------------------

_SIGNED_PARTS = {"body", "by", "illustrative", "kind", "on", "process", "sources"}


def statement(entry: dict[str, Any], origin: str) -> bytes:
    """The bytes that the speaker of a signed entry signed."""
    said = {part: entry[part] for part in _SIGNED_PARTS & entry.keys()}
    said |= {"key": entry["signed"]["key"], "nonce": entry["signed"]["nonce"]}
    return f"filrouge/statement/v1\n{origin}\n{canonical(said)}".encode()


def check_statement(entry: dict[str, Any], public: bytes, origin: str) -> None:
    """Checks that the holder of a key signed an entry."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(_base64(entry["signed"]["sig"]), statement(entry, origin))
    except InvalidSignature as error:
        raise Malformed("its speaker did not sign this") from error


@dataclass
class Held:
    """A key that the register knows, what it signed, and when it was revoked."""

    public: bytes
    holder: dict[str, Any] | None
    revoked: bool = False
    since: str = "~"
    signed: list[str] = field(default_factory=list)


@dataclass
class Signatures:
    """The signed statements of a register, in order."""

    origin: str
    keys: dict[str, Held] = field(default_factory=dict)
    void: list[int] = field(default_factory=list)
    differs: Bad | None = None
    twice: Bad | None = None
    _nonces: set[str] = field(default_factory=set)

    def follow(self, seq: int, entry: dict[str, Any]) -> None:
        """Takes in an entry of version 1."""
        body, kind = entry["body"], entry["kind"]
        if kind == "register.opened":
            for key in body["keys"]:
                self.keys.setdefault(key["id"], Held(bytes.fromhex(key["public"]), None))
        if kind == "key.added":
            holder = body.get("holder") if body["use"] == "statement" else None
            held = Held(bytes.fromhex(body["key"]["public"]), holder)
            self.keys.setdefault(body["key"]["id"], held)
        if "signed" in entry:
            self._signed(seq, entry)
        if kind == "key.revoked" and (known := self.keys.get(body["key"])):
            known.revoked, known.since = True, min(known.since, body["from"])

    def _signed(self, seq: int, entry: dict[str, Any]) -> None:
        nonce, held = entry["signed"]["nonce"], self.keys.get(entry["signed"]["key"])
        if nonce in self._nonces:
            self.twice = self.twice or Bad(f"seq {seq}", "a nonce that was used before")
        self._nonces.add(nonce)
        if held is None or held.holder is None:
            return
        try:
            check_statement(entry, held.public, self.origin)
        except Malformed as error:
            self.differs = self.differs or Bad(f"seq {seq}", str(error))
            return
        if held.revoked:
            self.void.append(seq)
        else:
            held.signed.append(entry["at"])

    def counts(self) -> tuple[int, int, int]:
        """How many signed statements are valid, doubtful and void."""
        all_ = [(at, held.since) for held in self.keys.values() for at in held.signed]
        doubtful = sum(at >= since for at, since in all_)
        return len(all_) - doubtful, doubtful, len(self.void)


# -- 12. what makes sense ------------------------------------------------------------------

_ANYWHERE = {"correction.made", "text.erased", "entry.disowned"}


class Senseless(ValueError):
    """An entry is of a good form, and could not have been admitted where it stands."""


def _arising(entries: list[dict[str, Any]]) -> set[tuple[int, str, str, bool]]:
    """The links that count: seq, which process, from which it arises, whether invented."""
    links, gone = set(), set()
    for seq, entry in reversed(list(enumerate(entries))):
        body, kind = entry.get("body"), entry["kind"]
        if _is_later(entry) or seq in gone:
            continue
        if kind == "entry.disowned":
            gone.add(body["entry"])
        elif kind == "process.linked" and body["relation"] == "arises_from":
            invented = entry.get("illustrative") is True
            links.add((seq, entry["process"], body["to"], invented))
    return links


@dataclass
class Sense:
    """The rules of section 12 over entries in order, forms and places checked before."""

    forms: Forms
    entries: list[dict[str, Any]] = field(default_factory=list)
    _invented: dict[str, bool] = field(default_factory=dict)
    _things: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)
    _holders: dict[str, Any] = field(default_factory=dict)
    _nonces: set[str] = field(default_factory=set)

    def judge(self, entry: dict[str, Any]) -> None:
        """Judges the next entry and takes it in, whatever came out.

        Raises:
            Senseless: it does not make sense here.
        """
        try:
            if not _is_later(entry):
                self._judge(entry)
        finally:
            self._take(entry)

    def _take(self, entry: dict[str, Any]) -> None:
        invented = entry.get("illustrative") is True
        self.entries.append(entry)
        self._invented.setdefault(entry["process"], invented)
        if not _is_later(entry) and (sort := self.forms.declares.get(entry["kind"])):
            self._things.setdefault((entry["process"], entry["body"]["id"]), (sort, invented))
        if _is_later(entry):
            return
        body, kind = entry["body"], entry["kind"]
        if kind == "register.opened":
            self._holders |= {key["id"]: None for key in body["keys"]}
        if kind == "key.added":
            holder = body.get("holder") if body["use"] == "statement" else None
            self._holders.setdefault(body["key"]["id"], holder)
        if "signed" in entry:
            self._nonces.add(entry["signed"]["nonce"])

    def _judge(self, entry: dict[str, Any]) -> None:
        kind, process, body = entry["kind"], entry["process"], entry["body"]
        self._process(entry)
        self._date(entry["on"], entry)
        self._key(entry)
        if kind not in self.forms.kinds:
            return
        if kind in self.forms.declares and (process, body["id"]) in self._things:
            raise Senseless(f"{body['id']} names something else")
        for name, reference in self._references(kind, body):
            self._reference(entry, name, reference)
        if kind == "process.linked":
            if body["to"] == process:
                raise Senseless("it is linked with itself")
            self._named(entry, body["to"])
        if kind in ("process.linked", "entry.disowned"):
            self._circle(entry)
        if kind in ("process.opened", "procedure.changed"):
            seq = body["procedure"]
            if seq >= len(self.entries) or self.entries[seq]["kind"] != "procedure.adopted":
                raise Senseless(f"entry {seq} adopts no procedure")
        if kind in _ANYWHERE:
            original = self._original(entry, body["entry"])
            if kind == "correction.made":
                self._correction(entry, original)

    def _process(self, entry: dict[str, Any]) -> None:
        kind, process = entry["kind"], entry["process"]
        invented = entry.get("illustrative") is True
        first = process not in self._invented
        if process == "register":
            if kind not in self.forms.register_kinds | _ANYWHERE or invented:
                raise Senseless("this does not belong to the register itself")
            if (kind == "register.opened") == bool(self.entries):
                raise Senseless("a register is opened once, and first")
            return
        if kind in self.forms.register_kinds or not self.entries:
            raise Senseless("this belongs to the register itself")
        if (kind == "process.opened") != first:
            raise Senseless("a process is opened once, and first")
        if not first and self._invented[process] and not invented:
            raise Senseless("real, in an invented process")

    def _key(self, entry: dict[str, Any]) -> None:
        kind, body, signed = entry["kind"], entry["body"], entry.get("signed")
        if signed and signed["nonce"] in self._nonces:
            raise Senseless("a nonce that was used before")
        if kind == "key.revoked" and body["key"] not in self._holders:
            raise Senseless("a key that nobody added is revoked")
        if kind == "key.added":
            if body["key"]["id"] in self._holders:
                raise Senseless("a key that was added before")
            if body["use"] == "statement":
                if not signed or signed["key"] != body["key"]["id"]:
                    raise Senseless("nobody shows that they have the key")
                if body["key"]["algorithm"] != "ed25519" or body.get("holder") != entry["by"]:
                    raise Senseless("the key is not for its holder to sign with")
                return
        if signed and self._holders.get(signed["key"]) != entry["by"]:
            raise Senseless("signed with a key of nobody, or of somebody else")

    def _today(self, entry: dict[str, Any]) -> date:
        """The civil day on which it was recorded."""
        opened = self.entries[0] if self.entries else entry
        at = datetime.strptime(entry["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        try:
            return at.astimezone(ZoneInfo(opened["body"]["time_zone"])).date()
        except (KeyError, OSError) as error:
            raise Malformed("this computer does not know the time zone") from error
        except OverflowError:  # within hours of the years 1 or 9999
            return at.date()

    def _date(self, on: str | None, entry: dict[str, Any]) -> None:
        if on is not None and period(on)[0] > self._today(entry):
            raise Senseless("it says that it happened later than it was recorded")

    def _references(self, kind: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name in self.forms.points_at.keys() & body.keys():
            found = body[name]
            for reference in [found] if isinstance(found, str) else found or []:
                yield name, reference
        if kind == "ballot.held":
            for option in body["options"]:
                yield "unit", option["unit"]

    def _reference(self, entry: dict[str, Any], name: str, reference: str) -> None:
        process, slash, id_ = reference.rpartition("/")
        if not slash and not _matches("^[A-Z]", None, reference):
            self._named(entry, reference)
            return
        thing = self._things.get((process or entry["process"], id_))
        if thing is None:
            raise Senseless(f"nothing is called {reference}")
        sort, invented = thing
        sorts = self.forms.points_at[name]
        if sort not in sorts and not any(words.startswith("anything") for words in sorts):
            raise Senseless(f"{reference} is a {sort}")
        if invented and not entry.get("illustrative"):
            raise Senseless(f"{reference} is invented")

    def _named(self, entry: dict[str, Any], process: str) -> None:
        if process == "register" or process not in self._invented:
            raise Senseless(f"no process is called {process}")
        if self._invented[process] and not entry.get("illustrative"):
            raise Senseless(f"{process} is invented")

    def _original(self, entry: dict[str, Any], seq: int) -> dict[str, Any]:
        if seq >= len(self.entries) or self.entries[seq]["process"] != entry["process"]:
            raise Senseless(f"there is no entry {seq} in this process")
        original = self.entries[seq]
        if (original.get("illustrative") is True) != (entry.get("illustrative") is True):
            raise Senseless("one is invented and the other is real")
        return original

    def _circle(self, entry: dict[str, Any]) -> None:
        before, after = _arising(self.entries), _arising([*self.entries, entry])
        reached = {link[2] for link in after - before}
        if not entry.get("illustrative"):
            after = {link for link in after if not link[3]}
        while more := {to for _, of, to, _ in after if of in reached} - reached:
            reached |= more
        if entry["process"] in reached:
            raise Senseless("it would arise from itself")

    def _correction(self, entry: dict[str, Any], original: dict[str, Any]) -> None:
        corrected, paths = deepcopy(original), set()
        allowed = self.forms.correctable.get(original["kind"], set())
        for change in entry["body"]["changes"]:
            path, new = change["path"], change["value"]
            parent, last, old = _place(original, path)
            sealed = isinstance(old, dict) and old.keys() == {"open", "sealed"}
            clear = path == "/on" or (
                path.startswith("/body/") and path.removeprefix("/body/") in allowed
            )
            if path in paths or not (sealed or clear):
                raise Senseless(f"{path} is not for corrections")
            if sealed and not (_sealed(new) and new["open"] == old["open"]):
                raise Senseless(f"at {path} is a text")
            paths.add(path)
            parent, last, _ = _place(corrected, path)
            parent[last] = new
        try:
            check_entry(corrected, self.forms)
        except Malformed as error:
            raise Senseless(f"what is corrected is not whole: {error}") from error
        self._date(corrected["on"], entry)


def _place(entry: dict[str, Any], path: str) -> tuple[Any, Any, Any]:
    """What holds the value at a path, under which key, and the value."""
    value: Any = entry
    parent: Any = None
    last: Any = ""
    for part in path.split("/")[1:]:
        parent, last = value, int(part) if isinstance(value, list) and part.isdigit() else part
        try:
            value = parent[last]
        except (TypeError, LookupError) as error:
            raise Senseless(f"there is nothing at {path}") from error
    return parent, last, value


# -- 11. what a verifier checks ------------------------------------------------------------


_FINGERPRINT = "/body/file/sha256"


@dataclass
class Verifier:
    """Goes through one register, in the order of section 11."""

    db: sqlite3.Connection
    keys: list[Key]
    forms: Forms
    kept: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    unread: int = 0
    signatures: Signatures = field(init=False)
    _sense: Sense = field(init=False)
    _senseless: Bad | None = None
    _at: str = ""
    _lengths: dict[str, int] = field(default_factory=dict)
    _commitments: dict[str, str] = field(default_factory=dict)
    _twice: str = ""
    _missing: list[tuple[int, str]] = field(default_factory=list)
    _erased: set[tuple[int, str]] = field(default_factory=set)
    _clear: set[tuple[int, str]] = field(default_factory=set)
    _documents: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sense = Sense(self.forms)
        self.signatures = Signatures(self.keys[0].name)

    def run(self) -> None:
        """Checks everything.

        Raises:
            Bad: the first bad object.
        """
        origin = self.keys[0].name
        kept: dict[int, bytes] = {}
        for data in self.kept:
            size, root, signed = self._note(data, "kept checkpoint")
            if not signed:
                raise Bad("kept checkpoint", "signed by no key that was given")
            if size:
                kept[size] = root
        rows = self.db.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()
        if not rows:
            raise Bad("checkpoint", "there is none")
        entries = self.db.execute(
            "SELECT seq, process, nth, kind, data FROM entry ORDER BY seq"
        )
        for size, note in rows:
            where = f"checkpoint {size}"
            said, root, signed = self._note(note, where)
            if said != size or signed != set(self.keys):
                raise Bad(where, "another size, or a signature is missing")
            while len(self.leaves) < size:
                row = entries.fetchone()
                if row is None:
                    raise Bad(f"seq {len(self.leaves)}", "signed for, and not here")
                self._entry(row, origin)
                if len(self.leaves) in kept:
                    self._root(kept.pop(len(self.leaves)), "kept checkpoint")
            self._root(root, where)
        if (row := entries.fetchone()) is not None:
            raise Bad(f"seq {row[0]}", "beyond the last checkpoint")
        if kept:
            raise Bad(f"seq {len(self.leaves)}", "shorter than it was")
        self._tiles()
        head = self.db.execute("SELECT size, leaf, at FROM head WHERE id = 0").fetchone()
        if head != (len(self.leaves), self.leaves[-1], self._at):
            raise Bad("head", "not at the last entry")
        self._vault()
        for bad in (self.signatures.differs, self.signatures.twice, self._senseless):
            if bad:
                raise bad
        if self.signatures.void:
            raise Bad(f"seq {self.signatures.void[0]}", "signed with a key that was revoked")

    def _note(self, data: Any, where: str) -> tuple[int, bytes, set[Key]]:
        try:
            return open_note(data, self.keys, self.keys[0].name)
        except ValueError as error:
            raise Bad(where, str(error)) from error

    def _entry(self, row: tuple[Any, ...], origin: str) -> None:
        seq = len(self.leaves)
        where = f"seq {seq}"
        place, process, nth, kind, data = row
        if place != seq:
            raise Bad(where, "missing")
        try:
            entry = decode(data)
            if not isinstance(entry, dict) or not entry.keys() >= _EVERY_VERSION:
                raise Malformed("not an entry")
            previous = self.leaves[-1].hex() if seq else ZERO
            if entry["previous"] != previous:
                if seq and self._tile_leaf(seq - 1) not in (b"", self.leaves[-1]):
                    raise Bad(f"seq {seq - 1}", "not what was recorded")
                raise Bad(where, "it does not follow the entry before")
            said = entry["seq"], entry["process"], entry["nth"], entry["kind"]
            if said != (seq, process, nth, kind):
                raise Bad(where, "its row says something else")
            read = check_entry(entry, self.forms)
            if entry["at"] < self._at or nth != self._lengths.get(process, 0):
                raise Bad(where, "out of order")
            if seq == 0:
                self._opening_entry(entry, origin)
            texts = [
                text
                for part in ("body", "sources")
                for text in sealed_texts(entry.get(part), f"/{part}")
            ]
        except Malformed as error:
            raise Bad(where, str(error)) from error
        self._texts(seq, texts)
        try:
            if kind == "text.erased":  # in every version
                self._erased |= {(entry["body"]["entry"], p) for p in entry["body"]["paths"]}
        except (KeyError, TypeError) as error:
            raise Bad(where, "it does not say what it erases") from error
        if kind == "document.published" and isinstance(file := entry["body"].get("file"), dict):
            if isinstance(file.get("sha256"), str):
                self._clear.add((seq, _FINGERPRINT))
            if entry["v"] == 1:
                self._documents.append(entry)
        try:
            self._sense.judge(entry)
        except Senseless as error:
            self._senseless = self._senseless or Bad(where, str(error))
        if not _is_later(entry):
            self.signatures.follow(seq, entry)
        self.unread += not read
        self._at, self._lengths[process] = entry["at"], nth + 1
        self.leaves.append(leaf_hash(data))

    def _opening_entry(self, entry: dict[str, Any], origin: str) -> None:
        if entry["v"] != 1 or entry["kind"] != "register.opened":
            raise Malformed("it opens no register")
        body = entry["body"]
        if entry["process"] != "register" or "illustrative" in entry:
            raise Malformed("it does not belong to the register itself")
        if body["origin"] != origin:
            raise Malformed("it opens another register")
        named = {key["public"] for key in body["keys"]}
        if not {key.public.hex() for key in self.keys} <= named:
            raise Malformed("it names other keys")

    def _texts(self, seq: int, texts: list[tuple[str, bool, str]]) -> None:
        rows = self.db.execute(
            "SELECT path, public, commitment, key, value FROM opening WHERE seq = ?", (seq,)
        ).fetchall()
        openings = {path: rest for path, *rest in rows}
        for path, public, sealed in texts:
            where = f"seq {seq} {path}"
            if sealed in self._commitments:
                self._twice = self._twice or where
            self._commitments[sealed] = where
            if path not in openings:
                self._missing.append((seq, path))
                continue
            flag, stored, key, value = openings.pop(path)
            try:
                made = commitment(key, path, value)
            except (ValueError, TypeError, AttributeError) as error:
                raise Bad(where, f"no opening: {error}") from error
            if bool(flag) != public or stored != made or made.hex() != sealed:
                raise Bad(where, "not the text that was committed to")
        for path in openings:
            raise Bad(f"seq {seq} {path}", "it opens nothing")

    def _root(self, root: bytes, where: str) -> None:
        if tree_root(self.leaves) == root:
            return
        for seq, leaf in enumerate(self.leaves):
            if self._tile_leaf(seq) != leaf:
                raise Bad(f"seq {seq}", "not what was recorded")
        raise Bad(where, "the entries lead to another root")

    def _tile(self, level: int, number: int) -> bytes:
        row = self.db.execute(
            "SELECT data FROM tile WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return row[0] if row and isinstance(row[0], bytes) else b""

    def _tile_leaf(self, seq: int) -> bytes:
        return self._tile(0, seq // 256)[seq % 256 * 32 :][:32]

    def _tiles(self) -> None:
        for level, number, data in tiles(self.leaves):
            if self._tile(level, number) != data:
                path = tile_path(level, number, len(data) // 32)
                raise Bad(path, "not the hashes of its entries")
        if self.db.execute("SELECT count(*) FROM tile").fetchone()[0] != sum(
            1 for _ in tiles(self.leaves)
        ):
            raise Bad("tile", "a tile too many")

    def _vault(self) -> None:
        if self._twice:
            raise Bad(self._twice, "this commitment stands twice")
        stray = self.db.execute(
            "SELECT seq, path FROM opening WHERE seq NOT IN (SELECT seq FROM entry)"
        ).fetchone()
        if stray:
            raise Bad(f"seq {stray[0]} {stray[1]}", "it opens nothing")
        for seq, path in self._missing:
            if (seq, path) not in self._erased:
                raise Bad(f"seq {seq} {path}", "gone without an erasure")
        for seq, path in sorted(self._erased - set(self._missing) - self._clear):
            raise Bad(f"seq {seq} {path}", "erased in public, and still here")

    def files(self, folder: Path) -> None:
        """Compares the files in a folder with what the documents say.

        Raises:
            Bad: the first document whose file is not as it should be.
        """
        wanted, erased = set[str](), dict[str, str]()
        for entry in self._documents:
            seq, body = entry["seq"], entry["body"]
            where = f"seq {seq} {entry['process']}/{body['id']}"
            name = body["file"]["sha256"]
            if not isinstance(name, str):
                row = self.db.execute(
                    "SELECT value FROM opening WHERE seq = ? AND path = ?", (seq, _FINGERPRINT)
                ).fetchone()
                if row is None:
                    continue
                name = row[0]
            if (seq, _FINGERPRINT) in self._erased:
                erased.setdefault(name, where)
                continue
            wanted.add(name)
            place = folder / name[:2] / name
            held = "url" not in body and "illustrative" not in entry
            if not place.exists() and not place.is_symlink():
                if held:
                    raise Bad(where, "the register says that it holds this file")
                continue
            if place.is_symlink() or not place.is_file():
                raise Bad(where, "no regular file")
            data = place.read_bytes()
            if sha256(data).hexdigest() != name:
                raise Bad(where, "another file")
            if held and len(data) != body["file"]["bytes"]:
                raise Bad(where, "of another size")
        for name, where in erased.items():
            if name not in wanted and (folder / name[:2] / name).exists():
                raise Bad(where, "erased in public, and still here")


def verify(
    data: Path, *, keys: list[str] | None = None, against: bytes | None = None
) -> Verifier:
    """Verifies the register in a folder.

    Raises:
        Bad: the first bad object.
    """
    if keys is None:
        keys = (data / "keys" / "log.vkey").read_text(encoding="utf-8").split()
    remembered = data / "checkpoint"
    kept = [remembered.read_bytes()] if remembered.is_file() else []
    if against is not None:
        kept.append(against)
    db = sqlite3.connect(f"file:{data / 'ledger.db'}?mode=ro", uri=True, isolation_level=None)
    try:
        db.execute("BEGIN")
        verifier = Verifier(db, [Key.parse(key) for key in keys], written_forms(), kept)
        verifier.run()
        verifier.files(data / "files")
    finally:
        db.close()
    return verifier


def main() -> int:
    """Verifies what the command line names."""
    folder, *keys = sys.argv[1:]
    try:
        found = verify(Path(folder), keys=keys or None)
    except Bad as bad:
        print(bad)
        return 3
    except (OSError, sqlite3.Error, Malformed) as error:
        print(f"could not check: {error}")
        return 4
    valid, doubtful, _ = found.signatures.counts()
    print(f"{len(found.leaves)} entries, {found.unread} of them not read here")
    print(f"{valid} signed statements valid, {doubtful} doubtful")
    return 0


if __name__ == "__main__":
    sys.exit(main())
