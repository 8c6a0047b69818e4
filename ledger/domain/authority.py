"""Whether an account may record a statement: its role, its scope, and the procedure.

Whose voice an account is follows from its role (`ledger.domain.powers`); which kinds that voice
may say follows from the procedure that governs the process. Recorders and confirmers write down
what any body says. What another account recorded is mended by a confirmer alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.accounts import REGISTRAR, Account, check_may
from ledger.domain.powers import ANYBODY, SPEAKS_AS
from ledger.domain.procedure import Step
from ledger.errors import RefusedError

MENDING = frozenset({"correction.made", "entry.disowned"})
"""Kinds that touch what an entry said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement would stand."""

    process: str
    territory: str | None
    """As the process was opened; None where it is not open."""
    steps: Sequence[Step]
    """What the procedure in force says of kinds."""


def check_statement(
    account: Account, kind: str, speaker: str, place: Place, *, mends: str | None
) -> None:
    """Checks that an account may record a statement.

    Args:
        speaker: The role that speaks in it: `by.role`.
        mends: The account that recorded the entry which the statement mends; None if none.

    Raises:
        RefusedError: `forbidden`, with what is missing.
    """
    if account.name == REGISTRAR:
        return
    check_may(account, "record")
    if not account.reaches(place.process, place.territory):
        raise _forbidden(f"{account.name} has no power in {place.process}")
    if kind in MENDING:
        if mends != account.name and "confirm" not in account.acts:
            raise _forbidden(f"what {mends} recorded is mended by a confirmer")
    elif kind == "procedure.changed" and "confirm" not in account.acts:
        raise _forbidden("the procedure of a process is changed by a confirmer")
    if account.roles & ANYBODY:
        return
    voices = {voice for role in account.roles for voice in SPEAKS_AS.get(role, ())}
    if speaker not in voices:
        raise _forbidden(f"{account.name} does not speak as {speaker}")
    if kind in MENDING:
        return
    allowed = [step.by for step in place.steps if step.kind == kind]
    if not any(not by or speaker in by for by in allowed):
        raise _forbidden(f"the procedure of {place.process} gives {kind} to others")


def check_alone(
    account: Account, kind: str, speaker: str, place: Place, *, mends: str | None
) -> None:
    """Checks that an account may record a statement without a second one that confirms it,
    where the policy `confirmation` asks for one: not as a recorder, on behalf of others.

    Args:
        speaker: As `check_statement` takes it; `mends` likewise.

    Raises:
        RefusedError: `confirmation_needed`; `forbidden`, if not even a second one would help.
    """
    check_statement(account, kind, speaker, place, mends=mends)
    alone = replace(account, roles=account.roles - {"recorder"})
    try:
        check_statement(alone, kind, speaker, place, mends=mends)
    except RefusedError as error:
        message = f"what {account.name} records on behalf of others, a second account confirms"
        raise RefusedError("confirmation_needed", message) from error


def _forbidden(message: str) -> RefusedError:
    return RefusedError("forbidden", message, where="/by")
