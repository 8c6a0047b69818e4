"""The parts of the documents that are made from the code, so that the two cannot drift.

Each lies in its document between `<!-- name:begin -->` and `<!-- name:end -->`.
`python -m tests.golden` rewrites them; `test_format.py` and its neighbours compare them.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import MinLen
from pydantic import BaseModel, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from ledger.domain import admission, events, procedure, values, words
from ledger.domain.flaws import FLAWS
from ledger.domain.values import Sealing
from ledger.errors import CODES, LedgerError

ROOT = Path(__file__).parents[2]
FORMAT = ROOT / "docs" / "format.md"
ERRORS = ROOT / "docs" / "errors.md"
PROCEDURES = ROOT / "docs" / "procedures.md"
POWERS = ROOT / "docs" / "powers.md"

RULES = {
    "Vote": "At least one field is there.",
    "Owed": "Where `within` or `every` is there, `basis` is.",
    "Procedure": "No two members of `owed` have one `id`, and no two of `order`.",
    "ProcedureAdopted": "No two members of `owed` have one `id`, and no two of `order`.",
    "Key": "`public` has 32 bytes for `ed25519` and 1,312 for `ml-dsa-44`; `id` is the"
    " SHA-256 of these bytes.",
    "DateAnnounced": "Exactly one of `duty` and `what` is there.",
    "AnswerGiven": "`to` is there only with the verdict `passed_on`, `until` only with"
    " `deferred`; neither has to be.",
}
"""What the fields of a form alone do not say: one for each model with a validator."""

_FORMS = {
    "slug": values.Slug,
    "id": values.Id,
    "reference": values.Reference,
    "about": values.About,
    "label": values.Label,
    "clear_text": values.ClearText,
    "word": values.Word,
    "on": values.On,
    "duration": values.Duration,
    "instant": values.At,
    "pointer": values.Pointer,
    "hex32": values.Hex32,
    "hex64": values.Hex64,
    "kind": procedure.KindName,
    "public_text": values.PublicText,
    "text": values.Text,
    "private_text": values.PrivateText,
    "url": values.Url,
    "seq": values.Seq,
    "natural": values.Natural,
    "integer": values.Integer,
    "cents": values.Cents,
    "boolean": bool,
    "sealed": values.Sealed,
}
_SEALED = {"public_text", "text", "private_text", "url"}
_WORDS = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value
    for name, value in vars(words).items()
    if get_origin(value) is Literal
}


def fill(document: str, blocks: dict[str, Callable[[], str]]) -> str:
    """The document with its generated parts made anew.

    Raises:
        ValueError: a part has no place in the document.
    """
    for name, make in blocks.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
        head, found, rest = document.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"no place for {name!r}")
        document = head + begin + "\n" + make() + "\n" + end + tail
    return document


def kinds_block() -> str:
    """Every kind, stage by stage, then the parts they are made of."""
    lines: list[str] = []
    for stage, kinds in words.STAGES.items():
        lines += [f"### Stage `{stage}`", ""]
        for kind in kinds:
            lines += _model(f"#### `{kind}`", events.KINDS[kind])
    lines += ["### Parts", ""]
    for model in _parts():
        lines += _model(f"#### `{model.__name__}`", model)
    return "\n".join(lines)


def words_block() -> str:
    """Every list of words."""
    lines = ["| List | Words |", "|---|---|"]
    for name, literal in _WORDS.items():
        lines.append(f"| `{name}` | {', '.join(f'`{word}`' for word in get_args(literal))} |")
    return "\n".join([*lines, ""])


def references_block() -> str:
    """What declares an id, and which fields point at what."""
    lines = ["| Kind | Its `id` names a |", "|---|---|"]
    lines += [f"| `{kind}` | {sort} |" for kind, sort in events.DECLARED.items()]
    lines += ["", "| Field | Points at |", "|---|---|"]
    for field, sorts in events.REFERS.items():
        what = " or ".join(sorts) or "anything that has an id, or a whole process"
        lines.append(f"| `{field}` | {what} |")
    return "\n".join([*lines, ""])


def corrections_block() -> str:
    """Which clear fields of which kind a correction may mend."""
    lines = ["| Kind | Fields |", "|---|---|"]
    lines += [
        f"| `{kind}` | {', '.join(f'`{field}`' for field in sorted(fields))} |"
        for kind in events.KINDS
        if (fields := admission.CORRECTABLE.get(kind))
    ]
    return "\n".join([*lines, ""])


def codes_block() -> str:
    """Every error code."""
    lines = ["| Code | HTTP | What it says |", "|---|---|---|"]
    lines += [f"| `{name}` | {code.status} | {code.title} |" for name, code in CODES.items()]
    return "\n".join([*lines, ""])


def exits_block() -> str:
    """Every branch of the tree of errors, and what the command line makes of it."""
    lines = ["| Class | Exit | What to do |", "|---|---|---|"]
    for branch in LedgerError.__subclasses__():
        sentence = (branch.__doc__ or "").splitlines()[0]
        lines.append(f"| `{branch.__name__}` | {branch.exit_status} | {sentence} |")
    return "\n".join([*lines, ""])


def flaws_block() -> str:
    """Every flaw that the linter of procedures knows."""
    lines = ["| Code | Severity | What it says |", "|---|---|---|"]
    lines += [f"| `{code}` | {severity} | {said} |" for code, (severity, said) in FLAWS.items()]
    return "\n".join([*lines, ""])


def models() -> Iterator[type[BaseModel]]:
    """Every form that may stand in an entry."""
    yield from events.KINDS.values()
    yield from _parts()


def _model(heading: str, model: type[BaseModel]) -> list[str]:
    lines = [heading, "", " ".join((model.__doc__ or "").split("\n\n")[0].split()), ""]
    if model.model_fields:
        lines += ["| Field | Form | Presence | Kept |", "|---|---|---|---|"]
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        form, presence, kept = _field(hints[name])
        lines.append(f"| `{field.alias or name}` | {form} | {presence} | {kept} |")
    if model.__name__ in RULES:
        lines += ["", RULES[model.__name__]]
    return [*lines, ""]


def _field(hint: Any) -> tuple[str, str, str]:
    presence = "required"
    if _is_optional(hint):
        presence = "optional"
        hint = _without_none(get_args(hint)[0])
    elif type(None) in get_args(hint):
        presence = "required, or null"
        hint = _without_none(hint)
    form = _form(hint)
    bare = form.strip("[]+`")
    if bare in _SEALED:
        kept = "sealed"
    elif any(isinstance(m, Sealing) for m in getattr(hint, "__metadata__", ())):
        kept = "clear or sealed"
    elif bare[:1].isupper():
        kept = "as its fields"
    else:
        kept = "clear"
    return form, presence, kept


def _is_optional(hint: Any) -> bool:
    return any(isinstance(m, BeforeValidator) for m in getattr(hint, "__metadata__", ()))


def _without_none(hint: Any) -> Any:
    left = [arm for arm in get_args(hint) if arm is not type(None)]
    union = left[0]
    for arm in left[1:]:
        union = Union[union, arm]  # noqa: UP007 - built at run time
    return union


def _form(hint: Any) -> str:
    """The form of a field in the notation of docs/format.md, section « Notation »."""
    for name, known in _FORMS.items():
        if hint is known or (hint == known and not _bounds(hint)):
            return f"`{name}`"
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        name = next((n for n, known in _WORDS.items() if known == hint), "")
        return f"`{name}`" if name else " or ".join(f"`={word}`" for word in args)
    if origin is Annotated:
        base, *metadata = args
        if get_origin(base) is tuple:
            some = any(
                isinstance(bound, MinLen) for m in _fields(metadata) for bound in m.metadata
            )
            member = _form(get_args(base)[0]).strip("`")
            return f"`[{member}]{'+' if some else ''}`"
        constraint = next((m for m in metadata if isinstance(m, StringConstraints)), None)
        if constraint is not None:
            return _pattern(str(constraint.pattern), constraint.max_length)
        unnamed = [m for m in metadata if not (isinstance(m, FieldInfo) and m.alias)]
        if unnamed and unnamed != metadata:
            return _form(Annotated[(base, *unnamed)])
        return _form(base)
    if origin in (Union, types.UnionType):
        return " or ".join(_form(arm) for arm in args)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"`{hint.__name__}`"
    raise TypeError(hint)


def _bounds(hint: Any) -> bool:
    # Two bounded integers compare equal by what they print; only the same object is the same.
    return any(_fields(getattr(hint, "__metadata__", ())))


def _fields(metadata: Any) -> Iterator[FieldInfo]:
    return (m for m in metadata if isinstance(m, FieldInfo))


def _pattern(pattern: str, longest: int | None) -> str:
    escaped = pattern.replace("|", "\\|")
    return f"`/{escaped}/`" + (f" ≤ {longest}" if longest is not None else "")


def _parts() -> list[type[BaseModel]]:
    """Every model that stands inside a body or beside it, in the order it is written."""
    beside = (events.Speaker, events.Source, events.Signed)
    found: dict[str, type[BaseModel]] = {model.__name__: model for model in beside}

    def look(hint: Any) -> None:
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            if hint is not values.Sealed and hint.__name__ not in found:
                found[hint.__name__] = hint
                visit(hint)
            return
        for arm in get_args(hint):
            look(arm)

    def visit(model: type[BaseModel]) -> None:
        for hint in get_type_hints(model, include_extras=True).values():
            look(hint)

    for model in events.KINDS.values():
        visit(model)
    return list(found.values())
