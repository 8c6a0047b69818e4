"""A thread too long to be read as a picture: what is furthest stands together, counted."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import networkx as nx

from viz.draw.node import Node, node_of, put
from viz.draw.select import lineage

_GROUPS = 12
"""Room left for groups: a thread has about so many sorts of things."""


def gather(graph: nx.DiGraph, limit: int) -> nx.DiGraph:
    """A thread of about `limit` nodes: the nearest, and the others as one group of each sort.

    Args:
        graph: As `select.thread` gives it, with nothing left out.
    """
    if len(graph) <= limit:
        return graph
    far = lineage(graph, graph.graph["focus"])
    nearest = sorted(graph, key=lambda key: far.get(key, len(graph)))
    kept = set(islice(nearest, max(1, limit - _GROUPS)))
    name = {key: key if key in kept else _group(node_of(graph, key)) for key in graph}
    counts = Counter(name.values())
    part = nx.DiGraph(**graph.graph)
    for key in graph:
        if key in kept:
            part.add_node(key, **graph.nodes[key])
        elif name[key] not in part:
            put(part, _gathered(node_of(graph, key), name[key], counts[name[key]]))
    for a, b, edge in graph.edges(data=True):
        if name[a] != name[b] and not part.has_edge(name[a], name[b]):
            part.add_edge(name[a], name[b], **edge)
    part.graph["thread"] = list(dict.fromkeys(name[key] for key in graph.graph["thread"]))
    return part


def _group(node: Node) -> str:
    place = node.key.partition("/")[0] + "/" if node.place else ""
    return f"{place}more-{node.stage}-{node.noun.replace('.', '-')}"


def _gathered(one: Node, key: str, count: int) -> Node:
    return Node(
        key, "more", one.noun, one.stage, "", count=count, place=one.place,
        illustrative=one.illustrative,
    )  # fmt: skip
