"""The fields of any statement as facts: a label and words, made by one table for all kinds.

A new field is told as soon as it has words in the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.dates import parse_at
from ledger.domain.entry import Entry
from ledger.domain.events import REFERS
from ledger.domain.pointer import sealed_at
from viz.site.pages.counted import tally_label, topic, value_of
from viz.site.pages.reading import Reader, Ref, Say, capital


@dataclass(frozen=True, slots=True)
class Fact:
    """One field in words: a label, and lines or links or both."""

    label: str
    lines: tuple[Say, ...] = ()
    refs: tuple[Ref, ...] = ()


def fact(reader: Reader, entry: Entry, name: str, value: Any) -> Fact | None:
    """One field in words; None for what a reader has no use for."""
    language = reader.language
    label = capital(language.word(f"field.{name}"))
    if entry.kind == "procedure.adopted":
        return _procedure(reader, name, value, label)
    if name in REFERS:
        named = [r for r in listed(value) if isinstance(r, str)]
        return Fact(label, refs=tuple(reader.ref(r) for r in named)) if named else None
    told = (_FORMS.get((entry.kind, name)) or _FORMS.get(("", name)) or _plain)(reader, value)
    if not told:
        return None
    return Fact(label, tuple(Say(t) if isinstance(t, str) else t for t in told))


Lines = list[str | Say]
Form = Callable[[Reader, Any], Lines]


def _plain(reader: Reader, value: Any) -> Lines:
    """Texts, numbers and lists of them."""
    lines: Lines = []
    for one in listed(value):
        if isinstance(one, bool):
            lines.append(reader.language.word(f"answer.{'yes' if one else 'no'}"))
        elif isinstance(one, int):
            lines.append(reader.language.number(one))
        elif isinstance(one, str) or sealed_at(one):
            said = reader.say(one)
            if said:
                lines.append(said)
    return lines


def _coded(family: str) -> Form:
    def told(reader: Reader, value: Any) -> Lines:
        words = [reader.language.word(f"{family}.{code}") for code in listed(value)]
        return [", ".join(words)]

    return told


def _instant(reader: Reader, value: Any) -> Lines:
    return [reader.language.instant(parse_at(value), reader.zone)]


def _money(reader: Reader, value: Any) -> Lines:
    return [reader.language.money(value)]


def _date(reader: Reader, value: Any) -> Lines:
    return [reader.language.on(value)]


def _count(reader: Reader, value: Any) -> Lines:
    return [reader.language.count(value)]


def _categories(reader: Reader, value: Any) -> Lines:
    return [pair(reader, reader.language.count(row["count"]), row["category"]) for row in value]


def _tallies(reader: Reader, value: Any) -> Lines:
    return [
        pair(reader, reader.language.number(row["count"]), tally_label(reader, row))
        for row in value
    ]


def _vote(reader: Reader, value: Any) -> Lines:
    language = reader.language
    parts = [language.word("vote.unanimous")] if value.get("unanimous") else []
    parts += [
        f"{language.word(f'vote.{name}')} {language.number(value[name])}"
        for name in ("seats", "cast", "in_favour", "against", "abstained")
        if name in value
    ]
    return [", ".join(parts)]


def _envelopes(reader: Reader, value: Any) -> Lines:
    return [
        pair(reader, row["territory"], reader.language.money(row["cents"])) for row in value
    ]


def _options(reader: Reader, value: Any) -> Lines:
    language = reader.language
    lines: Lines = []
    for row in sorted(value, key=lambda row: -row["votes"]):
        ref = reader.ref(row["unit"])
        votes = language.number_of("%(num)s vote", "%(num)s votes", row["votes"])
        won = f" – {language.word('answer.elected')}" if row["elected"] else ""
        lines.append(pair(reader, f"{ref.label} {ref.title}".strip(), votes + won))
    return lines


def _principles(reader: Reader, value: Any) -> Lines:
    lines: Lines = []
    for row in value:
        how = reader.say(row["how"])
        name = capital(reader.language.word(f"principle.{row['principle']}"))
        lines.append(pair(reader, name, how.text if how else ""))
    return lines


def _file(reader: Reader, value: Any) -> Lines:
    language = reader.language
    size = language.number_of("%(num)s byte", "%(num)s bytes", value["bytes"])
    lines: Lines = [f"{value['media']}, {size}"]
    if isinstance(value["sha256"], str):
        lines.append(f"SHA-256 {value['sha256']}")
    return lines


def _target(reader: Reader, value: Any) -> Lines:
    return [reader.language.figure(value["quantity"], value["unit"])]


def _claimed(reader: Reader, value: Any) -> Lines:
    return [value_of(reader, value)]


def _assertion(reader: Reader, value: Any) -> Lines:
    said = value_of(reader, value["value"], value["topic"])
    return [pair(reader, topic(reader, value["topic"]), said)]


def _topic(reader: Reader, value: Any) -> Lines:
    return [topic(reader, value)]


def _speakers(reader: Reader, value: Any) -> Lines:
    word = reader.language.word
    return [f"{row['name']} ({word('role.' + row['role'])})" for row in listed(value)]


def _what(reader: Reader, value: Any) -> Lines:
    said = reader.language.word(f"event.{value['kind']}")
    if "state" in value:
        said += f" – {reader.language.word('state.' + value['state'])}"
    return [capital(said)]


def _duty(reader: Reader, value: Any) -> Lines:
    """The title that some procedure gives to a duty cannot be told without it."""
    return [capital(reader.language.word(f"duty.{value}"))]


def _entry(reader: Reader, value: Any) -> Lines:
    return [reader.language.gettext("no. %(num)s") % {"num": reader.language.number(value)}]


def _changes(reader: Reader, value: Any) -> Lines:
    language = reader.language
    lines: Lines = []
    for row in value:
        new = _plain(reader, row["value"])
        shown = [line.text if isinstance(line, Say) else line for line in new]
        name = capital(place(reader, row["path"]))
        lines.append(pair(reader, name, " ".join(shown) or language.word("gone.complex")))
    return lines


def place(reader: Reader, path: str) -> str:
    """A place of an entry in words: `/body/title` is « titre »."""
    parts = [part for part in path.split("/")[1:] if not part.isdigit()]
    if parts[0] == "sources":
        return reader.language.word("field.source")
    return reader.language.word(f"field.{parts[-1]}")


def _paths(reader: Reader, value: Any) -> Lines:
    return [", ".join(dict.fromkeys(place(reader, path) for path in value))]


def _keys(reader: Reader, value: Any) -> Lines:
    return [
        f"{row['algorithm']} {row['id'][:16]}…" if isinstance(row, Mapping) else f"{row[:16]}…"
        for row in listed(value)
    ]


def pair(reader: Reader, one: str, other: str) -> str:
    """« one : other », with the signs of the language."""
    return reader.language.gettext("%(name)s: %(value)s") % {"name": one, "value": other}


def _scdl(reader: Reader, value: Any) -> Lines:
    word = reader.language.word
    return [
        pair(
            reader,
            capital(word(f"field.{name}")),
            reader.language.on(text) if name == "prefecture_date" else str(text),
        )
        for name, text in value.items()
    ]


def _procedure(reader: Reader, name: str, value: Any, label: str) -> Fact | None:
    if name == "titles":
        return Fact(label, (Say(value[reader.language.code]),))
    if name in ("name", "version", "basis"):
        return Fact(label, (Say(value),))
    if name == "stages":
        return Fact(label, (Say(", ".join(reader.language.word(f"stage.{s}") for s in value)),))
    if name == "owed":
        return Fact(
            label, tuple(Say(capital(o["titles"][reader.language.code])) for o in value)
        )
    return None


def listed(value: Any) -> list[Any]:
    """One value or several as a list; none as an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


