"""The vocabulary: every kind of statement that a register holds, as frozen models.

One entry is one statement. Its kind names the form of its `body`, below in the order of a
process: register, opening, mandate, participation, opinion, instruction, response, decision,
droit de suite, then what may be said at any time. Field names mean the same in every kind:
`unit` always refers to a unit, `draws_on` to what something rests upon (`REFERS`).

Fields of type `Text`, `PublicText` and `PrivateText` are sealed: a draft gives the words, the
entry keeps a commitment, the vault the words. Everything else is in clear for ever.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ledger.domain.procedure import Procedure, What
from ledger.domain.values import (
    About,
    At,
    Cents,
    Count,
    Hex32,
    Hex64,
    Id,
    Integer,
    Label,
    Many,
    Maybe,
    Model,
    Natural,
    On,
    Pointer,
    PrivateText,
    PublicText,
    Reference,
    Sealed,
    Sealing,
    Seq,
    Slug,
    Some,
    Text,
    Url,
    Word,
)
from ledger.domain.words import (
    Basis,
    BodyType,
    Bound,
    Channel,
    ContributionType,
    DocumentType,
    Feasibility,
    Level,
    Nature,
    Origin,
    Principle,
    Recruitment,
    Relation,
    Role,
    SessionType,
    State,
    Term,
    UnitType,
    Verdict,
)

# -- parts of statements ------------------------------------------------------------------


class Speaker(Model):
    """Who speaks: a body and its role, never a private person."""

    name: Label
    role: Role


class Source(Model):
    """Where a statement can be read."""

    title: PublicText
    url: Maybe[Url] = None


class Signed(Model):
    """A body's own Ed25519 signature of its statement, never to be replayed: the nonce."""

    key: Hex64
    nonce: Hex32
    sig: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{85}[AQgw]==$")]


class Participants(Model):
    """A number of private persons in one category; categories may overlap unless they share
    a `partition` (women and men of one panel).
    """

    category: Label
    count: Count
    partition: Maybe[Word] = None


class Members(Model):
    """A number of members of a public body in one category."""

    category: Label
    count: Natural
    partition: Maybe[Word] = None


class Vote(Model):
    """The figures of a vote as announced; whether they add up is judged, not refused."""

    unanimous: Maybe[bool] = None
    seats: Maybe[Natural] = None
    cast: Maybe[Natural] = None
    in_favour: Maybe[Natural] = None
    against: Maybe[Natural] = None
    abstained: Maybe[Natural] = None

    @model_validator(mode="after")
    def _says_something(self) -> Vote:
        if not self.model_fields_set:
            raise ValueError("a vote says at least whether it was unanimous, or its figures")
        return self


class Envelope(Model):
    """Money set aside for one territory."""

    territory: Label
    cents: Cents


class Engagement(Model):
    """How a process says that it meets one of the fourteen principles."""

    principle: Principle
    how: Text


class Tally(Model):
    """How many contributions of one sort were counted."""

    count: Natural
    label: Maybe[Label] = None
    channel: Maybe[Channel] = None
    theme: Maybe[Label] = None
    type: Maybe[ContributionType] = None
    partition: Maybe[Word] = None


class File(Model):
    """A file by its fingerprint: SHA-256 in clear for a public document, else sealed."""

    bytes: Natural
    media: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    sha256: Annotated[Hex64 | Sealed, Sealing("clear", "sha256")]


class Target(Model):
    """What a measure sets out to reach: 1000 devices removed."""

    quantity: Natural
    unit: Label


class Option(Model):
    """What one project received in a ballot."""

    unit: Reference
    votes: Natural
    elected: bool


class Quantity(Model):
    """A figure as claimed: over 85 %."""

    number: Integer
    unit: Label
    bound: Bound


class Moment(Model):
    """A date as claimed."""

    date: On


class Assertion(Model):
    """What is claimed beside a report: a topic and its value."""

    topic: Word
    value: Quantity | Moment


class Change(Model):
    """One place of an entry, and what should have stood there; sealed if the place was."""

    path: Pointer | Literal["/on"]
    value: Annotated[Natural | Label | Sealed, Sealing("clear")]


class Scdl(Model):
    """The columns of the national open-data schema « Délibérations » (SCDL 2.1.5) that the
    decision itself does not already say.

    Source: SCDL Délibérations 2.1.5, columns COLL_SIRET to DELIB_URL.
    """

    siret: Maybe[Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]] = None
    matter_code: Maybe[Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]{1,2}$")]] = None
    matter_name: Maybe[Label] = None
    budget_year: Maybe[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(/[0-9]{4})?$")]] = (
        None
    )
    budget_name: Maybe[Label] = None
    prefecture_id: Maybe[Label] = None
    prefecture_date: Maybe[On] = None


