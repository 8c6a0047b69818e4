from __future__ import annotations

import re
from typing import Any

from ledger.domain import events, procedure, values
from ledger.domain.words import STAGES
from tests import golden
from tests.docs import tables


def test_the_tables_of_the_format_are_those_of_the_code():
    document = tables.FORMAT.read_text(encoding="utf-8")
    assert tables.fill(document, golden.FORMAT_BLOCKS) == document, "run `make golden`"


def test_every_kind_has_a_table_and_a_stage():
    staged = [kind for kinds in STAGES.values() for kind in kinds]
    assert sorted(staged) == sorted(events.KINDS)
    block = tables.kinds_block()
    for kind in events.KINDS:
        assert f"#### `{kind}`\n" in block


def test_every_rule_that_fields_do_not_say_is_written_down():
    ruled = {
        model.__name__
        for model in tables.models()
        if model.__pydantic_decorators__.model_validators
    }
    # `procedure.adopted` is a procedure, and stands in the document under its kind.
    assert ruled == tables.RULES.keys() - {"Procedure"}


def test_the_basic_forms_are_those_of_the_code():
    document = tables.FORMAT.read_text(encoding="utf-8")
    forms: dict[str, Any] = {
        "slug": values.Slug,
        "id": values.Id,
        "reference": values.Reference,
        "label": values.Label,
        "word": values.Word,
        "kind": procedure.KindName,
        "pointer": values.Pointer,
        "hex32": values.Hex32,
        "hex64": values.Hex64,
    }
    for name, form in forms.items():
        (constraint,) = form.__metadata__
        longest = f" ≤ {constraint.max_length}" if constraint.max_length else ""
        row = f"| `{name}` | `/{constraint.pattern}/`{longest}"
        assert row in document.replace("\\|", "|"), row


def test_every_form_that_a_table_uses_is_defined():
    document = tables.FORMAT.read_text(encoding="utf-8")
    defined = set(re.findall(r"^#### `(\w+)`", document, re.MULTILINE))
    for row in re.findall(r"^\| (`.+`) \|", document, re.MULTILINE):
        defined.update(re.findall(r"`([a-z0-9_]+)`", row.split(" | ")[0]))
    used = re.findall(
        r"^\| `\w+` \| (.+) \| (?:required|optional)", tables.kinds_block(), re.MULTILINE
    )
    for form in used:
        for choice in form.split(" or "):
            bare = choice.split("`")[1].strip("[]+")
            assert bare.startswith(("/", "=")) or bare in defined, bare
