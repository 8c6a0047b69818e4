"""Everything that has a code has words, and every sentence is said in both languages."""

import re
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.extract import extract_from_dir

from ledger.domain import events, words
from ledger.domain.change import CODES as CHANGES
from ledger.domain.change import Group
from ledger.domain.duties import State as DutyState
from ledger.domain.irregularities import CODES as IRREGULARITIES
from ledger.domain.irregularities import Severity
from ledger.domain.promises import Outcome
from viz.draw.words import NEEDED
from viz.site.i18n import CODES, Words, catalogue, language
from viz.site.pages.process import STEPS

SITE = Path(__file__).parents[2] / "viz" / "site"
FAMILIES = {
    "role": words.Role,
    "account_role": words.AccountRole,
    "stage": words.Stage,
    "level": words.Level,
    "origin": words.Origin,
    "body": words.BodyType,
    "channel": words.Channel,
    "contribution_type": words.ContributionType,
    "many.contribution_type": words.ContributionType,
    "recruitment": words.Recruitment,
    "session": words.SessionType,
    "document": words.DocumentType,
    "unit": words.UnitType,
    "many.unit": words.UnitType,
    "feasibility": words.Feasibility,
    "verdict": words.Verdict,
    "many.verdict": words.Verdict,
    "term": words.Term,
    "state": words.State,
    "many.state": words.State,
    "bound": words.Bound,
    "nature": words.Nature,
    "principle": words.Principle,
    "basis": words.Basis,
    "duty_state": DutyState,
    "promise": Outcome,
    "severity": Severity,
    "became": words.Verdict,
    "masculine.became": words.Verdict,
    "measure": words.State,
}
CODED = sorted(
    {f"{family}.{code}" for family, codes in FAMILIES.items() for code in get_args(codes)}
    | {f"irregularity.{code}" for code in IRREGULARITIES}
    | {f"event.{kind}" for kind in events.KINDS}
    | {f"many.event.{kind}" for kind in events.KINDS}
    | {f"kind.{sort}" for sort in events.DECLARED.values()}
    | {f"step.thing.{sort}" for sort in events.DECLARED.values()}
    | {f"linked.{r}" for r in (*get_args(words.Relation), "gave_rise_to", "fed_by")}
    | {f"flag.{flag}" for flag in ("illustrative", "disowned", "corrected", "erased")}
    | {f"gone.{gone}" for gone in ("erased", "erased_since", "restricted", "missing")}
    | {f"change.{code}" for code in CHANGES}
    | {f"change_group.{group}" for group in get_args(Group)}
    | {f"origin.{origin}" for origin in ("merge", "split", "place")}
    | {f"stage.{stage}" for stage in STEPS}
    | set(NEEDED)
)


def fields() -> set[str]:
    """Every field of every statement, by the name it has in an entry."""
    found: set[str] = set()
    for kind, model in events.KINDS.items():
        if kind != "procedure.adopted":
            found |= {f.alias or name for name, f in model.model_fields.items()}
    return found - {"id"}


def sentences() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        SITE,
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "number_of": (1, 2)},
    )
    return {tuple(m) if isinstance(m, list | tuple) else m for _, _, m, _, _ in found}


@pytest.mark.parametrize("tongue", CODES)
def test_every_code_has_words(tongue):
    missing = [code for code in CODED if not language(tongue).knows(code)]
    assert not missing


@pytest.mark.parametrize("tongue", CODES)
def test_every_field_of_every_statement_has_a_label(tongue):
    missing = [name for name in fields() if not language(tongue).knows(f"field.{name}")]
    assert not missing


@pytest.mark.parametrize("tongue", CODES)
def test_every_sentence_of_templates_and_code_is_in_the_catalogue(tongue):
    known = catalogue(tongue)
    missing = []
    for sentence in sentences():
        found = known.get(sentence)
        if found is None or not found.string or not all(_strings(found.string)):
            missing.append(sentence)
    assert not missing


def test_the_catalogues_have_the_same_messages_and_no_others():
    french, english = ({m.id for m in catalogue(code) if m.id} for code in CODES)
    assert french == english
    spoken = sentences()
    unused = {m for m in french if not _is_code(m) and m not in spoken}
    assert not unused


@pytest.mark.parametrize("tongue", CODES)
def test_a_translation_asks_for_the_facts_that_its_sentence_brings(tongue):
    wrong = []
    for message in catalogue(tongue):
        ids = _strings(message.id) if message.id else ()
        if not ids or _is_code(message.id):
            continue
        given = set(chain.from_iterable(map(_facts, ids)))
        for string in _strings(message.string):
            wrong += [] if _facts(string) <= given else [(message.id, string)]
    assert not wrong


def test_codes_ask_for_the_same_facts_in_both_languages():
    wrong = []
    for message in catalogue("fr"):
        if message.id and _is_code(message.id):
            english = catalogue("en").get(message.id)
            assert english is not None
            if _facts(str(message.string)) != _facts(str(english.string)):
                wrong.append(message.id)
    assert not wrong


def test_french_sets_its_signs_apart_by_spaces_that_do_not_break():
    wrong = []
    for message in catalogue("fr"):
        for string in _strings(message.string) if message.id else ():
            wrong += [string] if re.search(r"(?<=\w) [;:!?»]|« |'", string) else []
    assert not wrong


def test_pictures_write_projects_in_the_masculine():
    assert Words(language("fr"), masculine=True)["verdict.retained"] == "retenu"
    assert Words(language("fr"))["verdict.retained"] == "retenue"
    assert "{count}" in Words(language("fr"))["picture.more"]


def _is_code(message: object) -> bool:
    return isinstance(message, str) and bool(re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", message))


def _strings(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)


def _facts(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))
