"""Stage columns: one column per stage, one row per thread, on a grid that does not jump.

A node stands in the row of what it rests upon: the answer beside its recommendation, the
measure beside the answer. Whoever comes first keeps its place, and an empty cell is a silence
one can see. So a new node moves only those below it in its own column, if any.
"""

from __future__ import annotations

import sys
from collections.abc import Collection

import networkx as nx

from viz.draw.lettering import wrap
from viz.draw.node import Node
from viz.draw.plan import MEET, PAD, Card, Plan, Section, foot_of, height_of
from viz.draw.select import stages
from viz.draw.theme import LABEL, SMALL
from viz.draw.words import STAGES, Words

CARD = 182
GAP = 40
ROW_GAP = 22
INDENT = 16
MARGIN = 14
TOP = 66
_DECLARES = frozenset({"submits", "gives", "decides"})


def columns(graph: nx.DiGraph, words: Words, marked: Collection[str], lines: int) -> Plan:
    """The plan of a picture whose stages stand side by side.

    Args:
        graph: The whole of it, or a thread.
        words: For what is said under a card.
        marked: The nodes of the thread that is to stand out.
        lines: How many lines of a label are shown at most.
    """
    columns_ = list(stages(graph).values())
    declarers = _declarers(graph)
    cells = _place(graph, columns_, declarers)
    focus = graph.graph.get("focus")
    found: list[tuple[Node, int, int, list[str], str]] = []
    for column, nodes in enumerate(columns_):
        left = MARGIN + column * (CARD + GAP)
        for node in nodes:
            indent = INDENT if node.key in declarers else 0
            several = node.kind == "answer" and (
                node.key.count("-") > 1 or f"{node.key}-2" in graph
            )
            width = CARD - indent
            text = wrap(node.label, width - 2 * PAD, LABEL, lines) if node.label else []
            foot = foot_of(node, words, several)
            if foot:
                foot = wrap(foot, width - 2 * PAD, SMALL, 1)[0]
            found.append((node, left + indent, width, text, foot))
    # One pitch for all: rows line up across the columns.
    most = max((len(text) for *_, text, _ in found), default=1)
    pitch = height_of(most, any(foot for *_, foot in found)) + ROW_GAP
    cards = [
        Card(
            node,
            x,
            TOP + cells[node.key][1] * pitch,
            width,
            height_of(len(text), bool(foot)),
            text,
            foot,
            node.key in marked,
            node.key == focus,
        )
        for node, x, width, text, foot in found
    ]
    depth = 1 + max((row for _, row in cells.values()), default=0)
    edges, threads = _edges(graph, {card.node.key: card for card in cards}, cells, marked)
    filled = {column for column, _ in cells.values()}
    more = graph.graph.get("left_out", 0)
    bottom = TOP + depth * pitch - ROW_GAP + MARGIN
    return Plan(
        2 * MARGIN + len(STAGES) * CARD + (len(STAGES) - 1) * GAP,
        bottom + (24 if more else 0),
        [
            Section(stage, MARGIN + i * (CARD + GAP), 30, CARD, i not in filled)
            for i, stage in enumerate(STAGES)
        ],
        cards,
        edges,
        threads,
        (MARGIN, bottom + 8, more) if more else None,
    )


def grid(graph: nx.DiGraph) -> dict[str, tuple[int, int]]:
    """The (column, row) of every node."""
    return _place(graph, list(stages(graph).values()), _declarers(graph))


def _place(
    graph: nx.DiGraph, columns_: list[list[Node]], declarers: dict[str, str]
) -> dict[str, tuple[int, int]]:
    cells: dict[str, tuple[int, int]] = {}
    for column, nodes in enumerate(columns_):
        wished = {
            node.key: _wish(graph, node.key, cells) if node.stage in _ANCHORED else _LOOSE
            for node in nodes
        }
        blocks: dict[str, list[str]] = {}
        for node in nodes:
            blocks.setdefault(declarers.get(node.key, node.key), []).append(node.key)
        for name, block in blocks.items():
            # The declarer above what it declares; the loose ones last.
            declares = len(block) > 1 and name == block[0]
            block[declares:] = sorted(block[declares:], key=wished.__getitem__)
            if declares and wished[block[1]] != _LOOSE:
                wished[name] = max(0, wished[block[1]] - 1)
        free = 0
        for block in sorted(blocks.values(), key=lambda block: wished[block[0]]):
            for key in block:
                if wished[key] != _LOOSE:
                    free = max(free, wished[key])
                cells[key] = (column, free)
                free += 1
    return cells


_ANCHORED = frozenset({"response", "decision", "follow_up"})
_LOOSE = sys.maxsize


def _wish(graph: nx.DiGraph, key: str, cells: dict[str, tuple[int, int]]) -> int:
    """The topmost row among what `key` rests upon in earlier columns."""
    rows = [cells[source][1] for source in graph.pred[key] if source in cells]
    return min(rows, default=_LOOSE)


def _declarers(graph: nx.DiGraph) -> dict[str, str]:
    """The opinion, response or decision that each node was declared by."""
    return {
        key: source
        for source, key, relation in graph.edges(data="relation")
        if relation in _DECLARES
    }


def _edges(
    graph: nx.DiGraph,
    cards: dict[str, Card],
    cells: dict[str, tuple[int, int]],
    marked: Collection[str],
) -> tuple[list[str], list[str]]:
    taken = set(cells.values())
    plain: list[str] = []
    thread: list[str] = []
    for a, b in graph.edges:
        paths = thread if a in marked and b in marked else plain
        (first, row), (last, _) = cells[a], cells[b]
        if first == last:
            paths.append(_within(cards[a], cards[b]))
        elif first < last:
            hidden = last - first > 1 and any(
                (column, row) in taken for column in range(first + 1, last)
            )
            paths.append(_forward(cards[a], cards[b], hidden))
        else:
            paths.append(_forward(cards[b], cards[a], False))
    return plain, thread


def _forward(a: Card, b: Card, lane: bool) -> str:
    """From the right of `a` to the left of `b`; above the cards between them, never behind."""
    x1, y1 = a.x + a.width, a.y + MEET
    x2, y2 = b.x, b.y + MEET
    start = f"M{x1} {y1}"
    if lane:
        over = a.y - ROW_GAP // 2
        start += f"C{x1 + GAP // 2} {y1} {x1 + 4} {over} {x1 + GAP - 4} {over}"
        y1 = over
    if y1 == y2:
        return f"{start}H{x2}"
    # The bend ends where the column begins, left of what hangs on its side.
    end = x2 - INDENT if b.width < CARD else x2
    bend = end - GAP // 2
    return f"{start}H{end - GAP}C{bend} {y1} {bend} {y2} {end} {y2}H{x2}"


def _within(a: Card, b: Card) -> str:
    """Down the left side to what `a` declares, or round the right side to what replaces it."""
    if b.x > a.x:
        x, y = a.x + INDENT // 2, b.y + MEET
        return f"M{x} {a.y + a.height}V{y - 6}Q{x} {y} {x + 6} {y}H{b.x}"
    x1, y1, x2, y2 = a.x + a.width, a.y + a.height - PAD, b.x + b.width, b.y + MEET
    out = max(x1, x2) + GAP * 2 // 5
    return f"M{x1} {y1}C{out} {y1} {out} {y2} {x2} {y2}"
