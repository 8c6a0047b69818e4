"""A register on disk: its folder, its keys, its database, and the way to write to it.

DATA/ledger.db          the register and its vault
DATA/checkpoint         the last checkpoint written here: what a shortened database betrays
DATA/keys/log.pem       Ed25519 key of the log (0600)
DATA/keys/cosigner.pem  ML-DSA-44 key that cosigns (0600)
DATA/keys/requests.key  keys the digests of idempotent requests and erased references (0600)
DATA/keys/subjects.key  keys the digests of persons in the vault (0600)
DATA/keys/log.vkey      the verifier keys, a line each: what verifying trusts
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.core import cosignature, keys
from ledger.core.checkpoint import Checkpoint, sign_checkpoint
from ledger.domain.accounts import REGISTRAR
from ledger.domain.draft import Prepared, parse_draft, prepare
from ledger.domain.entry import parse_entry
from ledger.domain.events import REGISTER, RegisterOpened
from ledger.domain.procedure import parse_procedure
from ledger.errors import LedgerError, MalformedError, RefusedError, UncheckedError
from ledger.service.forgotten import forget
from ledger.store import read
from ledger.store.append import Appender, Request, Written
from ledger.store.engine import Database

log = structlog.get_logger("ledger.register")


@dataclass(frozen=True, slots=True)
class Opened:
    """What entry 0 says."""

    authority: str
    origin: str
    zone: ZoneInfo
    reconstruction: bool
    at: datetime


class Register:
    """One register, open for reading; writing needs its keys, which are read when needed."""

    def __init__(self, data: Path, database: Database, opened: Opened) -> None:
        self.data = data
        self.database = database
        self.opened = opened
        self._appender: Appender | None = None
        self._requests_key = b""
        self._subjects_key = b""

    @property
    def requests_key(self) -> bytes:
        """The secret that keys digests of what may be erased: of requests, of references."""
        if not self._requests_key:
            self._requests_key = _read(self.data / "keys" / "requests.key")
        return self._requests_key

    @property
    def subjects_key(self) -> bytes:
        """The secret that keys the digests of persons whose texts are in the vault."""
        if not self._subjects_key:
            self._subjects_key = _read(self.data / "keys" / "subjects.key")
        return self._subjects_key

    def append(
        self, requests: Sequence[Request], *, now: datetime
    ) -> list[Written | LedgerError]:
        """Appends, and remembers the new checkpoint outside the database.

        Raises:
            RefusedError: as `Appender.append`.
            UncheckedError: `no_key`: the log's private keys are not here.
        """
        if self._appender is None:
            self._appender = _appender(self.data, self.database, self.opened)
        if erasures := [request.erasures for request in requests if request.erasures]:
            forget(self.database, self.requests_key, erasures)
        outcomes = self._appender.append(requests, now=now)
        written = [o for o in outcomes if isinstance(o, Written) and not o.repeated]
        if written:
            # If we crash before this, the file is one checkpoint behind: still true. And what
            # is committed is committed: whoever asked is not told otherwise.
            try:
                _replace(self.data / "checkpoint", written[-1].checkpoint)
            except OSError as error:
                log.error("checkpoint not remembered", error=str(error))
        return outcomes

    def append_one(self, request: Request, *, now: datetime) -> Written:
        """Appends one request.

        Raises:
            LedgerError: what the request was refused for.
        """
        (outcome,) = self.append([request], now=now)
        if isinstance(outcome, LedgerError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Lets go of the database."""
        self.database.close()


def open_register(data: Path) -> Register:
    """The register in the folder `data`.

    Raises:
        UncheckedError: `no_register`, `unreadable` or `wrong_version`.
    """
    database = Database(data / "ledger.db")
    try:
        with database.reading() as db:
            first = parse_entry(read.entry(db, 0))
        if not isinstance(first.body, RegisterOpened):
            raise UncheckedError("unreadable", "entry 0 does not open a register")
    except LedgerError as error:
        database.close()
        raise UncheckedError("unreadable", f"entry 0 cannot be read: {error}") from error
    return Register(
        data,
        database,
        Opened(
            first.body.authority,
            first.body.origin,
            zone_of(first.body.time_zone),
            first.body.reconstruction,
            first.at,
        ),
    )


