"""A red thread with its words: what each thing is called, what was said of it, who is behind.

`ledger.domain.lineage` knows what hangs on what; here each thing gets its title or first
words, its verdict or state, and what a reader must know before believing it (illustrative,
disowned, erased). So the story can be told from one answer: by the API, by `filrouge thread`
and by the pages. Every value is plain: text, numbers, true, false, null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.domain import standing
from ledger.domain.case import Case, Texts
from ledger.domain.entry import Entry, load_entry
from ledger.domain.lineage import Link, Node, Thing, Thread
from ledger.domain.voices import Voices
from ledger.domain.wording import first_words, mended, name, words
from ledger.service.query import Queries, texts_of
from ledger.service.view import View
from ledger.store import read
from ledger.store.engine import Connection

LIMIT = 200
"""How many things a thread has at most."""
_WORDS = 140
"""How long first words are at most."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said of a thing: an answer, an assessment, a report."""

    seq: int
    process: str
    kind: str
    on: str | None
    by: str
    verdict: str | None
    state: str | None
    words: str | None
    """The first words of its reason or text; null where none are shown."""
    illustrative: bool
    disowned: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing of a thread, told."""

    process: str
    id: str
    step: int
    """Negative for what the thread came from, positive for what became of it."""
    sort: str
    type: str | None
    """Of a unit, a contribution, a session or a document."""
    title: str | None
    """Its title, else its first words; null where none are shown."""
    verdict: str | None
    """Of a unit: the newest that counts."""
    state: str | None
    """Of a measure: the newest that counts."""
    seq: int
    """Of the entry that declares it."""
    on: str | None
    illustrative: bool
    disowned: bool
    erased: bool
    """Whether words of it were erased for a person's sake."""
    withdrawn: bool
    replaced: bool
    said: tuple[Statement, ...]
    """In recorded order."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of something one process holds."""

    process: str
    count: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The contributions behind a thing, a page of them at a time, in recorded order."""

    total: int
    processes: tuple[Share, ...]
    """How many of each process."""
    contributions: tuple[Piece, ...]
    next: int | None
    """What to give as `after` for the following ones."""


@dataclass(frozen=True, slots=True)
class Untold:
    """Contributions that were counted and not recorded one by one: no thread leads to them."""

    process: str
    seq: int
    on: str | None
    by: str
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A whole thread, told."""

    nodes: tuple[Piece, ...]
    links: tuple[Link, ...]
    whole: bool
    """False when there are more things than were asked for."""
    beside: tuple[Link, ...]
    processes: Mapping[str, str]
    """The title of every process that is named, by its slug."""
    voices: Heard
    untold: tuple[Untold, ...]

    @property
    def focus(self) -> Piece:
        """The thing that the thread was picked up at."""
        return next(piece for piece in self.nodes if piece.step == 0)


def tell(
    queries: Queries,
    slug: str,
    id_: str,
    today: date,
    *,
    size: int | None = None,
    limit: int = LIMIT,
    after: int = -1,
    page: int = 50,
) -> Told:
    """The thread through one thing, with its words and the voices behind it.

    Args:
        today: As views are judged.
        size: As it was at a past checkpoint.
        after: Only voices of a larger seq are listed, up to `page` of them.

    Raises:
        RefusedError: `unknown_process`, `unknown_item` or `unknown_size`.
    """
    found = queries.thread(slug, id_, limit=limit, size=size)
    heard = queries.voices(slug, id_, size=size)
    listed, following = heard.page(after=after, limit=page)
    # Recorded since or not, what they name is here: nothing ever leaves the register.
    with queries.register.database.reading() as db:
        teller = _Teller(db, found, listed)
    slugs = dict.fromkeys([*teller.slugs, *heard.through, *heard.counts])
    views = {other: queries.process(other, today, size=size) for other in slugs}
    return Told(
        tuple(teller.piece(node, views) for node in found.nodes),
        found.links,
        found.whole,
        found.beside,
        {other: view.case.title for other, view in views.items()},
        Heard(
            heard.total,
            tuple(Share(*count) for count in heard.counts.items()),
            tuple(teller.voice(seq, views) for seq in listed),
            following,
        ),
        tuple(_untold(views, heard)),
    )


def _untold(views: Mapping[str, View], heard: Voices) -> Iterable[Untold]:
    for slug in heard.through:
        for entry in views[slug].case.entries:
            if entry.kind == "contributions.tallied" and views[slug].case.counts(entry):
                yield Untold(slug, entry.seq, entry.on, entry.by.name, entry.illustrative)


