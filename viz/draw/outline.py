"""The same facts as a picture, as an ordered list: no picture stands without it."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from viz.draw.node import Node
from viz.draw.select import stages
from viz.draw.words import Words, number


@dataclass(frozen=True, slots=True)
class Line:
    """One node in words."""

    node: Node
    text: str
    links: tuple[tuple[str, str], ...]
    """(relation in words, key of the earlier node) for all it rests upon."""


def outline(graph: nx.DiGraph, words: Words) -> list[tuple[str, list[Line]]]:
    """(stage, its nodes in words) for every stage, empty ones too."""
    return [
        (
            stage,
            [
                Line(
                    node,
                    describe(node, words),
                    tuple(
                        (words[f"relation.{edge['relation']}"], source)
                        for source, edge in graph.pred[node.key].items()
                    ),
                )
                for node in nodes
            ],
        )
        for stage, nodes in stages(graph).items()
    ]


def describe(node: Node, words: Words) -> str:
    """All a picture says of `node`, in one line.

    “Recommandation R3. Limiter les écrans. Remplacée”
    """
    first = head(node, words)
    parts = [first[:1].upper() + first[1:]]
    if node.kind == "answer" and node.by:
        parts.append(node.by)
    parts.append(node.label)
    if node.place:
        parts.append(node.place)
    parts += [words[f"flag.{flag}"] for flag in node.flags]
    return ". ".join([part.rstrip(".") for part in parts if part])


def head(node: Node, words: Words) -> str:
    """What a node is: `recommandation R3`, `1 204 contributions`, `retenue`."""
    if node.verdict:
        return words[f"verdict.{node.verdict}"]
    if node.state:
        return words[f"state.{node.state}"]
    if node.kind in ("contribution", "more") and node.count is not None:
        noun = node.noun if node.count == 1 else f"many.{node.noun}"
        return f"{number(node.count, words)}\u00a0{words[noun]}"
    noun = words[node.noun]
    return f"{noun} {node.id}" if node.id else noun
