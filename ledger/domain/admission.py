"""What the register refuses: statements that make no sense where it stands.

The ledger never refuses the truth: a late answer, a decision before its opinion, a second
answer are recorded and shown. Refused is what points at nothing, what is said twice under one
id, what lies in the future, and what would mix the invented with the real.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ledger.domain import events
from ledger.domain.draft import Prepared
from ledger.domain.entry import split_reference
from ledger.domain.events import ANYWHERE_KINDS, DECLARED, REFERS, REGISTER, REGISTER_KINDS
from ledger.errors import RefusedError

CORRECTABLE = frozenset(
    {
        *("category", "competent", "decides", "label", "lead", "name", "number", "on"),
        *("pages", "phase", "place", "programme", "service", "task", "term", "territory"),
        "theme",
    }
)
"""Clear fields that a correction may mend; besides them only sealed texts."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something recorded that others may point at."""

    sort: str
    illustrative: bool


class Register(Protocol):
    """What the rules need to know of the register, the batch at hand included."""

    def process(self, slug: str) -> bool | None:
        """Whether the process is illustrative; None where it does not exist."""

    def thing(self, process: str, id_: str) -> Thing | None:
        """What bears this id."""

    def entry(self, seq: int) -> Mapping[str, Any] | None:
        """The decoded entry at a place of the register."""


def admit(statement: Prepared, register: Register, *, today: date) -> None:
    """Checks a statement against everything recorded before it.

    Args:
        today: The civil day on which it is recorded, in the register's time zone.

    Raises:
        RefusedError: `where` points at the place in the draft.
    """
    invented = _check_process(statement, register)
    if statement.on is not None and statement.on.first > today:
        raise RefusedError("not_yet", f"it cannot have happened after {today}", where="/on")
    own = statement.raw.get("id") if statement.kind in DECLARED else None
    if own is not None and register.thing(statement.process, own) is not None:
        raise RefusedError(
            "duplicate_id", f"{own} already names something here", where="/body/id"
        )
    for field, reference in statement.references:
        _check_reference(statement, register, field, reference, invented)
    match statement.body:
        case events.ProcessOpened() | events.ProcedureChanged():
            _check_kind_at(register, statement.body.procedure, "procedure.adopted")
        case events.ProcessLinked():
            if register.process(statement.body.to) is None:
                raise _unknown(f"no process {statement.body.to}", "/body/to")
        case events.CorrectionMade():
            original = _same_process(statement, register, statement.body.entry)
            for i, change in enumerate(statement.body.changes):
                _check_change(original, change, f"/body/changes/{i}")
        case events.TextErased() | events.EntryDisowned():
            _same_process(statement, register, statement.body.entry)


def _check_process(statement: Prepared, register: Register) -> bool:
    """Whether the statement's process is an invented one."""
    kind, slug = statement.kind, statement.process
    if slug == REGISTER:
        if kind not in REGISTER_KINDS | ANYWHERE_KINDS:
            raise RefusedError(
                "wrong_reference", f"{kind} belongs to a process", where="/process"
            )
        if (kind == "register.opened") == (register.process(slug) is not None):
            raise RefusedError("register_exists", "a register is opened once, and first")
        return False
    if kind in REGISTER_KINDS:
        raise RefusedError(
            "wrong_reference", f"{kind} belongs to the process `register`", where="/process"
        )
    invented = register.process(slug)
    if kind == "process.opened":
        if invented is not None:
            raise RefusedError("process_exists", f"{slug} is already open", where="/process")
        return statement.illustrative
    if invented is None:
        raise RefusedError("unknown_process", f"no process is called {slug}", where="/process")
    if invented and not statement.illustrative:
        raise RefusedError(
            "illustrative", "in an invented process every entry is", where="/illustrative"
        )
    return invented


def _check_reference(
    statement: Prepared, register: Register, field: str, reference: str, invented: bool
) -> None:
    process, id_ = split_reference(reference, statement.process)
    where = f"/body/{field}"
    if not id_:
        other = register.process(process)
        if other is None or process == REGISTER:
            raise _unknown(f"no process {process}", where)
        if other and not statement.illustrative:
            raise RefusedError("illustrative", f"{process} is invented", where=where)
        return
    thing = register.thing(process, id_)
    if thing is None:
        raise _unknown(f"nothing is called {reference}", where)
    sorts = REFERS[field]
    if sorts and thing.sort not in sorts:
        raise RefusedError(
            "wrong_reference",
            f"{reference} is a {thing.sort}, not a {' or '.join(sorts)}",
            where=where,
        )
    if thing.illustrative and not statement.illustrative:
        raise RefusedError("illustrative", f"{reference} is invented", where=where)


def _same_process(statement: Prepared, register: Register, seq: int) -> Mapping[str, Any]:
    original = register.entry(seq)
    if original is None:
        raise _unknown(f"there is no entry {seq}", "/body/entry")
    if original["process"] != statement.process:
        raise RefusedError(
            "wrong_reference", f"entry {seq} is of another process", where="/body/entry"
        )
    return original


def _check_kind_at(register: Register, seq: int, kind: str) -> None:
    entry = register.entry(seq)
    if entry is None or entry["kind"] != kind:
        raise RefusedError(
            "unknown_procedure", f"entry {seq} adopts no procedure", where="/body/procedure"
        )


def _check_change(original: Mapping[str, Any], change: events.Change, where: str) -> None:
    try:
        old = value_at(original, change.path)
    except LookupError as error:
        raise RefusedError(
            "bad_correction", f"the entry has nothing at {change.path}", where=f"{where}/path"
        ) from error
    if sealed_at(old):
        if not sealed_at(change.value):
            raise RefusedError("bad_correction", "give a text", where=f"{where}/value")
        return
    field = re.sub(r"(/\d+)*$", "", change.path).rpartition("/")[2]
    if field not in CORRECTABLE or field in REFERS or type(old) is not type(change.value):
        raise RefusedError(
            "bad_correction",
            f"{change.path} is changed by a new statement, not by a correction",
            where=f"{where}/path",
        )


def value_at(entry: Mapping[str, Any], path: str) -> Any:
    """What stands at a JSON Pointer of an entry.

    Raises:
        LookupError: nothing does.
    """
    value: Any = entry
    for part in _parts(path):
        if isinstance(value, list):
            if not part.isdecimal():
                raise LookupError(path)
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value[part]
        else:
            raise LookupError(path)
    return value


def _parts(path: str) -> Iterator[str]:
    for part in path.split("/")[1:]:
        yield part.replace("~1", "/").replace("~0", "~")


def sealed_at(value: object) -> bool:
    """Whether this is the place of a sealed text."""
    return isinstance(value, Mapping) and value.keys() == {"open", "sealed"}


def _unknown(message: str, where: str) -> RefusedError:
    return RefusedError("unknown_reference", message, where=where)
