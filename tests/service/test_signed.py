"""Statements that their speakers signed: what is recorded, refused, found and told apart."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.core.sealed import seal
from ledger.core.statement import sign_statement
from ledger.domain.accounts import REGISTRAR
from ledger.domain.dates import format_at
from ledger.domain.draft import parse_draft
from ledger.domain.signed_draft import sign_draft
from ledger.errors import LedgerError, MalformedError
from ledger.service import audit, erase, keyring
from ledger.service.query import Queries
from ledger.service.register import Register, house
from ledger.store.append import Request
from tests.docs import second_verifier
from tests.signers import Signer
from tests.world import CITIZENS, CITY, NOW, draft, new_register, opened, put, put_all, unit

PANEL = Signer()
COUNCIL = Signer("Conseil municipal", "council", "council")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """A register with a process, and the key of a panel: entries 4 and 5."""
    made = new_register(tmp_path / "data")
    put(made, [opened()])
    PANEL.join(made)
    return made


def entry(register: Register, seq: int) -> dict[str, Any]:
    data, _ = Queries(register).entry(seq)
    decoded: dict[str, Any] = json.loads(data)
    return decoded


def refused(register: Register, *drafts: object) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        put(register, drafts)
    return caught.value


def test_a_signed_statement_is_recorded_as_it_was_signed(register: Register):
    signed = PANEL.sign(unit("R1", text="Des arbres, et un préau."))
    written = put(register, [signed])
    recorded = entry(register, written.first)
    for part in ("process", "kind", "on", "by", "body", "sources", "signed"):
        assert recorded[part] == signed[part]
    assert recorded["recorder"] == "essai"
    _, openings = Queries(register).entry(written.first)
    assert {o.path: o.value for o in openings} == {
        "/body/text": "Des arbres, et un préau.",
        "/body/title": "Planter des arbres",
        "/sources/0/title": "Procès-verbal",
        "/sources/0/url": "https://example.org/pv",
    }
    found = audit.verify(register.data)
    assert (found.valid, found.doubtful) == (2, 0)
    assert second_verifier.verify(register.data).signatures.counts() == (2, 0, 0)


def test_a_text_that_its_speaker_sealed_can_be_erased_and_the_signature_stays_good(
    register: Register,
):
    seq = put(register, [PANEL.sign(unit("R1"))]).first
    erase.erase(
        register, seq, ["/body/title"], basis="consent_withdrawn", requested=None,
        account="essai", now=NOW,
    )  # fmt: skip
    found = audit.verify(register.data)
    assert (found.valid, found.erased) == (2, 1)


def test_an_invented_statement_is_signed_as_invented(register: Register):
    put(register, [PANEL.sign(unit("R1") | {"illustrative": True})])
    assert entry(register, 6)["illustrative"] is True
    assert audit.verify(register.data).valid == 2


# -- keys ---------------------------------------------------------------------------------


def test_a_key_is_added_by_a_statement_that_it_signs(register: Register):
    added = entry(register, 5)
    assert added["kind"] == "key.added"
    assert added["signed"]["key"] == added["body"]["key"]["id"] == PANEL.key
    assert added["by"] == added["body"]["holder"] == CITIZENS
    (key,) = keyring.listed(register)
    assert (key.held.id, key.statements, key.revoked) == (PANEL.key, 1, None)


def test_a_key_is_added_once(register: Register):
    assert refusal(lambda: PANEL.join(register)) == "key_exists"
    renamed = Signer("Un autre atelier", "citizens", PANEL.seed)
    assert refusal(lambda: renamed.join(register)) == "key_exists"


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(LedgerError) as caught:
        act()
    return caught.value.code


def test_nobody_adds_the_key_of_another(register: Register):
    request = COUNCIL.request()
    thief = Signer("Atelier citoyen", "citizens", "thief")
    stolen = {**request, "by": thief.by, "body": {**request["body"], "holder": thief.by}}
    stolen |= {"signed": thief.sign(unit("R1"))["signed"]}
    assert refusal(lambda: keyring.add(register, stolen, now=NOW)) == "bad_signature"
    said = {part: stolen[part] for part in ("process", "kind", "on", "by", "body", "sources")}
    signed = sign_statement(said, thief.private, origin=thief.origin, nonce="0" * 32)
    forged = {**stolen, "signed": signed}
    assert refusal(lambda: keyring.add(register, forged, now=NOW)) == "bad_signature"


def test_the_holder_of_a_key_is_who_adds_it(register: Register):
    said = {**COUNCIL.request(), "by": CITY}
    del said["signed"], said["openings"]
    made = keyring.sign(said, COUNCIL.private, origin=COUNCIL.origin)
    assert refusal(lambda: keyring.add(register, made, now=NOW)) == "bad_signature"


def test_a_key_under_which_anything_verifies_is_not_added(register: Register):
    """The neutral point: `R = A, S = 0` is its signature of any message whatever."""
    public = (b"\x01" + bytes(31)).hex()
    request = COUNCIL.request()
    key = {**request["body"]["key"], "public": public}
    forged = base64.b64encode(bytes.fromhex(public) + bytes(32)).decode()
    weak = {
        **request,
        "body": {**request["body"], "key": key},
        "signed": {**request["signed"], "sig": forged},
    }
    assert refusal(lambda: keyring.add(register, weak, now=NOW)) == "bad_key_text"


@pytest.mark.parametrize(
    "request_",
    [PANEL.sign(unit("R1")), unit("R1"), {}, [], "key"],
    ids=["a statement", "a draft", "nothing", "a list", "a word"],
)
def test_only_a_request_adds_a_key(register: Register, request_: object):
    assert refusal(lambda: keyring.add(register, request_, now=NOW)) == "bad_draft"


def test_a_key_comes_in_by_its_own_act_alone(register: Register):
    assert refused(register, COUNCIL.request()).code == "bad_draft"


def test_a_request_is_for_one_register(register: Register):
    abroad = Signer("Conseil municipal", "council", "council", "registre.example/autre")
    assert refusal(lambda: abroad.join(register)) == "bad_signature"


def test_a_revoked_key_signs_nothing_more(register: Register):
    before = PANEL.sign(unit("R1"))
    written, doubtful = keyring.revoke(register, PANEL.key[:8], "2026-11-02", now=NOW)
    assert (written.first, doubtful) == (6, 1)
    assert refused(register, before).code == "key_revoked"
    assert refused(register, PANEL.sign(unit("R2"))).code == "key_revoked"
    (key,) = keyring.listed(register)
    assert key.revoked == NOW.replace(microsecond=123000)
    found = audit.verify(register.data)
    assert (found.valid, found.doubtful) == (0, 1)


@pytest.mark.parametrize("revoked", [True, False])
def test_a_revocation_holds_from_the_next_request_of_the_same_commit(
    register: Register, revoked: bool
):
    """And one that is refused itself leaves the key as it was."""
    signers = keyring.Signers(register)
    statements = [
        signers.prepared(parse_draft(PANEL.sign(unit(f"R{n}"))), recorder="essai")
        for n in (1, 2)
    ]
    body = {"key": PANEL.key, "from": format_at(NOW)}
    end = house(register.opened, "key.revoked", body, now=NOW)
    bad = house(register.opened, "key.revoked", body | {"key": "0" * 64}, now=NOW)
    outcomes = register.append(
        [
            Request("essai", [statements[0]]),
            Request(REGISTRAR, [end] if revoked else [end, bad]),
            Request("essai", [statements[1]]),
        ],
        now=NOW,
    )
    codes = [one.code if isinstance(one, LedgerError) else "" for one in outcomes]
    assert codes == (["", "", "key_revoked"] if revoked else ["", "unknown_key", ""])
    assert audit.verify(register.data).entries == 8


def test_the_next_key_of_the_same_body_signs(register: Register):
    keyring.revoke(register, PANEL.key, format_at(NOW), now=NOW)
    later = Signer(seed="two")
    later.join(register)
    put(register, [later.sign(unit("R1"))])
    assert refusal(lambda: PANEL.join(register)) == "key_exists"


def test_a_revocation_said_again_can_only_reach_further_back(register: Register):
    put(register, [PANEL.sign(unit("R1"))], now=NOW + MINUTE)
    end = NOW + 2 * MINUTE
    keyring.revoke(register, PANEL.key, format_at(end), now=end)
    assert audit.verify(register.data).doubtful == 0
    keyring.revoke(register, PANEL.key, format_at(NOW + MINUTE), now=end)
    assert audit.verify(register.data).doubtful == 1
    keyring.revoke(register, PANEL.key, format_at(end), now=end)
    assert audit.verify(register.data).doubtful == 1


@pytest.mark.parametrize(
    ("id_", "since", "code"),
    [
        ("0000", "2026-11-02", "unknown_key"),
        ("", "2026-11-02", "unknown_key"),
        (PANEL.key, "2026-11-03", "not_yet"),
        (PANEL.key, "2026-11", "bad_date"),
        (PANEL.key, "yesterday", "bad_date"),
        (PANEL.key, "2026-11-02T09:00", "bad_date"),
    ],
)
def test_a_revocation_names_a_key_and_an_instant_that_has_come(
    register: Register, id_: str, since: str, code: str
):
    assert refusal(lambda: keyring.revoke(register, id_, since, now=NOW)) == code


def test_a_key_of_the_log_signs_no_statement_and_is_not_revoked_like_one(register: Register):
    log = entry(register, 0)["body"]["keys"][0]["id"]
    assert (
        refusal(lambda: keyring.revoke(register, log, "2026-11-02", now=NOW)) == "unknown_key"
    )
    signed = PANEL.sign(unit("R1"))
    signed["signed"]["key"] = log
    assert refused(register, signed).code == "unknown_key"


# -- who signs, and what was signed ----------------------------------------------------------


def test_a_body_signs_for_itself_alone(register: Register):
    other = Signer("Un autre atelier", "citizens", PANEL.seed)
    assert refused(register, other.sign(unit("R1"))).code == "unknown_key"
    as_jury = Signer(PANEL.name, "jury", PANEL.seed)
    assert refused(register, as_jury.sign(unit("R1"))).code == "unknown_key"


def test_an_unknown_key_signs_nothing(register: Register):
    assert refused(register, COUNCIL.sign(unit("R1"))).code == "unknown_key"


LIES: dict[str, dict[str, Any]] = {
    "by": {"by": CITY},
    "on": {"on": "2026-10-31"},
    "on unknown": {"on": None},
    "process": {"process": "autre"},
    "illustrative": {"illustrative": True},
    "sources": {"sources": []},
    "nonce": {"signed": {"nonce": "f" * 32}},
    "signature": {"signed": {"sig": "A" * 86 + "=="}},
    "a field": {"body": {"type": "project"}},
    "a field more": {"body": {"theme": "Ombre"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_draft_that_was_changed_after_it_was_signed_is_refused(register: Register, lie: str):
    put(register, [opened("autre")])
    signed = PANEL.sign(unit("R1"))
    for part, value in LIES[lie].items():
        signed[part] = {**signed[part], **value} if part in ("signed", "body") else value
    if lie == "sources":
        signed["openings"] = signed["openings"][:1]
    error = refused(register, signed)
    assert (error.code, error.where) == ("bad_signature", "/drafts/0/signed/sig")


def test_a_commitment_in_the_place_of_another_does_not_open(register: Register):
    signed = PANEL.sign(unit("R1", text="Oui."))
    body = signed["body"]
    body["title"], body["text"] = body["text"], body["title"]
    assert refused(register, signed).code == "bad_draft"


# -- openings ---------------------------------------------------------------------------------


def signed_unit() -> dict[str, Any]:
    return PANEL.sign(unit("R1"))


def without(place: int) -> Callable[[dict[str, Any]], object]:
    return lambda signed: signed["openings"].pop(place)


def opening(**changed: str) -> Callable[[dict[str, Any]], object]:
    return lambda signed: signed["openings"][0].update(changed)


BAD_OPENINGS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "one missing": ("bad_draft", without(0)),
    "a source's missing": ("bad_draft", without(2)),
    "none at all": ("bad_draft", lambda signed: signed.pop("openings")),
    "openings without a signature": ("bad_draft", lambda signed: signed.pop("signed")),
    "one twice": ("bad_draft", lambda s: s["openings"].append(s["openings"][0])),
    "one too many": (
        "bad_draft",
        lambda s: s["openings"].append(s["openings"][0] | {"path": "/body/text"}),
    ),
    "another value": ("bad_draft", opening(value="Abattre des arbres")),
    "an empty value": ("bad_value", opening(value="")),
    "another key": ("bad_draft", opening(key="0" * 64)),
    "a short key": ("bad_draft", opening(key="00")),
    "a path elsewhere": ("bad_draft", opening(path="/by/name")),
    "a field too many": ("bad_draft", opening(open="public")),
    "words in clear": ("bad_draft", lambda s: s["body"].update(title="Planter des arbres")),
    "a sealed text of another form": ("bad_body", lambda s: s["body"]["title"].update(x=1)),
    "a commitment that is none": (
        "bad_body",
        lambda s: s["body"]["title"].update(sealed="0"),
    ),
}


@pytest.mark.parametrize("lie", BAD_OPENINGS)
def test_openings_and_sealed_texts_match_one_by_one(register: Register, lie: str):
    code, change = BAD_OPENINGS[lie]
    signed = signed_unit()
    change(signed)
    error = refused(register, signed)
    assert error.code == code
    assert error.where.startswith("/drafts/0")


def test_each_opening_has_a_key_of_its_own(register: Register):
    # Else the key of a text that stays would let everybody guess at one that was erased.
    said = parse_draft(unit("R1", text="Des arbres.") | {"by": PANEL.by})
    signed = sign_draft(
        said, PANEL.private, origin=PANEL.origin, nonce="0" * 32, new_key=lambda: b"k" * 32
    )
    error = refused(register, signed)
    assert (error.code, error.message) == ("bad_draft", "each opening has a key of its own")


def sealed_by_hand(value: str, path: str = "/body/title") -> dict[str, Any]:
    """A unit with a text that our own `sign` would not have sealed."""
    sources = unit("R1") | {"sources": []}
    made, opening = seal(path, value)
    body = {**sources["body"], path.rpartition("/")[2]: made}
    said = {**sources, "by": PANEL.by, "body": body}
    signed = sign_statement(said, PANEL.private, origin=PANEL.origin, nonce="1" * 32)
    sent = [{"path": path, "value": value, "key": opening.key.hex()}]
    return {**said, "signed": signed, "openings": sent}


@pytest.mark.parametrize(
    "value", ["Plan\u202eter", "e\u0301te\u0301", "\u0378", "\u200b\u200b", "a\u0007b"]
)
def test_what_a_signer_sealed_is_held_to_the_rules_of_any_text(register: Register, value: str):
    assert refused(register, sealed_by_hand(value)).code == "bad_text"


def test_a_title_may_not_be_sealed_as_restricted(register: Register):
    signed = signed_unit()
    signed["body"]["title"]["open"] = "restricted"
    assert refused(register, signed).code == "bad_body"


def test_an_address_that_a_signer_sealed_is_one(register: Register):
    bad = unit("R1") | {"sources": [{"title": "x", "url": "javascript:alert(1)"}]}
    with pytest.raises(MalformedError) as caught:
        PANEL.sign(bad)
    assert caught.value.code == "bad_url"


def test_a_signed_correction_is_held_to_the_form_of_what_it_mends(register: Register):
    put(register, [PANEL.sign(unit("R1"))])

    def mend(url: str) -> dict[str, Any]:
        value = {"open": "public", "text": url}
        change = {"path": "/sources/0/url", "value": value}
        body = {"entry": 6, "changes": [change], "why": "Une faute."}
        return PANEL.sign(draft("correction.made", body))

    assert refused(register, mend("javascript:alert(1)")).code == "bad_url"
    put(register, [mend("https://example.org/pv/2")])


@pytest.mark.parametrize(
    ("kind", "body", "hint"),
    [
        ("procedure.changed", {"procedure": "grand-debat", "why": "x"}, "procedure list"),
        ("entry.disowned", {"entry": {"nth": 0}, "why": "x"}, "filrouge show"),
    ],
)
def test_names_are_not_signed_and_the_message_says_where_the_number_is(
    register: Register, kind: str, body: dict[str, Any], hint: str
):
    with pytest.raises(MalformedError, match=hint):
        PANEL.sign(draft(kind, body))
    numbered = {name: 4 if name == "entry" else 2 for name in body} | {"why": "x"}
    signed = PANEL.sign(draft(kind, numbered))
    (name,) = body.keys() - {"why"}
    signed["body"][name] = body[name]
    with pytest.raises(MalformedError, match=hint):
        put(register, [signed])
    put(register, [PANEL.sign(draft(kind, numbered))])


# -- replays ----------------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [draft("process.closed", {}), unit("R1")], ids=["", "id"])
def test_the_same_statement_is_recorded_once(register: Register, plain: dict[str, Any]):
    signed = PANEL.sign(plain)
    put(register, [signed])
    assert refused(register, signed).code == "nonce_used"


def test_the_same_statement_twice_in_a_batch_is_refused_whole(register: Register):
    signed = PANEL.sign(draft("process.closed", {}))
    size = Queries(register).head().size
    error = refused(register, signed, signed)
    assert (error.code, error.where) == ("nonce_used", "/drafts/1/signed/nonce")
    assert Queries(register).head().size == size
    put(register, [signed])


def test_the_same_statement_under_its_idempotency_key_has_its_first_answer(register: Register):
    signed = PANEL.sign(unit("R1"))
    first = put(register, [signed], key="one")
    again = put(register, [signed], key="one")
    assert (again.first, again.repeated) == (first.first, True)
    keyring.revoke(register, PANEL.key, "2026-11-02", now=NOW)
    assert put(register, [signed], key="one").repeated


def test_a_statement_is_not_taken_into_another_process(register: Register):
    put(register, [opened("autre")])
    signed = PANEL.sign(unit("R1"))
    put(register, [signed])
    assert refused(register, signed | {"process": "autre"}).code == "bad_signature"


def test_a_statement_is_not_taken_into_another_register(register: Register):
    abroad = Signer(origin="registre.example/autre")
    assert refused(register, abroad.sign(unit("R1"))).code == "bad_signature"


def test_a_nonce_is_not_used_for_two_statements(register: Register):
    first = PANEL.sign(draft("process.closed", {}))
    put(register, [first])
    COUNCIL.join(register)
    said = {**draft("process.closed", {}), "by": COUNCIL.by, "sources": []}
    nonce = first["signed"]["nonce"]
    signed = sign_statement(said, COUNCIL.private, origin=COUNCIL.origin, nonce=nonce)
    assert refused(register, {**said, "signed": signed, "openings": []}).code == "nonce_used"


@pytest.mark.parametrize("erased", [False, True])
def test_a_text_of_the_register_is_not_sealed_again_as_it_was(register: Register, erased: bool):
    """A commitment that stands twice fails every verification from there on, for ever."""
    put(register, [unit("R1")])
    recorded, (title, *_) = entry(register, 6), Queries(register).entry(6)[1]
    assert title.path == "/body/title"
    if erased:
        erase.erase(
            register, 6, ["/body/title"], basis="child", requested=None, account="essai",
            now=NOW,
        )  # fmt: skip
    body = {**unit("R2")["body"], "title": recorded["body"]["title"]}
    said = {**unit("R2"), "by": PANEL.by, "body": body, "sources": []}
    signed = sign_statement(said, PANEL.private, origin=PANEL.origin, nonce="2" * 32)
    sent = [{"path": title.path, "value": title.value, "key": title.key.hex()}]
    copied = {**said, "signed": signed, "openings": sent}
    assert refused(register, copied).code == "nonce_used"
    twice = {**copied, "body": {**body, "id": "R3"}}
    assert refused(register, twice).code == "bad_signature"
    audit.verify(register.data)


def test_two_statements_of_one_batch_do_not_share_a_sealed_text(register: Register):
    one = PANEL.sign(unit("R1") | {"sources": []})
    body = {**one["body"], "id": "R2"}
    said = {**unit("R2"), "by": PANEL.by, "body": body, "sources": []}
    signed = sign_statement(said, PANEL.private, origin=PANEL.origin, nonce="3" * 32)
    two = {**said, "signed": signed, "openings": one["openings"]}
    error = refused(register, one, two)
    assert (error.code, error.where) == ("nonce_used", "/drafts/1/body/title")


def test_a_file_of_signed_drafts_is_loaded_once(register: Register):
    drafts = [PANEL.sign(unit("R1")), PANEL.sign(unit("R2"))]
    put_all(register, [opened(), *drafts])
    assert Queries(register).head().size == 8
    put_all(register, [opened(), *drafts])
    assert Queries(register).head().size == 8
