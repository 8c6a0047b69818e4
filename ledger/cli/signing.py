"""`filrouge sign`: what a council, a panel or a guarantor does on its own computer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.cli import output
from ledger.cli.keys import Origin
from ledger.cli.options import Drafts, read_drafts
from ledger.cli.powers import needs
from ledger.core.keys import load_private
from ledger.errors import LedgerError, MalformedError, UncheckedError
from ledger.service import keyring


@needs("everybody")
def sign(
    draft: Drafts,
    key: Annotated[
        Path, typer.Option("--key", "-k", help="The signer's key: `filrouge key new`.")
    ],
    origin: Origin,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write, .json or .jsonl.")
    ] = None,
) -> None:
    """Seal and sign drafts with a key of one's own; needs no register and no network."""
    private = _private(key)
    signed = []
    for i, value in enumerate(read_drafts(draft)):
        try:
            signed.append(keyring.sign(value, private, origin=origin))
        except LedgerError as error:
            where = f"/drafts/{i}{error.where}"
            raise type(error)(error.code, error.message, where=where) from error
    lines = [json.dumps(one, ensure_ascii=False) for one in signed]
    if out is None:
        for one in signed:
            output.answer(True, one, "")
        return
    array = f"[{','.join(lines)}]" if len(lines) != 1 else lines[0]
    text = "\n".join(lines) if out.suffix == ".jsonl" else array
    out.write_text(text + "\n", encoding="utf-8")
    output.note(f"Written: {out}. It holds the words too: send it to whoever records it.")


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise UncheckedError("no_key", f"{path}: {error.strerror}") from error
    private = load_private(pem)
    if not isinstance(private, Ed25519PrivateKey):
        raise MalformedError("bad_key_text", "statements are signed with Ed25519 keys")
    return private
