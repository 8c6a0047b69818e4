"""What an entry says now: its words with corrections applied.

A correction that was disowned mends nothing. Whether words that are not there were erased or
never public is for whoever shows them to say.
"""

from __future__ import annotations

from typing import Any

from ledger.domain.case import Case, Texts
from ledger.domain.entry import Entry
from ledger.domain.mending import reads
from ledger.domain.pointer import sealed_at, value_at

NAMES = ("title", "name", "object", "label", "questions/0", "text", "summary", "words")
"""Where an entry says what it is called, the first that it has."""


def mended(case: Case, entry: Entry, path: str) -> Any:
    """What stands at `path` (`/body/title`) once corrections are applied; None if nothing."""
    read = reads(case, entry) if entry.seq in case.corrections else {"body": entry.raw}
    try:
        return value_at(read, path)
    except LookupError:
        return None


def words(case: Case, entry: Entry, texts: Texts, path: str) -> str | None:
    """The words at `path`; None where there are none that may be shown."""
    value = mended(case, entry, path)
    if isinstance(value, str):
        return value
    return texts.get(value["sealed"]) if sealed_at(value) else None


def name(case: Case, entry: Entry, texts: Texts) -> str | None:
    """What an entry is called: its title, else its first words; None where none are shown."""
    for field in NAMES:
        if mended(case, entry, f"/body/{field}") is not None:
            return words(case, entry, texts, f"/body/{field}")
    return None


def first_words(text: str, most: int) -> str:
    """A text on one line, cut at a word.

    >>> first_words("La cour de l’école\\na trois arbres", 20)
    'La cour de l’école…'
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return (line[:most].rpartition(" ")[0] or line[:most]).rstrip(" ,;:.–") + "…"
