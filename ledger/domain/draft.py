"""What a clerk writes, before it becomes an entry: plain words where an entry has commitments.

    {"process": "publicite-dans-la-ville", "kind": "answer.given", "on": "2021-12-10",
     "by": {"name": "Ville de Nantes", "role": "city"},
     "body": {"unit": "R3", "response": null, "verdict": "retained", "reason": "…"},
     "sources": [{"title": "…", "url": "https://…"}]}

A sealed field takes a plain string, or {"open": "restricted", "text": "…"} to say otherwise.
A draft that its speaker signed is sealed already and comes with its openings
(`ledger.domain.signed_draft`). `prepare` seals, checks everything that needs no register, and
encodes: what remains to be done under the lock is looking references up and splicing four
values in.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from unicodedata import category
from urllib.parse import urlsplit

from pydantic import BaseModel, StringConstraints

from ledger.core import sealed
from ledger.core.canonical import check_text
from ledger.domain.dates import Period, parse_period
from ledger.domain.entry import Fragments, encode_fragments, references, validated
from ledger.domain.events import KINDS, Body, Signed, Source, Speaker
from ledger.domain.hidden import check_hidden
from ledger.domain.values import Hex64, Many, Maybe, Model, On, Sealed, Sealing, Slug
from ledger.errors import MalformedError

# A plan says which places of a body are sealed: a Sealing, the plan of an array's members
# (under "*"), or the plans of an object's fields.
Plan = Sealing | dict[str, Any]
Opened = tuple[sealed.Opening, bytes]
"""An opening and the commitment that it opens."""
SealText = Callable[[Any, Sealing, str], Any]
"""What stands in the entry for (value of a draft, how it is sealed, path)."""
_HEX = re.compile("[0-9a-f]{64}").fullmatch
Subject = Annotated[str, StringConstraints(pattern=r"^[^\s](.*[^\s])?$", max_length=200)]
"""A person as a platform numbers them: `dialogue-citoyen:48213`."""
_OPEN = ("public", "restricted")


class SentOpening(Model):
    """What opens a text that its speaker sealed; who may read it stands in the sealed text."""

    path: str
    value: str
    key: Hex64


class Draft(Model):
    """The form of a draft; its body and sources are judged by `prepare`."""

    process: Slug
    kind: str
    on: On | None
    by: Speaker
    body: dict[str, Any]
    sources: list[dict[str, Any]]
    illustrative: Maybe[Literal[True]] = None
    subject: Maybe[Subject] = None
    """Whose words these are, as the platform knows the person. It stands in no entry: the
    vault keeps a keyed digest of it, so that one request erases all that is theirs."""
    signed: Maybe[Signed] = None
    openings: Maybe[Many[SentOpening]] = None


class Prepared(NamedTuple):
    """A draft that is ready to be appended if the register agrees."""

    process: str
    kind: str
    illustrative: bool
    period: Period | None
    by: Speaker
    body: Body
    raw: Mapping[str, Any]
    references: tuple[tuple[str, str], ...]
    """Every (field, reference) of the body."""
    fragments: Fragments
    openings: tuple[sealed.Opening, ...]
    commitments: tuple[bytes, ...]
    """Of the openings, in the same order; 32 bytes each."""
    signed: Signed | None
    subject: bytes | None = None
    """Keyed digest of the draft's `subject`, once somebody who has the secret made it."""


def parse_draft(value: object) -> Draft:
    """The draft in decoded JSON.

    Raises:
        MalformedError: `bad_draft` or `bad_date` for the form, `unknown_kind`.
    """
    if not isinstance(value, dict):
        raise MalformedError("bad_draft", "a draft is an object")
    try:
        draft = validated(Draft, value, "")
    except MalformedError as error:
        code = "bad_date" if error.code == "bad_date" else "bad_draft"
        raise MalformedError(code, error.message, where=error.where) from error
    if draft.kind not in KINDS:
        raise MalformedError("unknown_kind", f"no kind is called {draft.kind!r}", where="/kind")
    if (draft.signed is None) != (draft.openings is None):
        message = "`signed` and `openings` go together: the signer seals and sends the openings"
        raise MalformedError("bad_draft", message)
    return draft


