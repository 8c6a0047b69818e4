"""How pages are answered: kept by their readers while nothing changed, framed by nobody."""

import gzip

from starlette.testclient import TestClient

from tests.site.registers import answer, opened, record, unit
from viz.site.app import create_app

PAGES = (
    "/", "/p/rlpm", "/p/rlpm/DC1", "/registre", "/registre/3", "/verifier", "/en/",
    "/tableau", "/procedures", "/procedures/grand-debat?seq=11",
)  # fmt: skip


def test_a_reader_who_has_the_page_is_told_that_nothing_changed(client):
    for address in PAGES:
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304, address
        assert again.content == b""
        assert again.headers["etag"] == first.headers["etag"]


def test_no_page_is_kept_beyond_a_minute(client):
    for address in (*PAGES, "/embed/rlpm", "/rien"):
        told = client.get(address).headers["cache-control"]
        ages = [part for part in told.split(", ") if part.startswith("max-age=")]
        assert "no-store" in told or all(int(a.removeprefix("max-age=")) <= 60 for a in ages)


def test_the_languages_have_pages_of_their_own(client):
    tags = {client.get(a).headers["etag"] for a in ("/p/rlpm", "/en/p/rlpm")}
    assert len(tags) == 2


def test_a_page_changes_when_its_process_grows_and_no_other_page_does(empty):
    record(empty, [opened("une"), unit("une", "R1", "Une"), opened("autre")])
    with TestClient(create_app(empty)) as client:
        before = {a: client.get(a).headers["etag"] for a in ("/p/une", "/p/une/R1", "/p/autre")}
        known = [opened("une"), unit("une", "R1", "Une")]
        record(empty, [*known, answer("une", "R1", "retained", "Oui.")])
        after = {a: client.get(a).headers["etag"] for a in before}
        assert after["/p/une"] != before["/p/une"]
        assert after["/p/une/R1"] != before["/p/une/R1"]
        assert after["/p/autre"] == before["/p/autre"]
        assert "Oui." in client.get("/p/une").text


def test_a_page_loads_nothing_from_elsewhere_and_may_not_be_framed(client):
    for address in (*PAGES, "/rien"):
        told = client.get(address).headers
        policy = told["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert told["x-frame-options"] == "DENY"
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"]
        assert told["permissions-policy"]


def test_only_an_embed_may_be_framed(client):
    told = client.get("/embed/rlpm").headers
    assert "frame-ancestors *" in told["content-security-policy"]
    assert "x-frame-options" not in told


def test_a_page_is_packed_for_those_who_unpack(client):
    plain = client.get("/p/rlpm", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/p/rlpm", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(raw) == plain.content


def test_the_fragment_has_the_parts_of_the_page_and_nothing_else(client):
    part = client.get("/p/rlpm?fragment=1").text
    assert part.lstrip().startswith("<header")
    assert "<html" not in part
    assert 'id="suite" data-part' in part


def test_static_files_are_kept_for_ever_under_their_digest(client):
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address).headers["cache-control"]
    assert "immutable" not in client.get(address.partition("?")[0]).headers["cache-control"]
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/nothing.css").status_code == 404


def test_small_things_that_browsers_and_robots_ask_for(client):
    assert client.get("/robots.txt").text.startswith("User-agent")
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
    assert client.get("/en", follow_redirects=False).headers["location"] == "/en/"


def test_the_code_for_embedding_names_this_site(client):
    assert "&lt;iframe src=&#34;http://testserver/embed/rlpm&#34;" in client.get("/p/rlpm").text
