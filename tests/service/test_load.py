"""Files of drafts, loaded once and again."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.service import audit
from ledger.service.query import Queries
from ledger.service.record import record
from ledger.service.register import Register
from tests.world import NOW, contribution, draft, opened, put, put_all, workshop


def size(register: Register) -> int:
    return Queries(register).version()


def said(process: str) -> dict[str, object]:
    body = {"tallies": [{"count": 12, "theme": "Ombre"}]}
    return draft("contributions.tallied", body, process=process)


def test_the_same_statement_twice_in_a_process_is_recorded_twice(register: Register) -> None:
    put_all(register, [opened("a"), said("a")])
    before = size(register)
    put_all(register, [opened("a"), said("a"), opened("b"), said("a"), said("b")])
    assert size(register) == before + 3


def test_statements_of_several_processes_may_alternate(register: Register) -> None:
    story = [opened("a"), opened("b"), said("a"), said("b"), said("a")]
    put_all(register, story)
    before = size(register)
    put_all(register, story)
    assert size(register) == before


def test_a_file_whose_past_was_edited_is_refused_and_not_recorded_again(
    register: Register,
) -> None:
    story = workshop()
    put_all(register, story)
    before = size(register)
    story[1] = draft("mandate.issued", {"id": "MD1", "questions": ["Autrement ?"]})
    with pytest.raises(RefusedError) as caught:
        put_all(register, story)
    assert caught.value.code == "diverged"
    assert size(register) == before


def test_a_number_of_units_that_nobody_knows_breaks_nothing(register: Register) -> None:
    unknown = [
        opened(),
        draft("opinion.delivered", {"id": "O1", "declares": None}),
        draft("response.given", {"id": "A1", "declares": None}),
        draft(
            "decision.made", {"id": "DC1", "title": "x", "body": "Conseil", "declares": None}
        ),
    ]
    put_all(register, unknown)
    queries = Queries(register)
    view = queries.process("cours-fraiches", queries.day(NOW))
    assert "declared_differs" not in {found.code for found in view.irregularities}
    audit.verify(register.data)


@pytest.mark.parametrize("form", ["plain", "open"])
def test_a_corrected_address_is_still_an_address(told: Register, form: str) -> None:
    address = "javascript:alert(1)"
    value = address if form == "plain" else {"open": "public", "text": address}
    changes = [{"path": "/sources/0/url", "value": value}]
    body = {"entry": {"nth": 1}, "changes": changes, "why": "Une coquille."}
    with pytest.raises(MalformedError) as caught:
        put(told, [draft("correction.made", body)])
    assert caught.value.code == "bad_url"


@pytest.mark.parametrize("blank", ["\u00a0", "\u200b\u2060", "\u3000 "])
def test_a_name_in_which_nothing_can_be_seen_is_refused(register: Register, blank: str) -> None:
    with pytest.raises(MalformedError) as caught:
        record(
            register,
            [opened(title=blank)],
            account="essai",
            append=lambda request: register.append_one(request, now=NOW),
        )
    assert caught.value.code in ("bad_text", "bad_body")
    put_all(register, [opened(), contribution("C1")])
