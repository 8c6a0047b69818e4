"""Who may record what: role, scope, voice and procedure, against a model written otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.accounts import KEEPER, Account
from ledger.domain.authority import Place, check_alone, check_statement
from ledger.domain.powers import ROLES
from ledger.domain.procedure import Step
from ledger.errors import RefusedError

STEPS = (
    Step(kind="unit.submitted", by=("citizens", "jury"), required=True),
    Step(kind="answer.given", by=("city", "elected"), required=True),
    Step(kind="document.published", by=(), required=False),
)
PLACE = Place("rue-aux-ecoles", "Nord", STEPS)
VOICES = {
    "elected": ["city", "council", "elected"],
    "panel": ["citizens", "commission", "jury"],
    "instruction": ["city", "contracting_authority", "services"],
    "guarantor": ["guarantor", "third_party"],
}
SPEAKERS = sorted({voice for voices in VOICES.values() for voice in voices} | {"registrar"})
KINDS = [
    "unit.submitted",
    "answer.given",
    "document.published",
    "claim.recorded",
    "correction.made",
    "entry.disowned",
    "procedure.changed",
]


def account(*roles: str, **scope: Any) -> Account:
    """An account in some roles."""
    return Account("mairie", frozenset(roles), **scope)  # type: ignore[arg-type]


def judged(
    who: Account,
    kind: str,
    speaker: str,
    *,
    place: Place = PLACE,
    mends: str | None = None,
    check: Any = check_statement,
) -> str:
    """What the account is told: a code, or yes."""
    try:
        check(who, kind, speaker, place, mends=mends)
    except RefusedError as error:
        return error.code
    return "yes"


@pytest.mark.parametrize("role", VOICES)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_an_own_voice_says_what_the_procedure_gives_to_it(role: str, speaker: str) -> None:
    given = {"unit.submitted": ["citizens", "jury"], "answer.given": ["city", "elected"]}
    for kind in ("unit.submitted", "answer.given", "document.published", "claim.recorded"):
        by = given.get(kind, SPEAKERS if kind == "document.published" else [])
        allowed = speaker in VOICES[role] and speaker in by
        assert judged(account(role), kind, speaker) == ("yes" if allowed else "forbidden")


def test_an_own_voice_has_none_where_the_process_is_not_open() -> None:
    nowhere = Place("ailleurs", None, ())
    assert judged(account("panel"), "unit.submitted", "citizens", place=nowhere) == "forbidden"
    assert judged(account("recorder"), "unit.submitted", "citizens", place=nowhere) == "yes"


@pytest.mark.parametrize("kind", ["correction.made", "entry.disowned"])
def test_what_another_account_recorded_is_mended_by_a_confirmer(kind: str) -> None:
    assert judged(account("recorder"), kind, "city", mends="mairie") == "yes"
    assert judged(account("recorder"), kind, "city", mends="autre") == "forbidden"
    assert judged(account("confirmer"), kind, "city", mends="autre") == "yes"


def test_a_panel_mends_its_own_entries_in_its_own_voice() -> None:
    assert judged(account("panel"), "correction.made", "citizens", mends="mairie") == "yes"
    assert judged(account("panel"), "correction.made", "city", mends="mairie") == "forbidden"


def test_the_procedure_of_a_process_is_changed_by_a_confirmer() -> None:
    assert judged(account("recorder"), "procedure.changed", "city") == "forbidden"
    assert judged(account("confirmer"), "procedure.changed", "city") == "yes"


def test_where_a_second_account_confirms_only_recorders_wait_for_it() -> None:
    said = "unit.submitted", "citizens"
    assert judged(account("recorder"), *said, check=check_alone) == "confirmation_needed"
    assert judged(account("confirmer"), *said, check=check_alone) == "yes"
    assert judged(account("panel"), *said, check=check_alone) == "yes"
    both = account("recorder", "panel")
    assert judged(both, *said, check=check_alone) == "yes"
    assert judged(both, "answer.given", "city", check=check_alone) == "confirmation_needed"
    assert judged(account("auditor"), *said, check=check_alone) == "forbidden"
    assert judged(KEEPER, *said, check=check_alone) == "yes"


roles = st.sets(st.sampled_from(ROLES), max_size=4)
scopes = st.one_of(
    st.none(), st.frozensets(st.sampled_from(["rue-aux-ecoles", "autre"]), min_size=1)
)
lands = st.one_of(st.none(), st.frozensets(st.sampled_from(["Nord", "Sud"]), min_size=1))
steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(KINDS),
        by=st.lists(st.sampled_from(SPEAKERS[:-1]), max_size=3, unique=True).map(tuple),
        required=st.booleans(),
    ),
    max_size=4,
)


@given(
    roles,
    scopes,
    lands,
    st.sampled_from(KINDS),
    st.sampled_from(SPEAKERS),
    st.sampled_from(["rue-aux-ecoles", "autre", "tiers"]),
    st.sampled_from(["Nord", "Sud", None]),
    steps,
    st.booleans(),
    st.booleans(),
)
def test_every_decision_is_that_of_the_model(
    chosen: set[str],
    processes: frozenset[str] | None,
    territories: frozenset[str] | None,
    kind: str,
    speaker: str,
    process: str,
    territory: str | None,
    said: list[Step],
    own: bool,
    confirmation: bool,
) -> None:
    who = account(*chosen, processes=processes, territories=territories)
    mending = kind in ("correction.made", "entry.disowned")
    found = judged(
        who,
        kind,
        speaker,
        place=Place(process, territory, said),
        mends=("mairie" if own else "autre") if mending else None,
        check=check_alone if confirmation else check_statement,
    )
    here = (processes is None and territories is None) or (
        process in (processes or ()) or territory in (territories or ())
    )

    def powers(role: str) -> bool:
        """What one role alone opens; where no role does, the account may not."""
        if not here:
            return False
        if kind == "procedure.changed":
            return role == "confirmer"
        if mending and not own:
            return role == "confirmer"
        if role in ("recorder", "confirmer"):
            return True
        if speaker not in VOICES.get(role, []):
            return False
        return mending or any(s.kind == kind and (not s.by or speaker in s.by) for s in said)

    allowed = {role for role in chosen if powers(role)}
    expected = "yes" if allowed else "forbidden"
    if confirmation and allowed and allowed <= {"recorder"}:
        expected = "confirmation_needed"
    assert found == expected
