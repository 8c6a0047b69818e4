from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import get_args
from xml.etree import ElementTree

import pytest

from ledger.errors import MalformedError
from tests.draw.build import Story, large, sample
from viz.draw import theme
from viz.draw.columns import grid
from viz.draw.graph import build
from viz.draw.lettering import clean, wrap
from viz.draw.node import nodes_of
from viz.draw.select import overview, thread
from viz.draw.stations import Direction, draw_overview
from viz.draw.svg import Orientation, draw
from viz.draw.words import Codes

WORDS = Codes()
HOSTILE = [
    "</text><script>alert(1)</script>",
    "<b>gras</b>",
    "a:b",
    "\"'><a href='javascript:alert(1)'>x",
    "&lt;img&gt; &amp; ]]>",
    "\u202eמימין לשמאל\u202c",
    "مرحبا بالعالم",
    "\x00\x0b\ufffe\ud800nul",
    "\\N \\G \\L {a|b} <f0>",
    "%s {count} ${x}",
    "é" * 500,
]


def hostile_story() -> Story:
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quoi ?"])
    for i, text in enumerate(HOSTILE):
        s.say("unit.submitted", id=f"R{i}", type="project", opinion=None, title=text)
        by = text[:60] if i not in (5, 7) else "Ville"
        s.say(
            "answer.given", by=by, unit=f"R{i}", response=None, verdict="rejected", reason=text
        )
    return s


def pictures() -> dict[str, str]:
    s = hostile_story()
    sampled = build(*sample(), WORDS)
    made = {}
    for name, graph in (
        ("hostile", build(s.case(), s.texts, WORDS)),
        ("whole", sampled),
        ("thread", thread(sampled, "R2")),
    ):
        for orientation in get_args(Orientation):
            made[f"{name} in {orientation}"] = draw(
                graph,
                WORDS,
                title=HOSTILE[0],
                description=HOSTILE[3],
                orientation=orientation,
                href=lambda node: f'/p/x?a=1&b="{node.id}',
            )
    for direction in get_args(Direction):
        made[f"overview {direction}"] = draw_overview(
            overview(sampled), WORDS, title=HOSTILE[1], direction=direction
        )
    return made


PICTURES = pictures()
_ELEMENTS = {"svg", "g", "a", "title", "desc", "rect", "path", "circle", "text", "tspan"}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_holds_nothing_that_runs_or_is_fetched(
    picture: str,
) -> None:
    root = ElementTree.fromstring(picture)
    for element in root.iter():
        name = element.tag.partition("}")[2]
        assert name in _ELEMENTS
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert attribute not in {"style", "src"}
            assert "url(" not in value
            if "href" in attribute:
                assert value.startswith("/p/x?")


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_ids_are_unique_and_every_item_has_a_name(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for item in root.iter():
        if item.attrib.get("role") == "listitem" and "id" in item.attrib:
            title = item[0][0]
            assert title.tag.endswith("title")
            assert title.text


def test_hostile_words_are_shown_as_they_are() -> None:
    s = hostile_story()
    root = ElementTree.fromstring(
        draw(build(s.case(), s.texts, WORDS), WORDS, title="x", description="y")
    )
    titles = " ".join(e.text or "" for e in root.iter() if e.tag.endswith("title"))
    for text in HOSTILE:
        assert clean(text).rstrip(".") in titles


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "/a b", "/\\evil", ""]
)
def test_a_link_that_leads_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(MalformedError):
        draw(build(*sample(), WORDS), WORDS, title="x", href=lambda n: link)


def test_a_node_without_a_link_is_no_link() -> None:
    assert "<a " not in draw(build(*sample(), WORDS), WORDS, title="x")


def test_the_same_graph_gives_the_same_bytes() -> None:
    graph = build(*sample(), WORDS)
    assert draw(graph, WORDS, title="x") == draw(graph, WORDS, title="x")


def test_no_two_cards_stand_on_one_place() -> None:
    for case in (sample(), large(60)):
        cells = grid(build(*case, WORDS))
        assert len(set(cells.values())) == len(cells)


