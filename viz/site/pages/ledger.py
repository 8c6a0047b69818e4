"""The pages of the register itself: its newest entries, one entry in full, how to verify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from ledger.core.digest import leaf_hash
from ledger.core.sealed import find_sealed
from ledger.domain.entry import Entry, parse_entry
from ledger.domain.events import REGISTER
from ledger.service.keyring import signature_of
from ledger.service.query import Head, Queries
from ledger.service.view import View
from ledger.store.read import RawOpening
from viz.site.i18n import Language
from viz.site.pages.reading import Reader, Say, capital, reader_of
from viz.site.pages.signing import Standing, standing_of
from viz.site.pages.telling import Told, tell

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in the list of the register."""

    told: Told
    process: str
    """Its title."""
    process_href: str
    instant: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed text of an entry."""

    path: str
    place: str
    commitment: str
    text: Say
    open: str


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry: in words, in bytes, with its proof."""

    told: Told
    process: str
    process_href: str
    process_title: str
    nth: str
    instant: str
    recorder: str
    leaf: str
    previous: str
    previous_href: str
    next_href: str
    pretty: str
    raw: str
    length: int
    sealed: tuple[Sealed, ...]
    known: bool
    standing: Standing


def rows_of(
    queries: Queries,
    views: Mapping[str, View],
    language: Language,
    start: int,
    stop: int,
    suffix: str = "",
) -> list[Row]:
    """Entries `start` to `stop` of the register, newest first."""
    rows = []
    for seq, data in queries.entries(start=start, limit=stop - start):
        entry = parse_entry(data)
        reader = reader_at(queries, views.get(entry.process), language, seq, suffix)
        rows.append(_row(queries, views, reader, entry))
    return rows[::-1]


def _row(queries: Queries, views: Mapping[str, View], reader: Reader, entry: Entry) -> Row:
    view, language = views.get(entry.process), reader.language
    return Row(
        tell(reader, entry),
        view.case.title if view else entry.process,
        "" if entry.process == REGISTER else reader.page(f"/p/{entry.process}"),
        language.instant(entry.at, queries.register.opened.zone),
    )


def reader_at(
    queries: Queries, view: View | None, language: Language, seq: int, suffix: str = ""
) -> Reader:
    """A reader for one entry: with the words of its process, contributions included."""
    _, texts = queries.read_entry(seq)
    zone = queries.register.opened.zone
    if view is None:
        return Reader(None, texts, language, zone, suffix)
    return reader_of(view, language, zone, suffix, texts=texts)


def entry_page(
    queries: Queries,
    view: View | None,
    language: Language,
    seq: int,
    size: int,
    suffix: str = "",
) -> EntryPage:
    """One entry.

    Args:
        size: Of the register: there is no next entry at its end.

    Raises:
        RefusedError: `unknown_entry`.
    """
    data, openings = queries.entry(seq)
    value = cast(dict[str, Any], orjson.loads(data))
    entry = parse_entry(data)
    reader = reader_at(queries, view, language, seq, suffix)
    own = entry.process == REGISTER
    return EntryPage(
        tell(reader, entry),
        entry.process,
        "" if own else reader.page(f"/p/{entry.process}"),
        view.case.title if view else language.gettext("The register itself"),
        language.number(entry.nth),
        language.instant(entry.at, queries.register.opened.zone),
        entry.recorder,
        leaf_hash(data).hex(),
        value["previous"],
        reader.entry(seq - 1) if seq else "",
        reader.entry(seq + 1) if seq + 1 < size else "",
        orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(),
        data.decode(),
        len(data),
        tuple(_sealed(reader, entry, value, openings)),
        entry.body is not None,
        standing_of(
            language,
            queries.register.opened.zone,
            entry,
            signature_of(queries.register, data, size=size),
        ),
    )


def _sealed(
    reader: Reader, entry: Entry, value: dict[str, Any], openings: Sequence[RawOpening]
) -> Iterable[Sealed]:
    words = {opening.commitment.hex(): opening.value for opening in openings}
    for path, public, sealed in find_sealed(value):
        text = {"open": "public" if public else "restricted", "sealed": sealed}
        said = words.get(sealed)
        yield Sealed(
            path,
            capital(_place(reader, path)),
            sealed,
            Say(said) if said is not None else reader.say(text, entry) or Say(""),
            reader.language.word(f"open.{text['open']}"),
        )


def _place(reader: Reader, path: str) -> str:
    parts = [part for part in path.split("/")[1:] if not part.isdigit()]
    name = "source" if parts[0] == "sources" and parts[-1] != "url" else parts[-1]
    return reader.language.word(f"field.{name}")


def key_lines(head: Head) -> tuple[str, ...]:
    """Who signed a checkpoint, each name once."""
    names = (
        line[2:].split(" ", 1)[0]
        for line in head.note.decode().split("\n\n", 1)[-1].splitlines()
        if line.startswith("— ")
    )
    return tuple(dict.fromkeys(names))
