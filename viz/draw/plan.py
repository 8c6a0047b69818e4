"""Where everything in a picture stands: values that the layouts make and the writer draws.

All coordinates are whole numbers: they are written a hundred thousand times in a large picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from viz.draw.node import Node
from viz.draw.theme import LEADING
from viz.draw.words import Words, number

PAD: Final = 12
HEAD: Final = 22
"""From the top of a card to the baseline of its first line; edges meet cards at its middle."""
MEET: Final = HEAD - 4


@dataclass(frozen=True, slots=True)
class Card:
    """One node where it stands."""

    node: Node
    x: int
    y: int
    width: int
    height: int
    lines: list[str]
    foot: str
    thread: bool
    focus: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The heading of one stage, and how wide its rule is."""

    stage: str
    x: int
    y: int
    width: int
    empty: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole picture; paths are SVG path data, dots are where edges arrive."""

    width: int
    height: int
    sections: list[Section]
    cards: list[Card]
    edges: list[str]
    threads: list[str]
    more: tuple[int, int, int] | None
    """Where to say how many nodes are left out."""


def foot_of(node: Node, words: Words, named: bool) -> str:
    """The last line of a card: what a reader must know before believing the rest."""
    parts = [words[f"flag.{flag}"] for flag in node.flags]
    grouped = node.kind in ("contribution", "more")
    if node.count is not None and node.count > 1 and not grouped:
        parts.insert(0, f"{number(node.count, words)} {words[f'many.{node.noun}']}")
    if named and node.by:
        parts.insert(0, node.by)
    if node.place:  # last: a narrow card cuts it, and never a flag
        parts.append(f"→ {node.place}")
    return " · ".join(parts)


def height_of(lines: int, foot: bool) -> int:
    """The height of a card with so many lines of label."""
    return HEAD + lines * LEADING + (LEADING if foot else 0) + PAD
