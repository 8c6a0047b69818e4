"""“Is my contribution in the register?”, asked by the reference that its platform gave it.

A reference is a sealed text, so it is looked up in the vault and not in the entries: what was
erased or is restricted is answered like what never was here. The reference asked for stands in
no answer, no error and no log.
"""

from __future__ import annotations

from unicodedata import normalize

from ledger.domain.case import Texts
from ledger.domain.entry import Entry, load_entry
from ledger.errors import MalformedError
from ledger.service.query import Queries, texts_of
from ledger.store import read

LONGEST = 200
"""Characters of a reference that is looked up."""


def parse_reference(text: str) -> str:
    """A reference as it is looked up: trimmed, and composed as writers compose (NFC).

    Raises:
        MalformedError: `bad_request`: nothing is left, or more than `LONGEST` characters.
    """
    # Before anything is done with it: composing a long text takes its time.
    if len(text) > 4 * LONGEST:
        raise _bad()
    reference = normalize("NFC", text.strip())
    if not 0 < len(reference) <= LONGEST:
        raise _bad()
    return reference


def contributions_called(
    queries: Queries, reference: str, *, after: int = -1, limit: int = 50
) -> list[tuple[Entry, Texts]]:
    """The contributions that bear a public reference, with the words they may show.

    Args:
        reference: As `parse_reference` gives it; matched exactly.
        after: Only those of a larger seq.
    """
    with queries.register.database.reading() as db:
        found = [
            load_entry(data)
            for data in read.referenced(db, reference, after=after, limit=limit)
        ]
        return [(entry, texts_of(db, [entry.seq])) for entry in found]


def _bad() -> MalformedError:
    message = f"a reference has 1 to {LONGEST} characters"
    return MalformedError("bad_request", message, where="query parameter reference")
