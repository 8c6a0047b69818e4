"""What a process owes to those that arose from it is judged from their entries too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.domain.duties import Duty
from ledger.service.query import Queries
from ledger.service.register import Register, adopt, shipped_procedures
from tests.world import NOW, draft, opened, put

TODAY = date(2026, 11, 2)
COUNCIL = {"name": "Conseil municipal", "role": "council"}


@pytest.fixture
def quarter(register: Register) -> Register:
    """A register with a neighbourhood council and a workshop that arose from it."""
    adopt(register, shipped_procedures()["conseil-de-quartier"], now=NOW)
    council = opened("quartier", "Le quartier")
    council["body"]["procedure"] = "conseil-de-quartier"
    put(register, [council])
    put(register, [opened("atelier", "L’atelier")])
    put(register, [linked("atelier", "quartier")])
    return register


def linked(process: str, to: str, **more: Any) -> dict[str, Any]:
    return draft(
        "process.linked", {"relation": "arises_from", "to": to}, process=process, **more
    )


def decided(process: str = "atelier") -> dict[str, Any]:
    body = {"id": "D1", "title": "Décider", "body": "Conseil", "declares": 0}
    return draft("decision.made", body, process=process, by=COUNCIL)


def owed(queries: Queries, today: date = TODAY) -> list[Duty]:
    return [d for d in queries.process("quartier", today).duties if d.id == "accounts_of_link"]


def test_accounts_are_owed_once_what_arose_was_decided_and_met_by_a_review_of_it(
    quarter: Register,
) -> None:
    queries = Queries(quarter)
    assert [duty.state for duty in owed(queries)] == ["not_yet"]
    put(quarter, [decided()])
    (duty,) = owed(queries)
    assert (duty.subject, duty.state, duty.owes) == ("atelier", "open", ("Ville d’essai",))
    put(quarter, [draft("review.held", {"id": "V1"}, process="quartier")])
    assert [duty.state for duty in owed(queries)] == ["open"]
    review = {"id": "V2", "about": ["atelier"]}
    put(quarter, [draft("review.held", review, process="quartier")])
    assert [duty.state for duty in owed(queries)] == ["met"]


def test_the_past_knows_only_what_had_arisen_by_then(quarter: Register) -> None:
    queries = Queries(quarter)
    size = queries.head().size
    put(quarter, [decided()])
    view = queries.process("quartier", TODAY, size=size)
    assert [d.state for d in view.duties if d.id == "accounts_of_link"] == ["not_yet"]


def test_an_invented_process_makes_nothing_owed_to_a_real_one(quarter: Register) -> None:
    queries = Queries(quarter)
    put(quarter, [opened("conte", "Un conte") | {"illustrative": True}])
    put(quarter, [linked("conte", "quartier", illustrative=True)])
    put(quarter, [decided("conte") | {"illustrative": True}])
    assert [duty.subject for duty in owed(queries)] == ["atelier"]


def test_a_link_recorded_by_mistake_makes_nothing_owed(quarter: Register) -> None:
    queries = Queries(quarter)
    body = {"entry": {"nth": 1}, "why": "Lien erroné."}
    put(quarter, [draft("entry.disowned", body, process="atelier")])
    assert [duty.subject for duty in owed(queries)] == []


def test_a_link_that_was_disowned_is_shown_on_neither_side_and_titles_are_as_corrected(
    quarter: Register,
) -> None:
    queries = Queries(quarter)
    mended = [{"path": "/body/title", "value": "L’atelier des quais"}]
    body = {"entry": {"nth": 0}, "changes": mended, "why": "Titre."}
    put(quarter, [draft("correction.made", body, process="atelier")])
    (shown,) = queries.process("quartier", TODAY).neighbours
    assert (shown.relation, shown.title) == ("gave_rise_to", "L’atelier des quais")
    body = {"entry": {"nth": 1}, "why": "Lien erroné."}
    put(quarter, [draft("entry.disowned", body, process="atelier")])
    assert queries.process("quartier", TODAY).neighbours == ()
    assert queries.process("atelier", TODAY).neighbours == ()
