"""The red thread of one thing in words: what it came from, what became of it, across processes.

First the sentence a citizen came for, then the same facts as the picture, as two ordered lists
with links. Everything is read from one answer of `ledger.service.threads`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from ledger.service.threads import Piece, Statement, Told
from viz.draw.across import across, alone
from viz.draw.lettering import clean
from viz.draw.node import Node
from viz.site.i18n import Language
from viz.site.pages.reading import MASCULINE, Say, capital
from viz.site.pages.units import sign_of

NAMED = 8
"""How many contributions a list names; more of them are one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the thread."""

    href: str
    id: str
    noun: str
    title: Say
    place: str
    """The title of its process, where that is another one."""
    place_href: str
    code: str
    """The verdict or state; `none` where none is recorded and one may be; else empty."""
    sign: str
    words: str
    told: str
    """Who said so, and when."""
    reason: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """What a page says of one thread."""

    answer: str
    """What became of a contribution, in a sentence or two; empty for all else."""
    fates: tuple[Line, ...]
    """Of a contribution: the units and measures it fed."""
    before: tuple[Line, ...]
    """Without contributions where they are many: `voices` leads to those."""
    after: tuple[Line, ...]
    whole: bool
    voices: str
    """« 1 204 voix derrière cette mesure »; empty where nobody is."""
    many: bool
    voices_href: str
    untold: tuple[tuple[str, str], ...]
    """(href, title) of processes that counted contributions without recording each."""
    unfolded: bool
    """Whether the lists stand open: they tell what the page does not, of other processes."""
    json_href: str


def thread_page(told: Told, language: Language, suffix: str = "") -> ThreadPage:
    """A thread in words.

    Args:
        suffix: What links to items end with: `?size=12` in a past view.
    """
    focus = told.focus
    home = focus.process
    lines = {p: line_of(p, told, language, suffix) for p in told.nodes}
    ahead = [p for p in told.nodes if p.step > 0]
    many = told.voices.total > NAMED
    back = [p for p in told.nodes if p.step < 0 and not (many and p.sort == "contribution")]
    voiced = focus.sort == "contribution"
    total = told.voices.total
    behind = language.number_of(
        "%(num)s contribution behind it", "%(num)s contributions behind it", total
    )
    if focus.sort == "measure":
        behind = language.number_of(
            "%(num)s voice behind this measure", "%(num)s voices behind this measure", total
        )
    base = f"{language.prefix}/p"
    return ThreadPage(
        fate(focus, ahead, language) if voiced else "",
        tuple(lines[p] for p in ahead if p.sort in ("unit", "measure")) if voiced else (),
        tuple(lines[p] for p in back),
        tuple(lines[p] for p in ahead),
        told.whole,
        behind if total else "",
        many,
        f"{base}/{home}/{focus.id}/voix{suffix}",
        tuple(
            (f"{base}/{slug}{suffix}", told.processes[slug])
            for slug in dict.fromkeys(untold.process for untold in told.untold)
        ),
        not voiced and any(p.process != home for p in told.nodes),
        f"/api/v1/processes/{home}/items/{focus.id}/lineage{suffix}",
    )


def fate(focus: Piece, ahead: Iterable[Piece], language: Language) -> str:
    """What became of a contribution: what it fed, how that was answered, what is done."""
    # What is invented or was recorded by mistake is no news of what is real.
    real = [p for p in ahead if not p.disowned and p.illustrative <= focus.illustrative]
    units = [p for p in real if p.sort == "unit"]
    measures = [p for p in real if p.sort == "measure"]
    if not units and not measures:
        return " ".join(
            (
                language.word("became.contribution.none"),
                language.gettext("It may have been read without being cited."),
            )
        )
    sentences = []
    if units:
        types = {unit.type for unit in units}
        noun = f"unit.{units[0].type}" if len(types) == 1 else "kind.unit"
        masculine = types <= MASCULINE or len(types) > 1
        counted = language.word(noun if len(units) == 1 else f"many.{noun}")
        what = f"{language.number(len(units))}\u00a0{counted}"
        said = language.gettext("This contribution fed %(what)s") % {"what": what}
        verdicts = (_standing(unit) for unit in units)
        sentences.append(_tallied(said, verdicts, language, masculine))
    if measures:
        said = language.number_of(
            "%(num)s measure came of it", "%(num)s measures came of it", len(measures)
        )
        states = (f"state.{m.state or 'none'}" for m in measures)
        sentences.append(_tallied(said, states, language, False))
    return " ".join(sentences)


def line_of(piece: Piece, told: Told, language: Language, suffix: str = "") -> Line:
    """One thing of a thread."""
    base, home = f"{language.prefix}/p", told.focus.process
    away = piece.process != home
    code, words, newest = _judged(piece, language)
    who = ""
    if newest is not None:
        when = language.when(newest.on)
        who = f"{newest.by}, {when}" if when else newest.by
    noun = f"unit.{piece.type}" if piece.sort == "unit" else f"kind.{piece.sort}"
    flags = ("illustrative", "disowned", "erased", "withdrawn", "replaced")
    return Line(
        f"{base}/{piece.process}/{piece.id}{suffix}",
        piece.id,
        capital(language.word(noun)),
        _title(piece, language),
        told.processes[piece.process] if away else "",
        f"{base}/{piece.process}{suffix}" if away else "",
        code,
        sign_of(code) if code else "",
        words,
        who,
        newest.words or "" if newest is not None else "",
        tuple(flag for flag in flags if getattr(piece, flag)),
    )


def joined(told: Told, graphs: Mapping[str, nx.DiGraph], language: Language) -> nx.DiGraph:
    """The decisions that a thread runs through as one graph.

    Args:
        graphs: Of each process of the thread, by slug; they are only read.
    """
    focus = told.focus
    own = graphs[focus.process]
    others = [graph for slug, graph in graphs.items() if slug != focus.process]
    single = focus.sort == "contribution"
    if not others and not single:
        return own
    graph = across(own, others)
    if single:
        title = clean(_title(focus, language).text)
        flags = tuple(f for f in ("illustrative", "disowned", "erased") if getattr(focus, f))
        node = Node(
            focus.id, "contribution", "kind.contribution", "participation", title,
            id=focus.id, seq=focus.seq, on=focus.on, illustrative=focus.illustrative,
            flags=flags,
        )  # fmt: skip
        fed = [
            link.source if link.process == focus.process else f"{link.process}/{link.source}"
            for link in told.links
            if (link.to_process, link.target) == (focus.process, focus.id)
        ]
        alone(graph, node, fed)
    return graph


def _title(piece: Piece, language: Language) -> Say:
    if piece.title:
        return Say(piece.title, quoted=True)
    gone = "erased" if piece.erased else ""
    return Say(language.word(f"gone.{gone}" if gone else "label.none"), gone or "missing")


def _judged(piece: Piece, language: Language) -> tuple[str, str, Statement | None]:
    """How a unit or a measure stands, in words, and what was last said of it that counts."""
    kinds = {"unit": ("answer.given", "verdict"), "measure": ("follow_up.reported", "state")}
    if piece.sort not in kinds:
        return "", "", None
    kind, family = kinds[piece.sort]
    code = (piece.verdict if family == "verdict" else piece.state) or "none"
    said = [s for s in piece.said if s.kind == kind and code in (s.verdict, s.state)]
    words = language.word(f"{family}.{code}", masculine=piece.type in MASCULINE)
    return code, capital(words), said[-1] if said else None


def _standing(unit: Piece) -> str:
    if unit.withdrawn or unit.replaced:
        return "flag.withdrawn" if unit.withdrawn else "flag.replaced"
    return f"verdict.{unit.verdict or 'none'}"


def _tallied(said: str, codes: Iterable[str], language: Language, masculine: bool) -> str:
    """“… 2 recommendations: 1 retained, 1 without an answer.”"""
    counts = Counter(codes)
    word = language.word
    if sum(counts.values()) == 1:
        value = word(next(iter(counts)), masculine=masculine)
    else:
        value = ", ".join(
            f"{language.number(n)}\u00a0"
            + word(code if n == 1 else f"many.{code}", masculine=masculine)
            for code, n in counts.items()
        )
    return language.gettext("%(name)s: %(value)s") % {"name": said, "value": value} + "."
