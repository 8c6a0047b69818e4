"""Every flaw of a procedure is seen, in its place, in the smallest file that has it."""

import re
from pathlib import Path

import pytest

from ledger.domain.flaws import FLAWS, Flaw, errors
from ledger.domain.lint import lint, lint_text
from ledger.domain.lint_form import MAX_CHARACTERS
from ledger.domain.lint_owed import concerning
from ledger.domain.procedure import Procedure, parse_procedure
from ledger.errors import MalformedError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "ledger/domain/procedures").glob("*.toml"))

TOP = """
name = "essai"
version = "1"
titles = { en = "Test", fr = "Essai" }
basis = "Pour l’essai."
stages = ["opinion", "response"]
"""
KINDS = """
[[kinds]]
kind = "opinion.delivered"
by = ["citizens"]
required = true

[[kinds]]
kind = "unit.submitted"
by = ["citizens"]
required = false

[[kinds]]
kind = "answer.given"
by = ["city"]
required = false
"""
OWED = """
[[owed]]
id = "answer_each"
titles = { en = "An answer to each", fr = "Une réponse à chacune" }
what = { kind = "answer.given" }
per = "unit"
after = { kind = "opinion.delivered" }
by = ["city"]
"""
ORDER = """
[[order]]
id = "opinion_first"
first = { kind = "opinion.delivered" }
then = { kind = "answer.given" }
per = "process"
"""
GOOD = TOP + KINDS + OWED + ORDER


def step(kind: str, by: str = "[]", required: str = "false") -> str:
    return f'[[kinds]]\nkind = "{kind}"\nby = {by}\nrequired = {required}\n'


def rule(id_: str, first: str, then: str, per: str = "process") -> str:
    return (
        f'[[order]]\nid = "{id_}"\nfirst = {{ kind = "{first}" }}\n'
        f'then = {{ kind = "{then}" }}\nper = "{per}"\n'
    )


def duty(**changed: str) -> str:
    """The good procedure with other values in its one duty."""
    text = OWED
    for key, value in changed.items():
        line = f"{key} = {value}\n"
        pattern = rf"^{key} = .*\n"
        found = re.search(pattern, text, re.MULTILINE)
        text = re.sub(pattern, line, text, flags=re.MULTILINE) if found else text + line
    return TOP + KINDS + text + ORDER


def owing(*more: str) -> str:
    return GOOD + "".join(more)


