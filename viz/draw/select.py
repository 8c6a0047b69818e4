"""Three levels of detail: the stages with their counts, the thread of one node, everything.

No picture of a whole graph is readable beyond about a hundred nodes. `overview` says how far
a process has come; `thread` shows what one recommendation came from and what became of it;
the whole graph is for machines. Each is linear in the size of the graph.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import networkx as nx

from ledger.domain.standing import DIFFERING
from viz.draw.node import Node, nodes_of
from viz.draw.words import NEEDED, STAGES

THREAD = 30
"""How many nodes a thread shows at most."""
_ORDER = {code: place for place, code in enumerate(NEEDED)}
# What stands beside a thread without being of it: who gave the answer, decided the measure.
_COMPANIONS = frozenset({"submits", "gives", "decides", "amends", "evidence"})


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage of a process at a glance."""

    stage: str
    count: int
    noun: str
    """The code of what is counted."""
    parts: tuple[tuple[str, int], ...]
    """How many of each code (`verdict.retained`, `unit.project`, `kind.session`), none zero."""


def overview(graph: nx.DiGraph) -> tuple[Stop, ...]:
    """The six stages in their order; what is invented or disowned is not counted."""
    nodes = [node for node in nodes_of(graph) if node.counts]
    by_kind: dict[str, list[Node]] = {}
    for node in nodes:
        by_kind.setdefault(node.kind, []).append(node)

    def of(kind: str) -> list[Node]:
        return by_kind.get(kind, [])

    answered = _sources(graph, of("answer"), "answers")
    reported = _sources(graph, of("follow_up"), "reports_on")
    living = [n for n in of("unit") if not {"withdrawn", "replaced"} & set(n.flags)]
    silent = sum(unit.key not in answered for unit in living)
    unreported = sum(measure.key not in reported for measure in of("measure"))
    return (
        Stop("mandate", len(of("mandate")), "kind.mandate", ()),
        _participation(of),
        _units(of("unit")),
        Stop(
            "response",
            len(of("answer")),
            "kind.answer",
            _tally(_verdicts(graph, of("answer")))
            + ((("verdict.none", silent),) if silent and of("answer") else ()),
        ),
        Stop(
            "decision",
            len(of("measure")) or len(of("decision")),
            "kind.measure" if of("measure") else "kind.decision",
            _tally(n.noun for n in (of("decision") if of("measure") else []) + of("ballot")),
        ),
        Stop(
            "follow_up",
            len(of("follow_up")),
            "kind.follow_up",
            _tally(f"state.{n.state}" for n in of("follow_up"))
            + ((("state.none", unreported),) if unreported and of("follow_up") else ())
            + _tally(n.noun for n in of("review") + of("evaluation")),
        ),
    )


def _verdicts(graph: nx.DiGraph, answers: Iterable[Node]) -> Iterable[str]:
    """One for each unit, whoever answered it: two that disagree are neither."""
    said: dict[str, set[str | None]] = {}
    for node in answers:
        for unit, edge in graph.pred[node.key].items():
            if edge["relation"] == "answers":
                said.setdefault(unit, set()).add(node.verdict)
    for verdicts in said.values():
        yield f"verdict.{next(iter(verdicts)) if len(verdicts) == 1 else DIFFERING}"


def _participation(of: Callable[[str], list[Node]]) -> Stop:
    """Contributions, at least: groups of one partition add up, others may overlap."""
    sums: Counter[str] = Counter()
    for node in of("contribution"):
        sums[node.partition or node.key] += node.count or 0
    parts = _tally(n.noun for n in of("session") + of("document"))
    total = max(sums.values(), default=0)
    if total:
        return Stop("participation", total, "kind.contribution", parts)
    if parts:
        return Stop("participation", parts[0][1], parts[0][0], parts[1:])
    return Stop("participation", len(of("participation")), "kind.participation", ())


def _units(units: list[Node]) -> Stop:
    nouns = {unit.noun for unit in units}
    parts = _tally(unit.noun for unit in units) if len(nouns) > 1 else ()
    gone = _tally(
        f"flag.{flag}" for u in units for flag in u.flags if flag in ("withdrawn", "replaced")
    )
    noun = nouns.pop() if len(nouns) == 1 else "kind.unit"
    return Stop("opinion", len(units), noun, parts + gone)


def _tally(codes: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Codes with how often each came, in the order of the vocabulary: a living picture does
    not reshuffle when one more answer arrives.
    """
    return tuple(sorted(Counter(codes).items(), key=lambda part: _ORDER[part[0]]))


def _sources(graph: nx.DiGraph, nodes: Iterable[Node], relation: str) -> set[str]:
    return {
        source
        for node in nodes
        for source, edge in graph.pred[node.key].items()
        if edge["relation"] == relation
    }


def lineage(graph: nx.DiGraph, key: str) -> dict[str, int]:
    """Everything `key` came from and everything that came of it, with its distance.

    Raises:
        KeyError: there is no such node.
    """
    found = {key: 0}
    for neighbours in (graph.pred, graph.succ):
        queue = deque([(key, 0)])
        seen = {key}
        while queue:
            here, far = queue.popleft()
            for there in neighbours[here]:
                if there not in seen:
                    seen.add(there)
                    found.setdefault(there, far + 1)
                    queue.append((there, far + 1))
    return found


def thread(graph: nx.DiGraph, key: str, limit: int = THREAD) -> nx.DiGraph:
    """The red thread of one node: its lineage, and who answered and decided along it.

    The nearest `limit` nodes are kept; `graph["left_out"]` says how many are not, `focus`
    which node was asked for, and `thread` which ones are of the thread itself.

    Raises:
        KeyError: there is no such node.
    """
    far = lineage(graph, key)
    near = sorted(far, key=far.__getitem__)
    beside = {
        source: None
        for node in near
        for source, edge in graph.pred[node].items()
        if edge["relation"] in _COMPANIONS and source not in far
    }
    chosen = near[:limit]
    chosen += list(beside)[: limit - len(chosen)]
    kept = set(chosen)
    # `graph.subgraph` would iterate over a set: another order in every run.
    part = nx.DiGraph(
        **graph.graph,
        focus=key,
        thread=[node for node in graph if node in kept and node in far],
        left_out=len(far) + len(beside) - len(kept),
    )
    part.add_nodes_from((node, graph.nodes[node]) for node in graph if node in kept)
    part.add_edges_from((a, b, edge) for a, b, edge in graph.edges(data=True) if {a, b} <= kept)
    return part


def stages(graph: nx.DiGraph) -> dict[str, list[Node]]:
    """The nodes of each stage, in the order they came."""
    found: dict[str, list[Node]] = {stage: [] for stage in STAGES}
    for node in nodes_of(graph):
        found[node.stage].append(node)
    return found
