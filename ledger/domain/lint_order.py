"""Can the steps of a procedure come in the order it asks for?"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.flaws import Flaw
from ledger.domain.lint_owed import MAKERS, things_of, unlisted
from ledger.domain.lint_parts import Parts
from ledger.domain.lint_steps import flaws_of_what
from ledger.domain.procedure import Order, What

_Node = tuple[str, str | None, str | None]


def flaws_of_order(parts: Parts) -> Iterator[Flaw]:
    """What is wrong with each rule of order, and between them."""
    ids: set[str] = set()
    after: dict[str, dict[_Node, list[tuple[_Node, str]]]] = {}
    for place, rule in parts.order:
        if rule.id in ids:
            message = f"`{rule.id}` is another rule’s id: give each its own"
            yield Flaw("id_twice", f"{place}.id", message)
        if rule.id != "?":
            ids.add(rule.id)
        yield from _sides(rule, place, parts)
        first, then = _node(rule.first), _node(rule.then)
        follows = after.setdefault(rule.per, {})
        if first == then:
            message = "first and then are the same: name two steps"
            yield Flaw("before_itself", f"{place}.then", message)
            continue
        if any(node == then for node, _ in follows.get(first, ())):
            yield Flaw("same_order", place, "another rule says so already: leave one out")
        elif (path := _path(follows, then, first)) is not None:
            others = ", ".join(path)
            message = f"`{first[0]}` would have to come before and after `{then[0]}`"
            yield Flaw("order_in_circle", place, f"{message}: compare with {others}")
            continue
        follows.setdefault(first, []).append((then, place))


def _sides(rule: Order, place: str, parts: Parts) -> Iterator[Flaw]:
    for field, what in (("first", rule.first), ("then", rule.then)):
        yield from flaws_of_what(what, f"{place}.{field}")
        yield from unlisted(what, f"{place}.{field}", parts)
    maker = MAKERS.get(rule.per)
    if maker is None:
        return
    if parts.whole and maker not in parts.listed:
        message = f"no step makes a {rule.per}: list `{maker}`, or write another per"
        yield Flaw("no_such_thing", f"{place}.per", message)
    yield from things_of(rule.then, rule.per, f"{place}.then", parts)


def _node(what: What) -> _Node:
    return what.kind, what.state, what.type


def _path(
    follows: dict[_Node, list[tuple[_Node, str]]], start: _Node, goal: _Node
) -> list[str] | None:
    """The places of the rules that lead from one step to another; None without any."""
    waiting: list[tuple[_Node, list[str]]] = [(start, [])]
    seen = {start}
    while waiting:
        node, places = waiting.pop(0)
        if node == goal:
            return places
        for following, place in follows.get(node, ()):
            if following not in seen:
                seen.add(following)
                waiting.append((following, [*places, place]))
    return None
