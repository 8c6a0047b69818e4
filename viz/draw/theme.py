"""How pictures look: colours in two schemes, signs, sizes, and the style sheet for pages.

Every colour is a custom property (`--fr-…`) with a light value written into the picture
itself, so that a picture without its style sheet is still whole. A verdict or a state is
always a sign *and* a word; its colour only helps. One accent, the thread, is red, and nothing
else is.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scheme = Literal["light", "dark"]

PALETTE: Final[dict[str, tuple[str, str]]] = {
    "paper": ("#faf8f4", "#15171a"),
    "card": ("#ffffff", "#1e2125"),
    "ink": ("#211f1c", "#eeeae3"),
    "muted": ("#655f57", "#aca69c"),
    "edge": ("#b5aca0", "#626770"),
    "rule": ("#e3dcd1", "#343940"),
    "thread": ("#b8142d", "#ff7078"),
    "retained": ("#1c6844", "#74d3a0"),
    "partly-retained": ("#55660f", "#bcd075"),
    "already-done": ("#0f666c", "#6fd0d6"),
    "passed-on": ("#38578a", "#a5c2f2"),
    "deferred": ("#795800", "#e8c566"),
    "rejected": ("#762d5b", "#eba3cd"),
    "planned": ("#4d5863", "#b7c2cc"),
    "under-way": ("#27588f", "#95c0f6"),
    "done": ("#1c6844", "#74d3a0"),
    "late": ("#8c4500", "#ffb679"),
    "abandoned": ("#762d5b", "#eba3cd"),
}
"""Each colour in the light and in the dark scheme. Words reach 4.5:1 on `card` and `paper`."""

FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"
PRINT_FONT: Final = "Libertinus Serif"
"""The face that the typst wheel carries: paper needs no font of the machine it was made on."""


class Sign(NamedTuple):
    """The sign of a verdict or state: as a character, and as a path in a box of 14."""

    char: str
    path: str


_RING = "M7 1.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 1 1 0-11.6z"
SIGNS: Final[dict[str, Sign]] = {
    "retained": Sign("✓", f"{_RING}M4.3 7.2l2 2l3.6-4.2"),
    "partly_retained": Sign("◐", f"{_RING}M7 1.2v11.6M7 4h-3.6M7 7h-5M7 10h-3.8"),
    "already_done": Sign("✔", "M1 7.6l2.8 2.9l5-6.4M7.2 9.6l1 .9l5-6.4"),
    "passed_on": Sign("→", "M1.5 7h10.6M8.2 2.8l4.2 4.2l-4.2 4.2"),
    "deferred": Sign("◷", f"{_RING}M7 3.8v3.4l2.4 1.5"),
    "rejected": Sign("✕", f"{_RING}M4.8 4.8l4.4 4.4M9.2 4.8l-4.4 4.4"),
    "planned": Sign("○", _RING),
    "under_way": Sign("▷", f"{_RING}M5.6 4.4l4 2.6l-4 2.6z"),
    "done": Sign("✓", f"{_RING}M4.3 7.2l2 2l3.6-4.2"),
    "late": Sign("!", "M7 1.4l5.9 10.8h-11.8zM7 5.4v3.2M7 10.3v.3"),
    "abandoned": Sign("✕", f"{_RING}M3 3l8 8"),
}

# Sizes, in the units of the picture (CSS pixels at its natural size).
LABEL: Final = 13
SMALL: Final = 11
LEADING: Final = 17


def colour(name: str, scheme: Scheme = "light") -> str:
    """The value of a colour, for pictures that cannot ask a style sheet."""
    return PALETTE[name][scheme == "dark"]


def tone(code: str | None) -> str:
    """The colour that a verdict or state is written in."""
    name = (code or "").replace("_", "-")
    return name if name in PALETTE else "muted"


def stylesheet() -> str:
    """The rules a page needs beside the pictures: both schemes, forced colours, paper."""
    tones = "".join(
        f".fr-picture .{family}-{code}{{--fr-tone:var(--fr-{tone(code)})}}\n"
        for family, codes in (
            ("verdict", list(SIGNS)[:6]),
            ("state", list(SIGNS)[6:]),
        )
        for code in codes
    )
    return (
        f":root{{{_properties('light')};--fr-font:{FONT}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root:not([data-theme=light]){{{_properties('dark')}}}}}\n"
        f":root[data-theme=dark]{{{_properties('dark')}}}\n"
        f"@media print{{:root:root{{{_properties('light')}}}}}\n" + _RULES + tones + _FORCED
    )


def _properties(scheme: Scheme) -> str:
    return ";".join(f"--fr-{name}:{colour(name, scheme)}" for name in PALETTE)


_RULES = """\
.fr-picture{display:block;max-width:100%;height:auto;font-family:var(--fr-font);\
--fr-tone:var(--fr-muted)}
.fr-picture.wide{min-width:60rem}
.fr-scroll{overflow-x:auto;overscroll-behavior-x:contain;scrollbar-width:thin}
.fr-picture .ink{fill:var(--fr-ink)}
.fr-picture .muted{fill:var(--fr-muted)}
.fr-picture .accent{fill:var(--fr-thread)}
.fr-picture .card{fill:var(--fr-card);stroke:var(--fr-rule)}
.fr-picture .ground{fill:var(--fr-paper)}
.fr-picture .rule{stroke:var(--fr-rule)}
.fr-picture .edges{stroke:var(--fr-edge)}
.fr-picture .edges.thread{stroke:var(--fr-thread)}
.fr-picture .tone{fill:var(--fr-tone)}
.fr-picture .sign{stroke:var(--fr-tone)}
.fr-picture .node.thread .card{stroke:var(--fr-edge)}
.fr-picture .node.focus .card{stroke:var(--fr-thread)}
.fr-picture .stop{fill:var(--fr-card);stroke:var(--fr-thread)}
.fr-picture .stop.empty{stroke:var(--fr-edge)}
.fr-picture a:hover .card{stroke:var(--fr-ink)}
.fr-picture a:hover .label{text-decoration:underline;text-underline-offset:2px}
.fr-picture a:focus{outline:none}
.fr-picture a:focus-visible .card,.fr-picture a:focus-visible .stop{stroke:var(--fr-ink);\
stroke-width:3}
"""
_FORCED = """\
@media (forced-colors:active){.fr-picture{forced-color-adjust:auto}
.fr-picture .ink,.fr-picture .muted,.fr-picture .tone,.fr-picture .accent{fill:CanvasText}
.fr-picture .card,.fr-picture .stop{fill:Canvas;stroke:CanvasText}
.fr-picture .sign,.fr-picture .edges{stroke:CanvasText}
.fr-picture .edges.thread,.fr-picture .node.focus .card{stroke:Highlight}
.fr-picture a .label{fill:LinkText}}
"""
