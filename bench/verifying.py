"""Verification, beside the bare RFC 6962 loop over the same entries."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from bench.appending import drafts, new_register
from bench.figures import Figure, rate, seconds
from ledger.core.merkle import Frontier
from ledger.service.audit import BARE, Checks, verify
from ledger.service.record import direct, record


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
    for what, checks, target in (
        ("chain, tree and tiles", BARE, "≥ 30 %"),
        ("… and canonical form", Checks(True, False, False, False, False, False), ""),
        ("… and the form of each kind", Checks(True, True, False, False, False, False), ""),
        ("… and every sealed text", Checks(True, True, True, False, False, False), ""),
        ("… and the index", Checks(structure=False, files=False), ""),
        ("… and admission, all over again", Checks(files=False), ""),
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
    figures.append(
        Figure(
            "verify: peak memory",
            _peak(data),
            f"of 2,000 entries {_peak(_small(folder))}",
            "",
            "flat",
        )
    )
    return figures


_VERIFY = """
import re, sys
from pathlib import Path
from ledger.service.audit import verify
verify(Path(sys.argv[1]))
# Not getrusage: across exec it remembers the parent's peak.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def _peak(data: Path) -> str:
    """The largest resident size of a process that verifies a register and nothing else."""
    outcome = subprocess.run(
        [sys.executable, "-c", _VERIFY, str(data)], capture_output=True, text=True, check=True
    )
    return f"{outcome.stdout.strip()} MiB"


def _small(folder: Path) -> Path:
    register = new_register(folder / "small")
    record(
        register,
        drafts(0, 2_000),
        account="mesure",
        append=direct(register, datetime.now(UTC)),
    )
    register.close()
    return folder / "small"
