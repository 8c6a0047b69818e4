"""Contributions as groups: how many of each sort, never one by one."""

from __future__ import annotations

from hashlib import sha256
from typing import cast, get_args

from ledger.domain import events
from ledger.domain.case import Case, Received
from ledger.domain.entry import Entry
from ledger.domain.words import Channel
from viz.draw.lettering import clean
from viz.draw.node import Node
from viz.draw.said import flags
from viz.draw.words import Words

CITED = "contributions-cited"
"""The group of contributions that units draw on, where their sort is not known."""
_CHANNELS = get_args(Channel)


def key_of(sort: Received) -> str:
    """The key of the group that a contribution of this sort belongs to.

    It is the same whatever other groups there are: a theme is in it by its digest.
    """
    theme = f"-{sha256(sort.theme.encode()).hexdigest()[:10]}" if sort.theme else ""
    return f"contributions-{sort.channel}{theme}{'-illustrative' if sort.illustrative else ''}"


def received(case: Case, words: Words) -> list[Node]:
    """One group per channel and theme, in the order of the channels."""
    sums: dict[str, int] = {}
    sorts: dict[str, Received] = {}
    for sort in case.received:
        key = key_of(sort)
        sorts.setdefault(key, sort)
        sums[key] = sums.get(key, 0) + sort.count
    nodes = [
        Node(
            key,
            "contribution",
            "kind.contribution",
            "participation",
            clean(_label(sort.channel, sort.theme, None, words)),
            count=sums[key],
            partition="received",
            illustrative=sort.illustrative,
            counts=sort.illustrative <= case.illustrative,
            flags=("illustrative",) if sort.illustrative else (),
        )
        for key, sort in sorts.items()
    ]
    order = {f"contributions-{channel}": i for i, channel in enumerate(_CHANNELS)}
    return sorted(
        nodes, key=lambda n: (order[f"contributions-{sorts[n.key].channel}"], n.label, n.key)
    )


def cited(count: int, words: Words) -> Node:
    """The contributions that units draw on, as one group."""
    label = words["many.kind.cited"]
    return Node(CITED, "contribution", "kind.cited", "participation", label, count=count)


def tallied(case: Case, entry: Entry, words: Words) -> list[Node]:
    """One group per figure of a `contributions.tallied`, as it was stated."""
    body = cast(events.ContributionsTallied, entry.body)
    return [
        Node(
            f"tally-{entry.nth}-{i}",
            "contribution",
            "kind.contribution",
            "participation",
            clean(_label(tally.channel, tally.theme, tally.label, words)),
            seq=entry.seq,
            on=entry.on,
            by=clean(entry.by.name),
            count=tally.count,
            partition=f"{entry.nth}-{tally.partition or i}",
            illustrative=entry.illustrative,
            counts=case.counts(entry),
            flags=flags(case, entry),
        )
        for i, tally in enumerate(body.tallies)
    ]


def _label(channel: str | None, theme: str | None, label: str | None, words: Words) -> str:
    named = words[f"channel.{channel}"] if channel else None
    parts = [part for part in (named, label, theme) if part]
    return " · ".join(parts) or words["many.kind.contribution"]
