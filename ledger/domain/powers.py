"""What each role of an account may do: acts, and who may speak through it.

An account is a service of somebody's, never a person. Its power is made of entries
(`account.granted`, `account.revoked`), so that anybody sees who could have said what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from ledger.domain.words import AccountRole

Act = Literal[
    "record",  # statements, files, imports
    "confirm",  # what another account proposed; mending what another account recorded
    "erase",  # texts and files, for a person's sake
    "govern",  # accounts, keys, policies, procedures
    "inspect",  # accounts with their last use, proposals, pending erasures
]
ACTS: tuple[Act, ...] = get_args(Act)
ROLES: tuple[AccountRole, ...] = get_args(AccountRole)

POWERS: Mapping[AccountRole, frozenset[Act]] = {
    "recorder": frozenset({"record"}),
    "confirmer": frozenset({"record", "confirm", "inspect"}),
    "elected": frozenset({"record"}),
    "panel": frozenset({"record"}),
    "instruction": frozenset({"record"}),
    "guarantor": frozenset({"record"}),
    "auditor": frozenset({"inspect"}),
    "administrator": frozenset({"erase", "govern", "inspect"}),
}
"""The acts of each role. No role both governs and records: who can grant cannot speak."""

ANYBODY: frozenset[AccountRole] = frozenset({"recorder", "confirmer"})
"""Roles that record what any body says, in any kind: on behalf, and under their own name."""

SPEAKS_AS: Mapping[AccountRole, frozenset[str]] = {
    "elected": frozenset({"council", "elected", "city"}),
    "panel": frozenset({"citizens", "jury", "commission"}),
    "instruction": frozenset({"services", "city", "contracting_authority"}),
    "guarantor": frozenset({"guarantor", "third_party"}),
}
"""Whose statements the other recording roles may record: roles of `by`. Which kinds they may
say comes from the procedure of the process."""
