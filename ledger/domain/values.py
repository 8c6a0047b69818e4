"""The small forms that statements are made of: slugs, ids, references, counts, sealed texts.

Absent optional fields are left out, never null: `Maybe[T]` refuses an explicit null, so that
one statement has one form. `T | None` without a default is a required key that may be null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from ledger.domain.dates import parse_at, parse_duration, parse_period
from ledger.errors import MalformedError

T = TypeVar("T")

POINTER = r"^/(body|sources)(/([a-z][a-z0-9_]*|0|[1-9][0-9]{0,4}))+$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ID = r"^[A-Z][A-Z0-9]{0,3}[0-9]{1,8}$"
REFERENCE = r"^([a-z0-9]+(-[a-z0-9]+)*/)?[A-Z][A-Z0-9]{0,3}[0-9]{1,8}$"
ABOUT = r"^(([a-z0-9]+(-[a-z0-9]+)*/)?[A-Z][A-Z0-9]{0,3}[0-9]{1,8}|[a-z0-9]+(-[a-z0-9]+)*)$"
MAX_INT = 2**53 - 1


class Model(BaseModel):
    """A frozen, strict form that knows every one of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _present(value: object) -> object:
    if value is None:
        raise ValueError("leave the field out instead of null")
    return value


def _period(text: str) -> str:
    try:
        parse_period(text)
    except MalformedError as error:
        raise ValueError(error.message) from error
    return text


def _instant(text: str) -> str:
    try:
        parse_at(text)
    except MalformedError as error:
        raise ValueError(error.message) from error
    return text


def _duration(text: str) -> str:
    try:
        parse_duration(text)
    except MalformedError as error:
        raise ValueError(error.message) from error
    return text


Maybe = Annotated[T | None, BeforeValidator(_present)]
"""An optional field: left out when absent."""
Many = Annotated[tuple[T, ...], Strict(False)]
"""A JSON array."""
Some = Annotated[tuple[T, ...], Strict(False), Field(min_length=1)]
"""A JSON array of at least one."""

Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=80)]
"""A process: `publicite-dans-la-ville`."""
Id = Annotated[str, StringConstraints(pattern=ID)]
"""A thing others may point at, unique in its process: `R3`, `C20417`."""
Reference = Annotated[str, StringConstraints(pattern=REFERENCE, max_length=93)]
"""`ID` of the same process, or `process/ID`."""
About = Annotated[str, StringConstraints(pattern=ABOUT, max_length=93)]
"""A reference, or the slug of a whole process."""
Label = Annotated[str, StringConstraints(pattern=r"^[^ \n]([^\n]*[^ \n])?$", max_length=120)]
"""One line in clear: the name of a body, a theme, a territory."""
ClearText = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""Prose in clear: only in what is itself a public rule (procedures)."""
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""A code that people choose: the topic of a claim, the id of a duty."""
Seq = Annotated[int, Field(ge=0, le=MAX_INT)]
"""The place of an entry in the register, 0-based."""
Natural = Annotated[int, Field(ge=0, le=MAX_INT)]
Integer = Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)]
Cents = Annotated[int, Field(ge=0, le=MAX_INT)]
"""An amount of money in integer euro cents."""
On = Annotated[str, AfterValidator(_period)]
"""A civil date or interval of stated precision (`ledger.domain.dates`)."""
Duration = Annotated[str, AfterValidator(_duration)]
At = Annotated[str, AfterValidator(_instant)]
"""An instant: UTC, to the millisecond."""
Pointer = Annotated[str, StringConstraints(pattern=POINTER, max_length=200)]
"""A place in an entry, as a JSON Pointer: `/body/reason`, `/sources/0/title`."""
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Sealed(Model):
    """A text of which the entry holds only the salted commitment; the text is in the vault."""

    open: Literal["public", "restricted"]
    sealed: Hex64


def _public(text: Sealed) -> Sealed:
    if text.open != "public":
        raise ValueError("this text is public: titles, texts and reasons are never restricted")
    return text


@dataclass(frozen=True, slots=True)
class Sealing:
    """Marks a sealed field: how a plain string of a draft is sealed when it does not say."""

    open: Literal["public", "restricted", "clear"]
    form: Literal["prose", "url", "sha256"] = "prose"


Text = Annotated[Sealed, Sealing("public")]
"""A sealed text, public unless its author restricts it."""
PublicText = Annotated[Sealed, AfterValidator(_public), Sealing("public")]
"""A sealed text that may not be restricted: titles, texts and reasons of what is traced."""
PrivateText = Annotated[Sealed, Sealing("restricted")]
"""A sealed text, restricted unless its author opens it: who wrote a contribution."""
Url = Annotated[Sealed, AfterValidator(_public), Sealing("public", "url")]
"""A sealed address, http or https."""


class Below(Model):
    """Stands for 1 to 4 private participants: smaller groups could be recognised."""

    below: Literal[5]


Count = Natural | Below
"""A number of private participants; zero is 0."""


class Titles(Model):
    """A title in both languages."""

    en: Label
    fr: Label
