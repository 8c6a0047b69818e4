"""What changed in one process between two checkpoints that the reader chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ledger.api.caching import etag_of
from ledger.service.compare import Growth
from ledger.service.query import Queries
from viz.site import headers
from viz.site.desk import Desk, natural
from viz.site.i18n import Language
from viz.site.pages.changed import parts_of
from viz.site.pages.reading import reader_of
from viz.site.past import Past, past_of, size_of, suffix_of

_RECENT = 20
"""Checkpoints offered one by one, the newest; of older ones the last of each day."""
_OFFERED = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One checkpoint that a reader may choose."""

    size: int
    said: str


def growths_of(
    queries: Queries, slug: str, past: Past | None, language: Language, zone: ZoneInfo
) -> list[Choice]:
    """The checkpoints at which a process grew, newest first."""
    growths = queries.growths(slug, size=size_of(past))
    return [_choice(growth, language, zone) for growth in _thinned(growths, zone)]


def _thinned(growths: Sequence[Growth], zone: ZoneInfo) -> list[Growth]:
    kept = list(growths[:_RECENT])
    days = {growth.at.astimezone(zone).date() for growth in kept}
    for growth in growths[_RECENT:]:
        day = growth.at.astimezone(zone).date()
        if day not in days:
            days.add(day)
            kept.append(growth)
    first = [growths[-1]] if growths and growths[-1] not in kept else []
    return kept[: _OFFERED - 1] + first


def _choice(growth: Growth, language: Language, zone: ZoneInfo) -> Choice:
    return Choice(growth.size, _said(language, language.instant(growth.at, zone), growth.size))


def _said(language: Language, when: str, size: int) -> str:
    return language.gettext("%(when)s (%(entries)s)") % {
        "when": when,
        "entries": _entries(language, size),
    }


def _entries(language: Language, size: int) -> str:
    return language.number_of("%(num)s entry", "%(num)s entries", size)


def changes_answer(desk: Desk, request: Request) -> Response:
    """The page of the changes of one process.

    Without `?since=` it tells what the newest recording changed; two checkpoints in the wrong
    order are put in the right one.

    Raises:
        RefusedError: `unknown_process` or `unknown_size`.
        MalformedError: `bad_request`: a size is no number.
    """
    queries, language, zone = desk.queries, desk.tongue, desk.zone
    slug, today = request.path_params["process"], desk.services.today()
    past = past_of(request, queries, language, zone)
    choices = growths_of(queries, slug, past, language, zone)
    asked = request.query_params.get("since")
    since = choices[1].size if len(choices) > 1 else 0
    if asked is not None:
        since = natural(asked, "since")
    if since:
        queries.head(since)  # refuses a size of which no checkpoint was signed
    here = f"{language.prefix}/p/{slug}/changes"
    if past is not None and since > past.size:
        place = f"{here}?since={past.size}&size={since}"
        return Response(status_code=302, headers={**headers.PAGE, "Location": place})
    found = queries.changes(slug, today, since=since, size=size_of(past))
    suffix = suffix_of(past)

    def values() -> tuple[str, Mapping[str, Any]]:
        reader = reader_of(found.after, language, zone, suffix)
        since_day = language.instant(queries.head(since).at, zone) if since else ""
        since_said = _said(language, since_day, since)
        return "changes.html", {
            "past": past,
            "query": f"?since={since}" + suffix.replace("?", "&"),
            "title": found.after.case.title,
            "illustrative": found.after.case.illustrative,
            "process_href": reader.page(f"/p/{slug}"),
            "here_href": here,
            "json_href": f"/api/v1/processes/{slug}/changes?since={since}"
            + suffix.replace("?", "&"),
            "since": since,
            "since_day": since_day,
            "since_entries": _entries(language, since),
            "then_href": f"{language.prefix}/p/{slug}?size={since}",
            "unopened": found.before is None,
            "parts": parts_of(reader, found),
            "choices": choices,
            "apart": "" if since in {0, *(choice.size for choice in choices)} else since_said,
        }

    # Which checkpoints may be chosen changes with the process; how large the register is, not.
    etag = etag_of(desk.services, found.after, language.code, "changes", since, suffix)
    return desk.answer(request, etag, values)
