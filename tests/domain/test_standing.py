"""What stands: the newest that counts, of each who speaks; and how entries read now."""

from ledger.domain import standing
from ledger.domain.mending import amendments, mends, reads, terms
from tests.domain.build import Process

OTHER = {"name": "Région", "role": "authority"}
ONE, TWO = ({"open": "public", "sealed": digit * 64} for digit in "12")


def test_a_disowned_answer_report_withdrawal_or_successor_stands_no_longer():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("measure.adopted", id="M1")
    p.add("answer.given", unit="R1")
    p.add("follow_up.reported", measure="M1", state="planned")
    mistaken = [
        p.add("answer.given", unit="R1", verdict="rejected"),
        p.add("follow_up.reported", measure="M1", state="done"),
        p.add("unit.withdrawn", unit="R1"),
        p.add("unit.submitted", id="R2", replaces=["R1"]),
        p.add("measure.amended", measure="M1", due="2030"),
    ]
    for entry in mistaken:
        p.add("entry.disowned", entry=entry.seq)
    case = p.case()
    unit, measure = case.units["R1"], case.measures["M1"]
    assert standing.verdict(case, unit) == "retained"
    assert standing.state(case, measure) == "planned"
    assert standing.withdrawal(case, unit) is None
    assert standing.successors(case, unit) == []
    assert terms(case, measure) == measure.entry.raw


def test_speakers_are_kept_apart_and_differ_only_in_their_newest_answers():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("answer.given", unit="R1", verdict="rejected")
    p.add("answer.given", unit="R1", by=OTHER)
    case = p.case()
    assert standing.verdict(case, case.units["R1"]) == standing.DIFFERING
    p.add("answer.given", unit="R1")
    case = p.case()
    assert standing.verdict(case, case.units["R1"]) == "retained"
    assert [len(s) for s in standing.answers(case, case.units["R1"]).values()] == [2, 1]


def test_what_is_invented_stands_only_of_what_is_invented():
    p = Process()
    p.add("unit.submitted", id="R1")
    p.add("unit.submitted", id="R2", illustrative=True)
    for unit in ("R1", "R2"):
        p.add("answer.given", unit=unit, illustrative=True)
    case = p.case()
    verdicts = [standing.verdict(case, unit) for unit in case.units.values()]
    assert verdicts == [None, "retained"]


def test_an_amendment_that_is_corrected_holds_as_corrected():
    p = Process()
    p.add("measure.adopted", id="M1", title=ONE, programme="Rues", lead="Voirie")
    amended = p.add("measure.amended", measure="M1", title=TWO, amount=5)
    third = {"open": "public", "sealed": "3" * 64}
    p.add(
        "correction.made", entry=amended.seq, changes=[{"path": "/body/title", "value": third}]
    )
    case = p.case()
    now = terms(case, case.measures["M1"])
    assert (now["title"], now["amount"], now["programme"]) == (third, 5, "Rues")
    (told,) = amendments(case, case.measures["M1"])
    assert (told.was, told.now) == ({"title": ONE}, {"title": third, "amount": 5})


def test_corrections_follow_each_other_and_a_disowned_one_is_passed_over():
    p = Process()
    unit = p.add("unit.submitted", "2020-01-01", id="R1", theme="Ombre")

    def correct(entry, path, value):
        return p.add("correction.made", entry=entry, changes=[{"path": path, "value": value}])

    correct(unit.seq, "/body/theme", "Fraîcheur")
    mistaken = correct(unit.seq, "/body/theme", "Erreur")
    correct(unit.seq, "/on", "2020-02")
    p.add("entry.disowned", entry=mistaken.seq)
    last = correct(unit.seq, "/body/title", ONE)
    correct(last.seq, "/body/changes/0/value", TWO)
    case = p.case()
    found = [(m.path, m.was, m.now, m.counts) for m in mends(case, unit)]
    title = unit.raw["title"]
    assert found == [
        ("/body/theme", "Ombre", "Fraîcheur", True),
        ("/body/theme", "Fraîcheur", "Erreur", False),
        ("/on", "2020-01-01", "2020-02", True),
        ("/body/title", title, TWO, True),
    ]
    read = reads(case, unit)
    assert (read["on"], read["body"]["theme"], read["body"]["title"]) == (
        "2020-02", "Fraîcheur", TWO,
    )  # fmt: skip
    assert unit.raw["theme"] == "Ombre"


def test_the_title_of_a_process_is_the_corrected_one():
    p = Process()
    opening = p.entries[0].seq
    changes = [{"path": "/body/title", "value": "Autre"}, {"path": "/on", "value": "2020"}]
    correction = p.add("correction.made", entry=opening, changes=changes)
    assert p.case().title == "Autre"
    p.add("entry.disowned", entry=correction.seq)
    assert p.case().title == "Processus"
