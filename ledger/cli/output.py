"""What commands print: for people by default, in JSON with `--json`."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.core.digest import leaf_hash
from ledger.domain import standing
from ledger.domain.case import Case, Texts, Unit
from ledger.domain.entry import Entry
from ledger.domain.lineage import Thread
from ledger.domain.mending import reads, terms
from ledger.domain.pointer import sealed_at
from ledger.domain.values import Model
from ledger.errors import LedgerError
from ledger.service.audit import Audit
from ledger.service.query import Head, Item
from ledger.service.since import ErasedSince
from ledger.service.view import View
from ledger.store.read import RawOpening

_out = Console(highlight=False, soft_wrap=True)
_ERASED = "(erased)"
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for a person; never read as markup."""
    _out.print(text, markup=False)


def note(text: str) -> None:
    """A remark for a person, beside what a script reads."""
    _err.print(text, markup=False)


def answer(as_json: bool, value: Any, text: str) -> None:
    """The same answer for a machine or for a person."""
    if as_json:
        json.dump(value, sys.stdout, ensure_ascii=False, default=_plain)
        sys.stdout.write("\n")
    else:
        say(text)


def fail(error: LedgerError, *, as_json: bool) -> None:
    """Why a command did not do what it was asked."""
    if as_json:
        json.dump(
            {"code": error.code, "message": error.message, "where": error.where}, sys.stderr
        )
        sys.stderr.write("\n")
    else:
        _err.print(f"{error} [{error.code}]", markup=False)


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal while something long runs; nothing where nobody watches."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


def span(first: int, stop: int) -> str:
    """`entry 17`, or `entries 17–42`."""
    return f"entry {first}" if stop == first + 1 else f"entries {first}–{stop - 1}"


def show_register(as_json: bool, head: Head, views: Sequence[View]) -> None:
    """The register, and a line for each process."""
    rows = [_summary(view) for view in views]
    value = {
        "size": head.size,
        "root": base64.b64encode(head.root).decode(),
        "at": head.at,
        "processes": rows,
    }
    table = Table(box=None, pad_edge=False)
    for column in ("process", "units", "answered", "measures", "past due", "title"):
        table.add_column(column)
    for row in rows:
        table.add_row(
            row["process"],
            *(str(row[name]) for name in ("units", "answered", "measures", "past_due")),
            row["title"] + ("  (illustrative)" if row["illustrative"] else ""),
        )
    if as_json:
        answer(True, value, "")
    else:
        say(f"{head.size} entries · root {value['root']}")
        _out.print(table)


def show_process(as_json: bool, view: View) -> None:
    """One process: where it is, its units and measures, what is owed."""
    case = view.case
    units = [
        {"id": u.id, "title": _title(case, u, view.texts), "verdict": standing.verdict(case, u)}
        for u in case.units.values()
    ]
    measures = [
        {
            "id": m.id,
            "title": _open(terms(case, m)["title"], view.texts) or _ERASED,
            "state": standing.state(case, m),
        }
        for m in case.measures.values()
    ]
    owed = [
        {
            "duty": d.id,
            "title": d.titles.en if d.titles else d.id,
            "subject": d.subject,
            "state": d.state,
            "days": d.days,
        }
        for d in view.duties
    ]
    if as_json:
        answer(
            True, {**_summary(view), "units": units, "measures": measures, "duties": owed}, ""
        )
        return
    say(f"{case.title}  ({case.process}, {len(case.entries)} entries)")
    for unit in units:
        say(f"  {unit['id']:<6} {unit['verdict'] or 'unanswered':<16} {unit['title']}")
    for measure in measures:
        say(f"  {measure['id']:<6} {measure['state'] or 'no report':<16} {measure['title']}")
    for duty in owed:
        if duty["state"] in ("open", "past_due"):
            days = "" if duty["days"] is None else f", {duty['days']} days"
            say(f"  {duty['state']}: {duty['title']} {duty['subject']}{days}".rstrip())


def show_item(as_json: bool, item: Item, thread: Thread, view: View) -> None:
    """One item, what became of it, and the red thread it is part of."""
    links = [
        {
            "from": f"{x.process}/{x.source}",
            "relation": x.relation,
            "to": f"{x.to_process}/{x.target}",
        }
        for x in thread.links
        if (x.process, x.source) != (x.to_process, x.target)
    ]
    entry = opened(item.entry, item.texts)
    value = {"sort": item.sort, "entry": entry, "links": links}
    if as_json:
        answer(True, value, "")
        return
    id_, said = item.entry.id or "", entry["body"]
    title = said.get("title") or said.get("text") or said.get("name") or ""
    say(f"{id_}  {item.sort}  {title}")
    unit, measure = view.case.units.get(id_), view.case.measures.get(id_)
    told = [*unit.answers, *unit.assessments] if unit else measure.reports if measure else []
    for one in told:
        body = opened(one, view.texts)["body"]
        verdict = body.get("verdict") or body.get("state") or body.get("feasibility") or ""
        reason = body.get("reason") or body.get("text") or ""
        say(f"  {one.on or '?':<12} {verdict:<16} {reason}")
    if unit and not unit.answers:
        say("  no answer is recorded here")
    for link in links:
        say(f"  {link['from']} {link['relation']} {link['to']}")


