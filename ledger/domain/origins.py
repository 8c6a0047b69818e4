"""What was taken back, and from which processes a process arises as far as that still holds.

Both are questions to the entries of one process. A statement recorded by mistake is disowned,
and a disowning may be one itself: then it takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ledger.domain.entry import VERSION

KINDS = ("entry.disowned", "process.linked")
"""The kinds of entries that `origins` asks for."""

_NOW = -1
"""Stands for a seq that is not given yet: nothing names it."""


class Origin(NamedTuple):
    """The link that says from which process another arises."""

    seq: int
    process: str
    illustrative: bool


def disowned(disownings: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The entries that are judged no more, by seq, and the newest that disowns each.

    Args:
        disownings: The seq of each and of the entry that it names, as recorded.
    """
    found: dict[int, int] = {}
    for seq, names in reversed(list(disownings)):  # it can only be unsaid later
        if seq not in found:
            found.setdefault(names, seq)
    return found


def origins(
    entries: Iterable[Mapping[str, Any]], *, taken_back: int | None = None
) -> frozenset[Origin]:
    """The processes from which one arises, said and not disowned.

    Args:
        entries: Decoded, of that process, of the `KINDS` or more.
        taken_back: The seq of one more entry, as if it were disowned now.
    """
    links, disownings = [], []
    for entry in entries:
        body, seq = entry["body"], entry["seq"]
        if entry["v"] != VERSION:
            continue  # its form is not known here
        if entry["kind"] == "entry.disowned":
            disownings.append((seq, body["entry"]))
        elif entry["kind"] == "process.linked" and body["relation"] == "arises_from":
            links.append(Origin(seq, body["to"], entry.get("illustrative", False)))
    if taken_back is not None:
        disownings.append((_NOW, taken_back))
    gone = disowned(disownings)
    return frozenset(link for link in links if link.seq not in gone)
