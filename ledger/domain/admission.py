"""What the register refuses: statements that make no sense where it stands.

The ledger never refuses the truth: a late answer, a decision before its opinion, a second
answer are recorded and shown. Refused is what points at nothing, what is said twice under one
id, what lies in the future, and what would mix the invented with the real.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ledger.domain import events, keyring
from ledger.domain.dates import Period
from ledger.domain.entry import read_entry, split_reference
from ledger.domain.events import (
    ANYWHERE_KINDS,
    DECLARED,
    REFERS,
    REGISTER,
    REGISTER_KINDS,
)
from ledger.domain.keyring import admit_keys, check_new
from ledger.domain.origins import KINDS, origins
from ledger.domain.pointer import replaced, sealed_at, value_at
from ledger.domain.values import Sealed
from ledger.errors import MalformedError, RefusedError

CORRECTABLE: dict[str, frozenset[str]] = {
    "process.opened": frozenset({"title", "territory", "theme"}),
    "mandate.issued": frozenset({"decides", "number"}),
    "body.installed": frozenset({"name"}),
    "session.held": frozenset({"phase", "place"}),
    "contribution.received": frozenset({"theme", "territory"}),
    "document.published": frozenset({"pages"}),
    "unit.submitted": frozenset({"theme", "territory"}),
    "unit.assessed": frozenset({"competent", "service"}),
    "decision.made": frozenset({"body", "number"}),
    "measure.adopted": frozenset({"programme", "lead", "territory"}),
    "label.awarded": frozenset({"label", "place"}),
}
"""Clear fields that a correction may mend, by kind; besides them `/on` and sealed texts."""


class Statement(keyring.Statement, Protocol):
    """What is judged: a prepared draft, or an entry that was read."""

    @property
    def process(self) -> str:
        """The process it is about."""

    @property
    def kind(self) -> str:
        """What sort of statement it is."""

    @property
    def illustrative(self) -> bool:
        """Whether it is invented."""

    @property
    def period(self) -> Period | None:
        """When it happened."""

    @property
    def raw(self) -> Mapping[str, Any]:
        """Its content as it stands in the entry."""

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """Every (field, reference) in it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something recorded that others may point at."""

    sort: str
    illustrative: bool


class Register(keyring.Register, Protocol):
    """What the rules need to know of the register, the batch at hand included."""

    def process(self, slug: str) -> bool | None:
        """Whether the process is illustrative; None where it does not exist."""

    def thing(self, process: str, id_: str) -> Thing | None:
        """What bears this id."""

    def entry(self, seq: int) -> Mapping[str, Any] | None:
        """The decoded entry at a place of the register."""

    def entries(self, process: str, kinds: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        """The decoded entries of some kinds in a process, as recorded; no contributions."""


def admit(statement: Statement, register: Register, *, today: date) -> None:
    """Checks a statement against everything recorded before it.

    Args:
        today: The civil day on which it is recorded, in the register's time zone.

    Raises:
        RefusedError: `where` points at the place in the draft.
    """
    check_new(statement, register)
    invented = _check_process(statement, register)
    if statement.period is not None and statement.period.first > today:
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
            if statement.body.to == statement.process:
                raise _unknown("a process is not linked with itself", "/body/to")
            _check_process_named(statement, register, statement.body.to, "/body/to")
            if statement.body.relation == "arises_from":
                _check_circle(statement, register, [statement.body.to], "/body/to")
        case events.UnitDrawn():
            own = split_reference(statement.body.unit, statement.process)
            for reference in statement.body.draws_on:
                if split_reference(reference, statement.process) == own:
                    message = f"{reference} would draw on itself"
                    raise RefusedError("cycle", message, where="/body/draws_on")
        case events.CorrectionMade():
            original = _original(statement, register, statement.body.entry)
            _check_changes(original, statement.body.changes, today)
        case events.TextErased():
            _original(statement, register, statement.body.entry)
        case events.EntryDisowned():
            original = _original(statement, register, statement.body.entry)
            if original["kind"] == "entry.disowned":
                restored = _restored(statement, register, statement.body.entry)
                _check_circle(statement, register, restored, "/body/entry")
    # Last: a statement that is refused as `key_revoked` is sound in everything else.
    admit_keys(statement, register)


def _check_process(statement: Statement, register: Register) -> bool:
    """Whether the statement's process is an invented one."""
    kind, slug = statement.kind, statement.process
    if slug == REGISTER:
        if kind not in REGISTER_KINDS | ANYWHERE_KINDS:
            raise RefusedError(
                "wrong_reference", f"{kind} belongs to a process", where="/process"
            )
        if (kind == "register.opened") == (register.process(slug) is not None):
            raise RefusedError("register_exists", "a register is opened once, and first")
        if statement.illustrative:
            raise RefusedError(
                "illustrative", "the register's own affairs are real", where="/illustrative"
            )
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
    statement: Statement, register: Register, field: str, reference: str, invented: bool
) -> None:
    process, id_ = split_reference(reference, statement.process)
    where = f"/body/{field}"
    if not id_:
        _check_process_named(statement, register, process, where)
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