def prepare(
    draft: Draft, *, recorder: str, new_key: Callable[[], bytes] = sealed.new_key
) -> Prepared:
    """Seals a draft and encodes what is fixed.

    Args:
        draft: A draft whose names of procedures and entries are already numbers.
        recorder: The account that records it.
        new_key: Gives 32 fresh random bytes for each text.

    Raises:
        MalformedError: the body has not the form of its kind, or a text or address may not be
            recorded; `where` points at it.
    """
    if draft.signed is not None:
        message = "a signed draft is checked against its signature, not sealed here"
        raise MalformedError("bad_draft", message, where="/signed")
    body, sources, openings = seal_draft(draft, new_key)
    return finish(draft, body, sources, openings, recorder=recorder)


def seal_draft(
    draft: Draft, new_key: Callable[[], bytes] = sealed.new_key
) -> tuple[dict[str, Any], list[Any], list[Opened]]:
    """Body and sources as they will stand in the entry, and what opens their texts.

    Raises:
        MalformedError: a text or address may not be recorded.
    """
    openings: list[Opened] = []

    def seal(value: Any, plan: Sealing, path: str) -> Any:
        opened: str = plan.open
        if isinstance(value, dict):
            # A commitment without its opening would be missing it for ever.
            if value.keys() != {"open", "text"} or value["open"] not in _OPEN:
                message = 'give the words, or {"open": "restricted", "text": …}'
                raise MalformedError("bad_body", message, where=path)
            opened, value = value["open"], value["text"]
        if value is None or opened == "clear":
            return value
        if not isinstance(value, str):
            raise MalformedError("bad_body", "this is a text: give a string", where=path)
        check_words(value, plan, path)
        made, opening = sealed.seal(path, value, public=opened == "public", key=new_key())
        openings.append((opening, bytes.fromhex(str(made["sealed"]))))
        return made

    return *map_texts(draft, seal), openings


def map_texts(draft: Draft, seal_text: SealText) -> tuple[dict[str, Any], list[Any]]:
    """Body and sources of a draft, with whatever stands for each of its texts."""
    body = _seal(draft.body, _plan(KINDS[draft.kind]), "/body", seal_text)
    return body, _seal(draft.sources, {"*": _plan(Source)}, "/sources", seal_text)


def finish(
    draft: Draft,
    body: dict[str, Any],
    sources: list[Any],
    openings: Sequence[Opened],
    *,
    recorder: str,
) -> Prepared:
    """A sealed draft, its forms checked, encoded.

    Raises:
        MalformedError: as `prepare`.
    """
    parsed = validated(KINDS[draft.kind], body, "/body")
    check_hidden(parsed)
    for i, source in enumerate(sources):
        validated(Source, source, f"/sources/{i}")
    fragments = encode_fragments(
        body=body,
        by={"name": draft.by.name, "role": draft.by.role},
        illustrative=draft.illustrative is True,
        kind=draft.kind,
        on=draft.on,
        process=draft.process,
        recorder=recorder,
        signed=draft.signed.model_dump() if draft.signed is not None else None,
        sources=sources,
    )
    encoded = fragments.after_at
    if not encoded.isascii() or b"\\" in encoded or b"\x7f" in encoded:
        prose = draft.kind == "procedure.adopted"
        for path, text in _strings({"by": draft.by.name, "body": body}, ""):
            check_text(text, prose=prose, where=path)
            _check_not_blank(text, path)
    return Prepared(
        process=draft.process,
        kind=draft.kind,
        illustrative=draft.illustrative is True,
        period=parse_period(draft.on) if draft.on is not None else None,
        by=draft.by,
        body=parsed,
        raw=body,
        references=tuple(references(draft.kind, body)),
        fragments=fragments,
        openings=tuple(opening for opening, _ in openings),
        commitments=tuple(commitment for _, commitment in openings),
        signed=draft.signed,
    )


class Said(NamedTuple):
    """One string of a draft, and how the entry will keep it."""

    where: str
    words: str
    open: Literal["public", "restricted", "clear"]
    form: Literal["prose", "url", "sha256"]


