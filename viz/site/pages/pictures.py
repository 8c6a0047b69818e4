"""Pictures for pages: the thread of one thing, or a whole decision, as SVG with links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import networkx as nx
from markupsafe import Markup

from viz.draw import svg
from viz.draw.gather import gather
from viz.draw.groups import CITED
from viz.draw.node import Node
from viz.draw.outline import Line, outline
from viz.draw.select import thread
from viz.site.i18n import Language, Words

LIST = "fil-liste"
"""Where a page has the thread as a list: what a picture gathers leads there."""
DRAWN = 60
"""How many nodes a picture of a thread has, about, at most."""
Lines = list[tuple[str, list[tuple[Line, str | None]]]]


def thread_picture(
    graph: nx.DiGraph,
    id_: str,
    language: Language,
    *,
    title: str,
    masculine: bool,
    suffix: str = "",
    heard: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Markup, Markup] | None:
    """The thread of one thing, across and down; None where nothing is to be drawn.

    Args:
        graph: Of its process, or of all that the thread runs through.
        heard: How many contributions of each process are behind it: the size of their group.
    """
    if id_ not in graph:
        return None
    part = gather(thread(graph, id_, limit=len(graph)), DRAWN)
    if part.number_of_nodes() < 2:
        return None
    words = _Linked(language, masculine=masculine)
    home = graph.graph["process"]
    voices = {
        CITED if slug == home else f"{slug}/{CITED}": count for slug, count in heard.items()
    }
    for key in voices.keys() & set(part):
        part.nodes[key]["count"] = voices[key]  # not of all that it has cited
    leads = links(home, language, suffix)

    def href(node: Node) -> str | None:
        if node.key in voices:
            return f"{language.prefix}/p/{home}/{id_}/voix{suffix}"
        return leads(node)

    # The layouts are written by hand and escape every word: see viz.draw.svg.
    across = svg.draw(part, words, title=title, href=href, prefix="n")
    down = svg.draw(part, words, title=title, href=href, orientation="rows", prefix="m")
    return Markup(across), Markup(down)


class _Linked(Words):
    """The words of a thread: what it does not show may well be recorded."""

    def __getitem__(self, code: str) -> str:
        return super().__getitem__("stage.unlinked" if code == "stage.empty" else code)


def whole_picture(
    graph: nx.DiGraph, language: Language, *, title: str, masculine: bool, suffix: str = ""
) -> tuple[Markup, Markup]:
    """A whole decision of a hundred nodes at most, across and down."""
    words = Words(language, masculine=masculine)
    href = links(graph.graph["process"], language, suffix)
    across = svg.draw(graph, words, title=title, href=href, prefix="g", lines=2)
    down = svg.draw(
        graph, words, title=title, href=href, orientation="rows", prefix="h", lines=2
    )
    return Markup(across), Markup(down)


def lines_of(
    graph: nx.DiGraph, language: Language, *, masculine: bool, suffix: str = ""
) -> Lines:
    """The same facts as the picture, as lists."""
    words = Words(language, masculine=masculine)
    href = links(graph.graph["process"], language, suffix)
    return [
        (words[f"stage.{stage}"], [(line, href(line.node)) for line in lines])
        for stage, lines in outline(graph, words)
    ]


def links(process: str, language: Language, suffix: str = "") -> Callable[[Node], str | None]:
    """Where a node leads: to the page of its thing, or of what it says something of.

    Args:
        suffix: What the addresses end with: `?size=12` in a past view.
    """
    base = f"{language.prefix}/p"

    def href(node: Node) -> str | None:
        if node.kind == "more":
            return f"#{LIST}"
        path = place(node)
        return None if path is None else path + suffix

    def place(node: Node) -> str | None:
        if node.kind in ("process", "elsewhere"):
            return f"{base}/{node.key}"
        slug, key = process, node.key
        if node.place:  # of another process: its key begins with its slug
            slug, _, key = node.key.partition("/")
        if node.id:
            return f"{base}/{slug}/{node.id}"
        for lead in ("answer-", "follow-up-"):
            if key.startswith(lead):
                target = key.removeprefix(lead)
                if node.kind == "answer" and target.count("-") and "/" not in target:
                    target = target.rpartition("-")[0]
                return f"{base}/{target}" if "/" in target else f"{base}/{slug}/{target}"
        if key.startswith("contributions-"):
            return f"{base}/{slug}/contributions"
        if node.seq is not None:
            return f"{language.prefix}/registre/{node.seq}"
        return None

    return href
