"""`filrouge draw`: a process or one red thread, as a file of the kind its name asks for."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Literal

import networkx as nx

from ledger.errors import MalformedError, RefusedError
from ledger.service.query import Head
from ledger.service.view import View
from viz.draw import dot, graph, select, sheet, svg
from viz.site.i18n import Code, Words, language

FORMATS = (".svg", ".dot", ".json", ".pdf", ".png")


def picture(view: View, id_: str, suffix: str, *, head: Head, lang: Code) -> bytes:
    """The picture as bytes.

    Args:
        id_: The item whose thread is drawn; empty for the whole process.
        suffix: One of `FORMATS`.
        head: Where the register stands: printed under PDF and PNG.

    Raises:
        MalformedError: `bad_request`: no such format.
        RefusedError: `unknown_item`.
    """
    words = Words(language(lang))
    whole = graph.build(view.case, view.texts, words)
    part = _part(whole, id_)
    title = f"{view.case.title} · {id_}" if id_ else view.case.title
    match suffix:
        case ".json":
            return graph.to_json(part).encode()
        case ".dot":
            return dot.to_dot(part, words, title=title).encode()
        case ".svg" if id_:
            return svg.draw(part, words, title=title).encode()
        case ".svg":
            return dot.render(dot.to_dot(part, words, title=title))
        case ".pdf" | ".png":
            return _sheet(part, words, title, suffix, head, lang)
    raise MalformedError("bad_request", f"write one of {', '.join(FORMATS)}, not {suffix!r}")


def _part(whole: nx.DiGraph, id_: str) -> nx.DiGraph:
    if not id_:
        return whole
    if id_ not in whole:
        raise RefusedError("unknown_item", f"nothing called {id_} is drawn")
    return select.thread(whole, id_)


def _sheet(
    part: nx.DiGraph, words: Words, title: str, suffix: str, head: Head, lang: Code
) -> bytes:
    at: datetime = head.at
    kind: Literal["pdf", "png"] = "pdf" if suffix == ".pdf" else "png"
    root = base64.b64encode(head.root).decode()
    note = f"{language(lang).day(at.date())} · {head.size} · {root}"
    return sheet.sheet(part, words, title=title, at=at, notes=[note], lang=lang, format=kind)
