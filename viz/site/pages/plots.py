"""The plots of the board, in words of one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from ledger.domain.board import Board
from ledger.domain.line import OUTCOMES, PRINCIPLES, STATES
from viz.draw import plot
from viz.draw.plot import Bar, Dot
from viz.site.i18n import Language
from viz.site.pages.reading import capital


class Plot(NamedTuple):
    """A picture, and what must be known to read it."""

    picture: Markup
    note: str


def outcome_plot(outcomes: Mapping[str, int], language: Language) -> Plot | None:
    """What became of units; None where there are none."""
    rows = [
        Bar(outcome_words(o, language), language.number(n), n, f"verdict-{o}")
        for o in OUTCOMES
        if (n := outcomes[o])
    ]
    return _bars(rows, language.gettext("What became of what citizens asked"), language, "u")


def outcome_words(outcome: str, language: Language) -> str:
    """“Retenues”, “Sans réponse enregistrée”, “Retirées”."""
    code = {
        "unanswered": "many.verdict.none",
        "withdrawn": "many.flag.withdrawn",
        "replaced": "many.flag.replaced",
    }.get(outcome, f"many.verdict.{outcome}")
    return capital(language.word(code))


def state_plot(measures: Mapping[str, int], language: Language) -> Plot | None:
    """How measures stand; None where there are none."""
    rows = [
        Bar(capital(language.word(f"many.state.{s}")), language.number(n), n, f"state-{s}")
        for s in STATES
        if (n := measures.get(s, 0))
    ]
    return _bars(rows, language.gettext("Measures by the state last reported"), language, "m")


def principle_plot(
    principles: Mapping[str, int], processes: int, language: Language
) -> Plot | None:
    """How many processes declare each principle; None where there is no process."""
    if not processes:
        return None
    rows = [
        Bar(
            capital(language.word(f"principle.{code}")),
            language.gettext("%(num)s of %(all)s")
            % {"num": language.number(principles[code]), "all": language.number(processes)},
            principles[code],
        )
        for code in PRINCIPLES
    ]
    title = language.gettext("How many processes declare each principle")
    return _bars(rows, title, language, "p", full=processes)


def wait_plot(board: Board, language: Language) -> Plot | None:
    """Days from opinion to answer; None where none can be counted."""
    median = board.waits.median
    if median is None:
        return None
    drawn = [Dot(delay.days, delay.exact, delay.units) for delay in board.delays]
    _ = language.gettext
    each = language.number_of(
        "One dot for each answer.",
        "One dot for %(num)s answers or fewer.",
        plot.each_dot(drawn),
    )
    notes = [each]
    if not all(dot.exact for dot in drawn):
        notes.append(_("A hollow dot: at least so many days, a date being imprecise."))
    worst = board.waits.worst or median
    picture = plot.dots(
        drawn,
        median=median.days,
        told=_("half within %(days)s") % {"days": _days(median.days, language)},
        tick=lambda days: _days(days, language) if days == 0 else language.number(days),
        title=_("Days from opinion to answer"),
        description=_(
            "%(answers)s, from the day of the opinion; half within %(median)s, the longest"
            " %(worst)s. The table beside it says the same."
        )
        % {
            "answers": language.number_of(
                "%(num)s answer", "%(num)s answers", board.waits.units
            ),
            "median": language.days(median.days, median.exact),
            "worst": language.days(worst.days, worst.exact),
        },
        prefix="w",
    )
    return Plot(Markup(picture), " ".join(notes))


def _bars(
    rows: list[Bar], title: str, language: Language, prefix: str, *, full: int = 0
) -> Plot | None:
    if not rows:
        return None
    told = ", ".join(
        language.gettext("%(name)s: %(value)s") % {"name": row.label, "value": row.figure}
        for row in rows
    )
    # Every word in it was escaped: see viz.draw.plot.
    picture = plot.bars(rows, title=title, description=told, full=full, prefix=prefix)
    return Plot(Markup(picture), "")


def _days(days: int, language: Language) -> str:
    return language.number_of("%(num)s day", "%(num)s days", days)
