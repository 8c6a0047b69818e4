"""The lists a statement may choose from, each enumerated once.

What they are called on the pages is in the catalogues of `viz.site`, under the same codes.
"""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal[
    "registrar",  # who keeps the register
    "city",  # the municipality or metropolis as an institution
    "council",  # its deliberating assembly
    "elected",  # members of that assembly in charge
    "services",  # the administration
    "authority",  # another public authority: département, région, agency
    "state",
    "citizens",  # those who give the opinion: panel, workshop, assembly of residents
    "commission",  # a body that leads a debate or follows it up
    "jury",
    "guarantor",  # watches over the rules of the game
    "third_party",  # a neutral body that runs a process
    "contracting_authority",
    "partner",  # association, enterprise, university
    "press",
]

ORGANS = frozenset({"council", "elected", "services"})
"""Roles of those who act for a city."""

Stage = Literal[
    "register",
    "opening",
    "mandate",
    "participation",
    "opinion",
    "instruction",
    "response",
    "decision",
    "follow_up",
    "any",
]

STAGES: dict[str, tuple[str, ...]] = {
    "register": (
        "register.opened",
        "procedure.adopted",
        "key.added",
        "key.revoked",
        "account.granted",
        "account.revoked",
        "policy.set",
    ),
    "opening": ("process.opened", "process.linked", "procedure.changed", "process.closed"),
    "mandate": ("mandate.issued", "mandate.amended", "date.announced", "body.installed"),
    "participation": (
        "participation.opened",
        "participation.closed",
        "participants.recruited",
        "session.held",
        "contribution.received",
        "contributions.tallied",
        "document.published",
    ),
    "opinion": ("opinion.delivered", "unit.submitted", "unit.drawn", "unit.withdrawn"),
    "instruction": ("unit.assessed",),
    "response": ("response.given", "answer.given", "unit.transmitted"),
    "decision": ("decision.made", "measure.adopted", "measure.amended", "ballot.held"),
    "follow_up": (
        "follow_up.reported",
        "review.held",
        "evaluation.published",
        "label.awarded",
    ),
    "any": ("claim.recorded", "correction.made", "text.erased", "entry.disowned"),
}
"""The stage that each kind belongs to, in the order of a process."""
STAGE_OF: dict[str, str] = {kind: stage for stage, kinds in STAGES.items() for kind in kinds}

Level = Literal["information", "consultation", "co_construction"]
Origin = Literal["city", "self_referral", "petition", "law", "process"]
Relation = Literal["arises_from", "feeds"]
BodyType = Literal["commission", "jury", "panel", "guarantor", "follow_up", "council", "team"]
Channel = Literal[
    "website",
    "email",
    "post",
    "phone",
    "register",  # a register laid out for remarks
    "meeting",
    "workshop",
    "stand",
    "walk",
    "hearing",
    "survey",
    "social_media",
    "neighbourhood_platform",
    "other",
]
ContributionType = Literal[
    "individual", "position_paper", "observation", "question", "proposal", "answer_to_survey"
]
Recruitment = Literal["lot", "volunteers", "outreach", "designation", "call"]
SessionType = Literal[
    "workshop",
    "hearing",
    "public_meeting",
    "restitution",
    "walk",
    "survey",
    "debate_without_vote",
    "sitting",
    "seminar",
    "open_table",
]
DocumentType = Literal[
    "report",
    "notebook",  # the public cahier of a workshop
    "minutes",
    "position_paper",
    "study",
    "draft_regulation",
    "deliberation",
    "summary",
    "map",
    "programme",  # what a body will work on
    "photograph",
    "press",
    "other",
]
UnitType = Literal[
    "recommendation",
    "orientation",
    "opinion_item",
    "question",
    "project",
    "requirement",
    "observation",
]
TYPES: dict[str, tuple[str, ...]] = {
    "body.installed": get_args(BodyType),
    "contribution.received": get_args(ContributionType),
    "document.published": get_args(DocumentType),
    "session.held": get_args(SessionType),
    "unit.submitted": get_args(UnitType),
}
"""The types of each kind that has them."""
Feasibility = Literal["feasible", "feasible_with_conditions", "not_feasible"]
Verdict = Literal[
    "retained", "partly_retained", "already_done", "passed_on", "deferred", "rejected"
]
Term = Literal["short", "medium", "long"]
State = Literal["planned", "under_way", "done", "late", "abandoned"]
Bound = Literal["exactly", "about", "over", "under"]
Nature = Literal["announced", "measured"]
Principle = Literal[
    "for_all",
    "daily_life_to_strategy",
    "general_interest",
    "sobriety",
    "clear_rules",
    "transparency",
    "active_listening",
    "accounts",
    "experiment",
    "autonomy_of_associations",
    "deliberation",
    "expertise_of_use",
    "innovation",
    "collective_intelligence",
]
Basis = Literal[
    "no_longer_needed",  # GDPR 17(1)(a)
    "consent_withdrawn",  # 17(1)(b)
    "objection",  # 17(1)(c)
    "unlawful",  # 17(1)(d)
    "legal_obligation",  # 17(1)(e)
    "child",  # 17(1)(f)
    "court_order",
]
AccountRole = Literal[
    "recorder",  # records what bodies say, on their behalf
    "confirmer",  # confirms what others propose, and mends what others recorded
    "elected",  # the council and its members, for themselves
    "panel",  # the citizens' panel, for itself
    "instruction",  # the services that examine and carry out
    "guarantor",  # watches over the rules of the game, and says so
    "auditor",  # sees who may do what and what is under way; records nothing
    "administrator",  # grants and revokes, erases, sets policies; records nothing
]
"""What an account is for."""
