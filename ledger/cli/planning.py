"""`filrouge procedure show`: a procedure as a plan in words, or as a picture in a file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

import typer

from ledger.domain.procedure import Procedure
from ledger.errors import MalformedError
from viz.draw import grammar, sheet, theme
from viz.site.i18n import CODES, Code, Words, language
from viz.site.pages.rules import DutyLine, Rules, rules_of

FORMATS = (".svg", ".dot", ".pdf", ".png")
_WIDTH = 92


def language_of(code: str) -> Code:
    """A language by its code; another one is a wrong use of the command."""
    for known in CODES:
        if code == known:
            return known
    raise typer.BadParameter(f"{code} is not one of {', '.join(CODES)}")


def plan(procedure: Procedure, seq: int | None, lang: Code) -> str:
    """The plan for a terminal: steps under their stages, what is owed, what comes first."""
    _, rules = language(lang).gettext, rules_of(procedure, language(lang))
    lines = [f"{rules.title}  ({rules.name}, {rules.version}; {_where(seq, lang)})"]
    for text in rules.basis:
        lines += _wrapped(text, "  ")
    lines += ["", _("The steps, and who may take them")]
    for stage, steps in rules.stages:
        lines.append(f"  {stage}")
        for step in steps:
            sign = "●" if step.required else "○"
            lines += _wrapped(f"{step.name}: {step.who}", f"  │ {sign} ", "  │     ")
    required = language(lang).word("grammar.required")
    lines += [f"  ● {required}", "", _("What is owed to citizens")]
    lines += [line for duty in rules.duties for line in _duty(duty)]
    if not rules.duties:
        lines.append(f"  {_('These rules say of nothing that it is owed.')}")
    if rules.order:
        lines += ["", _("What comes first"), *(f"  {text}" for text in rules.order)]
    return "\n".join(lines)


def _duty(duty: DutyLine) -> Iterator[str]:
    yield from _wrapped(duty.title, f"  {duty.number:>2}. ", "      ")
    for text in (duty.each, f"{duty.after} ⇢ {duty.what}", duty.who, duty.when, duty.basis):
        yield from _wrapped(text, "      ") if text else ()


def _where(seq: int | None, lang: Code) -> str:
    """Where a procedure is adopted, if it is."""
    tongue = language(lang)
    if seq is None:
        return tongue.word("grammar.not_adopted")
    said = tongue.gettext("Entry no. %(number)s of the register")
    return said % {"number": tongue.number(seq)}


def _wrapped(text: str, first: str, rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest or first,
        break_on_hyphens=False,
    )  # fmt: skip


def picture(
    procedure: Procedure, suffix: str, *, at: datetime, seq: int | None, lang: Code
) -> bytes:
    """The picture as bytes.

    Args:
        suffix: One of `FORMATS`.
        at: When a PDF says that it was made.
        seq: Of the adoption; None for a file.

    Raises:
        MalformedError: `bad_request`: no such format.
    """
    tongue, words = language(lang), Words(language(lang))
    rules = rules_of(procedure, tongue)
    said = [duty.said for duty in rules.duties]
    match suffix:
        case ".svg":
            return grammar.draw(procedure, words, title=rules.title, said=said).encode()
        case ".dot":
            return grammar.to_dot(procedure, words, title=rules.title, said=said).encode()
        case ".pdf" | ".png":
            drawn = grammar.draw(
                procedure, words, title=rules.title, said=said, font=theme.PRINT_FONT
            )
            return sheet.page(
                drawn,
                _sections(rules, words),
                words,
                title=rules.title,
                at=at,
                notes=[*rules.basis, f"{rules.name} {rules.version} · {_where(seq, lang)}"],
                lang=lang,
                format="pdf" if suffix == ".pdf" else "png",
            )
    raise MalformedError("bad_request", f"write one of {', '.join(FORMATS)}, not {suffix!r}")


def _sections(rules: Rules, words: Words) -> list[sheet.Section]:
    owed = words["grammar.owed"]
    facts = [{"text": d.said, "rests": d.basis, "link": None} for d in rules.duties]
    sections: list[sheet.Section] = [
        {"name": owed[:1].upper() + owed[1:], "start": 1, "facts": facts,
         "empty": words["stage.empty"]}
    ]  # fmt: skip
    for name, steps in rules.stages:
        told = []
        for step in steps:
            text = f"{step.name} ({words['grammar.required']})" if step.required else step.name
            told.append({"text": text, "rests": step.who, "link": None})
        sections.append({"name": name, "start": 1, "facts": told, "empty": ""})
    return sections
