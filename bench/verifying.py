"""Verification, beside the bare RFC 6962 loop over the same entries."""

from __future__ import annotations

import resource
import sqlite3
from hashlib import sha256
from pathlib import Path

from bench.figures import Figure, rate, seconds
from ledger.core.merkle import Frontier
from ledger.service.audit import BARE, Checks, verify


def run(folder: Path) -> list[Figure]:
    """Verifies what was appended, with more and more of the checks."""
    data = folder / "data"
    db = sqlite3.connect(data / "ledger.db")
    entries = [d for (d,) in db.execute("SELECT data FROM entry ORDER BY seq")]
    db.close()
    count = len(entries)
    block = bytes(500)

    def hashing() -> None:
        for _ in range(count):
            sha256(block).digest()

    def bare() -> None:
        frontier = Frontier()
        for entry in entries:
            frontier.append(sha256(b"\x00" + entry).digest())
        frontier.root()

    hashed, looped = seconds(hashing), seconds(bare)
    entries.clear()
    figures = [
        Figure("hashing 500 bytes in a loop", rate(count, hashed)),
        Figure("the bare RFC 6962 loop", rate(count, looped), "", f"{hashed / looped:.0%}"),
    ]
    before = _peak()
    for what, checks, target in (
        ("chain, tree and tiles", BARE, "≥ 30 %"),
        ("… and canonical form", Checks(True, False, False, False, False), ""),
        ("… and the form of each kind", Checks(True, True, False, False, False), ""),
        ("… and every sealed text", Checks(True, True, True, False, False), ""),
        ("… and the index", Checks(structure=False), ""),
        ("… and admission, all over again", Checks(), ""),
    ):
        taken = seconds(lambda checks=checks: verify(data, checks=checks))  # type: ignore[misc]
        figures.append(
            Figure(
                f"verify: {what}",
                rate(count, taken),
                "of the bare loop",
                f"{looped / taken:.0%}",
                target,
            )
        )
    grown = f"{(_peak() - before) / 1024:.0f} MiB"
    figures.append(Figure("verify: memory beyond the start", grown, "", "", "flat"))
    return figures


def _peak() -> int:
    """The largest resident size so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
