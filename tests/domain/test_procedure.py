import re
from pathlib import Path
from typing import get_args

import pytest

from ledger.domain.duties import State
from ledger.domain.events import KINDS
from ledger.domain.lint import lint_text
from ledger.domain.procedure import Only, Order, Owed, Procedure, Step, parse_procedure
from ledger.errors import MalformedError
from tests.domain.build import RESPOND, procedure

SHIPPED = sorted((Path(__file__).parents[2] / "ledger/domain/procedures").glob("*.toml"))
MINIMAL = """
name = "essai"
version = "1"
titles = { en = "Test", fr = "Essai" }
basis = "Pour l’essai."
stages = ["opening"]
kinds = [{ kind = "process.opened", by = ["city"], required = true }]
order = []

[[owed]]
id = "respond"
titles = { en = "R", fr = "R" }
what = { kind = "response.given" }
per = "process"
after = { kind = "opinion.delivered" }
by = ["city"]
"""


def test_a_procedure_without_delays_is_read():
    assert parse_procedure(MINIMAL)["name"] == "essai"


@pytest.mark.parametrize("bound", ['within = "P6M"', 'every = "P1Y"'])
def test_a_delay_without_the_text_that_sets_it_is_refused(bound):
    with pytest.raises(MalformedError, match="basis"):
        parse_procedure(MINIMAL + bound)
    assert parse_procedure(f'{MINIMAL}{bound}\nbasis = "Charte, article 4."')


def test_two_duties_of_one_name_are_refused():
    with pytest.raises(ValueError, match="id of its own"):
        procedure(owed=[RESPOND, RESPOND])


@pytest.mark.parametrize("extra", ['whithin = "P6M"', "times = -1", 'until = "closed"'])
def test_a_misspelt_rule_is_refused_with_its_place(extra):
    with pytest.raises(MalformedError) as refused:
        parse_procedure(MINIMAL + extra)
    assert refused.value.code == "bad_procedure"
    assert refused.value.where.startswith("owed.0")


def test_what_is_not_toml_is_refused():
    with pytest.raises(MalformedError, match="not TOML"):
        parse_procedure("name = ")


def shipped_procedure(name: str) -> Procedure:
    text = next(path for path in SHIPPED if path.stem == name).read_text(encoding="utf-8")
    return Procedure.model_validate(parse_procedure(text))


NAMES = ["atelier-citoyen", "grand-debat", "projet-urbain-concerte"]


def test_the_three_procedures_are_shipped_under_their_names():
    assert {path.stem for path in SHIPPED} >= set(NAMES)
    for path in SHIPPED:
        assert shipped_procedure(path.stem).name == path.stem


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_procedure_speaks_of_kinds_that_exist(name):
    grammar = shipped_procedure(name)
    kinds = {step.kind for step in grammar.kinds}
    kinds |= {w.kind for duty in grammar.owed for w in (duty.what, duty.after)}
    kinds |= {w.kind for rule in grammar.order for w in (rule.first, rule.then)}
    assert kinds <= KINDS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_no_shipped_procedure_invents_a_legal_delay(name):
    assert all(d.within is None and d.every is None for d in shipped_procedure(name).owed)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_owes_a_step_may_take_it(name):
    grammar = shipped_procedure(name)
    allowed = {step.kind: set(step.by) for step in grammar.kinds}
    for duty in grammar.owed:
        may = allowed[duty.what.kind]
        assert not may or set(duty.by) <= may, duty.id


@pytest.mark.parametrize("name", NAMES)
def test_the_french_of_a_shipped_procedure_is_typeset(name):
    grammar = shipped_procedure(name)
    for text in (grammar.basis, grammar.titles.fr, *(d.titles.fr for d in grammar.owed)):
        assert "'" not in text
        assert " :" not in text
        assert "  " not in text


DOCS = (Path(__file__).parents[2] / "docs/procedures.md").read_text(encoding="utf-8")


def test_the_documented_example_is_a_procedure():
    (example,) = re.findall(r"^```toml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    assert Procedure.model_validate(parse_procedure(example)).owed[0].within == "P6M"
    assert lint_text(example) == ()


@pytest.mark.parametrize("model", [Procedure, Owed, Step, Only, Order])
def test_every_field_of_the_grammar_is_documented(model):
    assert [name for name in model.model_fields if f"`{name}`" not in DOCS] == []


def test_every_state_of_a_duty_is_documented():
    assert [state for state in get_args(State) if f"`{state}`" not in DOCS] == []
