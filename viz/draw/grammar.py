"""The picture of a procedure: who speaks at each stage, and what is owed between the steps.

    grammar.draw(procedure, words, title="Atelier citoyen", said=sentences)

Stages are lists, steps their items; each duty is a dashed line with a number, an item of a list
of its own, which says the whole sentence. The same facts stand in words beside every picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import graphviz

from ledger.domain.procedure import Procedure
from viz.draw import theme
from viz.draw.dot import quoted
from viz.draw.grammar_plan import PAD, Box, Column, Line, across, down, stages_of, who
from viz.draw.lettering import clean, wrap
from viz.draw.svg import opening
from viz.draw.words import Words

Orientation = Literal["across", "down"]


def draw(
    procedure: Procedure,
    words: Words,
    *,
    title: str,
    said: Sequence[str],
    description: str = "",
    orientation: Orientation = "across",
    prefix: str = "r",
    scheme: theme.Scheme = "light",
    font: str = theme.FONT,
) -> str:
    """One `<svg>` element.

    Args:
        said: Each duty in a sentence, in the order of the procedure.
        orientation: Stages side by side, or one under the other (344 px wide).
        prefix: Of all ids, where a page holds two pictures.
        scheme: The colours for readers without the style sheet.
        font: The same.
    """
    plan = (across if orientation == "across" else down)(procedure, words)
    pen = _Pen(words, prefix, scheme)
    columns = "".join(pen.column(c, place) for place, c in enumerate(plan.columns, 1))
    lines = "".join(pen.line(line, said[line.number - 1]) for line in plan.lines)
    owed = escape(clean(words["grammar.owed"]))
    return (
        opening(plan.width, plan.height, title, description, orientation, prefix, font)
        + columns
        + (f'<g role="list" aria-label="{owed}">{lines}</g>' if lines else "")
        + "</svg>"
    )


class _Pen:
    def __init__(self, words: Words, prefix: str, scheme: theme.Scheme) -> None:
        self.words, self.prefix = words, prefix
        self.colours = {name: theme.colour(name, scheme) for name in theme.PALETTE}
        self.muted = f'class="muted" fill="{self.colours["muted"]}"'
        self.ink = f'class="ink" fill="{self.colours["ink"]}"'

    def column(self, column: Column, place: int) -> str:
        """A stage: its heading, hidden from screen readers, is the name of its list."""
        name = f"{self.prefix}--{column.stage}"
        heading = (
            f'<g aria-hidden="true"><text x="{column.x}" y="{column.y}"><tspan {self.muted} '
            f'font-size="12">{place}</tspan><tspan {self.ink} dx="8" id="{name}" '
            f'font-size="14.5" font-weight="600">'
            f"{escape(clean(self.words[f'stage.{column.stage}']))}</tspan></text>"
            f'<path class="rule" d="M{column.x} {column.y + 11}h{column.width}" '
            f'stroke="{self.colours["rule"]}"/></g>'
        )
        boxes = "".join(self.box(box) for box in column.boxes)
        return f'{heading}<g role="list" aria-labelledby="{name}">{boxes}</g>'

    def box(self, box: Box) -> str:
        """One step; everything in it is placed from its corner."""
        step, c = box.step, self.colours
        told = [self.words[f"event.{step.kind}"], who(step, self.words)]
        told += [self.words["grammar.required"]] if step.required else []
        title = ". ".join(text[:1].upper() + text[1:] for text in told)
        stroke, width = ("edge", "1.8") if step.required else ("rule", "1")
        y = 9
        rows = []
        for lines, look, leading in (
            (box.lines, f'class="label ink" fill="{c["ink"]}" font-weight="600"', 17),
            (box.who, f'{self.muted} font-size="{theme.SMALL}"', 15),
        ):
            for line in lines:
                y += leading
                rows.append(f'<text {look} x="{PAD}" y="{y}">{escape(line)}</text>')
        if step.required:
            foot = escape(clean(self.words["grammar.required"]))
            rows.append(
                f'<text {self.muted} x="{PAD}" y="{y + 15}" font-size="{theme.SMALL}" '
                f'font-style="italic">{foot}</text>'
            )
        key = step.kind.replace(".", "-")
        return (
            f'<g role="listitem" id="{self.prefix}-{key}" '
            f'transform="translate({box.x} {box.y})"><g role="img">'
            f'<title>{escape(clean(title))}</title><g aria-hidden="true">'
            f'<rect class="card" width="{box.width}" height="{box.height}" rx="7" '
            f'fill="{c["card"]}" stroke="{c[stroke]}" stroke-width="{width}"/>'
            f"{''.join(rows)}</g></g></g>"
        )

    def line(self, line: Line, said: str) -> str:
        """One duty: a dashed line, an arrow head, and its number on the step it leads to."""
        c, x, y = self.colours, line.x, line.y
        tip, tail = (x + 10, x + 16) if line.leftward else (x - 10, x - 16)
        edge = f'stroke="{c["edge"]}" fill="none" stroke-linecap="round"'
        return (
            f'<g role="listitem" id="{self.prefix}-duty-{line.number}"><g role="img">'
            f'<title>{escape(clean(f"{line.number}. {said}"))}</title><g aria-hidden="true">'
            f'<g class="edges" {edge} stroke-width="1.4">'
            f'<path stroke-dasharray="5 4" d="{line.path}"/>'
            f'<path d="M{tail} {y - 4}L{tip} {y}L{tail} {y + 4}"/></g>'
            f'<circle class="stop empty" cx="{x}" cy="{y}" r="9" fill="{c["card"]}" '
            f'stroke="{c["edge"]}" stroke-width="1.4"/>'
            f'<text {self.ink} x="{x}" y="{y + 4}" font-size="{theme.SMALL}" '
            f'font-weight="700" text-anchor="middle">{line.number}</text></g></g></g>'
        )


def to_dot(procedure: Procedure, words: Words, *, title: str, said: Sequence[str]) -> str:
    """The same in the DOT language, one rank per stage."""
    c = {name: theme.colour(name) for name in theme.PALETTE}
    drawn = graphviz.Digraph(
        "procedure",
        graph_attr={"rankdir": "LR", "ranksep": "0.9", "label": quoted(title), "labelloc": "t",
                    "fontname": "Helvetica"},
        node_attr={"shape": "box", "style": "rounded", "color": c["rule"],
                   "fontname": "Helvetica", "fontsize": "10"},
        edge_attr={"color": c["edge"], "style": "dashed", "arrowsize": "0.6",
                   "fontname": "Helvetica", "fontsize": "9"},
    )  # fmt: skip
    names: dict[str, str] = {}
    stages = stages_of(procedure)
    for place, (stage, steps) in enumerate(stages.items()):
        with drawn.subgraph() as column:
            column.attr(rank="same")
            for step in steps:
                name = names.setdefault(step.kind, f"n{len(names)}")
                lines = [words[f"event.{step.kind}"]]
                lines += wrap(clean(who(step, words)), 210, theme.SMALL, 5)
                lines += [f"({words['grammar.required']})"] if step.required else []
                column.node(name, quoted(*lines))
            column.node(f"s{place}", quoted(words[f"stage.{stage}"]), shape="plaintext")
    for place in range(len(stages) - 1):
        drawn.edge(f"s{place}", f"s{place + 1}", style="invis")
    for number, (rule, text) in enumerate(zip(procedure.owed, said, strict=True), 1):
        if rule.what.kind in names and rule.after.kind in names:
            # No tooltip: without a link Graphviz makes it one that leads nowhere.
            label = quoted(*wrap(clean(f"{number}. {text}"), 180, theme.SMALL, 3))
            ends = names[rule.after.kind], names[rule.what.kind]
            drawn.edge(*ends, label=label, constraint="false")
    return str(drawn.source)
