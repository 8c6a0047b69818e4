"""One good answer for each route, of an invented city; hashes and notes are cut short.

Those about processes are in `ledger.api.examples_process`.
"""

from __future__ import annotations

from typing import Any

SLUG = "exemple-cours-fraiches"
_HASH = "6bITnZPorpGZU+b2cvtYdzVST2+z2fVgdsxGWIEEIkE="
AT = "2026-11-23T09:00:00.000Z"
CITY = {"name": "Ville d’exemple", "role": "city"}

NOTE = f"""filrouge.example/exemple
174
{_HASH}

— filrouge.example/exemple 1ScegBQZpiZdaOQoUisPh0WW…
— filrouge.example/exemple qbc6NgAAAABrBACQ0MbW/C+E…
"""
RECEIPT = f"c2sp.org/tlog-proof@v1\nindex 5\n{_HASH}\n…\n\n{NOTE}"
STREAM = (
    "retry: 2000\nid: 173\n\n"
    "id: 174\n"
    f'data: {{"kind":"answer.given","nth":170,"process":"{SLUG}","seq":174}}\n\n'
)

DRAFT: dict[str, Any] = {
    "process": SLUG,
    "kind": "answer.given",
    "on": "2024-10-31",
    "by": CITY,
    "body": {
        "unit": "U1",
        "response": "R1",
        "verdict": "retained",
        "reason": "Onze cours seront désimperméabilisées d’ici à 2026.",
    },
    "sources": [{"title": "Réponse de la Ville", "url": "https://ville.example/reponse"}],
    "illustrative": True,
}

SIGNED_DRAFT: dict[str, Any] = {
    **DRAFT,
    "body": DRAFT["body"] | {"reason": {"open": "public", "sealed": "be84" * 16}},
    "sources": [],
    "signed": {"key": "9f2b" * 16, "nonce": "07c1" * 8, "sig": "A" * 86 + "=="},
    "openings": [
        {"path": "/body/reason", "value": DRAFT["body"]["reason"], "key": "51d0" * 16}
    ],
}


def sealed(text: str | None, open_: str = "public") -> dict[str, Any]:
    """A sealed text with its words."""
    return {"open": open_, "sealed": "be84923ea1034e…", "text": text}


def reference(seq: int, nth: int, kind: str, on: str | None) -> dict[str, Any]:
    """An entry where it is only referred to."""
    return {"seq": seq, "process": SLUG, "nth": nth, "kind": kind, "on": on}


def entry(seq: int, nth: int, kind: str, on: str, body: dict[str, Any]) -> dict[str, Any]:
    """An entry with its words."""
    return {
        **reference(seq, nth, kind, on),
        "at": AT,
        "by": CITY,
        "recorder": "dialogue-citoyen",
        "signed": None,
        "illustrative": True,
        "body": body,
        "sources": [{"title": sealed("Délibération EX-2024-011")}],
        "receipt": f"/api/v1/entries/{seq}/receipt",
    }


