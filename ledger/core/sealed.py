"""Sealed texts: in the chain a commitment, in the vault what it commits to.

An entry holds `{"open":"public","sealed":"<64 hex>"}` where a person's words would stand:

    commitment = SHA-256(0x02 ‖ key ‖ canonical [path, value])

`key` is 32 random bytes of this opening alone, so that a destroyed key leaves nothing to
guess at; `path` is the JSON Pointer (RFC 6901) of the object in its entry, so that a
commitment cannot be moved to another place. Whoever has path, value and key checks;
when they are erased the entry still verifies.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from ledger.core import canonical, digest
from ledger.core.canonical import JSON
from ledger.errors import MalformedError, TamperedError

KEY_SIZE = 32
MAX_VALUE = 256 * 1024
"""Longest value, in bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens one commitment; lives in the vault and is erased as a whole."""

    path: str
    value: str = field(repr=False)  # a log line must not outlive an erasure
    key: bytes = field(repr=False)
    public: bool


def new_key() -> bytes:
    """Return 32 fresh random bytes, for one opening only."""
    return secrets.token_bytes(KEY_SIZE)


def commitment(key: bytes, path: str, value: str) -> bytes:
    """Return the 32 bytes that stand in the chain for `value` at `path`.

    Args:
        path: JSON Pointer of the sealed object in its entry, within `body` or `sources`.
        value: Non-empty, at most 256 KiB in UTF-8.

    Raises:
        MalformedError: `bad_value` for a key, path or empty value out of form, `bad_text` for
            a lone surrogate, `too_large`.
    """
    if len(key) != KEY_SIZE:
        raise MalformedError("bad_value", f"the key of an opening has {KEY_SIZE} bytes")
    _check_path(path)
    if not value:
        raise MalformedError("bad_value", "a sealed text is not empty", where=path)
    data = canonical.encode_texts(path, value)
    # Cheap first: escaping only lengthens.
    if len(data) > MAX_VALUE and len(value.encode()) > MAX_VALUE:
        raise MalformedError("too_large", f"at most {MAX_VALUE} bytes of text", where=path)
    return sha256(b"\x02" + key + data).digest()


@lru_cache(maxsize=1024)
def _check_path(path: str) -> None:
    if not path.startswith(("/body/", "/sources/")) or not _POINTER(path):
        raise MalformedError("bad_value", "not a path into /body/ or /sources/", where=path)


def seal(
    path: str, value: str, *, public: bool = True, key: bytes | None = None
) -> tuple[dict[str, JSON], Opening]:
    """Return the object that goes into the entry at `path`, and the opening for the vault.

    Args:
        public: Whether anyone may read the value; otherwise the city keeps it to itself.
        key: Given only by a signer who sealed on their own side; fresh by default.

    Raises:
        MalformedError: as `commitment`.
    """
    opening = Opening(path, value, new_key() if key is None else key, public)
    sealed = commitment(opening.key, path, value).hex()
    return {"open": "public" if public else "restricted", "sealed": sealed}, opening


def check_opening(opening: Opening, sealed: bytes) -> None:
    """Check that `opening` is what the commitment `sealed` was made of.

    Raises:
        MalformedError: as `commitment`.
        TamperedError: `commitment_differs`.
    """
    made = commitment(opening.key, opening.path, opening.value)
    if not hmac.compare_digest(made, sealed):
        message = "the text, its key or its place is not what was recorded"
        raise TamperedError("commitment_differs", message, where=opening.path)


def find_sealed(entry: Mapping[str, object]) -> Iterator[tuple[str, bool, str]]:
    """Yield (path, public, commitment in hex) for each sealed text of an entry, in order.

    Any object with exactly the keys `open` and `sealed`, anywhere in `body` or `sources`, is
    a sealed text: also in kinds that this release does not know.

    Raises:
        MalformedError: `bad_value`, for such an object with other values inside.
    """
    for part in ("body", "sources"):
        value = entry.get(part)
        if isinstance(value, dict | list | tuple):
            yield from _find(value, "/" + part)


_POINTER = re.compile("(?:[^~]|~[01])*", re.DOTALL).fullmatch
_OPEN = {"public": True, "restricted": False}


def _find(
    value: dict[str, object] | list[object] | tuple[object, ...], path: str
) -> Iterator[tuple[str, bool, str]]:
    if not isinstance(value, dict):
        items = [(str(index), item) for index, item in enumerate(value)]
    elif len(value) == 2 and "open" in value and "sealed" in value:
        yield _read(value, path)
        return
    else:
        items = [(key.replace("~", "~0").replace("/", "~1"), i) for key, i in value.items()]
    for name, item in items:
        if isinstance(item, dict | list | tuple):
            yield from _find(item, f"{path}/{name}")


def _read(value: dict[str, object], path: str) -> tuple[str, bool, str]:
    opened, sealed = value["open"], value["sealed"]
    if path == "/body":
        raise MalformedError("bad_value", "a body is not itself a sealed text", where=path)
    if not isinstance(opened, str) or opened not in _OPEN:
        raise MalformedError("bad_value", "`open` is public or restricted", where=path)
    if not isinstance(sealed, str):
        raise MalformedError("bad_value", "`sealed` is 64 hexadecimal digits", where=path)
    try:
        digest.parse_hex(sealed)
    except MalformedError as error:
        raise MalformedError("bad_value", error.message, where=path) from error
    return path, _OPEN[opened], sealed