class Key(Model):
    """A public key by its algorithm, id (SHA-256 of the raw key) and raw bytes in hex."""

    algorithm: Literal["ed25519", "ml-dsa-44"]
    id: Hex64
    public: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$", max_length=2624)]

    @model_validator(mode="after")
    def _is_one(self) -> Key:
        raw = bytes.fromhex(self.public)
        if len(raw) != {"ed25519": 32, "ml-dsa-44": 1312}[self.algorithm]:
            raise ValueError(f"no {self.algorithm} key has {len(raw)} bytes")
        if sha256(raw).hexdigest() != self.id:
            raise ValueError("the id of a key is the SHA-256 of its raw bytes")
        return self


# -- the register -------------------------------------------------------------------------


class RegisterOpened(Model):
    """Entry 0: who keeps the register, under which origin, with which keys."""

    authority: Label
    origin: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9.-]+(/[A-Za-z0-9._-]+)*$", max_length=120)
    ]
    time_zone: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", max_length=60)
    ]
    keys: Some[Key]
    reconstruction: bool


class ProcedureAdopted(Procedure):
    """A procedure comes into force: its whole grammar is the statement."""


class KeyAdded(Model):
    """A key joins: of the log, or of a body that signs its own statements."""

    key: Key
    use: Literal["log", "statement"]
    holder: Maybe[Speaker] = None


class KeyRevoked(Model):
    """A key is no longer trusted from an instant on."""

    key: Hex64
    since: Annotated[At, Field(alias="from")]


class AccountGranted(Model):
    """An account may record: in which roles, for which processes or territories."""

    account: Slug
    roles: Some[Word]
    processes: Maybe[Some[Slug]] = None
    territories: Maybe[Some[Label]] = None
    until: Maybe[On] = None


class AccountRevoked(Model):
    """An account may no longer record."""

    account: Slug


class PolicySet(Model):
    """A rule of the house, in clear: how many witnesses, how long tokens last."""

    policy: Word
    value: Label | Integer | bool


# -- opening ------------------------------------------------------------------------------


class ProcessOpened(Model):
    """A decision process begins."""

    title: Label
    procedure: Seq
    territory: Label
    owners: Some[Speaker]
    origin: Origin
    level: Maybe[Level] = None
    theme: Maybe[Label] = None
    summary: Maybe[Text] = None


class ProcessLinked(Model):
    """This process arises from another, or feeds it."""

    relation: Relation
    to: Slug
    why: Maybe[Text] = None


class ProcedureChanged(Model):
    """Another procedure governs the process from here on."""

    procedure: Seq
    why: Text


class ProcessClosed(Model):
    """Nothing more is expected."""

    why: Maybe[Text] = None


# -- mandate ------------------------------------------------------------------------------


class MandateIssued(Model):
    """What citizens are asked, what is open and what is not, and who will decide."""

    id: Id
    questions: Some[PublicText]
    title: Maybe[PublicText] = None
    in_scope: Maybe[Some[PublicText]] = None
    out_of_scope: Maybe[Some[PublicText]] = None
    decides: Maybe[Label] = None
    number: Maybe[Label] = None
    vote: Maybe[Vote] = None
    method: Maybe[PublicText] = None
    principles: Maybe[Some[Engagement]] = None
    criteria: Maybe[Some[PublicText]] = None
    envelopes: Maybe[Some[Envelope]] = None
    total: Maybe[Cents] = None


class MandateAmended(Model):
    """The mandate changes; what is not named stays."""

    mandate: Reference
    why: PublicText
    questions: Maybe[Some[PublicText]] = None
    in_scope: Maybe[Some[PublicText]] = None
    out_of_scope: Maybe[Some[PublicText]] = None
    decides: Maybe[Label] = None
    method: Maybe[PublicText] = None
    principles: Maybe[Some[Engagement]] = None
    criteria: Maybe[Some[PublicText]] = None
    envelopes: Maybe[Some[Envelope]] = None
    total: Maybe[Cents] = None


class DateAnnounced(Model):
    """Somebody promised that something would be done by a date. Every promise stays."""

    due: On
    duty: Maybe[Word] = None
    what: Maybe[What] = None
    about: Maybe[Some[About]] = None
    words: Maybe[PublicText] = None

    @model_validator(mode="after")
    def _one_object(self) -> DateAnnounced:
        if (self.duty is None) == (self.what is None):
            raise ValueError("give either `duty` (the id of a duty) or `what` (kind and state)")
        return self


