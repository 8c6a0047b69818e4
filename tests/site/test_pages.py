"""Every page of every fixture: whole, in words, linked, and the same with JavaScript off."""

import re
import shlex
from collections import deque
from datetime import UTC, datetime
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.main import get_command

from ledger.cli.main import app
from ledger.service.query import Queries
from tests.site.html import read
from tests.site.registers import answer as answered
from tests.site.registers import draft, opened, record, unit
from viz.site.app import create_app

RAW = re.compile(
    r"\b(None|True|False|Undefined|partly_retained|passed_on|already_done|under_way|past_due"
    r"|kept_late|not_feasible|co_construction|follow_up|met_late"
    r"|(event|field|word|step|became|duty_state|irregularity|topic)\.[a-z_.]+)\b"
    r"|%\(|\{\{|&amp;amp;|#,##"
)
LONG_LISTS = re.compile(r"/(registre/\d+|entry/\d+|api/v1/entries/\d+/receipt)$")


def slugs(register):
    queries = Queries(register)
    return [v.case.process for v in queries.processes(queries.day(datetime.now(UTC)))]


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return read(answer.text)


def crawled(client, start):
    """Every page that can be reached, one in fifty of those that there is one of per entry."""
    waiting, seen = deque(start), set(start)
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        yield address, answer
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in read(answer.text).links:
            target = link.partition("#")[0]
            if not target.startswith("/") or target in seen:
                continue
            seen.add(target)
            if LONG_LISTS.search(target) and int(re.findall(r"\d+", target)[-1]) % 50:
                continue
            waiting.append(target)


def test_every_link_of_every_page_answers_and_no_page_shows_a_code(client):
    wrong, pages = [], 0
    for address, answer in crawled(client, ["/", "/en/"]):
        pages += 1
        if answer.status_code != 200:
            wrong.append((address, answer.status_code))
        elif answer.headers["content-type"].startswith("text/html"):
            page = read(answer.text)
            found = RAW.search(page.text) if "/registre/" not in address else None
            if found:
                around = page.text[max(0, found.start() - 50) : found.end() + 30]
                wrong.append((address, around))
            targets = set(page.ids)
            own = [link[1:] for link in page.links if link.startswith("#")]
            wrong += [(address, f"#{t}") for t in own if t not in targets]
    assert not wrong
    assert pages > 700


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_is_built_as_a_page_should_be(client, register, prefix):
    addresses = [f"{prefix}{p}" for p in ("/", "/registre", "/registre/0", "/registre/40")]
    addresses += [f"{prefix}/verifier", f"{prefix}/procedures"]
    addresses += [f"{prefix}/tableau", f"{prefix}/tableau?invented=1"]
    addresses += [f"{prefix}/procedures/{name}" for name in ("atelier-citoyen", "grand-debat")]
    for slug in slugs(register):
        addresses += [f"{prefix}/p/{slug}", f"{prefix}/embed/{slug}"]
        addresses += [f"{prefix}/p/{slug}/contributions"]
    addresses += [
        f"{prefix}/p/{a}"
        for a in (
            "publicite-dans-la-ville/R3", "publicite-dans-la-ville/M1",
            "exemple-budget-quartiers/PR1", "exemple-cours-fraiches/C1",
            "nantes-la-loire-et-nous/O1", "exemple-cours-fraiches/D1",
        )
    ]  # fmt: skip
    for address in addresses:
        page = shown(client, address)
        tags = [tag for tag, _ in page.tags]
        levels = [level for level, _ in page.headings]
        assert not page.astray, (address, page.astray)
        assert not page.unclosed, (address, page.unclosed)
        assert levels.count(1) == 1, address
        assert levels[0] == 1, address
        steps = [b - a for a, b in pairwise(levels)]
        assert max(steps, default=0) <= 1, (address, page.headings)
        assert all(text.strip() for _, text in page.headings), (address, page.headings)
        repeated = {i for i in page.ids if page.ids.count(i) > 1}
        assert not repeated, (address, repeated)
        assert tags.count("main") == 1
        lang = dict(page.tags)["html"]["lang"]
        assert lang == ("en" if prefix else "fr")
        for tag, attrs in page.tags:
            assert "style" not in attrs, (address, tag)
            assert not any(name.startswith("on") for name in attrs), (address, tag)
            if tag == "script":
                assert attrs["src"].startswith("/static/")
            if tag == "link":
                assert attrs["href"].startswith("/"), address
            if tag in ("section", "nav"):
                assert attrs.get("aria-labelledby") or attrs.get("aria-label"), (address, tag)
                if attrs.get("aria-labelledby"):
                    assert attrs["aria-labelledby"] in page.ids
            if tag == "a":
                assert attrs["href"].startswith(("/", "#", "http://", "https://", "?"))
            assert tag not in ("style", "img", "iframe", "object"), (address, tag)


