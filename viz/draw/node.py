"""One node of the decision graph, as a value and as the attributes networkx keeps."""

from __future__ import annotations

from dataclasses import dataclass, fields

import networkx as nx


@dataclass(frozen=True, slots=True)
class Node:
    """One node; its fields but the key are the attributes it has in the graph."""

    key: str
    """Its id (`R3`), or what it says of one: `answer-R3`, `follow-up-M12`."""
    kind: str
    """mandate, contribution, document, unit, answer, measure, follow_up, …"""
    noun: str
    """The code of what to call it: `unit.project`, `kind.measure`."""
    stage: str
    label: str
    id: str | None = None
    seq: int | None = None
    """The entry that last said something of it; None for groups and other processes."""
    on: str | None = None
    by: str | None = None
    verdict: str | None = None
    state: str | None = None
    count: int | None = None
    """Contributions in a group; answers of one speaker, or reports, that stand behind it."""
    partition: str | None = None
    """Groups of one partition exclude each other; others may count a contribution twice."""
    illustrative: bool = False
    counts: bool = True
    """Whether it is judged and counted: not invented in a real process, not disowned."""
    flags: tuple[str, ...] = ()
    """withdrawn, replaced, illustrative, disowned, corrected, erased."""
    place: str | None = None
    """The title of its process, where it stands in a picture of another one (`across`)."""


_ATTRIBUTES = tuple(field.name for field in fields(Node) if field.name != "key")


def put(graph: nx.DiGraph, node: Node) -> None:
    """Add a node, or replace its attributes where it stands."""
    graph.add_node(node.key, **{name: getattr(node, name) for name in _ATTRIBUTES})


def node_of(graph: nx.DiGraph, key: str) -> Node:
    """The node of that key.

    Raises:
        KeyError: there is none.
    """
    return Node(key, **graph.nodes[key])


def nodes_of(graph: nx.DiGraph) -> list[Node]:
    """All nodes, in the order they came."""
    return [Node(key, **attributes) for key, attributes in graph.nodes.items()]
