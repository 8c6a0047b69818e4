"""The document for the officer of personal data names what the code has, and no more."""

from __future__ import annotations

import re
from typing import Any, get_args

from ledger.domain.draft import parse_draft, said
from ledger.domain.events import KINDS
from ledger.domain.personal import Sign
from ledger.domain.values import Below, Sealing
from ledger.domain.words import Basis
from ledger.errors import CODES
from tests.docs.tables import ROOT
from tests.world import contribution

PERSONS = (ROOT / "docs" / "persons.md").read_text(encoding="utf-8")


def test_every_legal_ground_is_told_and_no_other() -> None:
    table = re.findall(r"^ +\| `([a-z_]+)` \|", PERSONS, re.MULTILINE)
    assert table == list(get_args(Basis))


def test_every_sign_is_told() -> None:
    for sign in (*get_args(Sign), "hidden_count"):
        assert f"`{sign}`" in PERSONS


def test_the_author_of_a_contribution_is_the_one_field_restricted_by_itself() -> None:
    restricted = [
        f"{kind}.{name}"
        for kind, model in KINDS.items()
        for name, field in model.model_fields.items()
        for mark in marks(field.annotation, field.metadata)
        if mark.open == "restricted"
    ]
    assert restricted == ["contribution.received.author"]
    assert f"`{restricted[0]}`" in PERSONS
    kept = {one.where: one.open for one in said(parse_draft(contribution("C1")))}
    assert kept["/body/author"] == "restricted"


def marks(annotation: Any, metadata: list[Any]) -> list[Sealing]:
    found = [mark for mark in metadata if isinstance(mark, Sealing)]
    for arm in get_args(annotation):
        found += [arm] if isinstance(arm, Sealing) else marks(arm, [])
    return found


def test_every_kind_that_counts_persons_is_told() -> None:
    counting = [kind for kind, model in KINDS.items() if Below in arms(model)]
    assert len(counting) == 4
    for kind in counting:
        assert f"`{kind}" in PERSONS, kind


def arms(annotation: Any) -> set[Any]:
    if hasattr(annotation, "model_fields"):
        inside = [field.annotation for field in annotation.model_fields.values()]
        return {annotation}.union(*(arms(one) for one in inside))
    return set().union(*(arms(one) for one in get_args(annotation)))


def test_every_code_it_names_is_one() -> None:
    for code in ("history_shortened", "erasure_undone", "opening_missing"):
        assert f"`{code}`" in PERSONS
        assert code in CODES
