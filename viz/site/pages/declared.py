"""What was declared in numbers and is not, or not all, transcribed: a gap that is told."""

from __future__ import annotations

from ledger.domain.case import Case
from viz.site.pages.reading import Reader


def declared(reader: Reader, case: Case) -> list[str]:
    """“25 recommendations declared, none transcribed here”."""
    language = reader.language
    units = [u for u in case.units.values() if case.counts(u.entry)]
    measures = [m for m in case.measures.values() if case.counts(m.entry)]
    invented = not case.illustrative and any(u.entry.illustrative for u in case.units.values())
    lines = []
    for entry in case.opinions.values():
        count = entry.raw.get("declares")
        have = sum(unit.body.opinion == entry.id for unit in units)
        if count and count > have:
            said = language.ngettext(
                "The opinion %(id)s declares %(num)s recommendation; %(have)s here.",
                "The opinion %(id)s declares %(num)s recommendations; %(have)s here.",
                count,
            )
            if not have and invented:
                said = language.ngettext(
                    "The opinion has %(num)s recommendation. Its text was not found: what"
                    " follows is invented, for the example.",
                    "The opinion has %(num)s recommendations. Their text was not found: those"
                    " that follow are invented, for the example.",
                    count,
                )
            lines.append(said % _facts(reader, entry.id, count, have))
    for entry in case.decisions.values():
        count = entry.raw.get("declares")
        have = sum(measure.body.decision == entry.id for measure in measures)
        if count and count > have:
            said = language.ngettext(
                "The decision %(id)s declares %(num)s measure; %(have)s here.",
                "The decision %(id)s declares %(num)s measures; %(have)s here.",
                count,
            )
            lines.append(said % _facts(reader, entry.id, count, have))
    return lines


def _facts(reader: Reader, id_: str | None, count: int, have: int) -> dict[str, str]:
    language = reader.language
    told = language.gettext("none is transcribed")
    if have:
        told = language.number_of("%(num)s is transcribed", "%(num)s are transcribed", have)
    return {"id": id_ or "", "num": language.number(count), "have": told}
