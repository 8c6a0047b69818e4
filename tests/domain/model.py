"""What is owed, read off the rules in prose: slow, obvious, and sharing no code with `duties`.

    owed(entries, {1: [rule, …]}, today=date(2021, 12, 10))

Rules are plain dictionaries, as in the TOML of a procedure. Whatever is asked is asked of the
whole list of facts, again each time. Numbers of paragraphs are not kept: the headings are those
of "What is owed" in docs/procedures.md, and the order is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tests.domain.facts import (
    Days,
    Due,
    Fact,
    Rule,
    Story,
    after,
    days,
    debtors,
    fulfils,
    meant,
)
from tests.domain.standing import Item, Seen, by_verdict, seen

DONE = {"kind": "follow_up.reported", "state": "done"}


# -- what is owed --------------------------------------------------------------------------


def owed(
    entries: Sequence[Any],
    grammars: Mapping[int, Sequence[Rule]],
    *,
    today: date,
    arisen: Mapping[str, Sequence[Any]] | None = None,
) -> list[Seen]:
    """Everything owed in a process, sorted."""
    return sorted(Reading(Story(entries), grammars, today, arisen or {}).all())


class Reading:
    """One story, read under its grammars on one day."""

    def __init__(
        self,
        story: Story,
        grammars: Mapping[int, Sequence[Rule]],
        today: date,
        arisen: Mapping[str, Sequence[Any]],
    ) -> None:
        self.story, self.today = story, today
        self.arisen = {slug: Story(entries) for slug, entries in arisen.items()}
        self.grammars = {seq: grammars[seq] for seq in story.procedures}
        self.now = story.procedures[-1]
        self.items: list[Item] = []

    def all(self) -> list[Seen]:
        """Every duty as it stands."""
        for versions in self._versions():
            self._rule(versions)
        self._unasked()
        return [seen(item, self.story, self.today) for item in self.items]

    def _versions(self) -> list[list[tuple[int, Rule]]]:
        """Each rule with its versions; that of the grammar in force last stands last."""
        order = list(dict.fromkeys(reversed(self.story.procedures)))[::-1]
        ids = dict.fromkeys(rule["id"] for seq in order for rule in self.grammars[seq])
        return [
            [(seq, rule) for seq in order for rule in self.grammars[seq] if rule["id"] == id_]
            for id_ in ids
        ]

    # what begins it, for whom

    def _rule(self, versions: list[tuple[int, Rule]]) -> None:
        seq, newest = versions[-1]
        made: list[Item] = []
        reach: dict[tuple[str, tuple[str, ...]], list[Item]] = {}
        last: dict[tuple[str, tuple[str, ...]], tuple[int, Rule]] = {}
        for version, rule in versions:
            for subject in self._subjects(rule):
                for owes in debtors(self.story, rule["by"]):
                    own = self._begun(version, rule, subject, owes)
                    reach.setdefault((subject, owes), []).extend(own)
                    last[subject, owes] = version, rule
        for (subject, owes), own in reach.items():
            version, rule = last[subject, owes]
            if version == self.now and not by_verdict(rule):
                starts = self._starts(rule, subject)
                if not (starts or own or self._candidates(rule, subject, owes)):
                    own.append(self._item(version, rule, subject, owes))
            self._announced(version, rule, subject, owes, own)
            made += own
        if not reach:
            made += self._announced_to_none(seq, newest)
        else:
            heard = {due.said.seq for item in made for due in item.dates}
            made += self._unheard(seq, newest, heard)
        self.items += made

    def _subjects(self, rule: Rule) -> list[str]:
        if rule["per"] == "process":
            return [""]
        if rule["per"] == "link":
            return list(self.arisen)
        kind = {"unit": "unit.submitted", "measure": "measure.adopted"}[rule["per"]]
        only = dict(rule.get("only") or {})
        if by_verdict(rule):
            del only["verdict"]  # the answer itself is looked at
        return [id_ for id_ in self.story.all(kind) if self._concerned(only, id_)]

    def _concerned(self, only: Rule, id_: str) -> bool:
        story, fact = self.story, self.story.declared(id_)
        assert fact is not None
        if fact.kind == "measure.adopted":
            units = [u for u in story.ids(fact.body["carries_out"]) if story.declared(u)]
            return not only or any(self._concerned(only, unit) for unit in units)
        return (
            ("type" not in only or fact.body["type"] in only["type"])
            and (
                "verdict" not in only
                or story.newest("answer.given", id_, "verdict") in only["verdict"]
            )
            and (
                "eligible" not in only
                or story.newest("unit.assessed", id_, "eligible") is only["eligible"]
            )
            and ("elected" not in only or story.elected(id_) is only["elected"])
        )

    def _starts(self, rule: Rule, subject: str) -> list[Fact]:
        story = self.story
        if rule["per"] == "link":
            naming = story.concerning(rule["after"], subject)
            return naming or self.arisen[subject].such(rule["after"])[:1]
        found = story.beginning(rule["after"], subject)
        if by_verdict(rule):
            found = [f for f in found if f.body["verdict"] in rule["only"]["verdict"]]
        return found

    def _candidates(self, rule: Rule, subject: str, owes: tuple[str, ...]) -> list[Fact]:
        again = by_verdict(rule) and rule["what"]["kind"] == "answer.given"
        return [
            f
            for f in self.story.concerning(rule["what"], subject)
            if fulfils(self.story, rule["by"], owes, f)
            # To put off again is not to answer.
            and not (again and f.body["verdict"] in rule["only"]["verdict"])
        ]

    def _item(self, seq: int, rule: Rule, subject: str, owes: tuple[str, ...]) -> Item:
        return Item(rule["id"], subject, owes, seq, rule, max(1, rule.get("times") or 1))

    def _governing(self, start: Fact) -> int:
        """The procedure in force here when a fact was recorded, here or elsewhere."""
        before = [f for f in self.story.facts if f.seq <= start.seq]
        return before[-1].procedure if before else self.story.procedures[0]

    def _begun(self, seq: int, rule: Rule, subject: str, owes: tuple[str, ...]) -> list[Item]:
        every = self._starts(rule, subject)
        starts = [s for s in every if self._governing(s) == seq]
        if rule["per"] == "measure" or by_verdict(rule):
            # Of several, each owes after its own answer, and for what it adopted itself.
            starts = [s for s in starts if meant(self.story, rule["by"], owes, s)]
        met = self._candidates(rule, subject, owes)
        if "every" in rule:
            return self._recurring(seq, rule, subject, owes, starts, met)
        made = []
        for group, fulfilling in self._settled(starts, met, rule.get("times") or 1, every):
            item = self._item(seq, rule, subject, owes)
            item.started, item.met = group, fulfilling
            item.after = self._there(group[0], subject)
            item.since = item.after.days
            if "within" in rule:
                end = after(item.after.latest, rule["within"])
                item.bound = Days(end, end)
            made.append(item)
        return made

    def _there(self, start: Fact, subject: str) -> Fact:
        """Nothing is owed for a thing before it is there; a thing without a date came with
        what began the duty.
        """
        own = self.story.declared(subject) if subject else None
        if own is None or own.seq <= start.seq or own.days is None:
            return start
        return own if own.latest > start.latest else start

    def _settled(
        self, starts: list[Fact], met: list[Fact], times: int, every: list[Fact]
    ) -> list[tuple[list[Fact], list[Fact]]]:
        """What is settled by the same statement is one duty. What names some of the starts
        settles those alone.
        """
        ids = {f.body["id"] for f in every if "id" in f.body}
        groups: dict[int, tuple[list[Fact], list[Fact]]] = {}
        for start in starts:
            usable = []
            for fact in met:
                named = ids & set(self.story.refers(fact)) if len(ids) > 1 else set()
                if fact.seq > start.seq and (not named or start.body.get("id") in named):
                    usable.append(fact)
            usable = usable[:times]
            key = usable[-1].seq if len(usable) == times else -1
            groups.setdefault(key, ([], usable))[0].append(start)
        return list(groups.values())

    def _recurring(
        self,
        seq: int,
        rule: Rule,
        subject: str,
        owes: tuple[str, ...],
        starts: list[Fact],
        met: list[Fact],
    ) -> list[Item]:
        """Consecutive periods from each beginning, until the next or what ends it."""
        ends = self.story.such(rule["until"]) if "until" in rule else []
        starts = list({s.seq: s for s in (self._there(s, subject) for s in starts)}.values())
        made = []
        for n, start in enumerate(starts):
            stops = [*starts[n + 1 : n + 2], *(e for e in ends if e.seq > start.seq)]
            stop = min(stops, key=lambda f: f.latest) if stops else None
            k = 0
            while True:
                begin, end = (after(start.latest, rule["every"], i) for i in (k, k + 1))
                if k and (begin >= self.today or (stop and begin >= stop.latest)):
                    break
                item = self._item(seq, rule, subject, owes)
                item.after, item.bound = start, Days(end, end)
                first = begin + timedelta(days=1)
                item.since = Days(first, first) if k else start.days
                item.met = [
                    f
                    for f in met
                    if f.seq > start.seq and f.earliest <= end and (not k or f.latest > begin)
                ][: item.times]
                item.cut = stop if stop and stop.latest < end else None
                made.append(item)
                k += 1
        return made

    # announced dates

    def _dates(self) -> list[tuple[str, Due]]:
        """Every `date.announced`, with the id of the rule it is for, or "" for none."""
        rules = [rule for versions in self._versions() for _, rule in versions]
        found = []
        for f in self.story.facts:
            if f.kind != "date.announced":
                continue
            due = days(f.body["due"])
            assert due is not None
            one = Due(due, f, sorted(set(self.story.ids(f.body.get("about") or ()))))
            if "duty" in f.body:
                if f.body["duty"] in [rule["id"] for rule in rules]:
                    found.append((f.body["duty"], one))
                continue
            found.append((self._asking(f.body["what"], one.about, rules), one))
        return found

    def _asking(self, what: Rule, about: list[str], rules: list[Rule]) -> str:
        """The rule that asks for the same: of what was named, else of the process first."""
        kinds = {f.kind for id_ in about if (f := self.story.declared(id_))}
        asking = [
            rule
            for rule in rules
            if rule["what"]["kind"] == what["kind"]
            and rule["what"].get("state") == what.get("state")
            and rule["what"].get("type") == what.get("type")
        ]
        per = {"unit.submitted": "unit", "measure.adopted": "measure"}
        if kinds:
            asking = [rule for rule in asking if rule["per"] in {per[k] for k in kinds}]
        whole = [rule for rule in asking if rule["per"] == "process"]
        return str([*whole, *asking][0]["id"]) if asking else ""

    def _due_of_measure(self, id_: str) -> list[Due]:
        kinds = ("measure.adopted", "measure.amended")
        found = [f for f in self.story.facts if f.kind in kinds and id_ in self.story.names(f)]
        return [Due(end, f, []) for f in found if (end := days(f.body.get("due"))) is not None]

    def _deferrals(self, unit: str) -> list[Due]:
        answers = self.story.concerning({"kind": "answer.given"}, unit)
        return [
            Due(end, f, []) for f in answers if (end := days(f.body.get("until"))) is not None
        ]

    def _said_of(self, rule: Rule, subject: str) -> list[Due]:
        """The dates that concern a subject under a rule, in recorded order."""
        own = self.story.declared(subject) if subject else None
        mine = [subject]
        for key in ("opinion", "decision"):
            if own is not None and isinstance(own.body.get(key), str):
                mine += self.story.ids([own.body[key]])
        found = [
            due
            for id_, due in self._dates()
            if id_ == rule["id"]
            and (
                rule["per"] == "process"
                or not due.about
                or self.story.slug in due.about
                or set(mine) & set(due.about)
            )
        ]
        if rule["per"] == "measure" and _done(rule["what"]):
            found += self._due_of_measure(subject)
        elif _of_deferral(rule):
            found += self._deferrals(subject)
        return sorted(found, key=lambda due: due.said.seq)

    def _announced(
        self, seq: int, rule: Rule, subject: str, owes: tuple[str, ...], own: list[Item]
    ) -> None:
        met = self._candidates(rule, subject, owes)
        left = []
        for due in self._said_of(rule, subject):
            if not meant(self.story, rule["by"], owes, due.said):
                continue
            recurs = "every" in rule and any(item.after for item in own)
            if due.said.kind != "date.announced" and own and not recurs:
                there = [i for i in own if i.after and i.after.seq <= due.said.seq]
                (there or own)[-1].dates.append(due)  # of the measure or the answer itself
            elif (
                due.said.kind == "date.announced"
                and subject
                and not due.about
                and self._had_passed(due, own)
            ):
                continue
            elif not recurs and (item := self._meant_for(due, own, met)):
                item.dates.append(due)
            else:
                left.append(due)
        times = 1 if "every" in rule else rule.get("times") or 1
        own += self._promised(seq, rule, subject, owes, left, times)

    def _had_passed(self, due: Due, own: list[Item]) -> bool:
        return bool(own) and all(i.since and due.days.last < i.since.last for i in own)

    def _meant_for(self, due: Due, own: list[Item], met: list[Fact]) -> Item | None:
        """The first duty that was still to be fulfilled when the date was said."""
        named = [i for i in own if {f.body.get("id") for f in i.started} & set(due.about)]
        own = named or own
        for item in own:
            if item.fulfilled and item.fulfilled.seq < due.said.seq:
                continue
            following = [f for f in met if f.seq > due.said.seq]
            if item.after and following and following[0].seq < item.after.seq:
                return None  # kept before this one began
            return item
        for item in reversed(own):
            done, said = item.fulfilled, due.said
            assert done is not None
            if not (said.days and done.days and done.days.last < said.days.first):
                return item  # perhaps said before, and recorded after
        return None

    def _promised(
        self,
        seq: int,
        rule: Rule,
        subject: str,
        owes: tuple[str, ...],
        dates: list[Due],
        times: int,
    ) -> list[Item]:
        """Duties that nothing began but a date."""
        made, met = [], self._candidates(rule, subject, owes)
        facts = [due.said for due in dates]
        for group, fulfilling in self._settled(facts, met, times, facts):
            item = self._item(seq, rule, subject, owes)
            item.times, item.met = times, fulfilling
            item.dates = [due for due in dates if due.said in group]
            made.append(item)
        return made

    def _unheard(self, seq: int, rule: Rule, heard: set[int]) -> list[Item]:
        """No date is lost, though it concern nothing that is recorded."""
        left = [d for id_, d in self._dates() if id_ == rule["id"] and d.said.seq not in heard]
        made = []
        times = 1 if "every" in rule else rule.get("times") or 1
        for owes in debtors(self.story, rule["by"]):
            mine = [d for d in left if meant(self.story, rule["by"], owes, d.said)]
            made += self._promised(seq, rule, "", owes, mine, times)
        return made

    def _announced_to_none(self, seq: int, rule: Rule) -> list[Item]:
        """A duty of which nothing is recorded yet: announced, unless it may never come."""
        made = self._unheard(seq, rule, set())
        sure = rule["per"] != "link" and not set(rule.get("only") or {}) - {"type"}
        if made or seq != self.now or not sure or self.story.such(rule["after"]):
            return made
        return [self._item(seq, rule, "", owes) for owes in debtors(self.story, rule["by"])]

    # what nobody asks for, and was promised nevertheless

    def _unasked(self) -> None:
        """Dates for what no rule asks, due days of measures, deferrals."""
        story = self.story
        alone: dict[tuple[str, ...], tuple[Rule, list[Due]]] = {}
        for id_, due in self._dates():
            if not id_:
                what = due.said.body["what"]
                for subject in [x for x in due.about if story.declared(x)] or [""]:
                    key = (*(what.get(k) or "" for k in ("kind", "state", "type")), subject)
                    alone.setdefault(key, (what, []))[1].append(due)
        for (*_, subject), (what, dates) in alone.items():
            met = story.concerning(what, subject)
            for series in _apart(dates):
                used = self._freely(subject, series, met)
                met = [f for f in met if f not in used]
        asked = {
            i.subject
            for i in self.items
            if i.rule
            and ((_done(i.rule["what"]) and i.rule["per"] == "measure") or _of_deferral(i.rule))
        }
        for id_ in story.all("measure.adopted"):
            if id_ not in asked:
                self._freely(id_, self._due_of_measure(id_), story.concerning(DONE, id_))
        for unit in dict.fromkeys(
            unit for f in story.facts if f.kind == "answer.given"
            for unit in story.ids([f.body["unit"]])
        ):  # fmt: skip
            if unit in asked:
                continue
            answers = story.concerning({"kind": "answer.given"}, unit)
            final = [f for f in answers if f.body["verdict"] != "deferred"]
            final += story.concerning({"kind": "measure.adopted"}, unit)
            self._freely(unit, self._deferrals(unit), sorted(final, key=lambda f: f.seq))

    def _freely(self, subject: str, dates: list[Due], met: list[Fact]) -> list[Fact]:
        """Somebody took it on by naming a date. Returns what fulfilled it."""
        facts = [due.said for due in dates]
        used: list[Fact] = []
        for group, fulfilling in self._settled(facts, met, 1, facts):
            first = group[0]
            told = first.role in ("press", "registrar")
            item = Item("", subject, () if told else (first.name,), None, None, 1)
            item.after, item.since, item.met = first, first.days, fulfilling
            item.dates = [due for due in dates if due.said in group]
            self.items.append(item)
            used += fulfilling
        return used


def _apart(dates: list[Due]) -> list[list[Due]]:
    """What one speaker says several times on one day is said of several things."""
    apart: list[list[Due]] = []
    for due in dates:
        for series in apart:
            same = [d for d in series if _day(d) == _day(due)]
            if due.said.on is None or not same:
                series.append(due)
                break
        else:
            apart.append([due])
    return apart


def _day(due: Due) -> tuple[str | None, str, str]:
    return due.said.on, due.said.name, due.said.role


def _of_deferral(rule: Rule) -> bool:
    """Whether a rule asks for a final answer to what was put off."""
    answers = rule["what"]["kind"] == rule["after"]["kind"] == "answer.given"
    put_off = "deferred" in (rule.get("only") or {}).get("verdict", ())
    return rule["per"] == "unit" and answers and put_off


def _done(what: Rule) -> bool:
    return what["kind"] == DONE["kind"] and what.get("state") == DONE["state"]