def test_a_page_asks_nothing_of_any_other_server(client):
    page = client.get("/p/publicite-dans-la-ville").text
    for _, attrs in read(page).tags:
        assert not (attrs.get("src") or "").startswith(("http", "//"))
    (sheet,) = re.findall(r'href="(/static/site\.css[^"]*)"', page)
    css = client.get(sheet).text
    assert "url(" not in css
    assert "@import" not in css


def test_the_first_page_says_first_what_is_real_and_apart_what_is_invented(client):
    page = shown(client, "/")
    names = [text for level, text in page.headings if level == 2]
    assert names[:-1] == sorted({"Nantes Métropole", "Ville de Nantes"})
    assert names[-1] == "Ville d’exemple"
    assert "Cette ville n’existe pas." in page.text
    assert "Une étape absente ici n’est pas une étape qui n’a pas eu lieu." in page.text


def test_what_was_done_in_part_is_not_called_nothing(client):
    text = shown(client, "/p/exemple-bureau-des-projets").text
    assert "dépassée de" in text
    assert text.count("2 sur 3") >= 3  # the year that passed twice, the year that runs
    years = [year.partition("Un bilan")[0] for year in text.split("Trois réunions du jury")]
    assert not any("ucune suite enregistrée ici" in year for year in years[1:])


def test_a_process_is_told_in_the_order_a_citizen_asks(client):
    page = shown(client, "/p/publicite-dans-la-ville")
    order = [i for i in page.ids if i in (
        "tete", "etapes", "suite", "question", "recommandations", "recit", "integrer",
    )]  # fmt: skip
    assert order == [
        "tete", "etapes", "suite", "question", "recommandations", "recit", "integrer",
    ]  # fmt: skip
    assert "Quelle est la juste place de la publicité dans la ville ?" in page.text
    assert "Registre reconstitué à partir de sources publiques." in page.text
    assert "Une partie de cette page est inventée" in page.text


def test_the_reason_of_a_refusal_stands_on_the_page_and_not_under_a_fold(client):
    html = client.get("/p/publicite-dans-la-ville").text
    unfolded = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    assert "Non retenue" in unfolded
    reasons = re.findall(r'<div class="reason">', unfolded)
    assert len(reasons) == 8


def test_a_promise_that_was_missed_is_told_with_who_made_it(client):
    page = shown(client, "/p/fabrique-de-nos-villes")
    assert "échéance passée, aucune suite enregistrée ici" in page.text
    assert "Annoncée par" in page.text


def test_nobody_is_late_where_nothing_was_announced(client):
    page = shown(client, "/p/publicite-dans-la-ville")
    assert "aucun délai annoncé" in page.text
    assert "échéance passée" not in page.text


def test_claims_that_differ_stand_side_by_side_with_their_sources(client):
    page = shown(client, "/p/nantes-la-loire-et-nous")
    for told in ("261 personnes", "500 personnes", "400 personnes", "Presse Océan"):
        assert told in page.text


def test_a_unit_answers_the_citizens_question_first(client):
    page = shown(client, "/p/publicite-dans-la-ville/R3")
    texts = [text for level, text in page.headings if level == 2]
    assert texts[0] == "Qu’est devenue cette recommandation\u00a0?"
    assert "elle a été retenue en partie le 10 décembre 2021." in page.text
    project = shown(client, "/p/exemple-budget-quartiers/PR1")
    assert "Qu’est devenu ce projet ?" in project.text
    assert "Retenu" in project.text
    assert "Retenue" not in project.text


def test_what_is_invented_in_a_real_process_never_passes_for_real(client):
    page = shown(client, "/p/publicite-dans-la-ville/R3")
    assert "Exemple inventé : elle a été retenue en partie" in page.text
    process = shown(client, "/p/publicite-dans-la-ville").text
    assert "Leur texte n’a pas été retrouvé" in process
    assert "aucune n’est transcrite ici" not in process
    embed = shown(client, "/embed/publicite-dans-la-ville").text
    assert "Illustratif" not in embed
    assert "Ce qui est inventé pour l’exemple n’est pas montré ici." in embed
    assert "En partie illustrative" in shown(client, "/").text