def create_register(
    data: Path,
    *,
    authority: str,
    origin: str,
    time_zone: str,
    reconstruction: bool,
    now: datetime,
    procedures: Sequence[str] | None = None,
) -> Register:
    """A new register with fresh keys, opened, and procedures adopted.

    Args:
        procedures: Names of shipped procedures; all of them if None.

    Raises:
        RefusedError: `register_exists`, or `unknown_procedure`.
        MalformedError: a name, origin or time zone out of form.
    """
    try:
        zone = zone_of(time_zone)
    except UncheckedError as error:
        raise MalformedError("bad_value", error.message) from error
    shipped = shipped_procedures()
    for name in procedures or ():
        if name not in shipped:
            message = f"no procedure {name} is shipped: choose among {', '.join(shipped)}"
            raise RefusedError("unknown_procedure", message)
    log, cosigner = Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate()
    opened = Opened(authority, origin, zone, reconstruction, now)
    body = {
        "authority": authority,
        "origin": origin,
        "time_zone": time_zone,
        "keys": [
            _public("ed25519", log.public_key().public_bytes_raw()),
            _public("ml-dsa-44", cosigner.public_key().public_bytes_raw()),
        ],
        "reconstruction": reconstruction,
    }
    opening = house(opened, "register.opened", body, now=now)
    if (data / "ledger.db").exists():
        raise RefusedError("register_exists", f"a register is already at {data}")
    # The keys come first: if we crash here, there is no register yet, and init may run again.
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(folder / "log.pem", keys.dump_private(log), private=True)
    _replace(folder / "cosigner.pem", keys.dump_private(cosigner), private=True)
    _replace(folder / "requests.key", secrets.token_bytes(32), private=True)
    _replace(folder / "subjects.key", secrets.token_bytes(32), private=True)
    signers = (
        keys.Ed25519Signer(origin, log),
        cosignature.CosignatureSigner(origin, cosigner),
    )
    _replace(folder / "log.vkey", "".join(f"{s.key}\n" for s in signers).encode())
    database = Database.create(data / "ledger.db")
    register = Register(data, database, opened)
    chosen = shipped if procedures is None else procedures
    adopted = [_adoption(register.opened, shipped[name], now) for name in chosen]
    register.append_one(Request(REGISTRAR, [opening, *adopted]), now=now)
    return register


def adopt(
    register: Register,
    text: str,
    *,
    now: datetime,
    newest: int | None = None,
    by: str = REGISTRAR,
) -> Written:
    """Adopts a procedure from TOML text in form; `service.procedures` lints it before.

    Args:
        newest: The adoption of that name that it follows; refused if it no longer is.
        by: The account that records it.

    Raises:
        MalformedError: `bad_procedure`.
        RefusedError: `head_moved`.
    """
    statement = _adoption(register.opened, text, now, recorder=by)
    seen = {} if newest is None else {str(statement.raw["name"]): newest}
    return register.append_one(Request(by, [statement], seen), now=now)


def house(
    opened: Opened,
    kind: str,
    body: dict[str, Any],
    *,
    recorder: str = REGISTRAR,
    now: datetime,
) -> Prepared:
    """A statement of the register's own affairs, in the name of whoever keeps it.

    Raises:
        MalformedError: the body has not the form of its kind.
    """
    draft = {
        "process": REGISTER,
        "kind": kind,
        "on": now.astimezone(opened.zone).date().isoformat(),
        "by": {"name": opened.authority, "role": "registrar"},
        "body": body,
        "sources": [],
    }
    return prepare(parse_draft(draft), recorder=recorder)


def _adoption(
    opened: Opened, text: str, now: datetime, *, recorder: str = REGISTRAR
) -> Prepared:
    body = parse_procedure(text)
    return house(opened, "procedure.adopted", body, recorder=recorder, now=now)


def shipped_procedures() -> dict[str, str]:
    """The TOML texts that a new register may adopt, by the name of the procedure."""
    folder = resources.files("ledger.domain") / "procedures"
    files = sorted(folder.iterdir(), key=lambda path: path.name)
    return {
        path.name.removesuffix(".toml"): path.read_text(encoding="utf-8")
        for path in files
        if path.name.endswith(".toml")
    }


def trusted_keys(data: Path) -> list[keys.Verifier]:
    """The verifier keys that were put beside the database when it was created.

    Raises:
        UncheckedError: `no_key`.
    """
    lines = _read(data / "keys" / "log.vkey").decode("utf-8", "replace").split()
    try:
        return [cosignature.parse_verifier(line) for line in dict.fromkeys(lines)]
    except MalformedError as error:
        raise UncheckedError("no_key", f"keys/log.vkey: {error}") from error


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name.

    Raises:
        UncheckedError: `unreadable`: this machine does not know it.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise UncheckedError("unreadable", f"no time zone {name} is known here") from error


def remembered_checkpoint(data: Path) -> bytes | None:
    """The last checkpoint that was written here; None if none was kept.

    Raises:
        UncheckedError: `unreadable`.
    """
    path = data / "checkpoint"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UncheckedError("unreadable", f"{path.name}: {error.strerror}") from error


def _public(algorithm: str, raw: bytes) -> dict[str, Any]:
    return {"algorithm": algorithm, "id": sha256(raw).hexdigest(), "public": raw.hex()}


def _appender(data: Path, database: Database, opened: Opened) -> Appender:
    log = keys.load_private(_read(data / "keys" / "log.pem"))
    cosigner = keys.load_private(_read(data / "keys" / "cosigner.pem"))
    signers = (
        keys.Ed25519Signer(opened.origin, cast(Ed25519PrivateKey, log)),
        cosignature.CosignatureSigner(opened.origin, cosigner),
    )

    def sign(size: int, root: bytes, at: datetime) -> bytes:
        return sign_checkpoint(
            Checkpoint(opened.origin, size, root), *signers, at=int(at.timestamp())
        )

    return Appender(database, sign, opened.zone)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UncheckedError("no_key", f"{path.name} cannot be read: {error}") from error


def _replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """Writes a file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    mode = 0o600 if private else 0o644
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if private:
            # A register without its key can never be written to again.
            file.flush()
            os.fsync(file.fileno())
    draft.replace(path)
