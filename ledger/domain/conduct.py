"""How a process was conducted: who spoke, in which order, what was left undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.domain.figures import Fact, Finding
from ledger.domain.lineage import Links
from ledger.domain.matching import Index, first_day, last_day
from ledger.domain.owing import for_another
from ledger.domain.procedure import Order, Procedure, What


def declared(index: Index) -> Iterator[Finding]:
    """Declared against recorded, for each declarer alone.

    A unit that replaces others, or a second answer to the same unit, may or may not have been
    declared: both countings are admitted.
    """
    for kind, parts, field, again in (
        ("opinion.delivered", "unit.submitted", "opinion", "replaces"),
        ("response.given", "answer.given", "response", "unit"),
        ("decision.made", "measure.adopted", "decision", ""),
    ):
        recorded: dict[str, list[Entry]] = {}
        for entry in index.of_kind(parts):
            for id_ in index.resolved(entry, field):
                recorded.setdefault(id_, []).append(entry)
        for declarer in index.of_kind(kind):
            own = recorded.get(declarer.raw["id"], [])
            fewest = len(own)
            if again == "replaces":
                fewest = sum(not entry.raw.get("replaces") for entry in own)
            elif again == "unit":
                fewest = len({tuple(index.resolved(entry, "unit")) for entry in own})
            said = declarer.raw["declares"]
            if said is not None and not fewest <= said <= len(own):
                yield Finding(
                    "declared_differs",
                    (declarer.seq,),
                    declarer.raw["id"],
                    {"what": parts, "declared": said, "recorded": fewest},
                )


def answers(index: Index, duties: Sequence[Duty]) -> Iterator[Finding]:
    """Answers without a reason, and units that a response left without one."""
    reasoned = {
        (*index.resolved(entry, "unit"), entry.by.name): entry.seq
        for entry in index.of_kind("answer.given")
        if entry.raw["reason"] is not None
    }
    for entry in index.of_kind("answer.given"):
        unit = index.resolved(entry, "unit")
        later = reasoned.get((*unit, entry.by.name), -1)
        if entry.raw["reason"] is None and later < entry.seq:
            yield Finding("unreasoned", (entry.seq,), unit[0] if unit else "")
    yield from _unanswered(index, duties)


def decisions(
    index: Index, grammar: Mapping[int, Procedure], links: Links | None
) -> Iterator[Finding]:
    """Decisions without a mandate, and what was retained and no measure carries out."""
    decided = index.of_kind("decision.made")
    if not index.of_kind("mandate.issued"):
        for decision in decided:
            seq = index.case.procedure_at(decision.nth)
            if seq is not None and seq in grammar and _requires(grammar[seq], "mandate.issued"):
                yield Finding(
                    "decision_without_mandate",
                    (decision.seq,),
                    decision.raw["id"],
                    {"procedure": seq},
                )
    slug = index.case.process
    feeds = any(e.raw["relation"] == "feeds" for e in index.of_kind("process.linked"))
    if links is None and feeds:
        return
    adopted = What(kind="measure.adopted")
    for unit in index.units():
        answer = index.verdict(unit)
        if answer is None or not index.verdicts(unit) & {"retained", "partly_retained"}:
            continue
        after = next((d for d in decided if d.seq > answer.seq), None)
        if after is None or index.gone(unit) or index.concerning(adopted, unit):
            continue
        elsewhere = links.targets(slug, unit) if links is not None else ()
        if not any(link.relation == "carries_out" for link in elsewhere):
            yield Finding("retained_without_measure", (answer.seq, after.seq), unit)


def disorder(index: Index, grammar: Mapping[int, Procedure]) -> Iterator[Finding]:
    """Steps that certainly came before one that must precede them."""
    for seq, procedure in grammar.items():
        for rule in procedure.order:
            items = {"process": [""], "unit": index.units(), "measure": index.measures()}
            for item in items[rule.per]:
                yield from _swapped(index, rule, item, seq)


def _swapped(index: Index, rule: Order, item: str, seq: int) -> Iterator[Finding]:
    first = min(index.starts(rule.first, item), key=first_day, default=None)
    if first is None:
        return
    early = [
        then
        for then in index.concerning(rule.then, item)
        if then.on is not None
        and last_day(then) < first_day(first)
        and index.case.procedure_at(then.nth) == seq
    ]
    if early:
        yield Finding(
            "out_of_order",
            tuple(sorted({first.seq, *(then.seq for then in early)})),
            item,
            {
                "rule": rule.id,
                "first": rule.first.kind,
                "first_on": first.on or "",
                "then": rule.then.kind,
                "then_on": early[0].on or "",
                "procedure": seq,
            },
        )


def speakers(index: Index, grammar: Mapping[int, Procedure]) -> Iterator[Finding]:
    """Steps that the procedure gives to others, by kind and speaker."""
    allowed = {
        seq: {step.kind: step.by for step in procedure.kinds if step.by}
        for seq, procedure in grammar.items()
    }
    outside: dict[tuple[int, str, str, str], list[int]] = {}
    for entry in index.judged:
        seq = index.case.procedure_at(entry.nth)
        by = allowed.get(seq, {}).get(entry.kind) if seq is not None else None
        if seq is not None and by is not None and entry.by.role not in by:
            key = (seq, entry.kind, entry.by.role, entry.by.name)
            outside.setdefault(key, []).append(entry.seq)
    for (seq, kind, role, name), seqs in outside.items():
        facts: dict[str, Fact] = {"kind": kind, "role": role, "name": name, "procedure": seq}
        yield Finding("speaker_outside_procedure", tuple(seqs), "", facts)


def closing(
    index: Index, grammar: Mapping[int, Procedure], duties: Sequence[Duty]
) -> Iterator[Finding]:
    """What was still missing when the process was closed."""
    closed = index.entry(index.case.closed)
    seq = index.case.procedure_at(closed.nth) if closed is not None else None
    if closed is None or seq is None or seq not in grammar:
        return
    left = [
        duty
        for duty in duties
        if duty.state in ("open", "past_due")
        and (duty.after is None or duty.after.seq < closed.seq)
    ]
    if left:
        ids = tuple(dict.fromkeys(duty.id or duty.what.kind for duty in left))
        facts: dict[str, Fact] = {"open": len(left), "duties": ids, "procedure": seq}
        yield Finding("closed_with_duties_open", (closed.seq,), "", facts)
    for step in grammar[seq].kinds:
        if step.required and not index.of_kind(step.kind):
            if step.kind == "mandate.issued" and index.of_kind("decision.made"):
                continue  # the decision without a mandate says it already
            facts = {"kind": step.kind, "procedure": seq}
            yield Finding("missing_required_step", (closed.seq,), "", facts)


def _unanswered(index: Index, duties: Sequence[Duty]) -> Iterator[Finding]:
    """Units that a response left out."""
    seen: set[str] = set()
    for duty in duties:
        # What was put off has its answer: the final one is a duty of its own.
        deferred = duty.after is not None and duty.after.kind == "answer.given"
        owed = duty.what.kind == "answer.given" and duty.titles is not None and not deferred
        if not owed or duty.state not in ("open", "past_due") or duty.subject in seen:
            continue
        asked = index.items.get(duty.subject)
        if asked is None or duty.procedure is None:
            continue
        # Of two cities, the response of one says nothing of what the other left out.
        for response in index.of_kind("response.given"):
            named = response.raw.get("opinion")
            if response.seq < asked.seq or for_another(
                index.case, duty.roles, duty.owes, response.by
            ):
                continue
            if named in (None, asked.raw.get("opinion")):
                seen.add(duty.subject)
                yield Finding(
                    "unanswered",
                    (asked.seq, response.seq),
                    duty.subject,
                    {"response": response.raw["id"], "procedure": duty.procedure},
                )
                break


def _requires(procedure: Procedure, kind: str) -> bool:
    return any(step.kind == kind and step.required for step in procedure.kinds)