LONG = "".join(rule(f"r{i}", "opinion.delivered", "answer.given") for i in range(900))
WRONG: list[tuple[str, str, str]] = [
    # the file
    ("empty_file", "", " \n\n"),
    ("too_large", "", GOOD + "#" * MAX_CHARACTERS),
    ("too_large", "", GOOD + LONG),
    ("not_toml", "line 2, column 8", GOOD.replace('"essai"', "“essai”")),
    ("not_toml", "line 6, column 21", GOOD.replace('"opinion", ', '"opinion" ')),
    ("not_toml", "the end", GOOD + "times"),
    ("not_toml", "", "a = " + "[" * 100_000),
    ("bad_text", "basis", GOOD.replace("l’essai", "l\u202eessai")),
    ("bad_text", "owed[0].titles.fr", GOOD.replace("Une ré", "Une re\u0301")),
    # the form
    ("missing_key", "basis", GOOD.replace('basis = "Pour l’essai."\n', "")),
    ("missing_key", "owed[0].per", GOOD.replace('per = "unit"\n', "")),
    ("missing_key", "owed", GOOD.replace(OWED, "")),
    ("unknown_key", "owed[0].whithin", duty(whithin='"P6M"')),
    ("unknown_key", "owed[0].stages", duty(stages='["opinion"]')),
    ("unknown_key", "kinds[0].\N{REPLACEMENT CHARACTER}[31m", GOOD.replace(
        "required = true", 'required = true\n"\\u001b[31m" = 1')),
    ("bad_value", "version", GOOD.replace('"1"', "1")),
    ("bad_value", "kinds[0].required", GOOD.replace("= true", '= "yes"')),
    ("bad_value", "owed", GOOD.replace("[[owed]]", "[owed]")),
    ("bad_value", "owed[0].by", duty(by="[]")),
    ("bad_value", "owed[0].times", duty(times="-1")),
    ("unknown_word", "kinds[0].by[0]", GOOD.replace('["citizens"]', '["citizen"]', 1)),
    ("unknown_word", "stages[1]", GOOD.replace('"response"]', '"answer"]')),
    ("unknown_word", "owed[0].per", duty(per='"units"')),
    ("unknown_word", "owed[0].only.verdict[0]", duty(only='{ verdict = ["yes"] }')),
    ("unknown_word", "owed[0].what.state", duty(
        what='{ kind = "answer.given", state = "gone" }')),
    *(("bad_duration", "owed[0].within", duty(within=text, basis='"Article 1."'))
      for text in ('"six mois"', '"P6"', '"6M"', '"P0M"', '"P1Y6M"', '"PT5H"')),
    ("bad_duration", "owed[0].every", duty(every='"yearly"', basis='"Article 1."')),
    ("empty_text", "titles.fr", GOOD.replace('"Essai"', '""')),
    ("empty_text", "basis", GOOD.replace("Pour l’essai.", "")),
    ("empty_text", "basis", GOOD.replace("Pour l’essai.", "  ")),
    ("empty_text", "owed[0].basis", duty(basis='" "')),
    ("empty_text", "owed[0].titles.en", duty(titles='{ en = "\u00a0", fr = "R" }')),
    ("no_basis", "owed[0]", duty(within='"P6M"')),
    ("no_basis", "owed[0]", duty(every='"P1Y"')),
    ("id_twice", "owed[1].id", owing(OWED)),
    ("id_twice", "order[1].id", owing(ORDER)),
    # the steps
    ("unknown_kind", "kinds[3].kind", TOP + KINDS + step("answer.give") + OWED + ORDER),
    ("unknown_kind", "owed[0].after.kind", duty(after='{ kind = "opinion.given" }')),
    ("unknown_kind", "owed[0].until.kind", duty(
        every='"P1Y"', basis='"Article 1."', until='{ kind = "process.ended" }')),
    ("register_kind", "kinds[3].kind", TOP + KINDS + step("key.added") + OWED + ORDER),
    ("register_kind", "order[1].first.kind", owing(rule("a", "policy.set", "answer.given"))),
    ("stateless_kind", "owed[0].what.state", duty(
        what='{ kind = "answer.given", state = "done" }')),
    ("typeless_kind", "owed[0].what.type", duty(
        what='{ kind = "answer.given", type = "sitting" }')),
    ("unknown_word", "owed[0].what.type", duty(
        what='{ kind = "session.held", type = "siting" }')),
    ("kind_twice", "kinds[3].kind", GOOD + step("answer.given", '["city"]')),
    ("role_twice", "kinds[0].by", GOOD.replace('["citizens"]', '["citizens", "citizens"]', 1)),
    ("role_twice", "owed[0].by", duty(by='["city", "city"]')),
    ("not_required", "kinds[3].required", GOOD + step("text.erased", required="true")),
    ("nothing_to_refer_to", "kinds[3].kind", GOOD.replace(
        '"response"]', '"response", "follow_up"]') + step("follow_up.reported")),
    # the stages
    ("stage_twice", "stages[2]", GOOD.replace('"response"]', '"response", "opinion"]')),
    ("stage_of_register", "stages[2]", GOOD.replace('"response"]', '"response", "register"]')),
    ("stage_unlisted", "stages", GOOD.replace(', "response"]', "]")),
    ("stage_without_step", "stages[2]", GOOD.replace('"response"]', '"response", "decision"]')),
    ("stage_out_of_order", "stages[1]", GOOD.replace(
        '["opinion", "response"]', '["response", "opinion"]')),
    # what is owed
    ("not_a_step", "owed[0].what.kind", duty(what='{ kind = "unit.assessed" }')),
    ("not_a_step", "owed[0].after.kind", duty(after='{ kind = "mandate.issued" }')),
    ("not_a_step", "owed[0].until.kind", duty(
        every='"P1Y"', basis='"Article 1."', until='{ kind = "process.closed" }')),
    ("not_a_step", "order[1].then.kind", owing(
        rule("a", "opinion.delivered", "decision.made"))),
    ("nobody_may", "owed[0].by", duty(by='["council"]')),
    ("may_not_speak", "owed[0].by", duty(by='["city", "council"]')),
    ("no_such_thing", "owed[0].per", duty(per='"measure"', what='{ kind = "decision.made" }')),
    ("no_such_thing", "order[1].per", owing(
        rule("a", "opinion.delivered", "answer.given", "measure"))),
    ("cannot_concern", "owed[0].what.kind", duty(what='{ kind = "contributions.tallied" }')),
    ("cannot_concern", "owed[0].what.kind", duty(per='"measure"')),
    ("cannot_concern", "owed[0].what.kind", duty(per='"link"')),
    ("cannot_concern", "order[1].then.kind", owing(
        rule("a", "opinion.delivered", "mandate.issued", "unit"))),
    ("only_without_step", "owed[0].only.elected", duty(only="{ elected = true }")),
    ("only_without_step", "owed[0].only.eligible", duty(only="{ eligible = true }")),
    ("only_without_step", "owed[0].only.verdict", duty(
        only='{ verdict = ["passed_on"] }').replace(
        KINDS, KINDS.replace("answer.given", "response.given"))),
    ("only_of_nothing", "owed[0].only", duty(per='"process"', only='{ type = ["project"] }')),
    ("only_empty", "owed[0].only", duty(only="{}")),
    ("until_without_every", "owed[0].until", duty(until='{ kind = "opinion.delivered" }')),
    ("times_zero", "owed[0].times", duty(times="0")),
    ("within_unused", "owed[0].within", duty(
        every='"P1Y"', within='"P6M"', basis='"Article 1."')),
    ("begins_itself", "owed[0].after", duty(after='{ kind = "answer.given" }')),
    ("same_titles", "owed[0].titles", duty(titles='{ en = "Bilan", fr = "Bilan" }')),
    ("same_duty", "owed[1]", owing(OWED.replace("answer_each", "answer_all"))),
    # what comes before what
    ("before_itself", "order[1].then", owing(rule("a", "answer.given", "answer.given"))),
    ("order_in_circle", "order[1]", owing(rule("a", "answer.given", "opinion.delivered"))),
    ("order_in_circle", "order[2]", owing(
        rule("a", "answer.given", "unit.submitted"),
        rule("b", "unit.submitted", "opinion.delivered"))),
    ("same_order", "order[1]", owing(rule("a", "opinion.delivered", "answer.given"))),
]  # fmt: skip