class BodyInstalled(Model):
    """A commission, panel, jury, guarantor or follow-up body begins its work."""

    id: Id
    type: BodyType
    name: Label
    size: Maybe[Natural] = None
    members: Maybe[Some[Members]] = None
    term: Maybe[On] = None
    task: Maybe[PublicText] = None


# -- participation ------------------------------------------------------------------------


class ParticipationOpened(Model):
    """A period in which anybody may take part begins."""

    id: Id
    channels: Some[Channel]
    title: Maybe[PublicText] = None
    planned_end: Maybe[On] = None


class ParticipationClosed(Model):
    """That period ends."""

    participation: Reference


class ParticipantsRecruited(Model):
    """How the participants were found, and how many there are by category."""

    methods: Some[Recruitment]
    counts: Maybe[Some[Participants]] = None
    total: Maybe[Count] = None
    candidates: Maybe[Count] = None
    panel: Maybe[Reference] = None
    words: Maybe[PublicText] = None


class SessionHeld(Model):
    """People met."""

    id: Id
    type: SessionType
    title: Maybe[PublicText] = None
    summary: Maybe[PublicText] = None
    phase: Maybe[Label] = None
    place: Maybe[Label] = None
    total: Maybe[Count] = None
    counts: Maybe[Some[Participants]] = None
    documents: Maybe[Some[Reference]] = None
    about: Maybe[Some[About]] = None


class ContributionReceived(Model):
    """One contribution: what somebody wrote, said or drew."""

    id: Id
    channel: Channel
    type: Maybe[ContributionType] = None
    reference: Maybe[Text] = None
    theme: Maybe[Label] = None
    territory: Maybe[Label] = None
    title: Maybe[Text] = None
    text: Maybe[Text] = None
    author: Maybe[PrivateText] = None
    documents: Maybe[Some[Reference]] = None
    participation: Maybe[Reference] = None


class ContributionsTallied(Model):
    """How many contributions there were, where they are not recorded one by one."""

    tallies: Some[Tally]
    participants: Maybe[Count] = None
    words: Maybe[PublicText] = None


class DocumentPublished(Model):
    """A document that others may point at, with its fingerprint where we hold the file."""

    id: Id
    title: PublicText
    type: Maybe[DocumentType] = None
    url: Maybe[Url] = None
    file: Maybe[File] = None
    pages: Maybe[Natural] = None
    summary: Maybe[PublicText] = None
    about: Maybe[Some[About]] = None


# -- opinion ------------------------------------------------------------------------------


class OpinionDelivered(Model):
    """Citizens hand over what they recommend, and say in how many units."""

    id: Id
    declares: Natural | None
    title: Maybe[PublicText] = None
    text: Maybe[PublicText] = None
    disagreements: Maybe[Some[PublicText]] = None
    documents: Maybe[Some[Reference]] = None


class UnitSubmitted(Model):
    """One recommendation, question, project …: what is traced from here to the end."""

    id: Id
    type: UnitType
    opinion: Reference | None
    title: PublicText
    text: Maybe[PublicText] = None
    theme: Maybe[Label] = None
    territory: Maybe[Label] = None
    draws_on: Maybe[Some[Reference]] = None
    replaces: Maybe[Some[Reference]] = None


class UnitDrawn(Model):
    """More of what a unit draws on, where one entry could not hold the list."""

    unit: Reference
    draws_on: Some[Reference]


class UnitWithdrawn(Model):
    """Its authors take a unit back."""

    unit: Reference
    why: PublicText


# -- instruction --------------------------------------------------------------------------


class UnitAssessed(Model):
    """What the services found: may it be done, at what cost, by whom."""

    unit: Reference
    eligible: Maybe[bool] = None
    feasibility: Maybe[Feasibility] = None
    cost: Maybe[Cents] = None
    competent: Maybe[Label] = None
    service: Maybe[Label] = None
    reason: Maybe[PublicText] = None


# -- response -----------------------------------------------------------------------------


class ResponseGiven(Model):
    """The argued response: says how many units it answers."""

    id: Id
    declares: Natural | None
    title: Maybe[PublicText] = None
    text: Maybe[PublicText] = None
    opinion: Maybe[Reference] = None
    documents: Maybe[Some[Reference]] = None


