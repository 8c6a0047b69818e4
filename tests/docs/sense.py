"""What may follow the example register of the vectors, and what makes no sense there.

The register, by seq: 0 opened, 1 a procedure, 2 the process `cours-fraiches`, 3 contribution
C1, 4 unit R1, 5 an answer to it (illustrative), 6 an erasure in 3.
"""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CITY = {"name": "Ville d’essai", "role": "city"}
SLUG = "cours-fraiches"
Entries = list[dict[str, Any]]


def text(word: str, opened: str = "public") -> dict[str, str]:
    """A sealed text, of which nobody holds the opening."""
    return {"open": opened, "sealed": sha256(f"filrouge sense: {word}".encode()).hexdigest()}


FILE = {"bytes": 3, "media": "text/plain", "sha256": "ab" * 32}


def say(kind: str, body: dict[str, Any], process: str = SLUG, **more: Any) -> dict[str, Any]:
    """An entry without its place."""
    plain = {"body": body, "by": CITY, "kind": kind, "on": "2026-11-01", "process": process}
    return {**plain, "sources": [], **more}


def opened(process: str, procedure: int = 1, **more: Any) -> dict[str, Any]:
    """A process begins."""
    body = {
        "title": "Une autre démarche",
        "procedure": procedure,
        "territory": "Ville d’essai",
        "owners": [CITY],
        "level": "consultation",
        "origin": "city",
    }
    return say("process.opened", body, process, **more)


def unit(id_: str, **more: Any) -> dict[str, Any]:
    """A unit is submitted."""
    body = {"id": id_, "type": "recommendation", "opinion": None, "title": text(id_)}
    return say("unit.submitted", {**body, **more})


def answer(unit_: str, process: str = SLUG, **more: Any) -> dict[str, Any]:
    """A unit is answered."""
    body = {"unit": unit_, "response": None, "verdict": "rejected", "reason": None}
    return say("answer.given", body, process, **more)


def session(**more: Any) -> dict[str, Any]:
    """People met."""
    return say("session.held", {"id": "S1", "type": "workshop", **more})


def claim(about: str, **more: Any) -> dict[str, Any]:
    """Something is said of something."""
    value = {"number": 85, "unit": "%", "bound": "over"}
    body = {"about": [about], "topic": "trees", "value": value, "nature": "announced"}
    return say("claim.recorded", body, **more)


def linked(to: str, process: str = SLUG, **more: Any) -> dict[str, Any]:
    """A process feeds another."""
    return say("process.linked", {"relation": "feeds", "to": to}, process, **more)


def arises(process: str, to: str, **more: Any) -> dict[str, Any]:
    """A process arises from another."""
    return say("process.linked", {"relation": "arises_from", "to": to}, process, **more)


def mend(entry: int, *changes: tuple[str, Any], **more: Any) -> dict[str, Any]:
    """A correction."""
    made = [{"path": path, "value": value} for path, value in changes]
    return say("correction.made", {"entry": entry, "changes": made, "why": text("why")}, **more)


def disowned(entry: int, **more: Any) -> dict[str, Any]:
    """An entry was recorded by mistake."""
    return say("entry.disowned", {"entry": entry, "why": text("why")}, **more)


ORIGIN = "registre.example/vecteurs"
PANEL = {"name": "Atelier citoyen", "role": "citizens"}