def said(draft: Draft) -> Iterator[Said]:
    """Every string that somebody composed in a draft whose body has the form of its kind.

    Of one that its speaker signed, and so sealed, the words are in its openings.
    """
    words = {one.path: one.value for one in draft.openings or ()}
    yield Said("/by/name", draft.by.name, "clear", "prose")
    yield from _said(draft.body, _plan(KINDS[draft.kind]), "/body", words)
    yield from _said(draft.sources, {"*": _plan(Source)}, "/sources", words)


def _said(value: Any, plan: Plan, path: str, words: Mapping[str, str]) -> Iterator[Said]:
    if isinstance(plan, Sealing):
        opened: Any = plan.open
        if isinstance(value, dict):
            opened, value = value["open"], value.get("text", words.get(path))
        if isinstance(value, str):
            yield Said(path, value, opened, plan.form)
    elif isinstance(value, str):
        yield Said(path, value, "clear", "prose")
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _said(member, plan.get(name, {}), f"{path}/{name}", words)
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from _said(member, plan.get("*", {}), f"{path}/{i}", words)


def _seal(value: Any, plan: Plan, path: str, seal_text: SealText) -> Any:
    if isinstance(plan, Sealing):
        return seal_text(value, plan, path)
    if isinstance(value, dict):
        return {
            name: _seal(member, plan[name], f"{path}/{name}", seal_text)
            if name in plan
            else member
            for name, member in value.items()
        }
    if isinstance(value, list) and "*" in plan:
        return [
            _seal(member, plan["*"], f"{path}/{i}", seal_text) for i, member in enumerate(value)
        ]
    return value


def check_words(value: str, plan: Sealing, path: str) -> None:
    """Checks words that are to be sealed: they can be read, and have their form.

    Raises:
        MalformedError: `bad_text`, `bad_url`, or `bad_body` for a digest that is none.
    """
    check_text(value, prose=True, where=path)
    _check_not_blank(value, path)
    if plan.form == "url":
        check_url(value, path)
    elif plan.form == "sha256" and not _HEX(value):
        raise MalformedError("bad_body", "a SHA-256 is 64 hex digits", where=path)


def check_mended(path: str, words: str, where: str) -> None:
    """Checks words that a correction puts in the place of others, at a path of their entry.

    Raises:
        MalformedError: `bad_url`, or `bad_body` for a digest that is none.
    """
    if path.endswith("/url"):
        check_url(words, where)
    if path.endswith("/sha256") and not _HEX(words):
        raise MalformedError("bad_body", "a SHA-256 is 64 hex digits", where=where)


def check_url(url: str, path: str) -> None:
    """Checks an address that a page will show as a link.

    Raises:
        MalformedError: `bad_url`.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or any(c.isspace() or c in "<>\"'`\\" for c in url):
        raise MalformedError(
            "bad_url", "an address begins with http:// or https://", where=path
        )


def _check_not_blank(text: str, path: str) -> None:
    if not text.isascii() and all(c.isspace() or category(c) == "Cf" for c in text):
        raise MalformedError("bad_text", "nothing in it can be seen", where=path)


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _strings(member, f"{path}/{name}")
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from _strings(member, f"{path}/{i}")


@cache
def _plan(model: type[BaseModel]) -> dict[str, Any]:
    """Which fields of a form are sealed, read off its annotations."""
    plan: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        sub: Plan | None = next((m for m in field.metadata if isinstance(m, Sealing)), None)
        sub = sub or _plan_of(field.annotation)
        if sub:
            plan[field.alias or name] = sub
    return plan


def _plan_of(annotation: Any) -> Plan | None:
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *metadata = get_args(annotation)
        marked = next((m for m in metadata if isinstance(m, Sealing)), None)
        return marked or _plan_of(base)
    if origin is tuple:
        member = _plan_of(get_args(annotation)[0])
        return {"*": member} if member else None
    if origin in (Union, types.UnionType):
        plans = [plan for arm in get_args(annotation) if (plan := _plan_of(arm))]
        return plans[0] if plans else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Sealing("public") if annotation is Sealed else _plan(annotation) or None
    return None
