"""One good answer for each route of the city's board."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.api.examples import SLUG
from ledger.domain.line import PRINCIPLES

_TITLES = {"en": "Citizens’ workshop", "fr": "Atelier citoyen"}
_TITLE = "Des cours d’école fraîches et ouvertes"
_OUTCOMES = {
    "retained": 7,
    "partly_retained": 2,
    "already_done": 1,
    "passed_on": 1,
    "deferred": 1,
    "rejected": 2,
    "differing": 0,
    "unanswered": 1,
    "withdrawn": 0,
    "replaced": 2,
}
_DUTIES = {"past_due": 2, "due_soon": 1, "due_later": 4, "open_without_date": 3}
_MEASURES = {"planned": 1, "under_way": 3, "done": 2, "late": 0, "abandoned": 1, "none": 2}
_PENDING = {
    "process": SLUG,
    "title": _TITLE,
    "id": "report_each",
    "titles": {"en": "News of each measure", "fr": "Des nouvelles de chaque mesure"},
    "what": {"kind": "follow_up.reported"},
    "subjects": ["M2", "M5"],
    "count": 2,
    "owes": ["Ville d’exemple"],
    "roles": ["city", "services"],
    "since": "2025-03-10",
    "due": "2026-06-30",
    "days": 146,
    "against": "announced",
    "entry": 131,
}
_MEDIAN = {"days": 219, "exact": True}
_SHARE = {
    "titles": None,
    "processes": 1,
    "past_due": 2,
    "units": 17,
    "answered": 14,
    "median": _MEDIAN,
    "silent": 0,
}
BOARD: dict[str, Any] = {
    "today": "2026-11-23",
    "reconstruction": False,
    "invented": True,
    "asked": {"territory": None, "form": None, "year": None},
    "choices": {
        "territories": ["Ville d’exemple"],
        "forms": [{"name": "atelier-citoyen", "titles": _TITLES}],
        "years": [2024],
    },
    "processes": {"all": 1, "closed": 0, "silent": 0},
    "duties": _DUTIES,
    "past_due": [_PENDING],
    "due_soon": [_PENDING | {"subjects": ["M1"], "count": 1, "due": "2026-12-31", "days": 38}],
    "outcomes": _OUTCOMES,
    "units": [{"type": "recommendation", "outcomes": _OUTCOMES}],
    "answers": {"timed": 14, "untimed": 0, "median": _MEDIAN, "worst": _MEDIAN},
    "measures": _MEASURES,
    "silent": [],
    "principles": dict.fromkeys(PRINCIPLES, 0) | {"for_all": 1, "sobriety": 1},
    "by_territory": [{"territory": "Ville d’exemple", **_SHARE}],
    "by_form": [{"form": "atelier-citoyen", **_SHARE, "titles": _TITLES}],
    "by_year": [{"year": 2024, **_SHARE}],
    "lines": [
        {
            "slug": SLUG,
            "title": _TITLE,
            "form": "atelier-citoyen",
            "territory": "Ville d’exemple",
            "opened": "2024-01-15",
            "year": 2024,
            "closed": False,
            "illustrative": True,
            "units": 17,
            "answered": 14,
            "delays": [{"days": 219, "exact": True, "units": 14}],
            "median": _MEDIAN,
            "worst": _MEDIAN,
            "measures": _MEASURES,
            "duties": _DUTIES,
            "last_news": "2026-10-05",
            "silent": False,
            "principles": ["for_all", "sobriety"],
            "href": f"/api/v1/processes/{SLUG}",
        }
    ],
}


def table(columns: Iterable[str]) -> str:
    """The header of the table and the beginning of a line."""
    return ",".join(columns) + f"\r\n{SLUG},{_TITLE},atelier-citoyen,Ville d’exemple,…"
