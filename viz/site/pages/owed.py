"""What is awaited and what became of every promise, in words.

Units that are owed the same thing by the same date stand in one line: a page says « 8 réponses
attendues », not eight times the same. A line is late only against a date or a text, which it
shows; without either it counts its days and says that no delay was announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.domain.duties import Duty
from ledger.domain.procedure import What
from ledger.domain.promises import Promise
from ledger.domain.values import Titles
from viz.site.i18n import Language
from viz.site.pages.mended import Mended, mended_of
from viz.site.pages.reading import Reader, Ref, Say, SourceLine, capital

SHOWN = 12
"""How many units of one line are named."""


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One date that was announced or set by a text, and what came of it."""

    when: str
    outcome: str
    """Its code; the words are `said`."""
    said: str
    by: str
    announced: str
    words: Say | None
    basis: str | None
    sources: tuple[SourceLine, ...]
    href: str
    mended: Mended | None


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One thing that is or was owed."""

    key: str
    title: str
    state: str
    badge: str
    sentence: str
    who: str
    refs: tuple[Ref, ...]
    more: int
    """Units that are not named."""
    promises: tuple[PromiseLine, ...]
    urgency: tuple[int, int]
    """For sorting: what has passed first, then what has waited longest."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Where a process stands and what comes next."""

    waiting: tuple[OwedLine, ...]
    done: tuple[OwedLine, ...]
    lifted: tuple[OwedLine, ...]
    later: tuple[str, ...]
    """What will be owed once something else has come."""

    @property
    def past(self) -> int:
        """How many lines have passed their date."""
        return sum(line.state == "past_due" for line in self.waiting)


_ORDER = {"past_due": 0, "open": 1}


def awaited(reader: Reader, duties: Iterable[Duty], own: str = "") -> Awaited:
    """Every duty of a process in words, like ones together.

    Args:
        own: The thing whose page it is: it is not linked with itself.
    """
    groups: dict[tuple[object, ...], list[Duty]] = {}
    later: dict[str, None] = {}
    for duty in duties:
        if duty.state == "not_yet" and not duty.promises:
            later[name_of(reader, duty, own)] = None
            continue
        groups.setdefault(_likeness(duty), []).append(duty)
    lines = [line_of(reader, group, own) for group in groups.values()]
    waiting = [line for line in lines if line.state in ("past_due", "open", "not_yet")]
    return Awaited(
        tuple(sorted(waiting, key=lambda line: line.urgency)),
        tuple(line for line in lines if line.state in ("met", "met_late")),
        tuple(line for line in lines if line.state == "lifted"),
        tuple(later),
    )


def line_of(reader: Reader, group: Sequence[Duty], own: str = "") -> OwedLine:
    """Duties that are owed alike, as one line."""
    duty = group[0]
    subjects = [reader.ref(d.subject) for d in group if d.subject and d.subject != own]
    word = reader.language.word
    urgency = (_ORDER.get(duty.state, 2), -(duty.late or duty.days or 0))
    return OwedLine(
        f"{duty.id or duty.what.kind}-{duty.state}",
        name_of(reader, duty, own),
        duty.state,
        word(f"duty_state.{'due' if duty.state == 'open' and duty.due else duty.state}"),
        sentence(reader, group),
        ", ".join(duty.owes) or ", ".join(word(f"role.{role}") for role in duty.roles),
        tuple(subjects[:SHOWN]),
        max(0, len(subjects) - SHOWN),
        tuple(_promises(reader, group)),
        urgency,
    )


def name_of(reader: Reader, duty: Duty, own: str = "") -> str:
    """What is owed, as the procedure calls it; on the page of a measure, what it owes."""
    if own and duty.subject == own and duty.what.kind == "follow_up.reported":
        if duty.what.state == "done":
            return reader.language.gettext("Its completion")
        return reader.language.gettext("News of this measure")
    return named(reader.language, duty.titles, duty.what)


def named(language: Language, titles: Titles | None, what: What) -> str:
    """What is owed, as the procedure calls it; else by what would fulfil it."""
    if titles is not None:
        return language.title(titles)
    if what.state == "done":
        return language.gettext("Completion of the measure")
    code = f"awaited.{what.kind}"
    if not language.knows(code):
        code = f"event.{what.kind}"
    return capital(language.word(code))


