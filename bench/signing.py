"""Signed statements, written and verified: beside the same unsigned, and bare Ed25519."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.appending import DEBATE, new_register
from bench.figures import Figure, rate, seconds
from ledger.service import keyring
from ledger.service.audit import BARE, Checks, verify
from ledger.service.record import direct, record
from ledger.service.register import Register

COUNT = 5_000
_NAME, _ROLE = "Conseil citoyen de mesure", "citizens"


def run(folder: Path) -> list[Figure]:
    """Writes as many statements signed as unsigned, and verifies both registers."""
    private = Ed25519PrivateKey.generate()
    register, other = new_register(folder / "signed"), new_register(folder / "unsigned")
    origin = register.opened.origin
    now = datetime.now(UTC)
    asked = keyring.request_of(private, _NAME, _ROLE, origin=origin, on=None)
    keyring.add(register, asked, now=now)
    plain = [_claim(number) for number in range(COUNT)]
    signed: list[object] = []
    signing = seconds(lambda: signed.extend(_signed(plain, private, origin)))
    written = seconds(lambda: _write(register, signed))
    beside = seconds(lambda: _write(other, plain))
    message = b"x" * 500
    sig, public = private.sign(message), private.public_key()

    def bare() -> None:
        for _ in range(COUNT):
            public.verify(sig, message)

    limit = seconds(bare)
    whole = seconds(lambda: verify(register.data))
    unchecked = seconds(lambda: verify(register.data, checks=Checks(signatures=False)))
    chain = seconds(lambda: verify(register.data, checks=BARE))
    register.close()
    other.close()
    return [
        Figure("sealing and signing", rate(COUNT, signing)),
        Figure(
            "writing signed statements",
            rate(COUNT, written),
            f"unsigned {rate(COUNT, beside)}",
            f"{beside / written:.0%}",
        ),
        Figure("bare Ed25519 verification", rate(COUNT, limit)),
        Figure(
            "verify: all statements signed",
            rate(COUNT, whole),
            f"signatures left out {rate(COUNT, unchecked)}; bare {rate(COUNT, chain)}",
            f"{unchecked / whole:.0%}; {chain / whole:.0%}",
        ),
        Figure(
            "verify: a signature alone",
            rate(COUNT, max(whole - unchecked, 1e-9)),
            "of bare Ed25519",
            f"{limit / max(whole - unchecked, 1e-9):.0%}",
        ),
    ]


def _claim(number: int) -> dict[str, Any]:
    value = {"number": 85, "unit": "%", "bound": "over"}
    body = {"about": [DEBATE], "topic": f"t{number}", "value": value, "nature": "announced"}
    return {
        "process": DEBATE,
        "kind": "claim.recorded",
        "on": "2026-03-14",
        "by": {"name": _NAME, "role": _ROLE},
        "body": body,
        "sources": [],
    }


def _signed(
    drafts: list[dict[str, Any]], private: Ed25519PrivateKey, origin: str
) -> list[object]:
    return [keyring.sign(draft, private, origin=origin) for draft in drafts]


def _write(register: Register, drafts: list[Any]) -> None:
    append = direct(register, datetime.now(UTC))
    for start in range(0, COUNT, 1_000):
        record(register, drafts[start : start + 1_000], account="mesure", append=append)
