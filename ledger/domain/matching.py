"""Where the grammar of a procedure meets the entries of a case.

Duties and irregularities ask the same questions: which entries are judged at all, what an
entry is about, on which days it may have happened. They are answered once, here.

An entry *names* a unit or measure when it declares it or refers to it (`unit`, `measure`,
`carries_out`, `about`, the options of a ballot); the opinion, response or decision that
declared the naming entry is its *declarer*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any, cast

from ledger.domain import events
from ledger.domain.case import Case
from ledger.domain.dates import Period
from ledger.domain.entry import Entry, references, split_reference, validated
from ledger.domain.pointer import replaced
from ledger.domain.procedure import Only, What
from ledger.errors import MalformedError

_ITEMS = ("unit.submitted", "measure.adopted")
_NAMING = ("unit", "measure", "carries_out", "about")
_DECLARERS = ("opinion", "response", "decision")
_FIELDS = {
    kind: (
        tuple(field for field in _NAMING if field in model.model_fields),
        tuple(field for field in _DECLARERS if field in model.model_fields),
    )
    for kind, model in events.KINDS.items()
}
"""What an entry of each kind may name, and which declarers it may have."""
_ANSWERED = What(kind="answer.given")
_ASSESSED = What(kind="unit.assessed")
_VOTED = What(kind="ballot.held")
_WITHDRAWN = What(kind="unit.withdrawn")


class Index:
    """The judged entries of one process, corrections applied, found by what they concern.

    Attributes:
        judged: By `seq`; without what is illustrative in a real process, disowned or unread.
        items: The entries that declare a unit or measure, by id.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.judged: list[Entry] = []
        self.items: dict[str, Entry] = {}
        self._by_seq: dict[int, Entry] = {}
        self._kinds: dict[str, list[Entry]] = {}
        self._named: dict[tuple[str, str], list[Entry]] = {}
        self._particular: set[int] = set()
        self._declaring: dict[tuple[str, str], list[Entry]] = {}
        for recorded in case.entries:
            if recorded.body is not None and case.counts(recorded):
                self._add(self._mended(recorded))

    def of_kind(self, kind: str) -> Sequence[Entry]:
        """The judged entries of a kind, by `seq`."""
        return self._kinds.get(kind, ())

    def entry(self, recorded: Entry | None) -> Entry | None:
        """The same entry with its corrections applied; None if it is not judged."""
        return self._by_seq.get(recorded.seq) if recorded is not None else None

    def units(self) -> Iterator[str]:
        """The judged units, in recorded order."""
        return (entry.raw["id"] for entry in self.of_kind("unit.submitted"))

    def measures(self) -> Iterator[str]:
        """The judged measures, in recorded order."""
        return (entry.raw["id"] for entry in self.of_kind("measure.adopted"))

    def starts(self, after: What, item: str) -> Sequence[Entry]:
        """What makes something owed to an item (`""`: to the process).

        Each matching entry that names it, else its declarer, else the first in the process
        that names nothing in particular: what was said of one unit begins nothing for others.
        """
        if not item:
            return _are(self.of_kind(after.kind), after)
        key = (after.kind, item)
        found = _are(self._named.get(key, ()), after)
        if not found and key in self._declaring:
            found = _are(_once(self._declaring[key]), after)
        if not found:
            plain = (e for e in self.of_kind(after.kind) if e.seq not in self._particular)
            found = list(islice((e for e in plain if after.accepts(e.raw)), 1))
        return found

    def concerning(self, what: What, item: str) -> Sequence[Entry]:
        """The entries of a sort that concern an item (`""`: the process), by `seq`."""
        if not item:
            return _are(self.of_kind(what.kind), what)
        key = (what.kind, item)
        found: Sequence[Entry] = self._named.get(key, ())
        if key in self._declaring:
            found = _once((*found, *self._declaring[key]))
        return _are(found, what)

    def names(self, entry: Entry) -> set[str]:
        """The ids of this process that an entry refers to, in any field."""
        return set(self._own(ref for _, ref in references(entry.kind, entry.raw)))

    def resolved(self, entry: Entry, field: str) -> list[str]:
        """The ids of this process in one field; a whole process stands by its slug."""
        value = entry.raw.get(field)
        if isinstance(value, str):
            return [value] if "/" not in value else self._own((value,))
        return self._own(value or ())

    def verdict(self, unit: str) -> Entry | None:
        """The newest judged answer to a unit."""
        answers = self.concerning(_ANSWERED, unit)
        return answers[-1] if answers else None

    def verdicts(self, unit: str) -> set[str]:
        """What each authority answers a unit now: several where they do not say the same."""
        answers = self.concerning(_ANSWERED, unit)
        newest = {self.case.authority(answer.by): answer.raw["verdict"] for answer in answers}
        return {*newest.values()}

    def newest(self, unit: str, key: str) -> Any:
        """The newest value of a field of the assessments of a unit; None if none says it."""
        values = [e.raw[key] for e in self.concerning(_ASSESSED, unit) if key in e.raw]
        return values[-1] if values else None

    def gone(self, unit: str) -> Entry | None:
        """What withdrew or replaced a unit; only those who submitted it take it back."""
        by = self.items[unit].by if unit in self.items else None
        withdrawn = (
            entry
            for entry in self.concerning(_WITHDRAWN, unit)
            if by is None or entry.by.name == by.name or entry.by.role == by.role
        )
        replaced = (self.items.get(id_) for id_ in self.case.units[unit].replaced_by)
        return next((cause for cause in (*withdrawn, *replaced) if cause is not None), None)

    def elected(self, unit: str) -> bool | None:
        """Whether the newest ballot with this unit elected it; None without a ballot."""
        for ballot in reversed(self.concerning(_VOTED, unit)):
            for option in cast(events.BallotHeld, ballot.body).options:
                if split_reference(option.unit, self.case.process) == (self.case.process, unit):
                    return option.elected
        return None

    def passes(self, only: Only | None, item: str, *, verdict: bool = True) -> bool:
        """Whether a duty concerns an item: for a measure, through any unit it carries out.

        Args:
            verdict: False leaves `only.verdict` out.
        """
        if only is None:
            return True
        entry = self.items[item]
        if entry.kind == "measure.adopted":
            units = [u for u in self.resolved(entry, "carries_out") if u in self.items]
            return any(self.passes(only, unit, verdict=verdict) for unit in units)
        if only.type is not None and entry.raw["type"] not in only.type:
            return False
        if verdict and only.verdict is not None:
            answer = self.verdict(item)
            if answer is None or answer.raw["verdict"] not in only.verdict:
                return False
        if only.eligible is not None and self.newest(item, "eligible") != only.eligible:
            return False
        return only.elected is None or self.elected(item) == only.elected

    def _add(self, entry: Entry) -> None:
        raw, kind = entry.raw, entry.kind
        self.judged.append(entry)
        self._by_seq[entry.seq] = entry
        self._kinds.setdefault(kind, []).append(entry)
        named: list[str] = []
        if kind in _ITEMS:
            self.items[raw["id"]] = entry
            named.append(raw["id"])
        naming, declaring = _FIELDS[kind]
        for field in naming:
            if field in raw:
                named += self.resolved(entry, field)
        if kind == "ballot.held":
            named += self._own(option["unit"] for option in raw["options"])
        elif kind == "process.linked":
            named.append(raw["to"])
        if not named:
            return
        if len(named) > 1:
            named = list(dict.fromkeys(named))
        for item in named:
            self._named.setdefault((kind, item), []).append(entry)
            if item in self.items:
                self._particular.add(entry.seq)
        for field in declaring:
            if raw.get(field) is not None:
                self._declared(self.resolved(entry, field), named)

    def _declared(self, ids: Iterable[str], items: Iterable[str]) -> None:
        for id_ in ids:
            declarer = self.entry(self.case.things.get(id_))
            if declarer is None:
                continue
            for item in items:
                self._declaring.setdefault((declarer.kind, item), []).append(declarer)

    def _own(self, found: Iterable[str]) -> list[str]:
        own = self.case.process
        ids = []
        for reference in found:
            if "/" not in reference:
                ids.append(reference)
            else:
                process, id_ = split_reference(reference, own)
                if process == own:
                    ids.append(id_)
        return ids

    def _mended(self, entry: Entry) -> Entry:
        for correction in self.case.corrections.get(entry.seq, ()):
            if self.case.counts(correction):
                entry = _correct(entry, correction)
        return entry


