"""The overview picture: six stages as stations on one red thread, with what stands at each.

Where nothing is recorded yet the station is hollow and the thread dotted. Side by side for a
page, one under the other for a telephone: a picture cannot reflow, so a page holds both and
shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from viz.draw import theme
from viz.draw.lettering import clean, wrap
from viz.draw.select import Stop
from viz.draw.svg import checked_link, opening
from viz.draw.words import Words, counted, number

Direction = Literal["across", "down"]
PITCH = 196
RADIUS = 8
_PARTS = 7
_LINE = 20


def draw_overview(
    stops: Sequence[Stop],
    words: Words,
    *,
    title: str,
    description: str = "",
    href: Callable[[str], str | None] = lambda stage: None,
    direction: Direction = "across",
    prefix: str = "o",
    scheme: theme.Scheme = "light",
    font: str = theme.FONT,
) -> str:
    """One `<svg>`: as `svg.draw`, with a link per stage.

    Raises:
        MalformedError: `bad_url`.
    """
    pen = _Pen(words, scheme, prefix)
    across = direction == "across"
    spots: list[tuple[int, int]] = []
    x, y = (RADIUS + 8, 24) if across else (RADIUS + 8, 20)
    for stop in stops:
        spots.append((x, y))
        if across:
            x += PITCH
        else:
            y += 62 + _LINE * min(len(stop.parts), _PARTS) + (24 if stop.count else 0)
    deepest = max((len(stop.parts[:_PARTS]) for stop in stops), default=0)
    width = spots[-1][0] + PITCH - 24 if across else 344
    height = 106 + _LINE * deepest if across else y
    reached = max((i for i, stop in enumerate(stops) if stop.count), default=-1)
    items = "".join(
        pen.stop(stop, *spots[i], across, checked_link(href(stop.stage)))
        for i, stop in enumerate(stops)
    )
    return (
        opening(width, height, title, description, direction, prefix, font)
        + pen.line(spots, reached)
        + f'<g role="list" aria-labelledby="{prefix}--title">{items}</g></svg>'
    )


class _Pen:
    def __init__(self, words: Words, scheme: theme.Scheme, prefix: str) -> None:
        self.words, self.prefix = words, prefix
        self.colours = {name: theme.colour(name, scheme) for name in theme.PALETTE}

    def line(self, spots: list[tuple[int, int]], reached: int) -> str:
        """The thread as far as it goes, and dotted from there on."""
        c = self.colours
        parts = []
        for name, run, look in (
            ("edges", spots[max(reached, 0) :], f'stroke="{c["edge"]}" stroke-dasharray="1 7"'),
            ("edges thread", spots[: reached + 1], f'stroke="{c["thread"]}"'),
        ):
            if len(run) > 1:
                (x1, y1), (x2, y2) = run[0], run[-1]
                parts.append(
                    f'<g class="{name}" aria-hidden="true" fill="none" stroke-width="3" '
                    f'stroke-linecap="round" {look}><path d="M{x1} {y1}L{x2} {y2}"/></g>'
                )
        return "".join(parts)

    def stop(self, stop: Stop, x: int, y: int, across: bool, link: str | None) -> str:
        c, words = self.colours, self.words
        empty = stop.count == 0
        name = words[f"stage.{stop.stage}"]
        parts = [(code, number(count, words), counted(count, code, words)) for code, count in
                 stop.parts[:_PARTS]]  # fmt: skip
        total = (number(stop.count, words), counted(stop.count, stop.noun, words))
        told = [" ".join(total)] + [f"{n} {word}" for _, n, word in parts]
        text = f"{name}. " + (words["stage.empty"] if empty else ", ".join(told))
        left, top = (x - RADIUS, y + 38) if across else (x + RADIUS + 18, y + 6)
        inside = [
            f'<title>{escape(clean(text))}</title><g aria-hidden="true">',
            f'<circle class="stop{" empty" if empty else ""}" cx="{x}" cy="{y}" r="{RADIUS}" '
            f'fill="{c["card"]}" stroke="{c["edge" if empty else "thread"]}" '
            f'stroke-width="3"/>',
            f'<text class="label ink" x="{left}" y="{top}" fill="{c["ink"]}" font-size="14.5" '
            f'font-weight="600">{escape(name)}</text>',
        ]
        top += 26
        if empty:
            inside += [
                f'<text class="muted" x="{left}" y="{top - 4 + 16 * i}" fill="{c["muted"]}" '
                f'font-size="12" font-style="italic">{escape(line)}</text>'
                for i, line in enumerate(wrap(words["stage.empty"], PITCH - 20, 12, 2))
            ]
        else:
            inside.append(self.total(left, top, *total))
        indent = 20 if any(_sign(code) for code, *_ in parts) else 0
        for i, (code, figure, word) in enumerate(parts, 1):
            inside.append(
                self.part(left, indent, top + 2 + i * _LINE, code, f"{figure} {word}")
            )
        body = "".join(inside) + "</g>"
        shell = f'<g role="img">{body}</g>' if link is None else (
            f'<a href="{escape(link)}">{body}</a>')  # fmt: skip
        reach = "is-empty" if empty else "is-reached"
        return (
            f'<g role="listitem" id="{self.prefix}-{stop.stage}" '
            f'class="station stage-{stop.stage} {reach}">{shell}</g>'
        )

    def total(self, x: int, y: int, figure: str, word: str) -> str:
        c = self.colours
        return (
            f'<text x="{x}" y="{y}"><tspan class="ink" fill="{c["ink"]}" font-size="20" '
            f'font-weight="600">{escape(figure)}</tspan><tspan class="muted" dx="6" '
            f'fill="{c["muted"]}">{escape(word)}</tspan></text>'
        )

    def part(self, x: int, indent: int, y: int, code: str, text: str) -> str:
        c, sign = self.colours, _sign(code)
        if sign is None:
            return (
                f'<text class="muted" x="{x + indent}" y="{y}" fill="{c["muted"]}" '
                f'font-size="12.5">{escape(text)}</text>'
            )
        family, _, name = code.partition(".")
        tone = c[theme.tone(name)]
        return (
            f'<g class="{family}-{name}"><path class="sign" fill="none" stroke="{tone}" '
            f'transform="translate({x} {y - 11})" stroke-width="1.5" stroke-linecap="round" '
            f'stroke-linejoin="round" d="{sign.path}"/><text class="tone" x="{x + indent}" '
            f'y="{y}" fill="{tone}" font-size="12.5">{escape(text)}</text></g>'
        )


def _sign(code: str) -> theme.Sign | None:
    family, _, name = code.partition(".")
    return theme.SIGNS.get(name) if family in ("verdict", "state") else None
