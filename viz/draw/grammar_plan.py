"""Where the steps and duties of a procedure stand: stages as columns, or one under the other.

Every duty is a line of its own: out of the right of the step that begins it, through the
gutters between the columns, along a lane above the steps where it goes far, and into the step
that fulfils it. No two lines lie upon each other, and none runs behind a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.domain.procedure import Procedure, Step
from ledger.domain.words import STAGE_OF
from viz.draw.lettering import wrap
from viz.draw.theme import LABEL, LEADING, SMALL
from viz.draw.words import Words

PAD: Final = 16
CARD: Final = 164
NARROW: Final = 344
TRACK: Final = 9
"""Between two lines side by side."""
PORT: Final = 20
"""Between two lines that meet one step."""
_SMALL_LEADING: Final = 15
_TURN: Final = 6
_HEAD: Final = 66
_GAP: Final = 16
_MARGIN: Final = 14


@dataclass(slots=True)
class Box:
    """One step where it stands."""

    step: Step
    lines: list[str]
    who: list[str]
    width: int
    x: int = 0
    y: int = 0
    ins: int = 0
    """How many lines meet its left side, and below its right side."""
    outs: int = 0

    @property
    def height(self) -> int:
        """High enough for its words, and for the lines that meet it."""
        words = 12 + LEADING * len(self.lines) + _SMALL_LEADING * len(self.who) + 10
        if self.step.required:
            words += _SMALL_LEADING
        return max(words, PORT * max(self.ins, self.outs) + 12)


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of one stage, and its steps."""

    stage: str
    x: int
    y: int
    width: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One duty: its path, and where it arrives."""

    number: int
    """From 1, as in the list beside the picture."""
    path: str
    x: int
    y: int
    leftward: bool
    """Whether it arrives from the right."""


@dataclass(frozen=True, slots=True)
class GrammarPlan:
    """A whole picture."""

    width: int
    height: int
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(slots=True)
class _Route:
    number: int
    start: Box | None
    end: Box
    a: int
    b: int
    out: int = 0
    into: int = 0
    tracks: list[int] = field(default_factory=list)
    lane: int = -1

    @property
    def back(self) -> bool:
        """Whether it ends in the column it began in."""
        return self.a == self.b


def stages_of(procedure: Procedure) -> dict[str, list[Step]]:
    """The steps of each stage that has any: listed stages first, in their order."""
    found: dict[str, list[Step]] = {stage: [] for stage in procedure.stages}
    for step in procedure.kinds:
        found.setdefault(STAGE_OF.get(step.kind, "any"), []).append(step)
    return {stage: steps for stage, steps in found.items() if steps}


def who(step: Step, words: Words) -> str:
    """Who may take a step."""
    return ", ".join(words[f"role.{role}"] for role in step.by) or words["role.anybody"]


def across(procedure: Procedure, words: Words) -> GrammarPlan:
    """The stages side by side."""
    columns = _boxes(procedure, words, CARD)
    routes = _routes(procedure, list(columns.values()))
    used = [0] * (len(columns) + 1)
    lanes = 0
    for route in routes:
        gutters = [route.a + 1]
        if not route.back and route.b != route.a + 1:
            gutters.append(route.b)
            route.lane, lanes = lanes, lanes + 1
        for gutter in gutters:
            route.tracks.append(used[gutter])
            used[gutter] += 1
    gutter_widths = [max(30, 30 + TRACK * n) for n in used]
    gutter_widths[0] = _MARGIN if not used[0] else gutter_widths[0]
    gutter_widths[-1] = _MARGIN if not used[-1] else gutter_widths[-1]
    top = _HEAD + TRACK * lanes + (8 if lanes else 0)
    placed: list[Column] = []
    x = gutter_widths[0]
    for (stage, boxes), gutter in zip(columns.items(), gutter_widths[1:], strict=True):
        _stack(boxes, x, top)
        placed.append(Column(stage, x, 30, CARD, tuple(boxes)))
        x += CARD + gutter
    rights = [0, *(column.x + CARD for column in placed)]
    lines = []
    for route in routes:
        xs = [rights[route.a + 1] + 14 + TRACK * route.tracks[0]]
        if route.lane >= 0:
            xs.append(rights[route.b] + 14 + TRACK * route.tracks[1])
        lines.append(_line(route, xs, _HEAD - 6 + TRACK * route.lane))
    bottom = max((b.y + b.height for c in placed for b in c.boxes), default=top)
    return GrammarPlan(x, bottom + _MARGIN, tuple(placed), tuple(lines))


def down(procedure: Procedure, words: Words) -> GrammarPlan:
    """The stages one under the other, for a telephone: all lines run down the right side."""
    known = {step.kind for step in procedure.kinds}
    crossing = sum(d.what.kind in known for d in procedure.owed)
    width = max(140, NARROW - 20 - TRACK * crossing)
    columns = _boxes(procedure, words, width)
    everything = [box for boxes in columns.values() for box in boxes]
    routes = _routes(procedure, [everything])
    y, placed = 2, []
    for stage, boxes in columns.items():
        placed.append(Column(stage, 2, y + 22, width, tuple(boxes)))
        y = _stack(boxes, 2, y + 44) + 10
    lines = [
        _line(route, [2 + width + 14 + TRACK * track], 0) for track, route in enumerate(routes)
    ]
    return GrammarPlan(NARROW, y, tuple(placed), tuple(lines))


def _boxes(procedure: Procedure, words: Words, width: int) -> dict[str, list[Box]]:
    room = width - 2 * PAD
    return {
        stage: [
            Box(
                step,
                # Names are written bold, and so are wider than they are measured.
                wrap(_capital(words[f"event.{step.kind}"]), room * 0.9, LABEL, 3),
                wrap(_capital(who(step, words)), room, SMALL, 9),
                width,
            )
            for step in steps
        ]
        for stage, steps in stages_of(procedure).items()
    }


def _routes(procedure: Procedure, columns: Sequence[Sequence[Box]]) -> list[_Route]:
    """The duties whose fulfilment is a step; each with its place at both steps."""
    at: dict[str, tuple[int, Box]] = {}
    for place, boxes in enumerate(columns):
        for box in boxes:
            at.setdefault(box.step.kind, (place, box))
    routes = []
    for number, rule in enumerate(procedure.owed, 1):
        if rule.what.kind not in at:
            continue
        b, end = at[rule.what.kind]
        a, start = at.get(rule.after.kind, (b - 1, None))
        route = _Route(number, start, end, a, b)
        if start is not None:
            route.out, start.outs = start.outs, start.outs + 1
        if route.back:
            route.into, end.outs = end.outs, end.outs + 1
        else:
            route.into, end.ins = end.ins, end.ins + 1
        routes.append(route)
    return routes


def _stack(boxes: Sequence[Box], x: int, y: int) -> int:
    """Puts steps under each other; the next free place below."""
    for box in boxes:
        box.x, box.y = x, y
        y += box.height + _GAP
    return y


def _line(route: _Route, xs: Sequence[int], lane: int) -> Line:
    end = route.end
    into = end.y + 16 + PORT * route.into
    x = end.x + (end.width if route.back else 0)
    start = route.start
    points: list[tuple[int, int]] = []
    if start is not None:
        out = start.y + 16 + PORT * route.out
        points += [(start.x + start.width, out), (xs[0], out)]
    if len(xs) > 1:
        points += [(xs[0], lane), (xs[1], lane)] if start is not None else []
    points += [(xs[-1], into), (x, into)]
    return Line(route.number, _rounded(points), x, into, route.back)


def _rounded(points: Sequence[tuple[int, int]]) -> str:
    """A path of straight lines with round corners."""
    path = f"M{points[0][0]} {points[0][1]}"
    for (x0, y0), (x1, y1), (x2, y2) in zip(points, points[1:], points[2:], strict=False):
        r = min(_TURN, (abs(x1 - x0) + abs(y1 - y0)) // 2, (abs(x2 - x1) + abs(y2 - y1)) // 2)
        before = (x1 - _sign(x1 - x0) * r, y1 - _sign(y1 - y0) * r)
        after = (x1 + _sign(x2 - x1) * r, y1 + _sign(y2 - y1) * r)
        path += f"L{before[0]} {before[1]}Q{x1} {y1} {after[0]} {after[1]}"
    return f"{path}L{points[-1][0]} {points[-1][1]}"


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
