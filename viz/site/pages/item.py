"""The page of one thing: the citizen's question, its answer, and the red thread in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast
from zoneinfo import ZoneInfo

from ledger.domain import standing
from ledger.domain.case import Measure, Unit
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry
from ledger.service.query import Item
from ledger.service.view import View
from viz.site.i18n import Language
from viz.site.pages.amended import Amended, amended_of, terms_of
from viz.site.pages.became import first_words, unit_answer
from viz.site.pages.faults import Fault, faults_of
from viz.site.pages.fields import Fact
from viz.site.pages.owed import OwedLine, awaited
from viz.site.pages.reading import MASCULINE, Reader, Ref, Say, capital, reader_of
from viz.site.pages.steps import Step, step_of, steps_citing
from viz.site.pages.telling import Told, tell
from viz.site.pages.units import (
    Answer,
    answers_of,
    fate,
    origin_of,
    sign_of,
    verdict_words,
)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything that the page of one thing shows."""

    slug: str
    process: str
    id: str
    sort: str
    noun: str
    title: Say
    question: str
    answer: str
    verdict: str
    sign: str
    words: str
    reason: Say | None
    steps: tuple[Step, ...]
    waiting: tuple[OwedLine, ...]
    faults: tuple[Fault, ...]
    illustrative: bool
    masculine: bool
    here: Told
    origin: str = ""
    """Of a unit: what it was made of."""
    replaces: tuple[Ref, ...] = ()
    answers: tuple[Answer, ...] = ()
    """Of a unit: the answers that stand, one of each speaker."""
    terms: tuple[Fact, ...] = ()
    """Of a measure that was amended: what holds now."""
    amended: tuple[Amended, ...] = ()


def item_page(
    view: View,
    item: Item,
    language: Language,
    zone: ZoneInfo,
    suffix: str,
    cited: Sequence[Item] = (),
    became: str = "",
) -> ItemPage:
    """The page of a unit, a measure, or whatever else has an id.

    Args:
        cited: Contributions that it draws on, to be called by their first words.
        became: What became of a contribution, across processes.
    """
    names = {cast(str, c.entry.id): first_words(c) for c in cited}
    reader = reader_of(view, language, zone, suffix, texts=item.texts, others=names)
    id_ = cast(str, item.entry.id)
    about = [d for d in view.duties if d.subject == id_]
    if id_ in view.case.units:
        return _unit(reader, view, view.case.units[id_], about)
    if id_ in view.case.measures:
        return _measure(reader, view, view.case.measures[id_], about)
    return _thing(reader, view, item, about, became)


def _unit(reader: Reader, view: View, unit: Unit, about: list[Duty]) -> ItemPage:
    case, language = view.case, reader.language
    type_ = unit.body.type
    masculine = type_ in MASCULINE
    noun = language.word(f"unit.{type_}")
    verdict = fate(case, unit)
    answers = answers_of(reader, unit)
    reason = answers[0].reason if len(answers) == 1 else None
    measures = [case.measures[m] for m in unit.measures]
    replaces = list(unit.body.replaces or ())
    steps = [
        step_of(
            reader, "participation", "rests", refs=unit.draws_on, empty="rests.none",
            masculine=masculine,
        ),
        step_of(
            reader, "opinion", "submitted", [unit.entry], told_apart=("draws_on", "replaces")
        ),
    ]  # fmt: skip
    if replaces:
        steps.append(step_of(reader, "opinion", "replaces", refs=replaces, masculine=masculine))
    if unit.assessments:
        steps.append(step_of(reader, "instruction", "assessed", unit.assessments))
    steps.append(
        step_of(
            reader,
            "response",
            "answers" if len(unit.answers) > 1 else "answered",
            [*unit.answers, *unit.transmissions],
            empty="answered.none",
        )
    )
    if unit.withdrawn is not None:
        steps.append(step_of(reader, "opinion", "withdrawn", [unit.withdrawn]))
    successors = standing.successors(case, unit)
    if successors:
        steps.append(
            step_of(reader, "opinion", "replaced", refs=successors, masculine=masculine)
        )
    if measures or verdict in ("retained", "partly_retained"):
        entries = [m.entry for m in measures]
        steps.append(
            step_of(
                reader,
                "decision",
                "decided",
                entries,
                refs=() if measures else reader.carried.get(unit.id, ()),
                empty="decided.none",
                masculine=masculine,
            )
        )
    if measures:
        reports = sorted((r for m in measures for r in m.reports), key=lambda e: e.seq)
        labels = [e for m in measures for e in m.labels]
        steps.append(
            step_of(reader, "follow_up", "reported", [*reports, *labels], empty="reported.none")
        )
    waiting = [d for d in about if d.state in ("open", "past_due")]
    waiting += [d for d in view.duties if d.subject in unit.measures and d.state == "past_due"]
    question = "question.unit.masculine" if masculine else "question.unit"
    page = _page(
        reader,
        view,
        unit.entry,
        noun,
        language.word(question) % {"noun": noun},
        unit_answer(reader, unit, measures, waiting),
        verdict,
        verdict_words(reader, unit),
        reason,
        steps,
        waiting,
        masculine,
    )
    refs = tuple(reader.ref(r) for r in replaces)
    return replace(page, origin=origin_of(reader, unit), replaces=refs, answers=answers)