def show_entry(as_json: bool, data: bytes, openings: Sequence[RawOpening]) -> None:
    """One entry: its bytes, its leaf hash, the texts that are public."""
    texts = {o.path: o.value for o in openings}
    value = {"entry": json.loads(data), "leaf": leaf_hash(data).hex(), "texts": texts}
    lines = [data.decode(), f"leaf {value['leaf']}"]
    lines += [f"{path}: {words}" for path, words in texts.items()]
    answer(as_json, value, "\n".join(lines))


def show_procedures(as_json: bool, rows: Sequence[dict[str, Any]]) -> None:
    """Every adoption of a procedure, oldest first."""
    lines = []
    for row in rows:
        older = "" if row["newest"] else "  (a newer one is in force)"
        title = f"{row['titles']['fr']} / {row['titles']['en']}"
        lines.append(f"{row['name']}  {row['version']}  entry {row['seq']}  {title}{older}")
        lines += [
            f"  {slug}" + ("  (illustrative)" if slug in row["illustrative"] else "")
            for slug in row["processes"]
        ]
    answer(as_json, {"procedures": rows}, "\n".join(lines))


def show_audit(
    as_json: bool, found: Audit, seconds: float, since: Sequence[ErasedSince] | None = None
) -> None:
    """What was verified, how fast, and the root; and what was erased since, if asked."""
    rate = found.entries / seconds if seconds else 0.0
    root = base64.b64encode(found.root).decode()
    answer(
        as_json,
        {
            "entries": found.entries,
            "processes": found.processes,
            "openings": found.openings,
            "erased": found.erased,
            "unread": found.unread,
            "checkpoints": found.checkpoints,
            "kept": found.kept,
            "signed": {"valid": found.valid, "doubtful": found.doubtful, "void": 0},
            "ungranted": found.ungranted,
            "files": found.files,
            "file_bytes": found.file_bytes,
            "root": root,
            "seconds": round(seconds, 3),
        }
        | ({} if since is None else {"erased_since": [gone._asdict() for gone in since]}),
        f"Verified: {found.entries} entries of {found.processes} processes,"
        f" {found.openings} texts, {found.checkpoints} checkpoints,"
        f" {found.files} files of {found.file_bytes:,} bytes"
        f" ({rate:,.0f} entries/s).\n"
        f"Erased texts: {found.erased}."
        f" Entries of later kinds or versions, not read: {found.unread}.\n"
        f"Signed statements: {found.valid} valid, {found.doubtful} doubtful."
        f" Recorded by accounts without a grant: {found.ungranted}.\n"
        + ("" if found.kept else "No checkpoint from outside the database to compare with.\n")
        + f"Root: {root}"
        + _since(since),
    )


def _since(since: Sequence[ErasedSince] | None) -> str:
    if since is None:
        return ""
    if not since:
        return "\nNothing that it holds was erased since."
    return "\nErased since, and still here:" + "".join(
        f"\n  {gone.process} entry {gone.seq} {gone.path}"
        f" ({gone.basis}, {gone.on}, entry {gone.erasure})"
        for gone in since
    )


def opened(entry: Entry, texts: Texts) -> dict[str, Any]:
    """An entry with words in place of commitments; null where they are erased or not public."""
    return {
        "seq": entry.seq,
        "nth": entry.nth,
        "process": entry.process,
        "kind": entry.kind,
        "on": entry.on,
        "at": entry.at,
        "by": entry.by.model_dump(),
        "illustrative": entry.illustrative,
        "body": _open(entry.raw, texts),
        "sources": [
            _open(source.model_dump(exclude_none=True), texts) for source in entry.sources
        ],
    }


def _open(value: Any, texts: Texts) -> Any:
    if sealed_at(value):
        return texts.get(value["sealed"])
    if isinstance(value, dict):
        return {name: _open(member, texts) for name, member in value.items()}
    if isinstance(value, list):
        return [_open(member, texts) for member in value]
    return value


def _title(case: Case, unit: Unit, texts: Texts) -> str:
    """What a unit is called, corrections applied."""
    title = _open(reads(case, unit.entry)["body"]["title"], texts)
    return title if isinstance(title, str) else _ERASED


def _summary(view: View) -> dict[str, Any]:
    case = view.case
    return {
        "process": case.process,
        "title": case.title,
        "illustrative": case.illustrative,
        "units": len(case.units),
        "answered": sum(
            standing.verdict(case, unit) is not None for unit in case.units.values()
        ),
        "measures": len(case.measures),
        "past_due": sum(d.state == "past_due" for d in view.duties),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Model):
        return value.model_dump()
    return str(value)