class _Teller:
    """Reads in one snapshot what a thread needs beside the views of its processes."""

    def __init__(self, db: Connection, found: Thread, listed: Iterable[int]) -> None:
        self._declared: dict[Thing, tuple[str, int]] = {}
        self._entries: dict[int, Entry] = {}
        self._texts: dict[int, Texts] = {}
        self._said: dict[Thing, dict[int, None]] = {}
        for node in found.nodes:
            sort, seq = read.thing(db, node.process, node.id)
            self._declared[node.process, node.id] = sort, seq
            self._read(db, seq, texts=sort == "contribution")
        for link in found.links:
            own = (link.process, link.source)
            if own == (link.to_process, link.target):
                self._said.setdefault(own, {})[link.seq] = None
                self._read(db, link.seq)
        for seq in listed:
            self._read(db, seq, texts=True)
        beside = {slug for x in found.beside for slug in (x.process, x.to_process)}
        self.slugs = {entry.process for entry in self._entries.values()} | beside

    def _read(self, db: Connection, seq: int, *, texts: bool = False) -> None:
        if seq not in self._entries:
            self._entries[seq] = load_entry(read.entry(db, seq))
        if texts:  # of all else, the views have the words
            self._texts[seq] = texts_of(db, [seq])

    def voice(self, seq: int, views: Mapping[str, View]) -> Piece:
        """A contribution behind a thing."""
        entry = self._entries[seq]
        node = Node(entry.process, entry.id or "", -1)
        return self._told(node, "contribution", entry, views[entry.process])

    def piece(self, node: Node, views: Mapping[str, View]) -> Piece:
        """A thing of the thread."""
        own = (node.process, node.id)
        sort, seq = self._declared[own]
        said = [self._entries[other] for other in self._said.get(own, ())]
        told = tuple(_statement(entry, views[entry.process]) for entry in said)
        return self._told(node, sort, self._entries[seq], views[node.process], told)

    def _told(
        self,
        node: Node,
        sort: str,
        entry: Entry,
        view: View,
        said: tuple[Statement, ...] = (),
    ) -> Piece:
        case = view.case
        unit = case.units.get(node.id) if sort == "unit" else None
        counting = [s for s in said if _counts(s, case)]
        measure = case.measures.get(node.id) if sort == "measure" else None
        # What another process said of it last is newer than what its own says.
        verdict = _newest(counting, "answer.given")
        state = _newest(counting, "follow_up.reported")
        if unit is not None and (verdict is None or verdict.process == node.process):
            answered = standing.verdict(case, unit)
        else:
            answered = verdict.verdict if verdict is not None else None
        if measure is not None and (state is None or state.process == node.process):
            reported = standing.state(case, measure)
        else:
            reported = state.state if state is not None else None
        texts = self._texts.get(entry.seq, view.texts)
        if entry.seq in self._texts and entry.seq in case.corrections:
            texts = {**view.texts, **texts}
        title = _title(case, node.id, sort, entry, texts)
        return Piece(
            node.process,
            node.id,
            node.step,
            sort,
            entry.raw.get("type"),
            first_words(title, _WORDS) if title else None,
            answered,
            reported,
            entry.seq,
            entry.on,
            entry.illustrative,
            entry.seq in case.disowned,
            entry.seq in case.erased,
            unit is not None and standing.withdrawal(case, unit) is not None,
            unit is not None and bool(standing.successors(case, unit)),
            said,
        )


def _newest(said: Iterable[Statement], kind: str) -> Statement | None:
    return max((s for s in said if s.kind == kind), key=lambda s: s.seq, default=None)


def _counts(statement: Statement, case: Case) -> bool:
    return not statement.disowned and statement.illustrative <= case.illustrative


def _title(case: Case, id_: str, sort: str, entry: Entry, texts: Texts) -> str | None:
    """What a thing is called now: a measure by the title it was last given."""
    if sort == "measure" and id_ in case.measures:
        for amendment in reversed(standing.amendments(case, case.measures[id_])):
            if mended(case, amendment, "/body/title") is not None:
                return words(case, amendment, texts, "/body/title")
    return name(case, entry, texts)


def _statement(entry: Entry, view: View) -> Statement:
    case, raw = view.case, entry.raw
    said = next(
        (
            words(case, entry, view.texts, f"/body/{field}")
            for field in ("reason", "text", "why", "label")
            if raw.get(field) is not None
        ),
        None,
    )
    return Statement(
        entry.seq,
        entry.process,
        entry.kind,
        entry.on,
        entry.by.name,
        raw.get("verdict"),
        raw.get("state"),
        first_words(said, _WORDS) if said else None,
        entry.illustrative,
        entry.seq in case.disowned,
        entry.seq in case.erased,
    )
