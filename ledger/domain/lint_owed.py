"""Can what is owed ever begin, and can those who owe it ever fulfil it?

A duty that cannot be met would stand open on every page of its processes for ever, and a duty
that cannot begin would promise what nobody will ever owe.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ledger.domain.dating import of_deferral
from ledger.domain.events import DECLARED, KINDS, REFERS
from ledger.domain.flaws import Flaw
from ledger.domain.lint_parts import PROCESS_KINDS, Parts
from ledger.domain.lint_steps import flaws_of_roles, flaws_of_what
from ledger.domain.procedure import Owed, What

MAKERS = {"unit": "unit.submitted", "measure": "measure.adopted"}
"""The kind that makes what a duty can be owed for."""
_SAYS = {"verdict": "answer.given", "eligible": "unit.assessed", "elected": "ballot.held"}


def flaws_of_duties(parts: Parts) -> Iterator[Flaw]:
    """What is wrong with each duty, in its order."""
    ids: set[str] = set()
    asked: dict[Owed, str] = {}
    for place, rule in parts.owed:
        if rule.id in ids:
            message = f"`{rule.id}` is another duty’s id: give each its own"
            yield Flaw("id_twice", f"{place}.id", message)
        if rule.id != "?":
            ids.add(rule.id)
        yield from _words(rule, place)
        yield from flaws_of_roles(rule.by, f"{place}.by")
        yield from _steps(rule, place, parts)
        yield from _who(rule, place, parts)
        yield from _things(rule, place, parts)
        yield from _only(rule, place, parts)
        yield from _when(rule, place)
        same = rule.model_copy(update={"id": "", "titles": None, "basis": None})
        if same in asked:
            message = f"it asks for the same as `{asked[same]}`: leave one of them out"
            yield Flaw("same_duty", place, message)
        asked.setdefault(same, rule.id)


def unlisted(what: What, place: str, parts: Parts) -> Iterator[Flaw]:
    """Whether statements that a rule names are steps of the procedure."""
    if parts.whole and what.kind in PROCESS_KINDS and what.kind not in parts.listed:
        message = f"`{what.kind}` is no step here: add it to kinds, or name another kind"
        yield Flaw("not_a_step", f"{place}.kind", message)


def things_of(what: What, per: str, place: str, parts: Parts) -> Iterator[Flaw]:
    """Whether statements can concern what a rule is judged for."""
    if what.kind in PROCESS_KINDS and what.kind not in concerning(per):
        some = ", ".join(f"`{kind}`" for kind in sorted(concerning(per) & parts.listed.keys()))
        message = f"`{what.kind}` never names one {per}"
        message += f': write per = "process", or name one of {some}' if some else ""
        yield Flaw("cannot_concern", f"{place}.kind", message)


@cache
def concerning(per: str) -> frozenset[str]:
    """The kinds that can concern one unit, one measure, or a process that arose.

    As `matching` finds them: what names it, and what declared what names it.
    """
    if per == "process":
        return frozenset(KINDS)
    if per == "link":
        return frozenset(k for k, m in KINDS.items() if "about" in m.model_fields) | {
            "process.linked"
        }
    names = {
        kind
        for kind, model in KINDS.items()
        for field in ("unit", "measure", "carries_out", "about")
        if field in model.model_fields and per in (REFERS[field] or (per,))
    }
    names |= {MAKERS[per]} | ({"ballot.held"} if per == "unit" else set())
    declarers = {
        kind
        for kind, sort in DECLARED.items()
        if sort in ("opinion", "response", "decision")
        and any(sort in KINDS[named].model_fields for named in names)
    }
    return frozenset(names | declarers)


def _words(rule: Owed, place: str) -> Iterator[Flaw]:
    if rule.titles.en == rule.titles.fr:
        message = "French and English are the same: translate one of them"
        yield Flaw("same_titles", f"{place}.titles", message)
    for code, title in (("en", rule.titles.en), ("fr", rule.titles.fr)):
        if not title.strip():
            message = "nothing can be read here: say what is owed, for a citizen"
            yield Flaw("empty_text", f"{place}.titles.{code}", message)
    if rule.basis is not None and not rule.basis.strip():
        yield Flaw("empty_text", f"{place}.basis", "name the text that binds, with its source")


def _steps(rule: Owed, place: str, parts: Parts) -> Iterator[Flaw]:
    for field, what in (("what", rule.what), ("after", rule.after), ("until", rule.until)):
        if what is not None:
            yield from flaws_of_what(what, f"{place}.{field}")
            # What begins it per link may happen in the process that arose, under its rules.
            if field != "after" or rule.per != "link":
                yield from unlisted(what, f"{place}.{field}", parts)


def _who(rule: Owed, place: str, parts: Parts) -> Iterator[Flaw]:
    may = parts.listed.get(rule.what.kind, set())
    outside = [role for role in rule.by if may and role not in may]
    known = ", ".join(sorted(may))
    if outside and len(outside) == len(rule.by):
        message = f"none of them may take the step `{rule.what.kind}`: by it may {known}"
        yield Flaw("nobody_may", f"{place}.by", message)
        return
    for role in outside:
        message = f"`{role}` owes it and may not take the step `{rule.what.kind}`"
        yield Flaw("may_not_speak", f"{place}.by", f"{message}: by it may {known}")


def _things(rule: Owed, place: str, parts: Parts) -> Iterator[Flaw]:
    maker = MAKERS.get(rule.per)
    if maker and parts.whole and maker not in parts.listed:
        message = f"no step makes a {rule.per}: list `{maker}`, or write another per"
        yield Flaw("no_such_thing", f"{place}.per", message)
    if rule.per != "process":
        yield from things_of(rule.what, rule.per, f"{place}.what", parts)


def _only(rule: Owed, place: str, parts: Parts) -> Iterator[Flaw]:
    if rule.only is None:
        return
    asked = rule.only.model_fields_set
    if not asked:
        yield Flaw("only_empty", f"{place}.only", "it narrows nothing: leave it out")
    elif rule.per not in MAKERS:
        message = f"per {rule.per} there is nothing to choose from: leave `only` out"
        yield Flaw("only_of_nothing", f"{place}.only", message)
    for field, kind in _SAYS.items():
        if field in asked and parts.whole and kind not in parts.listed:
            message = f"no step says it: list `{kind}`, or leave `{field}` out"
            yield Flaw("only_without_step", f"{place}.only.{field}", message)


def _when(rule: Owed, place: str) -> Iterator[Flaw]:
    if rule.times == 0:
        yield Flaw("times_zero", f"{place}.times", "write 1 or more, or leave it out for once")
    if rule.until is not None and rule.every is None:
        message = 'add every = "P1Y" for what comes back each year, or leave `until` out'
        yield Flaw("until_without_every", f"{place}.until", message)
    if rule.within is not None and rule.every is not None:
        message = "the end of each period of `every` is the date: leave `within` out"
        yield Flaw("within_unused", f"{place}.within", message)
    same = rule.what.kind == rule.after.kind
    again = same and all(
        asked in (None, met)
        for asked, met in (
            (rule.after.state, rule.what.state),
            (rule.after.type, rule.what.type),
        )
    )
    if again and rule.every is None and not of_deferral(rule):
        message = 'it would never be settled: add every = "P1Y", or name another `after`'
        yield Flaw("begins_itself", f"{place}.after", message)
