"""Every page as it was known: whole, bound to its checkpoint, without a word from later."""

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from ledger.service import erase
from ledger.service.query import Queries
from tests.site.html import Page, read
from tests.site.registers import answer, draft, opened, record, unit
from viz.site.app import create_app

PLAIN = re.compile(
    r"^/(static/|api/v1/entries/|entry/|checkpoint$|opening/"
    r"|(en/)?procedures(/[a-z-]+\?seq=|$)|(en/)?ma-contribution$)"
)
"""What is the same at every size, or is asked of the present alone."""
MANY = re.compile(r"/(registre/\d+|p/[^/]+/[A-Z]+\d+)$")


def sizes(register):
    return [checkpoint.size for checkpoint in Queries(register).checkpoints(1000)]


def later_words(queries, size):
    """Texts of some length that were first recorded after a checkpoint."""
    known: set[str] = set()
    later: set[str] = set()
    for seq in range(queries.head().size):
        _, openings = queries.entry(seq)
        words = {" ".join(o.value.split()) for o in openings if len(o.value) > 25}
        (known if seq < size else later).update(words)
    earlier = "\n".join(known)
    return [words for words in later if words not in earlier]


def crawl(client, size, some):
    """Every page that a past view leads to; of those of which there are many, one in `some`."""
    waiting, seen = [f"/?size={size}", f"/en/?size={size}"], set()
    while waiting:
        address = waiting.pop()
        answered = client.get(address)
        assert answered.status_code == 200, address
        if not answered.headers["content-type"].startswith("text/html"):
            continue
        page = read(answered.text)
        yield address, page
        present = address.partition("?")[0]
        for link in page.links:
            target = link.partition("#")[0]
            if not target.startswith("/") or PLAIN.match(target) or target == present:
                continue
            assert f"size={size}" in target, (address, link)
            if target in seen:
                continue
            seen.add(target)
            if MANY.search(target.partition("?")[0]) and len(seen) % some:
                continue
            waiting.append(target)


@pytest.mark.parametrize(
    ("step", "some"), [(3, 29), pytest.param(1, 1, marks=pytest.mark.soak)]
)
def test_every_page_at_a_checkpoint_keeps_to_it_and_shows_no_word_from_later(
    client, register, step, some
):
    queries, pages = Queries(register), 0
    for size in sizes(register)[1::step]:
        words = later_words(queries, size)
        said = {"": "Tel que connu au", "/en": "As it was known on"}
        for address, page in crawl(client, size, some):
            pages += 1
            known = said["/en" if address.startswith("/en/") else ""]
            assert known in page.text or address.startswith("/api/"), address
            told = [text for text in words if text in page.text]
            assert not told, (address, told[:3])
    assert pages > 100


def test_embeds_and_plates_of_the_past_keep_to_it(client, register):
    queries, slug = Queries(register), "exemple-cours-fraiches"
    for growth in queries.growths(slug):
        words = later_words(queries, growth.size)
        page = shown(client, f"/embed/{slug}?size={growth.size}")
        assert "Tel que connu au" in page.text
        assert not [text for text in words if text in page.text]
    place = client.get("/q/rlpm/DC1?size=78", follow_redirects=False).headers["location"]
    assert place == "/p/rlpm/DC1?size=78"


def test_a_past_page_is_not_for_search_engines_and_stays_as_it_is(client):
    page = shown(client, "/p/rlpm?size=78")
    assert ("meta", {"name": "robots", "content": "noindex"}) in page.tags
    assert not [attrs for tag, attrs in page.tags if tag == "script"]
    assert "size=" in client.get("/robots.txt").text


@pytest.mark.parametrize(
    "address",
    ["/", "/p/rlpm", "/p/rlpm/DC1", "/p/rlpm/contributions", "/registre", "/registre/3",
     "/embed/rlpm", "/verifier", "/p/rlpm/changes"],
)  # fmt: skip
def test_a_size_of_which_no_checkpoint_was_signed_is_said_to_be_unknown(client, address):
    assert client.get(f"{address}?size=79").status_code == 404
    assert client.get(f"{address}?size=x").status_code == 400
    assert client.get(f"{address}?size=78").status_code == 200


