"""How the city's board is written: as JSON, and as a table for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from ledger.api.forms import BASE, plain
from ledger.domain.board import Board, Days, Pending, Share, answered, waits_of
from ledger.domain.line import OUTCOMES, STATES, Line, Owing

_NEUTRAL = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets."""
COLUMNS = (
    *("slug", "title", "form", "territory", "opened", "year", "closed", "invented"),
    *("units", *OUTCOMES, "answers_timed"),
    *("days_median", "days_median_exact", "days_worst", "days_worst_exact"),
    *("measures", *(f"measures_{state}" for state in STATES)),
    *("past_due", "due_soon", "due_later", "open_without_date", "last_news", "silent"),
    *("principles", "href"),
)
"""The header of the table, one line for each process below it."""


def board_form(board: Board) -> dict[str, Any]:
    """A board as JSON."""
    units: dict[str, dict[str, int]] = {}
    outcomes = dict.fromkeys(OUTCOMES, 0)
    for (type_, outcome), count in sorted(board.units.items()):
        units.setdefault(type_, dict.fromkeys(OUTCOMES, 0))[outcome] = count
        outcomes[outcome] += count
    return {
        "today": board.today.isoformat(),
        "invented": board.asked.invented,
        "asked": {
            "territory": board.asked.territory,
            "form": board.asked.form,
            "year": board.asked.year,
        },
        "choices": {
            "territories": list(board.choices.territories),
            "forms": [
                {"name": name, "titles": plain(titles, {})}
                for name, titles in board.choices.forms.items()
            ],
            "years": list(board.choices.years),
        },
        "processes": {
            "all": len(board.lines),
            "closed": board.closed,
            "silent": len(board.silent),
        },
        "duties": _owing(board.owing),
        "past_due": [_pending(pending) for pending in board.past],
        "due_soon": [_pending(pending) for pending in board.soon],
        "outcomes": outcomes,
        "units": [{"type": type_, "outcomes": of_type} for type_, of_type in units.items()],
        "answers": {
            "timed": board.waits.units,
            "untimed": board.waits.undated,
            "median": _days(board.waits.median),
            "worst": _days(board.waits.worst),
        },
        "measures": _states(board.measures),
        "silent": [line.slug for line in board.silent],
        "principles": dict(board.principles),
        "by_territory": [_share(share, "territory") for share in board.by_territory],
        "by_form": [_share(share, "form") for share in board.by_form],
        "by_year": [_share(share, "year") for share in board.by_year],
        "lines": [_line(line, board) for line in board.lines],
    }


def table_of(board: Board) -> bytes:
    """A board as a table, its header first."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([neutral(cell) for cell in row] for row in _rows(board))
    return text.getvalue().encode()


def neutral(cell: object) -> str:
    """A cell that no spreadsheet runs: `=1+1` → `'=1+1`."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_NEUTRAL) else text


def _rows(board: Board) -> Iterator[Iterable[object]]:
    for line in board.lines:
        outcomes = {name: _counted(line, name) for name in OUTCOMES}
        waits = waits_of(line.delays, line.undated)
        yield (
            *(line.slug, line.title, line.form, line.territory, plain(line.opened, {})),
            *(line.year, _flag(line.closed), _flag(line.illustrative)),
            *(sum(line.units.values()), *outcomes.values(), waits.units),
            *_both(waits.median),
            *_both(waits.worst),
            sum(line.measures.values()),
            *_states(line.measures).values(),
            *line.owing(board.today),
            *(plain(line.news, {}), _flag(line.silent(board.today))),
            *(" ".join(line.principles), f"/p/{line.slug}"),
        )


def _line(line: Line, board: Board) -> dict[str, Any]:
    waits = waits_of(line.delays, line.undated)
    return {
        "slug": line.slug,
        "title": line.title,
        "form": line.form,
        "territory": line.territory,
        "opened": plain(line.opened, {}),
        "year": line.year,
        "closed": line.closed,
        "illustrative": line.illustrative,
        "units": sum(line.units.values()),
        "answered": answered(line.units),
        "delays": [plain(delay, {}) for delay in line.delays],
        "median": _days(waits.median),
        "worst": _days(waits.worst),
        "measures": _states(line.measures),
        "duties": _owing(line.owing(board.today)),
        "last_news": plain(line.news, {}),
        "silent": line.silent(board.today),
        "principles": list(line.principles),
        "href": f"{BASE}/processes/{line.slug}",
    }


def _owing(owing: Owing) -> dict[str, int]:
    return {
        "past_due": owing.past_due,
        "due_soon": owing.due_soon,
        "due_later": owing.due_later,
        "open_without_date": owing.open,
    }


def _states(measures: Mapping[str, int]) -> dict[str, int]:
    return {state: measures.get(state, 0) for state in STATES}


def _pending(pending: Pending) -> dict[str, Any]:
    owed = pending.owed
    return {
        "process": pending.line.slug,
        "title": pending.line.title,
        "id": owed.id,
        "titles": plain(owed.titles, {}),
        "what": plain(owed.what, {}),
        "subjects": list(owed.subjects),
        "count": owed.count,
        "owes": list(owed.owes),
        "roles": list(owed.roles),
        "since": plain(owed.since, {}),
        "due": plain(owed.due, {}),
        "days": pending.days,
        "against": owed.against,
        "entry": owed.seq,
    }


def _share(share: Share, name: str) -> dict[str, Any]:
    return {
        name: share.value,
        "titles": plain(share.titles, {}),
        "processes": share.processes,
        "past_due": share.past_due,
        "units": share.units,
        "answered": share.answered,
        "median": _days(share.median),
        "silent": share.silent,
    }


def _days(days: Days | None) -> dict[str, Any] | None:
    return None if days is None else {"days": days.days, "exact": days.exact}


def _both(days: Days | None) -> tuple[object, object]:
    return ("", "") if days is None else (days.days, _flag(days.exact))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _counted(line: Line, outcome: str) -> int:
    return sum(count for (_, told), count in line.units.items() if told == outcome)
