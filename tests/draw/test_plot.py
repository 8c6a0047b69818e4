"""Plots: whole pictures that say in words what they draw, and never more than there is."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draw.test_svg import HOSTILE
from viz.draw.plot import WIDTH, Bar, Dot, bars, dots, each_dot

SVG = "{http://www.w3.org/2000/svg}"
DOTS = st.lists(
    st.builds(Dot, st.integers(0, 5000), st.booleans(), st.integers(1, 400)),
    min_size=1,
    max_size=30,
)


def drawn(text: str) -> ElementTree.Element:
    picture = ElementTree.fromstring(text)
    title, desc = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert picture.get("role") == "img"
    assert title is not None
    assert desc is not None
    assert (picture.get("aria-labelledby"), picture.get("aria-describedby")) == (
        title.get("id"), desc.get("id"),
    )  # fmt: skip
    return picture


def strip(found: list[Dot], median: int = 0) -> ElementTree.Element:
    return drawn(
        dots(found, median=median, told="la moitié", tick=str, title="Jours", description="…")
    )


def words(picture: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


def test_every_bar_has_its_label_and_its_number_in_words():
    rows = [Bar("Retenues", "22", 22, "verdict-retained"), Bar("Retirées", "0", 0)]
    picture = drawn(bars(rows, title="Suites", description="Retenues : 22"))
    assert words(picture) == ["Retenues", "22", "Retirées", "0"]
    lengths = [float(rect.get("width") or 0) for rect in picture.iter(f"{SVG}rect")]
    assert lengths[0] > 250
    assert lengths[1] == 1


def test_a_full_bar_may_stand_for_all_there_are():
    rows = [Bar("Sobriété", "1 sur 4", 1)]
    (alone,) = drawn(bars(rows, title="", description="")).iter(f"{SVG}rect")
    (of_all,) = drawn(bars(rows, title="", description="", full=4)).iter(f"{SVG}rect")
    assert float(of_all.get("width") or 0) == pytest.approx(
        float(alone.get("width") or 0) / 4, abs=0.1
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_label_stays_a_text(hostile):
    picture = drawn(bars([Bar(hostile, hostile[:9], 1)], title=hostile, description=hostile))
    known = {f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g", "rect", "text")}
    assert {element.tag for element in picture.iter()} <= known


@given(st.lists(st.builds(Bar, st.text(), st.text(max_size=12), st.integers(0, 10**9))))
def test_bars_stay_within_the_picture(rows):
    picture = drawn(bars(rows, title="t", description="d"))
    height = float(picture.get("height") or 0)
    for rect in picture.iter(f"{SVG}rect"):
        assert 0 < float(rect.get("width") or 0) <= WIDTH
        assert float(rect.get("y") or 0) + float(rect.get("height") or 0) <= height


@given(DOTS, st.integers(0, 5000))
def test_dots_stay_within_the_picture_and_stand_for_every_answer(found, median):
    median = min(median, max(dot.days for dot in found))
    picture = strip(found, median)
    each = each_dot(found)
    circles = list(picture.iter(f"{SVG}circle"))
    total = sum(dot.number for dot in found)
    assert -(-total // each) <= len(circles) <= total
    for circle in circles:
        assert 0 <= float(circle.get("cx") or -1) <= WIDTH
        assert 14 <= float(circle.get("cy") or -1) <= float(picture.get("height") or 0)
    for text in picture.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x") or -1) <= WIDTH
    assert 2 <= len(words(picture)) <= 8


def test_one_dot_is_one_answer_while_they_fit():
    picture = strip([Dot(10, True, 3), Dot(40, False, 2)])
    circles = list(picture.iter(f"{SVG}circle"))
    assert len(circles) == 5
    # What is only at least so much is hollow: no colour is needed to see it.
    assert sum(circle.get("fill") == "none" for circle in circles) == 2


def test_answers_of_the_same_day_are_drawn_too():
    assert len(list(strip([Dot(0, True, 4)]).iter(f"{SVG}circle"))) == 4
