"""Lives of a process as lists of steps, for properties that hold of any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ledger.domain.admission import Thing
from ledger.domain.dates import format_at
from ledger.domain.entry import Entry
from ledger.domain.events import DECLARED
from ledger.domain.irregularities import Irregularity, irregularities
from ledger.domain.keyring import KINDS, HeldKey, Keyring
from tests.domain.build import (
    ANSWER,
    CARRY_OUT,
    CITIZENS,
    CITY,
    COUNCIL,
    REPORT,
    RESPOND,
    TEXT,
    Process,
    what,
)

METROPOLIS = {"name": "Métropole", "role": "city"}
BASIS = "Charte, article 4."
GRAMMAR: dict[str, Any] = {
    "owed": [
        {**RESPOND, "within": "P6M", "basis": BASIS},
        {**ANSWER, "within": "P40D", "basis": BASIS, "by": ["city", "council"]},
        {**REPORT, "every": "P1Y", "until": what("process.closed"), "basis": BASIS},
        CARRY_OUT,
        {**ANSWER, "id": "pass_on", "what": what("unit.transmitted"),
         "after": what("answer.given"), "only": {"verdict": ["passed_on"]}},
    ],
    "order": [
        {"id": "mandate_first", "first": what("mandate.issued"),
         "then": what("opinion.delivered"), "per": "process"},
        {"id": "unit_first", "first": what("unit.submitted"),
         "then": what("answer.given"), "per": "unit"},
    ],
    "kinds": [
        {"kind": "mandate.issued", "by": ["council"], "required": True},
        {"kind": "opinion.delivered", "by": ["citizens"], "required": True},
        {"kind": "answer.given", "by": ["city"], "required": False},
    ],
}  # fmt: skip
DUTIES = [*(rule["id"] for rule in GRAMMAR["owed"]), "unheard_of"]

DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31)).map(str)
BETWEEN = st.tuples(DAYS, DAYS).map(lambda ends: "/".join(sorted(ends)))
ON = st.one_of(DAYS, DAYS, DAYS.map(lambda day: day[:7]), BETWEEN, st.none())
_DUES = ("2020-06", "2021-03-31", "2021", "2022-01-01/2022-02-15", "2023-05-05", "2020-02-29")
_LAST = [date(2020, 6, 30), date(2021, 3, 31), date(2021, 12, 31), date(2022, 2, 15)]
TODAY = st.one_of(
    st.dates(date(2020, 1, 1), date(2026, 12, 31)),
    st.sampled_from([day + timedelta(days=n) for day in _LAST for n in (0, 1)]),
)
"""Any day, or one on which a date that was said is over, or is not yet."""


class Step(NamedTuple):
    """What a clerk records: a sort, a date, and numbers that choose among what is there."""

    sort: str
    on: str | None
    n: int
    m: int


SORTS = (
    *("mandate", "opinion", "unit", "merge", "withdraw", "assess", "response", "answer"),
    *("defer", "transmit", "decision", "measure", "amend", "report", "done", "abandon"),
    *("vote", "claim", "date", "what", "close", "disown", "correct", "invent"),
)
STEPS = st.lists(
    st.builds(Step, st.sampled_from(SORTS), ON, st.integers(0, 5), st.integers(0, 5)),
    max_size=30,
)
_VERDICTS = ("retained", "partly_retained", "passed_on", "rejected", "already_done", "retained")


def play(steps: Sequence[Step], owners: tuple[dict[str, str], ...] = (CITY,)) -> Process:
    """The process that some steps make; what they cannot make is left out."""
    life = _Life(Process(owners=owners, **GRAMMAR))
    for step in steps:
        life.take(step)
    return life.process


def wrong(process: Process, today: date) -> tuple[Irregularity, ...]:
    """All its irregularities on a day."""
    found = process.duties(str(today))
    return irregularities(process.case(), process.procedures, found, today=today)


class _Life:
    def __init__(self, process: Process) -> None:
        self.process = process

    def there(self, letter: str, n: int) -> str | None:
        ids = [e.id for e in self.process.entries if e.id and e.id[0] == letter]
        real = [e.id for e in self.process.entries if e.id in ids and not e.illustrative]
        return real[n % len(real)] if real else None

    def new(self, letter: str) -> str:
        return f"{letter}{len(self.process.entries)}"

    def take(self, step: Step) -> None:
        sort, on, n, m = step
        unit, measure = self.there("R", n), self.there("M", n)
        opinion = self.there("O", m) if m % 2 else None
        by = (CITY, METROPOLIS, COUNCIL)[m % 3]
        add = self.process.add
        match sort:
            case "mandate":
                votes = {"cast": 9, "in_favour": n, "against": m, "abstained": 3}
                add("mandate.issued", on, id=self.new("F"), vote=votes, by=COUNCIL)
            case "opinion":
                add("opinion.delivered", on, id=self.new("O"), declares=n,
                    by=(CITIZENS, CITY)[m % 2])  # fmt: skip
            case "unit":
                add("unit.submitted", on, id=self.new("R"), opinion=opinion)
            case "merge" if unit:
                add("unit.submitted", on, id=self.new("R"), replaces=[unit])
            case "withdraw" if unit:
                add("unit.withdrawn", on, unit=unit)
            case "assess" if unit:
                add("unit.assessed", on, unit=unit, cost=m * 100)
            case "response":
                named: dict[str, Any] = {"opinion": opinion} if opinion else {}
                add("response.given", on, id=self.new("A"), declares=n, by=by, **named)
            case "answer" if unit:
                reason = TEXT if n % 2 else None
                add("answer.given", on, unit=unit, response=self.there("A", m), by=by,
                    verdict=_VERDICTS[m], reason=reason)  # fmt: skip
            case "defer" if unit:
                add("answer.given", on, unit=unit, verdict="deferred", until=_DUES[m])
            case "transmit" if unit:
                add("unit.transmitted", on, unit=unit, to="État")
            case "decision":
                add("decision.made", on, id=self.new("D"), declares=m)
            case "measure":
                due: dict[str, Any] = {"due": _DUES[m]} if n % 2 else {}
                add("measure.adopted", on, id=self.new("M"), decision=self.there("D", m),
                    carries_out=[unit] if unit else [], **due)  # fmt: skip
            case "amend" if measure:
                add("measure.amended", on, measure=measure, due=_DUES[m])
            case "report" | "done" | "abandon" if measure:
                states = {"report": "under_way", "done": "done", "abandon": "abandoned"}
                add("follow_up.reported", on, measure=measure, state=states[sort])
            case "vote" if unit:
                option = {"unit": unit, "votes": m, "elected": m > 2}
                envelopes = [{"territory": "Nord", "cents": 250}]
                add("ballot.held", on, id=self.new("B"), options=[option], envelopes=envelopes)
            case "claim":
                value = {"number": m, "unit": "arbres", "bound": "exactly"}
                add("claim.recorded", on, about=["p"], topic="trees", value=value)
            case "date":
                about: dict[str, Any] = {"about": [unit]} if unit and n % 2 else {}
                add("date.announced", on, due=_DUES[m], duty=DUTIES[n], by=by, **about)
            case "what":
                add("date.announced", on, due=_DUES[m], what=what("session.held"), by=by)
            case "close":
                add("process.closed", on)
            case "disown" | "correct" if n + 1 < len(self.process.entries):
                self.mend(sort, on, self.process.entries[-n - 1])
            case "invent" if unit:
                add("answer.given", on, unit=unit, illustrative=True)

    def mend(self, sort: str, on: str | None, named: Entry) -> None:
        more: dict[str, Any] = {"entry": named.seq}
        if sort == "correct":
            more["changes"] = [{"path": "/on", "value": on or "2021"}]
        kind = {"disown": "entry.disowned", "correct": "correction.made"}[sort]
        self.process.add(kind, None, illustrative=named.illustrative, **more)


class Told:
    """A register held in a list: satisfies `admission.Register`."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._entries = entries

    def process(self, slug: str) -> bool | None:
        """Whether the process is illustrative; None where it does not exist."""
        found = (e.get("illustrative", False) for e in self._entries if e["process"] == slug)
        return next(found, None)

    def thing(self, process: str, id_: str) -> Thing | None:
        """What bears this id."""
        for entry in self._entries:
            sort = DECLARED.get(entry["kind"])
            if sort and (entry["process"], entry["body"]["id"]) == (process, id_):
                return Thing(sort, entry.get("illustrative", False))
        return None

    def entry(self, seq: int) -> Mapping[str, Any] | None:
        """The decoded entry at a place of the register."""
        return next((e for e in self._entries if e["seq"] == seq), None)

    def key(self, id_: str) -> HeldKey | None:
        """The key of that id."""
        return Keyring(self.entries("register", KINDS)).keys.get(id_)

    def nonce(self, nonce: str) -> bool:
        """Whether a signed statement bears it."""
        return any(e["v"] == 1 and e.get("signed", {}).get("nonce") == nonce
                   for e in self._entries)  # fmt: skip

    def entries(self, process: str, kinds: Sequence[str]) -> list[Mapping[str, Any]]:
        """The decoded entries of some kinds in a process, as recorded."""
        return [e for e in self._entries if e["process"] == process and e["kind"] in kinds]


def decoded(entry: Entry) -> dict[str, Any]:
    """An entry as it stands in a register, but for its place in the chain."""
    plain = {
        "at": format_at(entry.at), "body": dict(entry.raw), "by": entry.by.model_dump(),
        "kind": entry.kind, "nth": entry.nth, "on": entry.on, "previous": "0" * 64,
        "process": entry.process, "recorder": entry.recorder, "seq": entry.seq, "sources": [],
        "v": 1,
    }  # fmt: skip
    return {**plain, "illustrative": True} if entry.illustrative else plain