def private(name: str) -> Ed25519PrivateKey:
    """A key that is the same every time."""
    seed = sha256(f"filrouge sense: {name}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def key(name: str) -> dict[str, str]:
    """Its public half, as entries write it."""
    raw = private(name).public_key().public_bytes_raw()
    return {"algorithm": "ed25519", "id": sha256(raw).hexdigest(), "public": raw.hex()}


def signed(entry: dict[str, Any], name: str = "panel", nonce: str = "") -> dict[str, Any]:
    """An entry as the holder of a key signs it."""
    nonce = nonce or sha256(json.dumps(entry).encode()).hexdigest()[:32]
    said = {**entry, "key": key(name)["id"], "nonce": nonce}
    data = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sig = private(name).sign(f"filrouge/statement/v1\n{ORIGIN}\n{data}".encode())
    made = {"key": said["key"], "nonce": nonce, "sig": base64.b64encode(sig).decode()}
    return {**entry, "signed": made}


def added(name: str = "panel", holder: dict[str, str] = PANEL, **more: Any) -> dict[str, Any]:
    """A key is added, and not yet signed for."""
    body = {"key": key(name), "use": "statement", "holder": holder, **more}
    return say("key.added", body, "register", by=holder)


def revoked(id_: str, **more: Any) -> dict[str, Any]:
    """A key is revoked."""
    body = {"key": id_, "from": "2026-11-02T08:00:00.000Z"}
    return say("key.revoked", body, "register", **more)


JOINED = signed(added())
"""At 7: the key of the panel."""
OTHER, THIRD = opened("autre"), opened("tiers")
"""At 7 and, where both are there, 8."""
POLICY = {"policy": "witnesses", "value": 2}
INVENTED: dict[str, Any] = {"illustrative": True}

SOUND: dict[str, Entries] = {
    "a unit that draws on another": [unit("R2", draws_on=["C1", "R1"])],
    "a second answer": [answer("R1")],
    "a unit of another process": [opened("autre"), answer(f"{SLUG}/R1", "autre")],
    "an id of another process": [opened("autre"), {**unit("R1"), "process": "autre"}],
    "the last day, which has begun in Paris": [session(), {**unit("R2"), "on": "2026-11-02"}],
    "a month that has begun": [{**unit("R2"), "on": "2026-11"}],
    "an interval that has begun": [{**unit("R2"), "on": "2026-11-01/2031"}],
    "no date": [{**unit("R2"), "on": None}],
    "a claim about a process": [claim(SLUG)],
    "a link with another process": [OTHER, linked("autre")],
    "a link said twice": [OTHER, arises("autre", SLUG), arises("autre", SLUG)],
    "processes that feed one another": [OTHER, linked("autre"), linked(SLUG, "autre")],
    "two that arise from one": [OTHER, THIRD, arises("autre", SLUG), arises("tiers", SLUG)],
    "one that arises from two": [
        OTHER,
        THIRD,
        arises("tiers", SLUG),
        arises("autre", SLUG),
        arises("tiers", "autre"),
    ],
    "a process that feeds what it arises from": [
        OTHER,
        arises("autre", SLUG),
        linked(SLUG, "autre"),
    ],
    "the other way round, once the first was disowned": [
        OTHER,
        arises(SLUG, "autre"),
        disowned(8),
        arises("autre", SLUG),
    ],
    "the other way round, beside an invented link": [
        OTHER,
        arises(SLUG, "autre", **INVENTED),
        arises("autre", SLUG),
    ],
    "a link restored": [OTHER, arises(SLUG, "autre"), disowned(8), disowned(9)],
    "the other way round, where the disowning was restored": [
        OTHER,
        arises(SLUG, "autre"),
        disowned(8),
        disowned(9),
        disowned(10),
        arises("autre", SLUG),
    ],
    "an invented entry about a real one": [answer("R1", **INVENTED)],
    "an invented entry about an invented one": [
        {**unit("R2"), **INVENTED},
        answer("R2", **INVENTED),
    ],
    "an invented process": [
        opened("autre", **INVENTED),
        answer(f"{SLUG}/R1", "autre", **INVENTED),
    ],
    "a policy": [say("policy.set", POLICY, "register")],
    "a correction of a text": [mend(4, ("/body/title", text("new")))],
    "a correction of a source": [mend(4, ("/sources/1/title", text("new")))],
    "a correction of an erased text": [mend(3, ("/body/author", text("new", "restricted")))],
    "an erasure of a file whose fingerprint stands in clear": [
        say("document.published", {"id": "D1", "title": text("D1"), "file": FILE}),
        say("text.erased", {"entry": 7, "paths": ["/body/file/sha256"], "basis": "objection"}),
    ],
    "a correction of a date": [mend(4, ("/on", "2026-10"))],
    "a correction of a date unknown": [mend(3, ("/on", "2026-10"))],
    "a correction of a name": [mend(2, ("/body/title", "Des cours plus fraîches"))],
    "a correction of a number": [
        say("document.published", {"id": "D1", "title": text("D1"), "pages": 8}),
        mend(7, ("/body/pages", 18)),
    ],
    "a correction of an invented entry": [mend(5, ("/body/reason", text("new")), **INVENTED)],
    "a correction of what nobody can read": [
        say("weather.observed", {"said": text("rain"), "note": "x"}),
        mend(7, ("/body/said", text("sun"))),
    ],
    "a second correction": [
        mend(2, ("/body/title", "Une cour fraîche")),
        mend(2, ("/body/title", "Des cours fraîches")),
    ],
    "a mistake in the register": [
        say("policy.set", POLICY, "register"),
        disowned(7, process="register"),
    ],
    "a mistake that was none": [disowned(4), disowned(7)],
    "a key added by whoever has it": [JOINED],
    "a statement of the panel, signed": [JOINED, signed(unit("R2") | {"by": PANEL})],
    "two statements of one key": [
        JOINED,
        signed(unit("R2") | {"by": PANEL}),
        signed(unit("R3") | {"by": PANEL}),
    ],
    "a statement of the panel that it did not sign": [JOINED, unit("R2") | {"by": PANEL}],
    "a kind that nobody knows, signed": [
        JOINED,
        signed(say("weather.observed", {}, by=PANEL)),
    ],
    "a key revoked": [JOINED, revoked(key("panel")["id"])],
    "a key revoked twice": [JOINED, revoked(key("panel")["id"]), revoked(key("panel")["id"])],
    "a key that signs its own end": [JOINED, signed(revoked(key("panel")["id"], by=PANEL))],
    "a key of the log": [say("key.added", {"key": key("log"), "use": "log"}, "register")],
    "a second key of the same body": [JOINED, signed(added("two"), "two")],
    "a kind that nobody knows": [say("weather.observed", {"about": ["Z9"], "id": "R1"})],
    "a later version": [{**answer("Z9"), "v": 2}],
}

SENSELESS: dict[str, Entries] = {
    "a key that nobody shows to have": [added()],
    "a key added with the signature of another": [JOINED, signed(added("two"))],
    "a key added twice": [JOINED, signed(added(), nonce="0" * 32)],
    "a key added in the name of another": [signed(added() | {"by": CITY})],
    "a key without a holder": [
        signed(say("key.added", {"key": key("panel"), "use": "statement"}, "register"))
    ],
    "a statement of a key that nobody added": [signed(unit("R2") | {"by": PANEL})],
    "a statement of somebody else's key": [JOINED, signed(unit("R2"))],
    "a statement in another role": [
        JOINED,
        signed(unit("R2") | {"by": {**PANEL, "role": "jury"}}),
    ],
    "a statement of a key of the log": [
        say("key.added", {"key": key("log"), "use": "log"}, "register"),
        signed(unit("R2"), "log"),
    ],
    "a nonce twice": [
        JOINED,
        signed(unit("R2") | {"by": PANEL}, nonce="0" * 32),
        signed(unit("R3") | {"by": PANEL}, nonce="0" * 32),
    ],
    "a key revoked that nobody added": [revoked(key("panel")["id"])],
    "a date that is a number": [mend(4, ("/on", 2026))],
    "a process that was not opened": [{**unit("R1"), "process": "autre"}],
    "a process opened twice": [opened(SLUG)],
    "a register opened twice": [
        say(
            "register.opened",
            {
                "authority": "Ville d’essai",
                "origin": "registre.example/vecteurs",
                "time_zone": "Europe/Paris",
                "keys": [
                    {
                        "algorithm": "ed25519",
                        "id": sha256(bytes(32)).hexdigest(),
                        "public": "00" * 32,
                    }
                ],
                "reconstruction": False,
            },
            "register",
        )
    ],
    "the register's affairs in a process": [say("policy.set", POLICY)],
    "a process's affairs in the register": [claim(SLUG, process="register")],
    "an unknown kind in the register": [say("weather.observed", {}, "register")],
    "an invented affair of the register": [say("policy.set", POLICY, "register", **INVENTED)],
    "a real entry in an invented process": [
        opened("autre", **INVENTED),
        answer(f"{SLUG}/R1", "autre"),
    ],
    "a day to come": [{**unit("R2"), "on": "2026-11-03"}],
    "a month to come": [{**unit("R2"), "on": "2026-12"}],
    "a day to come, of an unknown kind": [say("weather.observed", {}, on="2027")],
    "an id twice": [unit("R1")],
    "an id twice, of another sort": [unit("C1")],
    "a reference to nothing": [answer("R9")],
    "a reference to itself": [unit("R2", draws_on=["R2"])],
    "a reference to another sort": [answer("C1")],
    "a reference into no process": [answer("autre/R1")],
    "a reference to an id of another process": [opened("autre"), answer("R1", "autre")],
    "one bad reference among good ones": [unit("R2", draws_on=["C1", "C9"])],
    "a document that is none": [session(documents=["C1"])],
    "an option that is no unit": [
        say(
            "ballot.held",
            {"id": "B1", "options": [{"unit": "C1", "votes": 3, "elected": True}]},
        )
    ],
    "a claim about the register": [claim("register")],
    "a claim about no process": [claim("autre")],
    "what is real about what is invented": [{**unit("R2"), **INVENTED}, answer("R2")],
    "what is real about an invented process": [opened("autre", **INVENTED), claim("autre")],
    "a link with itself": [linked(SLUG)],
    "two processes that arise from one another": [
        OTHER,
        arises("autre", SLUG),
        arises(SLUG, "autre"),
    ],
    "three processes in a circle": [
        OTHER,
        THIRD,
        arises("autre", SLUG),
        arises("tiers", "autre"),
        arises(SLUG, "tiers"),
    ],
    "a circle closed in the middle": [
        OTHER,
        THIRD,
        arises(SLUG, "tiers"),
        arises("autre", SLUG),
        arises("tiers", "autre"),
    ],
    "a circle closed by what is invented": [
        OTHER,
        arises("autre", SLUG),
        arises(SLUG, "autre", **INVENTED),
    ],
    "a circle of a link restored": [
        OTHER,
        arises(SLUG, "autre"),
        disowned(8),
        arises("autre", SLUG),
        disowned(9),
    ],
    "a circle with a link disowned and restored": [
        OTHER,
        arises(SLUG, "autre"),
        disowned(8),
        disowned(9),
        arises("autre", SLUG),
    ],
    "a circle in another process": [
        OTHER,
        THIRD,
        arises("autre", "tiers"),
        arises("tiers", "autre"),
    ],
    "a unit that replaces itself": [unit("R2", replaces=["R2"])],
    "a unit that replaces what is to come": [
        OTHER,
        unit("R2", replaces=["autre/R1"]),
    ],
    "a link with the register": [linked("register")],
    "a link with nothing": [linked("autre")],
    "a real link with an invented process": [opened("autre", **INVENTED), linked("autre")],
    "a procedure that is none": [opened("autre", procedure=0)],
    "a procedure to come": [opened("autre", procedure=99)],
    "a change to no procedure": [
        say("procedure.changed", {"procedure": 4, "why": text("why")}),
    ],
    "a mistake to come": [disowned(7)],
    "a mistake of another process": [disowned(1)],
    "an invented mistake": [disowned(4, **INVENTED)],
    "a real erasure of what is invented": [
        say("text.erased", {"entry": 5, "paths": ["/body/reason"], "basis": "child"})
    ],
    "a real correction of what is invented": [mend(5, ("/body/reason", text("new")))],
    "a correction of a verdict": [
        answer("R1"),
        mend(7, ("/body/verdict", "retained")),
    ],
    "a correction of an id": [mend(4, ("/body/id", "R2"))],
    "a correction of a reference": [mend(4, ("/body/draws_on/0", "R1"))],
    "a correction of another kind's field": [mend(4, ("/body/type", "project"))],
    "a correction of nothing": [mend(4, ("/body/text", text("new")))],
    "a correction beyond the end": [mend(4, ("/sources/2/title", text("new")))],
    "a correction within a text": [mend(4, ("/body/title/open", "restricted"))],
    "a correction of a place twice": [
        mend(2, ("/body/title", "Une cour"), ("/body/title", "Une autre"))
    ],
    "a text in clear": [mend(4, ("/body/title", "Planter"))],
    "a text that is hidden": [mend(4, ("/body/title", text("new", "restricted")))],
    "a text that is disclosed": [mend(3, ("/body/author", text("new")))],
    "a name that is sealed": [mend(2, ("/body/title", text("new")))],
    "a name that is a number": [mend(2, ("/body/title", 7))],
    "a date that is none": [mend(4, ("/on", "2026-13"))],
    "a date that is to come": [mend(4, ("/on", "2031"))],
}