def test_an_answer_stands_in_the_row_of_its_recommendation() -> None:
    cells = grid(build(*sample(), WORDS))
    for i in range(1, 8):
        assert cells[f"R{i}"][1] == cells[f"answer-R{i}"][1]


def _answers_late(s: Story) -> None:
    for i in (9, 3, 7, 1, 5, 0, 8, 2, 6, 4):
        s.say("answer.given", unit=f"R{i}", response="P1", verdict="retained", reason="Oui")


def _documents(s: Story) -> None:
    for i in range(10):
        s.say("document.published", id=f"D{i + 50}", title="Un rapport de plus")


def _late_units(s: Story) -> None:
    for i in range(30, 40):
        s.say("unit.submitted", id=f"R{i}", type="project", opinion="A1", title="Oubliée")


def _measures(s: Story) -> None:
    for i in (19, 3, 7, 11, 5, 0, 8, 2, 6, 4):
        s.say("measure.adopted", id=f"M{i}", decision="DM1", title="F", carries_out=[f"R{i}"])
        s.say("follow_up.reported", measure=f"M{i}", state="planned")


@pytest.mark.parametrize("go_on", [_answers_late, _documents, _late_units, _measures])
def test_adding_one_node_moves_a_tenth_of_the_picture_at_most(
    go_on: Callable[[Story], None],
) -> None:
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quoi ?"])
    s.say("opinion.delivered", id="A1", declares=20)
    for i in range(20):
        s.say("unit.submitted", id=f"R{i}", type="project", opinion="A1", title="Un parc")
    s.say("response.given", id="P1", declares=20, opinion="A1")
    s.say("decision.made", id="DM1", title="Délibération", body="Conseil", declares=9)
    before = len(s.entries)
    go_on(s)
    added = s.entries[before:]
    shares = []
    grids = []
    for stop in range(before, before + len(added) + 1):
        s.entries = [*s.entries[:before], *added[: stop - before]]
        grids.append(grid(build(s.case(), s.texts, WORDS)))
    for older, newer in pairwise(grids):
        moved = sum(newer[key] != cell for key, cell in older.items())
        shares.append(moved / len(older))
    assert max(shares) <= 0.10


def test_labels_take_three_lines_at_most_and_say_where_they_were_cut() -> None:
    lines = wrap("mot " * 60, 150, 13, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert wrap("x" * 400, 100, 13, 3)[-1].endswith("…")
    assert wrap("court", 100, 13, 3) == ["court"]


def test_french_signs_are_never_alone_on_a_line() -> None:
    for width in range(80, 200):
        for line in wrap("La ville : quelle place pour 1 000 arbres ?", width, 13, 9):
            assert not re.match(r"[:?]|000", line)


def test_every_node_has_an_id_made_of_its_key() -> None:
    graph = build(*sample(), WORDS)
    found = set(re.findall(r' id="(n-\w[^"]*)"', draw(graph, WORDS, title="x")))
    assert found == {f"n-{node.key}" for node in nodes_of(graph)}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", [0, 1])
def test_words_stand_out_from_their_ground(scheme: int) -> None:
    for name, colours in theme.PALETTE.items():
        if name in {"paper", "card", "edge", "rule"}:
            continue
        for ground in ("paper", "card"):
            pair = [luminance(colours[scheme]), luminance(theme.PALETTE[ground][scheme])]
            assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5, (name, ground)


def test_every_verdict_and_state_has_a_sign_of_its_own_kind_and_a_colour() -> None:
    style = theme.stylesheet()
    for code in theme.SIGNS:
        assert theme.tone(code) != "muted"
        assert f"-{code}{{--fr-tone" in style
    verdicts = [sign.path for sign in list(theme.SIGNS.values())[:6]]
    states = [sign.path for sign in list(theme.SIGNS.values())[6:]]
    assert len(set(verdicts)) == len(verdicts)
    assert len(set(states)) == len(states)


def test_what_is_invented_says_so_on_its_card() -> None:
    picture = draw(build(*sample(), WORDS), WORDS, title="x")
    assert 'stroke-dasharray="4 3"' in picture
    assert ">illustrative</text>" in picture
