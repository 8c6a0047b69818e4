"""Dates, numbers and amounts as French and English write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ledger.domain.dates import parse_period
from viz.site.i18n import language, written

FR, EN = language("fr"), language("en")


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("2021-12-10", "le 10 décembre 2021", "on 10 December 2021"),
        ("2015-09-01", "le 1er septembre 2015", "on 1 September 2015"),
        ("2020-12", "en décembre 2020", "in December 2020"),
        ("2020", "en 2020", "in 2020"),
        (
            "2015-09-01/2015-09-10",
            "entre le 1er et le 10 septembre 2015",
            "between 1 and 10 September 2015",
        ),
        (
            "2015-09-30/2015-10-01",
            "entre le 30 septembre et le 1er octobre 2015",
            "between 30 September and 1 October 2015",
        ),
        ("2021-06/2021-10", "entre juin et octobre 2021", "between June and October 2021"),
        ("2024-12-30/2025-01-02", "entre le 30 décembre 2024 et le 2 janvier 2025", None),
        ("2015/2020", "entre 2015 et 2020", "between 2015 and 2020"),
    ],
)
def test_a_date_is_said_with_the_precision_it_has(text, french, english):
    assert FR.when(text) == french
    if english:
        assert EN.when(text) == english


@pytest.mark.parametrize(
    "text", ["2020", "2020-12", "2020-02", "2021-12-10", "2015-09-01/2015-09-10", "2015/2020"]
)
def test_a_period_is_written_as_it_was_read(text):
    assert written(parse_period(text)) == text


def test_an_unknown_date_is_not_said():
    assert FR.when(None) == FR.on(None) == ""


def test_numbers_and_amounts():
    assert FR.number(1000) == "1\u202f000"
    assert EN.number(1000) == "1,000"
    assert FR.money(1_250_000) == "12\u202f500\u00a0€"
    assert FR.money(1_250_050) == "12\u202f500,50\u00a0€"
    assert EN.money(1_250_000) == "€12,500"
    assert FR.money(9_007_199_254_740_991) == "90\u202f071\u202f992\u202f547\u202f409,91\u00a0€"
    assert FR.count({"below": 5}) == "moins de 5"
    assert FR.days(1) == "1 jour"
    assert FR.days(234, exact=False) == "au moins 234 jours"
    assert FR.days(1809) == "près de 5 ans (1\u202f809 jours)"
    assert FR.days(400, exact=False) == "plus d’un an (au moins 400 jours)"
    assert EN.days(800) == "more than 2 years (800 days)"
    assert FR.figure(15, "pour cent") == "15\u00a0%"
    assert FR.quantity({"number": 85, "unit": "%", "bound": "over"}) == "plus de 85\u00a0%"


def test_an_instant_is_told_in_the_zone_of_the_register():
    at = datetime(2026, 11, 22, 23, 55, tzinfo=UTC)
    zone = ZoneInfo("Europe/Paris")
    assert FR.instant(at, zone) == "23 novembre 2026 à 00:55"
    assert EN.recorded(at, zone) == "23 November 2026"
