"""Who stands for a statement: its speaker by a signature, or an account on their behalf."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.domain.dates import format_at
from ledger.service import audit, keyring
from ledger.service.register import Register
from tests.docs.test_second_verifier import resign
from tests.service.test_audit_signed import appended
from tests.signers import Signer
from tests.site.html import read
from tests.world import NOW, SLUG, draft, new_register, opened, put, unit
from viz.site.app import create_app

PANEL = Signer()
COUNCIL = Signer("Conseil municipal", "council", "council")
ANSWER = {"unit": "R1", "response": None, "verdict": "retained", "reason": "Oui."}


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """4 opened, 5 and 6 keys, 7 a unit signed, 8 one that is not, 9 an answer signed."""
    made = new_register(tmp_path / "data")
    put(made, [opened()])
    PANEL.join(made)
    COUNCIL.join(made)
    put(made, [PANEL.sign(unit("R1")), unit("R2")])
    put(made, [COUNCIL.sign(draft("answer.given", ANSWER))], now=NOW + timedelta(hours=1))
    yield made
    made.close()


@pytest.fixture
def client(register: Register) -> Iterator[TestClient]:
    with TestClient(create_app(register, clock=lambda: NOW + timedelta(hours=2))) as made:
        yield made


def words(client: TestClient, address: str) -> str:
    answered = client.get(address)
    assert answered.status_code == 200, address
    page = read(answered.text)
    assert not page.astray
    assert not page.unclosed
    return " ".join(answered.text.split())


def test_an_entry_says_who_signed_it_and_that_the_signature_is_good(client: TestClient):
    page = words(client, "/registre/7")
    assert f"Signé par Atelier citoyen, clé {PANEL.key[:8]}… : signature valable." in page
    assert PANEL.key in page
    assert "Enregistré pour le compte" not in page
    page = words(client, "/en/registre/7")
    assert f"Signed by Atelier citoyen, key {PANEL.key[:8]}…: the signature is good." in page


def test_an_entry_that_nobody_signed_says_on_whose_behalf_it_was_recorded(client: TestClient):
    page = words(client, "/registre/8")
    assert "Enregistré pour le compte de Atelier citoyen par le compte essai." in page
    assert "Signé par" not in page
    page = words(client, "/en/registre/8")
    assert "Recorded on behalf of Atelier citoyen by the account essai." in page


def test_a_key_is_said_to_be_signed_by_its_holder(client: TestClient):
    assert "Signé par Atelier citoyen" in words(client, "/registre/5")


def test_the_register_does_not_speak_on_its_own_behalf(client: TestClient):
    assert "pour le compte de" not in words(client, "/registre/1")


def test_the_page_of_a_thing_bears_a_mark_that_leads_to_the_entry(client: TestClient):
    page = words(client, f"/p/{SLUG}/R1")
    mark = '<p class="signed signed-valid"><a href="/registre/{}">Signé par son auteur</a></p>'
    assert mark.format(7) in page
    assert mark.format(9) in page
    assert "signed-" not in words(client, f"/p/{SLUG}/R2")


def test_doubt_is_said_in_words_as_soon_as_the_key_is_revoked(
    register: Register, client: TestClient
):
    addresses = [f"/p/{SLUG}/R1", "/registre/9", f"/p/{SLUG}"]
    tags = [client.get(address).headers["etag"] for address in addresses]
    end = NOW + timedelta(hours=2)
    keyring.revoke(register, COUNCIL.key, format_at(NOW + timedelta(minutes=30)), now=end)
    for address, tag in zip(addresses, tags, strict=True):
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200, address
    page = words(client, f"/p/{SLUG}/R1")
    assert '<a href="/registre/9">Signature douteuse</a>' in page
    assert '<a href="/registre/7">Signé par son auteur</a>' in page
    page = words(client, "/registre/9")
    assert "Signature douteuse : la clé a été révoquée plus tard" in page
    assert "depuis le 2 novembre 2026 à 10:30." in page
    assert "signature valable" not in page
    assert "signature valable" in words(client, "/registre/6")
    assert "À partir du</dt> <dd>2 novembre 2026 à 10:30</dd>" in words(client, "/registre/10")
    past = words(client, "/registre/9?size=10")
    assert "signature valable" in past
    assert audit.verify(register.data).doubtful == 1


def test_what_an_unsound_writer_put_in_is_said_to_be_void(
    register: Register, client: TestClient
):
    keyring.revoke(register, COUNCIL.key, "2026-11-02", now=NOW + timedelta(hours=2))
    resign(register.data, appended(COUNCIL, 1))
    assert "Signature nulle : la clé était déjà révoquée" in words(client, "/registre/11")


def test_a_signature_that_does_not_match_is_not_called_good(
    register: Register, client: TestClient
):
    resign(register.data, lambda entries: entries[9].update(on="2026-10-31"))
    page = words(client, "/registre/9")
    assert "La signature ne correspond pas à ce qui est écrit ici." in page
    assert "signature valable" not in page