def _measure(reader: Reader, view: View, measure: Measure, about: list[Duty]) -> ItemPage:
    language = reader.language
    state = standing.state(view.case, measure) or "none"
    report = standing.report(view.case, measure)
    answer = language.word(f"measure.{state}") % {
        "when": language.when(reader.on(report)) if report else "",
        "by": report.by.name if report else "",
    }
    answer = " ".join((answer, *_silence(reader, view, measure)))
    own = view.case.process
    decision = [measure.body.decision] if measure.body.decision else []
    steps = [
        step_of(
            reader, "opinion", "carries", refs=measure.body.carries_out, empty="carries.none"
        ),
        step_of(
            reader, "decision", "adopted", [measure.entry], refs=decision,
            told_apart=("carries_out", "decision"),
        ),
    ]  # fmt: skip
    if measure.amendments:
        steps.append(step_of(reader, "decision", "amended", measure.amendments))
    steps.append(
        step_of(
            reader,
            "follow_up",
            "reported",
            [*measure.reports, *measure.labels],
            empty="reported.none",
        )
    )
    steps += steps_citing(reader, view.case, own, measure.id, skip=_TOLD_OF_MEASURES)
    page = _page(
        reader,
        view,
        measure.entry,
        language.word("kind.measure"),
        language.word("question.measure"),
        answer,
        state,
        language.word(f"state.{state}"),
        None,
        steps,
        [d for d in about if d.state in ("open", "past_due")],
        False,
    )
    amended = amended_of(reader, measure)
    if not amended:
        return page
    title = reader.say(reader.terms(measure)["title"]) or page.title
    return replace(page, title=title, terms=terms_of(reader, measure), amended=amended)


def _silence(reader: Reader, view: View, measure: Measure) -> Iterable[str]:
    """How long ago the last news of a measure came that is not at its end."""
    if standing.state(view.case, measure) in ("done", "abandoned"):
        return
    report = standing.report(view.case, measure)
    last = (report or measure.entry).period
    days = (view.today - last.last).days if last is not None else 0
    if last is None or days < _SILENT:
        return
    said = reader.language.gettext("Last news: %(days)s ago.")
    if report is None:
        said = reader.language.gettext("It was adopted %(days)s ago.")
    yield said % {"days": reader.language.days(days, last.exact)}


_SILENT = 60
"""Days without news from which a page says how many."""
_TOLD_OF_MEASURES = frozenset({"follow_up.reported", "measure.amended", "label.awarded"})


def _thing(reader: Reader, view: View, item: Item, about: list[Duty], became: str) -> ItemPage:
    language, entry = reader.language, item.entry
    id_ = cast(str, entry.id)
    cited = steps_citing(reader, view.case, view.case.process, id_, skip=frozenset())
    sort = item.sort
    steps = [step_of(reader, tell(reader, entry).stage, f"thing.{sort}", [entry]), *cited]
    noun = language.word(f"kind.{sort}")
    question = language.word("question.contribution") if sort == "contribution" else ""
    return _page(
        reader, view, entry, noun, question, became, "", "", None, steps,
        [d for d in about if d.state in ("open", "past_due")], False,
    )  # fmt: skip


def _page(
    reader: Reader,
    view: View,
    entry: Entry,
    noun: str,
    question: str,
    answer: str,
    verdict: str,
    words: str,
    reason: Say | None,
    steps: list[Step],
    waiting: list[Duty],
    masculine: bool,
) -> ItemPage:
    id_ = cast(str, entry.id)
    title = reader.title(entry) or Say(f"{capital(noun)} {id_}")
    if answer and entry.illustrative and not view.case.illustrative:
        said = answer[:1].lower() + answer[1:]
        answer = reader.language.gettext("Invented example: %(said)s") % {"said": said}
    return ItemPage(
        view.case.process,
        view.case.title,
        id_,
        noun,
        capital(noun),
        title,
        question,
        answer,
        verdict,
        sign_of(verdict),
        capital(words),
        reason,
        tuple(steps),
        awaited(reader, waiting, id_).waiting,
        tuple(
            faults_of(
                reader,
                [i for i in view.irregularities if i.subject == id_],
                view.procedures,
                view.duties,
            )
        ),
        entry.illustrative,
        masculine,
        tell(reader, entry),
    )
