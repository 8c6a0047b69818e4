"""Random lives of a process, judged by the code and by a model read off the rules.

The machine plays whatever a clerk may record, in any order and with any dates: units merged,
split, withdrawn; two cities of one role; dates said before, after and again; entries disowned,
corrected, invented; the procedure changed in the middle. After every step both say what is
owed, and must say the same.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.domain.duties import Duty, duties
from tests.domain import model
from tests.domain.build import CITIZENS, CITY, COUNCIL, Process, procedure, what
from tests.domain.standing import Seen

METROPOLIS = {"name": "Métropole", "role": "city"}
TOWN_HALL = {"name": "Mairie", "role": "city"}
ELECTED = {"name": "Élus", "role": "elected"}
PRESS = {"name": "Le Journal", "role": "press"}
SPEAKERS = st.sampled_from([CITY, CITY, CITY, METROPOLIS, TOWN_HALL, ELECTED, COUNCIL, PRESS])
OWNERS = [(CITY,), (CITY,), (COUNCIL,), (CITY, COUNCIL), (CITY, METROPOLIS), (CITY, ELECTED)]
BASIS = "Charte, article 4."


def owed(id_: str, done: dict[str, str], then: dict[str, str], **more: Any) -> dict[str, Any]:
    """A rule: what is owed, and what begins it."""
    bound = {"basis": BASIS} if {"within", "every"} & set(more) else {}
    plain = {"id": id_, "what": done, "after": then, "per": "process", "by": ["city"]}
    return {**plain, **bound, **more}


RESPOND = owed("respond", what("response.given"), what("opinion.delivered"))
ANSWER = owed(
    "answer",
    what("answer.given"),
    what("opinion.delivered"),
    per="unit",
    only={"type": ["recommendation"]},
)
CARRY_OUT = owed(
    "carry_out", what("follow_up.reported", "done"), what("measure.adopted"), per="measure"
)
GRAMMARS: list[list[dict[str, Any]]] = [
    [
        {**RESPOND, "within": "P3M", "basis": BASIS},
        ANSWER,
        owed(
            "pass_on",
            what("unit.transmitted"),
            what("answer.given"),
            per="unit",
            only={"verdict": ["passed_on"]},
            within="P2W",
        ),
        CARRY_OUT,
    ],
    [
        {**RESPOND, "times": 2},
        {**ANSWER, "by": ["city", "elected"], "within": "P40D", "basis": BASIS},
        owed(
            "report",
            what("follow_up.reported"),
            what("decision.made"),
            per="measure",
            every="P6M",
            until=what("process.closed"),
        ),
        owed(
            "decide", what("decision.made"), what("unit.assessed"), per="unit", by=["council"]
        ),
    ],
    [
        owed(
            "sit",
            what("session.held"),
            what("opinion.delivered"),
            every="P1Y",
            times=2,
            until=what("process.closed"),
        ),
        owed("hear", what("review.held"), what("process.closed"), per="link", within="P1M"),
        owed(
            "build",
            what("measure.adopted"),
            what("ballot.held"),
            per="unit",
            only={"elected": True},
            by=["council"],
        ),
        {**CARRY_OUT, "only": {"verdict": ["retained", "partly_retained"]}},
    ],
    [
        {**ANSWER, "only": {"eligible": True}, "times": 2},
        owed(
            "again",
            what("answer.given"),
            what("answer.given"),
            per="unit",
            only={"verdict": ["deferred"]},
        ),
        owed("tell", what("review.held"), what("follow_up.reported", "late"), per="measure"),
        {**RESPOND, "after": what("unit.submitted"), "within": "P1Y", "basis": BASIS},
        owed("hear", what("review.held"), what("process.linked"), per="link"),
        owed(
            "ask",
            what("session.held"),
            what("unit.submitted"),
            per="unit",
            every="P3M",
            only={"type": ["question"], "verdict": ["deferred", "rejected"]},
        ),
    ],
    [],
]
"""By seq; 0 is the first."""
DUTIES = [*sorted({r["id"] for grammar in GRAMMARS for r in grammar}), "unheard_of"]
WHATS = [
    what("response.given"),
    what("answer.given"),
    what("review.held"),
    what("session.held"),
    what("follow_up.reported", "done"),
    what("document.published"),
]

DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31)).map(str)
MONTHS = DAYS.map(lambda day: day[:7])
BETWEEN = st.tuples(DAYS, DAYS).map(lambda ends: "/".join(sorted(ends)))
ON = st.one_of(DAYS, DAYS, MONTHS, DAYS.map(lambda day: day[:4]), BETWEEN, st.none())
DUE = st.one_of(DAYS, MONTHS, BETWEEN)
TODAY = st.dates(date(2020, 1, 1), date(2025, 12, 31))
NTH = st.integers(0, 3)
VERDICTS = st.sampled_from(["retained", "partly_retained", "deferred", "rejected", "passed_on"])
CHILD = "suite"


class Life(RuleBasedStateMachine):
    """One process, from its opening on."""

    @initialize(
        first=st.integers(0, len(GRAMMARS) - 2),
        owners=st.sampled_from(OWNERS),
        illustrative=st.integers(0, 9).map(lambda n: n == 9),
        today=TODAY,
        begun=st.lists(ON, max_size=2),
    )
    def open(
        self,
        first: int,
        owners: Any,
        illustrative: bool,
        today: date,
        begun: list[str | None],
    ) -> None:
        self.process = Process(owners=owners, illustrative=illustrative)
        self.grammars = {
            seq: GRAMMARS[(seq - 1 + first) % len(GRAMMARS)] for seq in range(1, 6)
        }
        self.process.procedures = {s: procedure(owed=g) for s, g in self.grammars.items()}
        self.child: Process | None = None
        self.today = today
        self.names: dict[str, list[str]] = {}
        for on in begun:
            self.deliver(on, CITIZENS)
            self.submit(on, 0, "recommendation")
            self.adopt(on, 3, [0], None)

    def say(self, kind: str, on: str | None, by: Any = None, **body: Any) -> None:
        kept = {key: value for key, value in body.items() if value is not None}
        needed = {"opinion", "response", "decision", "reason"} & set(body)
        self.process.add(kind, on, by=by, **{**dict.fromkeys(needed), **kept})

    def new(self, letter: str) -> str:
        names = self.names.setdefault(letter, [])
        names.append(f"{letter}{len(names) + 1}")
        return names[-1]

    def pick(self, letter: str, n: int) -> str | None:
        """One that is there, or none."""
        names = self.names.get(letter, [])
        return names[n % len(names)] if names and n < 3 else None

    @rule(on=ON, by=st.sampled_from([CITIZENS, CITY]))
    def deliver(self, on: str | None, by: Any) -> None:
        self.say("opinion.delivered", on, by, id=self.new("O"), declares=1)

    @rule(on=ON, n=NTH, type_=st.sampled_from(["recommendation", "recommendation", "question"]))
    def submit(self, on: str | None, n: int, type_: str) -> None:
        opinion = self.pick("O", n)
        self.say("unit.submitted", on, id=self.new("R"), opinion=opinion, type=type_)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, ns=st.lists(NTH, min_size=1, max_size=2))
    def merge_or_split(self, on: str | None, ns: list[int]) -> None:
        olds = [id_ for n in ns if (id_ := self.pick("R", n))]
        self.say("unit.submitted", on, id=self.new("R"), opinion=None, replaces=olds or None)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, n=NTH)
    def withdraw(self, on: str | None, n: int) -> None:
        if unit := self.pick("R", n):
            self.say("unit.withdrawn", on, unit=unit)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, n=NTH, eligible=st.none() | st.booleans())
    def assess(self, on: str | None, n: int, eligible: bool | None) -> None:
        if unit := self.pick("R", n):
            self.say("unit.assessed", on, unit=unit, eligible=eligible)

    @rule(on=ON, n=NTH, by=SPEAKERS)
    def respond(self, on: str | None, n: int, by: Any) -> None:
        named: dict[str, Any] = (
            {} if (opinion := self.pick("O", n)) is None else {"opinion": opinion}
        )
        self.process.add("response.given", on, by=by, id=self.new("A"), **named)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, n=NTH, m=NTH, verdict=VERDICTS, until=st.none() | DUE, by=SPEAKERS)
    def answer(
        self, on: str | None, n: int, m: int, verdict: str, until: str | None, by: Any
    ) -> None:
        if unit := self.pick("R", n):
            until = until if verdict == "deferred" else None
            more = {"response": self.pick("A", m), "verdict": verdict, "until": until}
            self.say("answer.given", on, by, unit=unit, reason=None, **more)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, n=NTH, by=SPEAKERS)
    def transmit(self, on: str | None, n: int, by: Any) -> None:
        if unit := self.pick("R", n):
            self.say("unit.transmitted", on, by, unit=unit, to="État")

    @rule(on=ON)
    def decide(self, on: str | None) -> None:
        self.say("decision.made", on, id=self.new("D"))

    @rule(on=ON, n=NTH, units=st.lists(NTH, max_size=2), due=st.none() | DUE)
    def adopt(self, on: str | None, n: int, units: list[int], due: str | None) -> None:
        carried = [unit for m in units if (unit := self.pick("R", m))]
        more = {"decision": self.pick("D", n), "carries_out": carried, "due": due}
        self.say("measure.adopted", on, COUNCIL, id=self.new("M"), **more)

    @precondition(lambda self: "M" in self.names)
    @rule(on=ON, n=NTH, m=NTH, due=st.none() | DUE)
    def amend(self, on: str | None, n: int, m: int, due: str | None) -> None:
        if measure := self.pick("M", n):
            more = {"decision": self.pick("D", m), "due": due}
            self.say("measure.amended", on, measure=measure, **more)

    @precondition(lambda self: "M" in self.names)
    @rule(
        on=ON,
        n=NTH,
        state=st.sampled_from(["under_way", "done", "late", "abandoned"]),
        by=SPEAKERS,
    )
    def report(self, on: str | None, n: int, state: str, by: Any) -> None:
        if measure := self.pick("M", n):
            self.say("follow_up.reported", on, by, measure=measure, state=state)

    @precondition(lambda self: "R" in self.names)
    @rule(on=ON, elected=st.dictionaries(NTH, st.booleans(), min_size=1))
    def vote(self, on: str | None, elected: dict[int, bool]) -> None:
        options = {unit: won for n, won in elected.items() if (unit := self.pick("R", n))}
        if options:
            told = [{"unit": u, "votes": 1, "elected": won} for u, won in options.items()]
            self.say("ballot.held", on, id=self.new("B"), options=told)

    @rule(
        on=ON,
        kind=st.sampled_from(["session.held", "review.held", "document.published"]),
        abouts=st.lists(st.tuples(st.sampled_from("ROMX"), NTH), max_size=2),
        by=SPEAKERS,
    )
    def hold(self, on: str | None, kind: str, abouts: list[tuple[str, int]], by: Any) -> None:
        about = self.about(abouts)
        self.say(kind, on, by, id=self.new("S"), about=about)

    def about(self, picked: list[tuple[str, int]]) -> list[str] | None:
        found = []
        for letter, n in picked:
            if letter == "X":
                found.append("p" if n % 2 or self.child is None else CHILD)
            elif id_ := self.pick(letter, n):
                found.append(f"p/{id_}" if n == 3 else id_)
        return found or None

    @rule(
        on=ON,
        due=DUE,
        duty=st.sampled_from(DUTIES),
        abouts=st.lists(st.tuples(st.sampled_from("RROMDX"), NTH), max_size=2),
        by=SPEAKERS,
    )
    def announce(
        self, on: str | None, due: str, duty: str, abouts: list[tuple[str, int]], by: Any
    ) -> None:
        self.say("date.announced", on, by, due=due, duty=duty, about=self.about(abouts))

    @rule(
        on=ON,
        due=DUE,
        sort=st.sampled_from(WHATS),
        abouts=st.lists(st.tuples(st.sampled_from("RROMDX"), NTH), max_size=2),
        by=SPEAKERS,
    )
    def announce_what(
        self, on: str | None, due: str, sort: Any, abouts: list[tuple[str, int]], by: Any
    ) -> None:
        self.say("date.announced", on, by, due=due, what=sort, about=self.about(abouts))

    @rule(seq=st.integers(1, 5))
    def change_procedure(self, seq: int) -> None:
        self.say("procedure.changed", None, procedure=seq)

    @rule(on=ON)
    def close(self, on: str | None) -> None:
        self.say("process.closed", on)

    @rule(on=ON, n=st.integers(1, 12))
    def disown(self, on: str | None, n: int) -> None:
        if n < len(self.process.entries):
            named = self.process.entries[-n]
            self.process.add(
                "entry.disowned", on, entry=named.seq, illustrative=named.illustrative
            )

    @rule(on=ON.filter(bool), n=st.integers(1, 12))
    def correct(self, on: str, n: int) -> None:
        if n < len(self.process.entries):
            named = self.process.entries[-n]
            self.process.add(
                "correction.made",
                entry=named.seq,
                changes=[{"path": "/on", "value": on}],
                illustrative=named.illustrative,
            )

    @rule(n=st.integers(1, 3))
    def invent(self, n: int) -> None:
        """What was said last but some is said again, and is invented."""
        if n < len(self.process.entries):
            old = self.process.entries[-n]
            if "id" not in old.raw and old.kind not in ("entry.disowned", "correction.made"):
                raw = dict(old.raw)
                self.process.add(old.kind, old.on, illustrative=True, **raw)

    @precondition(lambda self: self.child is None)
    @rule()
    def give_rise(self) -> None:
        self.child = Process(slug=CHILD, illustrative=self.process.entries[0].illustrative)

    @precondition(lambda self: self.child is not None)
    @rule(on=ON)
    def close_child(self, on: str | None) -> None:
        assert self.child is not None
        # Both stand in one register: what comes next here comes after it.
        self.child.first = len(self.process.entries) + self.process.first
        self.child.first -= len(self.child.entries)
        self.child.add("process.closed", on)
        self.process.first += 1

    @precondition(lambda self: self.child is not None)
    @rule(relation=st.sampled_from(["feeds", "arises_from"]))
    def link(self, relation: str) -> None:
        self.say("process.linked", None, relation=relation, to=CHILD)

    @invariant()
    def code_and_model_say_the_same(self) -> None:
        found = self.compare(self.today)
        # Whoever is wrong by a day is wrong on the last day of something, or on the next.
        ends = sorted({duty.due.last for duty in found if duty.due is not None})
        if ends:
            n = len(self.process.entries)
            self.compare(ends[n // 2 % len(ends)] + timedelta(days=n % 2))

    def compare(self, today: date) -> tuple[Duty, ...]:
        """What is owed on a day, of which both say the same."""
        process, child = self.process, self.child
        arisen = {} if child is None else {CHILD: child}
        found = duties(
            process.case(),
            process.procedures,
            today=today,
            arisen={slug: other.case() for slug, other in arisen.items()},
        )
        expected = model.owed(
            process.entries,
            self.grammars,
            today=today,
            arisen={slug: other.entries for slug, other in arisen.items()},
        )
        assert sorted(map(seen, found)) == expected
        return found


def seen(duty: Duty) -> Seen:
    """A duty as the model tells it."""
    return Seen(
        id=duty.id,
        subject=duty.subject,
        owes=duty.owes,
        procedure=-1 if duty.procedure is None else duty.procedure,
        after=-1 if duty.after is None else duty.after.seq,
        done=duty.done,
        state=duty.state,
        days=-1 if duty.days is None else duty.days,
        exact=duty.days_exact,
        due="" if duty.due is None else f"{duty.due.first}/{duty.due.last}",
        late=-1 if duty.late is None else duty.late,
        late_exact=duty.late_exact,
        met_by=-1 if duty.met_by is None else duty.met_by.seq,
        lifted_by=-1 if duty.lifted_by is None else duty.lifted_by.seq,
        dates=tuple(
            (p.entry.seq, p.outcome, -1 if p.late is None else p.late) for p in duty.promises
        ),
        bound="" if duty.bound is None else duty.bound.outcome,
    )


PLAY = settings(deadline=None, suppress_health_check=list(HealthCheck))


def test_the_code_and_the_model_say_the_same_of_any_life():
    run_state_machine_as_test(
        Life, settings=settings(PLAY, max_examples=150, stateful_step_count=30)
    )


@pytest.mark.soak
def test_the_code_and_the_model_say_the_same_of_very_many_lives():
    run_state_machine_as_test(
        Life, settings=settings(PLAY, max_examples=4000, stateful_step_count=60)
    )