class AnswerGiven(Model):
    """What one unit is answered, and why. A null reason is recorded, and shown."""

    unit: Reference
    response: Reference | None
    verdict: Verdict
    reason: PublicText | None
    to: Maybe[Label] = None
    until: Maybe[On] = None

    @model_validator(mode="after")
    def _complete(self) -> AnswerGiven:
        if (self.to is not None) and self.verdict != "passed_on":
            raise ValueError("`to` belongs to the verdict passed_on")
        if (self.until is not None) and self.verdict != "deferred":
            raise ValueError("`until` belongs to the verdict deferred")
        return self


class UnitTransmitted(Model):
    """A unit was handed to the authority that is competent for it."""

    unit: Reference
    to: Label
    words: Maybe[PublicText] = None


# -- decision -----------------------------------------------------------------------------


class DecisionMade(Model):
    """The competent body decides, and says in how many measures."""

    id: Id
    title: PublicText
    body: Label
    declares: Natural | None
    text: Maybe[PublicText] = None
    number: Maybe[Label] = None
    vote: Maybe[Vote] = None
    scdl: Maybe[Scdl] = None
    documents: Maybe[Some[Reference]] = None


class MeasureAdopted(Model):
    """One thing that will be done, and the units it carries out, possibly none."""

    id: Id
    decision: Reference | None
    title: PublicText
    carries_out: Many[Reference]
    text: Maybe[PublicText] = None
    amount: Maybe[Cents] = None
    due: Maybe[On] = None
    term: Maybe[Term] = None
    programme: Maybe[Label] = None
    target: Maybe[Target] = None
    lead: Maybe[Label] = None
    territory: Maybe[Label] = None


class MeasureAmended(Model):
    """A later decision changes a measure; what is not named stays."""

    measure: Reference
    decision: Reference | None
    why: Maybe[PublicText] = None
    title: Maybe[PublicText] = None
    text: Maybe[PublicText] = None
    amount: Maybe[Cents] = None
    due: Maybe[On] = None
    term: Maybe[Term] = None
    programme: Maybe[Label] = None
    target: Maybe[Target] = None
    lead: Maybe[Label] = None


class BallotHeld(Model):
    """Residents voted."""

    id: Id
    options: Some[Option]
    voters: Maybe[Natural] = None
    envelopes: Maybe[Some[Envelope]] = None
    title: Maybe[PublicText] = None


# -- droit de suite -----------------------------------------------------------------------


class FollowUpReported(Model):
    """What became of a measure: its state, in whose words, with which evidence."""

    measure: Reference
    state: State
    text: Maybe[PublicText] = None
    claim: Maybe[Assertion] = None
    evidence: Maybe[Some[Reference]] = None


class ReviewHeld(Model):
    """Accounts were given in public."""

    id: Id
    title: Maybe[PublicText] = None
    text: Maybe[PublicText] = None
    total: Maybe[Count] = None
    documents: Maybe[Some[Reference]] = None
    about: Maybe[Some[About]] = None


class EvaluationPublished(Model):
    """What was evaluated, how, within which limits, and what was found."""

    id: Id
    object: PublicText
    findings: Maybe[PublicText] = None
    purpose: Maybe[PublicText] = None
    addressees: Maybe[PublicText] = None
    questions: Maybe[Some[PublicText]] = None
    methods: Maybe[Some[PublicText]] = None
    limits: Maybe[Some[PublicText]] = None
    criteria: Maybe[Some[PublicText]] = None
    documents: Maybe[Some[Reference]] = None
    about: Maybe[Some[About]] = None


class LabelAwarded(Model):
    """An achievement bears the mark of the citizens' process it came from."""

    measure: Reference
    label: Label
    place: Maybe[Label] = None


# -- at any time --------------------------------------------------------------------------


class ClaimRecorded(Model):
    """What somebody says of a figure or a date. Claims stand side by side, none is picked."""

    about: Some[About]
    topic: Word
    value: Quantity | Moment
    nature: Nature
    state: Maybe[State] = None
    words: Maybe[PublicText] = None


class CorrectionMade(Model):
    """A slip of the pen is mended: never a verdict, state, vote, amount, id or link."""

    entry: Seq
    changes: Some[Change]
    why: PublicText


class TextErased(Model):
    """Texts were destroyed for a person's sake: which, on what legal basis, asked for when."""

    entry: Seq
    paths: Some[Pointer]
    basis: Basis
    requested: Maybe[On] = None


class EntryDisowned(Model):
    """An entry was recorded by mistake: still shown, no longer judged."""

    entry: Seq
    why: PublicText


