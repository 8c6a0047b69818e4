"""Every way in which this software says no.

    LedgerError
    ├── MalformedError   the form is bad: mend the input and try again
    ├── RefusedError     the form is good, but it makes no sense here: no authority,
    │                    a reference to nothing, a duplicate, a head that moved
    ├── TamperedError    something was changed afterwards: stop and look
    └── UncheckedError   nothing can be said: a key is missing, a file unreadable

The class tells the caller what to do, the message a person, `code` a machine. `CODES` is
the one table from which HTTP answers and CLI exit codes are made.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class Code(NamedTuple):
    """What one error code means to a machine."""

    status: int
    """HTTP status of the answer."""
    title: str
    """One English line, the same for every occurrence."""


CODES: dict[str, Code] = {
    # Malformed: bytes and values
    "not_json": Code(400, "The input is not JSON in UTF-8."),
    "not_canonical": Code(400, "The bytes are not in canonical form."),
    "bad_key": Code(422, "An object key is not of the form [a-z][a-z0-9_]*."),
    "bad_number": Code(422, "Numbers are integers between -(2^53-1) and 2^53-1."),
    "bad_value": Code(422, "The value is of no type that an entry may hold."),
    "bad_text": Code(422, "The text holds characters that may not be recorded."),
    "too_deep": Code(422, "Objects and arrays are nested more than 8 deep."),
    "too_large": Code(413, "The input is larger than allowed."),
    "bad_note": Code(422, "This is not a signed note."),
    "bad_checkpoint": Code(422, "This is not a checkpoint."),
    "bad_proof": Code(422, "The proof has the wrong length or lies outside the tree."),
    "bad_key_text": Code(422, "This is not a verifier key or signing key."),
    # Malformed: entries and procedures
    "unknown_kind": Code(422, "No such kind of statement exists."),
    "bad_body": Code(422, "The statement does not have the fields of its kind."),
    "bad_draft": Code(422, "The draft does not have the form of a draft."),
    "bad_date": Code(422, "The date or interval does not exist."),
    "bad_url": Code(422, "A source URL is neither http nor https."),
    "bad_procedure": Code(422, "The procedure does not have the form of a procedure."),
    "bad_request": Code(400, "The request is malformed."),
    "bad_signature": Code(422, "The signature is not that of the statement it comes with."),
    "bad_file": Code(415, "The file is of no type that the register keeps."),
    "bad_account": Code(422, "This is not what an account may be."),
    # Refused
    "unknown_process": Code(404, "No such process is recorded here."),
    "unknown_entry": Code(404, "No such entry is recorded here."),
    "unknown_item": Code(404, "No such item is recorded in this process."),
    "unknown_reference": Code(409, "The statement refers to something not recorded here."),
    "wrong_reference": Code(409, "The statement refers to something of another kind."),
    "unknown_procedure": Code(409, "No such procedure has been adopted."),
    "unknown_size": Code(404, "The register never had a checkpoint of that size."),
    "not_found": Code(404, "There is nothing at this address."),
    "duplicate_id": Code(409, "This id is already used in the process."),
    "cycle": Code(409, "A process would arise from itself, through others."),
    "process_exists": Code(409, "The process is already open."),
    "register_exists": Code(409, "A register is already here."),
    "already_adopted": Code(409, "This procedure is adopted already, just as it is."),
    "illustrative": Code(409, "Real and illustrative entries may not be mixed this way."),
    "not_yet": Code(409, "The date lies in the future."),
    "bad_correction": Code(409, "This may not be changed by a correction."),
    "clock_behind": Code(503, "The clock is behind the last entry of the register."),
    "head_moved": Code(409, "The register grew meanwhile: try again."),
    "diverged": Code(409, "A file of drafts is not what was recorded from it."),
    "key_reused": Code(409, "This idempotency key was used for another request."),
    "unauthorized": Code(401, "A valid token is needed."),
    "forbidden": Code(403, "This account may not do this here."),
    "confirmation_needed": Code(403, "A second account has to confirm this: propose it."),
    "unknown_account": Code(404, "No such account is granted here."),
    "account_exists": Code(409, "This account has that grant already."),
    "unknown_proposal": Code(404, "No such proposal waits here."),
    "unknown_key": Code(409, "No such key was added to the register."),
    "key_exists": Code(409, "This key was added to the register before."),
    "key_revoked": Code(409, "The key was revoked: it signs nothing any more."),
    "nonce_used": Code(409, "This signed statement was recorded before."),
    "unknown_file": Code(409, "The register does not hold the bytes of this file."),
    "too_many_requests": Code(429, "Too many requests: try again later."),
    "port_in_use": Code(409, "The address to serve on cannot be had."),
    "busy": Code(503, "The register is busy: try again shortly."),
    # Tampered
    "commitment_differs": Code(500, "A text does not match its commitment."),
    "signature_differs": Code(500, "A signature does not match."),
    "root_differs": Code(500, "A proof leads to another root."),
    "entry_differs": Code(500, "An entry is not what was recorded."),
    "chain_broken": Code(500, "An entry does not follow the one before."),
    "tile_differs": Code(500, "A tile does not match the entries."),
    "opening_missing": Code(500, "A public text is missing without its erasure."),
    "erasure_undone": Code(500, "A text was erased in public and is still there."),
    "commitment_twice": Code(500, "Two texts have one commitment."),
    "history_shortened": Code(500, "The register is shorter than it was."),
    "checkpoint_differs": Code(500, "A checkpoint does not match the register."),
    "schema_differs": Code(500, "The database is not as this software made it."),
    "signature_void": Code(500, "A statement was recorded after its key was revoked."),
    "file_missing": Code(500, "A file that the register holds is not there."),
    "file_differs": Code(500, "A file is not the one that was recorded."),
    "senseless": Code(500, "An entry could never have been admitted where it stands."),
    "index_differs": Code(500, "An index does not match the entries."),
    # Unchecked
    "no_register": Code(503, "There is no register here."),
    "no_key": Code(503, "A key needed for checking is missing."),
    "unreadable": Code(503, "A file cannot be read."),
    "wrong_version": Code(503, "The register was written by another version."),
}


class LedgerError(Exception):
    """The root of the tree; only its four branches are ever raised.

    Attributes:
        code: A key of `CODES`.
        message: For a person: what is wrong, where, and what would be right.
        where: A JSON Pointer, `seq 17`, `line 3` or the like; empty if it is everywhere.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.status, self.title = CODES[code]
        self.code = code
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class MalformedError(LedgerError):
    """The form is bad: mend the input and try again."""


class RefusedError(LedgerError):
    """The form is good, but the statement makes no sense here."""


class TamperedError(LedgerError):
    """Something was changed afterwards: stop and look."""

    exit_status = 3


class UncheckedError(LedgerError):
    """Nothing can be said, neither good nor bad."""

    exit_status = 4
