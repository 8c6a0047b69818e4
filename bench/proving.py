"""Inclusion proofs at 100,000 entries."""

from __future__ import annotations

import random
from pathlib import Path

from bench.figures import Figure, each, quantiles
from ledger.service.query import Queries
from ledger.service.register import open_register

PROOFS = 2_000


def run(folder: Path) -> list[Figure]:
    """Proves random entries with a warm cache, and with an empty one each time."""
    register = open_register(folder / "data")
    queries = Queries(register)
    size = queries.head().size
    places = random.Random(1).choices(range(size), k=PROOFS)
    for place in places[:200]:
        queries.inclusion(place)
    warm = each([lambda p=place: queries.inclusion(p) for place in places])  # type: ignore[misc]
    cold = each(
        [lambda p=place: Queries(register).inclusion(p) for place in places[:200]]  # type: ignore[misc]
    )
    register.close()
    return [
        Figure(f"inclusion proof, {size:,} entries", quantiles(warm), "", "", "p50 < 0.3 ms"),
        Figure("inclusion proof, nothing cached", quantiles(cold), "", "", "< 5 ms"),
    ]
