"""What the fixtures are judged to owe and to break on one day, in the words of the pages.

One text for each process, to be read by a person: `tests/golden/judged/<process>.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.domain.irregularities import Irregularity
from ledger.service import demo
from ledger.service.query import Queries
from ledger.service.register import Register
from ledger.service.view import View
from viz.site.i18n import language
from viz.site.pages.faults import faults_of
from viz.site.pages.owed import OwedLine, awaited
from viz.site.pages.reading import Reader, Ref

RECORDED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_FR = language("fr")
_MARGIN = "      "


def texts() -> dict[str, str]:
    """The judgement of every process of the fixtures, by slug."""
    with TemporaryDirectory() as folder:
        register = demo.open_demo(Path(folder) / "data", lambda: RECORDED)
        try:
            demo.tell(register, demo.drafts(), lambda: RECORDED)
            return {
                view.case.process: text(register, view)
                for view in Queries(register).processes(TODAY)
            }
        finally:
            register.close()


def text(register: Register, view: View) -> str:
    """One process: what is owed and what does not hold."""
    named = {neighbour.process: neighbour.title for neighbour in view.neighbours}
    reader = Reader(view.case, view.texts, _FR, register.opened.zone, others=named)
    owed = awaited(reader, view.duties)
    faults = faults_of(reader, view.irregularities, view.procedures, view.duties)
    lines = [
        f"{view.case.title} ({view.case.process})",
        f"{view.procedure.titles.fr} ; jugé {_FR.when(TODAY.isoformat())}.",
        *_section("Attendu", [line for one in owed.waiting for line in _owed(one)]),
        *_section("Fait", [line for one in owed.done for line in _owed(one)]),
        *_section("N’est plus attendu", [line for one in owed.lifted for line in _owed(one)]),
        *_section("Viendra", [f"  {name}" for name in owed.later]),
        *_section(
            "Constats",
            [
                f"  [{fault.severity_words}] {fault.sentence}{_of(fault.subject)}"
                f" ({fault.code} : {_entries(view, one)})"
                for one, fault in zip(view.irregularities, faults, strict=True)
            ],
        ),
    ]
    return "\n".join([*lines, ""]).replace("\u00a0", " ").replace("\u202f", " ")


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title.upper(), *lines] if lines else []


def _owed(line: OwedLine) -> Iterator[str]:
    who = f" — {line.who}" if line.who else ""
    yield f"  [{line.badge}] {line.title}{who}. {line.sentence}"
    if line.refs:
        more = f" et {line.more} autres" if line.more else ""
        yield _MARGIN + "pour " + ", ".join(ref.label for ref in line.refs) + more
    for promise in line.promises:
        by = f"annoncé par {promise.by} {promise.announced}".rstrip()
        yield f"{_MARGIN}{promise.when} : {promise.said} ({promise.basis or by})"


def _of(subject: Ref | None) -> str:
    return f" [{subject.label}]" if subject is not None else ""


def _entries(view: View, one: Irregularity) -> str:
    """Which entries show it, by their place in the process and their kind."""
    places = {entry.seq: f"n° {entry.nth} {entry.kind}" for entry in view.case.entries}
    shown = [places.get(seq, "ailleurs") for seq in one.entries[:4]]
    more = [f"et {len(one.entries) - 4} autres"] if len(one.entries) > 4 else []
    return ", ".join([*shown, *more])
