"""A procedure as text: is it TOML, has it the keys and values of a procedure?

Every fault of form is told, each with its place and what to write instead. What stands without
the faulty parts is handed on, so that the deeper rules can look at it too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledger.core.canonical import MAX_BYTES, check_text, encode
from ledger.domain.flaws import Flaw, hint, shown
from ledger.domain.lint_parts import Parts
from ledger.domain.procedure import Only, Order, Owed, Procedure, Step, What
from ledger.domain.values import Model, Titles
from ledger.domain.words import STAGES
from ledger.errors import MalformedError

M = TypeVar("M", bound=Model)
Loc = tuple[int | str, ...]
MAX_CHARACTERS = 4 * MAX_BYTES
"""Of a file: comments may be longer than what they explain, within reason."""
_ENVELOPE = 2048
"""Bytes of an entry that are not its body, with room to spare."""

_WHAT = 'a kind in braces, like { kind = "answer.given" }'
_LENGTH = 'a duration in quotes: "P6M" is six months, "P1Y" a year, "P2W" two weeks'
_LINE = "one line of text in quotes, not empty, at most 120 characters"
_GIVE = {
    "name": 'lower-case letters, digits and single hyphens, like "atelier-ecoles"',
    "version": 'a text in quotes, like "2"',
    "titles": 'both languages, like { en = "Workshop", fr = "Atelier" }',
    "en": _LINE,
    "fr": _LINE,
    "basis": "the text that binds, with its date, or the practice it describes, in quotes",
    "stages": 'a list like ["opening", "mandate", "opinion"]',
    "kinds": "one [[kinds]] table, with two brackets, for each step",
    "owed": "one [[owed]] table, with two brackets, for each duty; or owed = [] at the top",
    "order": "one [[order]] table, with two brackets, for each rule; or order = [] at the top",
    "kind": 'a kind in quotes, like "answer.given"',
    "by": 'a list of roles, like ["city", "elected"]',
    "required": "true or false, without quotes",
    "id": 'lower-case letters, digits and _, like "answer_each"',
    "what": _WHAT,
    "after": _WHAT,
    "until": _WHAT,
    "first": _WHAT,
    "then": _WHAT,
    "per": 'what it is owed for, in quotes: "process", "unit" or "measure"',
    "only": 'conditions in braces, like { type = ["project"] }',
    "type": 'a list of sorts of units, like ["recommendation"]',
    "verdict": 'a list of verdicts, like ["retained"]',
    "eligible": "true or false, without quotes",
    "elected": "true or false, without quotes",
    "times": "a whole number from 1 on, without quotes",
    "every": _LENGTH,
    "within": _LENGTH,
}
"""What to write for each key."""
_MENDING = {
    "Cannot overwrite": "a key stands twice in one table: keep one of them",
    "Cannot declare": "a table is opened twice: lists of tables have two brackets, [[owed]]",
    "Expected '='": "a line is a key, an equals sign and a value: key = …",
    "Expected newline": "one line holds one key: a comma, quote or line break is missing",
    "Unclosed": "a bracket is not closed, or a comma between two values is missing",
    "Unterminated": "a text is not closed: it ends with the quotes it began with",
    "Invalid initial character": "a table in braces stands on one line, without a last comma",
    "Invalid value": 'texts stand in straight quotes, "…"; true and false have no capital',
    "Invalid statement": "a line begins with a key of plain letters, a [ or a #",
    "Unescaped": "write \\\\ for a backslash, or put the text in single quotes",
}
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(text: str) -> tuple[list[Flaw], Parts | None]:
    """The faults of form of a procedure, and what can be read of it; None if nothing can."""
    if len(text) > MAX_CHARACTERS:
        return [
            Flaw("too_large", "", f"a file has at most {MAX_CHARACTERS:,} characters")
        ], None
    if not text.strip():
        return [Flaw("empty_file", "", "write a procedure, or begin with a shipped one")], None
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_not_toml(str(error))], None
    except RecursionError:
        return [Flaw("not_toml", "", "brackets are nested without end: close them")], None
    flaws = [*_faults(body), *_without_basis(body), *_unrecordable(body, "")]
    return flaws or _too_large(body), _parts(body)


def _not_toml(said: str) -> Flaw:
    match = _AT.search(said)
    place = f"line {match[1]}, column {match[2]}" if match and match[1] else "the end"
    said = _AT.sub("", said)
    mend = next((mend for lead, mend in _MENDING.items() if said.startswith(lead)), "")
    return Flaw("not_toml", place, f"{shown(said)[1:-1]}{f': {mend}' if mend else ''}")


def _faults(body: dict[str, Any]) -> Iterator[Flaw]:
    try:
        Procedure.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False)
        inside = {fault["loc"][:-1] for fault in found if fault["loc"]}
        for fault in found:
            # Of a list with a bad member pydantic also says that it is empty.
            hollow = fault["type"] == "too_short" and fault["loc"] in inside and fault["input"]
            if fault["loc"] and not hollow and not _of_basis(fault):
                yield _fault(fault)


def _of_basis(fault: ErrorDetails) -> bool:
    """Whether it is the one that `_without_basis` tells."""
    return fault["type"] == "value_error" and isinstance(fault["loc"][-1], int)


def _fault(fault: ErrorDetails) -> Flaw:
    loc, sort = fault["loc"], fault["type"]
    place, key = _place(loc), str(next(p for p in reversed(loc) if isinstance(p, str)))
    give = _GIVE.get(key, "another value")
    if sort == "missing":
        return Flaw("missing_key", place, f"{shown(key)} is missing: give {give}")
    if sort == "extra_forbidden":
        return Flaw("unknown_key", place, _misplaced(loc, key))
    if sort == "literal_error":
        known = re.findall(r"'(\w+)'", str(fault.get("ctx", {}).get("expected", "")))
        word = str(fault["input"])
        message = f"{shown(word)} is none of: {', '.join(known)}{hint(word, known)}"
        return Flaw("unknown_word", place, message)
    if sort == "value_error":
        message = f"{shown(fault['input'])} is no duration: give {give}"
        return Flaw("bad_duration", place, message)
    if key in ("en", "fr", "basis") and fault["input"] == "":
        return Flaw("empty_text", place, f"nothing is said here: give {give}")
    return Flaw("bad_value", place, f"{shown(fault['input'])} will not do here: give {give}")


def _misplaced(loc: Loc, key: str) -> str:
    known = _model_at(loc[:-1]).model_fields
    if len(loc) > 1 and key in Procedure.model_fields:
        return f"`{key}` belongs at the top of the file, before the first [[…]]"
    near = hint(key, known) or f"; known are {', '.join(known)}"
    return f"{shown(key)} is no key here{near}"


def _model_at(loc: Loc) -> type[Model]:
    """The form of the table at a place."""
    last = next((part for part in reversed(loc) if isinstance(part, str)), "")
    forms: dict[str, type[Model]] = {
        "titles": Titles,
        "kinds": Step,
        "owed": Owed,
        "order": Order,
        "only": Only,
        **dict.fromkeys(("what", "after", "until", "first", "then"), What),
    }
    return forms.get(last, Procedure)


def _place(loc: Loc) -> str:
    """`owed[2].after` for ("owed", 2, "after")."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part)[1:-1]}"
    return text.removeprefix(".")


