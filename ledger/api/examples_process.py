"""One good answer for each route about processes."""

from __future__ import annotations

from typing import Any

from ledger.api.examples import CITY, ENTRY, SLUG, entry, reference, sealed


def in_process(form: dict[str, Any]) -> dict[str, Any]:
    """An entry in its process, where later entries may mend it."""
    told: dict[str, Any] = {
        "corrected_by": [],
        "erased_by": [],
        "disowned_by": None,
        "corrected": None,
    }
    return {**form, **told}


_MANDATE = in_process(ENTRY)
_UNIT_ENTRY = in_process(
    entry(
        46,
        42,
        "unit.submitted",
        "2024-06-15",
        {
            "id": "U1",
            "type": "recommendation",
            "opinion": "O1",
            "title": sealed("Commencer par les cours les plus chaudes"),
            "draws_on": ["C2", "C8"],
        },
    )
)
_ANSWER = in_process(
    entry(
        108,
        104,
        "answer.given",
        "2025-01-20",
        {
            "unit": "U1",
            "response": "R1",
            "verdict": "retained",
            "reason": sealed("Onze cours dès 2025."),
        },
    )
)
_MEASURE_ENTRY = in_process(
    entry(
        130,
        126,
        "measure.adopted",
        "2025-03-10",
        {
            "id": "M1",
            "decision": "D1",
            "title": sealed("Onze cours désimperméabilisées"),
            "carries_out": ["U1"],
        },
    )
)

_UNIT = {
    "id": "U1",
    "verdict": "retained",
    "standing": [{"by": "Ville d’exemple", "verdict": "retained", "seq": 108}],
    "submitted": _UNIT_ENTRY,
    "draws_on": ["C2", "C8"],
    "replaces": [],
    "replaced_by": [],
    "withdrawn": None,
    "assessments": [],
    "answers": [_ANSWER],
    "transmissions": [],
    "measures": ["M1"],
}
_MEASURE = {
    "id": "M1",
    "state": "under_way",
    "adopted": _MEASURE_ENTRY,
    "current": _MEASURE_ENTRY["body"],
    "history": [{"seq": 163, "was": {"due": "2025"}, "now": {"due": "2026-09"}}],
    "amendments": [],
    "reports": [],
    "labels": [],
}
_DUTY = {
    "id": "answer_each",
    "titles": {"en": "An argued answer to each", "fr": "Une réponse argumentée à chacune"},
    "procedure": 1,
    "per": "unit",
    "subject": "U1",
    "roles": ["city", "elected"],
    "owes": ["Ville d’exemple"],
    "what": {"kind": "answer.given"},
    "times": 1,
    "done": 1,
    "state": "met_late",
    "since": "2024-06-15",
    "days": 219,
    "days_exact": True,
    "due": "2024-10-31",
    "late": 81,
    "late_exact": True,
    "basis": None,
    "after": reference(40, 36, "opinion.delivered", "2024-06-15"),
    "met_by": reference(108, 104, "answer.given", "2025-01-20"),
    "bound": None,
    "promises": [
        {
            "due": "2024-10-31",
            "entry": reference(7, 3, "date.announced", "2024-02-05"),
            "words": sealed("Une réponse à chaque recommandation pour la Toussaint."),
            "outcome": "kept_late",
            "late": 81,
            "late_exact": True,
        }
    ],
    "lifted_by": None,
}
_IRREGULARITY = {
    "code": "late",
    "severity": "fault",
    "entries": [7, 108],
    "subject": "U1",
    "facts": {"duty": "answer_each", "due": "2024-10-31", "days": 81, "exact": True},
}
_SUMMARY: dict[str, Any] = {
    "slug": SLUG,
    "title": "Des cours d’école fraîches et ouvertes",
    "territory": "Ville d’exemple",
    "level": "co_construction",
    "origin": "city",
    "theme": "Climat et école",
    "illustrative": True,
    "owners": [CITY],
    "procedure": {
        "seq": 1,
        "name": "atelier-citoyen",
        "version": "1",
        "titles": {"fr": "Atelier citoyen", "en": "Citizens’ workshop"},
    },
    "opened": "2024-01-15",
    "closed": None,
    "stage": "follow_up",
    "counts": {
        "contributions": 24,
        "units": {"retained": 7, "partly_retained": 3, "rejected": 2},
        "measures": {"done": 3, "under_way": 4, "unreported": 1},
        "duties": {"met": 20, "met_late": 2, "open": 3},
        "irregularities": {"fault": 2, "note": 1},
    },
    "awaiting": 3,
    "last_seq": 173,
    "href": f"/api/v1/processes/{SLUG}",
}

