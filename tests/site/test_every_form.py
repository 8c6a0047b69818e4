"""Every process of the fixtures, one for each form of dialogue, on every page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from ledger.domain.draft import parse_draft
from ledger.service import demo
from ledger.service.audit import verify
from ledger.service.query import Queries
from ledger.service.register import Register, shipped_procedures
from ledger.service.view import View
from tests.site.html import read

SLUGS = sorted({parse_draft(draft).process for draft in demo.drafts()})
LATE = re.compile(
    r"retard|dépassée|échéance passée|après l’échéance|échéance \([^)]*\) est passée"
    r"|overdue|past due|\blate\b|missed|after the due",
    re.IGNORECASE,
)
"""Whatever says that somebody did not keep a date."""
KEPT_WORDS = ("en retard", "late")
"""What a city says of its own measure: the words of the state it reports."""


@pytest.fixture(scope="module")
def queries(register: Register) -> Queries:
    return Queries(register)


def view_of(queries: Queries, slug: str) -> View:
    return queries.process(slug, queries.day(datetime.now(UTC)))


def addresses(view: View, queries: Queries) -> Iterator[str]:
    """Every page that shows something of a process."""
    slug = view.case.process
    received = [entry.id for entry, _ in queries.contributions(slug, limit=3)]
    for language in ("", "/en"):
        yield f"{language}/p/{slug}"
        yield f"{language}/p/{slug}/contributions"
        yield f"{language}/embed/{slug}"
        for id_ in (*view.case.things, *received):
            yield f"{language}/p/{slug}/{id_}"


def test_every_form_has_its_process(queries: Queries) -> None:
    told = {view_of(queries, slug).procedure.name for slug in SLUGS}
    assert told == set(shipped_procedures())


def test_the_digital_platform_is_a_channel_of_a_neighbourhood(queries: Queries) -> None:
    views = [view_of(queries, slug) for slug in SLUGS]
    councils = [view for view in views if view.procedure.name == "conseil-de-quartier"]
    assert any(
        received.channel == "neighbourhood_platform" and received.count
        for view in councils
        for received in view.case.received
    )


def test_the_register_that_holds_them_verifies(register: Register) -> None:
    assert verify(register.data).unread == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_is_rendered_and_accuses_nobody_without_a_date(
    slug: str, client: TestClient, queries: Queries
) -> None:
    view = view_of(queries, slug)
    dated = [duty for duty in view.duties if duty.promises or duty.bound]
    assert all(duty in dated for duty in view.duties if duty.state in ("past_due", "met_late"))
    assert all(duty.bound is None or duty.basis for duty in dated)
    reported = {
        entry.raw["state"] for m in view.case.measures.values() for entry in m.reports
    } | {entry.raw["state"] for entry in view.case.claims if "state" in entry.raw}
    for address in addresses(view, queries):
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = read(answer.text)
        assert not page.unclosed, address
        assert not page.astray, address
        said = said_by_us(page.text, view)
        if "late" in reported:
            said = re.sub("|".join(KEPT_WORDS), "", said, flags=re.IGNORECASE)
        if not dated:
            assert not LATE.search(said), (address, LATE.search(said))
        for owed in answer.text.split('<li class="owed owed-')[1:]:
            if owed.startswith(("past_due", "met_late")):
                assert "promise-date" in owed.partition("</section>")[0], address


def said_by_us(text: str, view: View) -> str:
    """A page without the words of others."""
    for words in sorted({*view.texts.values(), view.case.title}, key=len, reverse=True):
        text = text.replace(" ".join(words.split()), "")
    return text


@pytest.mark.parametrize("slug", SLUGS)
def test_machines_are_told_the_same(slug: str, client: TestClient) -> None:
    base = f"/api/v1/processes/{slug}"
    for path in ("", "/timeline", "/duties", "/irregularities", "/contributions", "/graph"):
        assert client.get(base + path).status_code == 200, path
    for format_ in ("svg", "dot"):
        answer = client.get(f"{base}/graph?format={format_}")
        assert answer.status_code == 200, format_


def test_a_unit_that_another_process_carries_out_is_not_said_to_be_left(
    client: TestClient,
) -> None:
    page = read(client.get("/p/exemple-plan-paysage-vallon/R3").text)
    said = page.text.replace("\u00a0", " ")
    assert "Mise en œuvre dans une autre démarche : exemple-place-du-marche/M4" in said
    assert "Aucune mesure enregistrée" not in said
