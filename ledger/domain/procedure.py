"""The grammar of a procedure: which steps there are, who takes them, what is owed by when.

A procedure is an entry (`procedure.adopted`): what binds a process cannot be edited away. The
TOML files in `ledger/domain/procedures/` are what a new register offers to adopt.

    [[owed]]
    id = "answer_each"
    titles = { en = "An argued answer", fr = "Une réponse argumentée" }
    what = { kind = "answer.given" }
    per = "unit"
    after = { kind = "opinion.delivered" }
    by = ["city"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, ValidationError, model_validator

from ledger.domain.values import (
    ClearText,
    Duration,
    Label,
    Many,
    Maybe,
    Model,
    Natural,
    Slug,
    Some,
    Titles,
    Word,
)
from ledger.domain.words import Role, Stage, State, UnitType, Verdict
from ledger.errors import MalformedError

KindName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z_]*\.[a-z][a-z_]*$", max_length=60)
]
Per = Literal["process", "unit", "measure", "link"]


class What(Model):
    """The entries that count: of one kind, perhaps in one state or of one type."""

    kind: KindName
    state: Maybe[State] = None
    type: Maybe[Word] = None

    def accepts(self, raw: Mapping[str, Any]) -> bool:
        """Whether the content of an entry of this kind is in that state and of that type."""
        return (self.state is None or raw.get("state") == self.state) and (
            self.type is None or raw.get("type") == self.type
        )


class Step(Model):
    """A kind of statement in this procedure: who may make it, and whether it must come."""

    kind: KindName
    by: Many[Role]
    required: bool


class Only(Model):
    """Which units or measures a duty concerns: all that is given must hold."""

    type: Maybe[Some[UnitType]] = None
    verdict: Maybe[Some[Verdict]] = None
    eligible: Maybe[bool] = None
    elected: Maybe[bool] = None


class Owed(Model):
    """Something owed to citizens. Late only against `within` (with its `basis`) or a date
    that somebody announced.
    """

    id: Word
    titles: Titles
    what: What
    per: Per
    after: What
    by: Some[Role]
    only: Maybe[Only] = None
    times: Maybe[Natural] = None
    every: Maybe[Duration] = None
    until: Maybe[What] = None
    within: Maybe[Duration] = None
    basis: Maybe[ClearText] = None

    @model_validator(mode="after")
    def _bound_by_a_text(self) -> Owed:
        if (self.within is not None or self.every is not None) and self.basis is None:
            raise ValueError("`within` and `every` need the text that binds: `basis`")
        return self


class Order(Model):
    """What must come before what, in the process or for each unit or measure."""

    id: Word
    first: What
    then: What
    per: Literal["process", "unit", "measure"]


class Procedure(Model):
    """One form of dialogue."""

    name: Slug
    version: Label
    titles: Titles
    basis: ClearText
    stages: Some[Stage]
    kinds: Some[Step]
    owed: Many[Owed]
    order: Many[Order]

    @model_validator(mode="after")
    def _named_once(self) -> Procedure:
        for names in ([d.id for d in self.owed], [o.id for o in self.order]):
            if len(set(names)) != len(names):
                raise ValueError("each duty and each order rule has an id of its own")
        return self


def parse_procedure(text: str) -> dict[str, object]:
    """The body of a `procedure.adopted` from TOML text, checked.

    Raises:
        MalformedError: `bad_procedure`, saying where.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MalformedError("bad_procedure", f"not TOML: {error}") from error
    try:
        Procedure.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedError("bad_procedure", first["msg"], where=where) from error
    return body
