"""The tables of the board: rows that lead somewhere, and numbers as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ledger.domain.board import Asked, Board, Days, Share, waits_of
from ledger.domain.line import OUTCOMES, PRINCIPLES, STATES, Line
from viz.site.i18n import Language
from viz.site.pages.plots import outcome_words
from viz.site.pages.reading import capital

SHOWN = 50
"""Rows that are shown; the table for machines holds them all."""


@dataclass(frozen=True, slots=True)
class Link:
    """A process."""

    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Sums:
    """A table: what its rows are of, and numbers as they are written."""

    head: tuple[str, ...]
    rows: tuple[tuple[Link | str, tuple[str, ...]], ...]
    left: int = 0
    """Rows that are not shown."""


def outcomes_table(board: Board, language: Language) -> Sums:
    """One row for each outcome, one column for each type."""
    types = sorted({type_ for type_, _ in board.units})
    rows: list[tuple[Link | str, tuple[str, ...]]] = []
    for outcome in OUTCOMES:
        counts = [board.units.get((type_, outcome), 0) for type_ in types]
        if any(counts):
            numbers = [sum(counts), *counts] if len(types) > 1 else counts
            rows.append((outcome_words(outcome, language), _numbers(numbers, language)))
    columns = [capital(language.word(f"many.unit.{type_}")) for type_ in types]
    total = [language.gettext("All")] if len(types) > 1 else []
    return Sums((language.gettext("What became of it"), *total, *columns), tuple(rows))


def waits_table(timed: Sequence[Line], language: Language, suffix: str) -> Sums:
    """Days from opinion to answer, process by process."""
    _ = language.gettext
    rows = []
    for line in timed[:SHOWN]:
        waits = waits_of(line.delays, line.undated)
        numbers = (
            language.number(waits.units),
            said(waits.median, language),
            said(waits.worst, language),
        )
        rows.append((link_of(line, language, suffix), numbers))
    head = (_("Process"), _("Answers"), _("Half of them within"), _("The longest"))
    return Sums(head, tuple(rows), max(0, len(timed) - SHOWN))


def states_table(board: Board, language: Language) -> Sums:
    """Measures by their newest reported state."""
    rows = tuple(
        (capital(language.word(f"many.state.{s}")), _numbers([board.measures[s]], language))
        for s in STATES
        if board.measures.get(s)
    )
    return Sums((language.gettext("State last reported"), language.gettext("Measures")), rows)


def principles_table(board: Board, language: Language) -> Sums:
    """How many processes declare each principle, and how many leave it open."""
    _, all_ = language.gettext, len(board.lines)
    rows = tuple(
        (
            capital(language.word(f"principle.{code}")),
            _numbers([board.principles[code], all_ - board.principles[code]], language),
        )
        for code in PRINCIPLES
    )
    return Sums((_("Principle"), _("Processes that declare it"), _("that leave it open")), rows)


def share_tables(board: Board, language: Language) -> Iterable[Sums]:
    """The same by territory, form and year, each with a link to its own board."""
    _ = language.gettext
    columns = (
        *(_("Processes"), _("Dates passed"), _("Units"), _("Answered")),
        *(_("Half answered within"), _("Silent")),
    )
    for name, label, shares in (
        ("territory", _("Territory"), board.by_territory),
        ("form", _("Form of dialogue"), board.by_form),
        ("year", _("Opened in"), board.by_year),
    ):
        rows = tuple(
            (_narrowed(name, share, board, language), _share(share, language))
            for share in shares[:SHOWN]
        )
        yield Sums((label, *columns), rows, max(0, len(shares) - SHOWN))


def query_of(asked: Asked, **changed: str) -> str:
    """What an address ends with to ask the same; `changed` narrows it further."""
    given = {
        "territory": asked.territory or "",
        "form": asked.form or "",
        "year": str(asked.year or ""),
        "invented": "1" if asked.invented else "",
        "size": str(asked.size or ""),
        **changed,
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return f"?{query}" if query else ""


def suffix_of(asked: Asked) -> str:
    """What every other link of a board ends with: in the past, its size."""
    return f"?size={asked.size}" if asked.size is not None else ""


def link_of(line: Line, language: Language, suffix: str = "") -> Link:
    """The page of a process."""
    return Link(f"{language.prefix}/p/{line.slug}{suffix}", line.title)


def said(days: Days | None, language: Language) -> str:
    """A number of days in words; a dash for none."""
    return "–" if days is None else language.days(days.days, days.exact)


def _narrowed(name: str, share: Share, board: Board, language: Language) -> Link:
    value = str(share.value)
    words = value if share.titles is None else language.title(share.titles)
    return Link(f"{language.prefix}/tableau{query_of(board.asked, **{name: value})}", words)


def _share(share: Share, language: Language) -> tuple[str, ...]:
    counts = [share.processes, share.past_due, share.units, share.answered]
    return (
        *_numbers(counts, language),
        said(share.median, language),
        language.number(share.silent),
    )


def _numbers(counts: Iterable[int], language: Language) -> tuple[str, ...]:
    return tuple(language.number(count) for count in counts)
