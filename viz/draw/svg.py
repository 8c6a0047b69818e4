"""Accessible SVG, written straight from a plan: lists of links that look like a picture.

    svg.draw(thread, words, title="R3, de la question à la réalisation",
             href=lambda node: f"/p/publicite/{node.id}" if node.id else None)

Every stage is a list, every node an item with one link, named by its `<title>` in full; what
is drawn inside is hidden from screen readers. There is no script, no style, no reference to
anything outside: only classes (`theme.stylesheet`) over presentation attributes. Ids are
stable (`n-R3`), so that a newer picture can be morphed into an older one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html import escape
from typing import Literal

import networkx as nx

from ledger.errors import MalformedError
from viz.draw import theme
from viz.draw.columns import columns
from viz.draw.lettering import clean, wrap
from viz.draw.node import Node
from viz.draw.outline import describe, head
from viz.draw.plan import HEAD, PAD, Card, Plan, Section
from viz.draw.rows import rows
from viz.draw.words import Words

Href = Callable[[Node], str | None]
Orientation = Literal["columns", "rows"]
_SPECIAL = re.compile("[&<>\"']")
_LINK = re.compile(r"(https?://|/(?!/)|\./|\?|#)[^\x00-\x20\x7f\\]*", re.ASCII | re.IGNORECASE)


def draw(
    graph: nx.DiGraph,
    words: Words,
    *,
    title: str,
    description: str = "",
    href: Href = lambda node: None,
    orientation: Orientation = "columns",
    marked: Collection[str] | None = None,
    lines: int = 3,
    prefix: str = "n",
    scheme: theme.Scheme = "light",
    font: str = theme.FONT,
) -> str:
    """One `<svg>` element.

    Args:
        graph: A thread, or a whole graph of a hundred nodes at most if it is to be read.
        words: The language of the picture.
        title: What the picture is called; the first thing a screen reader says.
        description: What it shows, in a sentence.
        href: Where a node leads, or None.
        orientation: Stages side by side (1280 px), or one under the other (320 px and more).
        marked: The nodes of the red thread; by default what `select.thread` marked.
        lines: How many lines of a label are shown; `<title>` has the rest.
        prefix: Of all ids, where a page holds two pictures.
        scheme: The colours for readers without the style sheet.
        font: The same.

    Raises:
        MalformedError: `bad_url`: a link that is neither http, https nor of this site.
    """
    if marked is None:
        marked = graph.graph.get("thread", ())
    layout = columns if orientation == "columns" else rows
    plan = layout(graph, words, frozenset(marked), lines)
    pen = _Pen(words, href, prefix, scheme)
    return "".join(
        (
            opening(plan.width, plan.height, title, description, orientation, prefix, font),
            pen.edges(plan),
            pen.sections(plan),
            pen.more(plan),
            "</svg>",
        )
    )


def opening(
    width: int,
    height: int,
    title: str,
    description: str,
    shape: str,
    prefix: str,
    font: str,
) -> str:
    """The start of a picture: its size, its name and what it shows."""
    more = f' aria-describedby="{prefix}--desc"' if description else ""
    told = f'<desc id="{prefix}--desc">{_text(description)}</desc>' if description else ""
    wide = " wide" if width > 480 else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fr-picture fr-{shape}{wide}" '
        f'role="group"{more} viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{escape(font)}" '
        f'font-size="{theme.LABEL}">'
        f'<title id="{prefix}--title">{_text(title)}</title>{told}'
    )


def checked_link(link: str | None) -> str | None:
    """`link` if it leads to http, https or this site.

    Raises:
        MalformedError: `bad_url`.
    """
    if link is not None and not _LINK.fullmatch(link):
        raise MalformedError("bad_url", f"a picture does not link to {link!r}")
    return link


class _Pen:
    def __init__(self, words: Words, href: Href, prefix: str, scheme: theme.Scheme) -> None:
        self.words, self.href, self.prefix = words, href, prefix
        self.colours = {name: theme.colour(name, scheme) for name in theme.PALETTE}
        self.nouns: dict[tuple[str, int], str] = {}
        self.muted = f'class="muted" fill="{self.colours["muted"]}"'

    def edges(self, plan: Plan) -> str:
        """All edges in two strokes: the rest, and over it the thread."""
        parts = []
        for name, paths, colour, width in (
            ("edges", plan.edges, "edge", "1.3"),
            ("edges thread", plan.threads, "thread", "2.4"),
        ):
            if paths:
                parts.append(
                    f'<g class="{name}" aria-hidden="true" fill="none" stroke-linecap="round" '
                    f'stroke="{self.colours[colour]}" stroke-width="{width}">'
                    f'<path d="{"".join(paths)}"/></g>'
                )
        return "".join(parts)

    def sections(self, plan: Plan) -> str:
        """Each stage as a list, in the order of the process."""
        of: dict[str, list[Card]] = {section.stage: [] for section in plan.sections}
        for card in plan.cards:
            of[card.node.stage].append(card)
        return "".join(
            self.heading(section, place)
            + f'<g role="list" aria-labelledby="{self.prefix}--{section.stage}" class="ink" '
            f'fill="{self.colours["ink"]}">'
            + (self.empty(section) if section.empty else "")
            + "".join([self.card(card) for card in of[section.stage]])
            + "</g>"
            for place, section in enumerate(plan.sections, 1)
        )

    def heading(self, section: Section, place: int) -> str:
        """Hidden from screen readers, which hear it as the name of the list."""
        x, y, c = section.x, section.y, self.colours
        return (
            f'<g aria-hidden="true"><text x="{x}" y="{y}"><tspan {self.muted} font-size="12">'
            f'{place}</tspan><tspan class="ink" dx="8" id="{self.prefix}--{section.stage}" '
            f'fill="{c["ink"]}" font-size="14.5" font-weight="600">'
            f"{escape(self.words[f'stage.{section.stage}'])}</tspan></text>"
            f'<path class="rule" d="M{x} {y + 11}h{section.width}" stroke="{c["rule"]}"/></g>'
        )

    def empty(self, section: Section) -> str:
        lines = wrap(self.words["stage.empty"], section.width, 12, 2)
        spans = "".join(
            f'<tspan x="{section.x}" dy="16">{escape(line)}</tspan>' for line in lines
        )
        return (
            f'<g role="listitem"><text {self.muted} y="{section.y + 22}" font-size="12" '
            f'font-style="italic">{spans}</text></g>'
        )

    def card(self, card: Card) -> str:
        """Everything in it is placed from its corner: who moves it, moves one attribute."""
        node = card.node
        inside = (
            f"<title>{_safe(describe(node, self.words))}</title>"
            f'<g aria-hidden="true">{self.box(card)}{self.head(card)}{self.label(card)}</g>'
        )
        link = checked_link(self.href(node))
        key = _safe(node.key.replace("/", "_"))
        return (
            f'<g role="listitem" id="{self.prefix}-{key}" class="{_classes(card)}" '
            f'transform="translate({card.x} {card.y})">'
            + (f'<g role="img">{inside}</g>' if link is None else "")
            + (f'<a href="{_safe(link)}">{inside}</a>' if link is not None else "")
            + "</g>"
        )

    def box(self, card: Card) -> str:
        stroke, width = "rule", "1"
        if card.thread:
            stroke = "edge"
        if card.focus:
            stroke, width = "thread", "2.2"
        dashed = ' stroke-dasharray="4 3"' if card.node.illustrative else ""
        c = self.colours
        return (
            f'<rect class="card" width="{card.width}" height="{card.height}" rx="7" '
            f'fill="{c["card"]}" stroke="{c[stroke]}" stroke-width="{width}"{dashed}/>'
        )

    def head(self, card: Card) -> str:
        node = card.node
        text = head(node, self.words)
        code = node.verdict or node.state
        if code:
            tone = self.colours[theme.tone(code)]
            return (
                f'<path class="sign" transform="translate({PAD} {HEAD - 12})" fill="none" '
                f'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" '
                f'stroke="{tone}" d="{theme.SIGNS[code].path}"/>'
                f'<text class="tone" x="{PAD + 20}" y="{HEAD}" font-weight="600" '
                f'fill="{tone}">{_safe(text)}</text>'
            )
        room = card.width - 2 * PAD
        if node.id:
            noun = self.nouns.get((node.noun, room))
            if noun is None:
                noun = wrap(self.words[node.noun], room - 30, theme.SMALL, 1)[0]
                self.nouns[node.noun, room] = noun
            return (
                f'<text x="{PAD}" y="{HEAD}" font-size="11.5"><tspan font-weight="700">'
                f"{_safe(node.id)}</tspan>"
                f'<tspan {self.muted} dx="6">{_safe(noun)}</tspan></text>'
            )
        text = wrap(text, room, 11.5, 1)[0]
        return f'<text {self.muted} x="{PAD}" y="{HEAD}" font-size="11.5">{_safe(text)}</text>'

    def label(self, card: Card) -> str:
        spans = "".join(
            [
                f'<tspan x="{PAD}" dy="{theme.LEADING}">{_safe(line)}</tspan>'
                for line in card.lines
            ]
        )
        label = f'<text class="label" y="{HEAD + 1}">{spans}</text>' if spans else ""
        if card.foot:
            label += (
                f'<text {self.muted} x="{PAD}" y="{card.height - PAD + 1}" '
                f'font-size="{theme.SMALL}" font-style="italic">{_safe(card.foot)}</text>'
            )
        return label

    def more(self, plan: Plan) -> str:
        if plan.more is None:
            return ""
        x, y, count = plan.more
        text = self.words["picture.more"].replace("{count}", str(count))
        return (
            f'<text {self.muted} x="{x}" y="{y}" font-size="12" font-style="italic">'
            f"{escape(text)}</text>"
        )


def _classes(card: Card) -> str:
    node = card.node
    classes = f"node kind-{node.kind} stage-{node.stage}"
    if node.verdict:
        classes += f" verdict-{node.verdict}"
    if node.state:
        classes += f" state-{node.state}"
    for flag in node.flags:
        classes += f" is-{flag}"
    if card.thread:
        classes += " thread"
    return f"{classes} focus" if card.focus else classes


def _safe(text: str) -> str:
    """Escaped; most words need no escaping, and looking is cheaper than replacing."""
    return escape(text) if _SPECIAL.search(text) else text


def _text(text: str) -> str:
    return escape(clean(text))
