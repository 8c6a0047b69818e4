"""What was corrected in an entry: how it read, how it reads, and why, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.domain.entry import Entry
from ledger.domain.mending import Mend, mends

if TYPE_CHECKING:
    from viz.site.pages.reading import Reader, Say


@dataclass(frozen=True, slots=True)
class MendedLine:
    """One place of an entry, before and after one correction."""

    label: str
    was: Say | None
    now: Say | None
    why: Say | None
    by: str
    when: str
    disowned: bool
    """Whether the correction was disowned: then it mends nothing."""
    href: str
    """Of the correction."""


@dataclass(frozen=True, slots=True)
class Mended:
    """The corrections of one entry."""

    said: str
    """“corrected on 3 March 2025”: the newest that counts."""
    lines: tuple[MendedLine, ...]
    href: str
    """The page of the entry, where original and correction stand side by side."""


def mended_of(reader: Reader, entry: Entry) -> Mended | None:
    """The corrections of an entry; None where there is none."""
    case = reader.case
    found = mends(case, entry) if case is not None and entry.seq in case.corrections else []
    if not found:
        return None
    standing = [mend for mend in found if mend.counts]
    said = reader.language.gettext("correction disowned")
    if standing:
        said = reader.language.gettext("corrected %(when)s") % {
            "when": _when(reader, standing[-1].correction)
        }
    return Mended(
        said,
        tuple(_line(reader, mend) for mend in found),
        f"{reader.entry(entry.seq)}#corrections",
    )


def _line(reader: Reader, mend: Mend) -> MendedLine:
    correction = mend.correction
    return MendedLine(
        _label(reader, mend.path),
        shown(reader, mend.path, mend.was),
        shown(reader, mend.path, mend.now),
        reader.say(reader.raw(correction)["why"], correction),
        correction.by.name,
        _when(reader, correction),
        not mend.counts,
        reader.entry(correction.seq),
    )


def shown(reader: Reader, path: str, value: Any) -> Say | None:
    """A value of an entry in words: a text, a date, a number."""
    if path == "/on":
        value = reader.language.on(value) if value else reader.language.gettext("Date unknown")
    elif isinstance(value, int):
        value = reader.language.number(value)
    return reader.say(value) if isinstance(value, str | Mapping) else None


def _label(reader: Reader, path: str) -> str:
    """What a place is called: `/sources/0/title` is a source."""
    parts = [part for part in path.split("/")[1:] if not part.isdigit()]
    name = "source" if parts[0] == "sources" and parts[-1] != "url" else parts[-1]
    said = reader.language.word(f"field.{name}")
    return said[:1].upper() + said[1:]


def _when(reader: Reader, correction: Entry) -> str:
    """When a correction was made; failing that, recorded."""
    language = reader.language
    return language.when(reader.on(correction)) or language.when(
        correction.at.astimezone(reader.zone).date().isoformat()
    )