def test_what_was_not_recorded_yet_is_not_there(client):
    assert client.get("/registre/78?size=78").status_code == 404
    assert client.get("/p/exemple-cours-fraiches?size=78").status_code == 404
    assert "Entry after" not in client.get("/en/registre/77?size=78").text


def test_a_text_erased_since_is_said_to_be_erased_since(empty):
    record(empty, [opened("p"), unit("p", "R1", "Une", text="Le secret de Marie.")])
    size = Queries(empty).head().size
    seq = Queries(empty).item("p", "R1").entry.seq
    with TestClient(create_app(empty)) as client:
        assert "secret" in client.get(f"/p/p/R1?size={size}").text
        erase.erase(
            empty, seq, ["/body/text"], basis="objection", requested=None,
            account="registrar", now=datetime.now(UTC),
        )  # fmt: skip
        for address in ("/p/p", "/p/p/R1", f"/registre/{seq}"):
            page = shown(client, f"{address}?size={size}")
            assert "secret" not in page.text
            assert "Texte effacé depuis." in page.text, address
            assert "Texte effacé depuis." not in shown(client, address).text


def shown(client, address) -> Page:
    answered = client.get(address)
    assert answered.status_code == 200, (address, answered.status_code)
    return read(answered.text)


# -- what changed --------------------------------------------------------------------------


def test_the_process_page_offers_the_checkpoints_at_which_it_grew(client, register):
    page = shown(client, "/p/exemple-cours-fraiches")
    offered = [a["value"] for tag, a in page.tags if tag == "option"]
    growths = Queries(register).growths("exemple-cours-fraiches")
    assert offered == [*(str(g.size) for g in growths), "0"]
    (form,) = [a for tag, a in page.tags if tag == "form"]
    assert form == {
        "class": "since",
        "method": "get",
        "action": "/p/exemple-cours-fraiches/changes",
    }
    policy = client.get("/p/exemple-cours-fraiches").headers["content-security-policy"]
    assert "form-action 'self'" in policy


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_changed_is_told_in_sentences_for_every_pair_of_checkpoints(
    client, register, prefix
):
    slug = "exemple-cours-fraiches"
    ends = [g.size for g in Queries(register).growths(slug)]
    raw = re.compile(r"\b(change|event|field|verdict|irregularity)\.[a-z_]+|%\(|…,|_given|None")
    for since in (0, *ends):
        for size in (None, *(end for end in ends if end >= since)):
            query = f"since={since}" + (f"&size={size}" if size else "")
            page = shown(client, f"{prefix}/p/{slug}/changes?{query}")
            assert not raw.search(page.text), (query, raw.search(page.text))
            assert not page.astray
            assert not page.unclosed


def test_what_changed_names_what_was_answered_and_what_is_owed(empty):
    record(empty, [opened("p"), unit("p", "R1", "Une"), unit("p", "R2", "Deux")])
    size = Queries(empty).head().size
    more = [
        answer("p", "R1", "retained", "Oui."),
        answer("p", "R2", "retained", "Aussi."),
        draft("p", "measure.adopted", id="M1", decision=None, title="Planter",
              carries_out=["R1"], due="2025-03-01", amount=100_000),
        draft("p", "measure.amended", measure="M1", decision=None, due="2026-04-02"),
    ]  # fmt: skip
    record(empty, [opened("p"), unit("p", "R1", "Une"), unit("p", "R2", "Deux"), *more])
    with TestClient(create_app(empty)) as client:
        page = shown(client, f"/p/p/changes?since={size}")
        assert page.text.count("Nantes Métropole a répondu : retenue") == 1
        assert "L’échéance passe du 1er mars 2025 au 2 avril 2026" in page.text
        assert f"/p/p?size={size}" in page.links
        assert (
            "Rien n’a changé." in shown(client, f"/p/p/changes?since={size}&size={size}").text
        )
        before = shown(client, "/p/p/changes?since=15")
        assert "n’était pas encore ouverte : tout est nouveau" in before.text
        swapped = client.get(f"/p/p/changes?since={size}&size=15", follow_redirects=False)
        assert swapped.headers["location"] == f"/p/p/changes?since=15&size={size}"
        assert client.get("/p/p/changes?since=999999").status_code == 404
        assert client.get("/p/p/changes?since=-1").status_code == 400
        assert client.get("/p/nulle-part/changes?since=0").status_code == 404
        assert "Une" in shown(client, "/p/p/changes").text
