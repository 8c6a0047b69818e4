from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.draw.build import Story, sample
from viz.draw.timeline import Item, timeline

DATES = st.sampled_from(
    [
        None,
        "2018",
        "2019",
        "2019-05",
        "2019-05-02",
        "2020",
        "2020-01-01",
        "2018/2020",
        "2019-12",
    ]
)


def told(story: Story) -> list[str]:
    return [item.entry.raw.get("id", item.entry.kind) for item in timeline(story.case())]


def documents(*dates: str | None) -> Story:
    s = Story()
    for i, on in enumerate(dates):
        s.say("document.published", on, id=f"D{i}", title="x")
    return s


def test_late_facts_are_told_where_they_happened() -> None:
    assert told(documents("2020-02-01", "2019-03", "2021")) == ["D1", "D0", "D2"]


def test_what_may_be_simultaneous_keeps_the_order_of_recording() -> None:
    assert told(documents("2020", "2020-01-01", "2020-12")) == ["D0", "D1", "D2"]
    assert told(documents("2020-12", "2020", None)) == ["D0", "D1", "D2"]


@given(st.lists(DATES, max_size=12))
def test_nothing_is_told_before_what_certainly_came_first(dates: list[str | None]) -> None:
    items = timeline(documents(*dates).case())
    flat = [member for item in items for member in (item.children if item.run else (item,))]
    assert sorted(item.entry.seq for item in flat) == [10 + i for i in range(len(dates))]
    for i, later in enumerate(flat):
        for earlier in flat[:i]:
            if later.period and earlier.period:
                assert not later.period.before(earlier.period)


def test_a_day_of_many_statements_is_one_line() -> None:
    case, _ = sample()
    lines = timeline(case)
    by_id = {item.entry.id: item for item in lines if item.entry.id}
    assert [child.entry.id for child in by_id["A1"].children] == [f"R{i}" for i in range(1, 9)]
    assert len(by_id["P1"].children) == 7
    assert [child.entry.id for child in by_id["DM1"].children] == ["M1", "M2", "M3"]
    assert sum(item.size for item in lines) == len(case.entries)


def test_what_is_declared_later_stands_alone() -> None:
    s = Story()
    s.say("opinion.delivered", "2020-01-01", id="A1", declares=2)
    s.say("unit.submitted", "2020-01-01", id="R1", type="project", opinion="A1", title="x")
    s.say("unit.submitted", "2020-03-01", id="R2", type="project", opinion="A1", title="x")
    assert told(s) == ["A1", "R2"]


def test_like_statements_in_a_row_are_a_run() -> None:
    s = Story()
    for i in range(4):
        s.say("measure.adopted", "2020", id=f"M{i}", decision=None, title="x", carries_out=[])
    for i in range(4):
        s.say("follow_up.reported", "2021", measure=f"M{i}", state="done")
    s.say("follow_up.reported", "2022", measure="M1", state="late")
    lines = timeline(s.case())
    assert [(item.run, item.size) for item in lines] == [(True, 4), (True, 4), (False, 1)]


def test_the_day_of_recording_is_given_where_it_is_much_later() -> None:
    old, new, unknown = timeline(documents("2020", "2026-11-01", None).case())
    assert old.recorded == date(2026, 11, 22)
    assert new.recorded is None
    assert unknown.recorded is None
    assert timeline(documents("2020").case(), zone=ZoneInfo("Pacific/Auckland"))[
        0
    ].recorded == date(2026, 11, 23)


def test_an_item_says_what_was_done_to_its_entry() -> None:
    s = Story()
    entry = s.say("document.published", id="D1", title="x")
    mend = [{"path": "/body/title", "value": s.seal("y")}]
    s.say("correction.made", entry=entry.seq, changes=mend, why="Coquille")
    s.say("text.erased", entry=entry.seq, paths=["/body/title"], basis="objection")
    s.say("entry.disowned", entry=entry.seq, why="Doublon")
    item: Item = timeline(s.case())[0]
    assert item.flags == ("disowned", "corrected", "erased")
    assert [correction.kind for correction in item.corrections] == ["correction.made"]
    assert item.stage == "participation"
