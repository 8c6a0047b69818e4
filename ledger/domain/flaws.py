"""What can be wrong with a procedure that a city writes: every flaw by its code.

An error is what could never be meant: it is not adopted. A warning is what is likely a slip,
and may be meant. The sentence of each flaw says how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]

FLAWS: dict[str, tuple[Severity, str]] = {
    # the file
    "empty_file": ("error", "Nothing is written in the file."),
    "too_large": ("error", "A procedure is larger than an entry may be."),
    "not_toml": ("error", "The file is not TOML: a quote, bracket, comma or `=` is astray."),
    "bad_text": ("error", "A text holds characters that may not be recorded."),
    # the form
    "missing_key": ("error", "A key that has to be there is not."),
    "unknown_key": ("error", "A key is misspelt, or stands in the wrong table."),
    "bad_value": ("error", "A value has not the form that its key asks for."),
    "unknown_word": ("error", "A role, stage, state or other word is none of the list."),
    "bad_duration": ("error", "A delay or period is not written `PnY`, `PnM`, `PnW`, `PnD`."),
    "empty_text": ("error", "A title or a basis says nothing."),
    "no_basis": ("error", "`within` or `every` stands without the text that binds."),
    "id_twice": ("error", "Two duties, or two rules of order, have one id."),
    # the steps
    "unknown_kind": ("error", "No kind of statement is called so."),
    "register_kind": ("error", "A kind belongs to the register itself, not to a process."),
    "stateless_kind": ("error", "A `state` is asked of a kind that has none."),
    "typeless_kind": ("error", "A `type` is asked of a kind that has none."),
    "kind_twice": ("error", "A kind is listed twice among the steps."),
    "role_twice": ("warning", "A role is named twice in one list."),
    "not_required": ("warning", "A step is required that nobody can plan."),
    "nothing_to_refer_to": ("warning", "A step speaks of a thing that no step brings about."),
    # the stages
    "stage_twice": ("error", "A stage is listed twice."),
    "stage_of_register": ("error", "The stage of the register is none of a process."),
    "stage_unlisted": ("error", "A step belongs to a stage that is not listed."),
    "stage_without_step": ("warning", "A stage is listed and has no step."),
    "stage_out_of_order": ("warning", "The stages are not in the order of a process."),
    # what is owed
    "not_a_step": ("error", "A duty or rule names a kind that is no step of the procedure."),
    "nobody_may": ("error", "None of those who owe may take the step that fulfils it."),
    "may_not_speak": ("warning", "One of those who owe may not take the step."),
    "no_such_thing": ("error", "It is owed for each unit or measure, and no step makes one."),
    "cannot_concern": ("error", "Such a statement never concerns a unit, measure or link."),
    "only_without_step": ("error", "`only` asks for what no step ever says."),
    "only_of_nothing": ("error", "`only` narrows units and measures, not this."),
    "only_empty": ("warning", "`only` is empty."),
    "until_without_every": ("error", "`until` ends what comes back; nothing does."),
    "times_zero": ("error", "Nothing is owed no times."),
    "within_unused": ("warning", "With `every`, nobody looks at `within`."),
    "begins_itself": ("warning", "What fulfils the duty begins it anew."),
    "same_titles": ("warning", "French and English titles are the same."),
    "same_duty": ("warning", "Two duties ask for the same."),
    # what comes before what
    "before_itself": ("error", "A step would have to come before itself."),
    "order_in_circle": ("error", "Rules of order contradict each other."),
    "same_order": ("warning", "Two rules of order say the same."),
}
"""Each code: how grave it is, and what it says of any procedure."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, where, and how to mend it."""

    code: str
    place: str
    """`owed[2].after`, counted from 0; `line 3, column 8` where the file is not TOML; empty
    when it is the whole."""
    message: str

    @property
    def severity(self) -> Severity:
        """Whether it stands in the way of adopting."""
        return FLAWS[self.code][0]

    def __str__(self) -> str:
        at = f"{self.place}: " if self.place else ""
        return f"{at}{self.message} [{self.code}]"


def errors(flaws: Iterable[Flaw]) -> list[Flaw]:
    """Those that stand in the way of adopting."""
    return [flaw for flaw in flaws if flaw.severity == "error"]


def hint(word: str, known: Iterable[str]) -> str:
    """“; did you mean `within`?”, or nothing where no known word is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""


def shown(value: object) -> str:
    """A value of the file as a message may show it: short, and nothing a terminal obeys."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return f"`{text[:40]}…`" if len(text) > 40 else f"`{text}`"
