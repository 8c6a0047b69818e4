"""What changed in a process, in sentences: made from the codes and facts of `changes`.

Changes that read alike stand in one line: a page says « a répondu : retenue » once, with the
seven units of which it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from ledger.domain.change import Change, Group
from ledger.domain.irregularities import Irregularity
from ledger.domain.procedure import Procedure
from ledger.service.compare import Changed
from viz.site.pages.faults import faults_of
from viz.site.pages.reading import MASCULINE, Reader, Ref, capital

SHOWN = 20
"""How many things and entries of one line are linked; the rest is counted."""


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One difference, or several that read alike."""

    code: str
    sentence: str
    subjects: tuple[Ref, ...]
    more: int
    """Things that are not named."""
    entries: tuple[tuple[int, str], ...]
    """(seq, address) of the entries that show it."""
    more_entries: int
    href: str
    """Where contributions, which are only counted, can be read; else empty."""


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """The differences of one group."""

    heading: str
    lines: tuple[ChangedLine, ...]


def parts_of(reader: Reader, found: Changed) -> tuple[ChangedPart, ...]:
    """Every difference in words, group by group; groups without any are left out."""
    procedures = dict(found.after.procedures)
    if found.before is not None:
        procedures = {**found.before.procedures, **procedures}
    teller = _Teller(reader, found, procedures)
    parts = []
    for group in get_args(Group):
        lines = teller.lines(change for change in found.changes if change.group == group)
        if lines:
            parts.append(ChangedPart(reader.language.word(f"change_group.{group}"), lines))
    return tuple(parts)


class _Teller:
    """Tells changes in one language."""

    def __init__(
        self, reader: Reader, found: Changed, procedures: Mapping[int, Procedure]
    ) -> None:
        self.reader, self.language = reader, reader.language
        self.found, self.procedures = found, procedures

    def lines(self, changes: Iterable[Change]) -> tuple[ChangedLine, ...]:
        alike: dict[tuple[str, str], list[Change]] = {}
        for change in changes:
            alike.setdefault((change.code, self.sentence(change)), []).append(change)
        return tuple(self.line(*key, together) for key, together in alike.items())

    def line(self, code: str, sentence: str, changes: list[Change]) -> ChangedLine:
        subjects = list(dict.fromkeys(c.subject for c in changes if c.subject))
        seqs = sorted({seq for change in changes for seq in change.entries})
        counted = code == "added" and not seqs
        case = self.found.after.case
        return ChangedLine(
            code,
            sentence,
            tuple(self.reader.ref(subject) for subject in subjects[:SHOWN]),
            max(0, len(subjects) - SHOWN),
            tuple((seq, self.reader.entry(seq)) for seq in seqs[:SHOWN]),
            max(0, len(seqs) - SHOWN),
            self.reader.page(f"/p/{case.process}/contributions") if counted else "",
        )

    def sentence(self, change: Change) -> str:
        """A change in words."""
        if change.group == "irregularity":
            return self.fault(change)
        facts = {name: self.fact(change, name, v) for name, v in change.facts.items()}
        if "duty" in change.facts:
            facts["name"] = self.name(change)
        words = self.language.word(f"change.{_variant(change)}")
        said = words % _Facts(facts)
        invented = change.facts.get("illustrative") and not self.found.after.case.illustrative
        if change.code == "added" and invented:
            said += " " + self.language.gettext("(illustrative: %(num)s)") % {
                "num": facts["illustrative"]
            }
        return capital(said)

    def fault(self, change: Change) -> str:
        """What does not hold, or no longer, as pages of the process say it."""
        facts = dict(change.facts)
        code, severity = facts.pop("irregularity"), facts.pop("severity")
        one = Irregularity(str(code), severity, change.entries, change.subject, facts)  # type: ignore[arg-type]
        view = self.found.after
        if change.code == "irregularity_gone" and self.found.before is not None:
            view = self.found.before
        (told,) = faults_of(self.reader, [one], self.procedures, view.duties)
        words = self.language.word(f"change.{change.code}")
        return words % {"severity": told.severity_words, "said": told.sentence}

    def name(self, change: Change) -> str:
        """What is owed, as the procedure calls it; else what would fulfil it."""
        procedure = self.procedures.get(int(change.facts.get("procedure", -1)))  # type: ignore[arg-type]
        for owed in procedure.owed if procedure is not None else ():
            if owed.id == change.facts["duty"]:
                return self.language.title(owed.titles)
        if change.facts.get("state") == "done":
            return self.language.gettext("Completion of the measure")
        code = f"awaited.{change.facts['what']}"
        if not self.language.knows(code):
            code = f"event.{change.facts['what']}"
        return self.language.word(code)

    def fact(self, change: Change, name: str, value: Any) -> str:
        """One fact in words."""
        language = self.language
        if name in ("from", "to"):
            return self.turn(change, value)
        if name == "kind":
            count = change.facts.get("count", 1)
            return language.word(f"event.{value}" if count == 1 else f"many.event.{value}")
        if name in ("field", "fields"):
            named = value if isinstance(value, tuple) else (value,)
            return ", ".join(dict.fromkeys(self.field(one) for one in named))
        if name == "basis":
            return language.word(f"basis.{value}")
        if name == "on":
            return language.when(value)
        if name == "days":
            return language.days(value, bool(change.facts.get("exact", True)))
        if isinstance(value, date):
            return language.day(value)
        if isinstance(value, int):
            return language.number(value)
        return language.listing(value) if isinstance(value, tuple) else str(value)

    def turn(self, change: Change, value: Any) -> str:
        """What something was, or is now."""
        language, field = self.language, change.facts.get("field")
        if change.code.startswith(("verdict_", "answered_")):
            return language.word(f"verdict.{value}", masculine=self.masculine(change.subject))
        if change.code.startswith("state_"):
            return language.word(f"state.{value}")
        if change.code == "procedure_changed":
            procedure = self.procedures.get(value)
            titles = procedure.titles if procedure is not None else None
            return "…" if titles is None else getattr(titles, language.code)
        if change.code.startswith(("due_", "date_")):
            return language.on(value)
        if field == "amount":
            return language.money(value)
        return language.word(f"term.{value}") if field == "term" else str(value)

    def field(self, path: str) -> str:
        """What a field, or a place of an entry, is called."""
        parts = [part for part in path.split("/") if part and not part.isdigit()]
        name = "source" if parts[0] == "sources" and parts[-1] != "url" else parts[-1]
        return self.language.word(f"field.{name}")

    def masculine(self, subject: str) -> bool:
        """Whether a French verdict agrees in the masculine."""
        unit = self.found.after.case.units.get(subject)
        return unit is not None and unit.body.type in MASCULINE


def _variant(change: Change) -> str:
    """The sentence to use: days take other words in French, and texts are not quoted."""
    facts = change.facts
    if change.code in ("due_moved", "date_moved"):
        exact = all(len(str(facts.get(end, ""))) == 10 for end in ("from", "to"))
        return f"{change.code}.days" if exact else change.code
    if change.code == "term_changed":
        ends = {"from", "to"} & facts.keys()
        if len(ends) == 2:
            return change.code
        return f"{change.code}.set" if "to" in ends else f"{change.code}.text"
    if change.code in ("duty_begun", "duty_put_off", "duty_open_again", "duty_past_due"):
        return f"{change.code}.due" if "due" in facts else change.code
    if change.code == "closed":
        return change.code if "on" in facts else "closed.undated"
    return change.code


class _Facts(dict[str, str]):
    """Facts as words; a fact that a change does not bring is an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"