def test_a_date_is_shown_as_it_was_announced(client):
    page = shown(client, "/p/fabrique-de-nos-villes").text
    assert "Échéance : entre janvier et juin 2024, dépassée de" in page
    assert "la date annoncée (entre janvier et mars 2024) est passée" in page
    measure = shown(client, "/p/exemple-cours-fraiches/M1").text
    assert "Sa réalisation" in measure
    process = shown(client, "/p/exemple-cours-fraiches").text
    assert "échéance : 31 août 2026, reportée au 31 août 2027" in process


def test_a_measure_tells_how_long_it_has_been_silent(client):
    page = shown(client, "/p/publicite-dans-la-ville/M1").text
    assert re.search(r"Dernière nouvelle : il y a .* ans \(au moins", page)


def test_a_unit_that_was_replaced_awaits_no_answer(empty):
    record(
        empty,
        [
            opened("fusion"),
            unit("fusion", "R1", "Une"),
            unit("fusion", "R2", "Deux"),
            unit("fusion", "R3", "Les deux", replaces=["R1", "R2"]),
        ],
    )
    with TestClient(create_app(empty)) as client:
        page = shown(client, "/p/fusion").text
        assert page.count("Remplacée par R3") == 2
        assert "Sans réponse enregistrée (1)" in page
        assert "Toutes (3)" in page


def test_the_story_puts_an_interval_in_the_year_it_began_and_the_undated_last(empty):
    def document(id_, on):
        made = draft("recit", "document.published", id=id_, type="report", title=f"Doc {id_}")
        return {**made, "on": on}

    drafts = [document("D1", "2020-06"), document("D2", None), document("D3", "2019/2021")]
    record(empty, [opened("recit"), *drafts])
    with TestClient(create_app(empty)) as client:
        html = client.get("/p/recit").text
        years = re.findall(r'<p class="year" aria-hidden="true">([^<]*)</p>', html)
        assert years == ["2019", "2020", "Date inconnue"]
        story = html[html.index('id="recit"') :]
        assert story.index("Doc D3") < story.index("Doc D1") < story.index("Doc D2")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_command_that_the_site_shows_exists(client, prefix):
    html = client.get(f"{prefix}/verifier").text
    code = [unescape(c) for c in re.findall(r"<code>(.*?)</code>", html, re.DOTALL)]
    lines = [line for block in code for line in block.splitlines()]
    root: Any = get_command(app)
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("filrouge ")]
    assert len(commands) == 2
    for name, *arguments in commands:
        command = root.commands[name]
        given = command.make_parser(command.context_class(command)).parse_args(list(arguments))
        assert not given[1], arguments
        assert not any("://" in argument for argument in arguments)
    fetched = [shlex.split(line)[-1] for line in lines if line.startswith("curl ")]
    assert fetched
    for address in fetched:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200
    (made,) = [line.split()[1] for line in lines if line.startswith("make ")]
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert re.search(rf"^{made}:", makefile, re.MULTILINE)


def test_french_words_on_an_english_page_say_that_they_are_french(client):
    for address in ("/en/p/publicite-dans-la-ville", "/en/p/publicite-dans-la-ville/R3"):
        html = client.get(address).text
        assert re.search(r'<(h1|a|span)[^>]* lang="fr">[^<]*La juste place', html), address
        assert 'lang="fr"' not in client.get(address.removeprefix("/en")).text.replace(
            '<html lang="fr">', ""
        )


def test_every_statement_of_the_story_has_its_proof(client):
    html = client.get("/p/rlpm").text
    story = html[html.index('id="recit"') : html.index("</section>", html.index('id="recit"'))]
    assert story.count('class="proof"') >= len(re.findall(r'class="told["( )]', story))
    assert story.count(">reçu<") == story.count(">vérifier<") == story.count('class="proof"')


