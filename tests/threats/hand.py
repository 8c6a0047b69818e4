"""An attacker's hands: the folder, the database by SQL, and the command that verifies."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from ledger.cli.main import run
from ledger.core import cosignature
from ledger.core.checkpoint import parse_receipt
from ledger.core.keys import Verifier
from ledger.service.query import Queries
from ledger.service.register import Register as Opened
from ledger.service.register import open_register
from tests.signers import Signer
from tests.world import put

PANEL = Signer()
"""A panel that signs for itself; no attacker has its key."""


@dataclass(frozen=True)
class Register:
    """A register on disk, as whoever holds the disk sees it."""

    data: Path

    @contextmanager
    def sql(self) -> Iterator[sqlite3.Connection]:
        """The database without its triggers and checks, which are put back afterwards."""
        db = sqlite3.connect(self.data / "ledger.db", isolation_level=None)
        db.execute("PRAGMA ignore_check_constraints = ON")
        kept = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in kept:
            db.execute(f"DROP TRIGGER {name}")
        yield db
        for _, sql in kept:
            db.execute(sql)
        db.close()

    def lie(self, *statements: str) -> None:
        """Runs statements on the database."""
        with self.sql() as db:
            for statement in statements:
                db.execute(statement)

    def verify(self, *options: str | Path) -> tuple[int, str]:
        """Exit status of `filrouge verify`, and the code of what it found."""
        words, said = sys.argv, io.StringIO()
        sys.argv = ["filrouge", "verify", str(self.data), "--json", *map(str, options)]
        status: object = 0
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(said):
                run()
        except SystemExit as end:
            status = end.code or 0
        finally:
            sys.argv = words
        assert isinstance(status, int)
        return status, json.loads(said.getvalue())["code"] if status else ""

    def fork(self, folder: Path) -> Register:
        """A second register that is this one until now, with the same keys."""
        return Register(shutil.copytree(self.data, folder))

    def record(self, drafts: Sequence[object]) -> None:
        """Records with whatever keys lie in the folder."""
        with self.opened() as register:
            put(register, drafts)

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """The register as the software opens it."""
        register = open_register(self.data)
        try:
            yield register
        finally:
            register.close()

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint."""
        with self.opened() as register:
            return Queries(register).checkpoint()

    def receipt(self, seq: int) -> bytes:
        """The receipt that a citizen is given for an entry."""
        with self.opened() as register:
            return Queries(register).receipt(seq)

    def entry(self, seq: int) -> bytes:
        """The bytes of an entry."""
        with self.opened() as register:
            return Queries(register).entry(seq)[0]

    def public_keys(self) -> list[str]:
        """The verifier keys that lie beside the database."""
        return (self.data / "keys" / "log.vkey").read_text().split()

    def verifiers(self) -> list[Verifier]:
        """The same, ready to be used."""
        return [cosignature.parse_verifier(text) for text in self.public_keys()]


def kept(note: bytes, folder: Path) -> Path:
    """A checkpoint in somebody's drawer."""
    path = folder / "kept-checkpoint"
    path.write_bytes(note)
    return path


def checkpoint_of(receipt: bytes) -> bytes:
    """The checkpoint that every receipt carries."""
    return parse_receipt(receipt).checkpoint