def _check_process_named(
    statement: Statement, register: Register, slug: str, where: str
) -> None:
    invented = register.process(slug)
    if invented is None or slug == REGISTER:
        raise _unknown(f"no process {slug}", where)
    if invented and not statement.illustrative:
        raise RefusedError("illustrative", f"{slug} is invented", where=where)


def _original(statement: Statement, register: Register, seq: int) -> Mapping[str, Any]:
    """The entry that a statement mends, erases or disowns."""
    original = register.entry(seq)
    if original is None:
        raise _unknown(f"there is no entry {seq}", "/body/entry")
    if original["process"] != statement.process:
        raise RefusedError(
            "wrong_reference", f"entry {seq} is of another process", where="/body/entry"
        )
    if original.get("illustrative", False) != statement.illustrative:
        raise RefusedError(
            "illustrative",
            "it is as real or invented as the entry it names",
            where="/body/entry",
        )
    return original


def _restored(statement: Statement, register: Register, seq: int) -> list[str]:
    """The processes from which this one arises again once a disowning is disowned."""
    known = list(register.entries(statement.process, KINDS))
    return [o.process for o in origins(known, taken_back=seq) - origins(known)]


def _check_circle(
    statement: Statement, register: Register, named: Iterable[str], where: str
) -> None:
    """Checks that no process arises from itself, through whatever others.

    Links that were disowned do not count, and invented ones only against invented ones: a
    mistake never stands in the way of the truth.
    """
    seen, ahead = set[str](), list(named)
    while ahead:
        slug = ahead.pop()
        if slug == statement.process:
            raise RefusedError("cycle", f"{slug} would arise from itself", where=where)
        if slug not in seen:
            seen.add(slug)
            found = origins(register.entries(slug, KINDS))
            ahead += [o.process for o in found if o.illustrative <= statement.illustrative]


def _check_kind_at(register: Register, seq: int, kind: str) -> None:
    entry = register.entry(seq)
    if entry is None or entry["kind"] != kind:
        raise RefusedError(
            "unknown_procedure", f"entry {seq} adopts no procedure", where="/body/procedure"
        )


def _check_changes(
    original: Mapping[str, Any], changes: Sequence[events.Change], today: date
) -> None:
    """Checks that a correction mends slips of the pen only, and leaves a whole entry."""
    corrected: Any = original
    paths = set()
    for i, change in enumerate(changes):
        where = f"/body/changes/{i}/path"
        try:
            old = value_at(original, change.path)
        except LookupError as error:
            message = f"the entry has nothing at {change.path}"
            raise RefusedError("bad_correction", message, where=where) from error
        field = change.path.removeprefix("/body/")
        if change.path in paths or not (
            sealed_at(old)
            or change.path == "/on"
            or field in CORRECTABLE.get(original["kind"], ())
        ):
            message = f"{change.path} is changed by a new statement, not by a correction"
            raise RefusedError("bad_correction", message, where=where)
        new = change.value
        if sealed_at(old) and not (isinstance(new, Sealed) and new.open == old["open"]):
            raise RefusedError("bad_correction", f"give a text, {old['open']}", where=where)
        if change.path == "/on" and not isinstance(new, str):
            raise RefusedError("bad_correction", "give a date", where=where)
        paths.add(change.path)
        said = new.model_dump() if isinstance(new, Sealed) else new
        corrected = replaced(corrected, change.path, said)
    try:
        entry = read_entry(corrected)
        begins = entry.period.first if entry.period else today
    except (MalformedError, TypeError) as error:
        raise RefusedError("bad_correction", str(error), where="/body/changes") from error
    if begins > today:
        raise RefusedError("not_yet", f"it cannot have happened after {today}")


def _unknown(message: str, where: str) -> RefusedError:
    return RefusedError("unknown_reference", message, where=where)
