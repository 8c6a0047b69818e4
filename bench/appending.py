"""Bulk append with two sealed fields, beside plain SQLite inserts of the same rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, rate, seconds
from ledger.service.record import direct, record
from ledger.service.register import Register, create_register, open_register

BATCH = 5_000
DEBATE = "grand-debat-de-mesure"


def drafts(start: int, stop: int) -> list[object]:
    """Contributions [start, stop): 500 bytes each once recorded, two sealed fields."""
    return [
        {
            "process": DEBATE,
            "kind": "contribution.received",
            "on": "2026-03-14",
            "by": {"name": "Plateforme de participation", "role": "citizens"},
            "body": {
                "id": f"C{number}",
                "channel": ("website", "meeting", "post", "stand")[number % 4],
                "theme": ("Ombre", "Eau", "Horaires", "Jeux", "Entretien")[number % 5],
                "text": f"Contribution {number} : en juin, la cour est trop chaude pour jouer"
                " et rien n’y fait de l’ombre ; plantons des arbres le long du préau.",
                "author": f"Personne {number}",
            },
            "sources": [],
        }
        for number in range(start, stop)
    ]


def new_register(folder: Path) -> Register:
    """A register with one open debate."""
    now = datetime.now(UTC)
    register = create_register(
        folder,
        authority="Mesure",
        origin="registre.example/mesure",
        time_zone="Europe/Paris",
        reconstruction=False,
        now=now,
    )
    city = {"name": "Ville de mesure", "role": "city"}
    opened = {
        "process": DEBATE,
        "kind": "process.opened",
        "on": "2026-01-05",
        "by": city,
        "body": {
            "title": "Un grand débat de mesure",
            "procedure": "grand-debat",
            "territory": "Ville de mesure",
            "owners": [city],
            "level": "consultation",
            "origin": "city",
        },
        "sources": [],
    }
    record(register, [opened], account="mesure", append=direct(register, now))
    return register


def run(folder: Path, entries: int) -> list[Figure]:
    """Appends `entries` contributions, then inserts the same rows without us."""
    register = new_register(folder / "data")
    batches = [drafts(start, start + BATCH) for start in range(0, entries, BATCH)]

    def append() -> None:
        for batch in batches:
            record(
                register, batch, account="mesure", append=direct(register, datetime.now(UTC))
            )

    appended = seconds(append)
    register.close()
    plain = seconds(_plain(folder))
    single = _single(folder / "data")
    return [
        Figure(
            "bulk append, two sealed fields, durable",
            rate(entries, appended),
            f"plain inserts of the same rows {rate(entries, plain)}",
            f"{plain / appended:.0%}",
            "≥ 20,000 /s and ≥ 30 %",
        ),
        Figure("one statement a commit, durable", rate(100, single)),
    ]


def _single(data: Path) -> float:
    register = open_register(data)
    ones = drafts(90_000_000, 90_000_100)

    def append() -> None:
        for one in ones:
            record(
                register, [one], account="mesure", append=direct(register, datetime.now(UTC))
            )

    elapsed = seconds(append)
    register.close()
    return elapsed


_TABLES = ("entry", "opening", "thing", "link", "tile", "process", "tally", "checkpoint")


def _plain(folder: Path) -> Callable[[], None]:
    """Inserts the rows of the register into tables with the same keys, in as many commits."""
    source = sqlite3.connect(folder / "data" / "ledger.db")
    target = sqlite3.connect(folder / "plain.db", isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        target.execute(f"PRAGMA {pragma}")
    rows, inserts = {}, {}
    for table in _TABLES:
        for (statement,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
            " AND type <> 'trigger'",
            (table,),
        ):
            target.execute(statement)
        rows[table] = source.execute(f"SELECT * FROM {table}").fetchall()
        marks = ", ".join("?" for _ in target.execute(f"PRAGMA table_info({table})"))
        inserts[table] = f"INSERT INTO {table} VALUES ({marks})"
    source.close()

    def insert() -> None:
        commits = max(1, len(rows["entry"]) // BATCH)
        for commit in range(commits):
            target.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                share = -(-len(rows[table]) // commits)
                target.executemany(
                    inserts[table], rows[table][commit * share : (commit + 1) * share]
                )
            target.execute("COMMIT")
        target.close()

    return insert