def test_a_plate_in_the_street_leads_to_its_item(client):
    answer = client.get("/q/publicite-dans-la-ville/R3", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == "/p/publicite-dans-la-ville/R3"
    assert client.get("/q/publicite-dans-la-ville/R99").status_code == 404


def test_errors_are_told_in_the_language_of_the_page(client):
    for address, word, lang in (
        ("/rien", "Cette page n’existe pas", "fr"),
        ("/p/rien", "Cette page n’existe pas", "fr"),
        ("/en/p/rien", "There is no such page", "en"),
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        page = read(answer.text)
        assert word in page.text
        assert dict(page.tags)["html"]["lang"] == lang
    assert client.get("/p/rlpm?size=abc").status_code == 400
    assert client.get("/p/rlpm?page=-1").status_code == 400
    assert client.get("/api/v1/nothing").headers["content-type"].startswith("application/prob")


def test_a_hostile_text_stays_a_text(empty):
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    record(
        empty,
        [
            opened("hostile", evil[:110], summary=evil),
            draft("hostile", "mandate.issued", id="MA1", questions=[evil], title=evil),
            unit("hostile", "R1", evil, text=evil),
            answered("hostile", "R1", "rejected", evil),
        ],
    )
    with TestClient(create_app(empty)) as client:
        for address in ("/", "/p/hostile", "/p/hostile/R1", "/embed/hostile", "/registre/6"):
            text = client.get(address).text
            assert "<script>alert" not in text
            assert "<img" not in text
            assert (
                "49" not in re.sub(r"{{7\*7}}|\d\d:\d\d", "", read(text).text)
                or address == "/registre/6"
            )


def test_an_answer_without_a_reason_says_so(empty):
    record(
        empty,
        [opened("vide"), unit("vide", "R1", "Une"), answered("vide", "R1", "rejected", None)],
    )
    with TestClient(create_app(empty)) as client:
        assert "Aucune raison n’accompagne cette réponse." in shown(client, "/p/vide").text


def test_a_past_view_says_that_it_is_past_and_keeps_to_what_was_known(empty):
    record(empty, [opened("passe"), unit("passe", "R1", "Une"), unit("passe", "R2", "Deux")])
    with TestClient(create_app(empty)) as client:
        sizes = [c.size for c in Queries(empty).checkpoints()]
        record(empty, [*_three(), answered("passe", "R1", "retained", "Oui.")])
        page = shown(client, f"/p/passe?size={max(sizes)}")
        assert "Tel que connu au " in page.text
        assert "Sans réponse enregistrée" in page.text
        assert "Retenue" in shown(client, "/p/passe").text
        assert client.get("/p/passe?size=1").status_code == 404


def _three():
    return [opened("passe"), unit("passe", "R1", "Une"), unit("passe", "R2", "Deux")]


def test_two_thousand_units_are_shown_a_hundred_at_a_time(empty):
    record(
        empty,
        [opened("grand"), *(unit("grand", f"R{n}", f"Point {n}") for n in range(1, 2001))],
    )
    with TestClient(create_app(empty)) as client:
        first = client.get("/p/grand").text
        assert first.count('class="unit') - first.count('class="unit-') == 101  # and their list
        assert len(first) < 600_000
        second = shown(client, "/p/grand?page=2")
        assert "R101" in second.ids
        assert "R100" not in second.ids
        assert "R2000" in shown(client, "/p/grand?page=20").ids
        assert client.get("/p/grand?verdict=none&page=3").status_code == 200
        assert client.get("/p/grand/R1999").status_code == 200


def test_contributions_are_listed_a_page_at_a_time(empty):
    made = [
        draft(
            "debat", "contribution.received", "citizens",
            id=f"C{n}", channel="website", text=f"Parole {n}",
        )
        for n in range(1, 121)
    ]  # fmt: skip
    record(empty, [opened("debat"), *made])
    with TestClient(create_app(empty)) as client:
        first = shown(client, "/p/debat/contributions")
        assert "Parole 50" in first.text
        assert "Parole 51" not in first.text
        (after,) = {link for link in first.links if "?after=" in link}
        second = shown(client, after)
        assert "Parole 51" in second.text
        assert "Parole 100" in second.text
        assert "Parole 1 " not in shown(client, "/p/debat").text
        assert "120 contributions" in shown(client, "/p/debat").text


def test_an_erased_text_is_said_to_be_erased_and_a_restricted_one_to_be_kept(client):
    page = shown(client, "/p/exemple-cours-fraiches/C2").text
    assert page.partition("Le fil en image")[0].count("Texte effacé.") == 2
    assert "Texte non public" not in page
    other = shown(client, "/p/exemple-cours-fraiches/C1").text
    assert "Texte non public" in other
    assert "Texte effacé." not in other