_FORMS: dict[tuple[str, str], Form] = {
    ("", "level"): _coded("level"),
    ("", "origin"): _coded("origin"),
    ("register.opened", "origin"): _plain,
    ("", "relation"): _coded("relation"),
    ("", "channel"): _coded("channel"),
    ("", "channels"): _coded("channel"),
    ("participants.recruited", "methods"): _coded("recruitment"),
    ("", "feasibility"): _coded("feasibility"),
    ("", "verdict"): _coded("verdict"),
    ("", "state"): _coded("state"),
    ("", "nature"): _coded("nature"),
    ("", "basis"): _coded("basis"),
    ("", "use"): _coded("use"),
    ("", "roles"): _coded("account_role"),
    ("measure.adopted", "term"): _coded("term"),
    ("measure.amended", "term"): _coded("term"),
    ("body.installed", "term"): _date,
    ("body.installed", "type"): _coded("body"),
    ("contribution.received", "type"): _coded("contribution_type"),
    ("session.held", "type"): _coded("session"),
    ("document.published", "type"): _coded("document"),
    ("unit.submitted", "type"): _coded("unit"),
    ("", "cost"): _money,
    ("", "amount"): _money,
    ("mandate.issued", "total"): _money,
    ("mandate.amended", "total"): _money,
    ("", "total"): _count,
    ("", "candidates"): _count,
    ("", "participants"): _count,
    ("", "due"): _date,
    ("key.revoked", "from"): _instant,
    ("", "until"): _date,
    ("", "planned_end"): _date,
    ("", "requested"): _date,
    ("", "counts"): _categories,
    ("", "members"): _categories,
    ("", "tallies"): _tallies,
    ("", "vote"): _vote,
    ("", "envelopes"): _envelopes,
    ("", "options"): _options,
    ("", "principles"): _principles,
    ("", "file"): _file,
    ("", "target"): _target,
    ("claim.recorded", "value"): _claimed,
    ("", "claim"): _assertion,
    ("", "topic"): _topic,
    ("", "owners"): _speakers,
    ("", "holder"): _speakers,
    ("", "what"): _what,
    ("", "duty"): _duty,
    ("", "entry"): _entry,
    ("", "procedure"): _entry,
    ("", "changes"): _changes,
    ("", "paths"): _paths,
    ("", "keys"): _keys,
    ("", "key"): _keys,
    ("", "scdl"): _scdl,
    ("", "text"): _plain,
}
