"""Several processes in one graph: the red thread does not end where a process does.

    across(plan, [workshop])        # `atelier/R1`, a mere name in the plan, becomes R1 itself

The process whose page it is drawn for is at home: its keys stay as they are. What belongs to
another one is called `process/key`, and says its title (`place`). The graphs given stay as they
were.
"""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx

from viz.draw.node import Node, put


def across(home: nx.DiGraph, others: Iterable[nx.DiGraph]) -> nx.DiGraph:
    """One graph of all; what one names of another is the thing itself where it is drawn.

    Args:
        home: As `graph.build` made it, like the others, each of another process.
    """
    # What began first stands first, on whichever page: what rests upon it comes below.
    graphs = sorted((home, *others), key=_beginning)
    named = [(graph, _keys(graph, home)) for graph in graphs]
    things: dict[str, dict[str, object]] = {}
    places: dict[str, dict[str, object]] = {}
    for graph, keys in named:
        for key, name in keys.items():
            attributes = dict(graph.nodes[key])
            if attributes["kind"] == "elsewhere":
                places[name] = attributes
                continue
            if graph is not home:
                attributes["place"] = graph.graph["title"]
            things[name] = attributes
    for name, attributes in places.items():
        things.setdefault(name, attributes)
    joined = nx.DiGraph(**home.graph)
    joined.add_nodes_from(things.items())
    for graph, keys in named:
        for a, b, edge in graph.edges(data=True):
            if a in keys and b in keys and not joined.has_edge(keys[a], keys[b]):
                joined.add_edge(keys[a], keys[b], **edge)
    return joined


def alone(graph: nx.DiGraph, node: Node, fed: Iterable[str]) -> None:
    """Draws one contribution that its group had swallowed, and the units it fed.

    Args:
        graph: Written to: one that `across` made.
        fed: Keys of units; those that are not drawn are left out.
    """
    put(graph, node)
    for key in fed:
        if key in graph:
            graph.add_edge(node.key, key, relation="draws_on")


def _beginning(graph: nx.DiGraph) -> int:
    """The seq of the first thing that is drawn of a process."""
    return min((seq for _, seq in graph.nodes(data="seq") if seq is not None), default=0)


def _keys(graph: nx.DiGraph, home: nx.DiGraph) -> dict[str, str]:
    """What the keys of one graph are called in the joined one; without links of processes."""
    own, process = home.graph["process"], graph.graph["process"]
    keys = {}
    for key, kind in graph.nodes(data="kind"):
        if kind == "elsewhere":
            keys[key] = key.removeprefix(f"{own}/")
        elif process == own:
            keys[key] = key
        elif kind != "process":
            keys[key] = f"{process}/{key}"
    return keys
