"""What an entry says now: corrections applied, and silence called by its name."""

from __future__ import annotations

from typing import cast

from ledger.domain import events
from ledger.domain.case import Case, Texts
from ledger.domain.entry import Entry
from ledger.domain.pointer import sealed_at
from ledger.domain.wording import mended
from viz.draw.lettering import clean
from viz.draw.words import Words


def said(case: Case, entry: Entry, path: str, texts: Texts, words: Words) -> str | None:
    """The words at `path` of `entry`; None where nothing was said.

    Words that cannot be shown are named instead: erased, restricted, or not at hand.
    """
    value = mended(case, entry, path)
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    if not sealed_at(value):
        return None
    text = texts.get(value["sealed"])
    if text is not None:
        return clean(text)
    if _erased(case, entry, path):
        return words["label.erased"]
    return words["label.restricted" if value.get("open") == "restricted" else "label.missing"]


def _erased(case: Case, entry: Entry, path: str) -> bool:
    """Whether an erasure explains that the words at `path`, or a correction's, are gone."""
    mended = [c.seq for c in case.corrections.get(entry.seq, ()) if c.seq in case.erased]
    return bool(mended) or any(
        path in cast(events.TextErased, erasure.body).paths
        for erasure in case.erased.get(entry.seq, ())
    )


def flags(case: Case, entry: Entry) -> tuple[str, ...]:
    """What a reader must know of an entry before its words."""
    found = []
    if entry.illustrative:
        found.append("illustrative")
    if entry.seq in case.disowned:
        found.append("disowned")
    if entry.seq in case.corrections:
        found.append("corrected")
    if entry.seq in case.erased:
        found.append("erased")
    return tuple(found)