def _tables(body: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    """The members of a list that are tables, with their places."""
    value = body.get(name)
    found = enumerate(value) if isinstance(value, list) else ()
    return [(f"{name}[{i}]", table) for i, table in found if isinstance(table, dict)]


def _without_basis(body: dict[str, Any]) -> Iterator[Flaw]:
    for place, duty in _tables(body, "owed"):
        bound = [key for key in ("within", "every") if key in duty]
        if bound and "basis" not in duty:
            message = (
                f"`{bound[0]}` needs the text that sets it: add basis = "
                '"…" with its article and date, or leave it out: then nothing is ever late'
            )
            yield Flaw("no_basis", place, message)


def _unrecordable(value: Any, place: str) -> Iterator[Flaw]:
    if isinstance(value, str):
        try:
            check_text(value, prose=True, where=place)
        except MalformedError as error:
            yield Flaw("bad_text", place, f"{error.message}: type this text anew")
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _unrecordable(member, f"{place}.{shown(key)[1:-1]}".lstrip("."))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from _unrecordable(member, f"{place}[{i}]")


def _too_large(body: dict[str, Any]) -> list[Flaw]:
    try:
        fits = len(encode(body)) <= MAX_BYTES - _ENVELOPE
    except MalformedError:
        fits = False
    message = f"an entry holds at most {MAX_BYTES:,} bytes: shorten it"
    return [] if fits else [Flaw("too_large", "", message)]


def _parts(body: dict[str, Any]) -> Parts:
    """What stands without the faulty parts."""
    kinds = [(p, _mended(Step, t, by=[], required=False)) for p, t in _tables(body, "kinds")]
    titles = {"en": "en", "fr": "fr"}
    owed = [
        (p, _mended(Owed, t, titles=titles, basis="?", id="?"))
        for p, t in _tables(body, "owed")
    ]
    order = [(p, _mended(Order, t, id="?")) for p, t in _tables(body, "order")]
    stages = body.get("stages")
    words = stages if isinstance(stages, list) else []
    known = [(f"stages[{i}]", w) for i, w in enumerate(words) if _is_stage(w)]
    basis = body.get("basis")
    return Parts(
        ("basis", basis) if isinstance(basis, str) and basis else None,
        tuple(known),
        tuple((place, step) for place, step in kinds if step is not None),
        tuple((place, rule) for place, rule in owed if rule is not None),
        tuple((place, rule) for place, rule in order if rule is not None),
        bool(kinds and words)
        and len(known) == len(words)
        and all(step is not None for _, step in kinds),
    )


def _is_stage(word: object) -> bool:
    return isinstance(word, str) and word in STAGES


def _mended(model: type[M], table: dict[str, Any], **stand_in: Any) -> M | None:
    """A table in form: faulty parts left out, or replaced by what says nothing."""
    value = dict(table)
    for _ in range(len(table) + len(stand_in) + 1):
        try:
            return model.model_validate({**stand_in, **value})
        except ValidationError as error:
            faulty = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
            if not faulty & value.keys():
                return None
            value = {key: part for key, part in value.items() if key not in faulty}
    return None
