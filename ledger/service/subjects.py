"""Whose words a text is: a keyed digest in the vault, never the person.

A draft may name its `subject` as the platform numbers persons. It stands in no entry and in
no file; whoever knows it again can have all texts of that person erased at once. Without the
secret `keys/subjects.key` a digest cannot be tried against a list of persons.
"""

from __future__ import annotations

import hmac
from unicodedata import normalize

from ledger.service.register import Register

_CONTEXT = b"filrouge/subject/v1\n"


def digest_of(register: Register, subject: str) -> bytes:
    """The 32 bytes by which the vault knows a person.

    Raises:
        UncheckedError: `no_key`: the secret is not here.
    """
    text = normalize("NFC", subject.strip()).encode()
    return hmac.digest(register.subjects_key, _CONTEXT + text, "sha256")
