"""A copy of a register that verifies by itself, and holds nothing that was erased.

    OUT/ledger.db       one snapshot, written from the tables: no page that was given up
    OUT/checkpoint      the checkpoint of that snapshot
    OUT/keys/log.vkey   the verifier keys; never a private one
    OUT/files/…         the attachments, if there are any

Nothing is recorded meanwhile, so that files and entries belong together.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ledger.errors import RefusedError, UncheckedError
from ledger.service import audit
from ledger.service.audit import Audit
from ledger.service.register import Register
from ledger.store import proposals, read, vault
from ledger.store.engine import Database

FILES = "files"


def backup(register: Register, out: Path) -> Audit:
    """Copies a register into a new folder, and verifies the copy.

    Raises:
        RefusedError: `register_exists`: the folder is there and not empty; `busy`.
        UncheckedError: `unreadable`: it cannot be written.
        TamperedError: what was copied does not verify.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise RefusedError("register_exists", f"{out} is not empty: name a new folder")
        (out / "keys").mkdir(mode=0o700)
        shutil.copyfile(register.data / "keys" / "log.vkey", out / "keys" / "log.vkey")
        # The database takes its name last: if we crash before, this is no register.
        draft = out / "ledger.db.part"
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with register.database.writing():
            register.database.copy_to(draft)
            if (files := register.data / FILES).is_dir():
                shutil.copytree(files, out / FILES)
        draft.replace(out / "ledger.db")
    except OSError as error:
        raise UncheckedError("unreadable", f"{out}: {error.strerror}") from error
    _settle(out)
    return audit.verify(out)


def _settle(out: Path) -> None:
    """What the copy says of itself: its checkpoint, and that no erasure is pending in it."""
    database = Database(out / "ledger.db")
    try:
        with database.writing() as db:
            note = read.newest_checkpoint(db)
            # It was written from the tables: what the original still waits for is not here.
            vault.erased(db, read.NEVER)
            # What was dropped meanwhile would come back with the copy.
            proposals.drop_all(db)
        database.truncate_log()
    finally:
        database.close()
    if note is not None:
        (out / "checkpoint").write_bytes(note)
