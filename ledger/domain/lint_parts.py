"""The parts of a procedure with their places, as the rules of the linter look at them."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.events import KINDS, REGISTER_KINDS
from ledger.domain.procedure import Order, Owed, Procedure, Step

PROCESS_KINDS = tuple(kind for kind in KINDS if kind not in REGISTER_KINDS)
"""Every kind that a step may be."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What could be read of a procedure, each part with its place: `owed[2]`."""

    basis: tuple[str, str] | None
    stages: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, Step], ...]
    owed: tuple[tuple[str, Owed], ...]
    order: tuple[tuple[str, Order], ...]
    whole: bool
    """Whether every step and stage could be read: else nothing is said to be missing."""

    @property
    def listed(self) -> dict[str, set[str]]:
        """The roles that may take each step; an empty set is anybody."""
        found: dict[str, set[str]] = {}
        for _, step in self.kinds:
            if step.kind in found and not (found[step.kind] and step.by):
                found[step.kind] = set()
            else:
                found.setdefault(step.kind, set()).update(step.by)
        return found


def parts_of(procedure: Procedure) -> Parts:
    """The parts of a procedure that is in form."""
    return Parts(
        ("basis", procedure.basis),
        tuple((f"stages[{i}]", stage) for i, stage in enumerate(procedure.stages)),
        tuple((f"kinds[{i}]", step) for i, step in enumerate(procedure.kinds)),
        tuple((f"owed[{i}]", rule) for i, rule in enumerate(procedure.owed)),
        tuple((f"order[{i}]", rule) for i, rule in enumerate(procedure.order)),
        True,
    )
