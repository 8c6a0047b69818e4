"""The red thread: what a thing came from and what became of it, across processes.

Every entry that points at something contributes links. A link runs from the thing that points
(its *source*) to what it points at (its *target*), which was recorded before: `R3 draws_on
C20417`, `M1 carries_out R3`. An entry without an id speaks for the unit or measure it is
about, so an answer is a link from its unit to itself, and a report one from its measure:

    answer.given    R3 unit R3,  R3 response A1
    follow_up       M1 measure M1,  M1 evidence D4

A thread is ancestors and descendants, and not all that hangs together. What R3 came from is
walked backwards only, what became of it forwards only: the unit that was split from the same
one as R3, or given in the same opinion, is a cousin and stays out; so does whatever else a
contribution of R3 fed. `X` is before `Y` in the thread of `Y` exactly where `Y` is after `X` in
that of `X`. Links mostly run from later to earlier, but a unit that drew on another one later
may close a circle: each walk meets a thing once.

Beside a thread stands what is named and never walked through: who gave the opinion, the
response or the decision along it, the evidence of its reports, what reviews say of it.

Nothing is left out of the thread for being illustrative or disowned: pages say so beside it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Any, Protocol

from ledger.domain.case import Case
from ledger.domain.entry import references, split_reference
from ledger.domain.events import DECLARED

Thing = tuple[str, str]
"""A process and an id in it."""
FOLLOWED = frozenset(
    ("carries_out", "decision", "draws_on", "measure", "opinion", "replaces", "unit")
)
"""The relations of the thread. The rest (documents, evidence, response) says where to read on,
and would draw half of a process into every thread."""
BESIDE = frozenset(("decision", "evidence", "opinion", "response"))
"""What a thing of the thread points at that is named beside it; so is what is `about` it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One thing points at another; said by entry `seq`."""

    process: str
    source: str
    """Empty when the entry speaks for its process."""
    relation: str
    """The field that refers; of `process.linked`, what it says: arises_from or feeds."""
    to_process: str
    target: str
    """Empty when it is a whole process."""
    seq: int


class Links(Protocol):
    """Where links are kept, in any order."""

    def sources(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose source is this thing: what it points at."""

    def targets(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose target is this thing: what points at it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in a thread."""

    process: str
    id: str
    step: int
    """How far from where the thread was picked up: negative for what it came from, positive
    for what became of it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What a thing came from and what became of it."""

    nodes: tuple[Node, ...]
    """Origins first; within a step by process and recording."""
    links: tuple[Link, ...]
    """Among these nodes, by `seq`; answers and reports are links from a node to itself."""
    whole: bool
    """False when `limit` cut it."""
    beside: tuple[Link, ...] = ()
    """By `seq`, the links from a node to what it was given or decided in or is proven by, and
    to a node from what speaks about it; never more than `limit`."""


def links_of(kind: str, process: str, seq: int, body: Mapping[str, Any]) -> tuple[Link, ...]:
    """The links that an entry contributes.

    Args:
        body: As it stands in the entry.
    """
    own = (process, "")
    if kind in DECLARED:
        own = (process, body["id"])
    else:
        subject = body.get("unit", body.get("measure"))
        if isinstance(subject, str):
            own = split_reference(subject, process)
    found = [
        Link(*own, field, *split_reference(reference, process), seq)
        for field, reference in references(kind, body)
    ]
    if kind == "process.linked":
        found.append(Link(*own, body["relation"], body["to"], "", seq))
    return tuple(dict.fromkeys(found))


def thread(links: Links, process: str, id_: str, *, limit: int) -> Thread:
    """The thread through one thing, the nearest steps first when there are too many.

    Args:
        limit: The most nodes, this one included.
    """
    found = {(process, id_): 0}
    whole = True
    back, forth = (walk(links, process, id_, way=way) for way in (-1, 1))
    for there, step in merge(back, forth, key=lambda met: abs(met[1])):
        if there in found:
            continue
        if len(found) >= limit:
            whole = False
            break
        found[there] = step
    order = {thing: i for i, thing in enumerate(found)}
    things = sorted(found, key=lambda thing: (found[thing], thing[0], order[thing]))
    kept: set[Link] = set()
    beside: set[Link] = set()
    for thing in things:
        for link in links.sources(*thing):
            if link.relation in FOLLOWED and (link.to_process, link.target) in found:
                kept.add(link)
            elif link.relation in BESIDE and link.target:
                beside.add(link)
        beside.update(
            link for link in links.targets(*thing) if link.relation == "about" and link.source
        )
    return Thread(
        tuple(Node(*thing, found[thing]) for thing in things),
        tuple(sorted(kept, key=_order)),
        whole,
        tuple(sorted(beside, key=_order)[:limit]),
    )


def walk(links: Links, process: str, id_: str, *, way: int) -> Iterator[tuple[Thing, int]]:
    """Everything on one side of a thing, once each and nearest first, with its step.

    Args:
        way: -1 for what it came from, 1 for what became of it.
    """
    seen = {(process, id_)}
    waiting = deque([((process, id_), 0)])
    while waiting:
        here, far = waiting.popleft()
        ahead = links.sources(*here) if way < 0 else links.targets(*here)
        for link in sorted((x for x in ahead if x.relation in FOLLOWED), key=_order):
            there = (link.process, link.source)
            if way < 0:
                there = (link.to_process, link.target)
            if there[1] and there not in seen:
                seen.add(there)
                waiting.append((there, far + way))
                yield there, far + way


class MemoryLinks:
    """Links held in memory: of an exported ledger, or of one case."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._sources: dict[tuple[str, str], list[Link]] = {}
        self._targets: dict[tuple[str, str], list[Link]] = {}
        for link in links:
            self._sources.setdefault((link.process, link.source), []).append(link)
            self._targets.setdefault((link.to_process, link.target), []).append(link)

    def sources(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose source is this thing."""
        return self._sources.get((process, id_), ())

    def targets(self, process: str, id_: str) -> Iterable[Link]:
        """The links whose target is this thing."""
        return self._targets.get((process, id_), ())


def links_in(*cases: Case) -> MemoryLinks:
    """The links that the entries of some processes contribute."""
    return MemoryLinks(
        link
        for case in cases
        for entry in case.entries
        if entry.body is not None
        for link in links_of(entry.kind, entry.process, entry.seq, entry.raw)
    )


def _order(link: Link) -> tuple[object, ...]:
    """By recording; within one entry R9 before R10, wherever the links are kept."""
    ends = (link.source, link.target)
    return (
        link.seq,
        link.relation,
        *((len(end), end) for end in ends),
        link.process,
        link.to_process,
    )
