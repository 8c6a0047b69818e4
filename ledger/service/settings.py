"""What the surroundings may set: environment variables that begin with `LEDGER_`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

from pydantic import Field, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.service.files import MAX_FILE

Rate = Annotated[str, Field(pattern=r"^(off|[1-9][0-9]{0,6}/(second|minute|hour))$")]
"""So many requests in so much time, like `600/minute`, or `off`."""


class Settings(BaseSettings):
    """Settings by name: `LEDGER_DATA`, `LEDGER_HOST`, `LEDGER_RATE_READS` and so on."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data: Path = Path("data")
    """The folder of the register."""
    host: str = "127.0.0.1"
    port: int = 8000
    max_file: PositiveInt = MAX_FILE
    """Bytes of one file that a document speaks of."""
    hosts: str = ""
    """The names under which the site is asked, with commas between; any if empty."""
    rate_reads: Rate = "3000/minute"
    """Requests from one address."""
    rate_heavy: Rate = "600/minute"
    """Requests from one address for what draws, searches or looks back."""
    rate_writes: Rate = "600/minute"
    """Requests that write, with one token."""
    rate_failures: Rate = "10/minute"
    """Wrong tokens from one address."""
    rate_streams: Annotated[int, Field(ge=0, le=1000)] = 20
    """Streams that one address may hold open; 0 for any number."""

    def names(self) -> tuple[str, ...]:
        """The hosts one by one."""
        return tuple(name.strip() for name in self.hosts.split(",") if name.strip())


def calm_collector() -> None:
    """Lets the cycle collector of this process look less often.

    Batches and views are thousands of small objects that live on and hold no cycles. Measured
    against Python's default: a batch of 5,000 statements and the page of a process of 2,000
    units take about half as long.
    """
    gc.set_threshold(50_000, 20, 20)
