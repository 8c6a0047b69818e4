"""Reads entries for a page: corrections applied, silences named, references made into links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

from ledger.domain import events
from ledger.domain.case import Case, Texts
from ledger.domain.entry import Entry, split_reference
from ledger.domain.pointer import replaced, sealed_at, value_at
from viz.site.i18n import Language

MASCULINE = frozenset({"project", "opinion_item"})
"""Unit types that a French verdict agrees with as « un projet retenu »."""


@dataclass(frozen=True, slots=True)
class Say:
    """Words to show, or the name of their absence."""

    text: str
    gone: str | None = None
    """`erased`, `restricted` or `missing` when the words themselves cannot be shown."""
    quoted: bool = False
    """Whether they are words of the register, in its language, and not of the page."""

    @property
    def paragraphs(self) -> list[str]:
        """The words line by line."""
        return [line for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to something that has an id."""

    href: str
    label: str
    """Its id, or the slug of its process before it."""
    title: str
    quoted: bool = False
    """Whether its title is words of the register, in its language."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where a statement can be read."""

    title: Say
    url: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What lets a reader check one entry."""

    seq: int
    number: str
    recorded: str
    datetime: str
    href: str
    permalink: str
    receipt: str


class Reader:
    """Reads the entries of one process in one language.

    Args:
        case: The fold of the process; None for the register's own entries.
        texts: The words behind commitments.
        others: What to call things that the fold does not hold: contributions by id, other
            processes by slug.
        suffix: What every link to an item of the process ends with: `?size=12` in a past view.
    """

    def __init__(
        self,
        case: Case | None,
        texts: Texts,
        language: Language,
        zone: ZoneInfo,
        suffix: str = "",
        others: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.case, self.texts, self.language, self.zone = case, texts, language, zone
        self.suffix, self.others = suffix, others
        self._erased: set[str] = set()
        """Commitments of which an erasure says that the words are gone."""
        if case is not None:
            for entry in case.entries if case.erased else ():
                self._erased |= _erased(case, entry)
        self.at = (
            f"{language.prefix}/p/{case.process}" if case else f"{language.prefix}/registre"
        )

    def raw(self, entry: Entry) -> Mapping[str, Any]:
        """The body of an entry as it reads now, its corrections applied."""
        # Contributions are not in the fold: what was erased of one is known when it is read.
        if self.case is not None and entry.seq in self.case.erased:
            self._erased |= _erased(self.case, entry)
        return cast(Mapping[str, Any], self._mended({"body": entry.raw}, entry)["body"])

    def on(self, entry: Entry) -> str | None:
        """When it happened, corrected."""
        on = entry.on
        for path, value in self._changes(entry):
            if path == "/on":
                on = value
        return on

    def flags(self, entry: Entry) -> list[str]:
        """What a reader must know of an entry before its words, as codes."""
        case = self.case
        found = ["illustrative"] if entry.illustrative else []
        if case is not None:
            found += ["disowned"] if entry.seq in case.disowned else []
            found += ["corrected"] if entry.seq in case.corrections else []
            found += ["erased"] if entry.seq in case.erased else []
        return found

    def say(self, value: Any, entry: Entry | None = None) -> Say | None:
        """A sealed or a clear text as words; None where nothing was said."""
        if value is None:
            return None
        if isinstance(value, str):
            return Say(value, quoted=True)
        text = self.texts.get(value["sealed"])
        if text is not None:
            return Say(text, quoted=True)
        gone = "restricted" if value["open"] == "restricted" else "missing"
        if value["sealed"] in self._erased:
            gone = "erased"
        return Say(self.language.word(f"gone.{gone}"), gone)

    def title(self, entry: Entry) -> Say | None:
        """What a thing is called: its title, else its name, else its first words."""
        raw = self.raw(entry)
        for field in ("title", "name", "object", "label"):
            if field in raw:
                return self.say(raw[field], entry)
        if "questions" in raw:
            return self.say(raw["questions"][0], entry)
        if entry.kind == "session.held":
            return Say(capital(self.language.word(f"session.{raw['type']}")))
        return None

    def ref(self, reference: str) -> Ref:
        """A link to what is referred to, here or in another process."""
        own = self.case.process if self.case else ""
        process, id_ = split_reference(reference, own)
        if not id_:
            named = self.others.get(process, process)
            return Ref(f"{self.language.prefix}/p/{process}", named, "")
        if process != own:
            href = f"{self.language.prefix}/p/{process}/{id_}"
            return Ref(href, f"{process}/{id_}", "")
        entry = self.case.things.get(id_) if self.case else None
        title = self.title(entry) if entry else None
        text = title.text if title else self.others.get(id_, "")
        return Ref(self.item(id_), id_, text, title.quoted if title else bool(text))

    def item(self, id_: str) -> str:
        """The address of a thing of this process."""
        return f"{self.at}/{id_}{self.suffix}"

    def sources(self, entry: Entry) -> list[SourceLine]:
        """Where an entry can be read, corrections of its sources applied."""
        rows = [source.model_dump(exclude_none=True) for source in entry.sources]
        lines = []
        for row in self._mended({"sources": rows}, entry)["sources"]:
            url = self.say(row.get("url"), entry)
            title = self.say(row["title"], entry)
            assert title is not None
            safe = (
                url is not None
                and not url.gone
                and url.text.startswith(("https://", "http://"))
            )
            lines.append(SourceLine(title, url.text if url and safe else None))
        return lines

    def proof(self, entry: Entry) -> Proof:
        """What lets a reader check an entry."""
        return Proof(
            entry.seq,
            self.language.number(entry.seq),
            self.language.recorded(entry.at, self.zone),
            entry.at.isoformat(),
            f"{self.language.prefix}/registre/{entry.seq}",
            self._permalink(entry),
            f"/api/v1/entries/{entry.seq}/receipt",
        )

    def _permalink(self, entry: Entry) -> str:
        """Its own page, else its place on the page of what it speaks of, or in the story."""
        if self.case is None:
            return f"{self.at}/{entry.seq}"
        base = f"{self.language.prefix}/p"
        if entry.id is not None:
            return f"{base}/{entry.process}/{entry.id}"
        subject = entry.raw.get("unit", entry.raw.get("measure"))
        if isinstance(subject, str):
            process, id_ = split_reference(subject, entry.process)
            if process == self.case.process and id_ in self.case.things:
                return f"{base}/{process}/{id_}#e{entry.seq}"
        return f"{base}/{entry.process}#e{entry.seq}"

    def _mended(self, part: dict[str, Any], entry: Entry) -> dict[str, Any]:
        """A part of an entry with its corrections applied, those of other parts left out."""
        for path, value in self._changes(entry):
            with suppress(LookupError):
                part = replaced(part, path, value)
        return part

    def _changes(self, entry: Entry) -> Iterable[tuple[str, Any]]:
        case = self.case
        if case is None:
            return
        for correction in case.corrections.get(entry.seq, ()):
            if correction.seq not in case.disowned:
                body = cast(events.CorrectionMade, correction.body)
                for change, raw in zip(body.changes, correction.raw["changes"], strict=True):
                    yield change.path, raw["value"]


def _erased(case: Case, entry: Entry) -> set[str]:
    """The commitments of an entry of which an erasure says that the words are gone."""
    found = set()
    whole = {"body": entry.raw, "sources": [s.model_dump() for s in entry.sources]}
    for erasure in case.erased.get(entry.seq, ()):
        for path in cast(events.TextErased, erasure.body).paths:
            with suppress(LookupError):
                value = value_at(whole, path)
                if sealed_at(value):
                    found.add(value["sealed"])
    return found


def capital(text: str) -> str:
    """`text` with a capital at its beginning."""
    return text[:1].upper() + text[1:]
