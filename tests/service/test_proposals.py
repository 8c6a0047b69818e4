"""Four eyes: proposed by one account, recorded by another, once; or gone without a trace."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.accounts import KEEPER
from ledger.domain.entry import load_entry
from ledger.domain.warned import Warned
from ledger.errors import LedgerError, MalformedError
from ledger.service import accounts, policies, proposals
from ledger.service.accounts import known
from ledger.service.audit import verify
from ledger.service.authority import Authority
from ledger.service.backup import backup
from ledger.service.erasable import of_entry
from ledger.service.erase import Act, erase_chosen
from ledger.service.record import direct, record
from ledger.service.register import Register
from ledger.store import read
from ledger.store.append import Request, Written
from tests.signers import Signer
from tests.world import NOW, opened, put, unit

END = NOW + proposals.KEPT


@pytest.fixture
def house(register: Register) -> Register:
    """A register with a process and a few accounts."""
    put(register, [opened()])
    for name, role in (("une", "recorder"), ("chef", "confirmer"), ("cheffe", "confirmer")):
        accounts.grant(register, name, roles=[role], now=NOW)
    accounts.grant(register, "auditrice", roles=["auditor"], now=NOW)
    accounts.grant(register, "panel", roles=["panel"], now=NOW)
    return register


def propose(
    register: Register, drafts: list[Any], account: str = "une", **more: Any
) -> proposals.Proposal:
    """Proposes a batch."""
    append = direct(register, NOW)
    return proposals.propose(register, drafts, account=account, append=append, now=NOW, **more)


def confirm(
    register: Register, id_: str, account: str = "chef", *, now: datetime = NOW
) -> Written:
    """Confirms a proposal."""
    append = direct(register, now)
    return proposals.confirm(register, id_, account=account, append=append, now=now)


def size(register: Register) -> int:
    """How many entries there are."""
    with register.database.reading() as db:
        return read.head(db).size


def code_of(act: Any, *args: Any, **more: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(LedgerError) as error:
        act(*args, **more)
    return error.value.code


def test_what_one_account_proposes_another_records_under_its_own_name(house: Register) -> None:
    before = size(house)
    made = propose(house, [unit("R1"), unit("R2", draws_on=["R1"])], note="Pour jeudi.")
    assert size(house) == before
    written = confirm(house, made.id)
    assert (written.first, written.stop) == (before, before + 2)
    with house.database.reading() as db:
        for _, data in read.entries(db, written.first, written.stop):
            assert load_entry(data).recorder == "chef"
    assert proposals.listed(house, KEEPER, now=NOW) == []
    verify(house.data)


def test_nobody_confirms_what_it_proposed(house: Register) -> None:
    made = propose(house, [unit("R1")], "chef")
    assert code_of(confirm, house, made.id, "chef") == "forbidden"
    assert confirm(house, made.id, "cheffe").first == size(house) - 1


def test_a_proposal_is_judged_like_a_batch_that_is_recorded(house: Register) -> None:
    before = size(house)
    assert code_of(propose, house, [unit("R1")], "auditrice") == "forbidden"
    assert (
        code_of(propose, house, [unit("R1") | {"process": "nulle-part"}]) == "unknown_process"
    )
    assert code_of(propose, house, [unit("R1"), unit("R1")]) == "duplicate_id"
    assert code_of(propose, house, []) == "bad_draft"
    assert code_of(propose, house, [unit("R1")], note="x" * 1001) == "bad_request"
    assert code_of(propose, house, [unit("R1")], note="\u202e") == "bad_text"
    assert proposals.listed(house, KEEPER, now=NOW) == []
    assert size(house) == before


def test_whoever_confirms_needs_the_power_too(house: Register) -> None:
    made = propose(house, [unit("R1")])
    accounts.grant(house, "loin", roles=["confirmer"], processes=["autre"], now=NOW)
    assert code_of(confirm, house, made.id, "loin") == "forbidden"
    assert confirm(house, made.id).first == size(house) - 1


def test_what_an_account_proposed_falls_with_its_power(house: Register) -> None:
    made = propose(house, [unit("R1")])
    accounts.revoke(house, "une", now=NOW)
    assert code_of(confirm, house, made.id) == "unknown_account"
    accounts.grant(house, "une", roles=["recorder"], processes=["autre"], now=NOW)
    assert code_of(confirm, house, made.id) == "forbidden"
    assert [p.id for p in proposals.listed(house, KEEPER, now=NOW)] == [made.id]


def test_what_makes_no_sense_any_more_is_not_recorded_and_waits(house: Register) -> None:
    made = propose(house, [unit("R1")])
    put(house, [unit("R1")])
    assert code_of(confirm, house, made.id) == "duplicate_id"
    assert proposals.show(house, made.id, KEEPER, now=NOW).drafts == [unit("R1")]


def test_confirming_twice_records_once_whoever_asks_again(house: Register) -> None:
    made = propose(house, [unit("R1")])
    first = confirm(house, made.id)
    put(house, [unit("R2")])
    before = size(house)
    for account in ("chef", "cheffe"):
        again = confirm(house, made.id, account)
        assert (again.first, again.stop, again.repeated) == (first.first, first.stop, True)
        assert again.checkpoint == first.checkpoint
    assert size(house) == before


def test_if_we_crash_after_recording_another_confirmer_records_nothing_more(
    house: Register,
) -> None:
    made = propose(house, [unit("R1")])

    class Crash(Exception):
        """The machine stops."""

    def crash(request: Request) -> Written:
        house.append_one(request, now=NOW)
        raise Crash

    with pytest.raises(Crash):
        proposals.confirm(house, made.id, account="chef", append=crash, now=NOW)
    assert len(proposals.listed(house, KEEPER, now=NOW)) == 1
    before = size(house)
    again = confirm(house, made.id, "cheffe")
    assert (again.first, again.repeated) == (before - 1, True)
    assert size(house) == before
    assert proposals.listed(house, KEEPER, now=NOW) == []


def test_two_confirmers_at_once_record_once(house: Register) -> None:
    made = propose(house, [unit("R1")])
    inner: list[Written] = []

    def meanwhile(request: Request) -> Written:
        if not inner:
            inner.append(confirm(house, made.id, "cheffe"))
        return house.append_one(request, now=NOW)

    written = proposals.confirm(house, made.id, account="chef", append=meanwhile, now=NOW)
    assert (written.first, written.repeated) == (inner[0].first, True)
    with house.database.reading() as db:
        assert load_entry(read.entry(db, written.first)).recorder == "cheffe"


def test_a_proposal_is_seen_by_its_account_and_by_those_who_inspect(house: Register) -> None:
    made = propose(house, [unit("R1")])
    for name, sees in (("une", True), ("chef", True), ("auditrice", True), ("panel", False)):
        asker = known(house, name, now=NOW)
        assert bool(proposals.listed(house, asker, now=NOW)) is sees
        if sees:
            assert proposals.show(house, made.id, asker, now=NOW) == made
        else:
            told = code_of(proposals.show, house, made.id, asker, now=NOW)
            assert told == "unknown_proposal"


def test_a_proposal_is_dropped_by_its_account_or_a_confirmer_and_leaves_no_trace(
    house: Register,
) -> None:
    secret = "Une phrase que personne ne doit plus lire."
    made = propose(house, [unit("R1", text=secret)], note=secret)
    for name in ("panel", "auditrice"):
        asker = known(house, name, now=NOW)
        assert code_of(proposals.drop, house, made.id, asker, now=NOW) == "forbidden"
    proposals.drop(house, made.id, known(house, "une", now=NOW), now=NOW)
    for path in house.data.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert code_of(confirm, house, made.id) == "unknown_proposal"
    other = propose(house, [unit("R1")])
    accounts.grant(house, "loin", roles=["confirmer"], processes=["ailleurs"], now=NOW)
    far = known(house, "loin", now=NOW)
    assert code_of(proposals.drop, house, other.id, far, now=NOW) == "forbidden"
    proposals.drop(house, other.id, known(house, "chef", now=NOW), now=NOW)
    assert proposals.listed(house, KEEPER, now=NOW) == []


def test_no_backup_holds_a_proposal(house: Register, tmp_path: Path) -> None:
    secret = "Une phrase que personne ne doit plus lire."
    propose(house, [unit("R1", text=secret)])
    backup(house, tmp_path / "copie")
    for path in (tmp_path / "copie").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert len(proposals.listed(house, KEEPER, now=NOW)) == 1


def test_whoever_proposes_and_whoever_confirms_are_warned_alike(house: Register) -> None:
    warned: list[Warned] = []
    write_to = unit("R1", "Écrire à une.habitante@example.org")
    made = propose(house, [write_to], warn=warned.append)
    append = direct(house, NOW)
    proposals.confirm(
        house, made.id, account="chef", append=append, now=NOW, warn=warned.append
    )
    assert [(one.what, one.where) for one in warned] == [("email", "/drafts/0/body/title")] * 2


def test_an_erased_text_leaves_the_proposals_that_hold_its_key(house: Register) -> None:
    signer = Signer()
    signer.join(house)
    said = signer.sign(unit("R7", "Une phrase que personne ne doit plus lire."))
    first, second = propose(house, [said]), propose(house, [said])
    other = propose(house, [unit("R8")])
    written = confirm(house, first.id)
    act = Act("objection", None, "registrar", NOW)
    erase_chosen(house, of_entry(written.first, ["title"]), act)
    assert [one.id for one in proposals.listed(house, KEEPER, now=NOW)] == [other.id]
    assert second.id != other.id
    words = b"personne ne doit plus lire"
    assert not any(words in p.read_bytes() for p in house.data.rglob("*") if p.is_file())


def test_an_account_has_so_many_proposals_waiting_and_no_more(house: Register) -> None:
    for number in range(proposals.MOST):
        propose(house, [unit(f"R{number}")])
    refused = code_of(propose, house, [unit("R1000")])
    assert refused == "too_many_requests"
    propose(house, [unit("R1000")], "chef")


def test_a_proposal_waits_thirty_days(house: Register) -> None:
    made = propose(house, [unit("R1")])
    soon = END - timedelta(milliseconds=1)
    assert [p.id for p in proposals.listed(house, KEEPER, now=soon)] == [made.id]
    assert proposals.listed(house, KEEPER, now=END) == []
    assert code_of(confirm, house, made.id, now=END) == "unknown_proposal"
    # The next commit takes it away for good.
    record(house, [unit("R9")], account="essai", append=direct(house, END))
    with house.database.reading() as db:
        assert db.execute("SELECT count(*) FROM proposal").fetchone() == (0,)


def test_the_policy_confirmation_makes_recorders_propose_and_nobody_else(
    house: Register,
) -> None:
    def write(name: str, drafts: list[Any]) -> Written:
        judge = Authority(house, name, NOW)
        append = direct(house, NOW)
        return record(house, drafts, account=name, append=append, authority=judge)

    policies.set_policy(house, "confirmation", True, now=NOW)
    assert code_of(write, "une", [unit("R1")]) == "confirmation_needed"
    write("panel", [unit("R1")])
    write("chef", [unit("R2")])
    confirm(house, propose(house, [unit("R3")]).id)
    policies.set_policy(house, "confirmation", False, now=NOW)
    write("une", [unit("R4")])
    verify(house.data)


def test_a_policy_that_is_set_while_a_batch_waits_holds_for_it(house: Register) -> None:
    tried: list[Request] = []

    def slow(request: Request) -> Written:
        if not tried:
            policies.set_policy(house, "confirmation", True, now=NOW)
        tried.append(request)
        return house.append_one(request, now=NOW)

    judge = Authority(house, "une", NOW)
    told = code_of(record, house, [unit("R1")], account="une", append=slow, authority=judge)
    assert (told, len(tried)) == ("confirmation_needed", 1)


def test_a_rehearsal_harms_no_neighbour_and_leaves_no_id_behind(house: Register) -> None:
    before, seen = size(house), list[Request]()

    def keep(request: Request) -> Written:
        seen.append(request)
        return Written(0, 0, b"")

    for rehearsal in (True, False):
        record(house, [unit("R1")], account="essai", append=keep, rehearsal=rehearsal)
    rehearsed, recorded = house.append(seen, now=NOW)
    assert isinstance(rehearsed, Written)
    assert isinstance(recorded, Written)
    assert (rehearsed.first, rehearsed.stop) == (before, before)
    assert (recorded.first, recorded.stop) == (before, before + 1)
    verify(house.data)


def test_the_keeper_may_propose_and_confirm_but_not_the_same(house: Register) -> None:
    made = propose(house, [unit("R9")], "registrar")
    assert code_of(confirm, house, made.id, "registrar") == "forbidden"
    confirm(house, made.id)
    confirm(house, propose(house, [unit("R1")]).id, "registrar")


def test_setting_a_policy_is_an_entry_and_an_unknown_one_is_refused(house: Register) -> None:
    seq = policies.set_policy(house, "token_days", 90, by="admin", now=NOW)
    with house.database.reading() as db:
        entry = load_entry(read.entry(db, seq))
    assert (entry.kind, entry.raw, entry.recorder) == (
        "policy.set",
        {"policy": "token_days", "value": 90},
        "admin",
    )
    assert policies.in_force(house).token_days == 90
    with pytest.raises(MalformedError):
        policies.set_policy(house, "witnesses", 2, now=NOW)
    for text, value in (
        ("true", True),
        ("false", False),
        ("12", 12),
        ("oui", "oui"),
        ("²", "²"),
    ):
        assert policies.value_of(text) == value
