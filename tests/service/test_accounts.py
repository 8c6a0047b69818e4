"""Accounts are granted in public, tokens are known again, and neither outlives its end."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.domain.accounts import REGISTRAR, Account
from ledger.domain.entry import load_entry
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service import accounts, policies
from ledger.service.accounts import Accounts
from ledger.service.audit import verify
from ledger.service.authority import Authority
from ledger.service.record import record
from ledger.service.register import Register
from ledger.store import read
from ledger.store.append import Request, Written
from tests.world import CITIZENS, NOW, draft, opened, put, token, unit

LATER = NOW + timedelta(days=1)
NAME = "dialogue-citoyen"


def refused(register: Register, shown: str | None, now: datetime = NOW) -> str:
    """What somebody with a token is told, who is not let in."""
    with pytest.raises(RefusedError) as error:
        Accounts(register).authenticate(shown, now=now)
    assert error.value.code == "unauthorized"
    return error.value.message


def known(register: Register, shown: str, now: datetime = NOW) -> Account:
    """Whom a token speaks for."""
    return Accounts(register).authenticate(shown, now=now)


def change(register: Register, statement: str, *values: Any) -> None:
    """Writes into the file behind everybody's back."""
    db = sqlite3.connect(register.data / "ledger.db", isolation_level=None)
    db.execute(statement, values)
    db.close()


def code_of(error: pytest.ExceptionInfo[LedgerError]) -> str:
    """The code that a machine is told."""
    return error.value.code


# -- tokens -------------------------------------------------------------------------------


def test_a_token_speaks_for_its_account_until_it_expires(register: Register) -> None:
    shown = token(register)
    last = NOW + timedelta(days=365)
    assert known(register, shown, last - timedelta(milliseconds=1)).name == NAME
    assert "expired" in refused(register, shown, last)


@pytest.mark.parametrize(
    "other", [None, "", "fr_", "Bearer", "fr_0123456789abcdef_" + "A" * 43]
)
def test_what_is_no_token_of_ours_lets_nobody_in(register: Register, other: str | None) -> None:
    token(register)
    refused(register, other)


def test_the_secret_of_one_token_does_not_open_with_the_id_of_another(
    register: Register,
) -> None:
    one, other = token(register), accounts.create_token(register, NAME, now=NOW)
    id_ = other.split("_")[1]
    secret = one.split("_", 2)[2]
    refused(register, f"fr_{id_}_{secret}")


def test_only_a_slow_hash_of_a_secret_is_in_the_folder(register: Register) -> None:
    secret = token(register).split("_", 2)[2]
    for path in register.data.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    with register.database.reading() as db:
        (hash_,) = db.execute("SELECT hash FROM token").fetchone()
    assert hash_.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_no_entry_and_no_error_holds_a_secret(register: Register) -> None:
    shown = token(register)
    secret = shown.split("_", 2)[2]
    accounts.revoke_tokens(register, NAME, now=NOW)
    assert secret not in refused(register, shown)
    with register.database.reading() as db:
        for _, data in read.entries(db, 0, 100):
            assert secret.encode() not in data


def test_every_token_of_an_account_is_revoked_at_once(register: Register) -> None:
    one, two = token(register), accounts.create_token(register, NAME, now=NOW)
    other = token(register, name="autre")
    assert accounts.revoke_tokens(register, NAME, now=NOW) == 2
    refused(register, one)
    refused(register, two)
    assert known(register, other).name == "autre"


def test_a_token_dies_with_its_account_and_stays_dead(register: Register) -> None:
    shown = token(register)
    accounts.revoke(register, NAME, now=NOW)
    refused(register, shown)
    fresh = token(register)
    refused(register, shown)
    assert known(register, fresh).name == NAME


def test_if_we_crash_while_an_account_is_revoked_its_tokens_are_worth_nothing(
    register: Register,
) -> None:
    shown = token(register)
    accounts.revoke(register, NAME, now=NOW)
    change(register, "UPDATE token SET revoked = NULL")
    assert "granted nothing" in refused(register, shown)
    accounts.grant(register, NAME, roles=["recorder"], now=NOW)
    refused(register, shown)


