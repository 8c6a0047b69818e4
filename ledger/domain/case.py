"""The state of one process: a fold of its entries, in the order they were recorded.

    case = fold(entries)          # all entries of one process but its contributions
    case.units["R3"].answers      # everything it was answered, oldest first

The fold judges nothing: what is owed is in `duties`, what went wrong in `irregularities`.
Contributions are never held one by one: a debate of 40,000 folds as fast as a workshop; how
many there are, by channel and theme, comes with `tallies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from ledger.domain import events
from ledger.domain.entry import Entry, split_reference
from ledger.domain.origins import disowned
from ledger.domain.words import ORGANS

V = TypeVar("V")
Texts = Mapping[str, str]
"""The words behind commitments (64 hex); a commitment without words was erased, or is not
public."""


@dataclass(frozen=True, slots=True)
class Received:
    """How many contributions of one sort were recorded one by one."""

    channel: str
    type: str | None
    theme: str | None
    count: int
    illustrative: bool


@dataclass(slots=True)
class Unit:
    """One unit and everything that was said of it, each list in recorded order."""

    id: str
    entry: Entry
    draws_on: list[str]
    replaced_by: list[str] = field(default_factory=list)
    withdrawn: Entry | None = None
    assessments: list[Entry] = field(default_factory=list)
    answers: list[Entry] = field(default_factory=list)
    transmissions: list[Entry] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    """Measures of this process that carry it out."""

    @property
    def body(self) -> events.UnitSubmitted:
        """What was submitted."""
        return cast(events.UnitSubmitted, self.entry.body)


@dataclass(slots=True)
class Measure:
    """One measure and everything that was said of it, each list in recorded order."""

    id: str
    entry: Entry
    amendments: list[Entry] = field(default_factory=list)
    reports: list[Entry] = field(default_factory=list)
    labels: list[Entry] = field(default_factory=list)

    @property
    def body(self) -> events.MeasureAdopted:
        """What was adopted, amendments not applied."""
        return cast(events.MeasureAdopted, self.entry.body)


@dataclass(slots=True)
class Case:
    """One process as its entries tell it. Read it; only `fold` writes it."""

    process: str
    entries: list[Entry] = field(default_factory=list)
    """All entries but contributions, by `nth`."""
    opened: Entry | None = None
    closed: Entry | None = None
    procedures: list[tuple[int, int]] = field(default_factory=list)
    """(nth, seq of the procedure's adoption) from which on each procedure governs."""
    links: list[Entry] = field(default_factory=list)
    mandates: list[Entry] = field(default_factory=list)
    bodies: dict[str, Entry] = field(default_factory=dict)
    participations: dict[str, Entry] = field(default_factory=dict)
    sessions: dict[str, Entry] = field(default_factory=dict)
    documents: dict[str, Entry] = field(default_factory=dict)
    opinions: dict[str, Entry] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    responses: dict[str, Entry] = field(default_factory=dict)
    decisions: dict[str, Entry] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    ballots: dict[str, Entry] = field(default_factory=dict)
    reviews: dict[str, Entry] = field(default_factory=dict)
    evaluations: dict[str, Entry] = field(default_factory=dict)
    promises: list[Entry] = field(default_factory=list)
    """Every `date.announced`."""
    claims: list[Entry] = field(default_factory=list)
    things: dict[str, Entry] = field(default_factory=dict)
    """Whatever has an id, but contributions."""
    corrections: dict[int, list[Entry]] = field(default_factory=dict)
    """Corrections by the seq they mend."""
    erased: dict[int, list[Entry]] = field(default_factory=dict)
    """Erasures by the seq they concern."""
    disowned: dict[int, Entry] = field(default_factory=dict)
    received: tuple[Received, ...] = ()

    @property
    def opening(self) -> events.ProcessOpened:
        """The body of `process.opened`, its clear fields as corrections left them."""
        assert self.opened is not None
        body = cast(events.ProcessOpened, self.opened.body)
        for entry in self.corrections.get(self.opened.seq, ()):
            if self.counts(entry):
                changes = cast(events.CorrectionMade, entry.body).changes
                clear = {c.path: c.value for c in changes if isinstance(c.value, str)}
                clear.pop("/on", None)
                body = body.model_copy(
                    update={path.removeprefix("/body/"): v for path, v in clear.items()}
                )
        return body

    @property
    def title(self) -> str:
        """The title of the process, in clear, as it reads now."""
        return self.opening.title

    @property
    def illustrative(self) -> bool:
        """Whether the whole process is invented."""
        return self.opened is not None and self.opened.illustrative

    @property
    def contributions(self) -> int:
        """How many contributions were recorded one by one and count."""
        return sum(r.count for r in self.received if r.illustrative <= self.illustrative)

    def counts(self, entry: Entry) -> bool:
        """Whether an entry is judged: real (or all is invented), and not disowned."""
        return entry.illustrative <= self.illustrative and entry.seq not in self.disowned

    def authority(self, speaker: events.Speaker) -> str:
        """The owner that somebody speaks for, by name; its own name where that is nobody.

        An owner speaks under its own name. A speaker under another name speaks for the only
        owner of its role; council, elected and services for the only city.
        """
        owners = self.opening.owners
        if any(owner.name == speaker.name for owner in owners):
            return speaker.name
        roles = [owner.role for owner in owners]
        organ = speaker.role in ORGANS and speaker.role not in roles
        role = "city" if organ else speaker.role
        same = [owner.name for owner in owners if owner.role == role]
        return same[0] if len(same) == 1 else speaker.name

    def procedure_at(self, nth: int) -> int | None:
        """The seq of the procedure in force when entry `nth` was recorded."""
        seqs = [seq for since, seq in self.procedures if since <= nth]
        return seqs[-1] if seqs else None


def fold(entries: Iterable[Entry], received: Iterable[Received] = ()) -> Case:
    """The state of one process.

    Args:
        entries: Its entries by ascending `nth`; contributions may be left out.
        received: How many contributions there are of each sort.
    """
    case: Case | None = None
    for entry in entries:
        case = case or Case(entry.process)
        _apply(case, entry)
    case = case or Case("")
    case.received = tuple(received)
    return case


# Where the entries of a kind that only declares a thing are kept.
_KEPT_BY_ID = {
    "body.installed": "bodies",
    "participation.opened": "participations",
    "session.held": "sessions",
    "document.published": "documents",
    "opinion.delivered": "opinions",
    "response.given": "responses",
    "decision.made": "decisions",
    "ballot.held": "ballots",
    "review.held": "reviews",
    "evaluation.published": "evaluations",
}
_KEPT_IN_ORDER = {
    "process.linked": "links",
    "mandate.issued": "mandates",
    "mandate.amended": "mandates",
    "date.announced": "promises",
    "claim.recorded": "claims",
}


def _apply(case: Case, entry: Entry) -> None:
    if entry.kind == "contribution.received":
        return
    case.entries.append(entry)
    if entry.id is not None:
        case.things[entry.id] = entry
        if entry.kind in _KEPT_BY_ID:
            getattr(case, _KEPT_BY_ID[entry.kind])[entry.id] = entry
    if entry.kind in _KEPT_IN_ORDER:
        getattr(case, _KEPT_IN_ORDER[entry.kind]).append(entry)
    body = entry.body
    match body:
        case events.ProcessOpened():
            case.procedures.append((entry.nth, body.procedure))
            case.opened = case.opened or entry
        case events.ProcedureChanged() if case.counts(entry):  # invented, it governs nothing
            case.procedures.append((entry.nth, body.procedure))
        case events.ProcessClosed() if case.counts(entry):
            case.closed = entry
        case events.UnitSubmitted():
            case.units[body.id] = Unit(body.id, entry, list(body.draws_on or ()))
            for unit in _own(case, body.replaces, case.units):
                unit.replaced_by.append(body.id)
        case events.UnitDrawn():
            for unit in _own(case, (body.unit,), case.units):
                unit.draws_on.extend(body.draws_on)
        case events.UnitWithdrawn():
            for unit in _own(case, (body.unit,), case.units):
                unit.withdrawn = entry
        case events.UnitAssessed():
            for unit in _own(case, (body.unit,), case.units):
                unit.assessments.append(entry)
        case events.AnswerGiven():
            for unit in _own(case, (body.unit,), case.units):
                unit.answers.append(entry)
        case events.UnitTransmitted():
            for unit in _own(case, (body.unit,), case.units):
                unit.transmissions.append(entry)
        case events.MeasureAdopted():
            case.measures[body.id] = Measure(body.id, entry)
            for unit in _own(case, body.carries_out, case.units):
                unit.measures.append(body.id)
        case events.MeasureAmended():
            for measure in _own(case, (body.measure,), case.measures):
                measure.amendments.append(entry)
        case events.FollowUpReported():
            for measure in _own(case, (body.measure,), case.measures):
                measure.reports.append(entry)
        case events.LabelAwarded():
            for measure in _own(case, (body.measure,), case.measures):
                measure.labels.append(entry)
        case events.CorrectionMade():
            case.corrections.setdefault(body.entry, []).append(entry)
        case events.TextErased():
            case.erased.setdefault(body.entry, []).append(entry)
        case events.EntryDisowned():
            _disown(case)


def _disown(case: Case) -> None:
    """Judges anew what governs and what closed, without what was disowned so far."""
    said = {e.seq: e for e in case.entries if isinstance(e.body, events.EntryDisowned)}
    gone = disowned(
        (seq, cast(events.EntryDisowned, entry.body).entry)
        for seq, entry in said.items()
        if entry.illustrative <= case.illustrative  # what is invented unsays nothing real
    )
    case.disowned = {names: said[seq] for names, seq in gone.items()}
    case.procedures = [
        (e.nth, e.body.procedure)
        for e in case.entries
        if isinstance(e.body, events.ProcessOpened)
        or (isinstance(e.body, events.ProcedureChanged) and case.counts(e))
    ]
    closings = [e for e in case.entries if e.kind == "process.closed" and case.counts(e)]
    case.closed = closings[-1] if closings else None


def _own(case: Case, references: Iterable[str] | None, things: Mapping[str, V]) -> list[V]:
    """What the references name within this process; other processes have a fold of theirs."""
    found = []
    for reference in references or ():
        process, id_ = split_reference(reference, case.process)
        if process == case.process and id_ in things:
            found.append(things[id_])
    return found
