"""The envelope: one entry, as bytes and as a value.

    {"at":"2026-11-22T23:55:18.820Z","body":{…},"by":{"name":…,"role":…},"kind":"answer.given",
     "nth":4,"on":"2021-12-10","previous":"<64 hex>","process":"publicite-dans-la-ville",
     "recorder":"dialogue-citoyen","seq":17,"sources":[…],"v":1}

Keys stand in byte order; `illustrative` and `signed` are left out when absent. What is known
only under the lock (`at`, `nth`, `previous`, `seq`) is spliced between fragments that were
encoded before it, so that writing takes no second encoding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from ledger.core.canonical import MAX_BYTES, MAX_INT, decode, encode
from ledger.domain.dates import Period, parse_at, parse_period
from ledger.domain.events import DECLARED, KINDS, REFERS, Body, Signed, Source, Speaker
from ledger.domain.values import SLUG
from ledger.errors import MalformedError

M = TypeVar("M", bound=BaseModel)
VERSION = 1
_KIND = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
_SLUG = re.compile(SLUG)
_REQUIRED = frozenset(
    {
        *("at", "body", "by", "kind", "nth", "on", "previous", "process", "recorder"),
        *("seq", "sources", "v"),
    }
)
_NO_SOURCES = b',"sources":[],"v":%d}' % VERSION
_OPTIONAL = frozenset({"illustrative", "signed"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that was read. `body` is None where this software does not know the kind."""

    seq: int
    nth: int
    process: str
    kind: str
    at: datetime
    on: str | None
    by: Speaker
    recorder: str
    illustrative: bool
    sources: tuple[Source, ...]
    body: Body | None
    raw: Mapping[str, Any]
    """The body as it stands in the entry."""
    signed: Signed | None = None
    """The speaker's own signature."""

    @property
    def period(self) -> Period | None:
        """When it happened; None when unknown."""
        return parse_period(self.on) if self.on is not None else None

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """Every (field, reference) of a body of a known kind."""
        return tuple(references(self.kind, self.raw)) if self.body is not None else ()

    @property
    def id(self) -> str | None:
        """The id that this entry declares."""
        return self.raw.get("id") if self.body is not None and self.kind in DECLARED else None


class Fragments(NamedTuple):
    """An entry without what is known only under the lock."""

    after_at: bytes
    after_nth: bytes
    after_previous: bytes
    after_seq: bytes

    def splice(self, *, at: str, nth: int, previous: str, seq: int) -> bytes:
        """The canonical bytes of the entry."""
        return b'{"at":"%b%b%d%b%b%b%d%b' % (
            at.encode(),
            self.after_at,
            nth,
            self.after_nth,
            previous.encode(),
            self.after_previous,
            seq,
            self.after_seq,
        )


def encode_fragments(
    *,
    body: Mapping[str, Any],
    by: Mapping[str, Any],
    illustrative: bool,
    kind: str,
    on: str | None,
    process: str,
    recorder: str,
    signed: Mapping[str, Any] | None,
    sources: list[Any],
) -> Fragments:
    """The fixed parts of an entry.

    Raises:
        MalformedError: a value is outside the canonical profile, or the entry would be longer
            than 65,535 bytes at its widest (`too_large`).
    """
    first: dict[str, Any] = {"body": body, "by": by}
    if illustrative:
        first["illustrative"] = True
    first["kind"] = kind
    last: dict[str, Any] = {"sources": sources, "v": VERSION}
    if signed is not None:
        last["signed"] = signed
    # The outermost object is depth 1 in the whole entry and in each of these parts alike.
    fragments = Fragments(
        b'",' + encode(first)[1:-1] + b',"nth":',
        b',"on":' + (b"null" if on is None else b'"%b"' % on.encode()) + b',"previous":"',
        _place(process, recorder),
        b"," + encode(last)[1:] if sources or signed is not None else _NO_SOURCES,
    )
    if sum(map(len, fragments)) + len('{"at":"') + 24 + 64 + 2 * len(str(MAX_INT)) > MAX_BYTES:
        raise MalformedError(
            "too_large", f"an entry holds at most {MAX_BYTES} bytes without its sealed texts"
        )
    return fragments


@lru_cache(maxsize=1024)
def _place(process: str, recorder: str) -> bytes:
    return b'",' + encode({"process": process, "recorder": recorder})[1:-1] + b',"seq":'


def parse_entry(data: bytes) -> Entry:
    """The entry in canonical bytes from anywhere: every rule of the envelope is checked.

    Raises:
        MalformedError: the bytes are not canonical, or the envelope or a known body has
            another form.
    """
    value = decode(data)
    if not isinstance(value, dict):
        raise MalformedError("bad_body", "an entry is an object")
    check_envelope(value)
    return read_entry(value)


