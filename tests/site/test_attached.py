"""The page of a document hands out its file, or says why it does not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.service import erase, files
from ledger.service.register import Register
from tests.files import PDF, PNG, file_of, fingerprint, sealed
from tests.site.registers import draft, opened, record
from viz.site.app import create_app
from viz.site.i18n import language
from viz.site.pages.attached import file_size


@pytest.fixture
def client(empty: Register, tmp_path: Path) -> Iterator[TestClient]:
    for data in (PDF, PNG):
        path = tmp_path / "sent"
        path.write_bytes(data)
        files.attach(empty, path, now=datetime.now(UTC))
    hidden = sealed(PNG, "restricted") | {"media": "image/png"}
    away = file_of(b"elsewhere")
    record(
        empty,
        [
            opened("p"),
            draft("p", "document.published", id="D1", title="Plan", file=file_of(PDF)),
            draft("p", "document.published", id="D2", title="Liste", file=hidden),
            draft(
                "p", "document.published", id="D3", title="Avis", file=away,
                url="https://example.org/avis.pdf",
            ),
        ],
    )  # fmt: skip
    with TestClient(create_app(empty)) as made:
        yield made


def test_a_file_that_is_here_is_one_click_away_in_both_languages(client: TestClient):
    for address, said in (
        ("/p/p/D1", f"Télécharger le document (PDF, {len(PDF)} octets)"),
        ("/en/p/p/D1", f"Download the document (PDF, {len(PDF)} bytes)"),
    ):
        page = client.get(address).text.replace("\u00a0", " ")
        assert '<a href="/document/p/D1"' in page
        assert said in page
    assert client.get("/document/p/D1").content == PDF


def test_a_file_that_is_not_for_everybody_is_told_of_and_not_handed_out(client: TestClient):
    page = client.get("/p/p/D2").text
    assert "Le registre conserve ce fichier (PNG, " in page
    assert "/document/" not in page
    assert fingerprint(PNG) not in page
    refused = client.get("/document/p/D2")
    assert refused.status_code == 404
    assert refused.headers["content-type"].startswith("text/html")


def test_a_file_that_lies_elsewhere_is_left_to_its_address(client: TestClient):
    page = client.get("/p/p/D3").text
    assert "/document/" not in page
    assert "attached" not in page


def test_a_file_that_came_after_its_document_is_told_of_at_once(
    client: TestClient, empty: Register, tmp_path: Path
):
    before = client.get("/p/p/D3")
    assert "/document/" not in before.text
    (tmp_path / "sent").write_bytes(b"elsewhere")
    files.attach(empty, tmp_path / "sent", now=datetime.now(UTC))
    after = client.get("/p/p/D3", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "/document/p/D3" in after.text


def test_an_erased_file_is_told_of_at_once(client: TestClient, empty: Register):
    before = client.get("/p/p/D1")
    seq = client.get("/api/v1/processes/p/items/D1").json()["declared"]["seq"]
    erase.erase(
        empty, seq, ["/body/file/sha256"], basis="objection", requested=None,
        account="registrar", now=datetime.now(UTC),
    )  # fmt: skip
    page = client.get("/p/p/D1", headers={"If-None-Match": before.headers["etag"]})
    assert page.status_code == 200
    assert "a été effacé par respect d’une personne" in page.text
    assert "/document/" not in page.text


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (1, "1 octet", "1 byte"),
        (999, "999 octets", "999 bytes"),
        (1000, "1 ko", "1 kB"),
        (412_876, "413 ko", "413 kB"),
        (999_999, "1 Mo", "1 MB"),
        (1_843_201, "1,8 Mo", "1.8 MB"),
        (52_428_800, "52 Mo", "52 MB"),
    ],
)
def test_a_size_is_said_as_people_say_it(count: int, french: str, english: str):
    said = {code: file_size(count, language(code)) for code in ("fr", "en")}
    assert {k: v.replace("\u00a0", " ") for k, v in said.items()} == {
        "fr": french,
        "en": english,
    }
