"""Figures that contradict each other: votes, counts of people, envelopes, claims.

Counts of private persons may be hidden (`{"below":5}` stands for 1 to 4), so sums are
intervals, and contradict a total only when they cannot meet. Categories are added up only
within a `partition`; the others may overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, cast

from ledger.domain import events
from ledger.domain.entry import Entry, split_reference
from ledger.domain.matching import Index
from ledger.domain.values import Below

Fact = int | str | bool | date | tuple[str, ...]


class Finding(NamedTuple):
    """Something that does not hold: code, the entries that show it, whom it concerns."""

    code: str
    entries: tuple[int, ...]
    subject: str = ""
    facts: Mapping[str, Fact] = {}


class Interval(NamedTuple):
    """The numbers that a count may stand for, both ends included."""

    low: int
    high: int


def interval(counts: Iterable[int | Below]) -> Interval:
    """What some counts add up to."""
    low = high = 0
    for count in counts:
        low += 1 if isinstance(count, Below) else count
        high += 4 if isinstance(count, Below) else count
    return Interval(low, high)


def figures(index: Index) -> Iterator[Finding]:
    """Every contradiction among the figures of a process."""
    for entry in index.judged:
        body = entry.body
        if isinstance(body, events.MandateIssued | events.DecisionMade) and body.vote:
            yield from _vote(entry, body.vote)
        if isinstance(body, events.ParticipantsRecruited | events.SessionHeld):
            yield from _partitions(entry, body.counts or (), body.total)
        elif isinstance(body, events.BodyInstalled):
            yield from _partitions(entry, body.members or (), body.size)
        elif isinstance(body, events.ContributionsTallied):
            plain = [t.count for t in body.tallies if not t.model_fields_set - {"count"}]
            total = plain[0] if len(plain) == 1 else None
            yield from _partitions(entry, body.tallies, total)
        elif isinstance(body, events.BallotHeld):
            yield from _ballot(index, entry, body)
    mandate, total, envelopes = _money(index)
    if mandate is not None and total is not None and envelopes:
        yield from _sum(mandate, mandate, envelopes, total)


def clashes(index: Index) -> Iterator[Finding]:
    """Claims on one thing, topic and date that say different things. None is picked."""
    groups: dict[tuple[frozenset[str], str, object], list[tuple[Entry, str, str]]] = {}
    for entry in index.judged:
        match entry.body:
            case events.ClaimRecorded(about=about, topic=topic, value=value, state=state):
                said, stated = value.model_dump_json(), str(state)
            case events.FollowUpReported(measure=measure, claim=events.Assertion() as claim):
                about, topic = (measure,), claim.topic
                said, stated = claim.value.model_dump_json(), ""  # its state is a report
            case _:
                continue
        things = frozenset(
            "/".join(split_reference(one, entry.process)).rstrip("/") for one in about
        )
        groups.setdefault((things, topic, entry.period), []).append((entry, said, stated))
    for (things, topic, _), claims in groups.items():
        values, states = {said for _, said, _ in claims}, {said for *_, said in claims} - {""}
        if len(values) < 2 and len(states) < 2:
            continue
        own = [t.partition("/")[2] for t in things if t.startswith(f"{index.case.process}/")]
        yield Finding(
            "claims_differ",
            tuple(entry.seq for entry, *_ in claims),
            own[0] if len(things) == len(own) == 1 else "",
            {"topic": topic, "claims": len(claims), "about": tuple(sorted(things))},
        )


def _vote(entry: Entry, vote: events.Vote) -> Iterator[Finding]:
    """Source: SCDL Délibérations 2.1.5: VOTE_EFFECTIF ≥ VOTE_REEL ≥ each vote, and
    VOTE_REEL = VOTE_POUR + VOTE_CONTRE + VOTE_ABSTENTION.
    """
    parts = (vote.in_favour, vote.against, vote.abstained)
    given = [part for part in parts if part is not None]
    total, whole = sum(given), len(given) == len(parts)
    facts: dict[str, Fact] = {
        name: value
        for name in ("seats", "cast", "in_favour", "against", "abstained")
        if (value := getattr(vote, name)) is not None
    }
    wrong = ""
    if vote.unanimous and vote.against:
        wrong = "unanimous"
    elif vote.cast is not None and (total > vote.cast or (whole and total < vote.cast)):
        wrong = "sum"
    elif vote.seats is not None and max(total, vote.cast or 0) > vote.seats:
        wrong = "seats"
    if wrong:
        yield Finding(
            "votes_do_not_add_up",
            (entry.seq,),
            entry.id or "",
            {"wrong": wrong, "sum": total, **facts},
        )


def _partitions(
    entry: Entry,
    parts: Iterable[events.Participants | events.Members | events.Tally],
    total: int | Below | None,
) -> Iterator[Finding]:
    if total is None:
        return
    whole = interval([total])
    partitions: dict[str, list[int | Below]] = {}
    for part in parts:
        if part.partition is not None:
            partitions.setdefault(part.partition, []).append(part.count)
    for name, counts in partitions.items():
        found = interval(counts)
        if found.high < whole.low or whole.high < found.low:
            yield Finding(
                "counts_do_not_add_up",
                (entry.seq,),
                entry.id or "",
                {
                    "partition": name,
                    "low": found.low,
                    "high": found.high,
                    "total": whole.low,
                    "total_high": whole.high,
                },
            )


def _money(index: Index) -> tuple[Entry | None, int | None, tuple[events.Envelope, ...]]:
    """The newest mandate that sets money aside, its amendments applied, and the entry that
    says so last.
    """
    said: Entry | None = None
    total: int | None = None
    envelopes: tuple[events.Envelope, ...] = ()
    for entry in index.judged:
        body = entry.body
        if isinstance(body, events.MandateIssued) and (
            body.envelopes or body.total is not None
        ):
            said, total, envelopes = entry, body.total, body.envelopes or ()
        elif isinstance(body, events.MandateAmended):
            if body.total is not None:
                said, total = entry, body.total
            if body.envelopes is not None:
                said, envelopes = entry, body.envelopes
    return said, total, envelopes


def _sum(
    entry: Entry, mandate: Entry, envelopes: tuple[events.Envelope, ...], total: int
) -> Iterator[Finding]:
    found = sum(envelope.cents for envelope in envelopes)
    if found != total:
        yield Finding(
            "envelopes_differ_from_total",
            tuple(sorted({entry.seq, mandate.seq})),
            entry.id or "",
            {"sum": found, "total": total},
        )


def _ballot(index: Index, entry: Entry, ballot: events.BallotHeld) -> Iterator[Finding]:
    """The newest assessed costs of what was elected, by territory, fit the envelope."""
    mandate, total, envelopes = _money(index)
    if ballot.envelopes is not None:
        envelopes = ballot.envelopes
        if mandate is not None and total is not None:
            yield from _sum(entry, mandate, envelopes, total)
    available: dict[str, int] = {}
    for envelope in envelopes:
        available[envelope.territory] = available.get(envelope.territory, 0) + envelope.cents
    spent: dict[str, int] = {}
    for option in ballot.options:
        process, unit = split_reference(option.unit, entry.process)
        if not option.elected or process != index.case.process or unit not in index.items:
            continue
        territory = index.items[unit].raw.get("territory")
        if territory is None and len(available) == 1:
            territory = next(iter(available))
        cost = index.newest(unit, "cost")
        if territory in available and cost is not None:
            spent[territory] = spent.get(territory, 0) + cast(int, cost)
    for territory, cents in spent.items():
        if cents > available[territory]:
            yield Finding(
                "envelope_exceeded",
                (entry.seq,),
                entry.id or "",
                {"territory": territory, "sum": cents, "envelope": available[territory]},
            )
