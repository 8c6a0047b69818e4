"""Signed notes: a text, an empty line, and one line for each signature.

    example.com/log
    17
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/log Az3grlgtzPIC…

A signature line is an em dash, the name of the key, and in base64 the key's four-byte id
followed by the signature. Lines by unknown keys are ignored, so that anybody may add theirs;
the text is nothing until a known key has signed it: hence `VerifiedNote` beside `Note`.

Source: C2SP signed-note, "Format" and "Signatures".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.core.keys import Signer, Verifier, check_name, decode_base64
from ledger.errors import MalformedError, UncheckedError

MAX_BYTES = 2**20
MAX_SIGNATURES = 100
"""At least 16 must be accepted; an ML-DSA-44 line takes about 3.3 kB."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: `sig` is what follows the four bytes of `key_id`."""

    name: str
    key_id: bytes
    sig: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.sig).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note whose signatures nobody has checked: its text proves nothing yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A text that at least one known key has signed, with the signatures that verified."""

    text: str
    signatures: tuple[Signature, ...]


def sign(text: str, *signers: Signer, at: int = 0) -> bytes:
    """Return the note of `text`, which ends in a line feed, with one line for each signer.

    Args:
        at: Seconds since 1970, for signers that put the time into their signature.

    Raises:
        MalformedError: `bad_note`: the text has no final line feed or holds control
            characters, or there are no signers or too many.

    Source: C2SP signed-note, "Format".
    """
    if not text.endswith("\n") or _CONTROL(text) or _SURROGATE(text):
        raise MalformedError("bad_note", "a text has lines, and no control characters")
    if not 0 < len(signers) <= MAX_SIGNATURES:
        raise MalformedError("bad_note", f"1 to {MAX_SIGNATURES} signatures are needed")
    lines = []
    for signer in signers:
        key = signer.key
        lines.append(Signature(key.name, key.key_id, signer.sign(text, at=at)))
    return str(Note(text, tuple(lines))).encode()


def parse(data: bytes) -> Note:
    """Return the note written in `data`, unchecked.

    Raises:
        MalformedError: `bad_note`, or `too_large`.

    Source: C2SP signed-note, "Format".
    """
    if len(data) > MAX_BYTES:
        raise MalformedError("too_large", f"{len(data)} bytes; at most {MAX_BYTES}")
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("bad_note", "not UTF-8", where=f"byte {error.start}") from error
    if _CONTROL(note):
        raise MalformedError("bad_note", "a note holds no control characters")
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise MalformedError("bad_note", "text, empty line and signature lines are needed")
    if lines.count("\n") > MAX_SIGNATURES:
        raise MalformedError("bad_note", f"at most {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(map(_parse_line, lines[:-1].split("\n"))))


def open_(data: bytes, verifiers: Iterable[Verifier]) -> VerifiedNote:
    """Return the text of a note that at least one of `verifiers` has signed.

    Signatures by unknown keys are ignored. Of several lines by one key all are checked, and
    the first counts.

    Raises:
        MalformedError: as `parse`; `bad_key_text`: two keys share name and id.
        TamperedError: `signature_differs`, for any bad signature of a known key.
        UncheckedError: `no_key`: no known key has signed.

    Source: C2SP signed-note, "Signatures".
    """
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        key = verifier.key
        if known.setdefault((key.name, key.key_id), verifier).key != key:
            raise MalformedError("bad_key_text", f"two keys share the id of {key}")
    note = parse(data)
    checked: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        named = signature.name, signature.key_id
        if named in known:
            known[named].check(note.text, signature.sig)
            checked.setdefault(named, signature)
    if not checked:
        names = ", ".join(dict.fromkeys(signature.name for signature in note.signatures))
        raise UncheckedError("no_key", f"signed by {names}: none of the keys known here")
    return VerifiedNote(note.text, tuple(checked.values()))


_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]").search
_SURROGATE = re.compile("[\ud800-\udfff]").search


def _parse_line(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise MalformedError("bad_note", f"not a signature line: {line[:60]!r}")
    check_name(name, code="bad_note")
    data = decode_base64(encoded, code="bad_note")
    if len(data) < 5:
        raise MalformedError("bad_note", f"no signature in {line[:60]!r}")
    return Signature(name, data[:4], data[4:])