ENTRY = entry(
    5,
    1,
    "mandate.issued",
    "2024-02-05",
    {"id": "MA1", "questions": [sealed("Quelles cours transformer en premier ?")]},
)
RAW_ENTRY = {
    "at": AT,
    "body": DRAFT["body"] | {"reason": {"open": "public", "sealed": "be84923ea1034e…"}},
    "by": CITY,
    "illustrative": True,
    "kind": "answer.given",
    "nth": 170,
    "on": "2024-10-31",
    "previous": "5f70bf18a5d3…",
    "process": SLUG,
    "recorder": "dialogue-citoyen",
    "seq": 174,
    "sources": [],
    "v": 1,
}
ENTRIES = {"entries": [{"seq": 174, "entry": RAW_ENTRY}], "next": None}
OPENING = {
    "seq": 174,
    "openings": [{"path": "/body/reason", "value": "Onze cours …", "key": "1f0a6b…"}],
}
INCLUSION = {"index": 174, "size": 175, "proof": [_HASH], "checkpoint": NOTE}
CONSISTENCY = {"from": 100, "to": 174, "proof": [_HASH], "checkpoint": NOTE}
CHECKPOINT = {
    "origin": "filrouge.example/exemple",
    "size": 174,
    "root": _HASH,
    "at": AT,
    "note": NOTE,
}
KEYS = {
    "origin": "filrouge.example/exemple",
    "authority": "Ville d’exemple",
    "verifier_keys": [
        "filrouge.example/exemple+d5271e80+AaZpMkO877+qn2xyYBEL25fszawYSfcJaq1q…"
    ],
    "keys": [{"algorithm": "ed25519", "id": "cc71171de5e4…", "public": "a6693243bcef…"}],
    "statement_keys": [
        {
            "id": "9f2b11c0a7de…",
            "public": "5d1c7aa0b3f4…",
            "holder": {"name": "Atelier citoyen", "role": "citizens"},
            "state": "revoked",
            "added": {"seq": 3, "at": AT},
            "revoked": {"seq": 60, "at": AT, "from": AT},
            "statements": 12,
        }
    ],
}
_ADOPTED: dict[str, Any] = {
    **reference(1, 1, "procedure.adopted", "2026-11-23"),
    "process": "register",
    "procedure": {"name": "atelier-citoyen", "version": "1", "owed": [], "order": []},
}
PROCEDURES = {"procedures": [_ADOPTED]}
PROCEDURE = {**_ADOPTED, "adoptions": [1], "processes": [SLUG]}
PROBLEM = {"code": "bad_date", "status": 422, "title": "The date or interval does not exist."}
PROBLEMS = {"problems": [PROBLEM]}
HEALTH = {
    "status": "ok",
    "size": 174,
    "writer": {"alive": True, "waiting": 0, "last_error": None},
    "listeners": 12,
    "live": True,
    "erasing": 0,
}
FILE = {
    "sha256": "d136cea891839abd5df7910e1a88c59449e9e59a797fd79f3b6f7c94abfe4c48",
    "bytes": 412876,
    "media": "application/pdf",
}
WRITTEN = {
    "first": 174,
    "last": 174,
    "size": 175,
    "checkpoint": NOTE,
    "entries": [
        {"seq": 174, "process": SLUG, "nth": 170, "kind": "answer.given", "at": AT},
    ],
    "warnings": [
        {
            "where": "/drafts/0/body/reason",
            "what": "phone",
            "clear": False,
            "advice": "If this names or reaches a private person without need, erase …",
        }
    ],
    "proof": INCLUSION,
}

ACCOUNT = {
    "account": "conseil-citoyen",
    "roles": ["panel"],
    "acts": ["record"],
    "processes": ["rue-aux-ecoles"],
    "territories": None,
    "until": "2027-06-30",
}
STANDING = {
    **ACCOUNT,
    "in_force": True,
    "tokens": [
        {
            "id": "5f1c0a9d2b7e4836",
            "created": "2026-11-02T09:00:00.123Z",
            "expires": "2027-11-02T09:00:00.123Z",
        }
    ],
    "used": "2026-11-03T14:00:00.000Z",
}
ERASURE = {
    "process": SLUG,
    "id": "C2",
    "paths": ["author"],
    "basis": "consent_withdrawn",
    "requested": "2026-11-20",
}
ERASED = {
    "first": 175,
    "last": 175,
    "checkpoint": NOTE,
    "texts": [{"seq": 12, "process": SLUG, "paths": ["/body/author"]}],
    "finished": True,
}
PENDING = {"pending": [{"seq": 175, "entry": 12, "at": AT}]}
PROPOSED = {
    "id": "9f2c01d7a4e85b36",
    "account": "dialogue-citoyen",
    "created": AT,
    "expires": "2026-12-23T09:00:00.000Z",
    "note": "Pour la commission de jeudi.",
    "processes": [SLUG],
    "count": 1,
}
PROPOSAL = {**PROPOSED, "drafts": [DRAFT]}
