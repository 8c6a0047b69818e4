"""What the surroundings may set: environment variables that begin with `LEDGER_`."""

from __future__ import annotations

import gc
from pathlib import Path

from pydantic import PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.service.files import MAX_FILE


class Settings(BaseSettings):
    """Settings by name: `LEDGER_DATA`, `LEDGER_HOST`, `LEDGER_PORT`, `LEDGER_MAX_FILE`."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data: Path = Path("data")
    """The folder of the register."""
    host: str = "127.0.0.1"
    port: int = 8000
    max_file: PositiveInt = MAX_FILE
    """Bytes of one file that a document speaks of."""


def calm_collector() -> None:
    """Lets the cycle collector of this process look less often.

    Batches and views are thousands of small objects that live on and hold no cycles. Measured
    against Python's default: a batch of 5,000 statements and the page of a process of 2,000
    units take about half as long.
    """
    gc.set_threshold(50_000, 20, 20)