def test_a_good_procedure_has_no_flaw():
    assert lint_text(GOOD) == ()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_procedure_has_no_flaw(path):
    text = path.read_text(encoding="utf-8")
    assert [str(flaw) for flaw in lint_text(text)] == []
    assert lint(Procedure.model_validate(parse_procedure(text))) == ()


@pytest.mark.parametrize(("code", "place", "text"), WRONG)
def test_each_flaw_is_seen_in_its_place(code, place, text):
    found = [(flaw.code, flaw.place) for flaw in lint_text(text)]
    assert (code, place) in found


def test_every_flaw_is_tried_and_no_other_is_known():
    assert {code for code, *_ in WRONG} == FLAWS.keys()


def test_a_procedure_in_form_is_judged_as_its_text_is():
    for _, _, text in WRONG:
        try:
            procedure = Procedure.model_validate(parse_procedure(text))
        except (MalformedError, RecursionError):
            continue
        told = {flaw for flaw in lint_text(text) if flaw.code not in ("bad_text", "too_large")}
        assert set(lint(procedure)) == told


def test_every_flaw_of_a_file_is_told_at_once_the_deep_ones_too():
    text = GOOD.replace('"1"', "1").replace('by = ["city"]\n\n[[order', "by = []\n\n[[order")
    text = text.replace("opinion.delivered", "opinion.given").replace("answer_each", "Answer")
    assert {(flaw.code, flaw.place) for flaw in lint_text(text)} == {
        ("bad_value", "version"),
        ("bad_value", "owed[0].id"),
        ("bad_value", "owed[0].by"),
        ("unknown_kind", "kinds[0].kind"),
        ("unknown_kind", "order[0].first.kind"),
    }


def test_what_could_not_be_read_is_not_said_to_be_missing():
    text = GOOD.replace('kind = "answer.given"\nby', 'kind = "Answer"\nby')
    assert [flaw.place for flaw in lint_text(text)] == ["kinds[2].kind"]


def test_a_flaw_says_how_to_mend_it():
    (flaw,) = lint_text(duty(whithin='"P6M"'))
    assert str(flaw) == (
        "owed[0].whithin: `whithin` is no key here; did you mean `within`? [unknown_key]"
    )
    (kind,) = lint_text(TOP + KINDS + step("answer.gven") + OWED + ORDER)
    assert "did you mean `answer.given`?" in kind.message


def test_a_message_holds_nothing_that_a_terminal_obeys():
    text = GOOD.replace('"essai"', '"\\u001b[2J\\u0007essai"')
    for flaw in lint_text(text):
        assert str(flaw).isprintable()


def test_only_errors_stand_in_the_way():
    flaws = lint_text(duty(by='["city", "council"]', times="0"))
    assert [flaw.code for flaw in flaws] == ["may_not_speak", "times_zero"]
    assert errors(flaws) == [Flaw("times_zero", "owed[0].times", flaws[1].message)]


def test_a_duty_of_the_processes_that_arose_may_begin_with_a_step_of_theirs():
    text = duty(per='"link"', what='{ kind = "review.held" }', after='{ kind = "review.held" }')
    text = text.replace('"response"]', '"response", "follow_up"]')
    text = text.replace(OWED[:8], step("review.held", '["city"]') + OWED[:8])
    assert "not_a_step" not in {flaw.code for flaw in lint_text(text)}


def test_what_can_concern_a_unit_or_measure_is_what_matching_finds():
    assert {"answer.given", "unit.assessed", "ballot.held", "measure.adopted"} <= concerning(
        "unit"
    )
    assert {"opinion.delivered", "response.given", "decision.made"} <= concerning("unit")
    assert "follow_up.reported" not in concerning("unit")
    assert {"follow_up.reported", "decision.made", "review.held"} <= concerning("measure")
    assert not {"answer.given", "ballot.held"} & concerning("measure")
    assert concerning("link") >= {"process.linked", "review.held"}
