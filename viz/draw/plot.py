"""Plots that a person can read: bars with their numbers, and days as dots on a line.

    bars([Bar("Retenues", "12", 12, "verdict-retained")], title="…", description="…")

A plot is narrow (320 px), so that its words stay as large on a telephone as on a desk; it
stands beside the table that says the same. Nothing is said by colour alone: every bar has its
label and number, what is exact is a full dot and what is at least so much a hollow one. There
is no script and no style, only classes (`theme.stylesheet`) over presentation attributes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from viz.draw import theme
from viz.draw.lettering import clean, measure, wrap

WIDTH: Final = 320
_LABEL, _BAR, _GAP = 18, 12, 10
_EDGE = 8
_PITCH, _RADIUS, _HIGHEST = 9, 3.6, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what is counted, the number as it is written, and its length."""

    label: str
    figure: str
    value: int
    tone: str = ""
    """A class of `theme.stylesheet`: `verdict-retained`, `state-done`; empty for none."""


@dataclass(frozen=True, slots=True)
class Dot:
    """Some things that took so many days, or at least so many."""

    days: int
    exact: bool
    number: int


def bars(
    rows: Sequence[Bar], *, title: str, description: str, full: int = 0, prefix: str = "b"
) -> str:
    """One `<svg>`: horizontal bars from a common zero, each below its label.

    Args:
        full: What a bar of full length stands for; by default the largest of them.
    """
    longest = full or max((row.value for row in rows), default=0) or 1
    # Kept free for the numbers behind the bars.
    room = 16 + max((measure(clean(row.figure), theme.LABEL) for row in rows), default=0)
    parts, y = [], 0
    for row in rows:
        lines = wrap(clean(row.label), WIDTH - 4, theme.LABEL, 2)
        for line in lines:
            y += _LABEL
            parts.append(_text(0, y - 5, line))
        length = round((WIDTH - room) * row.value / longest, 1)
        colour = theme.colour(theme.tone(row.tone.partition("-")[2]))
        parts.append(
            f'<g class="{row.tone}"><rect class="tone" y="{y}" width="{max(length, 1)}" '
            f'height="{_BAR}" fill="{colour}"/></g>'
        )
        parts.append(_text(length + 7, y + _BAR - 1, row.figure, weight=600))
        y += _BAR + _GAP
    return (
        _opening(max(y - _GAP + 2, 1), title, description, prefix) + "".join(parts) + "</svg>"
    )


def dots(
    drawn: Iterable[Dot],
    *,
    median: int,
    told: str,
    tick: Callable[[int], str],
    title: str,
    description: str,
    prefix: str = "d",
) -> str:
    """One `<svg>`: days from left to right, a pile of dots for those that took as long.

    Args:
        median: Where the middle is marked.
        told: What is written there.
        tick: How a number of days is written below the line.
    """
    piles = _piles(list(drawn))
    reach = int((WIDTH - 2 * _EDGE) / _PITCH * piles.width)
    each = piles.each
    height = max((-(-sum(pile.values()) // each) for pile in piles.places.values()), default=1)
    base = 30 + round(height * _PITCH)
    parts = []
    for place, pile in sorted(piles.places.items()):
        full, hollow = -(-pile[True] // each), -(-pile[False] // each)
        for level in range(full + hollow):
            x, y = _at(place, piles), base - 7 - level * _PITCH
            parts.append(_dot(x, y, full=level < full))
    parts.append(_line(0, base, WIDTH, base))
    for days in range(0, reach + 1, _step(reach)):
        x = _EDGE + days / piles.width * _PITCH
        parts.append(_line(x, base, x, base + 4))
        anchor = "start" if days == 0 else "middle" if x < WIDTH - 30 else "end"
        where = 0 if days == 0 else min(x, WIDTH)
        parts.append(_text(where, base + 18, tick(days), anchor=anchor, look="muted"))
    x = _EDGE + median / piles.width * _PITCH
    parts.append(_line(x, 18, x, base, dashed=True))
    side = "start" if x < WIDTH / 2 else "end"
    parts.append(_text(x + (-4 if side == "start" else 4), 12, told, anchor=side, weight=600))
    return _opening(base + 24, title, description, prefix) + "".join(parts) + "</svg>"


def each_dot(drawn: Iterable[Dot]) -> int:
    """How many things one dot of `dots` stands for, at most."""
    return _piles(list(drawn)).each


@dataclass(frozen=True, slots=True)
class _Piles:
    """Dots by their place on the line: how many of them are exact, how many are not."""

    width: int
    """Days from one place to the next."""
    places: dict[int, Counter[bool]]
    each: int


def _piles(drawn: Sequence[Dot]) -> _Piles:
    last = (WIDTH - 2 * _EDGE) // _PITCH
    width = max(1, -(-max((dot.days for dot in drawn), default=0) // last))
    places: dict[int, Counter[bool]] = {}
    for dot in drawn:
        places.setdefault(dot.days // width, Counter())[dot.exact] += dot.number
    most = max((sum(pile.values()) for pile in places.values()), default=0)
    return _Piles(width, places, max(1, -(-most // _HIGHEST)))


def _at(place: int, piles: _Piles) -> float:
    return _EDGE + (place + (0.5 if piles.width > 1 else 0)) * _PITCH


def _step(reach: int) -> int:
    """A round number of days, of which about four fit."""
    power = 1
    while 20 * power < reach:
        power *= 10
    return next((one * power for one in (1, 2) if 4 * one * power >= reach), 5 * power)


def _dot(x: float, y: float, *, full: bool) -> str:
    ink = theme.colour("under-way")
    if full:
        return (
            f'<g class="state-under_way"><circle class="tone" cx="{x:g}" cy="{y:g}" '
            f'r="{_RADIUS}" fill="{ink}"/></g>'
        )
    return (
        f'<g class="state-under_way"><circle class="sign" cx="{x:g}" cy="{y:g}" '
        f'r="{_RADIUS - 0.7:g}" fill="none" stroke="{ink}" stroke-width="1.4"/></g>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    look = ' stroke-dasharray="3 3"' if dashed else ""
    return (
        f'<g class="edges" stroke="{theme.colour("edge")}"{look}>'
        f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/></g>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    weight: int = 400,
    look: str = "ink",
) -> str:
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text class="{look}" x="{x:g}" y="{y:g}"{place}{heavy} '
        f'fill="{theme.colour(look)}">{escape(clean(text))}</text>'
    )


def _opening(height: int, title: str, description: str, prefix: str) -> str:
    """A plot is one picture: its name, what it shows, and the table beside it for the rest."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fr-picture fr-plot" role="img" '
        f'aria-labelledby="{prefix}--title" aria-describedby="{prefix}--desc" '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{escape(theme.FONT)}" font-size="{theme.LABEL}">'
        f'<title id="{prefix}--title">{escape(clean(title))}</title>'
        f'<desc id="{prefix}--desc">{escape(clean(description))}</desc>'
    )
