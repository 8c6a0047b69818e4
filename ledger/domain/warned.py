"""What whoever records is warned of: nothing here is refused, and no warning repeats the words.

Every string of a draft is looked at, sealed or in clear. Clear weighs more: what is sealed can
be erased, what is in clear never can. One field is not looked at: the `author` of a
contribution that is restricted, which was made for a person and is served to nobody. A
platform's `reference` is looked at like any other text: it is public, and ought to be a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from ledger.domain.draft import Draft, said
from ledger.domain.hidden import revealed
from ledger.domain.personal import Sign, find

What = Sign | Literal["hidden_count"]


class Warned(NamedTuple):
    """One warning: where in the draft, of what, and whether it stays for ever."""

    where: str
    what: What
    clear: bool

    @property
    def advice(self) -> str:
        """What to do about it, for whoever records."""
        if self.what == "hidden_count":
            return _COUNT
        return _CLEAR if self.clear else _SEALED


Warn = Callable[[Warned], None]
"""Is told of each warning once its draft is recorded, or would be."""

_CLEAR = (
    "This stands in clear and can never be erased. If it names or reaches a private person,"
    " record it without: name the body or the office."
)
_SEALED = (
    "If this names or reaches a private person without need, erase the text and record a"
    " correction.made without it."
)
_COUNT = (
    "The total and the other categories tell this hidden count: leave out the total, or hide"
    " another category of the same partition."
)


def warnings(draft: Draft) -> list[Warned]:
    """What there is to warn of in a draft whose body has the form of its kind.

    A sort of sign is told once for each string.
    """
    found = list(_signs(draft))
    found += [Warned(where, "hidden_count", True) for where in revealed(draft.body)]
    return found


def _signs(draft: Draft) -> Iterator[Warned]:
    for where, words, open_, form in said(draft):
        if form == "sha256" or (where == "/body/author" and open_ == "restricted"):
            continue
        # In an address only an e-mail address is a sign: its numbers are those of documents.
        found = find(words)
        for what in sorted({one.what for one in found}) if found else ():
            if form != "url" or what == "email":
                yield Warned(where, what, open_ == "clear")
