"""The page of one process: everything it shows, in the order it shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import networkx as nx

from ledger.domain import standing
from ledger.domain.case import Case
from ledger.domain.entry import Entry
from ledger.service.view import View
from viz.draw.select import Stop, overview
from viz.site.i18n import Language, Words
from viz.site.pages.faults import Fault, faults_of
from viz.site.pages.fields import Fact, fact
from viz.site.pages.figures import Table, Topic, tables_of, topics_of
from viz.site.pages.graphs import graph_of
from viz.site.pages.mended import Mended, mended_of
from viz.site.pages.owed import Awaited, awaited
from viz.site.pages.reading import Proof, Reader, Ref, Say, SourceLine, capital, reader_of
from viz.site.pages.story import Chapter, chapters_of, story_of
from viz.site.pages.telling import facts
from viz.site.pages.units import UnitPage, agrees, units_of

STEPS = ("mandate", "opinion", "response", "decision", "follow_up")
"""The five steps of the red thread; participation is told with the opinion it leads to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps: what is recorded of it."""

    stage: str
    name: str
    reached: bool
    count: str
    """“8 recommandations”; empty when nothing is recorded."""
    parts: tuple[str, ...]
    invented: bool
    """Whether all that is recorded of it is illustrative."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The mandate in force."""

    id: str
    href: str
    questions: tuple[Say, ...]
    facts: tuple[Fact, ...]
    amended: tuple[str, ...]
    by: str
    when: str
    sources: tuple[SourceLine, ...]
    proof: Proof
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document."""

    ref: Ref
    sort: str
    title: Say | None
    when: str
    by: str
    facts: tuple[Fact, ...]
    url: str | None
    sources: tuple[SourceLine, ...]
    flags: tuple[str, ...]
    mended: Mended | None


@dataclass(frozen=True, slots=True)
class LinkedProcess:
    """Another process, and how it stands to this one."""

    relation: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class ProcessPage:
    """Everything the page of one process shows."""

    slug: str
    title: str
    summary: Say | None
    form: str
    """The procedure in force, by its title."""
    traits: tuple[Fact, ...]
    asked: tuple[Asked, ...]
    steps: tuple[Step, ...]
    awaited: Awaited
    units: UnitPage
    story: tuple[Chapter, ...]
    topics: tuple[Topic, ...]
    facts: tuple[Topic, ...]
    tables: tuple[Table, ...]
    contributions: int
    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]
    linked: tuple[LinkedProcess, ...]
    illustrative: bool
    partly: bool
    """Whether some entries of a real process are illustrative."""
    closed: str
    proof: Proof
    sources: tuple[SourceLine, ...]
    size: int
    entries: int
    last_seq: int
    drawable: bool
    """Whether the whole decision fits a picture that can be read."""


def process_page(
    view: View, language: Language, zone: ZoneInfo, query: Mapping[str, Any]
) -> ProcessPage:
    """The page of one process.

    Args:
        query: `verdict` and `page` narrow the list of units; `suffix` is what the links of a
            past view end with.
    """
    case = view.case
    suffix = query.get("suffix", "")
    reader = reader_of(view, language, zone, suffix)
    assert case.opened is not None
    raw = reader.raw(case.opened)
    topics = topics_of(reader, case.claims)
    graph = graph_of(view, language)
    titles = view.procedure.titles
    return ProcessPage(
        case.process,
        raw["title"],
        reader.say(raw.get("summary"), case.opened),
        language.title(titles),
        tuple(_traits(reader, case.opened)),
        tuple(_asked(reader, case)),
        steps_of(case, graph, language),
        awaited(reader, view.duties),
        units_of(reader, verdict=query.get("verdict", ""), page=query.get("page", 1)),
        chapters_of(story_of(reader, case)),
        tuple(t for t in topics if t.differ),
        tuple(t for t in topics if not t.differ),
        tuple(tables_of(reader, case)),
        case.contributions,
        tuple(_document(reader, entry) for entry in case.documents.values()),
        tuple(faults_of(reader, view.irregularities, view.procedures, view.duties)),
        linked_of(view, language, suffix),
        case.illustrative,
        not case.illustrative and any(entry.illustrative for entry in case.entries),
        language.when(reader.on(case.closed)) if case.closed else "",
        reader.proof(case.opened),
        tuple(reader.sources(case.opened)),
        view.size,
        len(case.entries) + sum(r.count for r in case.received),
        view.last_seq,
        3 < graph.number_of_nodes() <= 100,
    )


def steps_of(case: Case, graph: nx.DiGraph, language: Language) -> tuple[Step, ...]:
    """The five steps and what is recorded of each."""
    words = Words(language, masculine=agrees(list(case.units.values())))
    stops = {stop.stage: stop for stop in overview(graph)}
    invented = {data["stage"] for _, data in graph.nodes(data=True) if data.get("illustrative")}
    steps = []
    for stage in STEPS:
        stop = stops[stage]
        parts = [_part(code, n, words, language) for code, n in stop.parts]
        count = _part(stop.noun, stop.count, words, language) if stop.count else ""
        if stage == "opinion":
            count, parts = _opinion(
                case, stop, stops["participation"], count, parts, words, language
            )
        elif stage == "follow_up" and not stop.count and parts:
            count, parts = parts[0], parts[1:]
        elif stage == "response" and not stop.count and case.responses:
            count = _part("kind.response", len(case.responses), words, language)
        hidden = not count and stage in invented and not case.illustrative
        steps.append(
            Step(
                stage,
                capital(language.word(f"stage.{stage}")),
                bool(count) or hidden,
                count,
                tuple(parts),
                hidden,
            )
        )
    return tuple(steps)


def _opinion(
    case: Case,
    stop: Stop,
    participation: Stop,
    count: str,
    parts: list[str],
    words: Words,
    language: Language,
) -> tuple[str, list[str]]:
    """The opinion, however little of it is transcribed, and the participation before it."""
    if not stop.count and case.opinions:
        count = _part("kind.opinion", len(case.opinions), words, language)
    if participation.count:
        parts = [*parts, _part(participation.noun, participation.count, words, language)]
    parts += [_part(code, n, words, language) for code, n in participation.parts]
    return count, parts


def _part(code: str, count: int, words: Words, language: Language) -> str:
    word = words[code] if count == 1 else words[f"many.{code}"]
    return f"{language.number(count)}\u00a0{word}"


def _traits(reader: Reader, opened: Entry) -> list[Fact]:
    raw = reader.raw(opened)
    names = ("territory", "owners", "level", "origin", "theme")
    told = [fact(reader, opened, name, raw[name]) for name in names if name in raw]
    return [one for one in told if one is not None]


_MANDATE = (
    "in_scope", "out_of_scope", "decides", "method", "criteria", "total", "envelopes", "vote",
    "number", "principles",
)  # fmt: skip


def _asked(reader: Reader, case: Case) -> list[Asked]:
    """Each mandate as it reads now: what an amendment does not name stays."""
    found = []
    for entry in case.mandates:
        if entry.kind != "mandate.issued":
            continue
        raw = dict(reader.raw(entry))
        amended = []
        for other in standing.heard(case, entry, case.mandates):
            if other.kind == "mandate.amended" and other.raw["mandate"] == entry.id:
                raw.update(
                    (k, v) for k, v in reader.raw(other).items() if k not in ("mandate", "why")
                )
                amended.append(reader.language.when(reader.on(other)))
        told = [fact(reader, entry, name, raw[name]) for name in _MANDATE if name in raw]
        assert entry.id is not None
        found.append(
            Asked(
                entry.id,
                reader.item(entry.id),
                tuple(s for q in raw["questions"] if (s := reader.say(q, entry))),
                tuple(one for one in told if one is not None),
                tuple(amended),
                entry.by.name,
                reader.language.when(reader.on(entry)),
                tuple(reader.sources(entry)),
                reader.proof(entry),
                tuple(reader.flags(entry)),
            )
        )
    return found


def _document(reader: Reader, entry: Entry) -> Document:
    raw = reader.raw(entry)
    assert entry.id is not None
    url = reader.say(raw.get("url"), entry)
    return Document(
        Ref(reader.item(entry.id), entry.id, ""),
        capital(reader.language.word(f"document.{raw.get('type', 'other')}")),
        reader.title(entry),
        reader.language.on(reader.on(entry)),
        entry.by.name,
        tuple(f for f in facts(reader, entry) if f.label),
        url.text if url and not url.gone and url.text.startswith("http") else None,
        tuple(reader.sources(entry)),
        tuple(reader.flags(entry)),
        mended_of(reader, entry),
    )


def linked_of(view: View, language: Language, suffix: str = "") -> tuple[LinkedProcess, ...]:
    """The processes that this one is linked with, once each."""
    return tuple(
        LinkedProcess(
            capital(language.word(f"linked.{n.relation}")),
            f"{language.prefix}/p/{n.process}{suffix}",
            n.title,
        )
        for n in dict.fromkeys(view.neighbours)
    )
