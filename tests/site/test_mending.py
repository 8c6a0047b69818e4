"""Corrections, amendments, merges, answers that differ: the new beside what was before."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from ledger.service import erase
from ledger.service.query import Queries
from ledger.service.record import direct
from ledger.service.record import record as put
from tests.site.html import read
from tests.site.registers import answer, draft, opened, unit
from viz.site.app import create_app

REGION = {"name": "Région", "role": "authority"}


def squeezed(text: str) -> str:
    """Without spaces: tags part words that a reader sees apart."""
    return "".join(text.split())


class World:
    """A register that grows, and its pages."""

    def __init__(self, register, client):
        self.register, self.client = register, client
        self.queries = Queries(register)

    def say(self, *drafts) -> int:
        """Records drafts as one batch; the seq of the first."""
        append = direct(self.register, datetime.now(UTC))
        return put(self.register, list(drafts), account="registrar", append=append).first

    def seq(self, id_):
        return self.queries.item("p", id_).entry.seq

    def correct(self, seq, path, value, why="Une coquille.") -> int:
        changes = [{"path": path, "value": value}]
        return self.say(draft("p", "correction.made", entry=seq, changes=changes, why=why))

    def page(self, address):
        answered = self.client.get(address)
        assert answered.status_code == 200, (address, answered.status_code)
        page = read(answered.text)
        assert not page.astray
        assert not page.unclosed
        return page

    def unit(self, id_):
        return self.client.get(f"/api/v1/processes/p/items/{id_}").json()


@pytest.fixture
def world(empty):
    with TestClient(create_app(empty)) as client:
        made = World(empty, client)
        made.say(opened("p"), unit("p", "R1", "Planter vingt tilleuls", theme="Ombre"))
        yield made


PLACES = ("/p/p", "/p/p/R1", "/registre/{seq}", "/registre")


@pytest.mark.parametrize("place", PLACES)
def test_what_was_corrected_is_shown_with_its_original_one_click_away(world, place):
    seq = world.seq("R1")
    address = place.format(seq=seq)
    assert "corrigé" not in world.page(address).text
    world.correct(seq, "/body/title", "Planter trente tilleuls")
    page = world.page(address)
    assert squeezed("corrigé le 15 janvier 2024") in squeezed(page.text)
    assert squeezed("Texte d’origine Planter vingt tilleuls") in squeezed(page.text)
    assert squeezed("Texte corrigé Planter trente tilleuls") in squeezed(page.text)
    assert f"/registre/{seq}#corrections" in page.links
    assert "corrections" in world.page(f"/registre/{seq}").ids


def test_labels_and_dates_are_corrected_as_texts_are(world):
    seq = world.seq("R1")
    world.correct(seq, "/body/theme", "Fraîcheur")
    world.correct(seq, "/on", "2024-01-02", why="La date du procès-verbal.")
    page = world.page(f"/registre/{seq}")
    assert squeezed("2 janvier 2024") in squeezed(page.text)
    assert squeezed("La date du procès-verbal.") in squeezed(page.text)
    assert squeezed("Texte d’origine Ombre Texte corrigé Fraîcheur") in squeezed(page.text)


def test_the_title_of_a_process_is_corrected_wherever_it_stands(world):
    seq = world.queries.process("p", datetime.now(UTC).date()).case.entries[0].seq
    world.correct(seq, "/body/title", "Une belle démarche")
    for address in ("/", "/p/p", "/p/p/R1", "/embed/p", "/registre"):
        assert squeezed("Une belle démarche") in squeezed(world.page(address).text), address
    assert world.client.get("/api/v1/processes/p").json()["title"] == "Une belle démarche"


def test_a_second_correction_shows_what_the_first_had_put_there(world):
    seq = world.seq("R1")
    world.correct(seq, "/body/title", "Planter trente tilleuls")
    world.correct(seq, "/body/title", "Planter quarante tilleuls")
    page = world.page(f"/registre/{seq}")
    assert page.headings[0][1].endswith("Planter quarante tilleuls")
    for pair in (("vingt", "trente"), ("trente", "quarante")):
        was, now = (f"Planter {number} tilleuls" for number in pair)
        assert squeezed(f"Texte d’origine {was} Texte corrigé {now}") in squeezed(page.text)


def test_a_correction_may_be_corrected_itself(world):
    seq = world.seq("R1")
    first = world.correct(seq, "/body/title", "Planter trante tilleuls")
    world.correct(first, "/body/changes/0/value", "Planter trente tilleuls")
    assert squeezed("Planter trente tilleuls") in squeezed(world.page("/p/p").text)
    assert "trante" not in world.page("/p/p/R1").headings[0][1]
    corrected = world.unit("R1")["declared"]["corrected"]
    assert corrected["body"]["title"]["text"] == "Planter trente tilleuls"


def test_a_disowned_correction_mends_nothing_and_stays_visible(world):
    seq = world.seq("R1")
    mistaken = world.correct(seq, "/body/title", "Tout raser")
    world.say(draft("p", "entry.disowned", entry=mistaken, why="Une erreur."))
    page = world.page("/p/p/R1")
    assert page.headings[0][1] == "Planter vingt tilleuls"
    assert squeezed("correction désavouée") in squeezed(page.text)
    assert squeezed("elle ne corrige rien") in squeezed(page.text)
    assert world.unit("R1")["declared"]["corrected"] is None


def test_an_erased_original_is_said_to_be_erased_beside_its_correction(world):
    seq = world.seq("R1")
    erase.erase(
        world.register, seq, ["/body/title"], basis="objection", requested=None,
        account="registrar", now=datetime.now(UTC),
    )  # fmt: skip
    world.correct(seq, "/body/title", "Planter des tilleuls")
    page = world.page(f"/registre/{seq}")
    assert squeezed(
        "Texte d’origine Texte effacé. Texte corrigé Planter des tilleuls"
    ) in squeezed(page.text)
    assert "vingt" not in page.text


def test_an_amended_measure_shows_what_holds_and_what_each_decision_changed(world):
    world.say(
        draft("p", "measure.adopted", id="M1", decision=None, title="Planter",
              carries_out=["R1"], due="2025-03-01", amount=100_000),
        draft("p", "decision.made", id="D2", title="Délibération", body="Conseil", declares=0),
    )  # fmt: skip
    assert "Ce qui vaut aujourd’hui" not in world.page("/p/p/M1").text
    world.say(
        draft("p", "measure.amended", measure="M1", decision="D2", due="2026-04-02",
              title="Planter en pleine terre", why="Le sol est à dépolluer.")
    )  # fmt: skip
    page = world.page("/p/p/M1")
    assert page.headings[0][1] == "Planter en pleine terre"
    assert squeezed("Échéance 1er mars 2025 2 avril 2026") in squeezed(page.text)
    assert squeezed("Titre Planter Planter en pleine terre") in squeezed(page.text)
    assert squeezed("Le sol est à dépolluer.") in squeezed(page.text)
    assert page.links.count("/p/p/D2") >= 2
    form = world.unit("M1")["measure"]
    assert form["current"]["due"] == "2026-04-02"
    assert form["current"]["amount"] == 100_000
    assert form["history"][0]["was"]["due"] == "2025-03-01"
    assert squeezed("Planter en pleine terre") in squeezed(world.page("/p/p").text)


def test_a_disowned_amendment_changes_nothing(world):
    world.say(draft("p", "measure.adopted", id="M1", decision=None, title="Planter",
                    carries_out=["R1"], due="2025-03-01"))  # fmt: skip
    seq = world.say(draft("p", "measure.amended", measure="M1", decision=None, due="2026"))
    world.say(draft("p", "entry.disowned", entry=seq, why="Une erreur."))
    assert "Ce qui vaut aujourd’hui" not in world.page("/p/p/M1").text
    assert world.unit("M1")["measure"]["current"]["due"] == "2025-03-01"


def test_merges_and_splits_are_told_from_both_ends(world):
    world.say(unit("p", "R2", "Ouvrir la cour"), unit("p", "R5", "Un banc"))
    world.say(unit("p", "R9", "Planter et s’asseoir", replaces=["R1", "R5"]))
    world.say(unit("p", "R10", "Le matin", replaces=["R2"]))
    assert squeezed("Remplace R2") in squeezed(world.page("/p/p/R10").text)
    world.say(unit("p", "R11", "Le soir", replaces=["R2"]))
    assert squeezed("Réunit R1 et R5") in squeezed(world.page("/p/p/R9").text)
    assert squeezed("Issue de R2") in squeezed(world.page("/p/p/R10").text)
    assert squeezed("Remplacée par R10 et R11") in squeezed(world.page("/p/p/R2").text)
    listed = world.page("/p/p").text
    assert squeezed("Réunit R1 et R5") in squeezed(listed)
    assert squeezed("Remplacée par R9") in squeezed(listed)
    assert world.unit("R9")["unit"]["replaces"] == ["R1", "R5"]


def test_two_authorities_that_differ_stand_side_by_side_and_count_once(world):
    world.say(
        answer("p", "R1", "retained", "La cour ouvrira."),
        {**answer("p", "R1", "rejected", "Le lycée reste fermé."), "by": REGION},
    )
    for address in ("/p/p", "/p/p/R1"):
        page = world.page(address)
        assert squeezed("≠Réponses différentes") in squeezed(page.text), address
        for words in (
            "La cour ouvrira.",
            "Le lycée reste fermé.",
            "Région",
            "Nantes Métropole",
        ):
            assert words in page.text, (address, words)
    assert squeezed("1 cas de réponses différentes") in squeezed(world.page("/p/p").text)
    assert squeezed("Nantes Métropole : retenue") in squeezed(world.page("/p/p/R1").text)
    form = world.client.get("/api/v1/processes/p").json()
    assert form["counts"]["units"] == {"differing": 1}
    assert form["units"][0]["verdict"] == "differing"
    said = [(one["by"], one["verdict"]) for one in form["units"][0]["standing"]]
    assert said == [("Nantes Métropole", "retained"), ("Région", "rejected")]


def test_two_authorities_that_agree_have_one_verdict(world):
    world.say(
        answer("p", "R1", "retained", "Oui."),
        {**answer("p", "R1", "retained", "Oui aussi."), "by": REGION},
    )
    assert "Réponses différentes" not in world.page("/p/p").text
    assert squeezed("Oui aussi.") in squeezed(world.page("/p/p/R1").text)
    assert world.unit("R1")["unit"]["verdict"] == "retained"


def test_a_verdict_that_changed_keeps_the_earlier_answer_visible(world):
    world.say(answer("p", "R1", "retained", "Dès 2025."))
    world.say(
        {**answer("p", "R1", "rejected", "Les réseaux passent dessous."), "on": "2024-09-02"}
    )
    for address in ("/p/p", "/p/p/R1"):
        page = world.page(address)
        assert squeezed("D’abord retenue, puis non retenue") in squeezed(page.text), address
        newest = page.text.index("Les réseaux passent dessous.")
        assert newest < page.text.index("Dès 2025."), address
    assert squeezed("Première réponse, le 15 janvier 2024 : retenue.") in squeezed(
        world.page("/p/p/R1").text
    )


def test_a_disowned_answer_no_longer_stands(world):
    world.say(answer("p", "R1", "retained", "Oui."))
    mistaken = world.say(answer("p", "R1", "rejected", "Non."))
    world.say(draft("p", "entry.disowned", entry=mistaken, why="Une erreur."))
    page = world.page("/p/p/R1")
    assert squeezed("Elle a été retenue") in squeezed(page.text)
    assert "Première réponse" not in page.text
    assert squeezed("Non.") in squeezed(page.text)
    assert world.unit("R1")["unit"]["verdict"] == "retained"
