"""`filrouge changes`: what changed in a process between two checkpoints."""

from __future__ import annotations

from typing import Any

from ledger.api.changes import changes_form
from ledger.cli import output
from ledger.domain.change import CODES, Change
from ledger.service.compare import Changed

HEADINGS = {
    "added": "Added",
    "meaning": "Reads otherwise",
    "owing": "Owed",
    "irregularity": "Does not hold, or holds again",
}


def show_changes(as_json: bool, slug: str, found: Changed) -> None:
    """Every difference in a line, with the numbers of the entries that show it."""
    if as_json:
        output.answer(True, {"process": slug, **changes_form(found)}, "")
        return
    after = found.after
    output.say(f"{after.case.title}  ({slug}, {found.since} → {after.size} entries)")
    if found.before is None and found.since:
        output.say(f"It was not open yet at {found.since} entries: everything is new.")
    if not found.changes:
        output.say("Nothing changed.")
    for group, heading in HEADINGS.items():
        listed = [change for change in found.changes if change.group == group]
        if listed:
            output.say(heading)
        for change in listed:
            output.say(f"  {_line(change)}")


def _line(change: Change) -> str:
    facts = dict(change.facts)
    if change.code == "added":
        said = f"{facts['count']} {facts['kind']}"
        if facts["illustrative"]:
            said += f" ({facts['illustrative']} illustrative)"
    else:
        named = {name: value for name, value in facts.items() if name not in ("from", "to")}
        told = [f"{name} {_plain(value)}" for name, value in named.items()]
        said = " · ".join([_meaning(change), *_turn(facts), *told])
    shown = ", ".join(str(seq) for seq in change.entries)
    return " ".join(filter(None, (change.subject, said, f"[{shown}]" if shown else "")))


def _meaning(change: Change) -> str:
    return f"{change.code}: {CODES[change.code].meaning}"


def _turn(facts: dict[str, Any]) -> list[str]:
    """`retained → rejected`, or the one of the two that there is."""
    ends = [_plain(facts[name]) for name in ("from", "to") if name in facts]
    return [" → ".join(ends)] if ends else []


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
