"""Do the steps and stages of a procedure exist, each once, and can they be taken?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.domain.events import DECLARED, KINDS, REFERS, REGISTER_KINDS
from ledger.domain.flaws import Flaw, hint
from ledger.domain.lint_parts import PROCESS_KINDS, Parts
from ledger.domain.procedure import What
from ledger.domain.words import STAGE_OF, STAGES, TYPES

_UNPLANNED = frozenset(
    {"procedure.changed", "correction.made", "text.erased", "entry.disowned"}
)


def flaws_of_steps(parts: Parts) -> Iterator[Flaw]:
    """What is wrong with the basis, the steps and the stages."""
    if parts.basis is not None and not parts.basis[1].strip():
        yield Flaw("empty_text", "basis", "say where the procedure comes from")
    seen: set[str] = set()
    for place, step in parts.kinds:
        yield from flaws_of_kind(step.kind, f"{place}.kind")
        yield from flaws_of_roles(step.by, f"{place}.by")
        if step.kind in seen:
            message = f"`{step.kind}` is listed already: keep one step, with all its roles"
            yield Flaw("kind_twice", f"{place}.kind", message)
        seen.add(step.kind)
        if step.required and step.kind in _UNPLANNED:
            message = f"nobody plans `{step.kind}`: write required = false"
            yield Flaw("not_required", f"{place}.required", message)
        yield from _to_nothing(step.kind, place, parts)
    yield from _stages(parts)


def flaws_of_kind(kind: str, place: str) -> Iterator[Flaw]:
    """Whether a kind may be a step at all."""
    if kind in REGISTER_KINDS:
        message = f"`{kind}` is an affair of the register itself: leave it out"
        yield Flaw("register_kind", place, message)
    elif kind not in KINDS:
        near = hint(kind, PROCESS_KINDS) or "; docs/format.md lists them all"
        yield Flaw("unknown_kind", place, f"no kind is called `{kind}`{near}")


def flaws_of_what(what: What, place: str) -> Iterator[Flaw]:
    """Whether statements of a kind, perhaps in a state or of a type, can be."""
    found = [*flaws_of_kind(what.kind, f"{place}.kind")]
    yield from found
    if not found and what.state is not None and "state" not in KINDS[what.kind].model_fields:
        message = f"`{what.kind}` has no state: leave it out, or ask for `follow_up.reported`"
        yield Flaw("stateless_kind", f"{place}.state", message)
    if found or what.type is None:
        return
    types = TYPES.get(what.kind)
    if types is None:
        message = f"`{what.kind}` has no type: leave it out, or ask for {_listed(TYPES)}"
        yield Flaw("typeless_kind", f"{place}.type", message)
    elif what.type not in types:
        near = hint(what.type, types) or f"; there is {_listed(types)}"
        message = f"no {DECLARED[what.kind]} is of the type `{what.type}`{near}"
        yield Flaw("unknown_word", f"{place}.type", message)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def flaws_of_roles(roles: tuple[str, ...], place: str) -> Iterator[Flaw]:
    """Roles that are named twice."""
    for role in dict.fromkeys(role for role in roles if roles.count(role) > 1):
        yield Flaw("role_twice", place, f"`{role}` is named twice: once is enough")


def _to_nothing(kind: str, place: str, parts: Parts) -> Iterator[Flaw]:
    """A statement has to refer to a thing, and no step declares such a thing."""
    if not parts.whole or kind not in KINDS:
        return
    listed = parts.listed
    for field, info in KINDS[kind].model_fields.items():
        sorts = REFERS.get(field, ())
        needed = info.is_required() and info.annotation is str and sorts
        makers = [maker for maker, sort in DECLARED.items() if sort in sorts]
        if needed and not any(maker in listed for maker in makers):
            message = f"`{kind}` speaks of a {sorts[0]}: list `{makers[0]}` too"
            yield Flaw("nothing_to_refer_to", f"{place}.kind", message)


def _stages(parts: Parts) -> Iterator[Flaw]:
    order = list(STAGES)
    used = {STAGE_OF[step.kind]: step.kind for _, step in reversed(parts.kinds)
            if step.kind in PROCESS_KINDS}  # fmt: skip
    listed = [stage for _, stage in parts.stages]
    last = -1
    for i, (place, stage) in enumerate(parts.stages):
        if stage == "register":
            yield Flaw("stage_of_register", place, "leave `register` out: it is no process")
            continue
        if stage in listed[:i]:
            yield Flaw("stage_twice", place, f"`{stage}` is listed already: keep the first")
            continue
        if order.index(stage) < last:
            message = f"`{stage}` comes before `{order[last]}` in a process: move it up"
            yield Flaw("stage_out_of_order", place, message)
        last = max(last, order.index(stage))
        if parts.whole and stage not in used:
            some = ", ".join(f"`{kind}`" for kind in STAGES[stage][:3])
            message = f"`{stage}` has no step: leave it out, or list one of its kinds: {some}"
            yield Flaw("stage_without_step", place, message)
    for stage in order:
        if parts.whole and stage in used and stage not in (*listed, "any"):
            message = f"`{used[stage]}` belongs to the stage `{stage}`: add it"
            yield Flaw("stage_unlisted", "stages", message)
