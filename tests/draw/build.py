"""Entries for pictures, made without a register: words in, commitments out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger.domain.case import Case, Received, fold
from ledger.domain.entry import Entry, read_entry


@dataclass
class Story:
    """A process that is written down entry by entry."""

    process: str = "publicite"
    entries: list[Entry] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    at: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def seal(self, text: str, open: str = "public") -> dict[str, str]:
        """A sealed text of which the words are at hand."""
        digest = sha256(f"{len(self.texts)}:{text}".encode(errors="replace")).hexdigest()
        self.texts[digest] = text
        return {"open": open, "sealed": digest}

    def say(
        self,
        kind: str,
        on: str | None = "2021-12-10",
        by: str = "Ville de Nantes",
        role: str = "city",
        illustrative: bool = False,
        **body: Any,
    ) -> Entry:
        """Record one more entry; words under these keys are sealed."""
        given = {k: v for k, v in body.items() if v is not None or k in _NULLABLE}
        sealed = {k: self._sealed(kind, k, v) for k, v in given.items()}
        nth = len(self.entries)
        value: dict[str, Any] = {
            "at": f"{self.at + timedelta(minutes=nth):%Y-%m-%dT%H:%M:%S}.000Z",
            "body": sealed,
            "by": {"name": by, "role": role},
            "kind": kind,
            "nth": nth,
            "on": on,
            "previous": "0" * 64,
            "process": self.process,
            "recorder": "dialogue",
            "seq": 10 + nth,
            "sources": [],
            "v": 1,
        }
        if illustrative:
            value["illustrative"] = True
        entry = read_entry(value)
        self.entries.append(entry)
        return entry

    def _sealed(self, kind: str, key: str, value: Any) -> Any:
        if kind != "process.opened" and key in _WORDS and isinstance(value, str):
            return self.seal(value)
        if key in _LISTS:
            return [self.seal(text) for text in value]
        return value

    def case(self, *received: Received) -> Case:
        """The fold of what was said."""
        return fold(self.entries, received)

    def open(self, illustrative: bool = False) -> Story:
        """Say that the process begins."""
        self.say(
            "process.opened", "2020", illustrative=illustrative,
            title="Publicité dans la ville", procedure=1, territory="Nantes",
            owners=[{"name": "Ville de Nantes", "role": "city"}],
            level="co_construction", origin="city",
        )  # fmt: skip
        return self


_WORDS = {"title", "text", "reason", "why", "object", "words", "method"}
_LISTS = {"questions", "in_scope", "out_of_scope"}
_NULLABLE = {"opinion", "response", "decision", "reason"}


UNITS = (
    (
        "Réduire la place de la publicité dans l’espace public",
        "retained",
        "Le règlement local réduira d’un tiers les surfaces autorisées.",
    ),
    (
        "Interdire les écrans numériques dans les vitrines et sur la voie publique",
        "partly_retained",
        "Interdits dans l’espace public ; la loi ne permet pas d’aller plus loin en vitrine.",
    ),
    (
        "Éteindre les publicités lumineuses de 21 h à 7 h",
        "retained",
        "La plage d’extinction sera élargie dès la révision du règlement.",
    ),
    (
        "Protéger les abords des écoles",
        "already_done",
        "La zone de protection existe depuis 2019.",
    ),
    (
        "Taxer davantage les grands formats",
        "passed_on",
        "La taxe relève de la loi de finances : la demande est transmise à l’État.",
    ),
    (
        "Créer un observatoire citoyen doté d’un budget et d’un rapport annuel en public",
        "deferred",
        "À examiner après une année d’application.",
    ),
    (
        "Supprimer toute publicité sur le mobilier urbain",
        "rejected",
        "Le contrat court jusqu’en 2033 ; sa rupture coûterait plus que le service rendu.",
    ),
    ("Donner la parole aux associations sur les panneaux libres", "retained", None),
)


def sample() -> tuple[Case, dict[str, str]]:
    """A workshop on advertising, from its mandate to its follow-up."""
    s = Story().open()
    question = "Quelle place pour la publicité dans la ville ?"
    s.say("mandate.issued", "2020-12", id="Q1", title=question, questions=[question])
    s.say("document.published", "2021-01-15", id="D1", title="Dossier d’information")
    s.say("session.held", "2021-02-06", id="S1", type="workshop", title="Premier week-end")
    s.say(
        "session.held", "2021-03-13", id="S2", type="hearing",
        title="Auditions : afficheurs, associations, juristes",
    )  # fmt: skip
    tallies = [{"count": 1204, "channel": "website"}, {"count": 86, "channel": "post"}]
    s.say("contributions.tallied", "2021-03", tallies=tallies)
    panel = ("2021-05-29", "Panel citoyen", "citizens")
    s.say("opinion.delivered", *panel, id="A1", declares=8, title="Avis sur la publicité")
    for i, (title, _, _) in enumerate(UNITS, 1):
        s.say(
            "unit.submitted", *panel, id=f"R{i}", type="recommendation", opinion="A1",
            title=title, draws_on=["D1", "S2"] if i in (2, 3) else None,
        )  # fmt: skip
    s.say("response.given", id="P1", declares=8, title="Réponse argumentée", opinion="A1")
    for i, (_, verdict, reason) in enumerate(UNITS[:-1], 1):
        s.say("answer.given", unit=f"R{i}", response="P1", verdict=verdict, reason=reason)
    s.say(
        "decision.made", "2022-06-30", id="DM1", body="Conseil métropolitain", declares=3,
        title="Règlement local de publicité métropolitain",
    )  # fmt: skip
    for id_, title, carries_out in (
        ("M1", "Réduire d’un tiers les surfaces publicitaires", ["R1", "R2"]),
        ("M2", "Interdire les écrans numériques sur le domaine public", ["R2"]),
        ("M3", "Extinction nocturne de 21 h à 7 h", ["R3"]),
    ):
        s.say(
            "measure.adopted", "2022-06-30", id=id_, decision="DM1", title=title,
            carries_out=carries_out,
        )  # fmt: skip
    for on, measure, state, text in (
        ("2023-04", "M1", "under_way", "420 dispositifs déposés sur 1 000."),
        ("2024-04", "M1", "late", "640 dispositifs déposés sur 1 000 ; reste la gare."),
        ("2023-04", "M2", "done", "Aucun écran n’est plus autorisé."),
    ):
        s.say("follow_up.reported", on, measure=measure, state=state, text=text)
    s.say("follow_up.reported", "2024-04", illustrative=True, measure="M3", state="planned")
    return s.case(), s.texts


def large(units: int = 500) -> tuple[Case, dict[str, str]]:
    """About four times as many nodes as units."""
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quelle ville demain ?"])
    s.say("opinion.delivered", id="A1", declares=units, title="Avis")
    for i in range(units):
        title = UNITS[i % 8][0]
        s.say("unit.submitted", id=f"R{i}", type="project", opinion="A1", title=title)
    s.say("response.given", id="P1", declares=units, title="Réponse", opinion="A1")
    for i in range(units):
        _, verdict, reason = UNITS[i % 7]
        s.say("answer.given", unit=f"R{i}", response="P1", verdict=verdict, reason=reason)
    s.say("decision.made", id="DM1", title="Décision", body="Conseil", declares=units)
    for i in range(units):
        s.say(
            "measure.adopted", id=f"M{i}", decision="DM1", title=UNITS[-1 - i % 8][0],
            carries_out=[f"R{i}", f"R{(i * 7) % units}"],
        )  # fmt: skip
    for i in range(units):
        s.say("follow_up.reported", measure=f"M{i}", state="under_way", text="En cours.")
    return s.case(), s.texts