def first_day(entry: Entry) -> date:
    """The earliest day on which it may have happened; unknown is any day."""
    period = entry.period
    return period.first if period is not None else date.min


def last_day(entry: Entry) -> date:
    """The latest day on which it may have happened: at most that of its recording.

    The civil day of `at` depends on the time zone, so it is the latest anywhere on Earth.
    """
    period = entry.period
    return period.last if period is not None else (entry.at + timedelta(hours=14)).date()


def span(entry: Entry) -> Period:
    """All days on which it may have happened."""
    return Period(first_day(entry), last_day(entry))


def seq_of(entry: Entry) -> int:
    """The place of an entry in the register, to sort by."""
    return entry.seq


def _once(entries: Iterable[Entry]) -> Sequence[Entry]:
    """Each entry once, by `seq`."""
    return sorted({entry.seq: entry for entry in entries}.values(), key=seq_of)


def _are(entries: Sequence[Entry], what: What) -> Sequence[Entry]:
    if what.state is None and what.type is None:
        return entries
    return [entry for entry in entries if what.accepts(entry.raw)]


def _correct(entry: Entry, correction: Entry) -> Entry:
    raw, on = entry.raw, entry.on
    try:
        for change in correction.raw["changes"]:
            if change["path"] == "/on":
                on = str(change["value"])
            elif change["path"].startswith("/body/"):
                raw = replaced(raw, change["path"].removeprefix("/body"), change["value"])
        body = validated(type(entry.body), raw, "/body") if entry.body is not None else None
        mended = replace(entry, on=on, raw=raw, body=body)
        span(mended)
    except (LookupError, MalformedError):
        return entry  # a correction that makes no sense mends nothing
    return mended
