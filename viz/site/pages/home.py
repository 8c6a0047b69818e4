"""The first page: every process with its thread, and what is awaited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ledger.domain.words import STAGE_OF
from ledger.service.view import View
from viz.site.i18n import Language
from viz.site.pages.graphs import graph_of
from viz.site.pages.mended import Mended, mended_of
from viz.site.pages.owed import OwedLine, awaited
from viz.site.pages.process import Step, steps_of
from viz.site.pages.reading import reader_of


@dataclass(frozen=True, slots=True)
class Card:
    """One process on the first page."""

    slug: str
    href: str
    title: str
    form: str
    theme: str
    span: str
    """From which year to which."""
    steps: tuple[Step, ...]
    waiting: tuple[OwedLine, ...]
    past: int
    closed: str
    recorded: str
    entries: int
    """Those that count."""
    partly: bool
    """Whether some entries of a real process are illustrative."""
    mended: Mended | None
    """What was corrected in its title and the like."""


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of one owner, real or invented."""

    name: str
    illustrative: bool
    cards: tuple[Card, ...]


def home_page(
    views: Iterable[View], language: Language, zone: ZoneInfo, suffix: str = ""
) -> list[Group]:
    """Real processes first, then the invented ones, grouped by who owns them."""
    groups: dict[tuple[bool, str], list[Card]] = {}
    for view in views:
        key = (view.case.illustrative, view.case.opening.owners[0].name)
        groups.setdefault(key, []).append(card_of(view, language, zone, suffix))
    return [
        Group(owner, illustrative, tuple(cards))
        for (illustrative, owner), cards in sorted(groups.items(), key=lambda g: g[0][0])
    ]


def card_of(view: View, language: Language, zone: ZoneInfo, suffix: str = "") -> Card:
    """One process at a glance."""
    case = view.case
    reader = reader_of(view, language, zone, suffix)
    owed = awaited(reader, view.duties)
    titles = view.procedure.titles
    counting = [e for e in case.entries if case.counts(e)]
    happened = [e for e in counting if e.on and STAGE_OF.get(e.kind) != "any"]
    years = sorted({e.on[:4] for e in happened if e.on})
    span = "–".join(dict.fromkeys((years[0], years[-1]))) if years else ""
    return Card(
        case.process,
        reader.page(f"/p/{case.process}"),
        case.title,
        language.title(titles),
        case.opening.theme or "",
        span,
        steps_of(case, graph_of(view, language), language),
        owed.waiting,
        owed.past,
        language.when(reader.on(case.closed)) if case.closed else "",
        language.recorded(case.entries[-1].at, zone),
        len(counting) + case.contributions,
        not case.illustrative and any(e.illustrative for e in case.entries),
        mended_of(reader, case.opened) if case.opened is not None else None,
    )