def sentence(reader: Reader, group: Sequence[Duty]) -> str:
    """How it stands with what is owed, in one sentence."""
    language, duty = reader.language, group[0]
    _ = language.gettext
    due = language.period(duty.due) if duty.due else ""
    if duty.state == "past_due":
        late = language.days(duty.late or 0, duty.late_exact)
        if begun(duty):
            said = _("Due %(due)s, %(days)s ago. Recorded here: %(done)s of %(times)s.")
            return said % {"due": due, "days": late, "done": duty.done, "times": duty.times}
        return overdue(language, duty.what) % {"due": due, "days": late}
    if duty.state in ("open", "not_yet"):
        if duty.due and begun(duty):
            said = _("Due %(due)s. Recorded here: %(done)s of %(times)s.")
            return said % {"due": due, "done": duty.done, "times": duty.times}
        if duty.due and duty.days is not None:
            return _("Due %(due)s; open for %(days)s.") % {
                "due": due,
                "days": language.days(duty.days, duty.days_exact),
            }
        if duty.due:
            return _("Due %(due)s.") % {"due": due}
        if duty.days is None:
            return _("Expected; the date from which to count is not known.")
        return _("Open for %(days)s; no deadline was announced.") % {
            "days": language.days(duty.days, duty.days_exact)
        }
    if duty.state == "lifted":
        return _("No longer awaited.")
    return _met(reader, group)


def overdue(language: Language, what: What) -> str:
    """That a day has passed; of what was to be done there may be other news."""
    if what.state is not None:
        return language.gettext("Due %(due)s, %(days)s ago. It is not recorded here as done.")
    return language.gettext("Due %(due)s, %(days)s ago. Nothing that follows is recorded here.")


def begun(duty: Duty) -> bool:
    """Whether a part of what is owed several times is recorded, and not all of it."""
    return 0 < duty.done < duty.times


def _met(reader: Reader, group: Sequence[Duty]) -> str:
    language, duty = reader.language, group[0]
    _ = language.gettext
    days = [d.days for d in group if d.days is not None]
    when = ""
    if len({d.met_by.on for d in group if d.met_by}) == 1 and duty.met_by:
        when = language.when(reader.on(duty.met_by))
    if duty.state == "met_late":
        return _("Done %(when)s, %(days)s after the due date (%(due)s).") % {
            "when": when,
            "days": language.days(duty.late or 0, duty.late_exact),
            "due": language.period(duty.due) if duty.due else "",
        }
    if when and days:
        told = language.days(days[0], duty.days_exact)
        if duty.due is None and not any(days):
            return _("Done %(when)s, the same day; no deadline had been announced.") % {
                "when": when
            }
        if duty.due is None:
            return _("Done %(when)s, after %(days)s; no deadline had been announced.") % {
                "when": when,
                "days": told,
            }
        return _("Done %(when)s, in time for %(due)s.") % {
            "when": when,
            "due": language.period(duty.due),
        }
    if when:
        return _("Done %(when)s.") % {"when": when}
    return _("Done.")


def _likeness(duty: Duty) -> tuple[object, ...]:
    common = (duty.id, duty.what.kind, duty.what.state, duty.owes, duty.state)
    if duty.state in ("met", "met_late", "lifted"):
        met = duty.met_by.on if duty.met_by else None
        return (*common, met, duty.due, bool(duty.promises))
    return (*common, duty.since, duty.due, duty.done)


def _promises(reader: Reader, group: Sequence[Duty]) -> Iterable[PromiseLine]:
    seen: set[tuple[int, str]] = set()
    for duty in group:
        dated: list[tuple[Promise, str | None]] = [(p, None) for p in duty.promises]
        if duty.bound is not None:
            dated.append((duty.bound, duty.basis))
        for promise, basis in dated:
            key = (promise.entry.seq, promise.due.last.isoformat())
            if key not in seen:
                seen.add(key)
                yield _promise(reader, promise, basis, begun(duty))


def _promise(reader: Reader, promise: Promise, basis: str | None, part: bool) -> PromiseLine:
    language, entry = reader.language, promise.entry
    said = language.word(f"promise.{promise.outcome}")
    if part and promise.outcome == "missed":
        said = language.word("promise.missed.part")
    if promise.late is not None and promise.outcome == "kept_late":
        said = language.gettext("kept %(days)s late") % {
            "days": language.days(promise.late, promise.late_exact)
        }
    return PromiseLine(
        language.period(promise.due),
        promise.outcome,
        said,
        entry.by.name,
        language.when(reader.on(entry)),
        _words(reader, promise),
        basis,
        tuple(reader.sources(entry)) if basis is None else (),
        reader.entry(entry.seq),
        mended_of(reader, entry),
    )


def _words(reader: Reader, promise: Promise) -> Say | None:
    """In which words a date was announced, as they read now."""
    if promise.words is None:
        return None
    return reader.say(reader.raw(promise.entry).get("words"), promise.entry)
