"""The picture of a procedure: everything in it, nothing of it executable, lines apart."""

import re
from itertools import combinations, pairwise
from random import Random
from xml.etree import ElementTree as ET

import pytest

from ledger.domain.lint_parts import PROCESS_KINDS
from ledger.domain.procedure import Procedure, parse_procedure
from tests.domain.build import procedure
from tests.domain.test_lint import GOOD, SHIPPED
from viz.draw import grammar
from viz.draw.dot import render
from viz.draw.grammar_plan import across, down
from viz.draw.words import Codes

SVG = "{http://www.w3.org/2000/svg}"
PROCEDURES = [
    Procedure.model_validate(parse_procedure(path.read_text(encoding="utf-8")))
    for path in SHIPPED
]


def tangled(seed: int) -> Procedure:
    """Duties from anywhere to anywhere, back, far and round."""
    dice = Random(seed)
    kinds = dice.sample(PROCESS_KINDS, 12)
    owed = [
        {
            "id": f"d{n}",
            "titles": {"en": f"D{n}", "fr": f"D{n} «\u00a0dû\u00a0»"},
            "what": {"kind": dice.choice(kinds)},
            "after": {"kind": dice.choice(kinds)},
            "per": "process",
            "by": ["city"],
        }
        for n in range(14)
    ]
    step = {"by": ["city", "state"], "required": True}
    return procedure(
        name=f"tangled-{seed}",
        owed=owed,
        kinds=[{"kind": kind, **step} for kind in kinds],
        stages=["opening", "mandate"],
    )


PROCEDURES += [tangled(seed) for seed in range(6)]
ORIENTATIONS: tuple[grammar.Orientation, ...] = ("across", "down")


def drawn(procedure: Procedure, orientation: grammar.Orientation = "across") -> ET.Element:
    said = [rule.titles.fr for rule in procedure.owed]
    return ET.fromstring(
        grammar.draw(
            procedure, Codes(), title="Règles", description="Tout.", said=said,
            orientation=orientation,
        )
    )  # fmt: skip


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("form", PROCEDURES, ids=lambda form: form.name)
def test_every_step_and_duty_is_an_item_with_its_words(form, orientation):
    root = drawn(form, orientation)
    assert root.findtext(f"{SVG}title") == "Règles"
    assert root.findtext(f"{SVG}desc") == "Tout."
    items = [e for e in root.iter(f"{SVG}g") if e.get("role") == "listitem"]
    assert len(items) == len(form.kinds) + len(form.owed)
    titles = [item.findtext(f".//{SVG}title") for item in items]
    for number, rule in enumerate(form.owed, 1):
        assert f"{number}. {rule.titles.fr}" in titles
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    lists = [e for e in root.iter() if e.get("role") == "list"]
    assert all(e.get("aria-label") or e.get("aria-labelledby") in ids for e in lists)


@pytest.mark.parametrize("plan", [across, down])
@pytest.mark.parametrize("form", PROCEDURES, ids=lambda form: form.name)
def test_no_line_runs_behind_a_step_or_upon_another(form, plan):
    made = plan(form, Codes())
    boxes = [box for column in made.columns for box in column.boxes]
    for box in boxes:
        assert box.x + box.width <= made.width
        assert box.y + box.height <= made.height
    for one, other in combinations(boxes, 2):
        apart = one.x != other.x or one.y + one.height < other.y or other.y < one.y
        assert apart
    upright: list[tuple[int, int, int, int]] = []
    for line in made.lines:
        for (x1, y1), (x2, y2) in pairwise(corners(line.path)):
            assert x1 == x2 or y1 == y2
            left, right, top, low = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            assert right <= made.width
            for box in boxes:
                beside = right <= box.x or left >= box.x + box.width
                assert beside or low <= box.y or top >= box.y + box.height, (line, box)
            if x1 == x2:
                upright.append((line.number, x1, top, low))
    for (a, x, top, low), (b, other_x, other_top, other_low) in combinations(upright, 2):
        assert a == b or x != other_x or low <= other_top or other_low <= top, (a, b)


def corners(path: str) -> list[tuple[int, int]]:
    """Where a line begins, turns and ends; its corners are drawn round."""
    turns = re.findall(r"[MQ](\d+) (\d+)", path)
    end = re.findall(r"L(\d+) (\d+)$", path)
    return [(int(x), int(y)) for x, y in turns + end]


def test_what_a_city_writes_is_only_ever_text():
    hostile = '</title><script>alert(1)</script>"\u202e<'
    text = GOOD.replace("Une réponse à chacune", "<b onload='x'>&amp;</b>]]>")
    form = Procedure.model_validate(parse_procedure(text))
    said = [f"{form.owed[0].titles.fr} {hostile}"]
    picture = grammar.draw(form, Codes(), title=hostile, description=hostile, said=said)
    root = ET.fromstring(picture)
    assert not [e for e in root.iter() if e.tag.endswith(("script", "b"))]
    assert "\u202e" not in picture
    assert not re.search(r"<[^>]*\son\w+=", picture)
    source = grammar.to_dot(form, Codes(), title=hostile, said=said)
    assert b"<script" not in render(source)


def test_a_duty_of_steps_that_are_not_there_is_left_to_the_list():
    text = GOOD.replace('what = { kind = "answer.given" }', 'what = { kind = "label.awarded" }')
    form = Procedure.model_validate(parse_procedure(text))
    assert across(form, Codes()).lines == ()
    text = GOOD.replace('after = { kind = "opinion', 'after = { kind = "mandate.issued" } # "')
    orphan = Procedure.model_validate(parse_procedure(text))
    for plan in (across, down):
        (line,) = plan(orphan, Codes()).lines
        assert line.number == 1


def test_the_same_procedure_gives_the_same_picture():
    one, other = (ET.tostring(drawn(PROCEDURES[0])) for _ in range(2))
    assert one == other