def check_envelope(value: Mapping[str, Any]) -> None:
    """Checks the keys of an entry and the form of what stands beside its body.

    Raises:
        MalformedError: `bad_body` or `bad_date`.
    """
    keys = value.keys()
    if not keys >= _REQUIRED or not keys <= _REQUIRED | _OPTIONAL:
        wrong = sorted((_REQUIRED - keys) | (keys - _REQUIRED - _OPTIONAL))
        raise MalformedError("bad_body", f"missing or unknown in the envelope: {wrong}")

    def need(ok: bool, key: str) -> None:
        if not ok:
            raise MalformedError("bad_body", f"not the form of `{key}`", where=f"/{key}")

    need(type(value["v"]) is int and value["v"] == VERSION, "v")
    need(value.get("illustrative", True) is True, "illustrative")
    for key in ("nth", "seq"):
        need(type(value[key]) is int and value[key] >= 0, key)
    for key in ("process", "recorder"):
        text = value[key]
        need(isinstance(text, str) and len(text) <= 80 and bool(_SLUG.fullmatch(text)), key)
    need(isinstance(value["kind"], str) and bool(_KIND.fullmatch(value["kind"])), "kind")
    need(isinstance(value["body"], dict), "body")
    need(isinstance(value["sources"], list), "sources")
    need(isinstance(value["previous"], str) and len(value["previous"]) == 64, "previous")
    if value["on"] is not None:
        need(isinstance(value["on"], str), "on")
        parse_period(value["on"])
    if "signed" in value:
        validated(Signed, value["signed"], "/signed")


def read_entry(value: Mapping[str, Any]) -> Entry:
    """The entry in a decoded object of which the envelope is known to be whole.

    Raises:
        MalformedError: a known body, the speaker or a source has another form.
    """
    kind = value["kind"]
    sources = value["sources"]
    if value["v"] != VERSION:
        # Written by a later version: where it stands is known, what it says is not.
        return Entry(
            seq=value["seq"],
            nth=value["nth"],
            process=value["process"],
            kind=kind,
            at=parse_at(value["at"]),
            on=None,
            by=_known_speaker("?", "registrar"),
            recorder="",
            illustrative=False,
            sources=(),
            body=None,
            raw={},
        )
    return Entry(
        seq=value["seq"],
        nth=value["nth"],
        process=value["process"],
        kind=kind,
        at=parse_at(value["at"]),
        on=value["on"],
        by=_speaker(value["by"]),
        recorder=value["recorder"],
        illustrative=value.get("illustrative", False),
        sources=tuple(
            validated(Source, source, f"/sources/{i}") for i, source in enumerate(sources)
        ),
        body=validated(KINDS[kind], value["body"], "/body") if kind in KINDS else None,
        raw=value["body"],
        signed=validated(Signed, value["signed"], "/signed") if "signed" in value else None,
    )


def load_entry(data: bytes) -> Entry:
    """The entry in bytes that the register itself keeps: for reading, not for verifying.

    Raises:
        MalformedError: as `read_entry`.
    """
    return read_entry(orjson.loads(data))


def _speaker(value: object) -> Speaker:
    # Few bodies say many things: what was judged once need not be judged again.
    match value:
        case {"name": str(name), "role": str(role), **rest} if not rest:
            return _known_speaker(name, role)
    return validated(Speaker, value, "/by")


@lru_cache(maxsize=4096)
def _known_speaker(name: str, role: str) -> Speaker:
    return validated(Speaker, {"name": name, "role": role}, "/by")


def validated(model: type[M], value: object, where: str) -> M:
    """`value` as a `model`, its first fault told in one sentence.

    Raises:
        MalformedError: `bad_body`, or `bad_date` for a date that does not exist.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _first_fault(error, where) from error


def _first_fault(error: ValidationError, where: str) -> MalformedError:
    fault = error.errors(include_url=False)[0]
    place = "/".join([where, *(str(part) for part in fault["loc"])])
    message = {
        "missing": "this field is required",
        "extra_forbidden": "no such field exists in this kind",
    }.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    code = "bad_date" if "date" in message or "day that exists" in message else "bad_body"
    return MalformedError(code, message, where=place)


def references(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (field, reference) by which a body points at something recorded before it.

    In the order of the canonical form, whatever the order of a draft.
    """
    for field in sorted(body.keys() & REFERS.keys()):
        value = body[field]
        if isinstance(value, str):
            yield field, value
        elif value is not None:
            for reference in value:
                yield field, reference
    if kind == "ballot.held":
        for option in body["options"]:
            yield "unit", option["unit"]


def split_reference(reference: str, process: str) -> tuple[str, str]:
    """The (process, id) that a reference made in `process` names; a bare slug has id ''."""
    head, slash, tail = reference.rpartition("/")
    if slash:
        return head, tail
    if reference[:1].isupper():
        return process, reference
    return reference, ""