def test_the_tokens_of_an_account_that_expired_do_not_come_back_with_a_new_grant(
    register: Register,
) -> None:
    shown = token(register, until="2026-11-02")
    accounts.grant(register, NAME, roles=["recorder"], now=LATER)
    refused(register, shown, LATER)


def test_the_tokens_of_an_account_live_on_when_it_is_granted_more_in_time(
    register: Register,
) -> None:
    shown = token(register, "panel")
    accounts.grant(register, NAME, roles=["recorder"], now=NOW)
    assert known(register, shown).roles == {"recorder"}


def test_a_token_written_by_hand_opens_nothing_that_no_entry_grants(register: Register) -> None:
    shown = token(register)
    change(register, "UPDATE token SET account = 'maire'")
    assert "maire is granted nothing" in refused(register, shown)


@pytest.mark.parametrize("hash_", ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$"])
def test_a_hash_out_of_form_opens_nothing(register: Register, hash_: str) -> None:
    shown = token(register)
    change(register, "UPDATE token SET hash = ?", hash_)
    assert "unknown" in refused(register, shown)


def test_what_was_proved_before_holds_no_longer_than_the_row(register: Register) -> None:
    shown, door = token(register), Accounts(register)
    assert door.authenticate(shown, now=NOW).name == NAME
    changes = (
        ("UPDATE token SET hash = ?", token(register, name="autre")),
        ("UPDATE token SET revoked = ?", "2026-11-02T09:00:00.000Z"),
        ("UPDATE token SET expires = ?", "2026-11-02T09:00:00.000Z"),
        ("DELETE FROM token WHERE ? = ?", "x"),
    )
    with register.database.reading() as db:
        kept = db.execute("SELECT * FROM token WHERE account = ?", (NAME,)).fetchone()
    for statement, value in changes:
        change(register, statement, *[value] * statement.count("?"))
        with pytest.raises(RefusedError):
            door.authenticate(shown, now=NOW)
        change(register, "DELETE FROM token WHERE account = ?", NAME)
        change(register, f"INSERT INTO token VALUES ({', '.join('?' * len(kept))})", *kept)
        assert door.authenticate(shown, now=NOW).name == NAME


def test_the_last_use_is_remembered_to_the_hour(register: Register) -> None:
    shown, door = token(register), Accounts(register)
    for minutes, used in ((0, "09"), (59, "09"), (60, "10"), (30, "10")):
        now = datetime(2026, 11, 2, 9, 0, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        door.authenticate(shown, now=now)
        (one,) = accounts.standings(register)
        told = accounts.told(register, one, now=now)
        assert told["used"] == f"2026-11-02T{used}:00:00.000Z"


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_token_lasts_two_years_at_most(register: Register, days: int) -> None:
    token(register)
    with pytest.raises(MalformedError) as error:
        accounts.create_token(register, NAME, now=NOW, days=days)
    assert code_of(error) == "bad_value"


def test_a_policy_says_how_long_tokens_last_those_made_before_it_too(
    register: Register,
) -> None:
    shown = token(register)
    policies.set_policy(register, "token_days", 30, now=NOW)
    late = NOW + timedelta(days=30)
    assert known(register, shown, late - timedelta(milliseconds=1)).name == NAME
    refused(register, shown, late)
    refused(register, accounts.create_token(register, NAME, now=NOW), late)
    with pytest.raises(MalformedError):
        accounts.create_token(register, NAME, now=NOW, days=31)
    policies.set_policy(register, "token_days", 400, now=NOW)
    fresh = accounts.create_token(register, NAME, now=NOW)
    assert known(register, fresh, NOW + timedelta(days=399)).name == NAME


# -- grants -------------------------------------------------------------------------------


def test_a_grant_is_an_entry_that_anybody_reads(register: Register) -> None:
    seq = accounts.grant(
        register,
        NAME,
        roles=["panel"],
        processes=["b", "a"],
        territories=["Nord"],
        until="2027-06",
        now=NOW,
    )
    with register.database.reading() as db:
        entry = load_entry(read.entry(db, seq))
    assert (entry.process, entry.kind, entry.recorder) == (
        "register",
        "account.granted",
        REGISTRAR,
    )
    assert entry.raw == {
        "account": NAME,
        "roles": ["panel"],
        "processes": ["a", "b"],
        "territories": ["Nord"],
        "until": "2027-06",
    }
    accounts.revoke(register, NAME, now=NOW)
    verify(register.data)


def test_a_grant_ends_with_its_last_civil_day_where_the_register_is(register: Register) -> None:
    # In Paris, in winter, the second of November ends at 23:00 UTC.
    shown = token(register, until="2026-11-02")
    end = datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert known(register, shown, end - timedelta(milliseconds=1)).name == NAME
    refused(register, shown, end)
    with pytest.raises(RefusedError) as error:
        accounts.known(register, NAME, now=end)
    assert code_of(error) == "unknown_account"


@pytest.mark.parametrize(
    ("name", "roles", "until"),
    [
        (NAME, [], None),
        (NAME, ["emperor"], None),
        (NAME, ["recorder", "emperor"], None),
        (NAME, ["recorder"], "2026-11-01"),
        (REGISTRAR, ["recorder"], None),
        *((NAME, ["administrator", role], None) for role in ("recorder", "confirmer", "panel")),
    ],
)
def test_what_no_account_may_be_is_recorded_nowhere(
    register: Register, name: str, roles: list[str], until: str | None
) -> None:
    with pytest.raises(MalformedError) as error:
        accounts.grant(register, name, roles=roles, until=until, now=NOW)
    assert code_of(error) == "bad_account"
    with register.database.reading() as db:
        assert read.head(db).size == 4


def test_the_same_grant_twice_is_refused(register: Register) -> None:
    accounts.grant(register, NAME, roles=["panel", "recorder"], now=NOW)
    with pytest.raises(RefusedError) as error:
        accounts.grant(register, NAME, roles=["recorder", "panel"], now=NOW)
    assert code_of(error) == "account_exists"


def test_the_keeper_of_the_folder_is_granted_by_nobody_and_has_no_token(
    register: Register,
) -> None:
    assert accounts.known(register, REGISTRAR, now=NOW).name == REGISTRAR
    for act in (
        lambda: accounts.create_token(register, REGISTRAR, now=NOW),
        lambda: accounts.revoke(register, REGISTRAR, now=NOW),
    ):
        with pytest.raises(RefusedError):
            act()


def test_an_account_that_was_never_granted_has_no_token_and_is_not_revoked(
    register: Register,
) -> None:
    for act in (
        lambda: accounts.create_token(register, "personne", now=NOW),
        lambda: accounts.revoke(register, "personne", now=NOW),
        lambda: accounts.acting(register, "personne", "record", now=NOW),
    ):
        with pytest.raises(RefusedError) as error:
            act()
        assert code_of(error) == "unknown_account"


# -- what an account records --------------------------------------------------------------


def write(
    register: Register, name: str, drafts: list[dict[str, Any]], *, now: datetime = NOW
) -> Written:
    """Records in the name of an account that is held to its roles."""
    return record(
        register,
        drafts,
        account=name,
        append=lambda request: register.append_one(request, now=now),
        authority=Authority(register, name, now),
    )


def forbidden(register: Register, name: str, drafts: list[dict[str, Any]]) -> LedgerError:
    """Why an account may not record something."""
    with pytest.raises(RefusedError) as error:
        write(register, name, drafts)
    assert code_of(error) == "forbidden"
    return error.value


def test_a_scope_holds_for_a_process_and_for_a_territory(register: Register) -> None:
    put(register, [opened(), opened("autre-lieu")])
    accounts.grant(register, "ici", roles=["recorder"], processes=["cours-fraiches"], now=NOW)
    accounts.grant(register, "la", roles=["recorder"], territories=["Ville d’essai"], now=NOW)
    accounts.grant(register, "loin", roles=["recorder"], territories=["Ailleurs"], now=NOW)
    elsewhere = unit("R1") | {"process": "autre-lieu"}
    write(register, "ici", [unit("R1")])
    assert forbidden(register, "ici", [unit("R2"), elsewhere]).where == "/drafts/1/by"
    write(register, "la", [unit("R2"), elsewhere])
    forbidden(register, "loin", [unit("R3")])


def test_a_territory_reaches_what_is_opened_in_it_and_follows_in_the_same_batch(
    register: Register,
) -> None:
    accounts.grant(register, "ici", roles=["recorder"], territories=["Ville d’essai"], now=NOW)
    accounts.grant(register, "loin", roles=["recorder"], territories=["Ailleurs"], now=NOW)
    forbidden(register, "loin", [opened(), unit("R1")])
    forbidden(register, "ici", [unit("R1"), opened()])
    write(register, "ici", [opened(), unit("R1")])


def test_an_own_voice_speaks_by_the_procedure_of_the_process_opened_or_not_yet(
    register: Register,
) -> None:
    accounts.grant(register, "panel", roles=["panel"], now=NOW)
    accounts.grant(register, "mairie", roles=["elected"], now=NOW)
    write(register, "mairie", [opened()])
    write(register, "panel", [unit("R1")])
    assert "does not speak as citizens" in forbidden(register, "mairie", [unit("R2")]).message
    answer = {"unit": "R1", "response": None, "verdict": "retained", "reason": "Oui."}
    said = draft("answer.given", answer, by=CITIZENS)
    assert "gives answer.given to others" in forbidden(register, "panel", [said]).message


def test_an_account_mends_its_own_entries_and_a_confirmer_those_of_all(
    register: Register,
) -> None:
    put(register, [opened(), unit("R1")])
    for name, role in (("une", "recorder"), ("autre", "recorder"), ("chef", "confirmer")):
        accounts.grant(register, name, roles=[role], now=NOW)
    seq = write(register, "une", [unit("R2")]).first
    change = {"path": "/body/title", "value": "Planter des haies"}
    mend = draft("correction.made", {"entry": seq, "changes": [change], "why": "Une coquille."})
    assert "recorded is mended by a confirmer" in forbidden(register, "autre", [mend]).message
    write(register, "une", [mend])
    write(register, "chef", [mend])
    disown = draft("entry.disowned", {"entry": seq, "why": "Deux fois la même."})
    forbidden(register, "autre", [disown])
    write(register, "chef", [disown])
    verify(register.data)


def test_nobody_mends_an_entry_that_is_still_to_come(register: Register) -> None:
    written = put(register, [opened(), unit("R1")])
    accounts.grant(register, "une", roles=["recorder"], now=NOW)
    early = draft("entry.disowned", {"entry": written.stop + 1, "why": "Par avance."})

    def append(request: Request) -> Written:
        put(register, [unit("R2")])  # somebody else's, in the meantime
        return register.append_one(request, now=NOW)

    judge = Authority(register, "une", NOW)
    with pytest.raises(RefusedError) as refused:
        record(register, [early], account="une", append=append, authority=judge)
    assert refused.value.code == "unknown_reference"


def test_a_grant_that_is_revoked_while_a_batch_waits_gives_no_power_any_more(
    register: Register,
) -> None:
    put(register, [opened()])
    accounts.grant(register, "une", roles=["recorder"], now=NOW)
    tried: list[Request] = []

    def slow(request: Request) -> Written:
        if not tried:
            accounts.revoke(register, "une", now=NOW)
        tried.append(request)
        return register.append_one(request, now=NOW)

    with pytest.raises(RefusedError) as error:
        record(
            register,
            [unit("R1")],
            account="une",
            append=slow,
            authority=Authority(register, "une", NOW),
        )
    assert code_of(error) == "unknown_account"
    assert len(tried) == 1
    with register.database.reading() as db:
        assert read.head(db).size == 4 + 1 + 2


def test_a_batch_that_waits_is_judged_again_when_another_account_is_granted(
    register: Register,
) -> None:
    put(register, [opened()])
    accounts.grant(register, "une", roles=["recorder"], now=NOW)
    tried: list[Request] = []

    def slow(request: Request) -> Written:
        if not tried:
            accounts.grant(register, "autre", roles=["recorder"], now=NOW)
        tried.append(request)
        return register.append_one(request, now=NOW)

    written = record(
        register,
        [unit("R1")],
        account="une",
        append=slow,
        authority=Authority(register, "une", NOW),
    )
    assert (written.first, len(tried)) == (7, 2)
