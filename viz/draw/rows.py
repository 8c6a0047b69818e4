"""Stage rows: one column of cards on one line, for a telephone or a narrow embed.

Every card hangs on the line by a short branch. Which rests upon which is said by the list that
stands beside every picture; a thread of one recommendation needs no more to be read.
"""

from __future__ import annotations

from collections.abc import Collection

import networkx as nx

from viz.draw.lettering import wrap
from viz.draw.plan import MEET, PAD, Card, Plan, Section, foot_of, height_of
from viz.draw.select import stages
from viz.draw.theme import LABEL, SMALL
from viz.draw.words import Words

WIDTH = 344
SPINE = 14
LEFT = 38
ROW_GAP = 12
HEADING = 40


def rows(graph: nx.DiGraph, words: Words, marked: Collection[str], lines: int) -> Plan:
    """The plan of a picture whose stages stand one under the other; empty ones are named."""
    focus = graph.graph.get("focus")
    cards: list[Card] = []
    sections: list[Section] = []
    branches: list[str] = []
    threads: list[str] = []
    width = WIDTH - LEFT - 2
    y = 2
    first = last = None
    for stage, nodes in stages(graph).items():
        sections.append(Section(stage, LEFT, y + 22, width, not nodes))
        y += HEADING
        if not nodes:
            y += 22
        for node in nodes:
            text = wrap(node.label, width - 2 * PAD, LABEL, lines) if node.label else []
            foot = foot_of(node, words, node.kind == "answer")
            if foot:
                foot = wrap(foot, width - 2 * PAD, SMALL, 1)[0]
            height = height_of(len(text), bool(foot))
            inside = not marked or node.key in marked
            cards.append(
                Card(
                    node,
                    LEFT,
                    y,
                    width,
                    height,
                    text,
                    foot,
                    node.key in marked,
                    node.key == focus,
                )
            )
            meet = y + MEET
            branch = f"M{SPINE} {meet - 12}Q{SPINE} {meet} {SPINE + 12} {meet}H{LEFT}"
            (threads if inside else branches).append(branch)
            if inside:
                first = meet - 12 if first is None else first
                last = meet - 12
            y += height + ROW_GAP
        y += 6
    if first is not None and last is not None:
        threads.insert(0, f"M{SPINE} {min(first, 24)}V{last}")
    more = graph.graph.get("left_out", 0)
    return Plan(
        WIDTH,
        y + (24 if more else 0),
        sections,
        cards,
        branches,
        threads,
        (LEFT, y + 8, more) if more else None,
    )
