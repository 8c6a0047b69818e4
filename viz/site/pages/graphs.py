"""The decision graph of a view, built once for all the pages that show something of it."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import networkx as nx

from ledger.domain.case import Case
from ledger.service.view import View
from viz.draw.graph import build
from viz.draw.lettering import clean
from viz.site.i18n import Language, Words
from viz.site.pages.units import agrees

_KEPT = 64
# A case is kept with its graph, so that no other can come to have its id meanwhile. Views of
# several checkpoints share one case where nothing was recorded between them.
_graphs: OrderedDict[tuple[int, str], tuple[Case, nx.DiGraph]] = OrderedDict()
_lock = Lock()


def graph_of(view: View, language: Language) -> nx.DiGraph:
    """The decision as a graph, its words in one language. Read it; nobody writes it."""
    key = (id(view.case), language.code)
    with _lock:
        if key in _graphs:
            _graphs.move_to_end(key)
            return _graphs[key][1]
    words = Words(language, masculine=agrees(list(view.case.units.values())))
    since = dict.fromkeys(view.erased_since, language.word("gone.erased_since"))
    graph = build(view.case, {**view.texts, **since}, words)
    for neighbour in view.neighbours:
        if neighbour.process in graph:  # drawn by its slug: a case knows no other title
            graph.nodes[neighbour.process]["label"] = clean(neighbour.title)
    with _lock:
        _graphs[key] = (view.case, graph)
        if len(_graphs) > _KEPT:
            _graphs.popitem(last=False)
    return graph
