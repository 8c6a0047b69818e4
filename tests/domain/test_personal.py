"""Signs of private persons in French texts, and what whoever records is warned of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.domain.draft import parse_draft, prepare
from ledger.domain.hidden import revealed
from ledger.domain.personal import find
from ledger.domain.signed_draft import sign_draft
from ledger.domain.warned import Warned, warnings
from ledger.errors import MalformedError
from tests.world import contribution, draft, opened, unit

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures").glob("*/*.jsonl"))
MOST = 256 * 1024

SIGNS = {
    "email": [
        "nom.prenom@courriel.example",
        "nom+liste@sous.domaine.example",
        "nom (at) domaine",
        "nom [at] courriel.example",
        "nom(arobase)courriel.example",
    ],
    "phone": [
        "06 00 00 00 00",
        "06.00.00.00.00",
        "06-00-00-00-00",
        "0600000000",
        "06\u00a000\u00a000\u00a000\u00a000",
        "06\u202f00\u202f00\u202f00\u202f00",
        "06\u201100\u201100\u201100\u201100",
        "02/40/00/00/00",
        "+33 6 00 00 00 00",
        "+33600000000",
        "+33 (0)6 00 00 00 00",
        "0033 6 00 00 00 00",
    ],
    "postal_address": [
        "12 rue des Lilas",
        "12, rue des lilas",
        "12 bis, rue des Lilas",
        "12ter avenue de l’Exemple",
        "1250 route de Modèle",
        "3 place Exemple",
        "14 cours de la Liberté",
        "8 impasse du Moulin",
        "BP 1234",
        "44000 Exemple-sur-Loire",
    ],
    "named_person": [
        "M. Exemple",
        "M.\u00a0Exemple",
        "M. J. Exemple",
        "Mr Exemple",
        "Mme Exemple",
        "MME EXEMPLE",
        "Mme Exemple-Modèle",
        "Mme d’Exemple",
        "Madame de Exemple",
        "Madame Jeanne Exemple",
        "madame Exemple",
        "Mlle Exemple",
        "monsieur Exemple",
        "Dr Exemple",
        "Me Exemple",
    ],
    "iban": ["FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"],
    "nir": ["1 84 12 76 451 089 46", "184127645108946", "2 55 08 2A 123 456 46"],
}
"""Placeholders all: numbers of zeros, persons called Exemple, numbers from textbooks."""

FALSE_FRIENDS = [
    "M. le Maire",
    "Mme la Maire",
    "Madame la présidente",
    "Madame La Présidente",
    "Monsieur le maire, madame la conseillère déléguée",
    "Madame, Monsieur,",
    "Mesdames et Messieurs",
    "MM. les adjoints",
    "M. X et Mme Y",
    "M2 et 12 m² par habitant",
    "Me voici",
    "le mouvement Me Too",
    "la rue du Dr Exemple",
    "l’école Mme de Exemple",
    "place du Docteur Exemple",
    "2 cours fraîches",
    "3 cours d’école sont ouvertes",
    "10 places de stationnement",
    "1 place de jeu sur 2",
    "1 rue sur 4",
    "25 rues scolaires",
    "de 8 à 12 passages",
    "En 2024 rue de la Paix, on plante",
    "44000 Nantais ont voté",
    "44000 habitants",
    "le 01.02.2024 à 12:00",
    "2024 2025 2026 2027",
    "123 06 12 34 56 78",
    "SIRET 123 456 789 01234",
    "00600000000",
    "10 000 000 €",
    "article L. 2121-29",
    "0 800 000 000 et 08 00 00 00 00",
    "contact@ville.example",
    "participation@ville.example",
    "@exemple",
    "FR76 3000 6000 0112 3456 7890 188",
    "1 84 12 76 451 089 45",
]


@pytest.mark.parametrize(
    ("what", "text"), [(what, text) for what, texts in SIGNS.items() for text in texts]
)
def test_a_sign_is_found_where_it_stands(what: str, text: str) -> None:
    (found,) = find(f"Voici : {text}, et la suite.")
    assert (found.what, found.start) == (what, len("Voici : "))
    assert found.stop == len("Voici : ") + len(text)


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_a_false_friend_is_none(text: str) -> None:
    assert find(f"Voici : {text}, et la suite.") == ()


def test_several_signs_are_told_in_their_order_and_none_twice() -> None:
    text = "Mme Exemple, 12 rue des Lilas, 44000 Exemple, 06 00 00 00 00, nom@courriel.example"
    found = find(text)
    sorts = ["named_person", "postal_address", "postal_address", "phone", "email"]
    assert [one.what for one in found] == sorts
    assert all(a.stop <= b.start for a, b in pairwise(found))


HOSTILE = [
    *"a0A.@ (é",
    *("06 ", "1 rue ", "12 rue des A ", "M. ", "Mme ", "Mme A-", "A-", "a.", "a@", "a@a."),
    *("FR76 ", "FR76", "1 84 12 ", "44000 A", "06 00 00 00 0", "nom (at) ", "A’"),
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_the_longest_hostile_text_is_read_to_its_end(seed: str) -> None:
    # A pattern that tried one place over and over would not come back from these.
    text = (seed * MOST)[:MOST] + " Mme Exemple."
    assert find(text)[-1].stop == len(text) - 1


def drafts() -> Iterator[dict[str, Any]]:
    for path in FIXTURES:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def test_no_fixture_names_a_person_or_tells_a_hidden_count() -> None:
    seen = 0
    for one in drafts():
        assert warnings(parse_draft(one)) == []
        seen += 1
    assert seen > 1000


def test_a_name_in_clear_weighs_more_than_one_that_can_be_erased() -> None:
    body = {"id": "C1", "channel": "website", "theme": "Chez Mme Exemple", "text": "M. Exemple"}
    found = warnings(parse_draft(draft("contribution.received", body)))
    assert found == [
        Warned("/body/theme", "named_person", True),
        Warned("/body/text", "named_person", False),
    ]
    assert "never be erased" in found[0].advice
    assert "correction.made" in found[1].advice


def test_every_string_is_looked_at_speakers_and_sources_too() -> None:
    one = unit("R1", "Planter", text={"open": "public", "text": "06 00 00 00 00"})
    one["by"] = {"name": "Mme Exemple", "role": "citizens"}
    one["sources"] = [{"title": "Lettre de M. Exemple", "url": "https://x.example/a@b.example"}]
    assert [(w.where, w.what) for w in warnings(parse_draft(one))] == [
        ("/by/name", "named_person"),
        ("/body/text", "phone"),
        ("/sources/0/title", "named_person"),
        ("/sources/0/url", "email"),
    ]


def test_what_its_speaker_signed_and_sealed_is_looked_at_too() -> None:
    one = unit("R1", "Un banc pour Mme Exemple", theme="Chez M. Exemple")
    signed = sign_draft(
        parse_draft(one),
        Ed25519PrivateKey.generate(),
        origin="registre.example/essai",
        nonce="0" * 32,
    )
    assert "Exemple" not in signed["body"]["title"]
    assert [(w.where, w.clear) for w in warnings(parse_draft(signed))] == [
        ("/body/title", False),
        ("/body/theme", True),
    ]


def test_the_numbers_in_an_address_of_the_web_are_no_signs() -> None:
    one = opened()
    one["sources"] = [{"title": "Page", "url": "https://ville.example/0600000000"}]
    assert warnings(parse_draft(one)) == []


def test_an_author_is_expected_to_be_a_person_unless_made_public() -> None:
    one = contribution("C1")
    one["body"]["author"] = "Mme Exemple, nom@courriel.example"
    assert warnings(parse_draft(one)) == []
    one["body"]["author"] = {"open": "public", "text": "Mme Exemple"}
    assert warnings(parse_draft(one)) == [Warned("/body/author", "named_person", False)]


# -- counts that are too small ------------------------------------------------------------


def recruited(**body: Any) -> dict[str, Any]:
    return draft("participants.recruited", {"methods": ["lot"], **body})


def of_age(*counts: object) -> list[dict[str, object]]:
    parts = zip(("Moins de 18 ans", "18 à 64 ans", "65 ans et plus"), counts, strict=False)
    return [{"category": c, "count": n, "partition": "age"} for c, n in parts]


SMALL = [
    ("participants.recruited", {"methods": ["lot"], "total": 4}, "/body/total"),
    ("participants.recruited", {"methods": ["lot"], "candidates": 1}, "/body/candidates"),
    (
        "participants.recruited",
        {"methods": ["lot"], "counts": of_age(12, 3)},
        "/body/counts/1/count",
    ),
    ("session.held", {"id": "S1", "type": "walk", "total": 2}, "/body/total"),
    (
        "contributions.tallied",
        {"tallies": [{"count": 3}], "participants": 3},
        "/body/participants",
    ),
    ("review.held", {"id": "RV1", "total": 4}, "/body/total"),
]


@pytest.mark.parametrize(("kind", "body", "where"), SMALL)
def test_fewer_than_five_persons_are_not_written_in_clear(
    kind: str, body: dict[str, Any], where: str
) -> None:
    with pytest.raises(MalformedError) as caught:
        prepare(parse_draft(draft(kind, body)), recorder="essai")
    assert (caught.value.code, caught.value.where) == ("bad_body", where)
    assert '{"below": 5}' in caught.value.message


@pytest.mark.parametrize("total", [0, 5, 28, {"below": 5}])
def test_none_five_and_more_and_below_five_are_written(total: object) -> None:
    prepare(parse_draft(recruited(total=total)), recorder="essai")


def test_votes_members_and_contributions_are_no_private_persons() -> None:
    for kind, body in (
        ("contributions.tallied", {"tallies": [{"count": 1}]}),
        (
            "body.installed",
            {
                "id": "B1",
                "type": "jury",
                "name": "Jury",
                "size": 3,
                "members": [{"category": "Élus", "count": 2}],
            },
        ),
    ):
        prepare(parse_draft(draft(kind, body)), recorder="essai")


HIDDEN = {"below": 5}


@pytest.mark.parametrize(
    ("total", "counts", "told"),
    [
        (30, (HIDDEN, 19, 8), [0]),  # 3
        (30, (HIDDEN, 28, HIDDEN), [0, 2]),  # 1 and 1
        (30, (HIDDEN, 22, HIDDEN), [0, 2]),  # 4 and 4
        (30, (HIDDEN, 25, HIDDEN), []),  # 1 and 4, 2 and 3, 3 and 2, 4 and 1
        (30, (10, 12, 8), []),
        (HIDDEN, (HIDDEN, 0, 0), []),
    ],
)
def test_a_total_that_tells_a_hidden_count_is_warned_of(
    total: object, counts: tuple[object, ...], told: list[int]
) -> None:
    one = recruited(total=total, counts=of_age(*counts))
    expected = [f"/body/counts/{place}/count" for place in told]
    assert list(revealed(one["body"])) == expected
    found = warnings(parse_draft(one))
    assert [w.where for w in found if w.what == "hidden_count"] == expected


def test_categories_that_may_overlap_tell_nothing() -> None:
    parts = [{"category": "En fauteuil", "count": HIDDEN}, {"category": "Femmes", "count": 29}]
    assert warnings(parse_draft(recruited(total=30, counts=parts))) == []
