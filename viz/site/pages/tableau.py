"""The city's board in words: what is owed, answered, done, and left in silence.

Every plot stands beside a table of the same numbers; every line of a list leads to its process.
What is past due is said with the day, who announced it or which text sets it, and who owes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.domain.board import Asked, Board, Pending, answered
from ledger.domain.line import OUTCOMES, Line
from viz.site.i18n import Language
from viz.site.pages.owed import named, overdue
from viz.site.pages.plots import (
    Plot,
    outcome_plot,
    principle_plot,
    state_plot,
    wait_plot,
)
from viz.site.pages.reading import Ref
from viz.site.pages.sums import (
    SHOWN,
    Link,
    Sums,
    link_of,
    outcomes_table,
    principles_table,
    query_of,
    said,
    share_tables,
    states_table,
    suffix_of,
    waits_table,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a filter offers."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of the form."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class PendingLine:
    """Something owed by a day, to be read."""

    title: str
    process: Link
    sentence: str
    who: str
    since: str
    against: str
    entry: str
    """Where the day was announced, or from what the text counts it."""
    refs: tuple[Ref, ...]
    more: int


@dataclass(frozen=True, slots=True)
class TableauPage:
    """Everything that the page of the board shows."""

    invented: bool
    filters: tuple[Filter, ...]
    chosen: tuple[str, ...]
    """What was asked for, filter by filter."""
    today: str
    processes: int
    brief: tuple[tuple[str, str], ...]
    """(sentence, the part of the page that tells more)."""
    past: tuple[PendingLine, ...]
    past_more: int
    soon: tuple[PendingLine, ...]
    soon_more: int
    outcomes: Sums
    outcome_plot: Plot | None
    waits: Sums
    wait_plot: Plot | None
    untimed: str
    measures: Sums
    state_plot: Plot | None
    silent: tuple[tuple[Link, str], ...]
    silent_more: int
    principles: Sums
    principle_plot: Plot | None
    shares: tuple[Sums, ...]
    query: str
    """What the addresses for machines end with."""
    everything: str
    """What the address of the same board without filters ends with."""
    other: str
    """The board of the invented processes, or of the real ones."""


def tableau_page(board: Board, language: Language) -> TableauPage:
    """The page of one board."""
    timed = sorted(
        (line for line in board.lines if line.delays), key=lambda one: -one.delays[-1].days
    )
    outcomes = {o: sum(n for (_, k), n in board.units.items() if k == o) for o in OUTCOMES}
    asked = board.asked
    suffix = suffix_of(asked)
    filters = tuple(_filters(board, language))
    return TableauPage(
        asked.invented,
        filters,
        tuple(
            language.gettext("%(name)s: %(value)s") % {"name": one.label, "value": choice.words}
            for one in filters
            for choice in one.choices
            if choice.chosen and choice.value
        ),
        language.day(board.today),
        len(board.lines),
        tuple(_brief(board, language)),
        tuple(_pending(p, language, suffix, past=True) for p in board.past[:SHOWN]),
        max(0, len(board.past) - SHOWN),
        tuple(_pending(p, language, suffix, past=False) for p in board.soon[:SHOWN]),
        max(0, len(board.soon) - SHOWN),
        outcomes_table(board, language),
        outcome_plot(outcomes, language),
        waits_table(timed, language, suffix),
        wait_plot(board, language),
        _untimed(board, language),
        states_table(board, language),
        state_plot(board.measures, language),
        tuple(
            (link_of(line, language, suffix), _news(line, language))
            for line in board.silent[:SHOWN]
        ),
        max(0, len(board.silent) - SHOWN),
        principles_table(board, language),
        principle_plot(board.principles, len(board.lines), language),
        tuple(share_tables(board, language)),
        query_of(asked),
        query_of(Asked(invented=asked.invented, size=asked.size)),
        f"{language.prefix}/tableau"
        + query_of(Asked(invented=not asked.invented, size=asked.size)),
    )


def _filters(board: Board, language: Language) -> Iterable[Filter]:
    _, asked, choices = language.gettext, board.asked, board.choices
    forms = {name: language.title(titles) for name, titles in choices.forms.items()}
    for name, label, values, chosen in (
        ("territory", _("Territory"), {t: t for t in choices.territories}, asked.territory),
        ("form", _("Form of dialogue"), forms, asked.form),
        ("year", _("Opened in"), {str(y): str(y) for y in choices.years}, asked.year),
    ):
        given = "" if chosen is None else str(chosen)
        # What was asked for is shown even where no process has it.
        offered = {**values} if given in values else {given: given, **values}
        offered = {"": _("all")} | {k: words for k, words in offered.items() if k}
        yield Filter(
            name,
            label,
            tuple(Choice(value, words, value == given) for value, words in offered.items()),
        )


def _brief(board: Board, language: Language) -> Iterable[tuple[str, str]]:
    """The figures in words, what is owed first."""
    _, number, owing = language.gettext, language.number, board.owing
    if owing.past_due:
        yield (
            language.number_of(
                "%(num)s due date passed, nothing that follows is recorded here",
                "%(num)s due dates passed, nothing that follows is recorded here",
                owing.past_due,
            ),
            "echues",
        )
    else:
        yield _("no due date has passed without something recorded here"), ""
    if owing.due_soon:
        yield (
            language.number_of(
                "%(num)s due within 90 days", "%(num)s due within 90 days", owing.due_soon
            ),
            "proches",
        )
    if owing.due_later:
        yield language.number_of("%(num)s due later", "%(num)s due later", owing.due_later), ""
    if owing.open:
        yield (
            language.number_of(
                "%(num)s thing awaited without any announced deadline",
                "%(num)s things awaited without any announced deadline",
                owing.open,
            ),
            "",
        )
    if board.units:
        count = answered(board.units)
        yield (
            language.ngettext(
                "%(num)s unit of %(all)s has an answer",
                "%(num)s units of %(all)s have an answer",
                count,
            )
            % {"num": number(count), "all": number(sum(board.units.values()))},
            "reponses",
        )
    if board.waits.median:
        yield (
            _("half of the answers came within %(days)s")
            % {"days": said(board.waits.median, language)},
            "delais",
        )
    if board.measures:
        count = board.measures.get("done", 0)
        yield (
            language.ngettext(
                "%(num)s measure of %(all)s is done",
                "%(num)s measures of %(all)s are done",
                count,
            )
            % {"num": number(count), "all": number(sum(board.measures.values()))},
            "mesures",
        )
    if board.silent:
        yield (
            language.number_of(
                "%(num)s open process without news for a year",
                "%(num)s open processes without news for a year",
                len(board.silent),
            ),
            "silence",
        )


def _pending(pending: Pending, language: Language, suffix: str, *, past: bool) -> PendingLine:
    _, line, owed = language.gettext, pending.line, pending.owed
    at = f"{language.prefix}/p/{line.slug}"
    days = language.days(pending.days)
    due = language.period(owed.due)
    if past and owed.done:
        sentence = _("Due %(due)s, %(days)s ago. Recorded here: %(done)s of %(times)s.") % {
            "due": due,
            "days": days,
            "done": owed.done,
            "times": owed.times,
        }
    elif past:
        sentence = overdue(language, owed.what) % {"due": due, "days": days}
    elif pending.days:
        sentence = _("Due %(due)s, in %(days)s.") % {"due": due, "days": days}
    else:
        sentence = _("Due %(due)s: today.") % {"due": due}
    return PendingLine(
        named(language, owed.titles, owed.what),
        link_of(line, language, suffix),
        sentence,
        ", ".join(owed.owes) or ", ".join(language.word(f"role.{r}") for r in owed.roles),
        language.period(owed.since) if owed.since is not None else "",
        _("date announced") if owed.against == "announced" else _("delay set by a text"),
        f"{language.prefix}/registre/{owed.seq}{suffix}",
        tuple(Ref(f"{at}/{subject}{suffix}", subject, "") for subject in owed.subjects[:12]),
        max(0, len(owed.subjects) - 12),
    )


def _untimed(board: Board, language: Language) -> str:
    if not board.waits.undated:
        return ""
    return language.number_of(
        "Of %(num)s answer the days cannot be counted: a date is not known.",
        "Of %(num)s answers the days cannot be counted: a date is not known.",
        board.waits.undated,
    )


def _news(line: Line, language: Language) -> str:
    return language.period(line.news) if line.news is not None else ""
