"""What the surroundings may set: environment variables that begin with `LEDGER_`."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings by name: `LEDGER_DATA`, `LEDGER_HOST`, `LEDGER_PORT`."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data: Path = Path("data")
    """The folder of the register."""
    host: str = "127.0.0.1"
    port: int = 8000
