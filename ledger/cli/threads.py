"""`filrouge thread`: a red thread as a tree of text, across processes.

    cours-fraiches/R1  recommendation  Planter des arbres
    │  retained  2026-11-01  Ville d’essai: Oui.
    │
    ├─ came from ↑
    │  └─ C1  contribution  Il fait trop chaud.
    └─ became ↓
       └─ M1  measure  Arbres
             under_way  2026-11-01  Ville d’essai

A thread may merge and split, so that it is no tree: a thing stands once, under the first that
leads to it, and says which others do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime

from ledger.cli import output
from ledger.domain.lineage import Thing
from ledger.errors import MalformedError
from ledger.service.query import Queries
from ledger.service.threads import Piece, Statement, Told, tell


def show(as_json: bool, queries: Queries, place: str, now: datetime) -> None:
    """Prints the thread of `PROCESS/ID`.

    Raises:
        MalformedError: `bad_request`: no id, or nothing before it.
        RefusedError: `unknown_process` or `unknown_item`.
    """
    slug, _, id_ = place.partition("/")
    if not slug or not id_:
        raise MalformedError("bad_request", f"name an item, like cours-fraiches/R1: {place!r}")
    told = tell(queries, slug, id_, queries.day(now))
    output.answer(as_json, asdict(told), "\n".join(lines(told)))


def lines(told: Told) -> Iterator[str]:
    """The tree, line by line."""
    focus = told.focus
    home = focus.process
    if all(piece.illustrative for piece in told.nodes):
        yield "Everything here is illustrative: invented."
        told = _unmarked(told)
        focus = told.focus
    yield f"{home}/{_head(focus, home)}"
    sides = [
        (title, tree)
        for title, way in (("came from ↑", -1), ("became ↓", 1))
        if (tree := _tree(told, way))
    ]
    for said in focus.said:
        yield f"{'│' if sides else ' '}  {_said(said)}"
    for place, (title, tree) in enumerate(sides):
        last = place == len(sides) - 1
        yield f"{'└' if last else '├'}─ {title}"
        yield from _branches(told, tree, (home, focus.id), "   " if last else "│  ")
    if not told.whole:
        yield "There is more than is told here: the nearest steps only."
    if told.voices.total:
        yield f"Voices behind it: {told.voices.total}{_by_process(told)}."
    for slug in dict.fromkeys(untold.process for untold in told.untold):
        yield f"{slug} counted contributions: those not recorded one by one are in no thread."


def _unmarked(told: Told) -> Told:
    """The same where it was said once that all is invented."""
    nodes = tuple(
        replace(
            piece,
            illustrative=False,
            said=tuple(replace(said, illustrative=False) for said in piece.said),
        )
        for piece in told.nodes
    )
    return replace(told, nodes=nodes)


_Tree = dict[Thing, list[tuple[Piece, list[str]]]]
"""What hangs under a thing: each with the others that lead to it as well."""


def _tree(told: Told, way: int) -> _Tree:
    """One side of a thread; each thing under the nearest that leads to it."""
    pieces = {(p.process, p.id): p for p in told.nodes}
    root = told.focus.process, told.focus.id
    towards: dict[Thing, list[Thing]] = {}
    for link in told.links:
        earlier, later = (link.to_process, link.target), (link.process, link.source)
        further, nearer = (earlier, later) if way < 0 else (later, earlier)
        if further != nearer:  # an answer or a report speaks for the thing itself
            towards.setdefault(further, []).append(nearer)
    tree: _Tree = {}
    for thing, piece in pieces.items():
        if piece.step * way <= 0:
            continue
        over = [x for x in dict.fromkeys(towards.get(thing, ())) if pieces[x].step * way >= 0]
        # In a circle, what leads here may stand on the other side.
        first = next((x for x in over if pieces[x].step == piece.step - way), root)
        also = [_name(other, piece.process) for other in over if other != first]
        tree.setdefault(first, []).append((piece, also))
    return tree


def _branches(told: Told, tree: _Tree, thing: Thing, before: str) -> Iterator[str]:
    under = tree.get(thing, [])
    for place, (piece, also) in enumerate(under):
        last = place == len(under) - 1
        here = (piece.process, piece.id)
        name = _head(piece, thing[0], told.processes[piece.process])
        yield f"{before}{'└' if last else '├'}─ {name}" + (
            f"  (also by {', '.join(also)})" if also else ""
        )
        after = before + ("   " if last else "│  ")
        for said in piece.said:
            yield f"{after}{'│' if here in tree else ' '}  {_said(said)}"
        yield from _branches(told, tree, here, after)


def _head(piece: Piece, process: str, title: str = "") -> str:
    """`M1  measure  Arbres`; the process before it where the thread enters another one."""
    marks = [
        mark
        for mark in ("illustrative", "disowned", "erased", "withdrawn", "replaced")
        if getattr(piece, mark)
    ]
    place = f"{piece.process}/" if piece.process != process else ""
    parts = [f"{place}{piece.id}", piece.type or piece.sort, piece.title or "(no words)"]
    parts += [f"[{', '.join(marks)}]"] if marks else []
    parts += [f"in “{title}”"] if place else []
    return "  ".join(parts)


def _said(said: Statement) -> str:
    what = said.verdict or said.state or said.kind
    marks = [m for m in ("illustrative", "disowned", "erased") if getattr(said, m)]
    words = f": {said.words}" if said.words else ""
    return f"{what}  {said.on or '?'}  {said.by}{words}" + (
        f"  [{', '.join(marks)}]" if marks else ""
    )


def _name(thing: Thing, process: str) -> str:
    return thing[1] if thing[0] == process else "/".join(thing)


def _by_process(told: Told) -> str:
    shares = told.voices.processes
    if len(shares) < 2:
        return ""
    return " (" + ", ".join(f"{share.process} {share.count}" for share in shares) + ")"
