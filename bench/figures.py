"""What a bench reports, and how it takes time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, beside the limit it is compared with."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    target: str = ""

    def row(self) -> tuple[str, str, str, str, str]:
        """As a line of the table."""
        return self.what, self.measured, self.beside, self.ratio, self.target


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, once."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def each(work: Sequence[Callable[[], object]]) -> list[float]:
    """How long each piece of work takes, in seconds."""
    times = []
    for piece in work:
        start = time.perf_counter()
        piece()
        times.append(time.perf_counter() - start)
    return times


def quantiles(times: Sequence[float]) -> str:
    """The median and the 99th percentile, in milliseconds."""
    ordered = sorted(times)
    last = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"p50 {median(ordered) * 1e3:.3f} ms · p99 {last * 1e3:.3f} ms"


def rate(count: int, elapsed: float) -> str:
    """How many a second."""
    return f"{count / elapsed:,.0f} /s"
