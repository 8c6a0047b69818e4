"""Paper: a picture with the same facts in words, as PDF/UA or PNG, the same bytes every time.

Made by the typst wheel with the fonts it carries: no font, file or clock of the machine goes
into a sheet, and no text of a register into typst's own language; words travel as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal

import networkx as nx
import typst

from ledger.errors import UncheckedError
from viz.draw import svg, theme
from viz.draw.lettering import clean
from viz.draw.node import Node, node_of
from viz.draw.outline import Line, outline
from viz.draw.words import Words

Format = Literal["pdf", "png"]
Section = dict[str, Any]
"""`name`, `start` (the number of its first fact), `facts` ({text, rests, link}), `empty`."""


def sheet(
    graph: nx.DiGraph,
    words: Words,
    *,
    title: str,
    at: datetime,
    subtitle: str = "",
    notes: Sequence[str] = (),
    href: Callable[[Node], str | None] = lambda node: None,
    lang: str = "fr",
    format: Format = "pdf",
    lines: int = 3,
) -> bytes:
    """One document about `graph`: title, picture, the ordered list of the same facts, notes.

    Args:
        graph: A thread, or a graph small enough to be read.
        words: The language of the sheet.
        title: Its title, and the document's.
        at: When the sheet says that it was made; aware. The same `at` gives the same bytes.
        subtitle: One line below the title.
        notes: The last lines: the date, the size and root of the register, where to verify.
        href: Where a fact can be read; absolute, for paper leaves the site.
        lang: For hyphenation and screen readers.
        format: PDF/UA-1 on A4, or PNG as long as it needs to be.
        lines: How many lines of a label the picture shows.

    A character that the wheel's fonts lack stands as □: PDF/UA admits no gap.

    Raises:
        MalformedError: `bad_url`.
        UncheckedError: `unreadable`: the sheet could not be set.
    """
    picture = svg.draw(
        graph, words, title=title, font=theme.PRINT_FONT, lines=lines, prefix="sheet"
    )
    sections = _stages(graph, words, href)
    return page(
        picture, sections, words, title=title, at=at, subtitle=subtitle, notes=notes, lang=lang,
        format=format,
    )  # fmt: skip


def page(
    picture: str,
    sections: Sequence[Section],
    words: Words,
    *,
    title: str,
    at: datetime,
    subtitle: str = "",
    notes: Sequence[str] = (),
    lang: str = "fr",
    format: Format = "pdf",
) -> bytes:
    """One document about any picture that is drawn here, with its list; else as `sheet`.

    Args:
        picture: One `<svg>`, with texts in `theme.PRINT_FONT`.
        sections: The same facts in words, as `Section`s.
    """
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', picture)
    assert size is not None
    data = {
        "title": clean(title),
        "subtitle": clean(subtitle),
        "lang": lang,
        "picture": picture,
        "width": int(size[1]),
        "height": int(size[2]),
        "alt": f"{clean(title)}. {words['picture.list']}",
        "list": words["picture.list"],
        "stages": sections,
        "notes": [clean(note) for note in notes],
        "paged": format == "pdf",
    }
    try:
        return _compile(data, at, format)
    except typst.TypstError:
        try:
            return _compile(_plain(data), at, format)
        except typst.TypstError as error:
            raise UncheckedError("unreadable", "the sheet could not be set") from error


def _stages(
    graph: nx.DiGraph, words: Words, href: Callable[[Node], str | None]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start = 1
    for stage, told in outline(graph, words):
        facts = [
            {
                "text": line.text,
                "rests": _rests(graph, line),
                "link": svg.checked_link(href(line.node)),
            }
            for line in told
        ]
        name = words[f"stage.{stage}"]
        found.append(
            {"name": name, "start": start, "facts": facts, "empty": words["stage.empty"]}
        )
        start += len(facts)
    return found


def _rests(graph: nx.DiGraph, line: Line) -> str:
    """« met en œuvre R3, R7 · par D1 »."""
    by_relation: dict[str, list[str]] = {}
    for relation, key in line.links:
        node = node_of(graph, key)
        by_relation.setdefault(relation, []).append(node.id or node.label or key)
    return " · ".join(f"{r} {', '.join(names)}" for r, names in by_relation.items())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _compile(data: dict[str, Any], at: datetime, format: Format) -> bytes:
    made = typst.compile(
        _TEMPLATE,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=format,
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"] if format == "pdf" else [],
        timestamp=int(at.timestamp()),
        ppi=144.0,
    )
    return bytes(made)


# What the wheel's serif surely holds; tried only where the words as they are did not pass.
_UNPRINTED = re.compile(
    "[^\x20-\u024f\u0300-\u036f\u0370-\u052f\u1e00-\u1eff\u2010-\u2027\u202f-\u205e"
    "\u20ac\u2190-\u2193\u25a1\n]"
)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTED.sub("□", value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


_TEMPLATE = b"""
#let d = json(bytes(sys.inputs.data))
#let quiet = rgb("#655f57")
#let red = rgb("#b8142d")
#let margin = 16mm
#let width = if d.paged { 297mm } else { 320mm }
#set document(title: d.title)
#set page(
  width: width,
  height: if d.paged { 210mm } else { auto },
  margin: margin,
  footer: if d.paged {
    context align(right, text(8pt, fill: quiet, counter(page).display("1 / 1", both: true)))
  },
)
#set text(font: ("Libertinus Serif", "New Computer Modern"), size: 10pt, lang: d.lang,
  hyphenate: true, fill: rgb("#211f1c"))
#set par(leading: 0.62em, justify: false)
#show heading.where(level: 1): it => block(below: 0.5em,
  text(21pt, weight: "semibold", it.body))
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.9em,
  text(13pt, weight: "semibold", it.body))
#show heading.where(level: 3): it => block(above: 1.2em, below: 0.6em,
  text(10.5pt, weight: "semibold", fill: red, it.body))
#show link: it => underline(offset: 2pt, stroke: 0.4pt + quiet, it)

= #d.title
#if d.subtitle != "" { text(11pt, fill: quiet, d.subtitle) }
#v(4mm)
#{
  let room = if d.paged { 140mm } else { 4000mm }
  let scale = calc.min((width - 2 * margin) / (d.width * 1pt), room / (d.height * 1pt), 0.75)
  image(bytes(d.picture), format: "svg", alt: d.alt, width: d.width * 1pt * scale)
}

== #d.list
#columns(if d.paged { 2 } else { 1 }, gutter: 10mm)[
  #for stage in d.stages {
    heading(level: 3, stage.name)
    if stage.facts.len() == 0 { text(fill: quiet, style: "italic", stage.empty) }
    else {
      enum(start: stage.start, spacing: 0.75em, ..stage.facts.map(fact => {
        if fact.link == none { fact.text } else { link(fact.link, fact.text) }
        if fact.rests != "" { linebreak(); text(8.5pt, fill: quiet, fact.rests) }
      }))
    }
  }
]
#v(6mm)
#line(length: 100%, stroke: 0.5pt + rgb("#e3dcd1"))
#set text(8pt, fill: quiet, hyphenate: false)
#for note in d.notes { par(note) }
"""
