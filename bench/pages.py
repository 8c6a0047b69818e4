"""Process pages and pictures, cold and warm."""

from __future__ import annotations

from pathlib import Path

from bench.figures import Figure


def run(folder: Path, *, full: bool) -> list[Figure]:
    """Asks for pages of processes of several sizes."""
    return []
