"""`python -m bench`: what the main paths cost, as ratios to the limits of this machine.

Machines are shared and noisy: compare figures of one run, not of two. `--full` measures at the
scale of a country.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import appending, boards, importing, pages, proving, signing, verifying
from bench.figures import Figure
from ledger.service.settings import calm_collector


def main() -> None:
    """Runs every bench and prints one table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million entries; an hour or so")
    names = ["append", "import", "verify", "sign", "prove", "pages", "board"]
    parser.add_argument("--only", choices=names)
    arguments = parser.parse_args()
    calm_collector()
    entries = 1_000_000 if arguments.full else 100_000
    benches: dict[str, Callable[[Path], list[Figure]]] = {
        "append": lambda folder: appending.run(folder, entries),
        "import": lambda folder: importing.run(folder / "import"),
        "verify": verifying.run,
        "sign": signing.run,
        "prove": proving.run,
        "pages": lambda folder: pages.run(folder, full=arguments.full),
        "board": lambda folder: boards.run(folder, full=arguments.full),
    }
    table = Table(box=None, pad_edge=False)
    for column in ("what", "measured", "beside", "ratio", "target"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as name:
        # The later benches read what the first one wrote.
        for title, bench in benches.items():
            if arguments.only in (None, title) or (title == "append" != arguments.only):
                for figure in bench(Path(name)):
                    table.add_row(*figure.row())
    Console(width=150, highlight=False).print(table)


if __name__ == "__main__":
    main()