Body = (
    RegisterOpened
    | ProcedureAdopted
    | KeyAdded
    | KeyRevoked
    | AccountGranted
    | AccountRevoked
    | PolicySet
    | ProcessOpened
    | ProcessLinked
    | ProcedureChanged
    | ProcessClosed
    | MandateIssued
    | MandateAmended
    | DateAnnounced
    | BodyInstalled
    | ParticipationOpened
    | ParticipationClosed
    | ParticipantsRecruited
    | SessionHeld
    | ContributionReceived
    | ContributionsTallied
    | DocumentPublished
    | OpinionDelivered
    | UnitSubmitted
    | UnitDrawn
    | UnitWithdrawn
    | UnitAssessed
    | ResponseGiven
    | AnswerGiven
    | UnitTransmitted
    | DecisionMade
    | MeasureAdopted
    | MeasureAmended
    | BallotHeld
    | FollowUpReported
    | ReviewHeld
    | EvaluationPublished
    | LabelAwarded
    | ClaimRecorded
    | CorrectionMade
    | TextErased
    | EntryDisowned
)

KINDS: dict[str, type[Body]] = {
    "register.opened": RegisterOpened,
    "procedure.adopted": ProcedureAdopted,
    "key.added": KeyAdded,
    "key.revoked": KeyRevoked,
    "account.granted": AccountGranted,
    "account.revoked": AccountRevoked,
    "policy.set": PolicySet,
    "process.opened": ProcessOpened,
    "process.linked": ProcessLinked,
    "procedure.changed": ProcedureChanged,
    "process.closed": ProcessClosed,
    "mandate.issued": MandateIssued,
    "mandate.amended": MandateAmended,
    "date.announced": DateAnnounced,
    "body.installed": BodyInstalled,
    "participation.opened": ParticipationOpened,
    "participation.closed": ParticipationClosed,
    "participants.recruited": ParticipantsRecruited,
    "session.held": SessionHeld,
    "contribution.received": ContributionReceived,
    "contributions.tallied": ContributionsTallied,
    "document.published": DocumentPublished,
    "opinion.delivered": OpinionDelivered,
    "unit.submitted": UnitSubmitted,
    "unit.drawn": UnitDrawn,
    "unit.withdrawn": UnitWithdrawn,
    "unit.assessed": UnitAssessed,
    "response.given": ResponseGiven,
    "answer.given": AnswerGiven,
    "unit.transmitted": UnitTransmitted,
    "decision.made": DecisionMade,
    "measure.adopted": MeasureAdopted,
    "measure.amended": MeasureAmended,
    "ballot.held": BallotHeld,
    "follow_up.reported": FollowUpReported,
    "review.held": ReviewHeld,
    "evaluation.published": EvaluationPublished,
    "label.awarded": LabelAwarded,
    "claim.recorded": ClaimRecorded,
    "correction.made": CorrectionMade,
    "text.erased": TextErased,
    "entry.disowned": EntryDisowned,
}

REGISTER = "register"
"""The reserved process that holds the register's own affairs."""
REGISTER_KINDS = frozenset(list(KINDS)[:7])
ANYWHERE_KINDS = frozenset({"correction.made", "text.erased", "entry.disowned"})
"""Kinds that a process and the register itself may hold."""

DECLARED: dict[str, str] = {
    "mandate.issued": "mandate",
    "body.installed": "body",
    "participation.opened": "participation",
    "session.held": "session",
    "contribution.received": "contribution",
    "document.published": "document",
    "opinion.delivered": "opinion",
    "unit.submitted": "unit",
    "response.given": "response",
    "decision.made": "decision",
    "measure.adopted": "measure",
    "ballot.held": "ballot",
    "review.held": "review",
    "evaluation.published": "evaluation",
}
"""What an `id` of each kind names."""

_EVIDENCE = ("contribution", "document", "session", "participation", "unit")
REFERS: dict[str, tuple[str, ...]] = {
    "about": (),
    "carries_out": ("unit",),
    "decision": ("decision",),
    "documents": ("document",),
    "draws_on": _EVIDENCE,
    "evidence": ("document", "session", "evaluation", "review"),
    "mandate": ("mandate",),
    "measure": ("measure",),
    "opinion": ("opinion",),
    "panel": ("body",),
    "participation": ("participation",),
    "replaces": ("unit",),
    "response": ("response",),
    "unit": ("unit",),
}
"""Fields that refer, and to what; `()` is anything that has an id, or a whole process."""
