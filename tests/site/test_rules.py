"""The rules of the game, for citizens."""

import json
import re
from datetime import UTC, datetime

from starlette.testclient import TestClient

from ledger.service import procedures
from tests.domain.test_lint import GOOD, duty
from tests.site.html import read
from tests.site.registers import opened, record
from viz.site.app import create_app


def adopt(register, text):
    return procedures.adopt(register, text, now=datetime.now(UTC)).first


def test_the_list_leads_to_every_form_in_both_languages(client):
    for prefix, title in (("", "Atelier citoyen"), ("/en", "Citizens’ workshop")):
        page = read(client.get(f"{prefix}/procedures").text)
        assert title in page.text
        assert f"{prefix}/procedures/atelier-citoyen" in page.links


def test_a_form_says_what_is_owed_by_whom_and_that_no_delay_is_set(client):
    page = read(client.get("/procedures/atelier-citoyen").text)
    assert "Une réponse argumentée à chaque recommandation" in page.text
    assert "Pour chaque recommandation, orientation" in page.text
    assert "Collectivité ou élus" in page.text
    assert "Aucun délai n’est fixé : cela reste ouvert, jamais en retard." in page.text
    assert "rapport au conseil du 30 janvier 2015" in page.text
    assert "Mandat, puis remise de l’avis" in page.text
    assert "/p/publicite-dans-la-ville" in page.links


def test_an_invented_process_is_said_to_be(client):
    page = read(client.get("/procedures/atelier-citoyen").text)
    assert "Des cours d’école fraîches et ouvertes Illustrati" in page.text
    assert re.search(r"dont \d+ illustratives", read(client.get("/procedures").text).text)


def test_the_picture_stands_beside_a_table_of_the_same_duties(client):
    answer = client.get("/procedures/grand-debat").text
    page = read(answer)
    assert answer.count('class="fr-picture') == 2
    for number in range(1, 9):
        assert f"d{number}" in page.ids
        assert {f"r-duty-{number}", f"s-duty-{number}"} <= set(page.ids)


def test_a_process_and_the_register_lead_to_the_rules(client):
    page = read(client.get("/p/publicite-dans-la-ville").text)
    assert "/procedures/atelier-citoyen?seq=2" in page.links
    assert "/en/procedures" in read(client.get("/en/registre").text).links


def test_an_older_version_is_shown_as_such_with_the_processes_it_binds(empty):
    record(empty, [opened("ancienne", "Une ancienne")])
    text = duty(within='"P6M"', basis='"Charte, article 4."')
    seq = adopt(empty, text.replace('"essai"', '"atelier-citoyen"').replace('"1"', '"2"', 1))
    with TestClient(create_app(empty)) as client:
        newest = read(client.get("/procedures/atelier-citoyen").text)
        assert "Dans un délai de 6 mois.Charte, article 4." in newest.text
        assert "Une ancienne" not in newest.text
        assert "Aucune démarche ne suit ces règles aujourd’hui." in newest.text
        assert "/procedures/atelier-citoyen?seq=2" in newest.links
        older = read(client.get("/procedures/atelier-citoyen?seq=2").text)
        assert "Une version antérieure de ces règles." in older.text
        assert "Une ancienne" in older.text
        same = client.get(f"/procedures/atelier-citoyen?seq={seq}").text
        assert "Une version antérieure" not in same


def test_what_was_never_adopted_has_no_page(client):
    for address in (
        "/procedures/nulle-part",
        "/procedures/atelier-citoyen?seq=3",
        "/procedures/atelier-citoyen?seq=99999",
        "/procedures/<script>",
    ):
        assert client.get(address).status_code == 404
    assert client.get("/procedures/atelier-citoyen?seq=-1").status_code == 400


def test_what_a_city_writes_is_only_ever_text_on_a_page(empty):
    text = GOOD.replace("Une réponse à chacune", "<img src=x onerror=1>")
    adopt(empty, text.replace("Pour l’essai.", "<script>alert(1)</script>"))
    with TestClient(create_app(empty)) as client:
        for address in ("/procedures/essai", "/en/procedures/essai", "/procedures"):
            tags = [tag for tag, _ in read(client.get(address).text).tags]
            assert not {"img", "script"} & set(tags)


def test_every_way_of_owing_is_put_into_words(empty):
    bare = GOOD.replace("[[order]]", "{}[[order]]").partition("[[owed]]")[0]
    more = """
[[owed]]
id = "a{n}"
titles = {{ en = "A{n}", fr = "Â{n}" }}
what = {{ kind = "answer.given" }}
after = {{ kind = "opinion.delivered" }}
by = ["city"]
basis = "Article {n}."
{rest}
"""
    rests = {
        "Une fois par période de 1 an": 'per = "process"\nevery = "P1Y"',
        "3 fois par période de 2 semaines, jusqu’à : remise de l’avis": 'per = "process"\n'
        'every = "P2W"\ntimes = 3\nuntil = { kind = "opinion.delivered" }',
        "2 fois. Dans un délai de 10 jours.": 'per = "process"\nwithin = "P10D"\ntimes = 2',
        "Pour chaque projet ou observation": 'per = "unit"\n'
        'only = { type = ["project", "observation"] }',
        "si la réponse est : retenue ou non retenue": 'per = "unit"\n'
        'only = { verdict = ["retained", "rejected"] }',
    }
    duties = "".join(more.format(n=n, rest=rest) for n, rest in enumerate(rests.values()))
    adopt(empty, f"order = []\n{bare}{duties}")
    with TestClient(create_app(empty)) as client:
        page = read(client.get("/procedures/essai").text)
        for words in rests:
            assert words in page.text, words
        machine = client.get("/api/v1/procedures/essai").json()
        assert json.loads(json.dumps(machine))["adoptions"] == [machine["seq"]]
