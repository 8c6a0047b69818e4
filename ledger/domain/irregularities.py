"""What does not hold in one process, with the entries that show it. Never typed in.

An irregularity has a stable code, a severity, and plain facts from which the catalogues make
a sentence in either language. It names a rule that somebody set: the procedure in force (its
adoption is the fact `procedure`), a date that was announced, a text that binds, or the rules
of the register (`docs/irregularities.md`). Order and lateness are judged only where dates
leave no doubt. What is illustrative in a real process, or disowned, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from ledger.domain.case import Case
from ledger.domain.conduct import answers, closing, decisions, declared, disorder, speakers
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact, Finding, clashes, figures
from ledger.domain.lineage import Links
from ledger.domain.matching import Index
from ledger.domain.oversights import late_criteria, lost_in_merges, without_news
from ledger.domain.owing import governing
from ledger.domain.procedure import Procedure
from ledger.domain.promises import Promise, announced

Severity = Literal["fault", "gap", "note"]


class Code(NamedTuple):
    """What one code means: a `fault` breaks a rule, at a `gap` something is missing from the
    register, a `note` is worth reading and accuses nobody.
    """

    severity: Severity
    meaning: str


CODES: dict[str, Code] = {
    "out_of_order": Code("fault", "A step certainly came before one that must precede it."),
    "late": Code("fault", "Something owed came after the day it was due."),
    "speaker_outside_procedure": Code("fault", "The procedure gives this step to others."),
    "votes_do_not_add_up": Code("fault", "The figures of a vote contradict each other."),
    "counts_do_not_add_up": Code("fault", "The parts of a count cannot make its total."),
    "envelope_exceeded": Code("fault", "The elected projects cost more than is set aside."),
    "envelopes_differ_from_total": Code("fault", "The envelopes do not make the total."),
    "criteria_after_projects": Code(
        "fault", "The criteria were set, or changed, after a project was handed in."
    ),
    "past_due": Code("gap", "A due day has passed, and nothing is recorded here."),
    "declared_differs": Code("gap", "Fewer or more were recorded than were declared."),
    "unreasoned": Code("gap", "An answer is recorded without its reason."),
    "unanswered": Code("gap", "A response was given that leaves this unit unanswered."),
    "decision_without_mandate": Code("gap", "A decision is recorded and no mandate."),
    "retained_without_measure": Code("gap", "No measure carries out what was retained."),
    "measure_without_news": Code(
        "gap", "Accounts were given that leave this measure without news."
    ),
    "lost_in_merge": Code(
        "gap", "All that replaced this unit was taken back: nothing answers it."
    ),
    "closed_with_duties_open": Code("gap", "The process was closed with duties open."),
    "missing_required_step": Code("gap", "The process was closed without a required step."),
    "date_missed": Code(
        "note", "An announced date was missed, and is no longer the one that counts."
    ),
    "claims_differ": Code("note", "Several claims on the same thing say different things."),
    "unknown_duty": Code("note", "A date was announced for a duty that does not exist."),
    "disowned": Code("note", "An entry was recorded by mistake, and is no longer judged."),
}


@dataclass(frozen=True, slots=True)
class Irregularity:
    """One thing that does not hold."""

    code: str
    severity: Severity
    entries: tuple[int, ...]
    """The seq of those that show it, in order."""
    subject: str
    """The unit, measure or other thing it concerns; empty for the process."""
    facts: Mapping[str, Fact]
    """Numbers, ids and dates for the sentence."""


def irregularities(
    case: Case,
    procedures: Mapping[int, Procedure],
    duties: Sequence[Duty],
    *,
    today: date,
    links: Links | None = None,
) -> tuple[Irregularity, ...]:
    """Everything that does not hold: faults, then gaps, then notes, each by code and entry.

    Args:
        duties: Of the same case, procedures and day.
        today: Nothing recorded is said to have happened after it.
        links: Tells what other processes carry out; without it nothing is said of retained
            units in a process that feeds another.
    """
    if case.opened is None:
        return ()
    index = Index(case)
    grammar = governing(case, procedures)
    found = [
        *_late(duties),
        *_past_due(duties),
        *declared(index),
        *answers(index, duties),
        *decisions(index, grammar, links),
        *disorder(index, grammar),
        *speakers(index, grammar),
        *closing(index, grammar, duties),
        *without_news(index, duties),
        *lost_in_merges(index, duties),
        *late_criteria(index),
        *_mistaken(index, grammar),
        *figures(index),
        *clashes(index),
    ]
    rank = {code: i for i, code in enumerate(CODES)}
    found.sort(key=lambda finding: (rank[finding.code], finding.entries, finding.subject))
    return tuple(
        Irregularity(f.code, CODES[f.code].severity, f.entries, f.subject, f.facts)
        for f in found
    )


def _late(duties: Sequence[Duty]) -> Iterator[Finding]:
    for duty in duties:
        for promise in (*duty.promises, *([duty.bound] if duty.bound else [])):
            if promise.outcome == "kept_late" and duty.met_by is not None:
                yield _dated("late", duty, promise, duty.met_by)


def _past_due(duties: Sequence[Duty]) -> Iterator[Finding]:
    for duty in duties:
        newest = duty.promises[-1] if duty.promises else None
        for promise in duty.promises:
            counts = promise is newest and duty.state != "lifted"
            if promise.outcome == "missed" and not counts:
                yield _dated("date_missed", duty, promise, None)
        if duty.state == "lifted" and duty.bound and duty.bound.outcome == "missed":
            yield _dated("date_missed", duty, duty.bound, None)
        if duty.state == "past_due":
            present = [p for p in (newest, duty.bound) if p and p.outcome == "missed"]
            yield _dated("past_due", duty, min(present, key=lambda p: p.due.last), None)


def _dated(code: str, duty: Duty, promise: Promise, met_by: Entry | None) -> Finding:
    facts: dict[str, Fact] = {
        "duty": duty.id,
        "what": duty.what.kind,
        "due": promise.due.last,
        "days": promise.late or 0,
        "exact": promise.late_exact,
        "against": "text" if promise is duty.bound else "announced",
    }
    if duty.procedure is not None:
        facts["procedure"] = duty.procedure
    seqs = {promise.entry.seq} | ({met_by.seq} if met_by is not None else set())
    return Finding(code, tuple(sorted(seqs)), duty.subject, facts)


def _mistaken(index: Index, grammar: Mapping[int, Procedure]) -> Iterator[Finding]:
    for seq, by in index.case.disowned.items():
        yield Finding("disowned", tuple(sorted((seq, by.seq))))
    rules = [rule for procedure in grammar.values() for rule in procedure.owed]
    for entry in announced(index, rules).unknown:
        yield Finding("unknown_duty", (entry.seq,), "", {"duty": entry.raw["duty"]})
