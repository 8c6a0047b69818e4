"""A city adopts what it wrote: without flaws, once, and for good."""

from datetime import timedelta
from pathlib import Path

import pytest

from ledger.domain.flaws import errors
from ledger.domain.lint import lint_text
from ledger.errors import LedgerError, MalformedError, RefusedError
from ledger.service import procedures
from ledger.service.query import Queries
from ledger.service.register import Register, shipped_procedures
from tests.domain.test_lint import GOOD, WRONG, duty
from tests.world import NOW, PROCEDURES, draft, opened, put, put_all, workshop

WITHIN = duty(within='"P6M"', basis='"Charte, article 4."')
ERRORS = [(code, text) for code, _, text in WRONG if errors(lint_text(text))]


def size(register: Register) -> int:
    return Queries(register).version()


def own(name: str = "atelier-citoyen", *, version: str = "2", text: str = "") -> str:
    """A procedure of the city’s own, under a name that is adopted already."""
    text = text or GOOD
    return text.replace('"essai"', f'"{name}"').replace(
        'version = "1"', f'version = "{version}"'
    )


@pytest.mark.parametrize(("code", "text"), ERRORS)
def test_a_procedure_with_an_error_is_refused_and_nothing_is_appended(register, code, text):
    before = size(register)
    with pytest.raises(MalformedError) as refused:
        procedures.adopt(register, text, now=NOW)
    assert refused.value.code == "bad_procedure"
    told = refused.value.message.splitlines()[1:-1]
    assert told == [f"  {flaw}" for flaw in lint_text(text)]
    assert f"[{code}]" in refused.value.message
    assert size(register) == before


@pytest.mark.parametrize("text", [
    text for _, _, text in WRONG if not errors(lint_text(text))
])  # fmt: skip
def test_a_warning_does_not_stand_in_the_way(register, text):
    written = procedures.adopt(register, text, now=NOW)
    assert size(register) == written.stop


def test_the_same_again_is_refused_and_something_newer_is_not(register):
    procedures.adopt(register, own(), now=NOW)
    before = size(register)
    with pytest.raises(RefusedError) as refused:
        procedures.adopt(register, f"# said otherwise\n{own()}", now=NOW)
    assert refused.value.code == "already_adopted"
    assert size(register) == before
    procedures.adopt(register, own(version="3"), now=NOW)
    # An older rule may come back: what is refused is only to say the newest again.
    procedures.adopt(register, own(), now=NOW)
    found = procedures.versions(procedures.adopted(register))["atelier-citoyen"]
    assert [one.procedure.version for one in found] == ["1", "2", "3", "2"]


def test_every_shipped_procedure_is_adopted_already(register):
    for text in (shipped_procedures()[name] for name in PROCEDURES):
        with pytest.raises(RefusedError, match="nothing to do"):
            procedures.adopt(register, text, now=NOW)


def test_an_adoption_is_found_by_its_name_and_seq(register):
    written = procedures.adopt(register, own(), now=NOW)
    found = procedures.adopted(register)
    assert procedures.find(found, "atelier-citoyen").entry.seq == written.first
    assert procedures.find(found, "atelier-citoyen", 1).procedure.version == "1"
    for name, seq in (("nulle-part", None), ("atelier-citoyen", 2), ("grand-debat", 1)):
        with pytest.raises(LedgerError) as refused:
            procedures.find(found, name, seq)
        assert refused.value.code == "not_found"


def test_a_file_changed_after_its_adoption_changes_nothing_of_what_is_owed(
    register: Register, tmp_path: Path
) -> None:
    file = tmp_path / "atelier.toml"
    file.write_text(own(text=WITHIN), encoding="utf-8")
    procedures.adopt(register, file.read_text(encoding="utf-8"), now=NOW)
    put_all(register, workshop()[:6])
    later = (NOW + timedelta(days=365)).date()
    before = Queries(register).process("cours-fraiches", later)
    assert [d.state for d in before.duties] == ["past_due"]
    file.write_text(own(), encoding="utf-8")
    after = Queries(register).process("cours-fraiches", later)
    assert after.duties == before.duties
    assert procedures.adopted(register)[-1].procedure.owed[0].within == "P6M"


def test_a_newer_adoption_leaves_the_duties_of_a_running_process_alone(register):
    procedures.adopt(register, own(text=WITHIN), now=NOW)
    put_all(register, workshop()[:6])
    later = (NOW + timedelta(days=365)).date()
    procedures.adopt(register, own(version="3"), now=NOW)
    view = Queries(register).process("cours-fraiches", later)
    assert [d.state for d in view.duties] == ["past_due"]
    put(
        register,
        [draft("procedure.changed", {"procedure": "atelier-citoyen", "why": "Ainsi."})],
    )
    view = Queries(register).process("cours-fraiches", later)
    assert [d.state for d in view.duties] == ["past_due"]
    assert view.procedure.version == "3"
    put(register, [opened("autre")])
    assert Queries(register).process("autre", later).procedure.version == "3"
