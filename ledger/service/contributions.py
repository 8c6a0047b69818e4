"""Imports contributions of a platform: each row of its export is a `contribution.received`.

A row is known by the platform's `reference`: importing a file again records nothing, and a file
that grew records the rest. What was recorded is never changed by importing, and what was erased
does not come back, though the file still has it. Rows are read, sealed and recorded in batches;
of the whole file only 16 bytes a row are kept, to find a reference that stands in it twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any, Literal

from ledger.domain.warned import Warn, Warned
from ledger.errors import LedgerError, MalformedError
from ledger.service.authority import Authority
from ledger.service.forgotten import digest_of
from ledger.service.record import Append, record
from ledger.service.register import Register
from ledger.service.rows import Row, at_line, placed
from ledger.store import forgotten

BATCH = 2_000
FIELDS = (
    *("reference", "id", "title", "text", "theme", "territory", "type", "author", "on"),
    "subject",
)
"""What a column may say of a contribution; `subject`: whose words (`service.subjects`)."""
_LABELS = frozenset({"theme", "territory", "type"})
_FRENCH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[ T,].{0,40})?")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].{0,40}")
_NUMBER = re.compile(r"[0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Form:
    """What all rows of a file share, and which of its columns say the rest."""

    process: str
    channel: str
    by: Mapping[str, str]
    """Who speaks: `name` and `role`, never a person."""
    columns: Mapping[str, str]
    """The name of the column for each of `FIELDS` that the file has."""
    authors: Literal["sealed", "dropped"]
    """Restricted and erasable in the vault, or not even there."""
    participation: str | None = None
    illustrative: bool = False

    def __post_init__(self) -> None:
        """Checks what no draft would say as well.

        Raises:
            MalformedError: `bad_request`.
        """
        if unknown := sorted(self.columns.keys() - set(FIELDS)):
            message = f"a contribution has no {unknown[0]}: choose among {', '.join(FIELDS)}"
            raise MalformedError("bad_request", message)
        if "reference" not in self.columns:
            message = "say which column holds the platform's reference: rows are known by it"
            raise MalformedError("bad_request", message)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the rows of a file."""

    recorded: int
    known: int
    """Rows whose reference was recorded before, erased meanwhile or not."""


def import_rows(
    register: Register,
    rows: Iterable[Row],
    form: Form,
    *,
    name: str,
    account: str,
    append: Append,
    authority: Authority | None = None,
    progress: Callable[[int], None] = lambda _: None,
    warn: Warn | None = None,
    rehearsal: bool = False,
) -> Imported:
    """Records the rows that are not recorded yet, in their order and in batches.

    Args:
        name: What the file is called where a line of it is named.
        authority: As `record` takes it.
        progress: Told how many rows have been seen to.
        warn: Is told, batch by batch, what there is to warn of; `where` names the line.
        rehearsal: Refuses and warns just the same, and records nothing.

    Raises:
        LedgerError: a row is refused; `where` names its line. Nothing of its batch is recorded,
            the batches before it are, and importing again goes on from there.
    """
    with register.database.reading() as db:
        number = forgotten.last_number(db, form.process)
    seen: set[bytes] = set()
    recorded = known = 0
    for batch in _batches(rows):
        _check_once(batch, form, seen, name)
        new = _new(register, batch, form)
        drafts = []
        for row in new:
            draft = _draft(row, form)
            if "id" not in draft["body"]:
                number += 1
                draft["body"]["id"] = f"C{number}"
            drafts.append(draft)
        if drafts:
            try:
                record(
                    register,
                    drafts,
                    account=account,
                    append=append,
                    authority=authority,
                    warn=warn and _at_lines(warn, new, name),
                    rehearsal=rehearsal,
                )
            except LedgerError as error:
                raise _at_line(error, new, name) from error
        recorded += len(new)
        known += len(batch) - len(new)
        progress(recorded + known)
    return Imported(recorded, known)


def _check_once(batch: Sequence[Row], form: Form, seen: set[bytes], name: str) -> None:
    column = form.columns["reference"]
    for row in batch:
        if column not in row.cells:
            message = f"no reference in {column!r}: by it a contribution is known again"
            raise MalformedError("bad_draft", message, where=at_line(name, row.line))
        digest = blake2b(row.cells[column].encode(), digest_size=16).digest()
        if digest in seen:
            message = "its reference stands on a line above: which of the two is it?"
            raise MalformedError("bad_draft", message, where=at_line(name, row.line))
        seen.add(digest)


def _new(register: Register, batch: Sequence[Row], form: Form) -> list[Row]:
    """The rows that are neither recorded nor erased."""
    column, secret = form.columns["reference"], register.requests_key
    references = [row.cells[column] for row in batch]
    digests = [digest_of(secret, form.process, reference) for reference in references]
    with register.database.reading() as db:
        here = forgotten.referenced_in(db, form.process, references)
        gone = forgotten.forgotten(db, digests)
    return [
        row
        for row, reference, digest in zip(batch, references, digests, strict=True)
        if reference not in here and digest not in gone
    ]


def _draft(row: Row, form: Form) -> dict[str, Any]:
    said = {
        field: row.cells[column]
        for field, column in form.columns.items()
        if column in row.cells
    }
    on, subject = said.pop("on", None), said.pop("subject", None)
    if form.authors == "dropped":
        said.pop("author", None)
    for field in _LABELS & said.keys():
        said[field] = said[field].replace("\n", " ")
    if _NUMBER.fullmatch(said.get("id", "")):
        said["id"] = f"C{said['id']}"
    body = {"channel": form.channel, **said}
    if form.participation is not None:
        body["participation"] = form.participation
    draft: dict[str, Any] = {
        "process": form.process,
        "kind": "contribution.received",
        "on": None if on is None else _day(on),
        "by": dict(form.by),
        "body": body,
        "sources": [],
    }
    if subject is not None:
        draft["subject"] = subject
    if form.illustrative:
        draft["illustrative"] = True
    return draft


def _day(text: str) -> str:
    """A civil day out of a cell; what is no date at all is left to whoever judges drafts."""
    if match := _FRENCH.fullmatch(text):
        day, month, year = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    if match := _ISO.fullmatch(text):
        return match[1]
    return text


def _batches(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _at_lines(warn: Warn, rows: Sequence[Row], name: str) -> Warn:
    def tell(one: Warned) -> None:
        _, _, place, rest = one.where.split("/", 3)
        warn(one._replace(where=f"{at_line(name, rows[int(place)].line)} /{rest}"))

    return tell


def _at_line(error: LedgerError, rows: Sequence[Row], name: str) -> LedgerError:
    parts = error.where.split("/", 3)
    if parts[:2] != ["", "drafts"]:
        return error
    rest = "".join(f"/{part}" for part in parts[3:])
    return placed(error, name, rows[int(parts[2])].line, rest)
