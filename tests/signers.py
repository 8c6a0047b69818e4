"""Bodies that sign their own statements, with keys that are the same every time."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.statement import key_id
from ledger.service import keyring
from ledger.service.register import Register
from ledger.store.append import Written
from tests.world import NOW

ORIGIN = "registre.example/essai"


@dataclass(frozen=True)
class Signer:
    """A body with a key."""

    name: str = "Atelier citoyen"
    role: str = "citizens"
    seed: str = "one"
    origin: str = ORIGIN
    private: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        seed = sha256(f"filrouge signer: {self.seed}".encode()).digest()
        object.__setattr__(self, "private", Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def key(self) -> str:
        """The id of the key."""
        return key_id(self.private.public_key().public_bytes_raw())

    @property
    def by(self) -> dict[str, str]:
        """Who speaks."""
        return {"name": self.name, "role": self.role}

    def request(self) -> dict[str, Any]:
        """The request that the key be added."""
        return keyring.request_of(
            self.private, self.name, self.role, origin=self.origin, on="2026-11-01"
        )

    def join(self, register: Register, **more: Any) -> Written:
        """Has the key added."""
        return keyring.add(register, self.request(), **{"now": NOW, **more})

    def sign(self, draft: dict[str, Any]) -> dict[str, Any]:
        """A draft, sealed and signed in the name of the body."""
        return keyring.sign(draft | {"by": self.by}, self.private, origin=self.origin)
