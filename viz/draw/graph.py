"""The decision as a graph: what rests upon what, from the mandate to the droit de suite.

`build` is pure: the same entries give the same graph, nodes and edges in the same order. An
answer or report that replaces an older one keeps its place and key, so that a living picture
does not jump; `count` says how many there are. Contributions appear as groups, never singly.
An edge runs with the story, from what came first to what rests upon it (`words.RELATIONS`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

import networkx as nx

from ledger.domain import events
from ledger.domain.case import Case, Received, Texts
from ledger.domain.entry import Entry, split_reference
from viz.draw import groups
from viz.draw.lettering import clean
from viz.draw.node import Node, put
from viz.draw.said import flags, said
from viz.draw.words import Words


def build(
    case: Case, texts: Texts, words: Words, sorts: Mapping[str, Received] | None = None
) -> nx.DiGraph:
    """The graph of one process.

    Args:
        case: Its fold.
        texts: The words behind commitments.
        words: For what a node is called when it has no words of its own.
        sorts: To which sort the contributions belong that units draw on, by id; without it
            they are drawn as one group of those cited.
    """
    builder = _Builder(case, texts, words, sorts or {})
    builder.received()
    for entry in case.entries:
        builder.entry(entry)
    return builder.graph


def to_json(graph: nx.DiGraph) -> str:
    """The graph as node-link JSON: networkx reads it back, and so do D3 and most tools."""
    data: dict[str, Any] = nx.node_link_data(graph, edges="edges")
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# Kinds that are drawn as one node under their own id: (noun, stage, where their words are).
_PLAIN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "mandate.issued": ("mandate", "mandate", ("title", "questions/0")),
    "participation.opened": ("participation", "participation", ("title",)),
    "session.held": ("session", "participation", ("title", "summary")),
    "document.published": ("document", "participation", ("title",)),
    "opinion.delivered": ("opinion", "opinion", ("title", "text")),
    "unit.submitted": ("unit", "opinion", ("title",)),
    "response.given": ("response", "response", ("title", "text")),
    "decision.made": ("decision", "decision", ("title",)),
    "measure.adopted": ("measure", "decision", ("title",)),
    "ballot.held": ("ballot", "decision", ("title",)),
    "review.held": ("review", "follow_up", ("title", "text")),
    "evaluation.published": ("evaluation", "follow_up", ("object",)),
}


class _Builder:
    def __init__(
        self, case: Case, texts: Texts, words: Words, sorts: Mapping[str, Received]
    ) -> None:
        self.case, self.texts, self.words, self.sorts = case, texts, words, sorts
        self.graph = nx.DiGraph(
            process=case.process,
            title=case.title if case.opened else case.process,
            illustrative=case.illustrative,
        )
        self.mandate: str | None = None
        self.answered: dict[str, dict[str, int]] = {}
        self.cited: dict[str, None] = {}

    def received(self) -> None:
        for node in groups.received(self.case, self.words):
            put(self.graph, node)

    def entry(self, entry: Entry) -> None:
        """Draw what `entry` adds; kinds that add no node mend or date what is drawn."""
        body = entry.body
        if entry.kind in _PLAIN:
            self.plain(entry)
        match body:
            case events.MandateIssued():
                first = self.mandate is None
                self.mandate = body.id
                if first:
                    for key in [k for k in self.graph if k.startswith("contributions-")]:
                        self.framed(key)
                self.links()
            case events.ParticipationOpened():
                self.framed(body.id)
            case events.SessionHeld():
                self.framed(body.id)
                self.join(body.documents, body.id, "annexes")
            case events.ContributionsTallied():
                for node in groups.tallied(self.case, entry, self.words):
                    put(self.graph, node)
                    self.framed(node.key)
            case events.OpinionDelivered():
                self.framed(body.id)
                self.join(body.documents, body.id, "annexes")
            case events.UnitSubmitted():
                self.unit(body)
            case events.UnitDrawn():
                self.draws(body.draws_on, body.unit)
            case events.ResponseGiven():
                self.join([body.opinion] if body.opinion else None, body.id, "answers")
                self.join(body.documents, body.id, "annexes")
            case events.AnswerGiven():
                self.answer(entry, body)
            case events.DecisionMade():
                self.join(body.documents, body.id, "annexes")
            case events.BallotHeld():
                self.join([option.unit for option in body.options], body.id, "votes_on")
            case events.MeasureAdopted():
                self.measure(body)
            case events.MeasureAmended():
                decision = [body.decision] if body.decision else None
                self.join(decision, self.key(body.measure), "amends")
            case events.FollowUpReported():
                self.report(entry, body)
            case events.ReviewHeld() | events.EvaluationPublished():
                self.join(body.documents, body.id, "annexes")
                self.join(body.about, body.id, "concerns")
            case _:
                pass

    def plain(self, entry: Entry) -> None:
        kind, stage, places = _PLAIN[entry.kind]
        noun = f"unit.{entry.raw['type']}" if kind == "unit" else f"kind.{kind}"
        label = next(filter(None, (self.said(entry, p) for p in places)), None)
        if label is None and kind == "session":
            label = self.words[f"session.{entry.raw['type']}"]
        assert entry.id is not None
        self.put(entry, entry.id, kind, noun, stage, label, id=entry.id)

    def unit(self, body: events.UnitSubmitted) -> None:
        if body.opinion is None:
            self.framed(body.id)
        else:
            self.join([body.opinion], body.id, "submits")
        self.draws(body.draws_on, body.id)
        self.join(body.replaces, body.id, "replaces")
        unit = self.case.units[body.id]
        node = self.graph.nodes[body.id]
        if unit.withdrawn is not None and self.case.counts(unit.withdrawn):
            node["flags"] = ("withdrawn", *node["flags"])
        elif unit.replaced_by:
            node["flags"] = ("replaced", *node["flags"])

    def answer(self, entry: Entry, body: events.AnswerGiven) -> None:
        """One node per unit and speaker, which shows the newest that counts."""
        speakers = self.answered.setdefault(self.key(body.unit), {})
        place = speakers.setdefault(entry.by.name, len(speakers) + 1)
        key = f"answer-{self.key(body.unit)}" + (f"-{place}" if place > 1 else "")
        older = self.graph.nodes.get(key)
        count = older["count"] + 1 if older else 1
        if older and older["counts"] and not self.case.counts(entry):
            older["count"] = count
            return
        reason = self.said(entry, "reason") or self.words["label.no_reason"]
        self.put(
            entry, key, "answer", "kind.answer", "response", reason,
            verdict=body.verdict, count=count,
        )  # fmt: skip
        self.join([body.unit], key, "answers")
        self.join([body.response] if body.response else None, key, "gives")

    def measure(self, body: events.MeasureAdopted) -> None:
        measure = self.case.measures[body.id]
        node = self.graph.nodes[body.id]
        for entry in reversed(measure.amendments):
            title = self.said(entry, "title")
            if title is not None:
                node["label"] = title
                break
        self.join([body.decision] if body.decision else None, body.id, "decides")
        self.join(body.carries_out, body.id, "carries_out")

    def report(self, entry: Entry, body: events.FollowUpReported) -> None:
        """One node per measure, which shows the newest report that counts."""
        key = f"follow-up-{self.key(body.measure)}"
        older = self.graph.nodes.get(key)
        count = older["count"] + 1 if older else 1
        if older and older["counts"] and not self.case.counts(entry):
            older["count"] = count
            return
        self.put(
            entry, key, "follow_up", "kind.follow_up", "follow_up",
            self.said(entry, "text") or "", state=body.state, count=count,
        )  # fmt: skip
        self.join([body.measure], key, "reports_on")
        self.join(body.evidence, key, "evidence")

    def links(self) -> None:
        """Processes that this one arises from or feeds, once it has a mandate to hang on."""
        for entry in self.case.links:
            body = cast(events.ProcessLinked, entry.body)
            if self.mandate is None or body.to in self.graph:
                continue
            arises = body.relation == "arises_from"
            self.put(
                entry, body.to, "process", "kind.process",
                "mandate" if arises else "follow_up", body.to,
            )  # fmt: skip
            ends = (body.to, self.mandate) if arises else (self.mandate, body.to)
            self.graph.add_edge(*ends, relation=body.relation)

    def said(self, entry: Entry, field: str) -> str | None:
        return said(self.case, entry, f"/body/{field}", self.texts, self.words)

    def put(
        self, entry: Entry, key: str, kind: str, noun: str, stage: str, label: str | None,
        **more: Any,
    ) -> None:  # fmt: skip
        put(
            self.graph,
            Node(
                key,
                kind,
                noun,
                stage,
                self.words["label.none"] if label is None else label,
                seq=entry.seq,
                on=entry.on,
                by=clean(entry.by.name),
                illustrative=entry.illustrative,
                counts=self.case.counts(entry),
                flags=flags(self.case, entry),
                **more,
            ),
        )

    def framed(self, key: str) -> None:
        if self.mandate is not None:
            self.graph.add_edge(self.mandate, key, relation="frames")

    def draws(self, references: Iterable[str] | None, unit: str) -> None:
        """Contributions are drawn as the groups they belong to, all else as itself."""
        unit = self.key(unit)
        if unit not in self.graph:
            return
        for reference in references or ():
            process, id_ = split_reference(reference, self.case.process)
            if process != self.case.process or id_ in self.graph:
                self.join([reference], unit, "draws_on")
                continue
            sort = self.sorts.get(id_)
            key = groups.key_of(sort) if sort else ""
            if key not in self.graph:
                key = groups.CITED
                self.cited[id_] = None
                put(self.graph, groups.cited(len(self.cited), self.words))
                self.framed(key)
            edge = self.graph.get_edge_data(key, unit, {"count": 0})
            self.graph.add_edge(key, unit, relation="draws_on", count=edge["count"] + 1)

    def join(self, references: Iterable[str] | None, key: str, relation: str) -> None:
        """An edge from each thing referred to; the first relation of two nodes is kept."""
        if key not in self.graph:
            return
        for reference in references or ():
            source = self.key(reference)
            if source not in self.graph and "/" in source:
                stage = _stage_of(relation)
                put(self.graph, Node(source, "elsewhere", "kind.elsewhere", stage, source))
            if source in self.graph and source != key and not self.graph.has_edge(source, key):
                self.graph.add_edge(source, key, relation=relation)

    def key(self, reference: str) -> str:
        """The key of what is referred to: its id, or `process/ID` where that is elsewhere."""
        process, id_ = split_reference(reference, self.case.process)
        return id_ if id_ and process == self.case.process else reference


def _stage_of(relation: str) -> str:
    """Where something of another process stands, by what this one does with it."""
    if relation in ("draws_on", "evidence", "annexes"):
        return "participation"
    return "decision" if relation == "reports_on" else "opinion"
