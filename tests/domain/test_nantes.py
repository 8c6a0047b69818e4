"""The real processes of Nantes under the shipped procedures: what may be said of them."""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from ledger.domain.case import Case, fold
from ledger.domain.draft import parse_draft, prepare
from ledger.domain.duties import Duty, duties
from ledger.domain.entry import Entry
from ledger.domain.irregularities import Irregularity, irregularities
from ledger.domain.procedure import Procedure, parse_procedure

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 1, 1)
NAMES = sorted(path.stem for path in (ROOT / "ledger/domain/procedures").glob("*.toml"))
LINES = [
    json.loads(line)
    for path in sorted((ROOT / "fixtures/nantes").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
PROCESSES = [line["process"] for line in LINES if line["kind"] == "process.opened"]


@cache
def grammar() -> dict[int, Procedure]:
    folder = ROOT / "ledger/domain/procedures"
    return {
        seq: Procedure.model_validate(
            parse_procedure((folder / f"{name}.toml").read_text(encoding="utf-8"))
        )
        for seq, name in enumerate(NAMES)
    }


@cache
def case(slug: str) -> Case:
    """A process with the entries of every file that speaks in it."""
    entries: list[Entry] = []
    at = datetime(2025, 12, 1, tzinfo=UTC)
    for line in LINES:
        if line["process"] != slug:
            continue
        body = dict(line["body"])
        if "procedure" in body:
            body["procedure"] = NAMES.index(body["procedure"])
        parsed = parse_draft({**line, "body": body})
        ready = prepare(parsed, recorder="greffe")
        entries.append(
            Entry(
                seq=100 + len(entries), nth=len(entries), process=slug, kind=parsed.kind,
                at=at, on=parsed.on, by=parsed.by, recorder="greffe",
                illustrative=ready.illustrative, sources=(), body=ready.body, raw=ready.raw,
            )
        )  # fmt: skip
    return fold(entries)


def owed(slug: str, id_: str) -> list[Duty]:
    return [d for d in duties(case(slug), grammar(), today=TODAY) if d.id == id_]


def wrong(slug: str) -> list[Irregularity]:
    found = duties(case(slug), grammar(), today=TODAY)
    return list(irregularities(case(slug), grammar(), found, today=TODAY))


def test_the_workshop_waited_234_days_and_nobody_was_late():
    (respond,) = owed("publicite-dans-la-ville", "respond")
    assert (respond.state, respond.days, respond.days_exact) == ("met", 234, True)
    assert (respond.due, respond.late) == (None, None)
    assert owed("publicite-dans-la-ville", "answer_each") == []


def test_the_report_on_the_loire_missed_both_of_its_dates():
    (report,) = owed("nantes-la-loire-et-nous", "report")
    assert report.state == "met_late"
    assert [(p.outcome, p.late) for p in report.promises] == [
        ("kept_late", 72),
        ("kept_late", 1),
    ]


def test_the_roadmap_of_the_last_debate_is_past_due_after_a_slip():
    (decide,) = owed("fabrique-de-nos-villes", "decide")
    assert decide.state == "past_due"
    assert decide.due is not None
    assert decide.due.last == date(2024, 6, 30)
    assert [p.outcome for p in decide.promises] == ["missed", "missed"]


@pytest.mark.parametrize("slug", PROCESSES)
def test_no_real_process_is_accused_of_more_than_a_missed_date(slug):
    assert {i.code for i in wrong(slug) if i.severity == "fault"} <= {"late"}


@pytest.mark.parametrize("slug", PROCESSES)
def test_nothing_invented_fulfils_a_duty_or_shows_an_irregularity(slug):
    process = case(slug)
    assert process.opened is not None
    invented = {e.seq for e in process.entries if e.illustrative}
    for duty in duties(process, grammar(), today=TODAY):
        named = (duty.after, duty.met_by, duty.lifted_by, *(p.entry for p in duty.promises))
        assert not invented & {e.seq for e in named if e is not None}
    assert not invented & {seq for i in wrong(slug) for seq in i.entries}
