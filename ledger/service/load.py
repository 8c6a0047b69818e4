"""Loads files of drafts, so that loading them again changes nothing.

A draft is not loaded if it already stands in its process: files are compared with what was
recorded, in order, statement by statement, by their words and not by a fingerprint of them
(that would outlive an erasure). An erased text matches whatever stood there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.core.canonical import loads
from ledger.domain.draft import Draft, parse_draft
from ledger.domain.entry import Entry, parse_entry
from ledger.domain.pointer import sealed_at
from ledger.domain.warned import Warn, Warned
from ledger.errors import LedgerError, MalformedError, RefusedError, UncheckedError
from ledger.service.record import MAX_BATCH, Append, Judge, record
from ledger.service.register import Register
from ledger.store import read

_BATCH = min(2_000, MAX_BATCH)
_ALONE = frozenset({"correction.made", "entry.disowned", "process.opened", "procedure.changed"})
"""Kinds that may name what an earlier draft of the same file records."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of some files."""

    recorded: int
    known: int
    unjudged: int = 0
    """Of a rehearsal: drafts from the first on that names what the files themselves record."""


def read_drafts(path: Path) -> list[object]:
    """The drafts of a JSON Lines file; empty lines are passed over.

    Raises:
        MalformedError: `where` names file and line.
        UncheckedError: `unreadable`.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UncheckedError("unreadable", f"{path.name}: {error.strerror}") from error
    drafts: list[object] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                drafts.append(loads(line))
            except MalformedError as error:
                where = f"{path.name} line {number} {error.where}".strip()
                raise MalformedError(error.code, error.message, where=where) from error
    return drafts


def load(
    register: Register,
    drafts: Iterable[object],
    *,
    account: str,
    append: Append,
    authority: Judge | None = None,
    progress: Progress = lambda _: None,
    warn: Warn | None = None,
    rehearsal: bool = False,
) -> Loaded:
    """Records those drafts that are not recorded yet, in their order.

    Args:
        authority: As `record` takes it.
        progress: Told how many drafts have been seen to.
        warn: Is told, batch by batch, what there is to warn of; `where` begins with the place
            of the draft among all.
        rehearsal: Refuses and warns just the same, and records nothing.

    Raises:
        LedgerError: a draft is refused; those before its batch stay recorded, and loading
            again goes on from there.
    """
    parsed = [(parse_draft(value), value) for value in drafts]
    by_process: dict[str, list[int]] = {}
    for place, (draft, _) in enumerate(parsed):
        by_process.setdefault(draft.process, []).append(place)
    missing: set[int] = set()
    for process, places in by_process.items():
        known_here = _known(register, process, [parsed[place][0] for place in places])
        missing.update(places[known_here:])
    places = sorted(missing)
    new = [parsed[place][1] for place in places]
    known = len(parsed) - len(new)
    progress(known)
    batches: Iterable[list[object]] = _batches(new)
    if rehearsal:
        # Nothing is there yet to be named by its number: the rest is judged when it is loaded.
        batches = [_judged(new)] if new else []
    done = 0
    for batch in batches:
        if batch:
            record(
                register,
                batch,
                account=account,
                append=append,
                authority=authority,
                warn=warn and _placed(warn, places[done:]),
                rehearsal=rehearsal,
            )
        done += len(batch)
        progress(known + done)
    return Loaded(done, known, len(new) - done)


def _placed(warn: Warn, places: Sequence[int]) -> Warn:
    """Tells of a draft by its place among all instead of that in its batch."""

    def tell(one: Warned) -> None:
        _, drafts, place, rest = one.where.split("/", 3)
        warn(one._replace(where=f"/{drafts}/{places[int(place)]}/{rest}"))

    return tell


def _judged(drafts: list[object]) -> list[object]:
    """The drafts before the first that names an entry by its place in the process."""
    for place, draft in enumerate(drafts[:MAX_BATCH]):
        body = draft["body"] if isinstance(draft, dict) else {}
        if isinstance(body.get("entry"), dict):
            return drafts[:place]
    return drafts[:MAX_BATCH]


def _batches(drafts: list[object]) -> Iterator[list[object]]:
    batch: list[object] = []
    for draft in drafts:
        alone = isinstance(draft, dict) and draft.get("kind") in _ALONE
        if batch and (alone or len(batch) == _BATCH):
            yield batch
            batch = []
        batch.append(draft)
    if batch:
        yield batch


def _known(register: Register, process: str, drafts: list[Draft]) -> int:
    """How many of the drafts of one process, from the first on, stand in it already.

    Raises:
        RefusedError: `diverged`: a draft is not what was recorded, and the next one is.
    """
    with register.database.reading() as db:
        try:
            read.process(db, process)
        except RefusedError:
            return 0
        adopted = {seq: str(parse_entry(data).raw["name"]) for seq, data in read.adoptions(db)}
        place = 0
        skipped: list[tuple[Entry, Mapping[str, str]]] = []
        for seq, data in read.process_entries(db, process):
            if place == len(drafts):
                break
            texts = {row.path: row.value for row in read.openings(db, seq)}
            entry = parse_entry(data)
            if _same(drafts[place], entry, texts, adopted):
                place += 1
                skipped.clear()
            else:
                skipped.append((entry, texts))
    if place + 1 < len(drafts):
        after = drafts[place + 1]
        if any(_same(after, entry, texts, adopted) for entry, texts in skipped):
            message = (
                f"draft {place + 1} of {process} is not what was recorded, and the next one is;"
                " mend a slip with correction.made"
            )
            raise RefusedError("diverged", message)
    return place


def _same(
    draft: Draft, entry: Entry, texts: Mapping[str, str], adopted: Mapping[int, str]
) -> bool:
    if (draft.kind, draft.on, draft.by, bool(draft.illustrative), draft.signed) != (
        entry.kind,
        entry.on,
        entry.by,
        entry.illustrative,
        entry.signed,
    ):
        return False
    sources = [source.model_dump(exclude_none=True) for source in entry.sources]
    return _alike(draft.body, entry.raw, "/body", texts, adopted) and _alike(
        draft.sources, sources, "/sources", texts, adopted
    )


def _alike(
    said: Any, stands: Any, path: str, texts: Mapping[str, str], adopted: Mapping[int, str]
) -> bool:
    if sealed_at(stands):
        if sealed_at(said):
            return bool(said == stands)
        words = said.get("text") if isinstance(said, dict) else said
        return path not in texts or texts[path] == words
    if path == "/body/procedure" and isinstance(said, str):
        return adopted.get(stands) == said
    if path == "/body/entry" and isinstance(said, dict):
        return True  # a place in the process: what it says of that place is compared instead
    if isinstance(said, dict) and isinstance(stands, Mapping):
        return said.keys() == stands.keys() and all(
            _alike(said[name], stands[name], f"{path}/{name}", texts, adopted) for name in said
        )
    if isinstance(said, list) and isinstance(stands, list):
        return len(said) == len(stands) and all(
            _alike(a, b, f"{path}/{i}", texts, adopted)
            for i, (a, b) in enumerate(zip(said, stands, strict=True))
        )
    return type(said) is type(stands) and bool(said == stands)


def check_file(path: Path) -> list[object]:
    """The drafts of a file, each of the form of its kind; for saying so before any is loaded.

    Raises:
        LedgerError: `where` names file and line.
    """
    drafts = read_drafts(path)
    for number, value in enumerate(drafts, 1):
        try:
            parse_draft(value)
        except LedgerError as error:
            raise type(error)(
                error.code, error.message, where=f"{path.name} draft {number} {error.where}"
            ) from error
    return drafts