PROCESSES = {"processes": [_SUMMARY]}
PROCESS: dict[str, Any] = {
    **_SUMMARY,
    "today": "2026-11-23",
    "opening": in_process(
        entry(4, 0, "process.opened", "2024-01-15", {"title": _SUMMARY["title"]})
    ),
    "neighbours": [{"relation": "feeds", "process": "exemple-plan", "title": "Le plan climat"}],
    "received": [
        {
            "channel": "website",
            "type": "proposal",
            "theme": "Ombre",
            "count": 9,
            "illustrative": True,
        }
    ],
    "mandates": [_MANDATE],
    "bodies": [],
    "participations": [],
    "sessions": [],
    "documents": [],
    "opinions": [],
    "responses": [],
    "decisions": [],
    "ballots": [],
    "reviews": [],
    "evaluations": [],
    "promises": [],
    "claims": [],
    "links": [],
    "units": [_UNIT],
    "measures": [_MEASURE],
    "duties": [_DUTY],
    "irregularities": [_IRREGULARITY],
}
TIMELINE = {"entries": [_MANDATE], "next": 1}
CONTRIBUTIONS = {
    "contributions": [
        in_process(
            entry(
                15,
                11,
                "contribution.received",
                "2024-03-12",
                {
                    "id": "C1",
                    "channel": "website",
                    "text": sealed("Il fait trop chaud sous le préau."),
                    "author": sealed(None, "restricted"),
                },
            )
        )
    ],
    "next": None,
}
ITEM = {
    "id": "U1",
    "sort": "unit",
    "declared": _UNIT_ENTRY,
    "unit": _UNIT,
    "measure": None,
    "file": None,
}


def _node(id_: str, step: int, sort: str, seq: int, title: str, **more: Any) -> dict[str, Any]:
    return {
        "process": SLUG,
        "id": id_,
        "step": step,
        "sort": sort,
        "type": None,
        "title": title,
        "verdict": None,
        "state": None,
        "seq": seq,
        "on": None,
        "illustrative": True,
        "disowned": False,
        "erased": False,
        "withdrawn": False,
        "replaced": False,
        "said": [],
        **more,
    }


_VOICE = _node("C2", -1, "contribution", 16, "Il fait trop chaud.", on="2024-03-12")
_SAID = {
    "seq": 108,
    "process": SLUG,
    "kind": "answer.given",
    "on": "2025-01-20",
    "by": "Ville d’exemple",
    "verdict": "retained",
    "state": None,
    "words": "Onze cours dès 2025.",
    "illustrative": True,
    "disowned": False,
    "erased": False,
}
LINEAGE = {
    "nodes": [
        _VOICE,
        _node(
            "U1", 0, "unit", 46, "Commencer par les cours les plus chaudes",
            type="recommendation", verdict="retained", on="2024-06-15", said=[_SAID],
        ),
        _node("M1", 1, "measure", 130, "Onze cours désimperméabilisées", on="2025-03-10"),
    ],
    "links": [
        {
            "process": SLUG,
            "source": "U1",
            "relation": "draws_on",
            "to_process": SLUG,
            "target": "C2",
            "seq": 46,
        }
    ],
    "whole": True,
    "beside": [
        {
            "process": SLUG,
            "source": "M1",
            "relation": "decision",
            "to_process": SLUG,
            "target": "D1",
            "seq": 130,
        }
    ],
    "processes": {SLUG: _SUMMARY["title"]},
    "voices": {
        "total": 1,
        "processes": [{"process": SLUG, "count": 1}],
        "contributions": [_VOICE],
        "next": None,
    },
    "untold": [
        {
            "process": SLUG,
            "seq": 38,
            "on": "2024-05",
            "by": "Ville d’exemple",
            "illustrative": True,
        }
    ],
}  # fmt: skip
CHANGES = {
    "since": 150,
    "size": 174,
    "opened": True,
    "days": ["2025-09-01", "2026-11-23"],
    "changes": [
        {
            "code": "due_moved",
            "group": "meaning",
            "subject": "M1",
            "entries": [163],
            "facts": {"field": "due", "from": "2025", "to": "2026-09"},
        }
    ],
}
REFERENCED = CONTRIBUTIONS
DUTIES = {"today": "2026-11-23", "duties": [_DUTY]}
IRREGULARITIES = {"today": "2026-11-23", "irregularities": [_IRREGULARITY]}
GRAPH = {
    "directed": True,
    "edges": [{"relation": "submits", "source": "O1", "target": "U1"}],
    "graph": {"process": SLUG, "title": _SUMMARY["title"], "illustrative": True},
    "multigraph": False,
    "nodes": [{"id": "U1", "kind": "unit", "stage": "opinion", "label": "Commencer par …"}],
}
