"""One thing that is not as it was: a code, what it concerns, the entries that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from ledger.domain.case import Case
from ledger.domain.duties import Duty
from ledger.domain.figures import Fact
from ledger.domain.irregularities import Irregularity

Group = Literal["added", "meaning", "owing", "irregularity"]


class Code(NamedTuple):
    """What one code means, and with which others it is told."""

    group: Group
    meaning: str


CODES: dict[str, Code] = {
    "added": Code("added", "Entries of one kind were recorded (`count` of them)."),
    "verdict_given": Code("meaning", "Somebody answered a unit for the first time."),
    "verdict_changed": Code("meaning", "Who had answered a unit now answers otherwise."),
    "answered_again": Code("meaning", "A new answer has the same verdict."),
    "verdict_unsaid": Code("meaning", "An answer no longer counts, and none took its place."),
    "withdrawn": Code("meaning", "A unit was withdrawn."),
    "replaced": Code("meaning", "A unit was replaced by others."),
    "state_given": Code("meaning", "The first news of a measure came."),
    "state_changed": Code("meaning", "A measure is reported in another state."),
    "state_unsaid": Code("meaning", "A report no longer counts, and no other is there."),
    "due_set": Code("meaning", "A measure was given a due date."),
    "due_moved": Code("meaning", "The due date of a measure is another one."),
    "term_changed": Code("meaning", "A decision changed another term of a measure."),
    "date_announced": Code("meaning", "A date was announced for something owed."),
    "date_moved": Code("meaning", "Another date was announced for something owed."),
    "mandate_amended": Code("meaning", "The mandate was amended."),
    "procedure_changed": Code("meaning", "Another procedure governs the process."),
    "corrected": Code("meaning", "A slip of the pen in an entry was mended."),
    "disowned": Code("meaning", "An entry was recorded by mistake, and no longer counts."),
    "counts_again": Code("meaning", "A disowned entry counts again."),
    "erased": Code("meaning", "Texts of an entry were erased for a person's sake."),
    "closed": Code("meaning", "The process was closed."),
    "reopened": Code("meaning", "The closing of the process no longer counts."),
    "duty_begun": Code("owing", "Something is owed from now on."),
    "duty_met": Code("owing", "What was owed came."),
    "duty_met_late": Code("owing", "What was owed came after the day it was due."),
    "duty_past_due": Code("owing", "A due day has passed, and nothing is recorded here."),
    "duty_lifted": Code("owing", "What was owed is no longer awaited."),
    "duty_put_off": Code("owing", "What was past due has a date ahead of it again."),
    "duty_open_again": Code("owing", "What was met or lifted is owed again."),
    "duty_gone": Code("owing", "It is no longer owed: what it rested on no longer counts."),
    "irregularity_appeared": Code("irregularity", "Something does not hold."),
    "irregularity_gone": Code("irregularity", "What did not hold holds now."),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two states of a process."""

    code: str
    subject: str
    """The unit, measure or other thing it concerns; empty for the process."""
    entries: tuple[int, ...]
    """The seq of those that show it, in order; of contributions none, they are only counted."""
    facts: Mapping[str, Fact]
    """Plain values for the sentence: `from` and `to` where something took another's place."""

    @property
    def group(self) -> Group:
        """With which others it is told."""
        return CODES[self.code].group


class State(Protocol):
    """One process as it is known at one time, judged."""

    @property
    def case(self) -> Case:
        """Its fold."""

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What is owed in it."""

    @property
    def irregularities(self) -> tuple[Irregularity, ...]:
        """What does not hold in it."""
