"""Reads entries for a page: corrections applied, silences named, references made into links."""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

from ledger.domain import events
from ledger.domain.case import Case, Measure, Texts
from ledger.domain.entry import Entry, split_reference
from ledger.domain.keyring import Worth
from ledger.domain.mending import reads, terms
from ledger.domain.pointer import sealed_at, value_at
from ledger.service.view import View
from viz.site.i18n import Language
from viz.site.pages.mended import Mended, mended_of

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
    mended: Mended | None
    """Its corrections: where an entry can be checked, its original is one click away."""
    signed: str = ""
    """That its speaker signed it, in a word; empty where it was recorded on their behalf."""
    worth: str = ""
    """`valid`, `doubtful` or `void`, if it was signed."""


class Reader:
    """Reads the entries of one process in one language.

    Args:
        case: The fold of the process; None for the register's own entries.
        texts: The words behind commitments.
        suffix: What every link to a page ends with: `?size=12` in a past view.
        others: What to call things that the fold does not hold: contributions by id, other
            processes by slug.
        forgotten: In a past view, the commitments whose words were erased later.
        carried: The measures of other processes that carry out a unit, by its id.
        signatures: What the signatures of its statements are worth, by seq.
    """

    def __init__(
        self,
        case: Case | None,
        texts: Texts,
        language: Language,
        zone: ZoneInfo,
        suffix: str = "",
        others: Mapping[str, str] = MappingProxyType({}),
        forgotten: Set[str] = frozenset(),
        carried: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        signatures: Mapping[int, Worth] = MappingProxyType({}),
    ) -> None:
        self.case, self.texts, self.language, self.zone = case, texts, language, zone
        self.suffix, self.others, self._forgotten = suffix, others, forgotten
        self.carried, self.signatures = carried, signatures
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
        if not self._corrected(entry):
            return entry.raw
        assert self.case is not None
        return cast(Mapping[str, Any], reads(self.case, entry)["body"])

    def on(self, entry: Entry) -> str | None:
        """When it happened, corrected."""
        if not self._corrected(entry):
            return entry.on
        assert self.case is not None
        return cast("str | None", reads(self.case, entry)["on"])

    def terms(self, measure: Measure) -> Mapping[str, Any]:
        """What holds of a measure now, amendments and corrections applied."""
        assert self.case is not None
        return terms(self.case, measure)

    def flags(self, entry: Entry) -> list[str]:
        """What a reader must know of an entry before its words, as codes."""
        case = self.case
        found = ["illustrative"] if entry.illustrative else []
        if case is not None:
            found += ["disowned"] if entry.seq in case.disowned else []
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
        elif value["sealed"] in self._forgotten:
            gone = "erased_since"
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
            return Ref(self.page(f"/p/{process}"), self.others.get(process, process), "")
        if process != own:
            return Ref(self.page(f"/p/{process}/{id_}"), f"{process}/{id_}", "")
        entry = self.case.things.get(id_) if self.case else None
        title = self.title(entry) if entry else None
        if self.case and id_ in self.case.measures:  # a later decision may have renamed it
            title = self.say(self.terms(self.case.measures[id_])["title"])
        text = title.text if title else self.others.get(id_, "")
        return Ref(self.item(id_), id_, text, title.quoted if title else bool(text))

    def page(self, path: str) -> str:
        """The address of a page, in this language and at the size that is read."""
        return f"{self.language.prefix}{path}{self.suffix}"

    def entry(self, seq: int) -> str:
        """The address of the page of an entry."""
        return self.page(f"/registre/{seq}")

    def item(self, id_: str) -> str:
        """The address of a thing of this process."""
        return f"{self.at}/{id_}{self.suffix}"

    def sources(self, entry: Entry) -> list[SourceLine]:
        """Where an entry can be read, corrections of its sources applied."""
        rows = [source.model_dump(exclude_none=True) for source in entry.sources]
        if self._corrected(entry):
            assert self.case is not None
            rows = reads(self.case, entry)["sources"]
        lines = []
        for row in rows:
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
        worth = self.signatures.get(entry.seq, "")
        return Proof(
            entry.seq,
            self.language.number(entry.seq),
            self.language.recorded(entry.at, self.zone),
            entry.at.isoformat(),
            self.entry(entry.seq),
            self._permalink(entry),
            f"/api/v1/entries/{entry.seq}/receipt",
            mended_of(self, entry),
            self.language.word(f"signed.{worth}") if worth else "",
            worth,
        )

    def _permalink(self, entry: Entry) -> str:
        """Its own page, else its place on the page of what it speaks of, or in the story."""
        if self.case is None:
            return self.entry(entry.seq)
        if entry.id is not None:
            return self.page(f"/p/{entry.process}/{entry.id}")
        subject = entry.raw.get("unit", entry.raw.get("measure"))
        if isinstance(subject, str):
            process, id_ = split_reference(subject, entry.process)
            if process == self.case.process and id_ in self.case.things:
                return self.page(f"/p/{process}/{id_}") + f"#e{entry.seq}"
        return self.page(f"/p/{entry.process}") + f"#e{entry.seq}"

    def _corrected(self, entry: Entry) -> bool:
        return self.case is not None and entry.seq in self.case.corrections


def reader_of(
    view: View,
    language: Language,
    zone: ZoneInfo,
    suffix: str = "",
    *,
    texts: Texts = MappingProxyType({}),
    others: Mapping[str, str] = MappingProxyType({}),
) -> Reader:
    """A reader of one process as a view knows it.

    Args:
        texts: Words beside those of the view: of its contributions.
    """
    known = {**view.texts, **texts} if texts else view.texts
    named = {**{n.process: n.title for n in view.neighbours}, **others}
    return Reader(
        view.case,
        known,
        language,
        zone,
        suffix,
        named,
        view.erased_since,
        view.carried,
        view.signatures,
    )


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
