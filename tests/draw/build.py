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
        digest = sha256(f"{len(self.texts)}:{text}".encode()).hexdigest()
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
        sealed = {
            k: self._sealed(kind, k, v) for k, v in body.items() if v is not None or k in _NULLABLE
        }
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
    ("Réduire la place de la publicité dans l’espace public", "retained", "Le règlement local de publicité métropolitain réduira d’un tiers les surfaces autorisées."),
    ("Interdire les écrans numériques publicitaires dans les vitrines et sur la voie publique", "partly_retained", "Les écrans seront interdits dans l’espace public ; la loi ne permet pas d’interdire ceux des vitrines, mais leur extinction sera exigée."),
    ("Éteindre les publicités lumineuses de 21 h à 7 h", "retained", "La plage d’extinction sera élargie dès la révision du règlement."),
    ("Protéger les abords des écoles", "already_done", "La zone de protection existe depuis 2019."),
    ("Taxer davantage les grands formats", "passed_on", "La taxe relève de la loi de finances : la demande est transmise à l’État."),
    ("Créer un observatoire citoyen de la publicité, doté d’un budget propre et d’un rapport annuel rendu en public devant le conseil", "deferred", "À examiner après une année d’application."),
    ("Supprimer toute publicité sur le mobilier urbain", "rejected", "Le contrat de mobilier urbain court jusqu’en 2033 ; sa rupture coûterait plus que le service rendu."),
    ("Donner la parole aux associations sur les panneaux libres", "retained", None),
)  # fmt: skip


def sample() -> tuple[Case, dict[str, str]]:
    """A workshop on advertising, from its mandate to its follow-up."""
    s = Story().open()
    s.say(
        "mandate.issued", "2020-12", id="Q1",
        title="Quelle place pour la publicité dans la ville ?",
        questions=["Quelle place pour la publicité dans la ville ?"],
    )  # fmt: skip
    s.say("document.published", "2021-01-15", id="D1", title="Dossier d’information", type="study")
    s.say("session.held", "2021-02-06", id="S1", type="workshop", title="Premier week-end")
    s.say("session.held", "2021-03-13", id="S2", type="hearing", title="Auditions : afficheurs, associations, juristes")
    s.say("contributions.tallied", "2021-03", tallies=[{"count": 1204, "channel": "website"}, {"count": 86, "channel": "post"}])
    s.say(
        "opinion.delivered", "2021-05-29", "Panel citoyen", "citizens", id="A1",
        declares=len(UNITS), title="Avis citoyen sur la publicité",
    )  # fmt: skip
    for i, (title, _, _) in enumerate(UNITS, 1):
        s.say(
            "unit.submitted", "2021-05-29", "Panel citoyen", "citizens", id=f"R{i}",
            type="recommendation", opinion="A1", title=title,
            draws_on=["D1", "S2"] if i in (2, 3) else None,
        )  # fmt: skip
    s.say("response.given", id="P1", declares=len(UNITS), title="Réponse argumentée", opinion="A1")
    for i, (_, verdict, reason) in enumerate(UNITS[:-1], 1):
        s.say("answer.given", unit=f"R{i}", response="P1", verdict=verdict, reason=reason)
    s.say("decision.made", "2022-06-30", id="DM1", title="Règlement local de publicité métropolitain", body="Conseil métropolitain", declares=3)
    s.say("measure.adopted", "2022-06-30", id="M1", decision="DM1", title="Réduire d’un tiers les surfaces publicitaires", carries_out=["R1", "R2"])
    s.say("measure.adopted", "2022-06-30", id="M2", decision="DM1", title="Interdire les écrans numériques sur le domaine public", carries_out=["R2"])
    s.say("measure.adopted", "2022-06-30", id="M3", decision="DM1", title="Extinction nocturne de 21 h à 7 h", carries_out=["R3"])
    s.say("follow_up.reported", "2023-04", measure="M1", state="under_way", text="420 dispositifs déposés sur 1 000.")
    s.say("follow_up.reported", "2024-04", measure="M1", state="late", text="640 dispositifs déposés sur 1 000 ; reste le pourtour de la gare.")
    s.say("follow_up.reported", "2023-04", measure="M2", state="done", text="Aucun écran n’est plus autorisé.")
    s.say("follow_up.reported", "2024-04", illustrative=True, measure="M3", state="planned")
    return s.case(), s.texts


def large(units: int = 500) -> tuple[Case, dict[str, str]]:
    """About four times as many nodes as units."""
    s = Story().open()
    s.say("mandate.issued", id="Q1", questions=["Quelle ville demain ?"])
    s.say("opinion.delivered", id="A1", declares=units, title="Avis")
    for i in range(units):
        s.say("unit.submitted", id=f"R{i}", type="recommendation", opinion="A1", title=UNITS[i % 8][0])
    s.say("response.given", id="P1", declares=units, title="Réponse", opinion="A1")
    for i in range(units):
        s.say("answer.given", unit=f"R{i}", response="P1", verdict=UNITS[i % 8][1], reason=UNITS[i % 7][2])
    s.say("decision.made", id="DM1", title="Décision", body="Conseil", declares=units)
    for i in range(units):
        s.say("measure.adopted", id=f"M{i}", decision="DM1", title=UNITS[-1 - i % 8][0], carries_out=[f"R{i}", f"R{(i * 7) % units}"])
    for i in range(units):
        s.say("follow_up.reported", measure=f"M{i}", state="under_way", text="En cours de réalisation.")
    return s.case(), s.texts
